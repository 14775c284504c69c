//! How far the clock is believed.
//!
//! A wrong clock must not be a way to burn the house, and must not be a way to keep it standing past its time.
//! A wall clock can be set; time since boot only goes forward. So:
//!
//! - Work is never done before the highest time that was believed before.
//! - While running, the wall clock is believed as far as time since boot bears it out, give or take
//!   [`TOLERANCE`]. A leap beyond that stops opening at once and destroys nothing until somebody confirms it.
//! - A wall clock that goes back is not followed: time since boot goes on counting.
//! - At a start the wall clock is believed for destroying. If it lies more than [`START_LEAP`] past the last
//!   persisted time, opening waits for a confirmation. If it lies before it, nobody knows how long the machine
//!   was off, and opening waits too.
//!
//! The caller reads the clock, asks [`TimeTrust::observe`] before each decision, and persists
//! [`TimeTrust::highest`] now and then and at a stop.

use crate::time::{HOUR, Reading, Timestamp};

/// Seconds by which the wall clock may run ahead of time since boot, all steps since the last start or
/// confirmation taken together: what NTP corrects on a healthy machine, and too little to matter against 72 hours.
pub const TOLERANCE: u64 = 300;

/// Seconds past the last persisted time beyond which a start waits for a confirmation before opening.
pub const START_LEAP: u64 = 24 * HOUR;

/// What the time is taken to be, and what may be done by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judgement {
    /// The time by which to work: deadlines of what is to be opened, entries, claims. It never goes back.
    pub now: Timestamp,
    /// Whether anything may be opened at all.
    pub may_open: bool,
    /// What was due at or before this point may be destroyed. At a start it can lie past `now`.
    pub may_destroy_until: Timestamp,
    /// What is wrong with the clock, for officers.
    pub doubt: Option<Doubt>,
}

/// What is wrong with the clock. Each carries by how many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// The wall clock leapt forward further than time since boot bears out. Opening has stopped.
    Leapt(u64),
    /// The wall clock went back. Work goes on by time since boot.
    WentBack(u64),
    /// At the start the wall clock lay this far past the last persisted time. Opening waits for a confirmation.
    StartedAhead(u64),
    /// At the start the wall clock lay this far before the last persisted time. Opening waits for a confirmation.
    StartedBehind(u64),
}

/// A point in time tied to time since boot.
#[derive(Debug, Clone, Copy)]
struct Anchor {
    at: Timestamp,
    since_boot: u64,
}

impl Anchor {
    /// The point that time since boot bears out.
    fn borne_out(self, since_boot: u64) -> Timestamp {
        self.at + since_boot.saturating_sub(self.since_boot)
    }
}

/// The state of belief, see the module's own words.
#[derive(Debug, Clone)]
pub struct TimeTrust {
    /// Where `now` counts from.
    anchor: Anchor,
    /// How far ahead of the anchor small steps have carried us, at most [`TOLERANCE`].
    stepped: u64,
    /// At a start whose wall clock is believed for destroying only: where that counts from.
    destroying: Option<Anchor>,
    /// What a start found, until it is confirmed.
    started: Option<Doubt>,
    /// The highest time since boot that was read.
    since_boot: u64,
}

impl TimeTrust {
    /// Begins with what was persisted, `None` at the very first start, and a first reading.
    pub fn start(persisted_highest: Option<Timestamp>, reading: Reading) -> Self {
        let highest = persisted_highest.unwrap_or(reading.wall);
        let (ahead, behind) = (reading.wall.since(highest), highest.since(reading.wall));
        let started = match (ahead, behind) {
            (ahead, _) if ahead > START_LEAP => Some(Doubt::StartedAhead(ahead)),
            (_, behind) if behind > TOLERANCE => Some(Doubt::StartedBehind(behind)),
            _ => None,
        };
        let wall = Anchor { at: reading.wall, since_boot: reading.since_boot };
        let is_ahead = matches!(started, Some(Doubt::StartedAhead(_)));
        let at = if is_ahead { highest } else { highest.max(reading.wall) };
        let anchor = Anchor { at, ..wall };
        Self { anchor, stepped: 0, destroying: is_ahead.then_some(wall), started, since_boot: reading.since_boot }
    }

    /// Judges a reading.
    pub fn observe(&mut self, reading: Reading) -> Judgement {
        self.since_boot = self.since_boot.max(reading.since_boot);
        let doubt = self.started.or_else(|| self.follow(reading.wall));
        let now = self.highest();
        Judgement {
            now,
            may_open: matches!(doubt, None | Some(Doubt::WentBack(_))),
            may_destroy_until: self.destroying.map_or(now, |anchor| anchor.borne_out(self.since_boot)).max(now),
            doubt,
        }
    }

    /// A witness or an officer says that it is `at` now. It settles a doubtful start, and moves the time forward
    /// if it is later than what was believed; it never moves it back.
    pub fn confirm(&mut self, at: Timestamp, reading: Reading) -> Judgement {
        self.since_boot = self.since_boot.max(reading.since_boot);
        if at > self.highest() {
            self.anchor = Anchor { at, since_boot: self.since_boot };
            self.stepped = 0;
        }
        self.started = None;
        self.destroying = None;
        self.observe(reading)
    }

