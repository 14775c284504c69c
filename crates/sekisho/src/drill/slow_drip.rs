//! The attacker rides a reviewer's session for days and stays below every limit: one document of theirs for each that
//! the reviewer works, within the reviewer's shift and tempo.

use sekisho_core::{
    event::What,
    watch::{Detector, Setup, Switch},
};

use super::{
    DrillError, Moment, Row, Seen,
    findings::Findings,
    grounds::Grounds,
    lookout::Lookout,
    sought::Got,
    stage::Stage,
    thief::{Taken, Thief},
};
use crate::demo::Build;

/// Days for which it goes on.
const DAYS: u64 = 3;
/// Documents of the thief's on each of them, and as many of the reviewer's.
const A_DAY: u64 = 7;
/// Seconds that a person takes for a document.
const A_LOOK: u64 = 25;
/// Seconds between two documents.
const BETWEEN: u64 = 900;
const DAY: u64 = 86_400;

/// How the thief decides what they took.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Thieves {
    /// At once, as a program does.
    Hasty,
    /// After a person's time, as if they had looked for the reviewer.
    Patient,
}

/// What days of it gave.
struct Days {
    pictures: u64,
    arrived: u64,
    stands: u64,
    lookout: Lookout,
    seen: Option<Seen>,
}

/// M19, M20, M39.
pub(super) fn perform(grounds: &Grounds) -> Result<Row, DrillError> {
    let mut findings = Findings::default();
    grounds.say("slow-drip: three days below every limit, decided at once");
    let hasty = days(grounds, Thieves::Hasty, None)?;
    let told = hasty.lookout.findings().any(|finding| finding.detector == Detector::Drip);
    findings.must(told && hasty.seen.is_some(), "a thief who decides at once is told of within three days");
    findings.must(hasty.lookout.findings().all(|finding| finding.detector == Detector::Drip), "and by nothing else");
    findings
        .must(hasty.pictures == hasty.stands && hasty.stands <= hasty.arrived, "bounded by what arrived, on record");
    grounds.say("slow-drip: the same, decided after a person's time");
    let patient = days(grounds, Thieves::Patient, None)?;
    findings.must(patient.lookout.findings().count() == 0, "as it is: a patient thief is not told of");
    findings
        .must(patient.pictures == patient.stands && patient.stands <= patient.arrived, "and bounded by arrivals too");
    grounds.say("slow-drip: the control, without the watch");
    let control = days(grounds, Thieves::Hasty, Some(Setup::all(Switch::Off)))?;
    findings.must(control.lookout.findings().count() == 0, "without the watch nobody is told");
    findings.must(control.pictures >= hasty.pictures, "and the thief goes on");
    let noticed = hasty.lookout.noticed("nothing was found");
    let row = findings.row(Row {
        name: "slow-drip",
        held: format!(
            "a reviewer's live session for {DAYS} days, and a touch of the passkey when it is asked for; a document \
             for each that the reviewer works"
        ),
        got: Got::default(),
        promise: "no more than arrived; told within three days where what is taken is decided at once",
        kept: true,
        noticed,
        stopped: Moment::never("a note is all that comes of it: officers decide what to do"),
        officer: hasty.seen,
        note: format!(
            "{} of {} documents that arrived were the thief's until it was told; a thief who decides after a person's \
             time took {} of {} in {DAYS} days and was not noticed, as their work is a reviewer's; without the watch \
             nobody was told of {}",
            hasty.pictures, hasty.arrived, patient.pictures, patient.arrived, control.pictures
        ),
        short: Some(format!(
            "{} of {} that arrived until it was told; decided after a person's time {} of {}, not noticed",
            hasty.pictures, hasty.arrived, patient.pictures, patient.arrived
        )),
        figures: None,
    });
    Ok(Row { got: Got { pictures: hasty.pictures, ..Got::default() }, ..row })
}

/// Goes on until it is told, or the days are over. All looks are the session's; every second one is the thief's.
fn days(grounds: &Grounds, thieves: Thieves, watch: Option<Setup>) -> Result<Days, DrillError> {
    let mut stage = Stage::build(grounds, 1, Build { watch, ..Build::default() })?;
    let mut lookout = Lookout::begin(&stage.house)?;
    let (mut pictures, mut requests, mut arrived) = (0, 0, 0);
    'days: for day in 0..DAYS {
        if day > 0 {
            stage.next_day(DAY - A_DAY * BETWEEN)?;
        }
        arrived += stage.fill(2 * A_DAY)?.len() as u64;
        let mut session = Thief::of(&stage.house, 0)?;
        for _ in 0..A_DAY {
            look(&mut stage, &mut session, Thieves::Patient)?;
            let before = session.pictures;
            look(&mut stage, &mut session, thieves)?;
            pictures += session.pictures - before;
            stage.pass(BETWEEN - A_LOOK)?;
            lookout.look(requests + session.session.requests())?;
            if lookout.findings().any(|finding| finding.detector == Detector::Drip) {
                break 'days;
            }
        }
        requests += session.session.requests();
    }
    let seen = lookout.seen_by(&mut stage.officer)?;
    let stands = lookout.count(|what| matches!(what, What::Viewed { .. })) as u64;
    stage.house.clear_away()?;
    // Every second look on record is the reviewer's own.
    Ok(Days { pictures, arrived, stands: stands / 2, lookout, seen })
}

fn look(stage: &mut Stage, session: &mut Thief, how: Thieves) -> Result<(), DrillError> {
    if session.take(&stage.house)? != Taken::Picture {
        return Err(DrillError::Unfinished("a look that is within every limit was refused"));
    }
    if how == Thieves::Patient {
        stage.pass(A_LOOK)?;
    }
    session.session.decide("old_enough")?;
    Ok(())
}
