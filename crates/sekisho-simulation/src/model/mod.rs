//! What must be true: a small model of its own, of what was sent, answered and promised.

pub mod time;
pub mod watched;

use std::collections::{BTreeMap, BTreeSet};

use sekisho_core::{
    alert::Alert,
    author::Author,
    check::CheckState,
    event::{Event, What},
    id::{AssignmentId, CheckId, DocumentId, MessageId, StaffId, StopId, ViewingId},
    stop::Stopping,
    time::{Hour, Timestamp},
};
use sekisho_keeper::wire::{Receive, ShiftToken};
use sekisho_seal::Context;

use crate::thief::{Wrapped, keystore::Secret};

/// Whether something is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Known {
    /// It isn't.
    No,
    /// It was asked for, and no answer came.
    Maybe,
    /// It was answered with yes.
    Yes,
}

/// A document that was sealed and sent.
#[derive(Debug, Clone)]
pub struct Document {
    /// What was sent.
    pub receive: Receive,
    /// What it is bound to.
    pub context: Context,
    /// Its key, which only the gate knew.
    pub key: Secret,
    /// What was sealed.
    pub picture: Vec<u8>,
    /// The sealed bytes.
    pub ciphertext: Vec<u8>,
    /// The hour of the intake key.
    pub intake_hour: Hour,
    /// Whether the keeper has it.
    pub received: Known,
    /// When nothing opens it any more, as answered.
    pub deadline: Timestamp,
    /// Whether it was decided, withdrawn or asked for anew.
    pub ended: Known,
    /// In which call that was answered.
    pub ended_in: u64,
    /// Whether the answer, or a tick after it, met no fault: nothing of its key may be left in the files.
    pub is_settled: bool,
    /// Why it may be gone, although nobody ended it.
    pub excuse: Option<&'static str>,
    /// Its key as it lay in the database, every time that it was another.
    pub wrapped: Vec<Wrapped>,
    /// Whether it was decided or overdue at the last completed change of root.
    pub is_past: bool,
    /// Whether it waited for an unlocking.
    pub waited: bool,
}

/// A check that was asked for.
#[derive(Debug, Clone)]
pub struct Check {
    /// The site.
    pub site: u8,
    /// Its member.
    pub member: u8,
    /// The site's request.
    pub request: String,
    /// Its documents, in the order of sending.
    pub documents: Vec<DocumentId>,
    /// Where it stands for good, once that was answered.
    pub state: Option<CheckState>,
    /// Whether its member left, so that what ties the two may be erased.
    pub left: bool,
    /// Whether somebody asked to withdraw it and got no answer.
    pub withdrawal_unclear: bool,
}

/// A person of the staff.
#[derive(Debug, Clone, Default)]
pub struct Staff {
    /// The running shift's token.
    pub token: Option<ShiftToken>,
    /// The present assignment.
    pub assignment: Option<AssignmentId>,
    /// Of which document, once it was seen.
    pub seen: Option<DocumentId>,
}

/// A message that waits.
#[derive(Debug, Clone)]
pub struct Message {
    /// About which check.
    pub check: CheckId,
    /// Since when.
    pub created: Timestamp,
    /// Whether the courier said something of it that may have removed it.
    pub touched: bool,
}

/// A look, by its entry.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// When, or at the second of the look before if that is later: a clock that is set back opens no window.
    pub at: Timestamp,
    /// Whose.
    pub staff: StaffId,
    /// Whether it was this person's first one at this document.
    pub first: bool,
}

/// Everything that is known.
#[derive(Debug, Default)]
pub struct Model {
    /// All documents.
    pub documents: BTreeMap<DocumentId, Document>,
    /// All checks, in the order in which they were asked for.
    pub checks: BTreeMap<CheckId, Check>,
    /// Their order.
    pub order: Vec<CheckId>,
    /// The staff.
    pub staff: [Staff; 4],
    /// Whether openings are paused.
    pub paused: Option<bool>,
    /// Until when the newest pause holds at least, unless it is lifted.
    pub paused_surely: Timestamp,
    /// When it is over at the latest.
    pub paused_until: Timestamp,
    /// What stops viewings, as the ledger tells it: from which entry on, and to which.
    pub stops: BTreeMap<StopId, (u64, Option<u64>)>,
    /// Whether the vault is locked down, by what stands in the ledger.
    pub locked_down: bool,
    /// Viewings that were released.
    pub viewings: BTreeSet<ViewingId>,
    /// Assignments of which a picture was released.
    pub looked: BTreeSet<AssignmentId>,
    /// The ledger's entries: salt and body.
    pub entries: Vec<(Vec<u8>, Vec<u8>)>,
    /// What was viewed, by entry.
    pub entered: BTreeMap<ViewingId, (u64, DocumentId)>,
    /// All looks, in the order of their entries.
    pub looks: Vec<Look>,
    /// Who has looked at what.
    pub seen: BTreeSet<(StaffId, DocumentId)>,
    /// How many looks were held against budgets.
    looks_checked: usize,
    /// The hour of the newest change of root on record.
    pub root_on_record: Option<Hour>,
    /// In which call each root was first seen.
    pub root_seen: BTreeMap<Hour, u64>,
    /// Messages that wait.
    pub outbox: BTreeMap<MessageId, Message>,
    /// Entries that call for an alert.
    pub alerting: i64,
    /// What a replay of the ledger finds.
    pub watched: watched::Watched,
    /// The time that the last clean tick reached at least.
    pub ticked: Timestamp,
    /// The time that the last clean tick with keys reached at least.
    pub worked: Timestamp,
}

