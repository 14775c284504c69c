//! Small ledgers with known answers.

use std::convert::Infallible;

use sekisho_core::{
    check::ShredCause,
    event::{Event, What},
    id::{AgentId, AssignmentId, CheckId, DeviceId, DocumentId, NetworkId, ShiftId, SiteName, StaffId, ViewingId},
    watch::{
        Detector, Evidence, Finding, PersonVerdict,
        observed::{Observation, Room},
    },
};

use super::*;

/// 2021-04-20T00:00:00+09:00.
const DAY: u64 = 1_618_844_400;

/// A ledger that is being written.
#[derive(Default)]
struct Book {
    entries: Vec<(u64, Vec<u8>)>,
    next: u64,
}

impl Book {
    fn write(&mut self, at: u64, what: What) -> &mut Self {
        self.entries.push((self.next, Event::new(Timestamp(DAY + at), what).to_bytes()));
        self.next += 1;
        self
    }

    /// Document `number` of check `number` arrives.
    fn received(&mut self, at: u64, number: u8, site: &str, kind: &str) -> &mut Self {
        self.write(
            at,
            What::Received {
                check: CheckId::from_bytes([number; 16]),
                document: DocumentId::from_bytes([number; 16]),
                site: site.parse().unwrap(),
                policy: "age".parse().unwrap(),
                policy_version: 1,
                kind: kind.parse().unwrap(),
                arrival: 1,
                deadline: Timestamp(DAY + at + 259_200),
                ciphertext_sha256: String::new(),
                waits: false,
            },
        )
    }

    fn viewed(&mut self, at: u64, number: u8, staff: u8, shift: u8) -> &mut Self {
        self.write(
            at,
            What::Viewed {
                viewing: ViewingId::from_bytes([number; 16]),
                assignment: AssignmentId::from_bytes([number; 16]),
                check: CheckId::from_bytes([number; 16]),
                document: DocumentId::from_bytes([number; 16]),
                staff: person(staff),
                shift: ShiftId::from_bytes([shift; 16]),
                again: None,
            },
        )
    }

    fn shredded(&mut self, at: u64, number: u8, cause: ShredCause) -> &mut Self {
        let (check, document) = (CheckId::from_bytes([number; 16]), DocumentId::from_bytes([number; 16]));
        self.write(at, What::Shredded { check, document, cause })
    }

    fn worked_from(&mut self, at: u64, shift: u8, network: u8) -> &mut Self {
        let seen = Observation::ShiftFrom {
            shift: ShiftId::from_bytes([shift; 16]),
            staff: person(1),
            device: DeviceId::from_bytes([network; 16]),
            network: NetworkId::from_bytes([network; 16]),
            agent: AgentId::from_bytes([1; 16]),
        };
        self.write(at, What::Observed { room: Room::Desk, seen })
    }

    /// The body of the newest entry goes.
    fn lose(&mut self) -> &mut Self {
        self.entries.pop();
        self
    }

    fn affected(&self, question: Question) -> Affected {
        let mut ledger = Ledger::new(question);
        self.entries.iter().for_each(|(place, body)| ledger.read(*place, body));
        ledger.affected(self.next)
    }

    fn scope(&self, question: Question) -> Scope {
        self.affected(question).count(None::<&mut NoMembers>).unwrap()
    }
}

fn person(number: u8) -> StaffId {
    StaffId::from_bytes([number; 16])
}

fn by(staff: u8) -> Question {
    Question { people: vec![person(staff)], ..Question::default() }
}

fn count(confirmed: u64, at_most: u64) -> Count {
    Count { confirmed, at_most }
}

/// Two reviewers, three documents of two sites.
fn book() -> Book {
    let mut book = Book::default();
    book.received(10, 1, "site-a", "driving-licence").received(20, 2, "site-a", "passport");
    book.received(30, 3, "site-b", "passport");
    book.viewed(40, 1, 1, 1).viewed(50, 1, 1, 1).viewed(60, 2, 2, 2).viewed(70, 3, 1, 1);
    book.shredded(80, 1, ShredCause::Decided).shredded(90, 3, ShredCause::Withdrawn);
    book
}

