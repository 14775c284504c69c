//! The vault's own bound is reached: more is asked for than arrived.
//!
//! It can't happen while the keeper's rows are right, as nothing is assigned that didn't arrive; so if it happens,
//! something is wrong that nobody thought of. Everything pauses for fifteen minutes.
//!
//! Second looks have a bound too, and honest people reach it: after a restart all that was assigned is looked at once
//! more. That is no more pictures than arrived, and nothing comes of it but waiting.

use alloc::{vec, vec::Vec};

use serde::{Deserialize, Serialize};

use crate::{
    budget::{Kind, Subject},
    event::What,
    time::Timestamp,
    watch::{
        Cause, Detector, Evidence, Finding, PAUSE_SECONDS, Sight, VaultVerdict, Watching,
        observed::{Observation, Room},
    },
};

/// Nothing can be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Settings {}

/// When it last paused everything.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Bound(Option<Timestamp>);

impl Watching for Bound {
    type Settings = Settings;

    fn see(&mut self, _: &Settings, sight: Sight<'_>) -> Vec<Finding> {
        let What::Observed { room: Room::Keeper, seen: Observation::BoundReached { spent } } = &sight.event.what else {
            return Vec::new();
        };
        let now = sight.event.at;
        // One site's own limit is its own affair.
        let counts = spent.series.of == Subject::Vault && spent.series.kind == Kind::Opened;
        if !counts || self.0.is_some_and(|paused| now.since(paused) < PAUSE_SECONDS) {
            return Vec::new();
        }
        self.0 = Some(now);
        let evidence = Evidence { places: vec![sight.place], count: spent.limit, seconds: spent.window.seconds() };
        vec![Finding::new(Detector::Bound, Cause::Vault { verdict: VaultVerdict::Pause }, evidence)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        budget::{Series, Spent, Window},
        watch::{Verdict, tests::Stream},
    };

    fn reached(room: Room, of: &Subject, times: u64) -> Vec<Verdict> {
        reached_of(Kind::Opened, room, of, times)
    }

    fn reached_of(kind: Kind, room: Room, of: &Subject, times: u64) -> Vec<Verdict> {
        let mut stream = Stream::default();
        for _ in 0..times {
            stream.wait(60);
            let series = Series::new(of.clone(), kind);
            let spent = Spent { series, window: Window::Hour, limit: 100, frees: None };
            stream.observe(room, Observation::BoundReached { spent });
        }
        stream.all_verdicts()
    }

    /// M19, M26: a pause and no more, and only by what the keeper itself counted.
    #[test]
    fn the_vaults_bound_pauses_for_fifteen_minutes_and_does_not_lock_down() {
        assert_eq!(reached(Room::Keeper, &Subject::Vault, 15), [Verdict::Pause]);
        assert_eq!(reached(Room::Keeper, &Subject::Vault, 16), [Verdict::Pause; 2]);
        assert_eq!(reached(Room::Gate, &Subject::Vault, 100), []);
        assert_eq!(reached(Room::Keeper, &Subject::Site("site-a".parse().unwrap()), 100), []);
    }

    /// M26: forty reviewers who look once more after a restart don't shut the house.
    #[test]
    fn second_looks_that_are_spent_pause_nothing() {
        assert_eq!(reached_of(Kind::Again, Room::Keeper, &Subject::Vault, 100), []);
    }
}
