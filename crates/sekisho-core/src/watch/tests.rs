//! A stream of events for the tests of detectors, and what holds for the watch as a whole.

use alloc::vec::Vec;

use proptest::prelude::*;

use super::{
    observed::{Asker, Observation, Outsider, Room, Trouble},
    *,
};
use crate::{
    check::{Reason, Verdict as CheckVerdict},
    id::{AssignmentId, CheckId, DocumentId, NetworkId, ShiftId, StaffId, ViewingId},
    testing,
    time::Timestamp,
};

/// Chance that repeats.
pub(super) struct Chance(testing::Chance);

impl Chance {
    pub(super) const fn new(seed: u64) -> Self {
        Self(testing::Chance::new(seed))
    }

    pub(super) const fn draw(&mut self) -> u64 {
        self.0.draw()
    }

    fn unit(&mut self) -> f64 {
        self.0.unit()
    }

    pub(super) fn is_one_in(&mut self, many: f64) -> bool {
        self.unit() * many < 1.0
    }

    /// A draw of the normal distribution, from twelve of the even one.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }

    /// How long a look, a decision and the way to the next one take: 25 seconds in the median, log-normal, for whoever
    /// is neither quick nor slow; three more for the page.
    pub(super) fn seconds_for_a_look(&mut self, slowness: f64) -> u64 {
        (22.0 * slowness * (0.45 * self.normal()).exp() + 3.0) as u64
    }
}

/// Events as they come, and what the watch finds.
#[derive(Debug, Default)]
pub(super) struct Stream {
    watch: Watch,
    now: u64,
    place: u64,
    events: Vec<Event>,
    found: Vec<Finding>,
}

impl Stream {
    pub(super) fn new(setup: Setup) -> Self {
        Self { watch: Watch::new(setup), ..Self::default() }
    }

    pub(super) const fn wait(&mut self, seconds: u64) {
        self.now += seconds;
    }

    pub(super) fn happen(&mut self, what: What) {
        let event = Event::new(Timestamp(1_795_000_000 + self.now), what);
        self.found.extend(self.watch.see(Sight { place: self.place, event: &event }));
        self.events.push(event);
        self.place += 1;
    }

    pub(super) fn observe(&mut self, room: Room, seen: Observation) {
        self.happen(What::Observed { room, seen });
    }

    pub(super) fn refuse(&mut self, room: Room, trouble: Trouble, asker: &Asker) {
        self.observe(room, Observation::Refused { trouble, asker: asker.clone(), count: 1 });
    }

    /// This person looks at the next document.
    pub(super) fn view(&mut self, person: u8) {
        let id = id(self.place);
        self.happen(What::Viewed {
            viewing: ViewingId::from_bytes(id),
            assignment: AssignmentId::from_bytes(id),
            check: CheckId::from_bytes(id),
            document: DocumentId::from_bytes(id),
            staff: StaffId::from_bytes([person; 16]),
            shift: ShiftId::from_bytes([person; 16]),
            again: None,
        });
    }

    /// This person looks at the next document as people do, then decides it or lets it be.
    pub(super) fn look(&mut self, person: u8, decides: bool) {
        self.look_for(person, 20, decides);
    }

    pub(super) fn look_for(&mut self, person: u8, seconds: u64, decides: bool) {
        let place = self.place;
        self.view(person);
        self.wait(seconds);
        self.end(person, place, decides);
    }

    /// An assignment of this person lapses that they never looked at.
    pub(super) fn lapse_unseen(&mut self, person: u8) {
        self.end(person, self.place, false);
    }

    fn end(&mut self, person: u8, place: u64, decides: bool) {
        let (id, staff) = (id(place), StaffId::from_bytes([person; 16]));
        let (assignment, check) = (AssignmentId::from_bytes(id), CheckId::from_bytes(id));
        let document = DocumentId::from_bytes(id);
        let (verdict, reason) = (CheckVerdict::Approve, Reason::OldEnough);
        self.happen(if decides {
            What::Decided { check, document, assignment, staff, verdict, reason }
        } else {
            What::Lapsed { assignment, check, document, staff }
        });
    }

    pub(super) fn begin_shift(&mut self, person: u8) {
        let (shift, staff) = (ShiftId::from_bytes([person; 16]), StaffId::from_bytes([person; 16]));
        self.happen(What::ShiftBegan { shift, staff, until: Timestamp(u64::MAX) });
    }

    pub(super) fn found(&self) -> &[Finding] {
        &self.found
    }

