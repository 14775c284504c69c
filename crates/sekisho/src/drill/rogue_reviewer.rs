//! A real reviewer who works for somebody else too: looks at whatever they are given, tries to see more than that, and
//! answers without looking twice.

use sekisho_core::{
    budget::{Limits, Relief, Windows},
    check::Verdict,
    event::What,
    id::CheckId,
    time::Clock,
};
use sekisho_keeper::canary::Laid;
use sekisho_sys::{clock::SystemClock, entropy::SystemEntropy};

use super::{
    DrillError, Moment, Row,
    findings::Findings,
    grounds::Grounds,
    lookout::Lookout,
    sought::Got,
    stage::Stage,
    thief::{Taken, Thief},
};
use crate::{
    app,
    demo::{Build, House},
};

/// Documents that wait.
const DOCUMENTS: u64 = 20;
/// What a person may open in a day here. The default is 150; with 12 the day ends within the drill.
const A_DAY: u64 = 12;
/// Seconds that a person takes for a document.
const A_LOOK: u64 = 25;
/// How long an assignment lasts, and a second.
const A_LAPSE: u64 = 601;
/// How many of the documents are the operator's own, of somebody who is not old enough.
const TESTS: usize = 8;

/// M15, M19, M39.
pub(super) fn perform(grounds: &Grounds) -> Result<Row, DrillError> {
    grounds.say("rogue-reviewer: a day at a person's pace");
    let build = Build { budget: Some(budget()), ..Build::default() };
    let mut stage = Stage::build(grounds, 2, build)?;
    let tests = stage.fill(DOCUMENTS)?;
    lay(&stage.house, &tests[..TESTS])?;
    let mut findings = Findings::default();
    let mut lookout = Lookout::begin(&stage.house)?;
    let (pictures, requests) = a_day(&mut stage, &mut lookout, &mut findings)?;
    let viewed = lookout.count(|what| matches!(what, What::Viewed { .. })) as u64;
    findings.must(viewed == pictures, "each look is on record, and no more");
    findings.must(lookout.findings().count() == 0, "who decides at a person's pace is not found");
    let (right, of) = answers(&stage.house)?;
    findings.must(of > 0 && right == 0, "answers given blindly are told by the operator's own documents");
    let officer = lookout.line_of(&mut stage.officer, |what| matches!(what, What::Viewed { .. }))?;
    grounds.say("rogue-reviewer: looking without deciding");
    let (looked, ended) = without_deciding(&mut stage)?;
    findings.must(ended, "who looks and does not decide loses the shift");
    stage.house.clear_away()?;
    grounds.say("rogue-reviewer: the same without budgets and watch");
    let control = unguarded(grounds)?;
    findings.must(control == DOCUMENTS, "without budgets the same code sees everything");
    findings.must((1..=A_DAY).contains(&pictures), "no more than a day's budget");
    let row = findings.row(Row {
        name: "rogue-reviewer",
        held: format!(
            "their own passkey and shift, at a vault where a person may open {A_DAY} documents a day; {DOCUMENTS} wait"
        ),
        got: Got::default(),
        promise: "a person's day, none of their choosing, each look on record",
        kept: true,
        noticed: Moment::never(
            "who decides what they look at, after a person's time, does what a reviewer does; the answers to test \
             documents show it to whoever asks for them",
        ),
        stopped: Moment::came("by the day's budget").after(requests, None),
        officer,
        note: format!(
            "a second look, another's assignment and one of their own choosing were refused; {right} of {of} test \
             documents were answered as they ought to be; another reviewer who looked without deciding lost the shift \
             after {looked} looks; without budgets and watch the same code saw {control} of {DOCUMENTS}"
        ),
        short: Some(format!(
            "{pictures} pictures, a day's budget; {right} of {of} test documents answered rightly; without budgets \
             {control}"
        )),
        figures: None,
    });
    Ok(Row { got: Got { pictures, ..Got::default() }, ..row })
}

