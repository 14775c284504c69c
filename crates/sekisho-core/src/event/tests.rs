use alloc::vec;

use super::*;
use crate::{
    author::Author,
    budget::{Kind, Series, Spent, Subject, Window},
    change::Loosening,
    id::{AgentId, AlertId, CanaryId, ChangeId, DeviceId, NetworkId, StopId},
    watch::{
        Cause, Detector, Evidence, OutsideVerdict, PersonVerdict, Several, SeveralVerdict, VaultVerdict,
        observed::{Asker, Outsider, Trouble},
    },
};

fn every_kind() -> Vec<What> {
    let (check, document, staff) =
        (CheckId::from_bytes([1; 16]), DocumentId::from_bytes([2; 16]), StaffId::from_bytes([3; 16]));
    let (assignment, shift) = (AssignmentId::from_bytes([4; 16]), ShiftId::from_bytes([5; 16]));
    let (at, hour, viewing) = (Timestamp(7), Hour(8), ViewingId::from_bytes([6; 16]));
    vec![
        What::Founded { test: true },
        What::Started,
        What::Restored { backup: 9, known: 2, lost: 1, instead_of: Some("example.jp/log".into()) },
        What::Restored { backup: 9, known: 2, lost: 1, instead_of: None },
        What::RootChanged { hour, carried: 1, dropped: 2 },
        What::SlotsForgotten { through: hour },
        What::IntakeKeyMade { key: IntakeKeyId::from_bytes([6; 16]), hour },
        What::Assigned { assignment, check, document, staff, shift, until: at },
        What::Viewed { viewing, assignment, check, document, staff, shift, again: None },
        What::Viewed { viewing, assignment, check, document, staff, shift, again: Some(LookReason::InDoubt) },
        What::Decided { check, document, assignment, staff, verdict: Verdict::Reject, reason: Reason::Suspicious },
        What::Shredded { check, document, cause: ShredCause::Damaged },
        What::MemberLeft { checks: vec![check], erase_at: at },
        What::ShiftBegan { shift, staff, until: at },
        What::TimeDoubted { wall: at, confirmed: at },
        What::TimeConfirmed { wall: at, by: staff },
        What::TimeConfirmedByWitness { wall: at, witness: "w".into() },
        What::WitnessRegistered { witness: "w".into(), key: "w+1+k".into() },
        What::WitnessForgotten { witness: "w".into(), contradicted: true },
        What::WitnessContradicted { witness: "w".into(), size: 9, contradiction: Contradiction::Ahead },
        What::WitnessAgreed { witness: "w".into(), size: 9 },
        What::Paused { by: staff.into(), until: None },
        What::Paused { by: Author::Watch, until: Some(at) },
        What::ResumeAsked { by: staff },
        What::LockedDown { lockdown: lockdown(Author::Watch, vec![3, 5]) },
        What::LockedDown { lockdown: lockdown(Author::Operator, Vec::new()) },
        What::Canary { canary: Canary::Book { sha256: "00".into() } },
        What::Canary { canary: known() },
        What::LimitsSet { limits: Box::default() },
        What::WatchSet { setup: Box::new(Setup::all(crate::watch::Switch::Shadow)), founding: false },
        What::SiteBudgetSet { site: "site-a".parse().unwrap(), budget: Some(Limits::default().slack), by: None },
        stopped(),
        proposed(),
        What::Stopping {
            stopping: Stopping::Lifted {
                stop: StopId::from_bytes([4; 16]),
                by: staff.into(),
                why: "over".parse().unwrap(),
            },
        },
        What::KeystoreChanged { change: KeystoreChange::SharesDealt { needed: 2, of: 3 } },
        What::KeystoreChanged { change: KeystoreChange::PassphraseChosen },
        What::Unlocked { by: Means::Passphrase },
        What::Unlocked { by: Means::Shares { given: 3, of: 5 } },
    ]
}

fn proposed() -> What {
    let (change, what) = (ChangeId::from_bytes([5; 16]), Loosening::Staff { role: Role::Reviewer });
    What::Changing {
        change: Changing::Proposed { change, what, sha256: "00".repeat(32), by: StaffId::from_bytes([3; 16]) },
    }
}

