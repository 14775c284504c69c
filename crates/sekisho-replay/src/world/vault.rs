//! The vault: its queue, its counts, its ledger's events, and what is found in them.

use std::collections::{BTreeMap, HashSet, VecDeque};

use sekisho_core::{
    budget::{Cost, Demand, Kind, Limits, Look, Memory, Past, Refused, Series, Spent, Subject, Window, decide},
    check::{Reason, Verdict as Decision},
    event::{Event, What},
    id::{AssignmentId, CheckId, DocumentId, ShiftId, SiteName, StaffId, ViewingId},
    time::Timestamp,
    watch::{
        Cause, Detector, Finding, PAUSE_SECONDS, Sight, Verdict, Watch,
        gather::Gather,
        observed::{Asker, Observation, Room, Trouble},
    },
};

use super::{Guard, Person, START};
use crate::chance::Chance;

/// How long a document lives, in seconds.
const LIFE: u64 = 72 * 3600;
/// An assignment is drawn among this many of the oldest.
const DRAWN_FROM: u64 = 16;

/// A document that waits or is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Document {
    id: [u8; 16],
    arrived: u64,
    looks: u32,
    last: Option<StaffId>,
}

/// What comes of asking for the next document.
#[derive(Debug)]
pub(super) enum Opened {
    /// Here it is.
    Yes(AssignmentId, Document),
    /// There is none.
    Nothing,
    /// Refused, and until when.
    Wait(u64),
}

/// What happened in a life.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Documents that came.
    pub arrived: u64,
    /// Documents that were decided.
    pub decided: u64,
    /// Documents that died undecided.
    pub died: u64,
    /// How long each decided document waited, by hours begun.
    pub waited: BTreeMap<u64, u64>,
    /// Openings that a budget refused.
    pub refused: u64,
    /// Findings by detector and verdict.
    pub findings: BTreeMap<(Detector, Verdict), u64>,
    /// Seconds that people were at work.
    pub shifts: u64,
    /// When an attack began, in seconds of the life.
    pub attacked: Option<u64>,
    /// How many sessions were taken.
    pub sessions: usize,
    /// How many documents a thief saw, each counted once.
    pub stolen: usize,
    /// Seconds after the attack began at which each detector spoke first.
    pub noticed: BTreeMap<(Detector, Verdict), u64>,
    /// Documents that had ended before the attack.
    before: u64,
    /// Documents that were undecided then, and that came until the last one was stolen.
    pub bound: u64,
}

/// The vault.
pub struct Vault {
    limits: Option<Limits>,
    watch: Option<Watch>,
    reviewers: u64,
    memory: Memory,
    gather: Gather,
    site: SiteName,
    queue: VecDeque<Document>,
    place: u64,
    paused: u64,
    locked: bool,
    ended: Vec<StaffId>,
    seen: HashSet<[u8; 16]>,
    pub(crate) tally: Tally,
}

impl Vault {
    pub(super) fn new(guard: &Guard, reviewers: usize) -> Self {
        Self {
            limits: guard.limits.clone(),
            watch: guard.setup.clone().map(Watch::new),
            reviewers: reviewers as u64,
            memory: Memory::default(),
            gather: Gather::default(),
            site: "site-a".parse().expect("it is a name"),
            queue: VecDeque::new(),
            place: 0,
            paused: 0,
            locked: false,
            ended: Vec::new(),
            seen: HashSet::new(),
            tally: Tally::default(),
        }
    }

    pub(super) const fn is_locked(&self) -> bool {
        self.locked
    }

    pub(super) fn take_ended(&mut self) -> Vec<StaffId> {
        std::mem::take(&mut self.ended)
    }

    fn log(&mut self, now: u64, what: What) {
        let event = Event::new(at(now), what);
        let found = self.watch.as_mut().map(|watch| watch.see(Sight { place: self.place, event: &event }));
        self.place += 1;
        found.into_iter().flatten().for_each(|finding| self.found(now, &finding));
    }

    fn found(&mut self, now: u64, finding: &Finding) {
        let kind = (finding.detector, finding.verdict());
        *self.tally.findings.entry(kind).or_default() += 1;
        if let Some(began) = self.tally.attacked {
            self.tally.noticed.entry(kind).or_insert(now - began);
        }
        match (finding.verdict(), &finding.cause) {
            (Verdict::EndShift, Cause::Person { staff, .. }) => self.ended.push(*staff),
            (Verdict::EndShift, Cause::Several { staff, .. }) => self.ended.extend(staff.people()),
            (Verdict::Pause, _) => self.paused = now + PAUSE_SECONDS,
            (Verdict::Lockdown, _) => self.locked = true,
            _ => {}
        }
    }

    fn count(&mut self, kind: Kind, now: u64) {
        for subject in [Subject::Vault, Subject::Site(self.site.clone())] {
            self.memory.add(Series::new(subject, kind), at(now));
        }
    }

    pub(super) fn arrive(&mut self, id: [u8; 16], now: u64) {
        self.count(Kind::Arrived, now);
        self.tally.arrived += 1;
        self.queue.push_back(Document { id, arrived: now, looks: 0, last: None });
    }

    pub(super) fn begin_shift(&mut self, shift: ShiftId, staff: StaffId, now: u64) {
        self.log(now, What::ShiftBegan { shift, staff, until: at(now + 8 * 3600) });
        self.tally.shifts += 1;
    }

    pub(super) fn end_shift(&mut self, shift: ShiftId, staff: StaffId, now: u64) {
        self.log(now, What::ShiftEnded { shift, staff });
    }