fn budget() -> Limits {
    let person = Windows { minute: 5, hour: A_DAY, day: A_DAY, three_days: A_DAY };
    let relief = Relief { day_at_most: A_DAY, ..Limits::default().relief };
    let again = Windows { minute: 2, hour: 5, day: 5, three_days: 5 };
    Limits { person, device: person, again, relief, ..Limits::default() }
}

/// Some of what waits is the operator's own, and nothing tells it from the rest.
fn lay(house: &House, checks: &[CheckId]) -> Result<(), DrillError> {
    let mut console =
        app::canary::open(&house.data(), &house.keystore(), house.passphrase()).map_err(|_| DrillError::Ground)?;
    for check in checks {
        let laid = Laid::Document { check: *check, answer: Verdict::Reject, reported: None };
        let now = SystemClock.read().wall;
        console.lay("the queue", laid, now, &mut SystemEntropy).map_err(|_| DrillError::Ground)?;
    }
    Ok(())
}

/// How many of the operator's own documents were answered rightly, and of how many.
fn answers(house: &House) -> Result<(u32, u32), DrillError> {
    let console =
        app::canary::open(&house.data(), &house.keystore(), house.passphrase()).map_err(|_| DrillError::Ground)?;
    let book = console.read().map_err(|_| DrillError::Ground)?;
    let answers = console.answers(&book).map_err(|_| DrillError::Ground)?;
    Ok(answers.values().fold((0, 0), |(right, of), one| (right + one.right, of + one.of)))
}

/// Everything that is to be had in a day; answers with how many pictures, and after how many requests it ended.
fn a_day(stage: &mut Stage, lookout: &mut Lookout, findings: &mut Findings) -> Result<(u64, u64), DrillError> {
    let mut others = stage.house.begin_shift(1)?;
    others.ask_next()?;
    let theirs = others.assignment().map(str::to_owned).ok_or(DrillError::Ground)?;
    let mut rogue = Thief::of(&stage.house, 0)?;
    let mut tried = false;
    loop {
        let taken = rogue.take(&stage.house)?;
        if taken != Taken::Picture {
            findings.must(taken == Taken::Refused, "after the day's budget nothing more is given");
            return Ok((rogue.pictures, rogue.session.requests()));
        }
        if !tried {
            try_for_more(&mut rogue, &theirs, findings)?;
            tried = true;
        }
        stage.pass(A_LOOK)?;
        rogue.session.decide("old_enough")?;
        lookout.look(rogue.session.requests())?;
    }
}

/// Another look at what they have, what somebody else has, and what they name themselves.
fn try_for_more(rogue: &mut Thief, theirs: &str, findings: &mut Findings) -> Result<(), DrillError> {
    let again = rogue.session.view(None)?;
    findings.must(!rogue.keep(&again) && again.status == 409, "a second look at the same is refused");
    for named in [theirs, "asg_00000000000000000000000000", "../blobs"] {
        let answer = rogue.session.view_of(named)?;
        findings.must(!rogue.keep(&answer) && !answer.is_done(), "nobody picks whom to look at");
    }
    Ok(())
}

/// The other reviewer looks, and lets each assignment lapse. Answers with how often, and whether their shift ended.
fn without_deciding(stage: &mut Stage) -> Result<(u64, bool), DrillError> {
    let mut rogue = Thief::of(&stage.house, 1)?;
    for _ in 0..DOCUMENTS {
        if rogue.take(&stage.house)? != Taken::Picture {
            break;
        }
        stage.pass(A_LAPSE)?;
    }
    Ok((rogue.pictures, rogue.take(&stage.house)? == Taken::Over))
}

/// The control: how many pictures the same day gives without budgets and watch.
fn unguarded(grounds: &Grounds) -> Result<u64, DrillError> {
    let mut stage = Stage::unguarded(grounds, 2)?;
    stage.fill(DOCUMENTS)?;
    let mut rogue = Thief::of(&stage.house, 0)?;
    while rogue.take(&stage.house)? == Taken::Picture {
        stage.pass(A_LOOK)?;
        rogue.session.decide("old_enough")?;
    }
    let pictures = rogue.pictures;
    stage.house.clear_away()?;
    Ok(pictures)
}
