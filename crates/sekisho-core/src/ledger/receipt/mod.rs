//! The receipt that a member keeps: the events of one check, each with its proof.
//!
//! A receipt shows that each event in it was recorded, where, and unaltered
//! since. It does not show that no event was left out, nor that what was recorded
//! also happened.

mod error;

use alloc::{string::String, vec::Vec};

use serde::{Deserialize, Serialize};

use super::{Checkpoint, Cosigned, TlogProof, VerifierKey, Witnesses, leaf, text, tree::Head};
use crate::{
    event::{self, Event, What},
    id::CheckId,
};
pub use error::ReceiptError;

/// The version of the format that this code reads and writes.
pub const VERSION: u8 = 1;

/// A receipt, not verified yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// Version of the format, [`VERSION`].
    pub version: u8,
    /// The ledger's verifier key (C2SP `signed-note`). Whoever has it from elsewhere compares.
    pub ledger_key: String,
    /// The check that it is about.
    pub check: CheckId,
    /// The check's events, in the order of the ledger.
    pub events: Vec<ReceiptEvent>,
}

/// One event of a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptEvent {
    /// The event's JSON, byte for byte as it was written.
    pub body: String,
    /// The leaf's salt: base 64 of 32 bytes.
    pub salt: String,
    /// The proof, in the format `c2sp.org/tlog-proof@v1`.
    pub proof: String,
}

/// An event that stands in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedEvent {
    /// Its place, from 0.
    pub index: u64,
    /// What it says.
    pub event: Event,
    /// The known witnesses that cosigned the checkpoint of its proof, and when.
    pub cosigned: Vec<Cosigned>,
}

/// What a receipt showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The check that it is about.
    pub check: CheckId,
    /// The key that the ledger's checkpoints were verified with.
    pub key: VerifierKey,
    /// Whether that key came from the caller rather than from the receipt itself.
    pub key_known: bool,
    /// The events, in the order of the ledger.
    pub events: Vec<VerifiedEvent>,
    /// The largest checkpoint among the proofs.
    pub checkpoint: Checkpoint,
}

/// How often what happened, by a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Tally {
    /// Documents that arrived.
    pub received: u64,
    /// Releases of a picture to a person.
    pub viewed: u64,
    /// Decisions.
    pub decided: u64,
    /// Documents whose key was dropped and whose ciphertext was removed.
    pub shredded: u64,
}

impl Receipt {
    /// A receipt of `check` out of the ledger whose key is `key`.
    pub fn new(check: CheckId, key: &VerifierKey, events: Vec<ReceiptEvent>) -> Self {
        Self { version: VERSION, ledger_key: alloc::format!("{key}"), check, events }
    }

    /// Reads a receipt from its JSON.
    ///
    /// # Errors
    /// [`ReceiptError::Form`] when it is none.
    pub fn from_json(json: &str) -> Result<Self, ReceiptError> {
        serde_json::from_str(json).map_err(|_| ReceiptError::Form)
    }

    /// Its JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a receipt is numbers and strings under fixed names")
    }
}

impl ReceiptEvent {
    /// An event for a receipt; nothing if the body is not UTF-8, which no event's is.
    pub fn new(body: Vec<u8>, salt: &leaf::Salt, proof: String) -> Option<Self> {
        Some(Self { body: String::from_utf8(body).ok()?, salt: text::base64(salt), proof })
    }
}

impl Verified {
    /// How often what happened.
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for verified in &self.events {
            match verified.event.what {
                What::Received { .. } => tally.received += 1,
                What::Viewed { .. } => tally.viewed += 1,
                What::Decided { .. } => tally.decided += 1,
                What::Shredded { .. } => tally.shredded += 1,
                _ => {}
            }
        }
        tally
    }
}

/// Verifies a receipt: every event, under `trusted` or else under the key that the receipt itself names.
///
/// With the receipt's own key it only shows that the receipt agrees with itself.
///
/// # Errors
/// When anything in it does not hold; nothing of it is to be believed then.
pub fn verify(receipt: &Receipt, trusted: Option<&VerifierKey>) -> Result<Verified, ReceiptError> {
    verify_witnessed(receipt, trusted, &Witnesses::none())
}

/// As [`verify`], and that of `witnesses` so many as are needed cosigned the checkpoint of every event's proof.
///
/// # Errors
/// When anything in it does not hold; nothing of it is to be believed then.
pub fn verify_witnessed(
    receipt: &Receipt,
    trusted: Option<&VerifierKey>,
    witnesses: &Witnesses,
) -> Result<Verified, ReceiptError> {
    if receipt.version != VERSION {
        return Err(ReceiptError::Version(receipt.version));
    }
    let key: VerifierKey = receipt.ledger_key.parse()?;
    if trusted.is_some_and(|trusted| *trusted != key) {
        return Err(ReceiptError::OtherLedger);
    }
    let mut events = Vec::new();
    let mut checkpoints = Vec::new();
    for (before, shown) in receipt.events.iter().enumerate() {
        let (verified, checkpoint) = verify_event(receipt.check, shown, (&key, witnesses), before + 1)?;
        if events.last().is_some_and(|last: &VerifiedEvent| last.index >= verified.index) {
            return Err(ReceiptError::Order { at: before + 1 });
        }
        events.push(verified);
        checkpoints.push(checkpoint);
    }
    let checkpoint = largest(checkpoints)?;
    Ok(Verified { check: receipt.check, key, key_known: trusted.is_some(), events, checkpoint })
}

