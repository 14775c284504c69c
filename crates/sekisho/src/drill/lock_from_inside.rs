//! One reviewer wants the house shut, and does all that a reviewer can be stopped for, over and over.

use sekisho_core::{event::What, id::StaffId, watch::Verdict};

use super::{
    DrillError, Row,
    findings::Findings,
    grounds::Grounds,
    lookout::Lookout,
    sought::Got,
    stage::Stage,
    thief::{Taken, Thief},
};
use crate::demo::OnShift;

/// How often they come back after their shift was ended.
const TIMES: u64 = 3;
/// Documents that wait.
const DOCUMENTS: u64 = 24;
/// Requests of one time after which they give up.
const PATIENCE: u32 = 40;

/// M26, M39.
pub(super) fn perform(grounds: &Grounds) -> Result<Row, DrillError> {
    grounds.say("lock-us-out-from-inside: one reviewer misbehaves in every way");
    let mut stage = Stage::guarded(grounds, 2)?;
    stage.fill(DOCUMENTS)?;
    let mut findings = Findings::default();
    let mut honest = stage.house.begin_shift(1)?;
    let mut lookout = Lookout::begin(&stage.house)?;
    let (requests, pictures) = misbehave(&mut stage, &mut lookout, &mut findings)?;
    let lost = lookout.findings().filter(|finding| finding.verdict() == Verdict::EndShift).count() as u64;
    findings.must(lost >= TIMES, "their own shift was ended each time");
    findings.must(shut(&lookout) == 0, "nothing paused, nothing was locked down");
    findings.must(ended(&lookout).len() == 1, "nobody else's shift ended");
    findings.must(serves(&mut honest)?, "another reviewer goes on with the shift that they had");
    let officer = lookout.seen_by(&mut stage.officer)?;
    grounds.say("lock-us-out-from-inside: the control, two of them");
    let control = two_of_them(&mut stage, honest)?;
    findings.must(control, "the same done by two people within the hour pauses everything, as it is meant to");
    stage.house.clear_away()?;
    let row = findings.row(Row {
        name: "lock-us-out-from-inside",
        held: "a reviewer's passkey, and the wish to have everybody stopped".into(),
        got: Got::default(),
        promise: "their own shift only: no pause, no lockdown, nobody else's shift",
        kept: true,
        noticed: lookout.noticed("nothing was found"),
        stopped: lookout.stopped("nothing was found"),
        officer,
        note: format!(
            "{requests} requests: taken too fast, asked for again and again, assignments of others named, references \
             that don't exist; {lost} of their shifts were ended, 0 of anybody else's; another reviewer was served \
             with the same cookie as before; the control, the same by two people, paused everything"
        ),
        short: Some(format!("{lost} shifts of their own ended; 0 pauses, 0 lockdowns, 0 shifts of others")),
        figures: None,
    });
    // What they saw is their work: they are a reviewer.
    Ok(Row { got: Got { pictures, ..Got::default() }, ..row })
}

/// Everything, and again after the shift was ended; a person's passkey begins another one each time. Answers with how
/// many requests it took, and how many documents of their own work they saw.
fn misbehave(stage: &mut Stage, lookout: &mut Lookout, findings: &mut Findings) -> Result<(u64, u64), DrillError> {
    let (mut requests, mut pictures) = (0, 0);
    for _ in 0..TIMES {
        let mut rogue = Thief::of(&stage.house, 0)?;
        let mut end = Taken::Refused;
        for turn in 0..PATIENCE {
            if turn % 4 == 3 {
                name_others(&mut rogue.session, turn)?;
            }
            end = rogue.take_and_decide(&stage.house)?;
            if end == Taken::Over {
                break;
            }
        }
        findings.must(end == Taken::Over, "whoever misbehaves loses the shift");
        requests += rogue.session.requests();
        pictures += rogue.pictures;
        lookout.look(requests)?;
        // The minute's budget comes back, so that the next time begins like the first.
        stage.pass(61)?;
    }
    Ok((requests, pictures))
}

/// Pages and verdicts that are not theirs.
fn name_others(session: &mut OnShift, turn: u32) -> Result<(), DrillError> {
    for path in ["/watch/pause", "/watch/lockdown", "/staff/remove"] {
        session.post(path, &[("minutes", "480")])?;
    }
    session.get(&format!("/board/entry/{turn}"))?;
    Ok(())
}

fn shut(lookout: &Lookout) -> usize {
    lookout.count(|what| matches!(what, What::Paused { .. } | What::LockedDown { .. }))
}

/// Whose shifts ended.
fn ended(lookout: &Lookout) -> Vec<StaffId> {
    let mut people = lookout.all(|what| match what {
        What::ShiftEnded { staff, .. } => Some(*staff),
        _ => None,
    });
    people.sort_unstable();
    people.dedup();
    people
}

/// Whether a document opens in this session.
fn serves(session: &mut OnShift) -> Result<bool, DrillError> {
    if !session.ask_next()?.is_done() || session.assignment().is_none() {
        return Ok(false);
    }
    let shown = super::thief::decodes(&session.view(None)?.page);
    Ok(shown && session.decide("old_enough")?.is_done())
}

/// The control: the honest one begins to do the same, and the house is paused.
fn two_of_them(stage: &mut Stage, honest: OnShift) -> Result<bool, DrillError> {
    drop(honest);
    let mut lookout = Lookout::begin(&stage.house)?;
    let mut second = Thief::of(&stage.house, 1)?;
    second.take_all(&stage.house, &mut lookout, PATIENCE)?;
    lookout.look(second.session.requests())?;
    let closed = !serves(&mut stage.house.begin_shift(0)?)?;
    Ok(closed && shut(&lookout) > 0)
}
