//! Budgets of sites and of the vault that are spent: entered once in a while, however often somebody is told.

use sekisho_core::{
    budget::{Series, Spent},
    time::Timestamp,
    watch::observed::Observation,
};

/// The same budget is entered once in this many seconds.
const QUIET_SECONDS: u64 = 600;
/// Budgets that are remembered for that; as many as there are sites, and two of the vault.
const REMEMBERED: usize = 1_000;

/// Which were entered when.
#[derive(Debug, Default)]
pub(super) struct Bounds(Vec<(Series, Timestamp)>);

impl Bounds {
    /// What to enter of a budget that is spent, if it wasn't entered lately.
    pub(super) fn reached(&mut self, spent: &Spent, now: Timestamp) -> Option<Observation> {
        self.0.retain(|(_, at)| now.since(*at) < QUIET_SECONDS);
        if self.0.len() >= REMEMBERED || self.0.iter().any(|(series, _)| *series == spent.series) {
            return None;
        }
        self.0.push((spent.series.clone(), now));
        Some(Observation::BoundReached { spent: spent.clone() })
    }
}

#[cfg(test)]
mod tests {
    use sekisho_core::budget::{Kind, Subject, Window};

    use super::*;

    #[test]
    fn a_budget_that_stays_spent_is_entered_once_in_ten_minutes() {
        let of =
            |kind| Spent { series: Series::new(Subject::Vault, kind), window: Window::Hour, limit: 1, frees: None };
        let mut bounds = Bounds::default();
        let entered = (0..1_200).filter(|second| bounds.reached(&of(Kind::Opened), Timestamp(*second)).is_some());
        assert_eq!(entered.collect::<Vec<_>>(), [0, 600]);
        assert!(bounds.reached(&of(Kind::Again), Timestamp(1_199)).is_some(), "each for itself");
    }
}
