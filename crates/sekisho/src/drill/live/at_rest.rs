//! What lies on the disk of the operator's own installation, in a thief's hand: all but what members sent.

use std::{collections::BTreeSet, path::Path};

use sekisho_core::{
    entropy::fresh,
    id::{CheckId, DocumentId},
    time::Timestamp,
};
use sekisho_keeper::blobs::relative_path;
use sekisho_seal::{Context, DocumentKey, FormatVersion, seal_document};
use sekisho_sys::entropy::SystemEntropy;

use super::visit::Visit;
use crate::drill::{
    DrillError, Moment, Row,
    crack::{KeyLike, Sealed, key_like},
    findings::Findings,
    loot::{Loot, known, open_all},
    sought::Got,
    stolen_databases,
};

pub(super) const DOES: &str = "It copies what lies below --data into a temporary folder of yours, but no member's \
                               document, tries everything in it that could be a key on the document of nobody's, and \
                               removes the copy.";

/// More things like a key are not tried, so that a large installation's drill ends.
const MOST: usize = 2_000_000;
/// How often a copy is begun anew that was made in the midst of a change.
const TRIES: u32 = 5;

/// M8, M39.
pub(super) fn perform(visit: &mut Visit<'_>) -> Result<Row, DrillError> {
    let document = document(visit)?;
    let (loot, values) = copied(&visit.target.data, document)?;
    let mut findings = Findings::default();
    findings.got += loot.in_the_clear(&visit.sought)?;
    let mut keys = loot.key_like()?;
    for value in &values {
        findings.got += visit.sought.within(value);
        keys.extend(key_like(value));
    }
    let found = keys.len();
    let keys: BTreeSet<KeyLike> = keys.into_iter().take(MOST).collect();
    let sealed = loot.documents(&loot.known()?)?;
    findings
        .must(sealed.iter().any(|sealed| sealed.document == document), "the document of nobody's lay there, sealed");
    findings.got += open_all(&sealed, &keys, &visit.sought);
    findings
        .must(opens_what_its_key_lies_beside(visit), "a document whose key lies beside it is opened by the same code");
    Ok(findings.row(Row {
        name: "stolen-databases",
        held: format!(
            "{} files below --data, {} values in the databases; not the keystore",
            loot.files()?.len(),
            values.len()
        ),
        got: Got::default(),
        promise: "opaque references; 0 pictures",
        kept: true,
        noticed: Moment::copied_outside(),
        stopped: Moment::nothing_to_stop(),
        officer: None,
        note: format!("{} of {found} key-like things were tried on the document of nobody's", keys.len()),
        short: None,
        figures: None,
    }))
}

/// The document of the visit, as the keeper calls it.
fn document(visit: &Visit<'_>) -> Result<DocumentId, DrillError> {
    let known = known(&visit.target.data)?;
    known.iter().find(|known| known.check == visit.check).map(|known| known.document).ok_or(DrillError::Ground)
}

/// A copy, and every value in its databases.
fn copied(data: &Path, document: DocumentId) -> Result<(Loot, Vec<Vec<u8>>), DrillError> {
    let blobs = data.join("blobs");
    let own = blobs.join(relative_path(document));
    let keep = |path: &Path| !path.starts_with(&blobs) || own.starts_with(path);
    let mut tries = 0..TRIES;
    loop {
        let loot = Loot::copy_of(data, &keep)?;
        match (stolen_databases::values(&loot), tries.next()) {
            (Err(DrillError::Database(_)), Some(_)) => {}
            (values, _) => return Ok((loot, values?)),
        }
    }
}

/// The control: a document of the drill's own making, whose key lies in the midst of other things.
fn opens_what_its_key_lies_beside(visit: &Visit<'_>) -> bool {
    let (key, document) = (fresh::<32>(&mut SystemEntropy), DocumentId::from_bytes(fresh(&mut SystemEntropy)));
    let context = Context {
        version: FormatVersion::V1,
        keeper: visit.keeper,
        site: visit.target.kit.registration.name.clone(),
        check: CheckId::random(&mut SystemEntropy),
        document,
        deadline: Timestamp(0),
    };
    let picture = &visit.picture.bytes;
    let ciphertext = seal_document(&DocumentKey::from_bytes(&key), &context, picture, &mut SystemEntropy);
    let beside = [&fresh::<100>(&mut SystemEntropy)[..], &key, &fresh::<50>(&mut SystemEntropy)].concat();
    let sealed = Sealed { document, context, ciphertext, wrapped: Vec::new() };
    open_all(&[sealed], &key_like(&beside), &visit.sought).pictures == 1
}