    pub(super) fn open(&mut self, person: &Person, now: u64, chance: &mut Chance) -> Opened {
        let Some((shift, _)) = person.shift else { return Opened::Nothing };
        if now < self.paused || self.locked {
            return Opened::Wait(self.paused.max(now + 60));
        }
        let Some(mut document) = self.draw(chance) else { return Opened::Nothing };
        match self.decide_on(person, &document, now) {
            Ok(cost) => cost.0.into_iter().for_each(|series| self.memory.add(series, at(now))),
            Err(spent) => return self.refuse(person.staff, document, &spent, now),
        }
        document.looks += 1;
        document.last = Some(person.staff);
        let (assignment, id) = (AssignmentId::from_bytes(chance.bytes()), document.id);
        let (check, staff) = (CheckId::from_bytes(id), person.staff);
        let (viewing, document_id) = (ViewingId::from_bytes(chance.bytes()), DocumentId::from_bytes(id));
        self.log(now, What::Viewed { viewing, assignment, check, document: document_id, staff, shift, again: None });
        Opened::Yes(assignment, document)
    }

    fn draw(&mut self, chance: &mut Chance) -> Option<Document> {
        let among = DRAWN_FROM.min(self.queue.len() as u64);
        if among == 0 { None } else { self.queue.remove(chance.below(among) as usize) }
    }

    fn decide_on(&self, person: &Person, document: &Document, now: u64) -> Result<Cost, Spent> {
        let Some(limits) = &self.limits else { return Ok(Cost(Vec::new())) };
        let by_person = u32::from(document.last == Some(person.staff));
        let past = Past { by_person, with_device: by_person, by_anybody: document.looks, reviewers: 1 };
        let look = Look { staff: person.staff, device: person.device, site: &self.site, past, with_reason: true };
        let long = now.saturating_sub(limits.relief.after_hours * 3600);
        let waiting_long = self.queue.partition_point(|waiting| waiting.arrived < long) as u64;
        let demand = Demand { waiting_long, reviewers: self.reviewers };
        let Ok(decided) = decide(limits, demand, &look, at(now), &self.memory);
        decided.map_err(|refused| match refused {
            Refused::Spent(spent) => spent,
            Refused::ReasonNeeded => unreachable!("a reason was given"),
        })
    }

    /// The document goes back to the front, and the ledger is told as the keeper would tell it.
    fn refuse(&mut self, staff: StaffId, document: Document, spent: &Spent, now: u64) -> Opened {
        self.queue.push_front(document);
        self.tally.refused += 1;
        let trouble = match (&spent.series.of, spent.window) {
            (Subject::Person(_) | Subject::Device(_), Window::Minute) => Trouble::TooFast,
            (Subject::Person(_) | Subject::Device(_), _) => Trouble::BudgetSpent,
            (Subject::Site(_) | Subject::Vault, _) => {
                let seen = Observation::BoundReached { spent: spent.clone() };
                self.log(now, What::Observed { room: Room::Keeper, seen });
                return Opened::Wait(now + 60);
            }
        };
        for seen in self.gather.refused(Room::Keeper, trouble, &Asker::Staff(staff), at(now)) {
            self.log(now, What::Observed { room: Room::Keeper, seen });
        }
        Opened::Wait(spent.frees.map_or(now + 600, |frees| frees.0 - START))
    }

    pub(super) fn decide(&mut self, staff: StaffId, assignment: AssignmentId, document: Document, now: u64) {
        let (check, id) = (CheckId::from_bytes(document.id), DocumentId::from_bytes(document.id));
        let (verdict, reason) = (Decision::Approve, Reason::OldEnough);
        self.log(now, What::Decided { check, document: id, assignment, staff, verdict, reason });
        self.count(Kind::Ended, now);
        self.tally.decided += 1;
        *self.tally.waited.entry((now - document.arrived) / 3600).or_default() += 1;
    }

    pub(super) fn lapse(&mut self, staff: StaffId, assignment: AssignmentId, document: Document, now: u64) {
        let (check, id) = (CheckId::from_bytes(document.id), DocumentId::from_bytes(document.id));
        self.log(now, What::Lapsed { assignment, check, document: id, staff });
        let place = self.queue.partition_point(|waiting| waiting.arrived < document.arrived);
        self.queue.insert(place, document);
    }

    /// A thief has seen it.
    pub(super) fn steal(&mut self, document: Document) {
        self.seen.insert(document.id);
        self.tally.stolen = self.seen.len();
        self.tally.bound = self.tally.arrived - self.tally.before;
    }

    /// From here on a thief is in: what is there now and what comes is all there is to see.
    pub(super) fn begin_attack(&mut self, now: u64) {
        self.tally.attacked = Some(now);
        self.tally.before = self.tally.decided + self.tally.died;
    }

    /// What is overdue dies, and what is old enough is forgotten.
    pub(super) fn sweep(&mut self, now: u64) {
        while self.queue.front().is_some_and(|document| now >= document.arrived + LIFE) {
            self.queue.pop_front();
            self.tally.died += 1;
            self.count(Kind::Ended, now);
        }
        self.memory.forget_before(at(now) - 73 * 3600);
        for seen in self.gather.tick(at(now)) {
            self.log(now, What::Observed { room: Room::Keeper, seen });
        }
        // In a life without an attack a lockdown is counted, and the custodians come two hours later at the latest.
        if self.locked && self.tally.attacked.is_none() {
            self.locked = false;
        }
    }
}

fn at(now: u64) -> Timestamp {
    Timestamp(START + now)
}
