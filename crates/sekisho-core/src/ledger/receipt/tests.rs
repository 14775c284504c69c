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
            waits: false,
        },
        What::Viewed {
            viewing: ViewingId::from_bytes([7; 16]),
            assignment,
            check,
            document,
            staff,
            shift,
            again: None,
        },
        What::Decided { check, document, assignment, staff, verdict: Verdict::Approve, reason: Reason::OldEnough },
        What::MemberErased { check: OTHER },
        What::Shredded { check, document, cause: ShredCause::Decided },
    ]
}

/// A receipt over the leaves `shown` of a ledger that tells `story`.
fn receipt(story: &[What], shown: &[usize]) -> Receipt {
    let bodies: Vec<_> = story.iter().map(|what| Event::new(Timestamp(9), what.clone()).to_bytes()).collect();
    let salt = |index: usize| [index as u8; 32];
    let leaves: Vec<_> = bodies.iter().enumerate().map(|(i, body)| Hash::leaf(&leaf::entry(&salt(i), body))).collect();
    let key = key("example.com/log");
    let head = Head { size: leaves.len() as u64, root: tree::root(&mut Leaves(&leaves), leaves.len() as u64).unwrap() };
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
