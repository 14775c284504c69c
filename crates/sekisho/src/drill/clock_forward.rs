//! The attacker sets the machine's clock forward, or it runs wild by itself: does the house burn, does anything open?

use sekisho_core::event::What;

use super::{
    DrillError, Moment, Row,
    clockwork::{Clockwork, deadline, doubts, is_gone, is_kept, root_changes},
    grounds::Grounds,
    loot::Loot,
    seen,
};

const HOUR: u64 = 3600;
const DAY: i64 = 86_400;
/// A step that a time service may make on a healthy machine, in seconds.
const NTP_STEP: i64 = 150;

/// M9: a leap that nothing bears out stops opening and destroys nothing, until an officer says that it is so.
pub(super) fn perform(grounds: &Grounds) -> Result<Row, DrillError> {
    let mut work = Clockwork::new(grounds)?;
    grounds.say("clock-forward: a day, a year");
    leaps(&mut work)?;
    grounds.say("clock-forward: past a deadline, in doubt and confirmed");
    past_a_deadline_in_doubt(&mut work)?;
    confirmed(&mut work)?;
    grounds.say("clock-forward: a sleep, and a step in a change of root");
    asleep(&mut work)?;
    step_in_a_change_of_root(&mut work)?;
    let officer = seen::on_the_ledger(&work.house.data(), |what| matches!(what, What::TimeDoubted { .. }))?;
    work.row(Row {
        name: "clock-forward",
        held: "the machine's wall clock: set forward by a day, four days and a year, stepped over a change of root, \
               and stopped with the machine"
            .into(),
        got: Default::default(),
        promise: "nothing is destroyed by a leap that nobody confirmed, and nothing opens past its deadline",
        kept: false,
        noticed: Moment::came("at once: opening stopped, and each doubt stands in the ledger once"),
        stopped: Moment::came("at once: nothing opens while the time is in doubt"),
        officer,
        note:
            "the same looks showed the picture when the clock was right again, or an officer had said that it was; a \
               sleep of the machine, which time since boot bears out, was no doubt"
                .into(),
        short: Some("nothing burnt, nothing opened past a deadline".into()),
        figures: None,
    })
}

fn leaps(work: &mut Clockwork) -> Result<(), DrillError> {
    for (leap, doubted) in [(DAY, 1), (365 * DAY, 2)] {
        let check = work.submit()?;
        let mut look = work.house.take()?;
        work.house.set_wall(leap);
        work.settle();
        work.must_come("a leap is doubted, on record", |house| Ok(doubts(house)? == doubted))?;
        work.must_stay_closed(&mut look, "nothing opens after a leap")?;
        work.must(is_kept(&work.house, check)?, "a leap destroys nothing");
        work.house.set_wall(0);
        work.settle();
        work.must_open(&mut look, "a leap that is taken back leaves no trace")?;
        look.decide("old_enough")?;
    }
    Ok(())
}

/// Whatever the wall shows meanwhile, time since boot goes on, and the deadline comes.
fn past_a_deadline_in_doubt(work: &mut Clockwork) -> Result<(), DrillError> {
    let check = work.submit()?;
    let left = deadline(&work.house)?.since(work.house.now());
    work.house.set_wall(DAY);
    work.settle();
    work.must_come("a leap is doubted, on record", |house| Ok(doubts(house)? == 3))?;
    work.house.pass(left);
    work.must_come("in doubt too, what is overdue by time since boot goes", |house| is_gone(house, check))?;
    work.house.set_wall(0);
    work.settle();
    work.must(work.house.take().is_err(), "nothing is given out past its deadline");
    Ok(())
}

/// An officer says that the clock is right: what is overdue by it goes, from copies too.
fn confirmed(work: &mut Clockwork) -> Result<(), DrillError> {
    let check = work.submit()?;
    let copy = Loot::copy(&work.house.data())?;
    work.house.set_wall(4 * DAY);
    work.settle();
    work.must_come("a leap is doubted, on record", |house| Ok(doubts(house)? == 4))?;
    work.must(is_kept(&work.house, check)?, "a leap past every deadline destroys nothing");
    work.must(work.opening_of(&copy)? == 1, "the control: with the keystore the copy opens until then");
    work.house.confirm_time()?;
    work.settle();
    work.must_come("after a confirmation what is overdue goes", |house| is_gone(house, check))?;
    work.must(work.opening_of(&copy)? == 0, "then no copy opens it with the keystore that is left");
    Ok(())
}

fn asleep(work: &mut Clockwork) -> Result<(), DrillError> {
    let check = work.submit()?;
    work.house.pass(30 * HOUR);
    work.settle();
    let mut look = work.house.take()?;
    work.must_open(&mut look, "a machine that slept opens when it wakes, within the deadline")?;
    work.house.pass(deadline(&work.house)?.since(work.house.now()));
    work.must_come("what became overdue in a sleep is gone", |house| is_gone(house, check))?;
    work.must(doubts(&work.house)? == 4, "a sleep is no doubt");
    Ok(())
}

/// The wall clock alone is stepped over the end of an hour, and back again.
fn step_in_a_change_of_root(work: &mut Clockwork) -> Result<(), DrillError> {
    work.submit()?;
    let set = work.house.clock.driven().set;
    work.house.pass((HOUR - work.house.now().0 % HOUR).saturating_sub(60));
    work.settle();
    let before = root_changes(&work.house)?;
    work.house.set_wall(set + NTP_STEP);
    work.settle();
    work.must_come("a step over the hour changes the root", |house| Ok(root_changes(house)? > before))?;
    work.house.set_wall(set);
    work.settle();
    let mut look = work.house.take()?;
    work.must_open(&mut look, "and back over it: what waited opens all the same")?;
    work.must(doubts(&work.house)? == 4, "a small step is no doubt");
    Ok(())
}
