//! Each law can fail: a bug is planted, and exactly that law is found broken.

use sekisho_core::check::Reason;
use sekisho_simulation::{
    generate::Taste,
    laws::Law,
    op::{Op, Step},
    planted::Planted,
    run,
};

/// Runs seeds until a law breaks: it must be this one.
fn breaks(planted: Planted, taste: Taste, law: Law) {
    let violation = (1..=12).find_map(|seed| run::by_seed(seed, 120, taste, planted).violation);
    let (at, violation) = violation.expect("a planted bug is found within a few seeds");
    assert_eq!(violation.law, law, "{planted:?} at step {at}: {violation}");
}

#[test]
fn without_a_planted_bug_no_law_is_broken() {
    assert_eq!((1..=4).find_map(|seed| run::by_seed(seed, 120, Taste::QUIET, Planted::Nothing).violation), None);
}

/// M9: (a). Whoever drops its row, in an earlier copy it lies still: so the slot is all that counts.
#[test]
fn a_medium_that_keeps_slots_opens_what_is_overdue() {
    let ops = [
        Op::Submit { site: 0, member: 0, expires: 3600 },
        Op::Stop,
        Op::Start { off: 5, unlock: false, power: None },
        Op::Pass(80 * 3600),
    ];
    let script = ops.map(Step::new);
    assert_eq!(run::by_script(1, &script, Planted::Nothing).violation, None);
    let broken = run::by_script(1, &script, Planted::SlotsStay).violation;
    assert_eq!(broken.map(|(at, violation)| (at, violation.law)), Some((3, Law::Opens)));
}

/// M9: (a). By a clock that lags an hour, a document is looked at an hour too late.
#[test]
fn a_keeper_whose_clock_lags_opens_what_is_overdue() {
    let script = [Op::Submit { site: 1, member: 0, expires: 3600 }, Op::Pass(5 * 3600)].map(Step::new);
    assert_eq!(run::by_script(1, &script, Planted::Nothing).violation, None);
    let broken = run::by_script(1, &script, Planted::ClockLags).violation;
    assert_eq!(broken.map(|(at, violation)| (at, violation.law)), Some((1, Law::Opens)));
}

/// M16: (b).
#[test]
fn a_journal_that_lies_lets_a_picture_out_unrecorded() {
    breaks(Planted::JournalLies, Taste::QUIET, Law::Recorded);
}

/// (c)
#[test]
fn a_store_that_forgets_loses_what_was_acknowledged() {
    breaks(Planted::BlobsForget, Taste::QUIET, Law::Kept);
}

/// M8: (d).
#[test]
fn a_medium_that_keeps_roots_opens_old_copies() {
    breaks(Planted::RootsStay, Taste::QUIET, Law::OldCopy);
}

/// M8: (e).
#[test]
fn a_log_that_is_never_cut_leaves_keys_in_whole_copies() {
    breaks(Planted::LogStays, Taste::QUIET, Law::WholeCopy);
}

/// M9: (f).
#[test]
fn a_start_that_erases_late_is_found() {
    breaks(Planted::LateErasing, Taste::STARTS, Law::Erasing);
}

/// M9: (f).
#[test]
fn a_start_that_leaves_an_expired_intake_secret_is_found() {
    breaks(Planted::IntakesStay, Taste::STARTS, Law::Erasing);
}

/// M19: (h). Counts that lie in memory give a thief a new budget with every start.
#[test]
fn counts_that_end_with_their_process_are_found() {
    let submitted = (0..4).map(|member| Op::Submit { site: 0, member, expires: 3600 });
    let looks = [Op::Review(0, Reason::OldEnough), Op::Review(0, Reason::OldEnough)];
    let again = [Op::Kill, Op::Start { off: 5, unlock: true, power: None }, Op::Review(0, Reason::OldEnough)];
    let script: Vec<_> = submitted.chain(looks).chain(again).map(Step::new).collect();
    assert_eq!(run::by_script(1, &script, Planted::Nothing).violation, None);
    let broken = run::by_script(1, &script, Planted::MeterForgets).violation;
    assert_eq!(broken.map(|(at, violation)| (at, violation.law)), Some((8, Law::Budgets)));
}

/// M20: (i). Five looks that come to nothing, with a process that dies after each.
#[test]
fn a_watch_that_ends_with_its_process_is_found() {
    let submitted = (0..5).map(|member| Op::Submit { site: 0, member, expires: 3600 });
    let look = [Op::Shift(0), Op::Next(0), Op::View(0), Op::Kill, Op::Start { off: 1800, unlock: true, power: None }];
    let looks = std::iter::repeat_n(look, 5).flatten();
    let script: Vec<_> = submitted.chain(looks).map(Step::new).collect();
    assert_eq!(run::by_script(3, &script, Planted::Nothing).violation, None);
    let broken = run::by_script(3, &script, Planted::WatchForgets).violation;
    assert_eq!(broken.map(|(at, violation)| (at, violation.law)), Some((29, Law::Watched)));
}

/// M20: (i). Refusals that were counted and not told yet, with a process that dies after them.
#[test]
fn refusals_that_end_with_their_process_are_found() {
    let refused = std::iter::repeat_n(Op::Refused(1), 3);
    let again = [Op::Kill, Op::Start { off: 5, unlock: true, power: None }, Op::Tick];
    let script: Vec<_> = refused.chain(again).map(Step::new).collect();
    assert_eq!(run::by_script(1, &script, Planted::Nothing).violation, None);
    let broken = run::by_script(1, &script, Planted::CountsForget).violation;
    assert_eq!(broken.map(|(at, violation)| (at, violation.law)), Some((4, Law::Watched)));
}

/// M8: (d). Nothing of the waiting key may be left when what waited was taken over.
#[test]
fn a_waiting_key_that_can_be_read_after_the_unlocking_is_found() {
    let ops = [Op::LockDown, Op::Submit { site: 0, member: 0, expires: 3600 }, Op::Release(true)];
    let script = ops.map(Step::new);
    assert_eq!(run::by_script(1, &script, Planted::Nothing).violation, None);
    let broken = run::by_script(1, &script, Planted::WaitingStays).violation;
    assert_eq!(broken.map(|(at, violation)| (at, violation.law)), Some((2, Law::OldCopy)));
}
