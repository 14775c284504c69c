//! How the detectors are set: it stands in the ledger, so that a replay knows it too.

use sekisho_core::{event::What, watch::Setup};

use super::super::{fault::Fault, turn::Turn};

/// What a start says of the detectors; nothing if it goes on with them as they are. Whoever runs the machine may set
/// them; everybody who answers for the house is told.
pub(in crate::engine) fn enter(turn: &mut Turn<'_>, named: Option<&Setup>) -> Result<(), Fault> {
    named.map_or(Ok(()), |setup| set(turn, setup, false))
}

/// What the founding says of them.
pub(in crate::engine) fn found(turn: &mut Turn<'_>, setup: &Setup) -> Result<(), Fault> {
    set(turn, setup, true)
}

fn set(turn: &mut Turn<'_>, setup: &Setup, founding: bool) -> Result<(), Fault> {
    let first = turn.seen.first().map_or(turn.room.ledger.next_index(), |(place, _)| *place);
    if turn.room.watching.kept(turn.db, first)?.watch.setup() != setup {
        turn.log(None, What::WatchSet { setup: Box::new(setup.clone()), founding })?;
    }
    Ok(())
}
