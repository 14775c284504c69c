//! What a block device is made of (`/sys/dev/block`, `/sys/class/block`).

use std::{collections::BTreeSet, path::PathBuf};

use super::{machine::Machine, mounts::Mount};

/// How many layers of device mapper are followed.
const DEEPEST: usize = 8;

/// A block device and what lies below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Volume {
    /// The kernel's name, e.g. `sda2` or `dm-0`.
    pub(super) name: String,
    /// The disk that it is or is a part of, e.g. `sda`.
    pub(super) disk: String,
    /// Whether the disk turns; nothing where the kernel does not say.
    pub(super) rotational: Option<bool>,
    /// What device mapper calls its kind, e.g. `CRYPT-LUKS2-…` or `LVM-…`.
    pub(super) mapped_as: Option<String>,
    /// Device mapper's own name for it.
    pub(super) mapped_name: Option<String>,
    /// The devices that it is made of.
    pub(super) below: Vec<Volume>,
}

impl Volume {
    /// What a mount lies on; nothing if that is no block device of this machine, as with network file systems.
    pub(super) fn of_mount(machine: &Machine, mount: &Mount) -> Option<Self> {
        let (major, minor) = mount.device;
        Self::of_number(machine, major, minor).or_else(|| Self::of_source(machine, &mount.source))
    }

    /// The device of this number.
    pub(super) fn of_number(machine: &Machine, major: u32, minor: u32) -> Option<Self> {
        read(machine, &format!("/sys/dev/block/{major}:{minor}"), 0)
    }

    /// The device of this path below `/dev`. File systems with volumes of their own (btrfs) show a number that is no
    /// device's, and name their device here.
    pub(super) fn of_source(machine: &Machine, source: &str) -> Option<Self> {
        let name = source.strip_prefix("/dev/")?;
        let direct = format!("/sys/class/block/{name}");
        if machine.has(&direct) {
            return read(machine, &direct, 0);
        }
        // `/dev/mapper/x` and `/dev/disk/by-…` are links to the device.
        let real = std::fs::canonicalize(machine.place(source)).ok()?;
        read(machine, &format!("/sys/class/block/{}", real.file_name()?.to_str()?), 0)
    }

    /// The disks at the bottom, by name.
    pub(super) fn disks(&self) -> BTreeSet<&str> {
        if self.below.is_empty() {
            return BTreeSet::from([self.disk.as_str()]);
        }
        self.below.iter().flat_map(Volume::disks).collect()
    }

    /// Whether everything that is written here is encrypted on its way to every disk (dm-crypt).
    pub(super) fn is_encrypted(&self) -> bool {
        let here = self.mapped_as.as_ref().is_some_and(|kind| kind.starts_with("CRYPT-"));
        here || !self.below.is_empty() && self.below.iter().all(Volume::is_encrypted)
    }

    /// Whether LVM keeps old contents of it for a snapshot: then it lies on a layer that is named so.
    pub(super) fn is_snapshotted(&self) -> bool {
        let is_origin = |volume: &Volume| volume.mapped_name.as_ref().is_some_and(|name| name.ends_with("-real"));
        self.below.iter().any(|below| is_origin(below) || below.is_snapshotted())
    }

    /// Whether it is carved out of a thin pool, in which snapshots don't show from outside.
    pub(super) fn is_thin(&self) -> bool {
        let is_pool = |volume: &Volume| volume.mapped_as.as_ref().is_some_and(|kind| kind.ends_with("-tpool"));
        self.below.iter().any(|below| is_pool(below) || below.is_thin())
    }

    /// The bottom disks that a hypervisor lends: what they are really made of is not to be seen from here.
    pub(super) fn lent(&self) -> bool {
        let is_lent = |name: &&str| ["vd", "xvd", "zd", "rbd", "nbd"].iter().any(|kind| name.starts_with(kind));
        self.disks().iter().any(is_lent)
    }

    /// Whether every bottom disk is flash, as far as the kernel says.
    pub(super) fn is_flash(&self) -> bool {
        if self.below.is_empty() {
            return self.rotational == Some(false);
        }
        self.below.iter().all(Volume::is_flash)
    }
}

