//! The watch at work: it looks at every entry in the transaction in which the entry is made, and what it finds is
//! obeyed there.
//!
//! So an entry, what was found in it and what came of that are durable together or not at all. All that the watch
//! remembers follows from the ledger: a crash, a restart or a restore loses nothing of it, and `sekisho watch replay`
//! finds in the same ledger what was found in it live.

mod asked;
mod bounds;
mod denied;
mod gathered;
mod heed;
mod kept;
mod names;
mod obey;
mod settings;
mod whence;

use rusqlite::Connection;
use sekisho_core::{
    event::{Event, What},
    id::StaffId,
    time::{Hour, Timestamp},
    watch::observed::{Asker, Observation, Room, Trouble},
};

pub(super) use gathered::{put_by, turn_over};
pub(super) use heed::heed;
pub(super) use kept::keep;
pub(super) use names::names;
pub(super) use settings::{enter, found};
pub(super) use whence::enter as whence;

pub(super) use self::kept::Kept;
use self::{bounds::Bounds, gathered::Gathered};
use super::{fault::Fault, turn::Turn};
use crate::wire::{Denial, Sent};

/// What an unlocked keeper holds of the watch.
#[derive(Default)]
pub(super) struct Watching {
    /// What follows from the ledger; nothing until it is asked for, and after a transaction that came to nothing.
    kept: Option<Kept>,
    /// Up to which place it is stored, and in which hour that was done, if by this process.
    stored: (u64, Option<Hour>),
    /// What is being summed up; nothing until it is asked for, and after a transaction that came to nothing.
    gathered: Option<Gathered>,
    bounds: Bounds,
    /// Whose shift ended by what was found in this verb.
    ended: Vec<StaffId>,
}

impl Watching {
    /// What it looked at may not have happened: it is read anew from what did.
    pub(super) fn forget(&mut self) {
        self.kept = None;
    }

    /// Neither is what was summed up in a transaction that came to nothing.
    pub(super) fn forget_all(&mut self) {
        self.forget();
        self.gathered = None;
    }

    /// What follows from the entries before `place`.
    fn kept(&mut self, db: &Connection, place: u64) -> Result<&mut Kept, Fault> {
        if self.kept.is_none() {
            let (kept, stored) = kept::load(db, place)?;
            (self.kept, self.stored) = (Some(kept), (stored, None));
        }
        Ok(self.kept.as_mut().expect("it was just read"))
    }

    #[cfg(test)]
    pub(super) fn kept_for_test(&self) -> Option<&Kept> {
        self.kept.as_ref()
    }

    /// Whether nobody is refused for what was found: asked before every verb.
    fn denies_nobody(&self) -> bool {
        self.kept.as_ref().is_some_and(|kept| kept.denied.is_empty())
    }

    /// Who outside is refused at `now`.
    fn denials(&self, now: Timestamp) -> Vec<Denial> {
        self.kept.as_ref().map_or_else(Vec::new, |kept| kept.denied.outside(now))
    }

    fn gathered(&mut self, db: &Connection) -> rusqlite::Result<&mut Gathered> {
        if self.gathered.is_none() {
            self.gathered = Some(Gathered::load(db)?);
        }
        Ok(self.gathered.as_mut().expect("it was just read"))
    }
}

/// Remembers an entry that was just made, to be looked at when its verb is done.
pub(super) fn note(turn: &mut Turn<'_>, place: u64, event: Event) {
    turn.seen.push((place, event));
}

/// Looks at what a verb entered; enters what is found and obeys it. In that verb's savepoint.
pub(super) fn look(turn: &mut Turn<'_>) -> Result<(), Fault> {
    let looked = look_through(turn);
    if looked.is_err() {
        turn.room.watching.forget();
    }
    looked
}

// What comes of a finding is entered too, and looked at in its turn.
fn look_through(turn: &mut Turn<'_>) -> Result<(), Fault> {
    while let Some((first, _)) = turn.seen.first() {
        let kept = turn.room.watching.kept(turn.db, *first)?;
        let seen = std::mem::take(&mut turn.seen);
        let found: Vec<_> = seen.iter().flat_map(|(place, event)| kept.see(*place, event)).collect();
        for finding in found {
            turn.log(None, What::Found { finding: finding.clone() })?;
            obey::obey(turn, &finding)?;
        }
    }
    Ok(())
}

/// Enters what is observed.
fn observe(turn: &mut Turn<'_>, room: Room, seen: Vec<Observation>) -> Result<(), Fault> {
    seen.into_iter().try_for_each(|seen| turn.log(None, What::Observed { room, seen }).map(drop))
}

/// Somebody was refused: entered now, or with others at the minute's end.
fn refused(turn: &mut Turn<'_>, room: Room, trouble: Trouble, asker: &Asker) -> Result<(), Fault> {
    let now = turn.now.at;
    let told = turn.room.watching.gathered(turn.db)?.refused(room, trouble, asker, now);
    observe(turn, room, told)
}

/// Somebody sent pictures.
fn sent(turn: &mut Turn<'_>, pictures: &Sent) -> Result<(), Fault> {
    let now = turn.now.at;
    let told = turn.room.watching.gathered(turn.db)?.sent(pictures, now);
    observe(turn, Room::Gate, told)
}

/// Until when this asker is refused, if they are at `now`.
fn denied(turn: &mut Turn<'_>, asker: &Asker, now: Timestamp) -> Result<Option<Timestamp>, Fault> {
    let next = turn.room.ledger.next_index();
    Ok(turn.room.watching.kept(turn.db, next)?.denied.until(asker, now))
}
