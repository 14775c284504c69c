//! The attacker holds whole snapshots of the machine's disks, keystores included, and the passphrase.

use std::collections::BTreeSet;

use serde_json::json;

use super::{
    DrillError, Moment as When, Row,
    crack::{KeyLike, Sealed},
    grounds::Grounds,
    past::{Moment, Past},
    sought::Got,
};

/// What one snapshot gave.
struct Given {
    /// Minutes since the day began.
    minute: u64,
    undecided: usize,
    opened: usize,
    got: Got,
    /// Whether what opened is exactly what was undecided.
    exactly: bool,
    /// Whether with all other copies beside it nothing opened but what was undecided since the change before it.
    together: bool,
}

/// M8, M39: the number is not zero, and it is printed as it is.
pub(super) fn perform(grounds: &Grounds) -> Result<Row, DrillError> {
    let past = grounds.past()?;
    grounds.say("snapshot-with-keystore: each snapshot with its own keystore");
    let everything = past.targets(past.moments.iter())?;
    let given = past.moments.iter().map(|moment| given(past, moment, &everything));
    let given = given.collect::<Result<Vec<_>, _>>()?;
    let most = given.iter().map(|given| given.got.pictures).max().unwrap_or_default();
    let exactly = given.iter().filter(|given| given.exactly).count();
    let together = given.iter().filter(|given| given.together).count();
    let opened: usize = given.iter().map(|given| given.opened).sum();
    Ok(Row {
        name: "snapshot-with-keystore",
        held: format!("{} snapshots of data and keystore from 24 hours, and the passphrase", given.len()),
        got: Got { pictures: most, ..Got::default() },
        promise: "of each snapshot exactly what was undecided when it was taken",
        kept: exactly == given.len() && together == given.len() && most > 0 && past.changes >= 24,
        noticed: When::copied_outside(),
        stopped: When::never("what was undecided when the copy was made opens for whoever has it, for ever"),
        officer: None,
        note: format!(
            "the most that one snapshot gave is counted; all {} together gave {opened} openings of {} documents; in \
             {exactly} what opened was exactly what the site was told to be undecided; with all other copies' data \
             beside its keystore, {together} gave only what was undecided since the change of root before",
            given.len(),
            past.documents.len(),
        ),
        short: Some(format!(
            "up to {most} pictures: in {exactly} of {} snapshots exactly what was undecided then",
            given.len()
        )),
        figures: Some(json!({
            "snapshots": given.len(),
            "root_changes": past.changes,
            "each": given.iter().map(|given| json!({
                "minute": given.minute, "undecided": given.undecided, "opened": given.opened,
            })).collect::<Vec<_>>(),
        })),
    })
}

fn given(past: &Past, moment: &Moment, everything: &[Sealed]) -> Result<Given, DrillError> {
    let keys = past.keyring(&moment.keystore)?.keys();
    let (mut opened, mut got) = (BTreeSet::new(), Got::default());
    for target in past.targets([moment].into_iter())? {
        if let Some(plain) = target.open(&keys) {
            opened.insert(target.document);
            got += past.sought.within(&plain);
        }
    }
    Ok(Given {
        minute: moment.minute,
        undecided: moment.undecided.len(),
        opened: opened.len(),
        got,
        exactly: opened == moment.undecided && got.pictures == opened.len() as u64,
        together: opens_together(past, moment, everything, &keys),
    })
}

/// With the data of every other copy, of this hour too: what was undecided at any copied moment under this root.
fn opens_together(past: &Past, moment: &Moment, everything: &[Sealed], keys: &BTreeSet<KeyLike>) -> bool {
    let opened = everything.iter().filter(|target| target.open(keys).is_some()).map(|target| target.document);
    let same_root = past.moments.iter().filter(|other| other.root == moment.root);
    let reachable: BTreeSet<_> = same_root.flat_map(|other| other.undecided.iter().copied()).collect();
    opened.collect::<BTreeSet<_>>() == reachable
}
