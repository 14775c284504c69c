//! The attacker sets the machine's clock back, so that pictures live longer, or what is past comes again.

use sekisho_core::event::What;

use super::{
    DrillError, Moment, Row,
    clockwork::{Clockwork, deadline, doubts, is_gone},
    grounds::Grounds,
    seen,
};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// M9: a clock that is set back lengthens no document's life, while the keeper runs and across its restart.
pub(super) fn perform(grounds: &Grounds) -> Result<Row, DrillError> {
    let mut work = Clockwork::new(grounds)?;
    grounds.say("clock-back: an hour, a year");
    while_running(&mut work)?;
    grounds.say("clock-back: forward and back, and across a restart");
    forth_and_back(&mut work)?;
    across_a_restart(&mut work)?;
    let officer = seen::on_the_ledger(&work.house.data(), |what| matches!(what, What::TimeDoubted { .. }))?;
    work.row(Row {
        name: "clock-back",
        held: "the machine's wall clock: set back by an hour, a day and a year, also while the keeper was down".into(),
        got: Default::default(),
        promise: "no document lives longer, and nothing opens past its deadline",
        kept: false,
        noticed: Moment::came(
            "at a start: opening waited for an officer's word; while running a clock that goes back is not followed, \
             and not noted",
        ),
        stopped: Moment::came("at a start: nothing opened until an officer confirmed the time"),
        officer,
        note: "work went on by time since boot, and each document was gone at the deadline that it had".into(),
        short: Some("no document lived longer, nothing opened past a deadline".into()),
        figures: None,
    })
}

fn while_running(work: &mut Clockwork) -> Result<(), DrillError> {
    let check = work.submit()?;
    let left = deadline(&work.house)?.since(work.house.now());
    work.house.set_wall(-HOUR);
    work.settle();
    let mut look = work.house.take()?;
    work.must_open(&mut look, "a clock that goes back by an hour stops nobody")?;
    work.house.set_wall(-365 * DAY);
    work.house.pass(left);
    work.must_come("at its deadline by time since boot a document is gone", |house| is_gone(house, check))?;
    work.must(doubts(&work.house)? == 0, "a clock that goes back is not followed");
    work.house.set_wall(0);
    work.settle();
    Ok(())
}

fn forth_and_back(work: &mut Clockwork) -> Result<(), DrillError> {
    let check = work.submit()?;
    let left = deadline(&work.house)?.since(work.house.now());
    for set in [DAY, -DAY, 3 * DAY] {
        work.house.set_wall(set);
        work.settle();
    }
    work.must_come("leaps forward are doubted", |house| Ok(doubts(house)? >= 1))?;
    work.house.set_wall(-DAY);
    work.settle();
    let mut look = work.house.take()?;
    work.must_open(&mut look, "after forth and back a document in time opens")?;
    work.house.pass(left);
    work.must_come("and is gone at its deadline", |house| is_gone(house, check))?;
    work.must_stay_closed(&mut look, "who looked before does not see it again")?;
    work.house.set_wall(0);
    work.settle();
    Ok(())
}

/// While the keeper is down nobody counts; a clock that was set back meanwhile is not believed.
fn across_a_restart(work: &mut Clockwork) -> Result<(), DrillError> {
    let check = work.submit()?;
    let left = deadline(&work.house)?.since(work.house.now());
    let before = doubts(&work.house)?;
    work.settle();
    work.house.die();
    work.house.set_wall(-2 * DAY);
    work.house.revive()?;
    work.must_come("a start before the last known time is doubted", |house| Ok(doubts(house)? == before + 1))?;
    // Assignments are not given out while the time is in doubt.
    work.must(work.house.take().is_err(), "nothing is opened after such a start");
    work.house.confirm_time()?;
    work.settle();
    let mut look = work.house.take()?;
    work.must_open(&mut look, "after an officer's word it opens")?;
    work.house.pass(left);
    work.must_come("at the deadline that it had it is gone", |house| is_gone(house, check))?;
    work.must_stay_closed(&mut look, "past its deadline nothing opens")
}
