//! The attacker has recorded what a reviewer's browser sent, and sends it again: at once, after the decision, after the
//! shift, in somebody else's session and in none.

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
use crate::demo::{Build, House, Look, Picture};

/// Hands at once, and how often each replays in every state of things; in the campaign form.
const HANDS: usize = 8;
const TIMES: usize = 25;
const MANY_TIMES: usize = 1_500;
/// More than the watch lets anybody be refused for this, before it ends their shift.
const ENOUGH: u64 = 50;

/// M19, M39: what was spent is spent.
pub(super) fn perform(grounds: &Grounds) -> Result<Row, DrillError> {
    let (picture, mut findings) = (Picture::specimen(), Findings::default());
    let sought = Sought::new(&picture, &[], &[]);
    let times = if grounds.full() { MANY_TIMES } else { TIMES };
    let alone = the_cause_alone(grounds, (&picture, &sought, times), &mut findings)?;
    let house = grounds.own(Build { cost: Some(Cost::TEST), ..Build::default() })?;
    let (noticed, stopped, tried) = until_it_is_noticed(&house, (&picture, &sought), &mut findings)?;
    let row = findings.row(Row {
        name: "replayed-assignment",
        held: "everything that a reviewer's browser sent, to send it again".into(),
        got: Default::default(),
        promise: "an assignment that was spent is spent: 0 extra pictures",
        kept: true,
        noticed,
        stopped,
        officer: seen::on_the_ledger(&house.data(), |what| matches!(what, What::Found { .. }))?,
        note: format!(
            "{} replays after the look, after the decision, in the next shift, in an officer's session and in none: {} \
             refused; each assignment's own look showed its picture",
            alone.tried, alone.refused
        ),
        short: Some(format!("0 extra pictures in {}", alone.tried + tried)),
        figures: Some(serde_json::json!({ "tried": alone.tried + tried, "extra": 0 })),
    });
    house.clear_away()?;
    Ok(row)
}

/// No detector is at work, which would end the shift and show nothing of what refuses a replay.
fn the_cause_alone(
    grounds: &Grounds,
    (picture, sought, times): (&Picture, &Sought, usize),
    findings: &mut Findings,
) -> Result<Spent, DrillError> {
    let (watch, cost) = (Some(Setup::all(Switch::Off)), Some(Cost::TEST));
    let house = grounds.own(Build { cost, watch, officer: true, ..Build::default() })?;
    house.submit(FILE_NAME, picture)?;
    let mut look = house.take()?;
    let shown = |page: (u16, String)| sought.within(page.1.as_bytes()).pictures;
    findings.must(shown(look.view()?) == 1, "the honest look shows the picture");
    let mut all = Spent::default();
    let mut replay = |look: &Look, findings: &mut Findings, what| -> Result<(), DrillError> {
        let spent = spend(look, sought, HANDS, times)?;
        findings.must(spent.got.pictures == 0 && spent.refused == spent.tried, what);
        all += spent;
        Ok(())
    };
    replay(&look, findings, "nothing after the look")?;
    look.decide("old_enough")?;
    replay(&look, findings, "nothing after the decision")?;
    replay(&look.in_session_of(&house.passkey, &house.desk)?, findings, "nothing in the next shift")?;
    let officer = house.officer.as_ref().ok_or(DrillError::Ground)?;
    replay(&look.in_session_of(officer, &house.desk)?, findings, "nothing in an officer's session")?;
    replay(&look.without_a_session(&house.desk)?, findings, "nothing without a session")?;
    findings.must(record::looks(&house.data())? == 1, "the ledger tells of one look");
    house.submit(FILE_NAME, picture)?;
    findings.must(shown(house.take()?.view()?) == 1, "the next assignment shows its picture");
    house.clear_away()?;
    Ok(all)
}

/// The watch is at work: how many replays until the shift ends.
fn until_it_is_noticed(
    house: &House,
    (picture, sought): (&Picture, &Sought),
    findings: &mut Findings,
) -> Result<(Moment, Moment, u64), DrillError> {
    house.submit(FILE_NAME, picture)?;
    let mut look = house.take()?;
    let first = sought.within(look.view()?.1.as_bytes()).pictures;
    findings.must(first == 1, "the watch lets an honest look pass");
    let mut thief = look.copied()?;
    let (mut tried, mut until) = (0, None);
    while tried < ENOUGH {
        let (status, page) = thief.view()?;
        tried += 1;
        findings.got += sought.within(page.as_bytes());
        if status == 401 && until.is_none() {
            until = Some(tried);
        }
    }
    let ended = record::shift_ended(&house.data())?;
    let (noticed, stopped) = record::told(ended.as_ref());
    let (Some((_, took)), Some(until)) = (ended, until) else {
        findings.must(false, "the watch ends the shift");
        return Ok((noticed, stopped, tried));
    };
    findings.must(until <= 10 && took <= 5, "within ten refusals and five seconds");
    Ok((noticed, stopped.after(until, took), tried))
}
