//! From a long script that breaks a law to a short one that breaks the same.

use crate::{laws::Law, op::Step, planted::Planted, run};

/// Runs that shrinking may take.
const PATIENCE: usize = 600;

/// A shorter script that breaks `law` as `script` does: chunks are left out, then steps, then faults.
pub fn shrink(seed: u64, script: &[Step], law: Law, planted: Planted) -> Vec<Step> {
    let mut left = PATIENCE;
    let mut breaks = |candidate: &[Step]| {
        left = left.saturating_sub(1);
        let broken = (left > 0).then(|| run::by_script(seed, candidate, planted).violation).flatten();
        broken.filter(|(_, violation)| violation.law == law).map(|(at, _)| at + 1)
    };
    let mut best = script.to_vec();
    let mut chunk = best.len().next_power_of_two() / 2;
    while chunk > 0 {
        let mut at = 0;
        while at < best.len() {
            let end = (at + chunk).min(best.len());
            let candidate: Vec<Step> = best[..at].iter().chain(&best[end..]).cloned().collect();
            match breaks(&candidate) {
                Some(length) => best = candidate[..length].to_vec(),
                None => at = end,
            }
        }
        chunk /= 2;
    }
    without_faults(best, &mut breaks)
}

fn without_faults(mut best: Vec<Step>, breaks: &mut impl FnMut(&[Step]) -> Option<usize>) -> Vec<Step> {
    for at in 0..best.len() {
        for fault in (0..best.get(at).map_or(0, |step| step.faults.len())).rev() {
            let mut candidate = best.clone();
            candidate[at].faults.remove(fault);
            if let Some(length) = breaks(&candidate) {
                best = candidate[..length].to_vec();
            }
            if at >= best.len() {
                return best;
            }
        }
    }
    best
}