impl Model {
    /// The check of this number, as far as there is any.
    pub fn check(&self, n: u16) -> Option<CheckId> {
        let count = self.order.len();
        (count > 0).then(|| self.order[usize::from(n) % count])
    }

    /// The document of this number.
    pub fn document(&self, n: u16) -> Option<DocumentId> {
        let count = self.documents.len();
        (count > 0).then(|| *self.documents.keys().nth(usize::from(n) % count).expect("below the count"))
    }

    /// A document with this picture.
    pub fn pictured(&self, picture: &[u8]) -> Option<DocumentId> {
        self.documents.iter().find(|(_, document)| document.picture == picture).map(|(id, _)| *id)
    }

    /// Documents of a check.
    pub fn of(&self, check: CheckId) -> Vec<DocumentId> {
        self.checks.get(&check).map(|check| check.documents.clone()).unwrap_or_default()
    }

    /// Notes that the undecided documents of a check ended, or that it was asked for.
    pub fn end(&mut self, check: CheckId, known: Known, call: u64, clean: bool) {
        for id in self.of(check) {
            let Some(document) = self.documents.get_mut(&id) else { continue };
            if document.received == Known::No || document.ended == Known::Yes {
                continue;
            }
            document.ended = document.ended.max(known);
            if known == Known::Yes {
                (document.ended_in, document.is_settled) = (call, clean);
            }
        }
    }

    /// Takes in an entry of the ledger.
    pub fn enter(&mut self, salt: Vec<u8>, body: Vec<u8>) {
        let place = self.entries.len() as u64;
        if let Ok(event) = Event::from_bytes(&body) {
            self.alerting += i64::from(Alert::of(&event.what).is_some());
            self.watched.enter(place, &event);
            match event.what {
                What::Viewed { viewing, document, staff, .. } => {
                    self.entered.insert(viewing, (place, document));
                    self.look(event.at, staff, document);
                }
                What::LockedDown { .. } => self.locked_down = true,
                What::Unlocked { .. } => self.locked_down = false,
                What::Paused { by: Author::Watch, until: Some(until) } => {
                    (self.paused, self.paused_until) = (Some(true), self.paused_until.max(until));
                }
                What::Stopping { stopping: Stopping::Stopped { stop, .. } } => {
                    self.stops.insert(stop, (place, None));
                }
                What::Stopping { stopping: Stopping::Lifted { stop, .. } } => {
                    self.stops.entry(stop).and_modify(|(_, until)| *until = Some(place));
                }
                What::RootChanged { hour, .. } => self.root_on_record = self.root_on_record.max(Some(hour)),
                _ => {}
            }
        }
        self.entries.push((salt, body));
    }

    /// What is stopped now.
    pub fn stopped(&self) -> impl Iterator<Item = StopId> {
        self.stops.iter().filter(|(_, (_, until))| until.is_none()).map(|(stop, _)| *stop)
    }

    /// Whether anything was stopped when entry `place` was made.
    pub fn was_stopped(&self, place: u64) -> bool {
        self.stops.values().any(|(from, until)| *from < place && until.is_none_or(|until| place < until))
    }

    fn look(&mut self, at: Timestamp, staff: StaffId, document: DocumentId) {
        let at = self.looks.last().map_or(at, |last| last.at.max(at));
        let first = self.seen.insert((staff, document));
        self.looks.push(Look { at, staff, first });
    }

    /// Looks that nobody has held against budgets yet, by their number.
    pub fn unchecked_looks(&mut self) -> std::ops::Range<usize> {
        let from = std::mem::replace(&mut self.looks_checked, self.looks.len());
        from..self.looks.len()
    }

    /// Shifts and assignments end with a process.
    pub fn process_ended(&mut self) {
        self.staff = Default::default();
    }
}
