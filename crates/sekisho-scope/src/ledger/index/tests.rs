//! An index against the ledger that it was made from: the same answers, or none of its own.

use std::{
    fs::{self, OpenOptions},
    os::unix::fs::PermissionsExt,
    time::{Duration, SystemTime},
};

use proptest::prelude::*;
use sekisho_core::{
    check::ShredCause,
    event::{Event, What},
    id::{AgentId, CheckId, DeviceId, DocumentId, NetworkId, ShiftId, SiteName, StaffId},
    time::Timestamp,
    watch::observed::{Observation, Room},
};

use super::*;
use crate::ledger::{Lines, Window, parts_tests};

/// What a line of an export may say; in an altered one, in any order.
#[derive(Debug, Clone, Copy)]
enum Step {
    Arrives(u8, u8),
    Looked(u8, u8),
    Ends(u8, u8),
    Began(u8),
    From(u8, u8),
    Other,
    /// An entry that isn't there.
    Missing,
    /// One that another program wrote.
    Unknown,
    /// A line that was torn.
    Torn,
    /// One whose clock leapt.
    Leap,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (0..9_u8, 0..9_u8).prop_map(|(document, check)| Step::Arrives(document, check)),
        4 => (0..9_u8, 0..4_u8).prop_map(|(document, staff)| Step::Looked(document, staff)),
        2 => (0..9_u8, 0..5_u8).prop_map(|(document, cause)| Step::Ends(document, cause)),
        1 => (0..4_u8).prop_map(Step::Began),
        1 => (0..4_u8, 0..3_u8).prop_map(|(shift, network)| Step::From(shift, network)),
        1 => Just(Step::Other),
        1 => Just(Step::Missing),
        1 => Just(Step::Unknown),
        1 => Just(Step::Torn),
        1 => Just(Step::Leap),
    ];
    proptest::collection::vec(step, 0..90)
}

fn shift(number: u8) -> ShiftId {
    ShiftId::from_bytes([number; 16])
}

fn what(step: Step) -> Option<What> {
    Some(match step {
        Step::Arrives(document, check) => {
            let mut received = parts_tests::received(document);
            if let What::Received { check: told, .. } = &mut received {
                *told = CheckId::from_bytes([check; 16]);
            }
            received
        }
        Step::Looked(document, staff) => parts_tests::viewed(document, staff),
        Step::Ends(document, cause) => {
            use ShredCause::{Damaged, Decided, Overdue, Retake, Withdrawn};
            let cause = [Decided, Withdrawn, Retake, Overdue, Damaged][usize::from(cause)];
            let check = CheckId::from_bytes([document; 16]);
            What::Shredded { check, document: DocumentId::from_bytes([document; 16]), cause }
        }
        Step::Began(of) => {
            What::ShiftBegan { shift: shift(of), staff: StaffId::from_bytes([of; 16]), until: Timestamp(1_700_000_900) }
        }
        Step::From(of, network) => {
            let seen = Observation::ShiftFrom {
                shift: shift(of),
                staff: StaffId::from_bytes([of; 16]),
                device: DeviceId::from_bytes([network; 16]),
                network: NetworkId::from_bytes([network; 16]),
                agent: AgentId::from_bytes([1; 16]),
            };
            What::Observed { room: Room::Desk, seen }
        }
        Step::Other | Step::Leap => What::Started,
        Step::Missing | Step::Unknown | Step::Torn => return None,
    })
}

fn lines(steps: &[Step]) -> Vec<String> {
    let line = |(place, step): (usize, &Step)| match (*step, what(*step)) {
        (Step::Missing, _) => String::new(),
        (Step::Unknown, _) => {
            let body = r#"{\"v\":2,\"at\":1700000000,\"event\":\"viewed_by_many\"}"#;
            format!("{{\"body\":\"{body}\",\"check_id\":null,\"place\":{place},\"salt\":\"{}\"}}\n", "0".repeat(64))
        }
        (Step::Leap, Some(what)) => parts_tests::line(place, &Event::new(Timestamp(u64::MAX - 7), what)),
        (_, Some(what)) => parts_tests::line(place, &Event::new(Timestamp(1_700_000_000 + place as u64 * 10), what)),
        _ => "{\"body\":\"torn\n".into(),
    };
    steps.iter().enumerate().map(line).collect()
}

