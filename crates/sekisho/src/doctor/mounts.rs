//! On which file system a path lies (`/proc/self/mountinfo`, proc(5)).

use std::path::{Path, PathBuf};

use super::{
    machine::{Machine, unescaped},
    remark::{CannotTell, Told},
};

/// One mounted file system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mount {
    /// Where it hangs.
    pub(super) point: PathBuf,
    /// Its kind, e.g. `ext4`.
    pub(super) kind: String,
    /// What it was mounted from, e.g. `/dev/sda2`.
    pub(super) source: String,
    /// Its device number.
    pub(super) device: (u32, u32),
}

/// Every mount, in the kernel's order.
///
/// # Errors
/// When the kernel does not list them.
pub(super) fn all(machine: &Machine) -> Told<Vec<Mount>> {
    let place = "/proc/self/mountinfo";
    let absent = || CannotTell::new(format!("{place} is not there"), format!("{place} がありません"));
    Ok(machine.text(place)?.ok_or_else(absent)?.lines().filter_map(parse).collect())
}

/// The mount that a resolved path lies on: the longest way to it, and of equals the last, which lies over the others.
pub(super) fn of<'a>(mounts: &'a [Mount], path: &Path) -> Option<&'a Mount> {
    let above = mounts.iter().filter(|mount| path.starts_with(&mount.point));
    above.max_by_key(|mount| mount.point.components().count())
}

// `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue`
fn parse(line: &str) -> Option<Mount> {
    let (ours, theirs) = line.split_once(" - ")?;
    let ours: Vec<_> = ours.split(' ').collect();
    let mut theirs = theirs.split(' ');
    let (major, minor) = ours.get(2)?.split_once(':')?;
    Some(Mount {
        point: unescaped(ours.get(4)?).into(),
        kind: theirs.next()?.to_owned(),
        source: unescaped(theirs.next()?),
        device: (major.parse().ok()?, minor.parse().ok()?),
    })
}

#[cfg(test)]
mod tests {
    use super::{super::machine::testing::Made, *};

    const TABLE: &str = "\
22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
40 27 0:40 /@keys /var/lib/keys rw,relatime shared:3 - btrfs /dev/sdb1 rw,subvol=/@keys
41 27 8:17 / /mnt/a\\040b rw - xfs /dev/sdc1 rw
42 27 0:50 / /var/lib/keys rw - overlay overlay rw,upperdir=/x
";

    #[test]
    fn a_path_lies_on_the_nearest_mount_and_the_last_of_equals() {
        let made = Made::new().with("/proc/self/mountinfo", TABLE);
        let mounts = all(&made.machine()).unwrap();
        let kind = |path: &str| of(&mounts, Path::new(path)).map(|mount| mount.kind.as_str());
        assert_eq!(kind("/var/lib/keys/keystore"), Some("overlay"));
        assert_eq!(kind("/var/lib/keystore"), Some("ext4"));
        assert_eq!(kind("/mnt/a b/keystore"), Some("xfs"));
        assert_eq!(of(&mounts, Path::new("/home")).unwrap().device, (254, 0));
    }

    #[test]
    fn without_a_table_it_can_not_be_told() {
        assert!(all(&Made::new().machine()).is_err());
    }
}