fn read(machine: &Machine, path: &str, depth: usize) -> Option<Volume> {
    let folder = std::fs::canonicalize(machine.place(path)).ok().filter(|_| depth < DEEPEST)?;
    let name = folder.file_name()?.to_str()?.to_owned();
    // A partition's folder lies in its disk's.
    let disk = if folder.join("partition").exists() { folder.parent()?.to_owned() } else { folder.clone() };
    let slaves = machine.names(&format!("/sys/class/block/{name}/slaves"));
    let slaves = slaves.iter().filter_map(|slave| read(machine, &format!("/sys/class/block/{slave}"), depth + 1));
    Some(Volume {
        rotational: line(disk.join("queue/rotational")).map(|text| text == "1"),
        mapped_as: line(folder.join("dm/uuid")),
        mapped_name: line(folder.join("dm/name")),
        below: slaves.collect(),
        disk: disk.file_name()?.to_str()?.to_owned(),
        name,
    })
}

fn line(path: PathBuf) -> Option<String> {
    Some(std::fs::read_to_string(path).ok()?.trim().to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
pub(super) mod testing {
    use super::super::machine::testing::Made;

    /// A flash disk `nvme0n1` with two partitions, dm-crypt `dm-0` over the second, `dm-1` an LVM volume over that,
    /// which has a snapshot; and a turning disk `sda` with one partition.
    pub(in super::super) fn disks() -> Made {
        let device = |made: Made, number: &str, path: &str| {
            let name = path.rsplit('/').next().unwrap().to_owned();
            made.linked(&format!("/sys/dev/block/{number}"), &format!("/sys/devices/{path}"))
                .linked(&format!("/sys/class/block/{name}"), &format!("/sys/devices/{path}"))
        };
        let made = Made::new()
            .with("/sys/devices/nvme0n1/queue/rotational", "0\n")
            .with("/sys/devices/nvme0n1/nvme0n1p1/partition", "1\n")
            .with("/sys/devices/nvme0n1/nvme0n1p2/partition", "2\n")
            .with("/sys/devices/sda/queue/rotational", "1\n")
            .with("/sys/devices/sda/sda1/partition", "1\n")
            .with("/sys/devices/dm-0/dm/uuid", "CRYPT-LUKS2-0123-root\n")
            .with("/sys/devices/dm-0/slaves/nvme0n1p2/x", "")
            .with("/sys/devices/dm-1/dm/uuid", "LVM-abc\n")
            .with("/sys/devices/dm-1/slaves/dm-2/x", "")
            .with("/sys/devices/dm-2/dm/name", "vg-data-real\n")
            .with("/sys/devices/dm-2/slaves/dm-0/x", "")
            .with("/sys/devices/vda/queue/rotational", "1\n")
            .with("/dev/dm-1", "")
            .linked("/dev/mapper/vg-data", "/dev/dm-1");
        let named = [
            ("259:0", "nvme0n1"),
            ("259:1", "nvme0n1/nvme0n1p1"),
            ("259:2", "nvme0n1/nvme0n1p2"),
            ("8:0", "sda"),
            ("8:1", "sda/sda1"),
            ("253:0", "dm-0"),
            ("253:1", "dm-1"),
            ("253:2", "dm-2"),
            ("254:0", "vda"),
        ];
        named.into_iter().fold(made, |made, (number, path)| device(made, number, path))
    }
}

#[cfg(test)]
mod tests {
    use super::{testing::disks, *};

    #[test]
    fn a_partition_knows_its_disk_and_a_mapped_device_what_is_below_it() {
        let made = disks();
        let volume = |major, minor| Volume::of_number(&made.machine(), major, minor).unwrap();
        assert_eq!(volume(259, 1).disks(), BTreeSet::from(["nvme0n1"]));
        assert!(volume(259, 1).is_flash() && !volume(259, 1).is_encrypted());
        assert_eq!(volume(8, 1).rotational, Some(false).map(|_| true));
        let mapped = volume(253, 1);
        assert_eq!(mapped.disks(), BTreeSet::from(["nvme0n1"]));
        assert!(mapped.is_encrypted() && mapped.is_flash() && mapped.is_snapshotted() && !mapped.lent());
        assert!(!volume(253, 0).is_snapshotted() && volume(254, 0).lent());
        assert!(Volume::of_number(&made.machine(), 9, 9).is_none());
    }

    #[test]
    fn a_device_is_found_by_its_path_too() {
        let made = disks();
        let name = |source| Volume::of_source(&made.machine(), source).map(|volume| volume.name);
        assert_eq!(name("/dev/sda1").as_deref(), Some("sda1"));
        assert_eq!(name("/dev/mapper/vg-data").as_deref(), Some("dm-1"));
        assert_eq!((name("server:/export"), name("/dev/gone")), (None, None));
    }
}