/// One question for each condition, alone and in a window, and one as a finding asks.
fn questions() -> Vec<Question> {
    let one = |number: u8| [number; 16];
    let (all, window) =
        (Question::default(), Window { from: Some(Timestamp(1_700_000_200)), to: Some(Timestamp(1_700_000_600)) });
    let site: SiteName = "site-1".parse().unwrap();
    let mut asked = vec![
        all.clone(),
        Question { people: vec![StaffId::from_bytes(one(1))], ..all.clone() },
        Question { sessions: vec![shift(2)], ..all.clone() },
        Question { devices: vec![DeviceId::from_bytes(one(1))], ..all.clone() },
        Question { networks: vec![NetworkId::from_bytes(one(2))], ..all.clone() },
        Question { sites: vec![site], ..all },
    ];
    asked.extend(asked.clone().into_iter().map(|question| Question { window, ..question }));
    let finding =
        Question { people: vec![StaffId::from_bytes(one(1))], window, whole_sessions: true, ..Question::default() };
    asked.push(finding);
    asked
}

/// A folder with a ledger and perhaps an index of it.
struct Ground {
    folder: tempfile::TempDir,
    grows: bool,
}

impl Ground {
    fn new(text: &str, grows: bool) -> Self {
        let ground = Self { folder: tempfile::tempdir().unwrap(), grows };
        fs::write(ground.ledger(), text).unwrap();
        ground
    }

    fn ledger(&self) -> PathBuf {
        self.folder.path().join("event.jsonl")
    }

    fn open(&self) -> File {
        File::open(self.ledger()).unwrap()
    }

