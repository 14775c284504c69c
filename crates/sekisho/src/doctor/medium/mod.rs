//! What the keystore's file lies on, and how well that forgets.

mod rows;

use std::{fs, path::Path};

use rustix::fs::{IFlags, ioctl_getflags};

pub(super) use rows::*;

use super::{
    machine::Machine,
    mounts::{self, Mount},
    remark::{CannotTell, Remark, Row, Told},
    volumes::Volume,
};

const COW: [&str; 8] = ["btrfs", "zfs", "bcachefs", "overlay", "aufs", "f2fs", "nilfs2", "ubifs"];
const REMOTE: [&str; 9] = ["nfs", "nfs4", "cifs", "smb3", "9p", "ceph", "glusterfs", "afs", "virtiofs"];
const IN_MEMORY: [&str; 3] = ["tmpfs", "ramfs", "rootfs"];
/// What backup tools take unless told otherwise.
const COMMONLY_BACKED_UP: [&str; 8] = ["/home", "/root", "/etc", "/srv", "/opt", "/var/lib", "/var/backups", "/usr"];

/// What the keystore lies on.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Medium {
    kind: String,
    /// Whether the file is exempt from copy-on-write (btrfs).
    in_place: bool,
    volume: Option<Volume>,
    /// The data's, to compare.
    data: Option<Volume>,
    /// Whether both lie on the same mount.
    same_mount: bool,
    /// Folders with snapshots that are seen on the mount.
    snapshots: Vec<String>,
    /// The folder that backup tools commonly take, if it lies in one and is not marked.
    backed_up: Option<&'static str>,
}

/// Looks at what `keystore` lies on. Both paths are resolved.
pub(super) fn examine(machine: &Machine, keystore: &Path, data: &Path) -> Vec<Remark> {
    match medium(machine, keystore, data) {
        Ok(medium) => judge(&medium),
        Err(why) => [&COPY_ON_WRITE, &SAME_DISK].map(|row| row.untold(&why)).into(),
    }
}

fn medium(machine: &Machine, keystore: &Path, data: &Path) -> Told<Medium> {
    let mounts = mounts::all(machine)?;
    let lost = || CannotTell::new("no mounted file system holds it", "どのファイルシステムにあるか分かりません");
    let mount = mounts::of(&mounts, keystore).ok_or_else(lost)?;
    let data = mounts::of(&mounts, data);
    Ok(Medium {
        kind: mount.kind.clone(),
        in_place: is_in_place(keystore),
        volume: Volume::of_mount(machine, mount),
        data: data.and_then(|data| Volume::of_mount(machine, data)),
        same_mount: data.is_some_and(|data| data.device == mount.device),
        snapshots: snapshots(machine, mount),
        backed_up: backed_up(keystore),
    })
}

fn is_in_place(path: &Path) -> bool {
    let flags = fs::File::open(path).ok().and_then(|file| ioctl_getflags(file).ok());
    flags.is_some_and(|flags| flags.contains(IFlags::NOCOW))
}

/// Where snapper and ZFS show the snapshots of a mount.
fn snapshots(machine: &Machine, mount: &Mount) -> Vec<String> {
    let folders = [".snapshots", ".zfs/snapshot"].map(|name| mount.point.join(name).display().to_string());
    folders.into_iter().filter(|folder| !machine.names(folder).is_empty()).collect()
}

fn backed_up(path: &Path) -> Option<&'static str> {
    let marked = path.parent().is_some_and(|folder| folder.join("CACHEDIR.TAG").exists());
    COMMONLY_BACKED_UP.into_iter().find(|folder| path.starts_with(folder)).filter(|_| !marked)
}

fn judge(medium: &Medium) -> Vec<Remark> {
    let parts = [kind(medium), snapshot(medium), disk(medium), same_disk(medium), in_backup(medium)];
    parts.into_iter().flatten().collect()
}

fn kind(medium: &Medium) -> Option<Remark> {
    let kind = medium.kind.as_str();
    let row = match kind {
        _ if COW.contains(&kind) && !medium.in_place => &COPY_ON_WRITE,
        _ if REMOTE.contains(&kind) || kind.starts_with("fuse") => &NETWORK,
        _ if IN_MEMORY.contains(&kind) => &FLEETING,
        _ => return None,
    };
    Some(row.seen(format!("it lies on {kind}"), format!("{kind} の上にあります")))
}

fn snapshot(medium: &Medium) -> Option<Remark> {
    if let Some(folder) = medium.snapshots.first() {
        return Some(
            SNAPSHOT.seen(format!("there are snapshots in {folder}"), format!("{folder} にスナップショットがあります")),
        );
    }
    let volume = medium.volume.as_ref()?;
    if volume.is_snapshotted() {
        let name = &volume.name;
        return Some(SNAPSHOT.seen(
            format!("the LVM volume {name} has a snapshot"),
            format!("LVM のボリューム {name} にスナップショットがあります"),
        ));
    }
    volume.is_thin().then(|| {
        SNAPSHOT.untold(&CannotTell::new(
            format!("{} is a thin volume, whose snapshots don't show here (see `lvs`)", volume.name),
            format!("{} はシンボリュームで、スナップショットが見えません(`lvs` で確かめてください)", volume.name),
        ))
    })
}

fn disk(medium: &Medium) -> Option<Remark> {
    let volume = medium.volume.as_ref()?;
    let disks = volume.disks().into_iter().collect::<Vec<_>>().join(", ");
    let said = |row: &'static Row| Some(row.seen(format!("it lies on {disks}"), format!("{disks} の上にあります")));
    if volume.lent() { said(&LENT) } else { said(&FLASH).filter(|_| volume.is_flash()) }
}

