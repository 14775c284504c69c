//! Reading and nothing else: for a program that looks at an installation and must not change it.

use landlock::{
    ABI, AccessFs, CompatLevel, Compatible, LandlockStatus, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError,
};

/// The newest rules that we know; of these, a kernel takes those that it has.
const NEWEST: ABI = ABI::V9;

/// From now on this thread, and every thread and process that it starts, opens no file for writing, makes none,
/// renames none and deletes none, wherever it lies. What is open already stays so.
///
/// Gives the Landlock ABI (landlock(7)) that this kernel has; 0 says that it has none, and then nothing is given up.
///
/// # Errors
/// When the kernel has Landlock and refuses the rules.
pub fn only_read() -> Result<u32, RulesetError> {
    let rules = Ruleset::default().set_compatibility(CompatLevel::BestEffort);
    let rules = rules.handle_access(AccessFs::from_write(NEWEST))?.create()?;
    match rules.no_new_privs(true).restrict_self()?.landlock {
        LandlockStatus::Available { effective_abi, .. } => Ok(effective_abi as u32),
        _ => Ok(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        fs::{self, File, OpenOptions},
        io, thread,
    };

    /// In a thread of its own: what it gives up, it gives up for good.
    #[test]
    fn who_only_reads_can_neither_write_nor_make_nor_delete() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "before").unwrap();
        let (before, after) = (file.clone(), file.clone());
        let abi = thread::spawn(move || {
            OpenOptions::new().write(true).open(&before).expect("before, it can be written");
            let abi = only_read().unwrap();
            assert!(abi > 0, "THIS KERNEL HAS NO LANDLOCK: the test shows nothing");
            let denied = |outcome: io::Result<()>| {
                assert_eq!(outcome.unwrap_err().kind(), io::ErrorKind::PermissionDenied);
            };
            denied(OpenOptions::new().write(true).open(&before).map(drop));
            denied(File::create(before.with_extension("new")).map(drop));
            denied(fs::remove_file(&before));
            denied(fs::rename(&before, before.with_extension("old")));
            denied(fs::create_dir(before.with_extension("folder")));
            assert_eq!(fs::read_to_string(&before).unwrap(), "before");
            abi
        });
        assert!(abi.join().unwrap() > 0);
        fs::write(after, "others still can").unwrap();
    }
}
