//! Refusals by asker, and of all who ask from outside together.
//!
//! Each asker is counted alone, and stopped. Whoever spreads the same over many networks asks little from each: all of
//! them together are counted too, within some seconds, and told; nobody is stopped for it, as nobody can be named.

use alloc::{vec, vec::Vec};

use serde::{Deserialize, Serialize};

use crate::{
    event::What,
    time::Timestamp,
    watch::{
        Cause, Detector, Finding, OutsideVerdict, Sight,
        book::{Book, Trail},
        observed::{Asker, Observation, Outsider, Trouble},
    },
};

/// How many are too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Refusals.
    pub refusals: u64,
    /// Within so many seconds.
    pub seconds: u64,
    /// Refusals of all who ask from outside.
    pub of_all: u64,
    /// Within so many seconds.
    pub seconds_of_all: u64,
}

impl Default for Settings {
    /// A reference has 128 random bits and a signature is made by a program: nobody mistypes eight of them. Of all
    /// together nine come within ten seconds in the busiest hours of a vault of 60,000 a day that has ten times its
    /// load, and else hardly ever.
    fn default() -> Self {
        Self { refusals: 8, seconds: 600, of_all: 9, seconds_of_all: 10 }
    }
}

/// What each was refused of late, and all outside together.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Refused {
    each: Book<Asker, Trail>,
    all: Trail,
    /// When that was told. It is told once for as long as one asker is remembered.
    told: Option<Timestamp>,
}

impl Refused {
    /// Counts a refusal that `is_one`; says what `detector` found in it.
    pub(super) fn see(
        &mut self,
        detector: Detector,
        settings: &Settings,
        sight: Sight<'_>,
        is_one: impl Fn(Trouble, &Asker) -> bool,
    ) -> Vec<Finding> {
        let What::Observed { room, seen: Observation::Refused { trouble, asker, count } } = &sight.event.what else {
            return Vec::new();
        };
        let asker = asker.as_known_to(*room);
        if !is_one(*trouble, &asker) {
            return Vec::new();
        }
        let is_outside = matches!(asker, Asker::Outside(_));
        let of_all = if is_outside { self.of_all(detector, settings, sight, *count) } else { None };
        let trail = self.each.of(&asker, sight.event.at);
        if trail.add(sight.event.at, sight.place, *count, settings.seconds) < settings.refusals {
            return of_all.into_iter().collect();
        }
        let evidence = trail.evidence();
        self.each.forget(&asker);
        // Who asks alone is told of alone.
        vec![Finding::of_asker(detector, asker, evidence)]
    }

    /// Counts what came from anywhere outside.
    fn of_all(&mut self, detector: Detector, settings: &Settings, sight: Sight<'_>, count: u64) -> Option<Finding> {
        let now = sight.event.at;
        let all = self.all.add(now, sight.place, count, settings.seconds_of_all);
        if all < settings.of_all || self.told.is_some_and(|told| now.since(told) < settings.seconds) {
            return None;
        }
        self.told = Some(now);
        let cause = Cause::Outside { asker: Outsider::Others, verdict: OutsideVerdict::Note };
        Some(Finding::new(detector, cause, self.all.evidence()))
    }
}
