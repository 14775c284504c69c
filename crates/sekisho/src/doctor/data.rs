//! The data folder: who may touch it, what it lies on, how much room is left.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use rustix::fs::{StatVfs, statvfs};

use super::{
    machine::Machine,
    mounts,
    remark::{CannotTell, Fixed, Remark, Row, Severity},
    volumes::Volume,
};

pub(super) const MODE: Row = Row {
    id: "D-data-mode",
    severity: Severity::Finding,
    why: Fixed {
        en: "Programs of other users can read or change what only one of Sekisho's processes should.",
        ja: "関所の1つのプロセスだけが触れるべきものを、他の利用者のプログラムが読み書きできます。",
    },
    mend: Fixed {
        en: "`chmod go-w` the data folder, `chmod 700` the folder of the role; a start of `serve` sets them right too.",
        ja: "データのフォルダーに `chmod go-w`、役割のフォルダーに `chmod 700` を実行してください。`serve` の起動でも直ります。",
    },
};

pub(super) const SPACE: Row = Row {
    id: "D-space",
    severity: Severity::Finding,
    why: Fixed {
        en: "On a full disk nothing is taken in or released, and pictures whose key can't be changed are lost.",
        ja: "ディスクが一杯になると、受付も審査も止まり、鍵を替えられない画像は失われます。",
    },
    mend: Fixed {
        en: "Make room or enlarge the volume; three days of arrivals should fit twice.",
        ja: "空きを作るか、ボリュームを広げてください。3日分の受付の2倍が目安です。",
    },
};

pub(super) const NETWORK: Row = Row {
    id: "D-data-network",
    severity: Severity::Finding,
    why: Fixed {
        en: "Databases and ledger on a network file system can be damaged, and two machines may use them at once.",
        ja: "ネットワーク上のファイルシステムでは、データベースや記録が壊れたり、2台で同時に使われたりします。",
    },
    mend: Fixed {
        en: "Keep the data on a disk of this machine.", ja: "データをこの機械のディスクに置いてください。"
    },
};

pub(super) const JOURNAL: Row = Row {
    id: "D-journal-same-disk",
    severity: Severity::Note,
    why: Fixed {
        en: "keeper.db and the ledger's journal hold the bodies of events twice, so that the loss of one disk loses none; \
             on one disk both go together.",
        ja: "出来事の本文は keeper.db と記録のジャーナルに二重にありますが、1台のディスクでは一緒に失われます。",
    },
    mend: Fixed {
        en: "Where there is a second disk, mount it at DATA/ledger.",
        ja: "ディスクがもう1台あれば、DATA/ledger にマウントしてください。",
    },
};

/// Less than this is too little, in bytes.
const LEAST: u64 = 1 << 30;
/// Less than this share is too little, in percent.
const LEAST_PERCENT: u64 = 5;

const REMOTE: [&str; 8] = ["nfs", "nfs4", "cifs", "smb3", "9p", "ceph", "glusterfs", "afs"];

/// What is left on a file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Room {
    bytes: u64,
    free: u64,
    inodes: u64,
    inodes_free: u64,
}

/// Looks at the folder at `data`, resolved.
pub(super) fn examine(machine: &Machine, data: &Path) -> Vec<Remark> {
    let mut remarks = modes(data);
    match statvfs(data) {
        Ok(seen) => remarks.extend(judge_room(room(&seen))),
        Err(error) => remarks.push(SPACE.untold(&CannotTell::at(data, &error.into()))),
    }
    remarks.extend(places(machine, data));
    remarks
}

/// What others must not do: write into the data folder, enter a role's, write or read keeper.db.
fn modes(data: &Path) -> Vec<Remark> {
    let wanted: [(PathBuf, u32); 7] = [
        (data.to_owned(), 0o022),
        (data.join("keeper"), 0o077),
        (data.join("gate"), 0o077),
        (data.join("desk"), 0o077),
        (data.join("courier"), 0o077),
        (data.join("ledger"), 0o077),
        // The keeper's group has it.
        (data.join("blobs"), 0o007),
    ];
    wanted.iter().filter_map(|(path, forbidden)| judge_mode(path, *forbidden)).collect()
}

fn judge_mode(path: &Path, forbidden: u32) -> Option<Remark> {
    let mode = match fs::metadata(path) {
        Ok(seen) => seen.mode() & 0o7777,
        // A role that never ran has no folder yet.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
        Err(error) => return Some(MODE.untold(&CannotTell::at(path, &error))),
    };
    let place = path.display();
    (mode & forbidden != 0)
        .then(|| MODE.seen(format!("the mode of {place} is {mode:04o}"), format!("{place} の許可が {mode:04o} です")))
}

