//! (f) At a start overdue slots are overwritten before anything else happens.

use std::collections::BTreeSet;

use sekisho_core::time::Hour;

use super::{Held, Law, Violation};
use crate::{thief::keystore::slot_hours, wire::Write, world::World};

impl World {
    /// The places of slots that are overdue through `hour`.
    pub(crate) fn overdue_places(&self, through: Hour) -> BTreeSet<u32> {
        let slots = slot_hours(&self.disk.keystore()).into_iter();
        slots.filter(|(_, hour)| *hour <= through).map(|(place, _)| place).collect()
    }

    /// Holds the writes of a start against the slots that were overdue before it.
    pub(crate) fn check_erasing(&self, mut overdue: BTreeSet<u32>, through: Hour, started: bool) -> Held {
        for trace in self.disk.wire.trail() {
            match trace.write {
                Write::Record(place) if overdue.contains(&place) => {
                    if trace.whole {
                        overdue.remove(&place);
                    }
                }
                _ if overdue.is_empty() => break,
                other => {
                    let text = format!("a start wrote {other:?} while {} slots were overdue", overdue.len());
                    return Err(Violation::of(Law::Erasing, text));
                }
            }
        }
        let left = self.overdue_places(through);
        if started && !left.is_empty() {
            let text = format!("a start was done and {} overdue slots still lie there", left.len());
            return Err(Violation::of(Law::Erasing, text));
        }
        Ok(())
    }
}
