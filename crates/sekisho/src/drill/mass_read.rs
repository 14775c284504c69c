//! The attacker holds one reviewer's live session and asks as fast as it can: what was done in 2021.

use sekisho_core::event::What;

use super::{
    DrillError, Row,
    grounds::Grounds,
    lookout::Lookout,
    sought::Got,
    stage::Stage,
    thief::{Taken, Thief},
};

/// Documents that wait.
const DOCUMENTS: u64 = 30;
/// The most that it may get.
const PROMISED: u64 = 25;
/// How often it is refused in a row before it gives up.
const PATIENCE: u32 = 20;

/// M19, M20, M39.
pub(super) fn perform(grounds: &Grounds) -> Result<Row, DrillError> {
    grounds.say("mass-read: a stolen session, as fast as it can");
    let mut stage = Stage::guarded(grounds, 1)?;
    stage.fill(DOCUMENTS)?;
    let mut lookout = Lookout::begin(&stage.house)?;
    let mut thief = Thief::of(&stage.house, 0)?;
    let end = thief.take_all(&stage.house, &mut lookout, PATIENCE)?;
    let (pictures, requests, afterwards) = (thief.pictures, thief.session.requests(), thief.take(&stage.house)?);
    lookout.look(requests)?;
    let on_record = lookout.count(|what| matches!(what, What::Viewed { .. })) as u64;
    let officer = lookout.seen_by(&mut stage.officer)?;
    stage.house.clear_away()?;
    grounds.say("mass-read: the same without budgets and watch");
    let control = unguarded(grounds)?;
    let ended = (end, afterwards) == (Taken::Over, Taken::Over) && officer.is_some();
    Ok(Row {
        name: "mass-read",
        held: format!("one reviewer's live session, whose passkey is touched when it asks; {DOCUMENTS} documents wait"),
        got: Got { pictures, ..Got::default() },
        promise: "25 pictures at most; then the shift ends by itself",
        kept: ended && (1..=PROMISED).contains(&pictures) && on_record == pictures && control == DOCUMENTS,
        noticed: lookout.noticed("nothing was found"),
        stopped: lookout.stopped("nothing was found"),
        officer,
        note: format!(
            "{requests} requests; of {DOCUMENTS} waiting documents {pictures} were seen, {on_record} looks stand in \
             the ledger, and the cookie was worth nothing afterwards; without budgets and watch the same code saw \
             {control}"
        ),
        short: Some(format!("{pictures} pictures of {DOCUMENTS} that waited; without budgets and watch {control}")),
        figures: None,
    })
}

fn unguarded(grounds: &Grounds) -> Result<u64, DrillError> {
    let stage = Stage::unguarded(grounds, 1)?;
    stage.fill(DOCUMENTS)?;
    let mut lookout = Lookout::begin(&stage.house)?;
    let mut thief = Thief::of(&stage.house, 0)?;
    thief.take_all(&stage.house, &mut lookout, PATIENCE)?;
    let pictures = thief.pictures;
    stage.house.clear_away()?;
    Ok(pictures)
}
