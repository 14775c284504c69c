//! Swap: memory that goes to a disk.

use super::{
    machine::{Machine, unescaped},
    mounts,
    remark::{Fixed, Remark, Row, Severity, Told},
    volumes::Volume,
};

pub(super) const SWAP: Row = Row {
    id: "D-swap",
    severity: Severity::Finding,
    why: Fixed {
        en: "Passing memory, such as a picture while it is shown, may be written to a disk in clear and stay there; the \
             keys' own pages never are.",
        ja: "表示中の画像など、一時的にメモリにあるものが、暗号化されずにディスクに書かれて残ることがあります(鍵のページは書かれません)。",
    },
    mend: Fixed {
        en: "`swapoff -a` and take the line out of /etc/fstab; or put swap on dm-crypt with a random key (crypttab(5), \
             option `swap`).",
        ja: "`swapoff -a` を実行し、/etc/fstab の行を消すか、毎回乱数の鍵を使う dm-crypt の上に置いてください(crypttab(5) の `swap`)。",
    },
};

/// One area that memory is swapped to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Area {
    /// The device or file.
    pub(super) name: String,
    /// In KiB.
    pub(super) kib: u64,
    /// Whether what is written there can't be read from the disk later.
    pub(super) safe: bool,
}

pub(super) fn examine(machine: &Machine) -> Vec<Remark> {
    match areas(machine) {
        Ok(areas) => judge(&areas),
        Err(why) => vec![SWAP.untold(&why)],
    }
}

fn judge(areas: &[Area]) -> Vec<Remark> {
    let bare: Vec<_> = areas.iter().filter(|area| !area.safe).collect();
    if bare.is_empty() {
        return Vec::new();
    }
    let list = bare.iter().map(|area| format!("{} ({} MiB)", area.name, area.kib / 1024));
    let list = list.collect::<Vec<_>>().join(", ");
    vec![SWAP.seen(
        format!("swap that is not encrypted is on: {list}"),
        format!("暗号化されていないスワップが有効です: {list}"),
    )]
}

fn areas(machine: &Machine) -> Told<Vec<Area>> {
    // A kernel without swap has no such file.
    let table = machine.text("/proc/swaps")?.unwrap_or_default();
    Ok(table.lines().skip(1).filter_map(|line| area(machine, line)).collect())
}

// `/dev/dm-1                               partition	8388604		0		-2`
fn area(machine: &Machine, line: &str) -> Option<Area> {
    let words: Vec<_> = line.split_whitespace().collect();
    let name = unescaped(words.first()?);
    let safe =
        if words.get(1) == Some(&"file") { is_safe_file(machine, &name) } else { is_safe_device(machine, &name) };
    Some(Area { kib: words.get(2)?.parse().ok()?, name, safe })
}

/// Compressed memory is memory, unless it writes some of it out; else the device must be encrypted.
fn is_safe_device(machine: &Machine, name: &str) -> bool {
    match name.strip_prefix("/dev/").filter(|name| name.starts_with("zram")) {
        Some(zram) => machine.line(&format!("/sys/block/{zram}/backing_dev")).is_none_or(|backing| backing == "none"),
        None => Volume::of_source(machine, name).is_some_and(|volume| volume.is_encrypted()),
    }
}

fn is_safe_file(machine: &Machine, name: &str) -> bool {
    let mounts = mounts::all(machine).unwrap_or_default();
    let volume = mounts::of(&mounts, name.as_ref()).and_then(|mount| Volume::of_mount(machine, mount));
    volume.is_some_and(|volume| volume.is_encrypted())
}

#[cfg(test)]
mod tests {
    use super::{
        super::{machine::testing::Made, remark::testing::ids, volumes::testing::disks},
        *,
    };

    const HEAD: &str = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";

    fn found(made: Made, lines: &str) -> Vec<Remark> {
        examine(&made.with("/proc/swaps", &format!("{HEAD}{lines}")).machine())
    }

    #[test]
    fn swap_on_a_bare_partition_is_found_and_named() {
        let remarks = found(disks(), "/dev/sda1                               partition\t2097148\t\t0\t\t-2\n");
        assert_eq!(ids(&remarks), ["D-swap"]);
        assert!(remarks[0].seen.en.ends_with("/dev/sda1 (2047 MiB)"), "{:?}", remarks[0].seen);
    }

    #[test]
    fn swap_on_an_encrypted_device_or_in_compressed_memory_is_not() {
        let lines =
            "/dev/dm-0 partition 100 0 -2\n/dev/mapper/vg-data partition 100 0 -2\n/dev/zram0 partition 9 0 5\n";
        assert_eq!(ids(&found(disks(), lines)), [""; 0]);
        assert_eq!(ids(&found(disks(), "")), [""; 0]);
        assert_eq!(ids(&examine(&Made::new().machine())), [""; 0], "a kernel without swap");
    }

    #[test]
    fn compressed_memory_that_is_written_out_is_found() {
        let made = disks().with("/sys/block/zram0/backing_dev", "/dev/sda1\n");
        assert_eq!(ids(&found(made, "/dev/zram0 partition 9 0 5\n")), ["D-swap"]);
    }

    #[test]
    fn a_swap_file_is_as_safe_as_what_it_lies_on() {
        let mounts = "1 0 253:0 / / rw - ext4 /dev/dm-0 rw\n2 1 8:1 / /plain rw - ext4 /dev/sda1 rw\n";
        let with = |file: &str| found(disks().with("/proc/self/mountinfo", mounts), &format!("{file} file 9 0 -2\n"));
        assert_eq!(ids(&with("/swapfile")), [""; 0]);
        assert_eq!(ids(&with("/plain/swap\\040file")), ["D-swap"]);
    }

    #[test]
    fn a_table_that_can_not_be_read_is_not_called_fine() {
        let made = Made::new().with("/proc/swaps/x", "");
        assert_eq!(ids(&examine(&made.machine())), ["D-swap?"]);
    }
}
