//! The attacker holds a copy of the whole blob store, or the credentials to it.

use super::{
    DrillError, Moment, Row,
    grounds::Grounds,
    loot::{Loot, keys_with_the_keystore, known, open_all},
};

/// M8, M11.
pub(super) fn perform(grounds: &Grounds) -> Result<Row, DrillError> {
    let ground = grounds.shared()?;
    let loot = Loot::copy(&ground.house.data().join("blobs"))?;
    let known = known(&ground.house.data())?;
    let documents = loot.documents(&known)?;
    let keys = loot.key_like()?;
    let mut got = loot.in_the_clear(&ground.sought)?;
    got += open_all(&documents, &keys, &ground.sought);
    let control = open_all(&documents, &keys_with_the_keystore(&ground.house, &known)?, &ground.sought);
    let undecided = ground.undecided() as u64;
    Ok(Row {
        name: "stolen-storage",
        held: format!("a copy of the whole blob store: {} documents", documents.len()),
        got,
        promise: "ciphertext; 0 pictures",
        kept: got == Default::default() && documents.len() as u64 == undecided && control.pictures == undecided,
        noticed: Moment::copied_outside(),
        stopped: Moment::nothing_to_stop(),
        officer: None,
        note: format!(
            "{} key-like things from the blobs were tried on each document, with its site and check given away; with \
             keystore and passphrase the same code opened {} of {undecided} undecided documents",
            keys.len(),
            control.pictures
        ),
        short: None,
        figures: None,
    })
}
