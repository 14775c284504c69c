//! (a) Nothing opens past its deadline or after its decision.

use sekisho_core::id::{AssignmentId, ViewingId};

use super::{Held, Law, Violation};
use crate::{
    model::{Document, Known},
    thief,
    world::World,
};

impl World {
    /// Neither a row nor a slot is left of what is over, by whoever holds keystore, database and ciphertexts now.
    pub(super) fn check_opens(&self) -> Held {
        for (id, row) in &self.rows {
            let Some(document) = self.model.documents.get(id) else { continue };
            if document.ended == Known::Yes {
                return Err(Violation::of(Law::Opens, format!("the key of {id}, which is over, is still on record")));
            }
            if document.deadline <= self.model.ticked && row.open(&self.ring).is_some() {
                let text = format!("{id} opens, and was due at {:?}", document.deadline);
                return Err(Violation::of(Law::Opens, text));
            }
        }
        self.check_waiting_opens()?;
        self.check_overdue_forms()
    }

    /// Nor of what waits.
    fn check_waiting_opens(&self) -> Held {
        for id in &self.waiting {
            let Some(document) = self.model.documents.get(id) else { continue };
            if document.ended == Known::Yes {
                return Err(Violation::of(Law::Opens, format!("{id}, which is over, waits still")));
            }
            let opens = || thief::open_waiting(&self.ring, &document.context, &document.receive.sealed_key).is_some();
            if document.deadline <= self.model.ticked && opens() {
                let text = format!("{id} waits and opens, and was due at {:?}", document.deadline);
                return Err(Violation::of(Law::Opens, text));
            }
        }
        Ok(())
    }

    /// Nor is a slot left for an earlier copy of what is overdue, whoever dropped its row.
    fn check_overdue_forms(&self) -> Held {
        if self.ring_checked == self.disk.keystore_version() {
            return Ok(());
        }
        let overdue = |document: &&Document| document.deadline <= self.model.ticked && !document.is_past;
        for document in self.model.documents.values().filter(overdue) {
            if document.wrapped.iter().any(|wrapped| wrapped.open(&self.ring).is_some()) {
                let id = document.context.document;
                let text = format!("a copy of {id} opens, which was due at {:?}", document.deadline);
                return Err(Violation::of(Law::Opens, text));
            }
        }
        Ok(())
    }

    /// A picture was released to a person.
    pub(crate) fn released(&mut self, viewing: ViewingId, assignment: AssignmentId, picture: &[u8]) -> Held {
        let broken = |what: String| Err(Violation::of(Law::Opens, what));
        let read = self.clock.honest();
        let Some(id) = self.model.pictured(picture) else {
            return broken(format!("viewing {viewing} shows nothing that was ever sent"));
        };
        let document = &self.model.documents[&id];
        if document.deadline <= self.bounds.low(read) {
            return broken(format!("{id} was released at {:?}, due {:?}", self.bounds.low(read), document.deadline));
        }
        if document.ended == Known::Yes && document.ended_in != self.call {
            return broken(format!("{id} was released after it was over"));
        }
        if let Some(why) = self.bounds.doubt(read) {
            return broken(format!("{id} was released although {why}"));
        }
        // It ends by itself, but not before the earliest time that this can be.
        if self.model.paused == Some(true) && self.bounds.high(read) < self.model.paused_surely {
            return broken(format!("{id} was released during a pause"));
        }
        if !self.model.viewings.insert(viewing) || !self.model.looked.insert(assignment) {
            return broken(format!("{id} was released twice for one viewing"));
        }
        self.check_recorded_viewing(viewing, id)
    }
}
