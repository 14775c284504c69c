//! What budgets add to a viewing.

use std::time::{Duration, Instant};

use sekisho_core::id::AssignmentId;
use sekisho_keeper::wire::ShiftToken;

use super::{
    Done,
    house::House,
    record::{Goal, Measured, Table},
    stats::Samples,
};

/// A share of a viewing's p50.
const GOAL: f64 = 0.05;
/// Assignments last ten minutes, and each pair takes a second of the driven clock.
const PAIRS_AT_MOST: usize = 300;

/// The same transaction with metering and without, in turns.
pub(crate) struct Weighed {
    metered: Vec<Duration>,
    bare: Vec<Duration>,
}

/// Weighs it: `pairs` times, each in a second of its own, as people's looks are.
pub(crate) fn weigh(house: &mut House, viewings: &[(ShiftToken, AssignmentId)], pairs: usize) -> Done<Weighed> {
    let mut weighed = Weighed { metered: Vec::new(), bare: Vec::new() };
    for (shift, assignment) in viewings.iter().take(pairs.min(PAIRS_AT_MOST)) {
        house.clock.pass(1);
        for (metered, times) in [(false, &mut weighed.bare), (true, &mut weighed.metered)] {
            let begun = Instant::now();
            house.engine().weigh(shift, *assignment, metered)?;
            times.push(begun.elapsed());
        }
    }
    Ok(weighed)
}

impl Weighed {
    /// Adds its figures and its goal, beside the median of a whole viewing in milliseconds.
    pub(crate) fn tell(self, measured: &mut Measured, viewing: f64) {
        let [metered, bare] = [self.metered, self.bare].map(|times| Samples::of_millis(times).median());
        let mut table = Table::new(&["of which metering", "median, ms"]);
        table.row("a transaction that finds an assignment and turns its mark over, durable", [bare]);
        table.row("the same with limits, counts, the decision and what a look costs", [metered]);
        table.row("metering, the difference", [metered - bare]);
        measured.tables.push(table);
        let share = (metered - bare) / viewing;
        measured.goals.push(Goal::at_most("metering as a share of a viewing's p50, one client", share, GOAL));
        measured.how.push(
            "Metering: the same durable transaction with them and without them, in turns, on the same files, each pair in \
             a second of its own as people's looks are; the difference of the medians is what they add. What a look cost \
             stands in the viewing's own row, which is written anyway; the rows that counts are loaded from at a start \
             are written by ticks, between viewings, and are not included."
                .into(),
        );
    }
}
