//! A doubt about the time, and how an officer ends it.

use sekisho_core::{check::Role, event::What, trust::Judgement};

use super::{
    fault::Fault,
    turn::{Effect, Turn},
};
use crate::wire::ShiftToken;

/// Writes down that opening stopped because the time is not believed.
pub(super) fn note_doubt(turn: &mut Turn<'_>, judged: Judgement) -> Result<(), Fault> {
    let wall = turn.room.clock.read().wall;
    turn.log(None, What::TimeDoubted { wall, confirmed: judged.now })?;
    Ok(())
}

/// An officer says that the machine's clock is right. What is overdue by it goes at the next tick.
pub(super) fn confirm(turn: &mut Turn<'_>, token: &ShiftToken) -> Result<(), Fault> {
    let by = turn.room.shifts.require(token, &[Role::Officer], turn.now.at)?.staff();
    let reading = turn.room.clock.read();
    turn.effects.push(Effect::Believe(reading.wall, reading));
    turn.log(None, What::TimeConfirmed { wall: reading.wall, by })?;
    Ok(())
}
