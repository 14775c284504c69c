//! A ledger read in pieces by several threads, against the same one read entry by entry.

use std::{fmt::Write as _, fs::File, io::Seek as _, io::Write as _};

use proptest::prelude::*;
use sekisho_core::{
    check::ShredCause,
    event::{Event, What},
    id::{AssignmentId, CheckId, DocumentId, ShiftId, StaffId, ViewingId},
};

use super::*;

/// Pieces of so many lines each.
struct Few(Vec<String>, usize);

impl Pieces for Few {
    type Error = std::convert::Infallible;

    fn next(&mut self, piece: &mut Vec<u8>) -> Result<bool, Self::Error> {
        let now: Vec<String> = self.0.drain(..self.1.min(self.0.len())).collect();
        *piece = now.concat().into_bytes();
        Ok(!now.is_empty())
    }
}

impl Bodies for Few {
    fn read(piece: &[u8], part: &mut Part<'_>) -> bool {
        Lines::read(piece, part)
    }
}

/// What may happen to a document; its arrival may have no entry.
#[derive(Debug, Clone, Copy)]
enum Step {
    Arrives(u8),
    Looked(u8, u8),
    Ends(u8),
    /// An entry that isn't there.
    Missing,
    Other,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (0..20_u8).prop_map(Step::Arrives),
        (0..20_u8, 0..3_u8).prop_map(|(document, staff)| Step::Looked(document, staff)),
        (0..20_u8).prop_map(Step::Ends),
        Just(Step::Missing),
        Just(Step::Other),
    ];
    proptest::collection::vec(step, 0..120)
}

/// The events, as far as they are there; a document arrives once and ends once.
fn events(steps: &[Step]) -> Vec<Option<Event>> {
    let (mut arrived, mut gone) = ([false; 20], [false; 20]);
    let mut event = |(place, step): (usize, &Step)| {
        let at = Timestamp(1_700_000_000 + place as u64 * 10);
        let what = match *step {
            Step::Missing => return None,
            Step::Arrives(number) if !std::mem::replace(&mut arrived[number as usize], true) => received(number),
            Step::Looked(number, staff) => {
                // Who looks at what never arrived: its arrival's entry is missing, and doesn't come later.
                arrived[number as usize] = true;
                viewed(number, staff)
            }
            Step::Ends(number) if !std::mem::replace(&mut gone[number as usize], true) => {
                arrived[number as usize] = true;
                let (check, document) = (CheckId::from_bytes([number; 16]), DocumentId::from_bytes([number; 16]));
                What::Shredded { check, document, cause: ShredCause::Overdue }
            }
            _ => What::Started,
        };
        Some(Event::new(at, what))
    };
    steps.iter().enumerate().map(&mut event).collect()
}

pub(super) fn received(number: u8) -> What {
    What::Received {
        check: CheckId::from_bytes([number; 16]),
        document: DocumentId::from_bytes([number; 16]),
        site: format!("site-{}", number % 3).parse().unwrap(),
        policy: "age".parse().unwrap(),
        policy_version: 1,
        kind: format!("kind-{}", number % 2).parse().unwrap(),
        arrival: 1,
        deadline: Timestamp(7),
        ciphertext_sha256: String::new(),
        waits: false,
    }
}

pub(super) fn viewed(number: u8, staff: u8) -> What {
    What::Viewed {
        viewing: ViewingId::from_bytes([number; 16]),
        assignment: AssignmentId::from_bytes([number; 16]),
        check: CheckId::from_bytes([number; 16]),
        document: DocumentId::from_bytes([number; 16]),
        staff: StaffId::from_bytes([staff; 16]),
        shift: ShiftId::from_bytes([staff; 16]),
        again: None,
    }
}

pub(super) fn line(place: usize, event: &Event) -> String {
    let body = serde_json::to_string(std::str::from_utf8(&event.to_bytes()).unwrap()).unwrap();
    let (check, salt) = (CheckId::from_bytes([1; 16]), "0".repeat(64));
    format!("{{\"body\":{body},\"check_id\":\"{check}\",\"place\":{place},\"salt\":\"{salt}\"}}\n")
}

pub(super) fn told(ledger: Ledger, size: u64) -> (Scope, String) {
    let affected = ledger.affected(size);
    let mut list = Vec::new();
    affected.write_csv(&mut list).unwrap();
    (affected.count(None::<&mut NoMembers>).unwrap(), String::from_utf8(list).unwrap())
}

proptest! {
    /// M27: however it is cut and by however many threads it is read, the answer and the list are the same.
    #[test]
    fn pieces_give_what_the_whole_gives(
        steps in steps(), cut in 1..40_usize, threads in 1..4_usize, of_one in any::<bool>(), sessions in any::<bool>(),
    ) {
        let window = Window { from: Some(Timestamp(1_700_000_300)), to: Some(Timestamp(1_700_000_800)) };
        let people = if of_one { vec![StaffId::from_bytes([1; 16])] } else { vec![] };
        let question = Question { people, window, whole_sessions: sessions, ..Question::default() };
        let events = events(&steps);
        let size = events.len() as u64;
        let there = || events.iter().enumerate().filter_map(|(place, event)| Some((place, event.as_ref()?)));
        let mut one_by_one = Ledger::new(question.clone());
        there().for_each(|(place, event)| one_by_one.read(place as u64, &event.to_bytes()));
        let mut in_pieces = Ledger::new(question);
        let lines = there().map(|(place, event)| line(place, event)).collect();
        prop_assert!(in_pieces.gather(Few(lines, cut), threads).unwrap());
        prop_assert_eq!(told(in_pieces, size), told(one_by_one, size));
    }
}

/// M27: a line that was torn or overwritten is one entry that can't be told, with its place; the others are read.
#[test]
fn a_broken_line_is_counted_with_its_place_and_takes_no_other_with_it() {
    let events: Vec<_> =
        (0..9).map(|number| Event::new(Timestamp(10 * u64::from(number)), viewed(number, 1))).collect();
    let mut text = String::new();
    for (place, event) in events.iter().enumerate() {
        let whole = line(place, event);
        let _ = if place == 4 { writeln!(text, "{}", &whole[..90]) } else { write!(text, "{whole}") };
    }
    let mut file: File = tempfile::tempfile().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file.rewind().unwrap();
    let mut ledger = Ledger::new(Question::default());
    assert!(ledger.gather(Lines::new(file), 2).unwrap());
    let scope = told(ledger, 9).0;
    assert_eq!((scope.documents.confirmed, scope.documents.at_most, scope.read), (8, 9, 8));
    assert_eq!((scope.cannot_tell.broken.lines, scope.cannot_tell.broken.first), (1, vec![5]));
    assert_eq!((scope.cannot_tell.gaps[0].place, scope.cannot_tell.entries), (4, 1));
}
