//! What a load came to.

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;

use super::{
    Orders,
    samples::{Course, Samples, Size},
};
use crate::{
    crowd::{Kind, Tally},
    ground::Ground,
    verify::Finding,
};

/// Below this time a process is still warming up, and its growth says nothing.
const LONG_ENOUGH: Duration = Duration::from_secs(600);
/// Kinds of steps that are uploads of good pictures.
const UPLOADS: [&str; 5] = ["card", "2 MP", "5 MP", "8 MP", "12 MP"];

/// How long a kind of step took, in milliseconds, and what went otherwise.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Latency {
    count: usize,
    p50_ms: f64,
    p95_ms: f64,
    p99_ms: f64,
    max_ms: f64,
    /// Whoever was told to come back later (429, 503), or came too late because a member withdrew (409).
    put_off: BTreeMap<String, usize>,
    /// Everything else.
    errors: BTreeMap<String, usize>,
}

/// What a load came to.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    seconds: u64,
    members: usize,
    reviewers: usize,
    cores: usize,
    uploads: usize,
    uploads_per_second: f64,
    decisions: usize,
    decisions_per_second: f64,
    steps: BTreeMap<&'static str, Latency>,
    memory: BTreeMap<String, Course>,
    files: BTreeMap<&'static str, Size>,
    acknowledged: usize,
    losses: Vec<String>,
    unlogged_viewings: usize,
    panics: usize,
    errors: usize,
    put_off: usize,
    restarts: usize,
    growing: Vec<String>,
}

fn is_put_off(snag: &str) -> bool {
    ["429", "503", "409"].iter().any(|status| snag.starts_with(status))
}

fn latency(kind: &Kind) -> Latency {
    let mut took = kind.took.clone();
    took.sort_unstable();
    let at = |share: f64| {
        let place = (took.len() as f64 * share) as usize;
        took.get(place.min(took.len().saturating_sub(1))).map_or(0.0, |tenths| f64::from(*tenths) / 10.0)
    };
    let (put_off, errors) = kind.snags.clone().into_iter().partition(|(snag, _)| is_put_off(snag));
    Latency { count: took.len(), p50_ms: at(0.5), p95_ms: at(0.95), p99_ms: at(0.99), max_ms: at(1.0), put_off, errors }
}

/// Puts it together.
pub(super) fn made_of(
    orders: Orders,
    worked: Duration,
    ground: &Ground,
    tally: &Tally,
    samples: Samples,
    finding: Finding,
    left: usize,
) -> Report {
    let steps: BTreeMap<_, _> = tally.all().iter().map(|(name, kind)| (*name, latency(kind))).collect();
    let count = |names: &[&str]| names.iter().filter_map(|name| steps.get(name)).map(|step| step.count).sum();
    let (uploads, decisions): (usize, usize) = (count(&UPLOADS), count(&["decide"]));
    let rate = |count: usize| count as f64 / worked.as_secs_f64();
    let memory = samples.courses();
    let growing = memory.iter().filter(|(_, course)| worked >= LONG_ENOUGH && course.grows());
    let mut losses = finding.losses;
    losses.extend((left > 0).then(|| format!("{left} documents wait and no reviewer is given them")));
    Report {
        seconds: worked.as_secs(),
        members: orders.members,
        reviewers: orders.reviewers,
        cores: std::thread::available_parallelism().map_or(0, usize::from),
        uploads,
        uploads_per_second: rate(uploads),
        decisions,
        decisions_per_second: rate(decisions),
        growing: growing.map(|(name, course)| format!("{name} {:+} KiB/h", course.growth())).collect(),
        restarts: memory.values().map(Course::restarts).sum(),
        errors: steps.values().flat_map(|step| step.errors.values()).sum(),
        put_off: steps.values().flat_map(|step| step.put_off.values()).sum(),
        steps,
        memory,
        files: samples.sizes(),
        acknowledged: finding.checked,
        losses,
        unlogged_viewings: finding.unlogged_viewings,
        panics: ground.log().lines().filter(|line| line.contains("panic")).count(),
    }
}

impl Report {
    /// The line that it ends with.
    pub(crate) fn last_line(&self) -> String {
        let growing = if self.growing.is_empty() { "none".to_owned() } else { self.growing.join(", ") };
        format!(
            "load: {} s, {} uploads ({:.1}/s), {} decisions ({:.1}/s); {} errors, {} put off, {} acknowledged pieces of \
             work checked, {} losses, {} unlogged viewings, {} panics, {} restarts, memory that grows: {growing}",
            self.seconds,
            self.uploads,
            self.uploads_per_second,
            self.decisions,
            self.decisions_per_second,
            self.errors,
            self.put_off,
            self.acknowledged,
            self.losses.len(),
            self.unlogged_viewings,
            self.panics,
            self.restarts,
        )
    }

    /// Whether work was done and nothing was found.
    pub(crate) fn is_clean(&self) -> bool {
        let found = self.errors + self.losses.len() + self.unlogged_viewings + self.panics + self.restarts;
        found == 0 && self.growing.is_empty() && self.uploads > 0 && self.decisions > 0
    }
}