fn room(seen: &StatVfs) -> Room {
    Room {
        bytes: seen.f_blocks.saturating_mul(seen.f_frsize),
        free: seen.f_bavail.saturating_mul(seen.f_frsize),
        inodes: seen.f_files,
        inodes_free: seen.f_ffree,
    }
}

fn judge_room(room: Room) -> Option<Remark> {
    let percent = |part: u64, whole: u64| (part.saturating_mul(100)).checked_div(whole);
    // File systems that make inodes as needed count none.
    let inodes = percent(room.inodes_free, room.inodes).filter(|percent| *percent < LEAST_PERCENT);
    if let Some(percent) = inodes {
        return Some(
            SPACE.seen(format!("{percent} % of the inodes are free"), format!("inode の空きが{percent}%です")),
        );
    }
    let percent = percent(room.free, room.bytes)?;
    let mib = room.free >> 20;
    (room.free < LEAST || percent < LEAST_PERCENT)
        .then(|| SPACE.seen(format!("{mib} MiB ({percent} %) are free"), format!("空きが{mib} MiB({percent}%)です")))
}

fn places(machine: &Machine, data: &Path) -> Vec<Remark> {
    let mounts = match mounts::all(machine) {
        Ok(mounts) => mounts,
        Err(why) => return vec![NETWORK.untold(&why)],
    };
    let of = |name: &str| mounts::of(&mounts, &data.join(name));
    let kind = of("keeper").map_or("", |mount| mount.kind.as_str());
    let remote = (REMOTE.contains(&kind) || kind.starts_with("fuse"))
        .then(|| NETWORK.seen(format!("it lies on {kind}"), format!("{kind} の上にあります")));
    let volume = |name: &str| of(name).and_then(|mount| Volume::of_mount(machine, mount));
    let journal = match (volume("keeper"), volume("ledger")) {
        (Some(one), Some(other)) => judge_journal(&one, &other),
        _ => None,
    };
    remote.into_iter().chain(journal).collect()
}

fn judge_journal(database: &Volume, journal: &Volume) -> Option<Remark> {
    let disks = (database.disks(), journal.disks());
    let shared = disks.0.intersection(&disks.1).copied().collect::<Vec<_>>().join(", ");
    (!shared.is_empty())
        .then(|| JOURNAL.seen(format!("both lie on {shared}"), format!("両方とも {shared} の上にあります")))
}

#[cfg(test)]
mod tests {
    use super::{
        super::{remark::testing::ids, volumes::testing::disks},
        *,
    };
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_folder_that_others_may_enter_is_found() {
        let data = tempfile::tempdir().unwrap();
        let chmod = |name: &str, mode| {
            fs::create_dir_all(data.path().join(name)).unwrap();
            fs::set_permissions(data.path().join(name), fs::Permissions::from_mode(mode)).unwrap();
        };
        chmod("", 0o711);
        chmod("keeper", 0o700);
        chmod("blobs", 0o2770);
        assert_eq!(ids(&modes(data.path())), [""; 0]);
        chmod("gate", 0o750);
        chmod("blobs", 0o2775);
        chmod("", 0o722);
        let remarks = modes(data.path());
        assert_eq!(ids(&remarks), ["D-data-mode"; 3]);
        assert!(remarks[1].seen.en.ends_with("gate is 0750"), "{:?}", remarks[1].seen);
    }

    #[test]
    fn too_little_room_of_either_kind_is_found() {
        let plenty = Room { bytes: 100 << 30, free: 50 << 30, inodes: 1000, inodes_free: 500 };
        let found = |room| judge_room(room).map(|remark| remark.seen.en);
        assert_eq!(found(plenty), None);
        assert_eq!(found(Room { inodes: 0, inodes_free: 0, ..plenty }), None);
        assert_eq!(found(Room { free: 4 << 30, ..plenty }).unwrap(), "4096 MiB (4 %) are free");
        assert_eq!(found(Room { bytes: 2 << 30, free: 900 << 20, ..plenty }).unwrap(), "900 MiB (43 %) are free");
        assert_eq!(found(Room { inodes_free: 49, ..plenty }).unwrap(), "4 % of the inodes are free");
    }

    #[test]
    fn the_network_and_the_one_disk_are_seen() {
        let at = |table: &str| {
            let made = disks().with("/proc/self/mountinfo", table);
            ids(&places(&made.machine(), Path::new("/data")))
        };
        assert_eq!(at("1 0 8:1 / / rw - ext4 /dev/sda1 rw\n"), ["D-journal-same-disk"]);
        let two = "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 259:1 / /data/ledger rw - ext4 /dev/nvme0n1p1 rw\n";
        assert_eq!(at(two), [""; 0]);
        assert_eq!(at("1 0 0:44 / / rw - nfs4 server:/ rw\n"), ["D-data-network"]);
    }
}
