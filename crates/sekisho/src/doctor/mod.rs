//! What is weak in an installation, with why it matters and how to mend it.
//!
//! Each thing that is looked for is a file: its rows (id, weight, why, how to mend), what is read, and a judgement that
//! a test can feed. Nothing is written anywhere, and what can't be read is said to be so, never to be fine.

mod clock;
mod data;
mod dumps;
mod hibernation;
mod keystore;
mod machine;
mod medium;
mod mounts;
mod remark;
mod swap;
mod volumes;

use std::path::PathBuf;

use sekisho_core::time::Timestamp;
use sekisho_keeper::survey::Survey;
use sekisho_sys::clock::discipline;

pub use machine::Machine;
pub use remark::{CannotTell, Fixed, Remark, Row, Severity, Told, Words};

/// What is to be looked at.
#[derive(Debug)]
pub struct Subject {
    /// The machine.
    pub machine: Machine,
    /// The data folder, resolved.
    pub data: PathBuf,
    /// The keystore's file, resolved.
    pub keystore: PathBuf,
    /// What the clock shows.
    pub now: Timestamp,
}

/// Everything that is looked for, in the order in which it is told.
pub fn rows() -> Vec<&'static Row> {
    let rows: [&[&Row]; 7] = [
        &[&medium::COPY_ON_WRITE, &medium::SNAPSHOT, &medium::NETWORK, &medium::FLEETING, &medium::SAME_DISK],
        &[&medium::FLASH, &medium::LENT, &medium::BACKED_UP, &keystore::MODE, &keystore::LINKS, &keystore::SPARSE],
        &[&keystore::INSIDE, &keystore::COST, &keystore::STRANGER],
        &[&data::MODE, &data::SPACE, &data::NETWORK, &data::JOURNAL],
        &[&swap::SWAP, &hibernation::HIBERNATION],
        &[&dumps::KERNEL_DUMP, &dumps::CORE_PATTERN, &dumps::PTRACE],
        &[&clock::UNKEPT, &clock::BEHIND, &clock::GAP, &clock::LOCAL_RTC],
    ];
    rows.concat()
}

/// Looks at everything, the heaviest first.
pub fn examine(subject: &Subject) -> Vec<Remark> {
    let Subject { machine, data, keystore, now } = subject;
    let survey = survey(data);
    let owner = survey.as_ref().ok().and_then(|survey| survey.installation.as_ref());
    let owner = owner.map(|owner| keystore::Owner { keeper: owner.keeper, test: owner.test });
    let confirmed = survey.as_ref().ok().and_then(|survey| survey.confirmed);
    let mut remarks = [
        medium::examine(machine, keystore, data),
        keystore::examine(keystore, data, owner),
        data::examine(machine, data),
        swap::examine(machine),
        hibernation::examine(machine),
        dumps::examine(machine),
        clock::examine(machine, discipline(), confirmed, *now),
    ]
    .concat();
    remarks.sort_by_key(|remark| remark.severity);
    remarks
}

/// What keeper.db says.
fn survey(data: &std::path::Path) -> Told<Survey> {
    let path = crate::app::places::database(data);
    sekisho_keeper::survey::survey(&path).map_err(|error| {
        let place = path.display();
        CannotTell::new(format!("{place}: {error}"), format!("{place} を読めません({error})"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_row_has_an_id_of_its_own_and_says_why_and_how() {
        let ids: BTreeSet<_> = rows().iter().map(|row| row.id).collect();
        assert_eq!(ids.len(), rows().len());
        for row in rows() {
            let plain = |id: &str| id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
            assert!(row.id.strip_prefix("D-").is_some_and(plain), "{}", row.id);
            assert_ne!(row.severity, Severity::CannotTell, "{}", row.id);
            for text in [row.why.en, row.why.ja, row.mend.en, row.mend.ja] {
                assert!(text.len() > 20, "{}: {text}", row.id);
            }
        }
    }
}
