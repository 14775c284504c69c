//! The attacker holds the live sessions of all reviewers at once, and rides them side by side.

use sekisho_core::{event::What, watch::PAUSE_SECONDS};

use super::{
    DrillError, Row, Seen,
    grounds::Grounds,
    lookout::Lookout,
    sought::Got,
    stage::Stage,
    thief::{Taken, Thief},
};

/// Whose sessions are stolen: all there are.
const REVIEWERS: usize = 3;
/// Documents that wait.
const DOCUMENTS: u64 = 33;
/// Rounds after which it gives up.
const ROUNDS: u32 = 60;

/// What came of it.
struct Outcome {
    pictures: u64,
    requests: u64,
    locked: bool,
    officer: Option<Seen>,
}

/// M19, M20, M39.
pub(super) fn perform(grounds: &Grounds) -> Result<Row, DrillError> {
    grounds.say("spread-sessions: all reviewers' sessions at once");
    let mut stage = Stage::guarded(grounds, REVIEWERS)?;
    stage.fill(DOCUMENTS)?;
    let mut lookout = Lookout::begin(&stage.house)?;
    let Outcome { pictures, requests, locked, officer } = ride(&mut stage, &mut lookout)?;
    let paused = lookout.count(|what| matches!(what, What::Paused { .. }));
    let on_record = lookout.count(|what| matches!(what, What::Viewed { .. })) as u64;
    stage.house.clear_away()?;
    grounds.say("spread-sessions: the same without budgets and watch");
    let mut unguarded = Stage::unguarded(grounds, REVIEWERS)?;
    unguarded.fill(DOCUMENTS)?;
    let control = {
        let mut lookout = Lookout::begin(&unguarded.house)?;
        ride(&mut unguarded, &mut lookout)?
    };
    unguarded.house.clear_away()?;
    Ok(Row {
        name: "spread-sessions",
        held: format!("the live sessions of all {REVIEWERS} reviewers at once; {DOCUMENTS} documents wait"),
        got: Got { pictures, ..Got::default() },
        promise: "no more than arrived, and 300 at most, before the keeper forgets its keys",
        kept: locked
            && officer.is_some()
            && paused > 0
            && (1..DOCUMENTS).contains(&pictures)
            && on_record == pictures
            && (control.pictures, control.locked) == (DOCUMENTS, false),
        noticed: lookout.noticed("nothing was found"),
        stopped: lookout.stopped("nothing was found"),
        officer,
        note: format!(
            "each session lost its shift; at the second everything paused for fifteen minutes, and when the thief \
             went on after it, the third locked the keeper down: {pictures} looks, each on record; without budgets \
             and watch the same code saw {} of {DOCUMENTS}",
            control.pictures
        ),
        short: Some(format!(
            "{pictures} pictures of {DOCUMENTS} that waited, then locked down; without budgets and watch {}",
            control.pictures
        )),
        figures: Some(serde_json::json!({ "requests": requests, "pauses": paused })),
    })
}

/// One document for each in turn, as long as any of them is worth something; a pause is waited for.
fn ride(stage: &mut Stage, lookout: &mut Lookout) -> Result<Outcome, DrillError> {
    let Stage { house, officer } = stage;
    let thieves = (0..REVIEWERS).map(|reviewer| Thief::of(house, reviewer));
    let mut thieves = thieves.collect::<Result<Vec<_>, _>>()?;
    let (mut seen, mut over) = (None, [false; REVIEWERS]);
    for _ in 0..ROUNDS {
        for (thief, over) in thieves.iter_mut().zip(&mut over).filter(|(_, over)| !**over) {
            *over = matches!(thief.take_and_decide(house)?, Taken::Over | Taken::Nothing);
        }
        lookout.look(sum(&thieves, |thief| thief.session.requests()))?;
        if is_locked(lookout) || over.iter().all(|over| *over) {
            break;
        }
        if seen.is_none() && lookout.count(|what| matches!(what, What::Paused { .. })) > 0 {
            seen = lookout.seen_by(officer)?;
            house.pass(PAUSE_SECONDS + 1);
        }
    }
    let (pictures, requests) = (sum(&thieves, |thief| thief.pictures), sum(&thieves, |thief| thief.session.requests()));
    Ok(Outcome { pictures, requests, locked: is_locked(lookout), officer: seen })
}

fn sum(thieves: &[Thief], what: impl Fn(&Thief) -> u64) -> u64 {
    thieves.iter().map(what).sum()
}

fn is_locked(lookout: &Lookout) -> bool {
    lookout.count(|what| matches!(what, What::LockedDown { .. })) > 0
}
