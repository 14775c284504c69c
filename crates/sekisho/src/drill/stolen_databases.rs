//! The attacker holds copies of everything below `--data`: databases with their write-ahead logs, journal, ledger,
//! the courier's folder and the blobs, but not the keystore.

use std::collections::BTreeSet;

use super::{
    DrillError, Moment, Row,
    crack::{KeyLike, key_like},
    grounds::Grounds,
    loot::{Loot, keys_with_the_keystore, open_all},
    sought::Got,
};

/// The databases below `--data`.
const DATABASES: [&str; 3] = ["keeper/keeper.db", "gate/gate.db", "desk/desk.db"];

/// M8: what lies in the files is looked through byte by byte and value by value, and every key-like thing is tried.
pub(super) fn perform(grounds: &Grounds) -> Result<Row, DrillError> {
    let ground = grounds.shared()?;
    let loot = Loot::copy(&ground.house.data())?;
    let mut got = loot.in_the_clear(&ground.sought)?;
    let (values, mut keys) = (values(&loot)?, loot.key_like()?);
    for value in &values {
        got += ground.sought.within(value);
        keys.extend(shaped(value));
    }
    let known = loot.known()?;
    let documents = loot.documents(&known)?;
    got += open_all(&documents, &keys, &ground.sought);
    let control = open_all(&documents, &keys_with_the_keystore(&ground.house, &known)?, &ground.sought);
    let undecided = ground.undecided() as u64;
    Ok(Row {
        name: "stolen-databases",
        held: format!(
            "everything below --data: {} files, {} values in {} databases; not the keystore",
            loot.files()?.len(),
            values.len(),
            DATABASES.len()
        ),
        got,
        promise: "opaque references; 0 pictures, 0 birth dates, 0 names",
        kept: got == Got::default() && documents.len() as u64 == undecided && control.pictures == undecided,
        noticed: Moment::copied_outside(),
        stopped: Moment::nothing_to_stop(),
        officer: None,
        note: format!(
            "{} key-like things were tried on each document and on its wrapped key; with keystore and passphrase the \
             same code opened {} of {undecided} undecided documents, and of the decided one there is no ciphertext",
            keys.len(),
            control.pictures
        ),
        short: None,
        figures: None,
    })
}

/// Every value in the copied databases, as bytes.
pub(super) fn values(loot: &Loot) -> Result<Vec<Vec<u8>>, DrillError> {
    let all: Vec<Vec<Vec<u8>>> = DATABASES.iter().map(|name| loot.values(name)).collect::<Result<_, _>>()?;
    Ok(all.concat())
}

fn shaped(value: &[u8]) -> BTreeSet<KeyLike> {
    key_like(value)
}