fn verify_event(
    check: CheckId,
    shown: &ReceiptEvent,
    (key, witnesses): (&VerifierKey, &Witnesses),
    at: usize,
) -> Result<(VerifiedEvent, Checkpoint), ReceiptError> {
    let salt = text::base64_32(&shown.salt).ok_or(ReceiptError::Salt { at })?;
    let proof: TlogProof = shown.proof.parse().map_err(|why| ReceiptError::ProofForm { at, why })?;
    let entry = leaf::entry(&salt, shown.body.as_bytes());
    let held = proof.verify_witnessed(&entry, key, witnesses);
    let (checkpoint, cosigned) = held.map_err(|why| ReceiptError::Proof { at, why })?;
    let event = Event::from_bytes(shown.body.as_bytes()).map_err(|_| ReceiptError::Body { at })?;
    if event.v != event::VERSION {
        return Err(ReceiptError::Body { at });
    }
    if event.what.check() != Some(check) {
        return Err(ReceiptError::OtherCheck { at });
    }
    Ok((VerifiedEvent { index: proof.index, event, cosigned }, checkpoint))
}

fn largest(mut checkpoints: Vec<Checkpoint>) -> Result<Checkpoint, ReceiptError> {
    checkpoints.sort_by_key(Checkpoint::size);
    let forked = |pair: &[Checkpoint]| {
        let [Head { size: a, root: x }, Head { size: b, root: y }] = [pair[0].head, pair[1].head];
        a == b && x != y
    };
    if checkpoints.windows(2).any(forked) {
        return Err(ReceiptError::Fork);
    }
    checkpoints.pop().ok_or(ReceiptError::Empty)
}

#[cfg(test)]
mod tests {
    use alloc::{string::ToString as _, vec};

    use super::{
        super::{
            Hash,
            note::testing::{key, witness},
            proof::ProofError,
            quorum::QuorumError,
            tree::{self, naive::Leaves},
        },
        *,
    };
    use crate::{
        check::{Reason, ShredCause, Verdict},
        id::{AssignmentId, DocumentId, ShiftId, StaffId, ViewingId},
        time::Timestamp,
    };

    const CHECK: CheckId = CheckId::from_bytes([1; 16]);
    const OTHER: CheckId = CheckId::from_bytes([2; 16]);

    fn story(check: CheckId) -> Vec<What> {
        let (document, staff) = (DocumentId::from_bytes([3; 16]), StaffId::from_bytes([4; 16]));
        let (assignment, shift) = (AssignmentId::from_bytes([5; 16]), ShiftId::from_bytes([6; 16]));
        vec![
            What::Started,
            What::Received {
                check,
                document,
                site: "example".parse().unwrap(),
                policy: "jp-dating-site".parse().unwrap(),
                policy_version: 1,
                kind: "driving-licence".parse().unwrap(),
                arrival: 1,
                deadline: Timestamp(1000),
                ciphertext_sha256: "00".into(),
            },
            What::Viewed { viewing: ViewingId::from_bytes([7; 16]), assignment, check, document, staff, shift },
            What::Decided { check, document, assignment, staff, verdict: Verdict::Approve, reason: Reason::OldEnough },
            What::MemberErased { check: OTHER },
            What::Shredded { check, document, cause: ShredCause::Decided },
        ]
    }

    /// A receipt over the leaves `shown` of a ledger that tells `story`.
    fn receipt(story: &[What], shown: &[usize]) -> Receipt {
        let bodies: Vec<_> = story.iter().map(|what| Event::new(Timestamp(9), what.clone()).to_bytes()).collect();
        let salt = |index: usize| [index as u8; 32];
        let leaves: Vec<_> =
            bodies.iter().enumerate().map(|(i, body)| Hash::leaf(&leaf::entry(&salt(i), body))).collect();
        let key = key("example.com/log");
        let head =
            Head { size: leaves.len() as u64, root: tree::root(&mut Leaves(&leaves), leaves.len() as u64).unwrap() };
        let checkpoint = key.sign(Checkpoint { origin: "example.com/log".into(), head }.to_string());
        let event = |&index: &usize| {
            let path = tree::inclusion(&mut Leaves(&leaves), index as u64, head.size).unwrap();
            let proof = TlogProof { extra: None, index: index as u64, path, checkpoint: checkpoint.clone() };
            ReceiptEvent::new(bodies[index].clone(), &salt(index), proof.to_string()).unwrap()
        };
        Receipt::new(CHECK, &key.1, shown.iter().map(event).collect())
    }

