//! (h) Nobody opens more than their budget, by the ledger's own entries.

use sekisho_core::{
    budget::{Window, Windows},
    id::StaffId,
    time::Timestamp,
};

use super::{Held, Law, Violation};
use crate::{model::Look, people, world::World};

impl World {
    /// Counts anew what stands in the ledger: of each window that ends with a look of somebody, at most so many.
    pub(super) fn check_budgets(&mut self) -> Held {
        let limits = people::budget();
        for newest in self.model.unchecked_looks() {
            let looks = &self.model.looks[..=newest];
            let Look { staff, first, .. } = looks[newest];
            within(looks, staff, first, if first { &limits.person } else { &limits.again })?;
        }
        Ok(())
    }
}

fn within(looks: &[Look], staff: StaffId, first: bool, limits: &Windows) -> Held {
    let now = looks.last().map_or(Timestamp(0), |look| look.at);
    for window in Window::ALL {
        let recent = looks.iter().rev().take_while(|look| now.since(look.at) < window.seconds());
        let count = recent.filter(|look| look.staff == staff && look.first == first).count() as u64;
        if count > limits.get(window) {
            let kind = if first { "documents" } else { "second looks" };
            let text =
                format!("{staff} opened {count} {kind} in a {}: {} are allowed", window.en(), limits.get(window));
            return Err(Violation::of(Law::Budgets, text));
        }
    }
    Ok(())
}