    /// The highest time believed so far: what to persist. An unconfirmed leap is never part of it.
    pub fn highest(&self) -> Timestamp {
        self.anchor.borne_out(self.since_boot) + self.stepped
    }

    /// Follows a small step of the wall clock, or says why it isn't followed.
    fn follow(&mut self, wall: Timestamp) -> Option<Doubt> {
        let borne_out = self.anchor.borne_out(self.since_boot);
        match (wall.since(borne_out), self.highest().since(wall)) {
            (ahead, _) if ahead > TOLERANCE => Some(Doubt::Leapt(ahead)),
            (_, behind) if behind > TOLERANCE => Some(Doubt::WentBack(behind)),
            (ahead, _) => {
                self.stepped = self.stepped.max(ahead);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const T: Timestamp = Timestamp(1_795_273_200);
    const YEAR: u64 = 365 * 24 * HOUR;

    fn read(wall: Timestamp, since_boot: u64) -> Reading {
        Reading { wall, since_boot }
    }

    /// Started at `T`, a thousand seconds after boot, with a clock that was right.
    fn running() -> TimeTrust {
        TimeTrust::start(Some(T), read(T, 1000))
    }

    #[test]
    fn a_clock_that_runs_as_it_should_is_believed_whole() {
        let judged = running().observe(read(T + 500, 1500));
        let all_well = Judgement { now: T + 500, may_open: true, may_destroy_until: T + 500, doubt: None };
        assert_eq!(judged, all_well);
    }

    #[test]
    fn work_is_never_done_before_the_highest_persisted_time() {
        let mut trust = TimeTrust::start(Some(T), read(T - TOLERANCE, 1000));
        let judged = trust.observe(read(T - TOLERANCE, 1000));
        assert_eq!((judged.now, judged.may_open), (T, true));
    }

    #[test]
    fn a_leap_while_running_stops_opening_at_once_and_destroys_nothing() {
        let mut trust = running();
        let judged = trust.observe(read(T + YEAR, 1010));
        assert_eq!(judged.doubt, Some(Doubt::Leapt(YEAR - 10)));
        assert_eq!((judged.may_open, judged.may_destroy_until), (false, T + 10));
        assert_eq!(trust.highest(), T + 10, "an unconfirmed leap is not persisted");
    }

    #[test]
    fn a_leap_that_is_confirmed_destroys_and_opens_again() {
        let mut trust = running();
        assert!(!trust.observe(read(T + YEAR, 1010)).may_open);
        let judged = trust.confirm(T + YEAR, read(T + YEAR + 3, 1013));
        assert_eq!((judged.may_open, judged.doubt), (true, None));
        assert_eq!((judged.now, judged.may_destroy_until), (T + YEAR + 3, T + YEAR + 3));
    }

    #[test]
    fn a_confirmation_that_does_not_reach_the_leap_leaves_it_in_doubt() {
        let mut trust = running();
        let judged = trust.confirm(T + 20, read(T + YEAR, 1010));
        assert_eq!((judged.now, judged.may_open, judged.may_destroy_until), (T + 20, false, T + 20));
    }

    #[test]
    fn a_leap_that_is_taken_back_leaves_no_trace() {
        let mut trust = running();
        trust.observe(read(T + YEAR, 1010));
        let judged = trust.observe(read(T + 20, 1020));
        assert_eq!((judged.now, judged.may_open, judged.doubt), (T + 20, true, None));
    }

    #[test]
    fn small_steps_are_followed_until_together_they_reach_the_tolerance() {
        let mut trust = running();
        for step in 1..=3 {
            let judged = trust.observe(read(T + 10 * step + 100 * step, 1000 + 10 * step));
            assert_eq!((judged.now, judged.doubt), (T + 110 * step, None));
        }
        let judged = trust.observe(read(T + 40 + TOLERANCE + 1, 1040));
        assert_eq!((judged.doubt, judged.may_open), (Some(Doubt::Leapt(TOLERANCE + 1)), false));
        assert_eq!(judged.may_destroy_until, T + 40 + TOLERANCE);
    }

    #[test]
    fn a_small_step_that_is_taken_back_does_not_move_time_back() {
        let mut trust = running();
        assert_eq!(trust.observe(read(T + 200, 1000)).now, T + 200);
        let judged = trust.observe(read(T + 10, 1010));
        assert_eq!((judged.now, judged.doubt), (T + 210, None));
    }

    #[test]
    fn a_clock_that_goes_back_is_not_followed_and_work_goes_on() {
        let mut trust = running();
        trust.observe(read(T + 100, 1100));
        let judged = trust.observe(read(T - YEAR, 1200));
        assert_eq!((judged.now, judged.may_open, judged.may_destroy_until), (T + 200, true, T + 200));
        assert_eq!(judged.doubt, Some(Doubt::WentBack(YEAR + 200)));
    }

    #[test]
    fn at_a_start_within_a_day_the_wall_clock_is_believed_for_everything() {
        let judged = TimeTrust::start(Some(T), read(T + START_LEAP, 5)).observe(read(T + START_LEAP, 5));
        let at = T + START_LEAP;
        assert_eq!(judged, Judgement { now: at, may_open: true, may_destroy_until: at, doubt: None });
    }

    #[test]
    fn at_a_start_beyond_a_day_it_is_believed_for_destroying_only() {
        let later = T + START_LEAP + 1;
        let mut trust = TimeTrust::start(Some(T), read(later, 5));
        let judged = trust.observe(read(later + 60, 65));
        assert_eq!((judged.may_open, judged.may_destroy_until), (false, later + 60));
        assert_eq!((judged.now, trust.highest()), (T + 60, T + 60));
        assert_eq!(judged.doubt, Some(Doubt::StartedAhead(START_LEAP + 1)));
        let judged = trust.confirm(later + 60, read(later + 60, 65));
        assert_eq!((judged.now, judged.may_open), (later + 60, true));
    }

    #[test]
    fn a_leap_after_a_doubtful_start_destroys_no_more_than_the_start_did() {
        let later = T + 2 * START_LEAP;
        let mut trust = TimeTrust::start(Some(T), read(later, 5));
        assert_eq!(trust.observe(read(later + YEAR, 15)).may_destroy_until, later + 10);
    }

    #[test]
    fn at_a_start_before_the_persisted_time_opening_waits_for_a_confirmation() {
        let mut trust = TimeTrust::start(Some(T), read(T - YEAR, 5));
        let judged = trust.observe(read(T - YEAR + 10, 15));
        assert_eq!((judged.now, judged.may_open, judged.may_destroy_until), (T + 10, false, T + 10));
        assert_eq!(judged.doubt, Some(Doubt::StartedBehind(YEAR)));
        let judged = trust.confirm(T + HOUR, read(T + HOUR, 25));
        assert_eq!((judged.now, judged.may_open), (T + HOUR, true));
    }

    #[test]
    fn the_very_first_start_has_nothing_to_doubt() {
        let judged = TimeTrust::start(None, read(T, 5)).observe(read(T, 5));
        assert_eq!(judged, Judgement { now: T, may_open: true, may_destroy_until: T, doubt: None });
    }

    #[test]
    fn a_confirmation_never_moves_the_time_back() {
        let mut trust = running();
        assert_eq!(trust.confirm(T - YEAR, read(T + 10, 1010)).now, T + 10);
    }

    /// What happens to a clock: seconds pass, and the wall is set by so much; sometimes somebody confirms a time.
    fn history() -> impl Strategy<Value = alloc::vec::Vec<(u64, i64, bool)>> {
        let set = prop_oneof![3 => Just(0), 2 => -400_i64..400, 1 => -100_000_000_i64..100_000_000];
        let passed = prop_oneof![0_u64..10, 0_u64..5000];
        proptest::collection::vec((passed, set, prop::bool::weighted(0.1)), 1..40)
    }

    proptest! {
        #[test]
        fn time_never_goes_back_and_destroying_never_runs_ahead_of_time_since_boot(
            persisted in 0_u64..200_000, history in history(),
        ) {
            let mut wall = T;
            let mut since_boot = 1000;
            let mut trust = TimeTrust::start(Some(T - persisted), read(wall, since_boot));
            // What the start or the last confirmation said, and when.
            let (mut known, mut known_at, mut last) = (T, since_boot, Timestamp(0));
            for (passed, set, confirmed) in history {
                since_boot += passed;
                wall = Timestamp((wall + passed).0.saturating_add_signed(set));
                let reading = read(wall, since_boot);
                let believed = trust.clone().observe(read(Timestamp(0), since_boot)).now;
                if confirmed && wall > believed {
                    (known, known_at) = (wall, since_boot);
                }
                let judged = if confirmed { trust.confirm(wall, reading) } else { trust.observe(reading) };
                prop_assert!(judged.now >= last, "time went back");
                last = judged.now;
                prop_assert!(judged.now <= judged.may_destroy_until);
                prop_assert!(judged.may_destroy_until <= known + (since_boot - known_at) + TOLERANCE);
                let borne_out = wall <= known + (since_boot - known_at) + TOLERANCE;
                prop_assert!(borne_out || !judged.may_open, "opened on a leap that nothing bears out");
            }
        }

        #[test]
        fn a_restart_never_takes_time_back(elapsed in 0_u64..10_000_000, wall in 0_u64..4_000_000_000) {
            let mut first = running();
            first.observe(read(T + elapsed, 1000 + elapsed));
            let mut second = TimeTrust::start(Some(first.highest()), read(Timestamp(wall), 1));
            prop_assert!(second.observe(read(Timestamp(wall), 1)).now >= first.highest());
        }
    }
}
