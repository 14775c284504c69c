//! An installation with reviewers at work, an officer at the board, and documents that wait. Guarded, or not: the
//! control, where the same attacker meets neither budgets nor watch.

use std::{thread, time::Duration};

use sekisho_core::{
    budget::Limits,
    id::CheckId,
    time::Timestamp,
    watch::{Setup, Switch},
};
use sekisho_keeper::keystore::Cost;

use super::{DrillError, FILE_NAME, grounds::Grounds};
use crate::demo::{Build, House, OnShift, Picture};

/// How often the board is asked for the time before that is given up.
const TRIES: u32 = 600;
const PAUSE: Duration = Duration::from_millis(25);

/// The installation.
pub(super) struct Stage {
    pub house: House,
    /// The officer, on shift since before the attack.
    pub officer: OnShift,
}

impl Stage {
    /// As it is by default, with so many reviewers.
    pub(super) fn guarded(grounds: &Grounds, reviewers: usize) -> Result<Self, DrillError> {
        Self::build(grounds, reviewers, Build::default())
    }

    /// With endless budgets, and a watch that is switched off.
    pub(super) fn unguarded(grounds: &Grounds, reviewers: usize) -> Result<Self, DrillError> {
        let watch = Some(Setup::all(Switch::Off));
        Self::build(grounds, reviewers, Build { watch, budget: Some(Limits::endless()), ..Build::default() })
    }

    /// As `build` says.
    pub(super) fn build(grounds: &Grounds, reviewers: usize, build: Build) -> Result<Self, DrillError> {
        let (cost, more) = (Some(Cost::TEST), reviewers.saturating_sub(1));
        // Somebody is at work at all hours, so that no document is turned away at night.
        let picture_hours = build.picture_hours.or(Some(72));
        let house = grounds.own(Build { officer: true, reviewers: more, cost, picture_hours, ..build })?;
        let officer = house.begin_officers_shift()?;
        Ok(Self { house, officer })
    }

    /// So many documents come in: their checks.
    pub(super) fn fill(&self, documents: u64) -> Result<Vec<CheckId>, DrillError> {
        let picture = Picture::small_specimen();
        let submitted = (0..documents).map(|_| self.house.submit(FILE_NAME, &picture));
        Ok(submitted.collect::<Result<_, _>>()?)
    }

    /// Lets so many seconds pass, and waits until the keeper knows: its time stands on the officer's board.
    pub(super) fn pass(&mut self, seconds: u64) -> Result<(), DrillError> {
        self.house.pass(seconds);
        let until = self.house.now();
        for _ in 0..TRIES {
            if time_on(&self.officer.get("/board")?.page).is_none_or(|shown| shown >= until) {
                return Ok(());
            }
            thread::sleep(PAUSE);
        }
        Err(DrillError::Unfinished("the keeper's clock"))
    }

    /// The night is over: the officer begins another shift.
    pub(super) fn next_day(&mut self, seconds: u64) -> Result<(), DrillError> {
        self.pass(seconds)?;
        self.officer = self.house.begin_officers_shift()?;
        self.pass(0)
    }
}

/// The time at which the board says that it was read; nothing where the officer's shift is over.
fn time_on(board: &str) -> Option<Timestamp> {
    // Above the heading stands until when the officer's shift lasts.
    let (_, rest) = board.split_once("<h1>")?.1.split_once("<time datetime=\"")?;
    let read: jiff::Timestamp = rest.split('"').next()?.parse().ok()?;
    u64::try_from(read.as_second()).ok().map(Timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_boards_own_time_is_read_and_not_the_shifts() {
        let board = r#"<time datetime="2026-11-23T05:00:00+09:00">x</time><h1>y</h1><time datetime="1970-01-01T09:00:07+09:00">z</time>"#;
        assert_eq!(time_on(board), Some(Timestamp(7)));
        assert_eq!(time_on("<h1>sign in</h1>"), None);
    }
}
