//! (b) Nothing is released without a durable entry before it.

use sekisho_core::id::{DocumentId, ViewingId};

use super::{Held, Law, Violation};
use crate::world::World;

impl World {
    /// The entry of a viewing stands in database and journal, as they lie on the disk.
    pub(super) fn check_recorded_viewing(&mut self, viewing: ViewingId, document: DocumentId) -> Held {
        self.refresh()?;
        match self.model.entered.get(&viewing) {
            None => Err(Violation::of(Law::Recorded, format!("{document} was released and no entry tells of it"))),
            Some((_, other)) if *other != document => {
                let text = format!("{document} was released and the entry tells of {other}");
                Err(Violation::of(Law::Recorded, text))
            }
            Some((place, _)) if self.model.was_stopped(*place) => {
                Err(Violation::of(Law::Opens, format!("{document} was released while viewings were stopped")))
            }
            Some((place, _)) => self.check_durable(*place, "a viewing"),
        }
    }

    /// Entry `place` stands in database and journal, as they lie on the disk.
    pub(crate) fn check_durable(&self, place: u64, of: &str) -> Held {
        let (database, journal) = (self.model.entries.len() as u64, self.journal.entries);
        if place < database && place < journal {
            return Ok(());
        }
        let text = format!("entry {place} of {of}: the database has {database} entries, the journal {journal}");
        Err(Violation::of(Law::Recorded, text))
    }
}