    /// Leaves the file as if it had been written at that second.
    fn date(&self, second: u64) {
        let file = OpenOptions::new().write(true).open(self.ledger()).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(second)).unwrap();
    }

    fn fitting(&self) -> Result<Index, Unfit> {
        Index::fitting(&beside(&self.ledger()), &self.open(), self.grows)
    }

    fn make(&self, piece: u64) -> Made {
        let (to, ledger) = (beside(&self.ledger()), self.open());
        let making = Making { ledger: &ledger, grows: self.grows, to: &to, threads: 2 };
        let lines = |cover: Cover| Ok(Lines::behind(self.open(), cover.bytes)?.in_pieces_of(piece));
        making.make(self.fitting().ok(), lines).unwrap()
    }

    /// What the index and, behind it, the ledger say.
    fn recalled(&self, question: &Question, piece: u64) -> Result<(Ledger, Cover), Unfit> {
        let index = self.fitting()?;
        let cover = index.cover();
        let mut ledger = Ledger::recalled(question.clone(), index, 2)?;
        let lines = Lines::behind(self.open(), cover.bytes).unwrap().in_pieces_of(piece);
        assert!(ledger.gather(lines, 2).unwrap());
        Ok((ledger, cover))
    }

    fn read(&self, question: &Question) -> Ledger {
        let mut ledger = Ledger::new(question.clone());
        assert!(ledger.gather(Lines::new(self.open()), 1).unwrap());
        ledger
    }

    fn why_not(&self) -> &'static str {
        match self.fitting().and_then(|index| Ledger::recalled(Question::default(), index, 1)) {
            Ok(_) => "it is used",
            Err(why) => why.code(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// M27: whatever a ledger holds, the answer and the list are the same with an index of all of it or of its
    /// beginning, made at once or gone on with, for every condition.
    #[test]
    fn an_index_gives_what_the_ledger_gives(
        steps in steps(), cuts in (0.0..1.0_f64, 0.0..1.0_f64), piece in 200..6_000_u64, torn in any::<bool>(),
    ) {
        let lines = lines(&steps);
        let size = lines.len() as u64;
        let cut = |part: f64| (lines.len() as f64 * part) as usize;
        let (first, second) = (cut(cuts.0.min(cuts.1)), cut(cuts.0.max(cuts.1)));
        let ground = Ground::new(&lines[..first].concat(), true);
        ground.make(piece);
        for end in [second, lines.len()] {
            let text = lines[..end].concat();
            // Somebody is just writing its last line, or its end was torn off.
            let text = if torn { text.strip_suffix("\"}\n").unwrap_or(&text) } else { &text };
            fs::write(ground.ledger(), text).unwrap();
            ground.make(piece);
            for question in questions() {
                let (recalled, _) = ground.recalled(&question, piece / 2 + 1).unwrap();
                prop_assert_eq!(
                    parts_tests::told(recalled, size), parts_tests::told(ground.read(&question), size)
                );
            }
        }
    }
}

/// Some lines of every kind, and so many more.
fn text(more: usize) -> String {
    let mut steps =
        vec![Step::Arrives(1, 1), Step::Arrives(2, 2), Step::Began(1), Step::From(1, 2), Step::Looked(1, 1)];
    steps.extend([Step::Unknown, Step::Torn, Step::Missing, Step::Ends(1, 0), Step::Looked(2, 1)]);
    steps.extend((0..more).map(|number| Step::Looked(number as u8 % 7, 1)));
    lines(&steps).concat()
}

/// M27: what is appended later is read from the ledger, and an index that is gone on with reads it alone.
#[test]
fn what_was_appended_is_read_and_an_index_goes_on() {
    let ground = Ground::new(&text(0), true);
    let made = ground.make(700);
    assert!(made.cover.pieces > 2 && made.whole && made.before == Cover::default(), "{made:?}");
    assert_eq!((made.cover.bytes, made.cover.entries, made.cover.next), (text(0).len() as u64, 7, 10));
    fs::write(ground.ledger(), text(9)).unwrap();
    let (ledger, cover) = ground.recalled(&Question::default(), 700).unwrap();
    assert_eq!((ledger.read, cover), (16, made.cover));
    let longer = ground.make(700);
    assert_eq!((longer.before, longer.cover.entries), (made.cover, 16));
    let index = ground.fitting().unwrap();
    assert_eq!(index.near(u64::MAX), (longer.cover.bytes, longer.cover.next));
    assert_eq!(index.near(0), (0, 0));
}

/// M27: whatever is flipped or cut off in an index, it isn't used.
#[test]
fn a_damaged_index_is_never_used() {
    let ground = Ground::new(&text(3), false);
    ground.make(900);
    let path = beside(&ground.ledger());
    let whole = fs::read(&path).unwrap();
    assert_eq!(ground.why_not(), "it is used", "the control");
    for at in 0..whole.len() {
        let mut altered = whole.clone();
        altered[at] ^= 1 << (at % 8);
        fs::write(&path, &altered).unwrap();
        assert_ne!(ground.why_not(), "it is used", "flipped at {at}");
    }
    for end in 0..whole.len() {
        fs::write(&path, &whole[..end]).unwrap();
        assert_ne!(ground.why_not(), "it is used", "cut at {end}");
    }
    fs::write(&path, [&whole[..], b" "].concat()).unwrap();
    assert_eq!(ground.why_not(), "damaged");
    fs::write(&path, text(0)).unwrap();
    assert_eq!(ground.why_not(), "no_index");
}

/// M27: an index of another ledger, of one that was shortened, altered or lengthened where it should not be, isn't used,
/// and says why.
#[test]
fn an_index_that_does_not_fit_its_ledger_is_not_used_and_says_why() {
    for grows in [false, true] {
        let ground = Ground::new(&text(40), grows);
        ground.date(1_000);
        ground.make(900);
        let with = |text: &str, second: u64| {
            fs::write(ground.ledger(), text).unwrap();
            ground.date(second);
            ground.why_not()
        };
        let whole = text(40);
        assert_eq!(with(&whole, 1_000), "it is used", "the control");
        assert_eq!(with(&whole[..whole.len() - 1], 1_000), "ledger_shorter");
        assert_eq!(with(&whole.replacen("site-1", "site-9", 1), 1_000), "other_ledger", "within a piece's end");
        let touched = if grows { "it is used" } else { "ledger_changed" };
        assert_eq!(with(&whole, 1_001), touched, "an export is not touched again");
        assert_eq!(with(&text(41), 1_000), touched, "an export is not appended to");
        let (first, rest) = whole.split_once('\n').unwrap();
        let without = format!("{rest}{first}\n");
        assert_eq!(with(&without, 1_000), "other_ledger", "every line, in another order");
        fs::write(ground.ledger(), &whole).unwrap();
        ground.date(1_000);
        let other = Index::fitting(&beside(&ground.ledger()), &ground.open(), !grows).unwrap_err();
        assert_eq!(other.code(), "other_ledger", "an export for a journal");
    }
}

/// It has the ledger's permissions, and where it can't be written the earlier one stays.
#[test]
fn an_index_is_written_whole_with_the_ledgers_permissions_or_not_at_all() {
    let ground = Ground::new(&text(0), true);
    fs::set_permissions(ground.ledger(), fs::Permissions::from_mode(0o640)).unwrap();
    ground.make(900);
    let path = beside(&ground.ledger());
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    let before = fs::read(&path).unwrap();
    let (ledger, nowhere) = (ground.open(), ground.folder.path().join("no such folder/index"));
    let making = |to| Making { ledger: &ledger, grows: true, to, threads: 2 };
    let lines = |cover: Cover| Lines::behind(ground.open(), cover.bytes);
    assert!(matches!(making(&nowhere).make(None, lines), Err(MakeError::Index { .. })));
    /// A ledger that can't be read any further.
    struct Fails;
    impl Pieces for Fails {
        type Error = io::Error;

        fn next(&mut self, _: &mut Vec<u8>) -> io::Result<bool> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    impl Bodies for Fails {
        fn read(_: &[u8], _: &mut Part<'_>) -> bool {
            true
        }
    }
    assert!(matches!(making(&path).make(None, |_| Ok(Fails)), Err(MakeError::Ledger(_))));
    assert!(fs::read(&path).unwrap() == before);
    assert_eq!(fs::read_dir(ground.folder.path()).unwrap().count(), 2, "and nothing else is left there");
}
