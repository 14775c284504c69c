//! The vault: its queue, its counts, its ledger's events, and what is found in them.

use std::collections::{HashSet, VecDeque};

use sekisho_core::{
    budget::{Cost, Counts, Demand, Kind, Limits, Look, Memory, Past, Refused, Series, Spent, Subject, Window, decide},
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

use super::{Guard, Notice, Person, START, Tally};
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
    is_fake: bool,
    /// Which picture of its check it is, from 1.
    pub(super) arrival: u8,
}

impl Document {
    /// A member's, that comes at `now`.
    pub(super) const fn new(id: [u8; 16], now: u64, arrival: u8) -> Self {
        Self { id, arrived: now, looks: 0, last: None, is_fake: false, arrival }
    }

    /// An attacker's own.
    pub(super) const fn fake(id: [u8; 16], now: u64) -> Self {
        Self { is_fake: true, ..Self::new(id, now, 1) }
    }

    /// A number that tells it from others.
    pub(super) const fn number(&self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.id;
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }
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

/// The vault.
#[derive(Debug, Clone)]
pub struct Vault {
    limits: Option<Limits>,
    watch: Option<Watch>,
    reviewers: u64,
    memory: Memory,
    gate: Gather,
    keeper: Gather,
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
            gate: Gather::default(),
            keeper: Gather::default(),
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
        self.note(now, (finding.detector, finding.verdict()));
        match (finding.verdict(), &finding.cause) {
            (Verdict::EndShift, Cause::Person { staff, .. }) => self.ended.push(*staff),
            (Verdict::EndShift, Cause::Several { staff, .. }) => self.ended.extend(staff.people()),
            (Verdict::Pause, _) => self.paused = now + PAUSE_SECONDS,
            (Verdict::Lockdown, _) => self.locked = true,
            _ => {}
        }
    }

    fn note(&mut self, now: u64, kind: (Detector, Verdict)) {
        let tally = &mut self.tally;
        let Some(began) = tally.attacked else {
            *tally.findings.entry(kind).or_default() += 1;
            return;
        };
        let notice = Notice { seconds: now - began, asked: tally.asked, stolen: tally.stolen as u64, times: 0 };
        tally.noticed.entry(kind).or_insert(notice).times += 1;
    }

    fn count(&mut self, kind: Kind, now: u64) {
        for subject in [Subject::Vault, Subject::Site(self.site.clone())] {
            self.memory.add(Series::new(subject, kind), at(now));
        }
    }

    pub(super) fn arrive(&mut self, document: Document, now: u64) {
        self.count(Kind::Arrived, now);
        self.tally.arrived += 1;
        self.queue.push_back(document);
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
        let Some(mut document) = self.draw(person.staff, chance) else { return Opened::Nothing };
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

    // What lapsed with this person goes to somebody else, if anything else is there.
    fn draw(&mut self, staff: StaffId, chance: &mut Chance) -> Option<Document> {
        let among = DRAWN_FROM.min(self.queue.len() as u64);
        let place = if among == 0 { return None } else { chance.below(among) as usize };
        let others = |place: usize| (self.queue[place].last != Some(staff)).then_some(place);
        let place = (place..among as usize).chain(0..place).find_map(others)?;
        self.queue.remove(place)
    }

    fn decide_on(&self, person: &Person, document: &Document, now: u64) -> Result<Cost, Spent> {
        let Some(limits) = &self.limits else { return Ok(Cost(Vec::new())) };
        let by_person = u32::from(document.last == Some(person.staff));
        let past = Past { by_person, with_device: by_person, by_anybody: document.looks, reviewers: 1 };
        let look = Look { staff: person.staff, device: person.device, site: &self.site, past, with_reason: true };
        let demand = self.demand(limits, now);
        let Ok(decided) = decide(limits, demand, &look, at(now), &self.memory);
        decided.map_err(|refused| match refused {
            Refused::Spent(spent) => spent,
            Refused::ReasonNeeded => unreachable!("a reason was given"),
        })
    }

    /// What has waited for long, counted as the keeper counts it: what came before that time, less all that ended.
    fn demand(&self, limits: &Limits, now: u64) -> Demand {
        let count =
            |kind, until| self.memory.until(&Series::new(Subject::Vault, kind), until).unwrap_or_else(|no| match no {});
        let came = count(Kind::Arrived, Timestamp((START + now).saturating_sub(limits.relief.after_hours * 3600)));
        Demand { waiting_long: came.saturating_sub(count(Kind::Ended, at(now))), reviewers: self.reviewers }
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
        self.refuse_at(Room::Keeper, trouble, &Asker::Staff(staff), now);
        Opened::Wait(spent.frees.map_or(now + 600, |frees| frees.0 - START))
    }

    /// Somebody was refused, and the ledger is told, summed up.
    pub(super) fn refuse_at(&mut self, room: Room, trouble: Trouble, asker: &Asker, now: u64) {
        if !self.is_watched() {
            return;
        }
        let gather = if room == Room::Gate { &mut self.gate } else { &mut self.keeper };
        for seen in gather.refused(room, trouble, asker, at(now)) {
            self.observe(room, seen, now);
        }
    }

    /// Something was observed.
    pub(super) fn observe(&mut self, room: Room, seen: Observation, now: u64) {
        self.log(now, What::Observed { room, seen });
    }

    /// Whether anybody watches.
    pub(super) const fn is_watched(&self) -> bool {
        self.watch.is_some()
    }

    /// What is left of a minute that is over is told.
    pub(super) fn tick(&mut self, now: u64) {
        for (room, told) in [(Room::Gate, self.gate.tick(at(now))), (Room::Keeper, self.keeper.tick(at(now)))] {
            told.into_iter().for_each(|seen| self.observe(room, seen, now));
        }
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

    /// A thief has seen it. Says whether it is new to them, and a member's.
    pub(super) fn steal(&mut self, document: &Document) -> bool {
        let fresh = !document.is_fake && self.seen.insert(document.id);
        self.tally.stolen = self.seen.len();
        self.tally.bound = self.tally.arrived - self.tally.before;
        fresh
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
        // In a life without an attack a lockdown is counted, and the custodians come two hours later at the latest.
        if self.locked && self.tally.attacked.is_none() {
            self.locked = false;
        }
    }
}

fn at(now: u64) -> Timestamp {
    Timestamp(START + now)
}
