//! (c) Nothing acknowledged is lost while its disk survives.

use super::{Held, Law, Violation};
use crate::{model::Known, thief, world::World};

fn lost(what: String) -> Held {
    Err(Violation::of(Law::Kept, what))
}

impl World {
    /// Every document that was acknowledged, is undecided and in time opens, for whoever has keystore and passphrase.
    pub(super) fn check_kept(&self) -> Held {
        for (id, document) in &self.model.documents {
            if document.received != Known::Yes || document.ended != Known::No || document.excuse.is_some() {
                continue;
            }
            let key = match self.rows.get(id) {
                Some(row) => row.open(&self.ring),
                None if self.waiting.contains(id) => {
                    thief::open_waiting(&self.ring, &document.context, &document.receive.sealed_key)
                }
                None => return lost(format!("{id} is gone, its key dropped")),
            };
            let Some(key) = key else { return lost(format!("{id} is there and doesn't open")) };
            let Some(ciphertext) = self.disk.blob(*id) else { return lost(format!("the ciphertext of {id} is gone")) };
            if thief::read(&key, &document.context, &ciphertext).as_ref() != Some(&document.picture) {
                return lost(format!("{id} opens to something else"));
            }
        }
        Ok(())
    }
}