fn same_disk(medium: &Medium) -> Option<Remark> {
    let disks = match (&medium.volume, &medium.data) {
        (Some(keys), Some(data)) => {
            let shared: Vec<_> = keys.disks().intersection(&data.disks()).map(|disk| (*disk).to_owned()).collect();
            shared.join(", ")
        }
        _ if medium.same_mount => medium.kind.clone(),
        _ => {
            let why = CannotTell::new("which disks they lie on is not to be seen", "どのディスクにあるか見えません");
            return Some(SAME_DISK.untold(&why));
        }
    };
    (!disks.is_empty())
        .then(|| SAME_DISK.seen(format!("both lie on {disks}"), format!("両方とも {disks} の上にあります")))
}

fn in_backup(medium: &Medium) -> Option<Remark> {
    let folder = medium.backed_up?;
    Some(BACKED_UP.seen(format!("it lies below {folder}"), format!("{folder} の下にあります")))
}

#[cfg(test)]
mod tests {
    use super::{
        super::{remark::testing::ids, volumes::testing::disks},
        *,
    };

    /// `/` on the turning disk, `/keys` as `line` says.
    fn found(line: &str) -> Vec<String> {
        let table = format!("1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 {line} rw\n");
        let made = disks().with("/proc/self/mountinfo", &table);
        ids(&examine(&made.machine(), Path::new("/keys/keystore"), Path::new("/data")))
    }

    #[test]
    fn a_disk_of_its_own_that_turns_is_in_order() {
        let table = "1 0 259:1 / / rw - ext4 /dev/nvme0n1p1 rw\n2 1 8:1 / /keys rw - xfs /dev/sda1 rw\n";
        let made = disks().with("/proc/self/mountinfo", table);
        assert_eq!(ids(&examine(&made.machine(), Path::new("/keys/keystore"), Path::new("/data"))), [""; 0]);
    }

    #[test]
    fn what_does_not_overwrite_in_place_is_found() {
        for kind in ["btrfs", "zfs", "bcachefs", "overlay", "f2fs"] {
            let found = found(&format!("259:1 / /keys rw - {kind} /dev/nvme0n1p1"));
            assert_eq!(found, ["D-keystore-cow", "D-keystore-flash"], "{kind}");
        }
        assert_eq!(found("0:44 / /keys rw - nfs4 server:/keys")[0], "D-keystore-network");
        assert_eq!(found("0:44 / /keys rw - fuse.sshfs server:/keys")[0], "D-keystore-network");
        assert_eq!(found("0:44 / /keys rw - tmpfs tmpfs")[0], "D-keystore-memory");
    }

    #[test]
    fn the_disk_of_the_data_is_known_through_partitions_and_mappings() {
        let same = disks().with("/proc/self/mountinfo", "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n");
        let at = |made: &super::super::machine::testing::Made| {
            ids(&examine(&made.machine(), Path::new("/keys/keystore"), Path::new("/data")))
        };
        assert_eq!(at(&same), ["D-keystore-same-disk"]);
        let two = "1 0 259:1 / / rw - ext4 /dev/nvme0n1p1 rw\n2 1 253:0 / /keys rw - ext4 /dev/dm-0 rw\n";
        let mapped = disks().with("/proc/self/mountinfo", two);
        assert_eq!(at(&mapped), ["D-keystore-flash", "D-keystore-same-disk"]);
        let unknown = disks().with(
            "/proc/self/mountinfo",
            "1 0 0:30 / / rw - overlay overlay rw\n2 1 8:1 / /keys rw - ext4 /dev/sda1 rw\n",
        );
        assert_eq!(at(&unknown), ["D-keystore-same-disk?"], "what can't be seen is not called fine");
    }

    #[test]
    fn snapshots_are_found_where_they_show_and_not_called_fine_where_they_do_not() {
        assert_eq!(found("253:1 / /keys rw - ext4 /dev/dm-1"), ["D-keystore-snapshot", "D-keystore-flash"]);
        let table = "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 254:0 / /keys rw - ext4 /dev/vda rw\n";
        let made = disks().with("/proc/self/mountinfo", table).with("/keys/.snapshots/1/x", "");
        let remarks = examine(&made.machine(), Path::new("/keys/keystore"), Path::new("/data"));
        assert_eq!(ids(&remarks), ["D-keystore-snapshot", "D-keystore-virtual"]);
        let thin =
            disks().with("/sys/devices/dm-2/dm/uuid", "LVM-abc-tpool\n").with("/sys/devices/dm-2/dm/name", "pool\n");
        let thin = thin.with(
            "/proc/self/mountinfo",
            "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 253:1 / /keys rw - ext4 /dev/dm-1 rw\n",
        );
        let remarks = examine(&thin.machine(), Path::new("/keys/keystore"), Path::new("/data"));
        assert_eq!(ids(&remarks), ["D-keystore-snapshot?", "D-keystore-flash"]);
    }

    #[test]
    fn a_folder_that_backups_take_is_noted_unless_it_is_marked() {
        assert_eq!(backed_up(Path::new("/var/lib/sekisho-keys/keystore")), Some("/var/lib"));
        assert_eq!(backed_up(Path::new("/keys/keystore")), None);
        let home = tempfile::tempdir_in("/var/lib").or_else(|_| tempfile::tempdir_in("/root"));
        let Ok(home) = home else { return };
        let keystore = home.path().join("keystore");
        assert!(backed_up(&keystore).is_some());
        fs::write(home.path().join("CACHEDIR.TAG"), "Signature: 8a477f597d28d172789f06886806bc55").unwrap();
        assert_eq!(backed_up(&keystore), None);
    }
}