    fn good() -> Receipt {
        receipt(&story(CHECK), &[1, 2, 3, 5])
    }

    #[test]
    fn a_receipt_is_written_read_back_and_holds() {
        let read = Receipt::from_json(&good().to_json()).unwrap();
        let verified = verify(&read, None).unwrap();
        assert_eq!(verified.tally(), Tally { received: 1, viewed: 1, decided: 1, shredded: 1 });
        assert_eq!(verified.events.iter().map(|event| event.index).collect::<Vec<_>>(), [1, 2, 3, 5]);
        assert_eq!((verified.checkpoint.size(), verified.check, verified.key_known), (6, CHECK, false));
    }

    #[test]
    fn a_known_key_must_be_the_receipts() {
        assert!(verify(&good(), Some(&key("example.com/log").1)).unwrap().key_known);
        assert_eq!(verify(&good(), Some(&key("example.com/other").1)), Err(ReceiptError::OtherLedger));
    }

    /// M16
    #[test]
    fn any_other_character_in_an_event_is_refused() {
        let good = good();
        for (at, _) in good.events[2].body.char_indices() {
            let mut changed = good.clone();
            let replacement = if &good.events[2].body[at..=at] == "0" { "1" } else { "0" };
            changed.events[2].body.replace_range(at..=at, replacement);
            assert!(matches!(verify(&changed, None), Err(ReceiptError::Proof { at: 3, .. })), "changed at {at}");
        }
    }

    /// M16.
    #[test]
    fn every_events_checkpoint_must_have_its_witnesses() {
        let w1 = witness("w1", 1);
        let needed = Witnesses::new(vec![w1.1.clone(), witness("w2", 2).1], 1).unwrap();
        let mut cosigned = good();
        for shown in &mut cosigned.events {
            let mut proof: TlogProof = shown.proof.parse().unwrap();
            proof.checkpoint = w1.cosign(&proof.checkpoint, 77);
            shown.proof = proof.to_string();
        }
        let verified = verify_witnessed(&cosigned, None, &needed).unwrap();
        let by_w1 = vec![Cosigned { witness: "w1".into(), time: Timestamp(77) }];
        assert!(verified.events.iter().all(|event| event.cosigned == by_w1));
        cosigned.events[2].proof = good().events[2].proof.clone();
        let lacking = ProofError::Witnesses(QuorumError::TooFew { found: 0, needed: 1 });
        assert_eq!(verify_witnessed(&cosigned, None, &needed), Err(ReceiptError::Proof { at: 3, why: lacking }));
        assert!(verify(&cosigned, None).is_ok());
    }

    #[test]
    fn another_salt_or_place_is_refused() {
        let mut changed = good();
        changed.events[0].salt = changed.events[1].salt.clone();
        assert!(matches!(verify(&changed, None), Err(ReceiptError::Proof { at: 1, .. })));
        let mut changed = good();
        changed.events[0].salt.pop();
        assert_eq!(verify(&changed, None), Err(ReceiptError::Salt { at: 1 }));
        let mut changed = good();
        changed.events[0].proof = changed.events[0].proof.replace("index 1", "index 0");
        assert!(matches!(verify(&changed, None), Err(ReceiptError::Proof { at: 1, .. })));
    }

    #[test]
    fn an_event_of_another_check_is_refused() {
        assert_eq!(verify(&receipt(&story(CHECK), &[1, 4]), None), Err(ReceiptError::OtherCheck { at: 2 }));
        assert_eq!(verify(&receipt(&story(CHECK), &[0]), None), Err(ReceiptError::OtherCheck { at: 1 }));
    }

    #[test]
    fn an_event_shown_twice_or_out_of_order_is_refused() {
        assert_eq!(verify(&receipt(&story(CHECK), &[1, 1]), None), Err(ReceiptError::Order { at: 2 }));
        assert_eq!(verify(&receipt(&story(CHECK), &[2, 1]), None), Err(ReceiptError::Order { at: 2 }));
        assert_eq!(verify(&receipt(&story(CHECK), &[]), None), Err(ReceiptError::Empty));
    }

    #[test]
    fn a_forked_ledger_is_noticed() {
        let mut forked = good();
        let mut elsewhere = story(CHECK);
        elsewhere[0] = What::MemberErased { check: OTHER };
        forked.events[3] = receipt(&elsewhere, &[5]).events.remove(0);
        assert_eq!(verify(&forked, None), Err(ReceiptError::Fork));
    }

    #[test]
    fn another_version_or_field_is_refused() {
        let json = good().to_json();
        assert_eq!(Receipt::from_json(&json.replacen("{", "{\"more\":1,", 1)), Err(ReceiptError::Form));
        assert_eq!(verify(&Receipt { version: 2, ..good() }, None), Err(ReceiptError::Version(2)));
    }
}