/// M27: documents are counted once, however often they were looked at; looks apart.
#[test]
fn a_reviewers_documents_are_told_by_kind_site_and_state() {
    let scope = book().scope(by(1));
    assert_eq!((scope.documents, scope.looks), (count(2, 2), 3));
    assert_eq!(scope.by_kind["driving-licence"], count(1, 1));
    assert_eq!(scope.by_site["site-b"], count(1, 1));
    assert_eq!((scope.then[&Then::Withdrawn], scope.then[&Then::Decided]), (count(1, 1), count(1, 1)));
    assert_eq!(scope.submitted.first, Some(Timestamp(DAY + 10)));
    assert_eq!(scope.looked.days["2021-04-20"], 3);
    assert_eq!((scope.entries, scope.read, scope.cannot_tell.entries), (9, 9, 0));
}

/// M27: the window's first and last second are within it, and what ended later was still there then.
#[test]
fn a_window_counts_both_its_seconds_and_tells_how_it_was_then() {
    let window = Window { from: Some(Timestamp(DAY + 50)), to: Some(Timestamp(DAY + 60)) };
    let scope = book().scope(Question { window, ..Question::default() });
    assert_eq!((scope.documents, scope.looks), (count(2, 2), 2));
    assert_eq!(scope.then[&Then::Waiting], count(2, 2));
    let beside = Window { from: Some(Timestamp(DAY + 51)), to: Some(Timestamp(DAY + 59)) };
    assert!(!book().scope(Question { window: beside, ..Question::default() }).is_finding());
}

/// M27: a member who sent two documents is one, the same hash at two sites is two, and one whose tie was erased is told.
#[test]
fn members_are_counted_apart_from_documents() {
    struct Known;
    impl Members for Known {
        type Error = Infallible;

        fn of(&mut self, check: CheckId) -> Result<Option<Member>, Infallible> {
            Ok((check.as_bytes()[0] < 4).then_some(0))
        }
    }
    let mut book = book();
    book.received(100, 4, "site-a", "passport").viewed(110, 4, 1, 1);
    let scope = book.affected(Question::default()).count(Some(&mut Known)).unwrap();
    assert_eq!(scope.documents, count(4, 4));
    assert_eq!(scope.members, Some(MembersCount { known: count(2, 2), erased: count(1, 1) }));
    book.viewed(120, 5, 1, 1).lose();
    let scope = book.affected(Question::default()).count(Some(&mut Known)).unwrap();
    assert_eq!(scope.members.unwrap().known, count(2, 3), "what is missing may have been of somebody else");
}

/// M27: an entry that can't be read may be a look, and says when it was written.
#[test]
fn a_missing_body_is_one_document_at_most_and_never_silent() {
    let mut book = Book::default();
    book.received(10, 1, "site-a", "passport").viewed(40, 1, 1, 1).lose().shredded(80, 1, ShredCause::Decided);
    let scope = book.scope(by(1));
    assert_eq!((scope.documents, scope.cannot_tell.entries, scope.read), (count(0, 1), 1, 2));
    assert_eq!(scope.cannot_tell.gaps[0].from, Some(Timestamp(DAY + 10)));
    let later = Window { from: Some(Timestamp(DAY + 81)), to: None };
    assert_eq!(book.scope(Question { window: later, ..by(1) }).documents, count(0, 0), "it surely lies before");
    book.entries.push((3, b"{}".to_vec()));
    book.next = 5;
    let scope = book.scope(Question { window: later, ..by(1) });
    assert_eq!(scope.documents, count(0, 2), "one that isn't understood, and one behind the last");
}

