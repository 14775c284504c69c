//! From where a shift is worked: names go into the ledger, and what is named into nothing.

use sekisho_core::{
    event::What,
    watch::observed::{Observation, Room},
};

use super::super::{fault::Fault, shifts::Running, turn::Turn};
use crate::wire::Whence;

/// Enters from where a shift that just began is worked, if the desk saw it.
pub(in crate::engine) fn enter(turn: &mut Turn<'_>, shift: &Running, from: Option<&Whence>) -> Result<(), Fault> {
    let Some(from) = from else { return Ok(()) };
    let names = &turn.room.names;
    let seen = Observation::ShiftFrom {
        shift: shift.id,
        staff: shift.staff,
        device: shift.device,
        network: names.network(from.address),
        agent: names.agent(&from.agent),
    };
    turn.log(None, What::Observed { room: Room::Desk, seen }).map(drop)
}
