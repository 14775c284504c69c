//! The waiting key's public half: signed while the keeper has its keys, offered while it has none.

use rusqlite::{Connection, OptionalExtension};
use sekisho_core::{
    id::KeeperId,
    time::{HOUR, Timestamp},
};
use sekisho_seal::IntakeSecret;

use crate::{
    db::columns::{At, Id},
    engine::{fault::Fault, intake_keys, turn::Turn},
    keystore::{Keystore, deadline_of},
    wire::IntakeKey,
};

/// What waits has so many hours left at least when it comes: less would be too little for an unlocking and a review.
const LEFT_HOURS: u64 = 24;

/// Makes it anew, whatever there was. After a crash between keystore and database neither is offered.
pub(in crate::engine) fn renew(turn: &mut Turn<'_>) -> Result<(), Fault> {
    let (hour, room) = (turn.now.at.hour(), &mut *turn.room);
    room.keystore.renew_waiting(&mut room.keys, hour, &mut *room.entropy)?;
    announce(turn)
}

/// Makes this hour's if it is missing.
pub(in crate::engine) fn turn_over(turn: &mut Turn<'_>) -> Result<(), Fault> {
    match turn.room.keys.waiting() {
        Some((id, hour, _)) if hour == turn.now.at.hour() => {
            let known = turn.db.prepare_cached("SELECT 1 FROM waiting_key WHERE id = ?1")?.exists([Id(id)])?;
            if known { Ok(()) } else { announce(turn) }
        }
        _ => renew(turn),
    }
}

fn announce(turn: &mut Turn<'_>) -> Result<(), Fault> {
    let Some((id, hour, seed)) = turn.room.keys.waiting() else { return Ok(()) };
    let (public, deadline) = (IntakeSecret::from_seed(&seed).public().to_bytes(), deadline_of(hour));
    let not_after = deadline - LEFT_HOURS * HOUR;
    let blank = IntakeKey { id, public, not_before: hour.start(), not_after, deadline, signature: Vec::new() };
    let key = intake_keys::signed(turn, blank)?;
    turn.db
        .prepare_cached(
            "INSERT OR REPLACE INTO waiting_key (only, id, hour, public, signature) VALUES (1, ?1, ?2, ?3, ?4)",
        )?
        .execute((Id(id), At(hour), &key.public, &key.signature))?;
    Ok(())
}

/// What gates may seal to while the keeper is locked, if anything: the key whose secret the keystore holds, as long as
/// what is sealed to it has time left. Needs no key.
pub(in crate::engine) fn offered(
    db: &Connection,
    keystore: &Keystore,
    now: Timestamp,
) -> Result<Option<IntakeKey>, Fault> {
    let Some((id, _)) = keystore.waiting()? else { return Ok(None) };
    let found = db
        .prepare_cached("SELECT id, hour, public, signature FROM waiting_key WHERE id = ?1")?
        .query_row([Id(id)], |row| {
            let (Id(id), At(hour)): (Id<_>, At<sekisho_core::time::Hour>) = (row.get(0)?, row.get(1)?);
            let deadline = deadline_of(hour);
            let not_after = deadline - LEFT_HOURS * HOUR;
            let (public, signature) = (row.get(2)?, row.get(3)?);
            Ok(IntakeKey { id, public, not_before: hour.start(), not_after, deadline, signature })
        })
        .optional()?;
    Ok(found.filter(|key| now < key.not_after))
}

/// The same for a gate: one key or none.
pub(in crate::engine) fn for_gate(keeper: KeeperId, key: Option<IntakeKey>) -> crate::wire::IntakeKeys {
    crate::wire::IntakeKeys { keeper, keys: key.into_iter().collect() }
}
