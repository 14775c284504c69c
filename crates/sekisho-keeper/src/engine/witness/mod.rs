//! Witnesses: who they are, how they stand with this ledger, and whether that lets documents be opened.
//!
//! After each start nothing opens until one of them has cosigned a checkpoint
//! that holds this start's own entry: the newest thing that happened here, which
//! no older state, clone or fork can have shown it before. A witness that knows
//! another ledger stops everything. What it said is kept, so that starting again
//! ends nothing: only its own cosignature after a new start does, or forgetting
//! it, on record.

mod ask;
mod judge;
mod registry;

use sekisho_core::{event::Contradiction, ledger::WitnessKey, time::Timestamp};

pub(super) use ask::work;
pub(super) use judge::said;
pub use registry::WitnessRefused;
pub(super) use registry::{enter, forgotten, known};

use super::turn::Room;
use crate::wire::{Refusal, WitnessStanding, WitnessView, Witnessing};

/// What is known of one witness.
struct Watched {
    key: WitnessKey,
    url: String,
    /// The size that it last cosigned, as far as it said.
    known: u64,
    /// The newest size of ours that it cosigned, and the time that it stated.
    cosigned: Option<(u64, Timestamp)>,
    /// Whether that was since this start.
    since_start: bool,
    contradiction: Option<Contradicted>,
    trouble: Option<String>,
    /// What it was sent and has not answered.
    asked: Option<Asked>,
    /// When it may be asked again, in seconds since boot.
    due: u64,
    /// Failures since its last cosignature.
    failures: usize,
}

/// That a witness knows another ledger.
struct Contradicted {
    how: Contradiction,
    /// The size that it knows.
    size: u64,
    /// Whether it said so since this start; then only the next one can end it.
    since_start: bool,
    /// Whether it is in the database and on the ledger.
    noted: bool,
    /// Whether it was taken back; it counts until that is durable.
    taken_back: bool,
}

/// What a witness was sent.
struct Asked {
    old: u64,
    size: u64,
    /// The signed checkpoint.
    checkpoint: String,
    /// When, in seconds since boot.
    at: u64,
}

/// All witnesses of an unlocked keeper.
#[derive(Default)]
pub(super) struct Witnesses {
    all: Vec<Watched>,
    /// The place of this start's entry.
    start: u64,
}

impl Witnesses {
    /// The verifier keys, by name.
    pub(super) fn keys(&self) -> Vec<String> {
        self.all.iter().map(|one| one.key.to_string()).collect()
    }

    /// What was taken back is durable now: it counts no more.
    pub(super) fn settle(&mut self) {
        for one in &mut self.all {
            one.contradiction.take_if(|contradiction| contradiction.taken_back);
        }
    }

    fn standing(&self) -> WitnessStanding {
        match self.all.as_slice() {
            [] => WitnessStanding::Nobody,
            all if all.iter().any(|one| one.contradiction.is_some()) => WitnessStanding::Contradicted,
            all if all.iter().any(|one| one.since_start) => WitnessStanding::Witnessed,
            _ => WitnessStanding::Awaited,
        }
    }

    /// Refuses unless witnesses let documents be opened.
    ///
    /// # Errors
    /// [`Refusal::Unwitnessed`], [`Refusal::Contradicted`].
    pub(super) fn require(&self) -> Result<(), Refusal> {
        refusal(self.standing()).map_or(Ok(()), Err)
    }

    /// How they stand, for people. Those that were forgotten are in the database.
    pub(super) fn view(&self, forgotten: Vec<(String, Timestamp)>) -> Witnessing {
        Witnessing { standing: self.standing(), witnesses: self.all.iter().map(Watched::view).collect(), forgotten }
    }
}

const fn refusal(standing: WitnessStanding) -> Option<Refusal> {
    match standing {
        WitnessStanding::Nobody | WitnessStanding::Witnessed => None,
        WitnessStanding::Awaited => Some(Refusal::Unwitnessed),
        WitnessStanding::Contradicted => Some(Refusal::Contradicted),
    }
}

impl Watched {
    fn view(&self) -> WitnessView {
        WitnessView {
            name: self.key.name().to_owned(),
            cosigned: self.cosigned,
            since_start: self.since_start,
            trouble: self.trouble.clone(),
            contradiction: self.contradiction.as_ref().map(|one| (one.how, one.size)),
        }
    }

    /// Whether it is past asking in this run.
    fn is_over(&self) -> bool {
        self.contradiction.as_ref().is_some_and(|one| one.since_start)
    }
}

impl Room {
    /// The witnesses whose cosignatures a proof of the entry at `place` carries, and when they signed; nothing if
    /// there is no witness.
    pub(super) fn cosigners(&self, place: u64) -> Option<Vec<(String, Timestamp)>> {
        let size = self.ledger.witnessed_size();
        let cosigned = |one: &Watched| {
            let (signed, at) = one.cosigned?;
            (signed == size && place < size).then(|| (one.key.name().to_owned(), at))
        };
        (!self.witnesses.all.is_empty()).then(|| self.witnesses.all.iter().filter_map(cosigned).collect())
    }

    fn watched(&mut self, name: &str) -> Option<&mut Watched> {
        self.witnesses.all.iter_mut().find(|one| one.key.name() == name)
    }
}
