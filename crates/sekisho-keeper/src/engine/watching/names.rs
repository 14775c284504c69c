//! The keys under which gates name networks: each for a day, and gone an hour after it.
//!
//! A key hangs on the slot of that hour, so it is in no backup and no database; when the slot is overwritten, the day's
//! names in the ledger lead back to no address, whoever has whatever. Every gate has the same ones, and a gate that
//! begins anew has them again.

use sekisho_core::{
    calendar::DAY,
    time::{HOUR, Hour, Timestamp},
};

use super::super::{fault::Fault, turn::Turn};
use crate::{names::NameKey, wire::Names};

/// The keys of now, and who is refused.
pub(in crate::engine) fn names(turn: &mut Turn<'_>) -> Result<Names, Fault> {
    let (now, next) = (turn.now.at, turn.room.ledger.next_index());
    let today = now.0 / DAY;
    let keys = [Some(today), today.checked_sub(1)].into_iter().flatten().filter_map(|day| key(turn, day)).collect();
    let denied = turn.room.watching.kept(turn.db, next)?.denied.outside(now);
    Ok(Names { keys, until: Timestamp((today + 1) * DAY), denied })
}

fn key(turn: &Turn<'_>, day: u64) -> Option<NameKey> {
    let gone = Hour((day + 1) * (DAY / HOUR) + 1);
    turn.room.keys.names_key(turn.room.keeper(), gone).map(|key| NameKey::from_bytes(*key))
}
