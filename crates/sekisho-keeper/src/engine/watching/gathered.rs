//! What is being summed up before the ledger is told of it: it lies in keeper.db, in the transaction in which it was
//! counted, so neither a crash nor a restart lets anybody begin anew.
//!
//! Of one asker that holds for the first refusals of a minute, as many as a finding takes. Whoever goes on is found by
//! then, and a flood doesn't cost the disk a write for each refusal: of what comes after, a crash loses what the ledger
//! was not told.

use rusqlite::Connection;
use sekisho_core::{
    time::Timestamp,
    watch::{
        gather::Gather,
        observed::{Asker, Observation, Room, Trouble},
        sent::{Pictures, Sending},
    },
};
use serde::{Deserialize, Serialize};

use super::super::{fault::Fault, turn::Turn};
use crate::{
    db::meta::{self, names::GATHERED},
    wire::Sent,
};

/// So many refusals of one asker in a minute are stored one by one: as many as a finding takes.
const EACH_REFUSAL: u64 = 8;
/// So many pictures are.
const EACH_PICTURE: u64 = 64;

/// All that is being summed up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Gathered {
    gate: Gather,
    desk: Gather,
    keeper: Gather,
    sent: Sending,
    /// Whether what is stored is older.
    #[serde(skip)]
    changed: bool,
}

impl Gathered {
    /// What was stored last; nothing where there is none, or none that this version understands.
    pub(super) fn load(db: &Connection) -> rusqlite::Result<Self> {
        Ok(meta::get(db, GATHERED)?.unwrap_or_default())
    }

    /// Takes a refusal. Returns what the ledger is to be told now.
    pub(super) fn refused(&mut self, room: Room, trouble: Trouble, asker: &Asker, now: Timestamp) -> Vec<Observation> {
        let gather = self.of(room);
        let told = gather.refused(room, trouble, asker, now);
        let few = gather.count(room, trouble, asker) <= EACH_REFUSAL;
        self.changed |= few || !told.is_empty();
        told
    }

    /// Takes what a network sent. Returns what the ledger is to be told now.
    pub(super) fn sent(&mut self, sent: &Sent, now: Timestamp) -> Vec<Observation> {
        let told = self.sent.sent(sent.from, Pictures { taken: sent.taken, refused: sent.refused }, now);
        let few = self.sent.count(sent.from) <= EACH_PICTURE;
        self.changed |= few || !told.is_empty();
        told
    }

    /// What is left of minutes that are over.
    pub(super) fn tick(&mut self, now: Timestamp) -> Vec<(Room, Observation)> {
        if self.is_empty() {
            return Vec::new();
        }
        let was = self.clone();
        let mut told = Vec::new();
        for room in [Room::Gate, Room::Desk, Room::Keeper] {
            told.extend(self.of(room).tick(now).into_iter().map(|seen| (room, seen)));
        }
        told.extend(self.sent.tick(now).into_iter().map(|seen| (Room::Gate, seen)));
        // While a minute lasts there is nothing to store anew.
        self.changed |= *self != was;
        told
    }

    fn is_empty(&self) -> bool {
        [&self.gate, &self.desk, &self.keeper].iter().all(|gather| gather.is_empty()) && self.sent.is_empty()
    }

    const fn of(&mut self, room: Room) -> &mut Gather {
        match room {
            Room::Gate => &mut self.gate,
            Room::Desk => &mut self.desk,
            Room::Keeper => &mut self.keeper,
        }
    }
}

/// Stores what changed, in the transaction in which it did.
pub(in crate::engine) fn put_by(turn: &mut Turn<'_>) {
    // SQLite took the transaction back by itself: what was told in it is not on the ledger, and must not be stored as told.
    if turn.db.is_autocommit() {
        return;
    }
    let Some(gathered) = turn.room.watching.gathered.as_mut().filter(|gathered| gathered.changed) else { return };
    match meta::set(turn.db, GATHERED, gathered) {
        Ok(()) => gathered.changed = false,
        // It stays in memory, and is tried again with the next refusal.
        Err(cause) => tracing::error!(%cause, "what was refused of late is not stored"),
    }
}

/// Enters what is left of a minute that is over.
pub(in crate::engine) fn turn_over(turn: &mut Turn<'_>) -> Result<(), Fault> {
    let now = turn.now.at;
    let told = turn.room.watching.gathered(turn.db)?.tick(now);
    let entered = told.into_iter().try_for_each(|(room, seen)| super::observe(turn, room, vec![seen]));
    if entered.is_err() {
        turn.room.watching.gathered = None;
    }
    put_by(turn);
    entered
}
