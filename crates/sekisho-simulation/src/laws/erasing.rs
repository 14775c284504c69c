//! (f) At a start overdue slots and expired intake secrets are overwritten before anything else happens.

use std::collections::BTreeSet;

use sekisho_core::time::Hour;

use super::{Held, Law, Violation};
use crate::{
    thief::keystore::{intake_hours, slot_hours, waiting_hours},
    wire::Write,
    world::World,
};

/// Hours for which an intake key is accepted: its own and the next.
const ACCEPTED: u64 = 2;
/// Hours until the deadline of what is sealed to a waiting key.
const WAITING_LASTS: u64 = 72;

impl World {
    /// The places of slots and of intake secrets that are overdue in the hour `through`.
    pub(crate) fn overdue_places(&self, through: Hour) -> BTreeSet<u32> {
        let bytes = self.disk.keystore();
        let slots = slot_hours(&bytes).into_iter().filter(|(_, hour)| *hour <= through);
        let intakes = intake_hours(&bytes).into_iter().filter(|(_, hour)| hour.plus(ACCEPTED) <= through);
        let waiting = waiting_hours(&bytes).into_iter().filter(|(_, hour)| hour.plus(WAITING_LASTS) <= through);
        slots.chain(intakes).chain(waiting).map(|(place, _)| place).collect()
    }

    /// Holds the writes of a start against what was overdue before it.
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
                    let text = format!("a start wrote {other:?} while {} secrets were overdue", overdue.len());
                    return Err(Violation::of(Law::Erasing, text));
                }
            }
        }
        let left = self.overdue_places(through);
        if started && !left.is_empty() {
            let text = format!("a start was done and {} overdue secrets still lie there", left.len());
            return Err(Violation::of(Law::Erasing, text));
        }
        Ok(())
    }
}