    pub(super) fn verdicts(&self, detector: Detector) -> Vec<Verdict> {
        self.found.iter().filter(|finding| finding.detector == detector).map(Finding::verdict).collect()
    }

    pub(super) fn all_verdicts(&self) -> Vec<Verdict> {
        self.found.iter().map(Finding::verdict).collect()
    }
}

fn id(number: u64) -> [u8; 16] {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&number.to_le_bytes());
    id
}

/// Anything that may happen, from whatever numbers.
fn anything(stream: &mut Stream, (kind, who, gap): (u8, u8, u64)) {
    stream.wait(gap);
    let network = Asker::Outside(Outsider::Network(NetworkId::from_bytes([who; 16])));
    match kind {
        0 => stream.refuse(Room::Gate, Trouble::UnknownReference, &network),
        1 => stream.refuse(Room::Keeper, Trouble::NoAssignment, &Asker::Staff(StaffId::from_bytes([who; 16]))),
        2 => stream.refuse(Room::Keeper, Trouble::TooFast, &Asker::Staff(StaffId::from_bytes([who; 16]))),
        3 => stream.look(who, gap % 3 > 0),
        4 => stream.begin_shift(who),
        _ => stream.view(who),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// M20: whether the watch goes on, is kept somewhere and gone on with, or is made anew from the ledger: it finds the
    /// same. And what it found, written into the ledger, changes nothing.
    #[test]
    fn a_watch_that_was_put_away_finds_what_one_finds_that_was_not(
        events in prop::collection::vec((0..7_u8, 0..4_u8, 0..9_u64), 1..200), cut in 0..200_usize
    ) {
        let mut stream = Stream::default();
        events.into_iter().for_each(|event| anything(&mut stream, event));
        let (mut watch, mut found) = (Watch::default(), Vec::new());
        for (place, event) in stream.events.iter().enumerate() {
            if place == cut {
                watch = serde_json::from_str(&serde_json::to_string(&watch).unwrap()).unwrap();
            }
            let now = watch.see(Sight { place: place as u64, event });
            for finding in &now {
                let event = Event::new(event.at, What::Found { finding: finding.clone() });
                prop_assert_eq!(Event::from_bytes(&event.to_bytes()).unwrap(), event.clone());
                let further = watch.see(Sight { place: place as u64, event: &event });
                prop_assert!(further.is_empty());
            }
            found.extend(now);
        }
        prop_assert_eq!(&found, &stream.found);
        prop_assert_eq!(watch, stream.watch);
    }

    /// How the detectors are set stands in the ledger: so what was lived is replayed, and nobody has to say from when to
    /// when one of them was off.
    #[test]
    fn what_is_said_of_the_detectors_holds_from_there_on(
        events in prop::collection::vec((0..7_u8, 0..4_u8, 0..9_u64), 1..100), at in 0..100_usize
    ) {
        let (mut stream, mut before) = (Stream::default(), 0);
        for (number, event) in events.into_iter().enumerate() {
            if number == at {
                before = stream.found.len();
                stream.happen(What::WatchSet { setup: Setup::all(Switch::Off).into(), founding: false });
            }
            anything(&mut stream, event);
        }
        if stream.watch.setup() != &Setup::default() {
            prop_assert_eq!(stream.found.len(), before);
        }
        let mut replayed = Watch::default();
        let found: Vec<_> = (0..).zip(&stream.events)
            .flat_map(|(place, event)| replayed.see(Sight { place, event })).collect();
        prop_assert_eq!(found, stream.found);
    }

    /// M26: whatever happens, each cause stays below its ceiling, and evidence names places that are there.
    #[test]
    fn no_finding_goes_beyond_its_ceiling(events in prop::collection::vec((0..7_u8, 0..9_u8, 0..5_u64), 1..300)) {
        let mut stream = Stream::default();
        events.into_iter().for_each(|event| anything(&mut stream, event));
        for finding in stream.found() {
            let ceiling = match &finding.cause {
                Cause::Outside { .. } => Verdict::Deny,
                Cause::Person { .. } => Verdict::EndShift,
                Cause::Vault { .. } => Verdict::Pause,
                Cause::Several { .. } => Verdict::Lockdown,
            };
            prop_assert!(finding.verdict() <= ceiling);
            prop_assert!(!finding.evidence.places.is_empty() && finding.evidence.places.iter().all(|at| *at < stream.place));
        }
    }
}
