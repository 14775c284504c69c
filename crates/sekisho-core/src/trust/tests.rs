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