fn stopped() -> What {
    let (stop, what, by) = (StopId::from_bytes([4; 16]), "uploads".into(), Author::Operator);
    What::Stopping { stopping: Stopping::Stopped { stop, what, by, why: "a flood".parse().unwrap() } }
}

fn lockdown(by: Author, evidence: Vec<u64>) -> Lockdown {
    Lockdown { by, why: "a key was found outside".parse().unwrap(), evidence }
}

/// A ledger from before pauses ended by themselves.
#[test]
fn an_older_pause_is_read() {
    let staff = StaffId::from_bytes([3; 16]);
    let older = alloc::format!(r#"{{"v":1,"at":5,"event":"paused","by":"{staff}"}}"#);
    let read = Event::from_bytes(older.as_bytes()).unwrap();
    assert_eq!(read.what, What::Paused { by: staff.into(), until: None });
    assert_eq!(read.to_bytes(), older.as_bytes());
}

fn known() -> Canary {
    Canary::Known {
        canary: CanaryId::from_bytes([1; 16]),
        lure: crate::canary::Lure::SiteKey,
        laid: "a backup".into(),
        since: Timestamp(7),
    }
}

fn what_is_said_of_alerts() -> Vec<What> {
    let (alert, by) = (AlertId::from_bytes([1; 16]), Author::Operator);
    let people = vec!["aoki".parse().unwrap()];
    let said = [
        Alerting::Acknowledged { alert, by: Author::Staff(StaffId::from_bytes([3; 16])) },
        Alerting::Tested { by },
        Alerting::RotaSet { people, by },
        Alerting::CourierSilent { since: Timestamp(7) },
    ];
    said.into_iter().map(|alerting| What::Alerting { alerting }).collect()
}

/// One of each, for whoever tells them apart.
pub(crate) fn every_event() -> Vec<What> {
    let all = [every_kind(), what_is_observed(), what_is_found(), what_is_said_of_alerts()];
    all.into_iter().flatten().collect()
}

fn what_is_observed() -> Vec<What> {
    let (staff, shift) = (StaffId::from_bytes([3; 16]), ShiftId::from_bytes([5; 16]));
    let device = DeviceId::from_bytes([7; 16]);
    let (network, agent) = (NetworkId::from_bytes([8; 16]), AgentId::from_bytes([9; 16]));
    let series = Series::new(Subject::Site("site-a".parse().unwrap()), Kind::Opened);
    let spent = Spent { series, window: Window::ThreeDays, limit: 4, frees: None };
    let asker = Asker::Outside(Outsider::Network(network));
    let seen = [
        Observation::Refused { trouble: Trouble::NotTheirs, asker: asker.clone(), count: 4 },
        Observation::Uploads { asker: Asker::Outside(Outsider::Others), taken: 1, refused: 2 },
        Observation::CanaryTouched { canary: CanaryId::from_bytes([1; 16]), asker: Asker::Staff(staff) },
        Observation::ShiftFrom { shift, staff, device, network, agent },
        Observation::BoundReached { spent },
    ];
    seen.into_iter().map(|seen| What::Observed { room: Room::Desk, seen }).collect()
}

fn what_is_found() -> Vec<What> {
    let people = Several::of([1, 2].map(|byte| StaffId::from_bytes([byte; 16]))).unwrap();
    let causes = [
        Cause::Outside { asker: Outsider::Others, verdict: OutsideVerdict::Deny },
        Cause::Person { staff: people.people()[0], verdict: PersonVerdict::EndShift },
        Cause::Vault { verdict: VaultVerdict::Pause },
        Cause::Several { staff: people, verdict: SeveralVerdict::Lockdown },
    ];
    let evidence = Evidence { places: vec![1, 2], count: 3, seconds: 4 };
    let found = |cause| Finding::new(Detector::Together, cause, evidence.clone());
    causes.into_iter().map(|cause| What::Found { finding: found(cause) }).collect()
}

/// What is written must be read for years: by a restore, by a detector, by whoever holds a receipt.
#[test]
fn every_kind_of_event_is_read_back_as_it_was_written() {
    for what in every_event() {
        let event = Event::new(Timestamp(5), what);
        assert_eq!(Event::from_bytes(&event.to_bytes()).ok(), Some(event.clone()), "{event:?}");
    }
}
