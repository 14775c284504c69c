//! One verb's turn: the transaction it stands in, and what the keeper holds.

use std::{collections::HashMap, sync::Arc};

use rusqlite::Connection;
use sekisho_core::{
    entropy::{Entropy, fresh},
    event::{Event, What},
    id::{CheckId, DocumentId, KeeperId},
    time::{Clock, Hour, Reading, Timestamp},
    trust::TimeTrust,
};

use super::{
    alerts::{self, Heard},
    board::Week,
    budget::Tally,
    canary::Canaries,
    ceremonies::Ceremonies,
    fault::Fault,
    figures::{self, Counts},
    shifts::Shifts,
    signers::Signers,
    watching::{self, Watching},
    witness::Witnesses,
};
use crate::{
    blobs::Blobs,
    db::{columns::Id, meta::Installation},
    keystore::{Keys, Keystore},
    ledger::Writer,
    names::NameKey,
    wire::{Counted, Refusal},
};

/// Everything that the keeper holds besides its database.
pub(super) struct Room {
    pub installation: Installation,
    pub keystore: Keystore,
    pub keys: Keys,
    pub signers: Signers,
    pub ledger: Writer,
    pub witnesses: Witnesses,
    pub blobs: Box<dyn Blobs>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Box<dyn Entropy + Send>,
    pub trust: TimeTrust,
    /// Whether the present doubt about the time is on record.
    pub doubt_noted: bool,
    pub shifts: Shifts,
    pub ceremonies: Ceremonies,
    pub canaries: Canaries,
    pub watching: Watching,
    /// Under which places of work are named.
    pub names: NameKey,
    /// When the courier was last heard.
    pub heard: Heard,
    /// What was counted since the start.
    pub counts: Counts,
    /// What the board counts of the last seven days.
    pub week: Week,
    /// When the ledger was last published, in seconds since boot.
    pub published: u64,
    /// When there was last a tick, in seconds since boot.
    pub ticked: u64,
    /// Whether a tick left work of its own undone, to go on soon.
    pub behind: bool,
    /// The hour in which orphans were last swept.
    pub swept: Option<Hour>,
    /// What budgets are counted on.
    pub tally: Tally,
    /// The hour in which the counts of budgets were last swept.
    pub budgets_swept: Option<Hour>,
    /// When each site was last served, so that sites take turns.
    pub served: HashMap<String, u64>,
    pub turns: u64,
}

impl Room {
    pub(super) fn keeper(&self) -> KeeperId {
        self.installation.keeper
    }

    /// Publishes what is durable in the ledger.
    pub(super) fn publish(&mut self) -> Result<(), Fault> {
        self.ledger.publish().map_err(|cause| Fault::Broken("the ledger was not published", cause.into()))
    }
}

/// What the clock allows in this turn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Now {
    /// The time to work with.
    pub at: Timestamp,
    /// Whether documents may be opened.
    pub may_open: bool,
}

/// What has to happen after the entry is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// Remove a ciphertext, then mark its document as shredded.
    RemoveBlob(DocumentId),
    /// Believe that it is, or was at that reading, so late.
    Believe(Timestamp, Reading),
    /// A witness took back what it said of this ledger.
    Settle,
    /// Release nothing more, and wipe the keys.
    LockDown,
}

/// One verb's turn.
pub(super) struct Turn<'a> {
    pub db: &'a Connection,
    pub room: &'a mut Room,
    pub now: Now,
    pub effects: Vec<Effect>,
    /// What its events come to, if they become durable.
    pub counted: Counted,
    /// Its entries that the watch has not looked at.
    pub seen: Vec<(u64, Event)>,
}

impl Turn<'_> {
    /// Writes an event into this transaction and stages its leaf. Returns its place.
    pub(super) fn log(&mut self, check: Option<CheckId>, what: What) -> Result<u64, Fault> {
        let event = Event::new(self.now.at, what);
        let body = event.to_bytes();
        let salt: [u8; 32] = fresh(&mut *self.room.entropy);
        let staged = self.room.ledger.stage(body, salt);
        let staged = staged.map_err(|cause| Fault::Broken("the ledger takes no entry", cause.into()))?;
        let place = staged.index;
        self.db
            .prepare_cached("INSERT INTO event (place, salt, body, check_id) VALUES (?1, ?2, ?3, ?4)")?
            .execute((place as i64, &staged.salt[..], &staged.body, check.map(Id)))?;
        figures::count(&mut self.counted, &event.what);
        alerts::raise(self, place, &event.what)?;
        watching::note(self, place, event);
        Ok(place)
    }

    /// Refuses unless the time is one at which documents may be opened.
    pub(super) fn require_trusted_time(&self) -> Result<(), Refusal> {
        if self.now.may_open { Ok(()) } else { Err(Refusal::TimeInDoubt) }
    }
}