/// M27: what another program wrote and this one doesn't know may be a look.
#[test]
fn an_entry_of_an_unknown_kind_is_missing() {
    let mut book = book();
    book.entries.push((9, br#"{"v":2,"at":1618844500,"event":"viewed_by_many"}"#.to_vec()));
    book.next = 10;
    let scope = book.scope(by(1));
    assert_eq!((scope.documents, scope.cannot_tell.entries, scope.read), (count(2, 3), 1, 9));
}

/// M27: whose arrival is missing is still told, of an unknown kind, and possibly of the site that is asked about.
#[test]
fn a_document_whose_arrival_is_missing_is_possibly_of_every_site() {
    let mut book = Book::default();
    book.viewed(40, 9, 1, 1);
    let scope = book.scope(Question { sites: vec!["site-a".parse::<SiteName>().unwrap()], ..Question::default() });
    assert_eq!((scope.documents, scope.by_kind["unknown"]), (count(0, 1), count(0, 1)));
}

/// M27: a session that was worked from two networks is possibly meant by each, and one of which nothing is known too.
#[test]
fn a_network_is_sure_only_where_a_session_had_no_other() {
    let mut book = Book::default();
    for number in 1..=4 {
        book.received(0, number, "site-a", "passport").viewed(1, number, 1, number);
    }
    book.worked_from(2, 1, 7).worked_from(2, 2, 7).worked_from(3, 2, 8).worked_from(3, 3, 8);
    let seven = NetworkId::from_bytes([7; 16]);
    let scope = book.scope(Question { networks: vec![seven], ..Question::default() });
    assert_eq!((scope.documents, scope.cannot_tell.looks), (count(1, 3), 2));
    let device = DeviceId::from_bytes([8; 16]);
    assert_eq!(book.scope(Question { devices: vec![device], ..Question::default() }).documents, count(1, 3));
}

/// M27: what a finding rests on is confirmed, and the rest of the same session possible: it may have been taken earlier.
#[test]
fn a_finding_asks_about_its_evidence_and_possibly_about_the_whole_session() {
    let mut book = Book::default();
    for number in 1..=3 {
        book.received(0, number, "site-a", "passport");
    }
    book.viewed(100, 1, 1, 1).viewed(1000, 2, 1, 2).viewed(1970, 3, 1, 2);
    let evidence = Evidence { places: vec![], count: 5, seconds: 60 };
    let finding = Finding::of_person(Detector::Pressing, person(1), PersonVerdict::EndShift, evidence);
    let question = Question::default().about(&finding, Timestamp(DAY + 2000)).unwrap();
    assert_eq!(book.scope(question).documents, count(1, 2), "another session of the same person is not meant");
}

/// M27: what is missing of a session that is possibly meant whole may be a look in it, and what is missing of another
/// is not.
#[test]
fn what_is_missing_of_a_whole_session_is_counted() {
    let began = |book: &mut Book, at: u64, shift: u8| {
        let (shift, until) = (ShiftId::from_bytes([shift; 16]), Timestamp(DAY + at + 4000));
        book.write(at, What::ShiftBegan { shift, staff: person(1), until });
    };
    let mut book = Book::default();
    book.received(0, 3, "site-a", "passport");
    began(&mut book, 10, 1);
    book.viewed(20, 1, 1, 1).lose().received(800, 4, "site-a", "passport");
    began(&mut book, 900, 2);
    book.viewed(1000, 2, 1, 2).lose().received(1100, 5, "site-a", "passport").viewed(1970, 3, 1, 2);
    let evidence = Evidence { places: vec![], count: 5, seconds: 60 };
    let finding = Finding::of_person(Detector::Pressing, person(1), PersonVerdict::EndShift, evidence);
    let question = Question::default().about(&finding, Timestamp(DAY + 2000)).unwrap();
    assert_eq!(book.scope(Question { whole_sessions: false, ..question.clone() }).documents, count(1, 1));
    let scope = book.scope(question);
    assert_eq!((scope.documents, scope.cannot_tell.entries), (count(1, 2), 1));
}

#[test]
fn the_list_has_a_line_for_each_document_in_an_order_of_its_own() {
    let mut out = Vec::new();
    book().affected(Question::default()).write_csv(&mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 4);
    assert!(lines[1].ends_with(
        ",site-a,driving-licence,2021-04-20T00:00:10+09:00,2021-04-20T00:00:40+09:00,2021-04-20T00:00:50+09:00,2,\
         shredded: decided,confirmed"
    ));
}
