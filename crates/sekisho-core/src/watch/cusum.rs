//! The sequential test behind several detectors, in whole numbers.
//!
//! CUSUM (Page, 1954): a height that goes up when something speaks for the suspicion and down when it speaks against,
//! never below zero; at its limit it rings. It looks at every event when it comes and remembers one number.

use serde::{Deserialize, Serialize};

/// How high it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Cusum(u64);

impl Cusum {
    /// Goes up by `up`, then down by `down`. Says whether the limit is reached; then it begins anew.
    pub(super) const fn step(&mut self, up: u64, down: u64, limit: u64) -> bool {
        self.0 = (self.0 + up).saturating_sub(down);
        let rings = self.0 >= limit;
        if rings {
            self.0 = 0;
        }
        rings
    }
}

/// How many events pass on average until it rings, if each goes up by `up` with probability `p` and else down by one:
/// solved exactly for a chain of `limit` states (Brook and Evans, 1972).
#[cfg(test)]
pub(super) fn average_run_length(up: usize, limit: usize, p: f64) -> f64 {
    let mut rows = std::vec![std::vec![0.0; limit + 1]; limit];
    for state in 0..limit {
        rows[state][limit] = 1.0;
        rows[state][state] += 1.0;
        rows[state][state.saturating_sub(1)] -= 1.0 - p;
        if state + up < limit {
            rows[state][state + up] -= p;
        }
    }
    solve(rows)
}

/// The first unknown of a system of equations, each with its right side last.
#[cfg(test)]
fn solve(mut rows: std::vec::Vec<std::vec::Vec<f64>>) -> f64 {
    let size = rows.len();
    for pivot in (0..size).rev() {
        let row = rows[pivot].clone();
        for other in &mut rows[..pivot] {
            let factor = other[pivot] / row[pivot];
            (0..=size).for_each(|column| other[column] -= factor * row[column]);
        }
    }
    rows[0][size] / rows[0][0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::tests::Chance;

    #[test]
    fn it_rings_at_its_limit_and_begins_anew() {
        let mut cusum = Cusum::default();
        let rung: std::vec::Vec<_> = (0..6).map(|_| cusum.step(4, 1, 9)).collect();
        assert_eq!(rung, [false, false, true, false, false, true]);
        assert!(!(0..100).any(|_| cusum.step(0, 1, 9)));
    }

    #[test]
    fn what_is_solved_equals_what_is_simulated() {
        let (up, limit, p) = (6, 18, 0.08);
        let (mut cusum, mut chance, mut rung) = (Cusum::default(), Chance::new(1), 0_u32);
        let events = 2_000_000;
        for _ in 0..events {
            let hit = chance.is_one_in(1.0 / p);
            rung += u32::from(cusum.step(if hit { up } else { 0 }, u64::from(!hit), limit));
        }
        let (solved, simulated) =
            (average_run_length(up as usize, limit as usize, p), f64::from(events) / f64::from(rung));
        assert!((solved / simulated - 1.0).abs() < 0.05, "{solved} and {simulated}");
    }
}
