use alloc::{collections::BTreeMap, vec::Vec};

use super::*;
use crate::{
    event::tests::every_event,
    id::{CheckId, DocumentId, StaffId},
    time::Timestamp,
    watch::{Cause, Evidence, OutsideVerdict, PersonVerdict},
};

fn finding(detector: Detector, cause: Cause) -> Finding {
    Finding::new(detector, cause, Evidence { places: [1].into(), count: 20, seconds: 300 })
}

fn of_person(verdict: PersonVerdict) -> Cause {
    Cause::Person { staff: by(), verdict }
}

fn urgency_of(finding: Finding) -> Option<Urgency> {
    Alert::of(&What::Found { finding }).map(|alert| alert.urgency)
}

/// Every event of [`every_event`], and those whose details decide.
fn events() -> Vec<What> {
    let (check, document, staff) = (CheckId::from_bytes([1; 16]), DocumentId::from_bytes([2; 16]), by());
    let detailed = [
        What::Shredded { check, document, cause: ShredCause::Overdue },
        What::Shredded { check, document, cause: ShredCause::Decided },
        What::DeadlineNears { check, document, deadline: Timestamp(9) },
        What::WatchSet { setup: Default::default(), founding: true },
        What::StaffEnrolled { staff, role: Role::Officer, by: Some(staff) },
        What::StaffEnrolled { staff, role: Role::Reviewer, by: Some(staff) },
    ];
    every_event().into_iter().chain(detailed).collect()
}

fn by() -> StaffId {
    StaffId::from_bytes([3; 16])
}

/// Every kind of event there is, and what it calls for: a change here is a change of who is woken.
#[test]
fn every_event_calls_whom_it_should_and_no_other() {
    let mut called = BTreeMap::<&str, (Urgency, Audience)>::new();
    for what in events() {
        if let Some(alert) = Alert::of(&what) {
            called.insert(alert.kind.name(), (alert.urgency, alert.audience));
        }
    }
    let expected = [
        ("appointed", (Urgency::Soon, Audience::All)),
        ("canary", (Urgency::Now, Audience::All)),
        ("change_proposed", (Urgency::Soon, Audience::All)),
        ("contradicted", (Urgency::Now, Audience::All)),
        ("courier_silent", (Urgency::Now, Audience::All)),
        ("damaged", (Urgency::Soon, Audience::Rota)),
        ("deadline_nears", (Urgency::Soon, Audience::Rota)),
        ("keystore_changed", (Urgency::Soon, Audience::All)),
        ("locked_down", (Urgency::Now, Audience::All)),
        ("overdue", (Urgency::Soon, Audience::Rota)),
        ("paused", (Urgency::Now, Audience::Rota)),
        ("restored", (Urgency::Now, Audience::All)),
        ("stopped", (Urgency::Now, Audience::Rota)),
        ("test", (Urgency::Now, Audience::Rota)),
        ("time_doubted", (Urgency::Now, Audience::Rota)),
        // The last finding of the list: several people, a lockdown.
        ("together", (Urgency::Now, Audience::All)),
        ("watch_set", (Urgency::Soon, Audience::All)),
        ("witness_forgotten", (Urgency::Soon, Audience::All)),
    ];
    assert_eq!(called.into_iter().collect::<Vec<_>>(), expected);
}

#[test]
fn an_alert_says_what_happened_what_it_implies_and_what_to_do_in_both_languages() {
    for alert in events().iter().filter_map(Alert::of) {
        let Words { happened, implies, to_do } = &alert.words;
        for said in [happened, implies, to_do] {
            assert!(said.en.is_ascii() && said.en.ends_with('.'), "{}: {}", alert.kind.name(), said.en);
            assert!(said.ja.ends_with('。') && !said.ja.is_ascii(), "{}: {}", alert.kind.name(), said.ja);
        }
    }
}

/// The internet wakes nobody by asking for what doesn't exist, and a note calls nobody.
#[test]
fn a_findings_verdict_says_how_soon_somebody_has_to_look() {
    let outside = |verdict| Cause::Outside { asker: crate::watch::observed::Outsider::Others, verdict };
    assert_eq!(urgency_of(finding(Detector::Enumeration, outside(OutsideVerdict::Note))), None);
    assert_eq!(urgency_of(finding(Detector::Enumeration, outside(OutsideVerdict::Deny))), Some(Urgency::Soon));
    assert_eq!(urgency_of(finding(Detector::Tempo, of_person(PersonVerdict::EndShift))), Some(Urgency::Now));
    let tried = Finding { shadow: true, ..finding(Detector::Tempo, of_person(PersonVerdict::EndShift)) };
    assert_eq!(urgency_of(tried), None, "a detector that is only tried calls nobody");
}

#[test]
fn touched_bait_calls_everybody_at_once() {
    let cause = Cause::Outside { asker: crate::watch::observed::Outsider::Others, verdict: OutsideVerdict::Deny };
    let alert = Alert::of(&What::Found { finding: finding(Detector::Canary, cause) }).unwrap();
    assert_eq!((alert.urgency, alert.audience), (Urgency::Now, Audience::All));
    assert!(alert.words.whole(false).contains("being stolen"));
}
