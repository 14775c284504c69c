//! The attacker has copied a reviewer's session and spends its one assignment with many hands at once.

use sekisho_core::{
    event::What,
    watch::{Setup, Switch},
};
use sekisho_keeper::keystore::Cost;

use super::{
    DrillError, FILE_NAME, Moment, Row,
    findings::Findings,
    grounds::Grounds,
    hands::{Spent, spend},
    record, seen,
    sought::Sought,
};
use crate::demo::{Build, House, Picture};

/// Hands at once, and how often each asks; in the campaign form.
const HANDS: usize = 24;
const TIMES: usize = 20;
const MANY_TIMES: usize = 1_000;

/// M19, M39: of all of them one gets it, once.
pub(super) fn perform(grounds: &Grounds) -> Result<Row, DrillError> {
    let (picture, mut findings) = (Picture::specimen(), Findings::default());
    let sought = Sought::new(&picture, &[], &[]);
    let times = if grounds.full() { MANY_TIMES } else { TIMES };
    let alone = the_cause_alone(grounds, (&picture, &sought, times), &mut findings)?;
    let house = grounds.own(Build { cost: Some(Cost::TEST), ..Build::default() })?;
    house.submit(FILE_NAME, &picture)?;
    let spent = spend(&house.take()?, &sought, HANDS, times)?;
    findings.must(spent.got.pictures <= 1, "with the watch at work no more than one");
    let looks = record::looks(&house.data())?;
    findings.must(looks == spent.got.pictures, "and each look stands in the ledger");
    let noticed = noticed(&house, &mut findings)?;
    let row = findings.row(Row {
        name: "double-spend",
        held: format!("a copy of a reviewer's live session, in {HANDS} hands at once"),
        got: Default::default(),
        promise: "one look for one assignment, however many ask for it: 0 extra pictures",
        kept: true,
        noticed: noticed.0,
        stopped: noticed.1,
        officer: seen::on_the_ledger(&house.data(), |what| matches!(what, What::Found { .. }))?,
        note: format!(
            "{} requests for one picture, half of them after its decision: {} refused, one shown; the next assignment \
             showed its own picture",
            alone.tried, alone.refused
        ),
        short: Some(format!("0 extra pictures in {}", alone.tried + spent.tried)),
        figures: Some(serde_json::json!({ "tried": alone.tried + spent.tried, "extra": 0 })),
    });
    house.clear_away()?;
    Ok(row)
}

/// No detector is at work, which would end the shift and show nothing of what refuses the others.
fn the_cause_alone(
    grounds: &Grounds,
    (picture, sought, times): (&Picture, &Sought, usize),
    findings: &mut Findings,
) -> Result<Spent, DrillError> {
    let watch = Some(Setup::all(Switch::Off));
    let house = grounds.own(Build { cost: Some(Cost::TEST), watch, ..Build::default() })?;
    house.submit(FILE_NAME, picture)?;
    house.submit(FILE_NAME, picture)?;
    let mut look = house.take()?;
    let mut spent = spend(&look, sought, HANDS, times)?;
    findings.must(spent.got.pictures == 1, "one of all hands gets the picture, once");
    findings.must(spent.refused == spent.tried - 1, "all others are refused");
    look.decide("old_enough")?;
    let after = spend(&look, sought, HANDS, times)?;
    findings.must(after.got.pictures == 0 && after.refused == after.tried, "after the decision none");
    spent += after;
    findings.must(record::looks(&house.data())? == 1, "the ledger tells of one look");
    let next = house.look(None)?;
    findings.must(sought.within(next.as_bytes()).pictures == 1, "the next assignment shows its picture");
    house.clear_away()?;
    Ok(spent)
}

/// What ended the shift, and when after the first look.
fn noticed(house: &House, findings: &mut Findings) -> Result<(Moment, Moment), DrillError> {
    let ended = record::shift_ended(&house.data())?;
    findings.must(ended.is_some(), "the watch ends that shift");
    Ok(record::told(ended.as_ref()))
}
