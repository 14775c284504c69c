//! Intake keys: one an hour, accepted for its hour and the next.

use rusqlite::Connection;
use sekisho_core::{
    event::What,
    id::{IntakeKeyId, KeeperId},
    time::Hour,
};
use sekisho_seal::IntakeSecret;

use super::{fault::Fault, receive::INTAKE_HOURS, turn::Turn, waiting};
use crate::{
    db::columns::{At, Id},
    intake,
    keystore::deadline_of,
    wire::{IntakeKey, IntakeKeys, Refusal},
};

/// The oldest hour whose key is accepted in `hour`.
pub(super) const fn oldest(hour: Hour) -> Hour {
    hour.minus(INTAKE_HOURS - 1)
}

/// Makes this hour's key if it is missing, and forgets those that are accepted no more.
pub(super) fn turn_over(turn: &mut Turn<'_>) -> Result<(), Fault> {
    let hour = turn.now.at.hour();
    let oldest = oldest(hour);
    let room = &mut *turn.room;
    room.keystore.forget_intakes_before(&mut room.keys, oldest, &mut *room.entropy)?;
    turn.db.prepare_cached("DELETE FROM intake_key WHERE hour < ?1")?.execute([At(oldest)])?;
    if room.keys.intake_of(hour).is_none() {
        room.keystore.add_intake(&mut room.keys, hour, &mut *room.entropy)?;
    }
    announce(turn, hour)?;
    waiting::turn_over(turn)
}

// The public half stands in the database, so that gates get it also while the
// keeper is locked. After a crash between keystore and database it is made again.
fn announce(turn: &mut Turn<'_>, hour: Hour) -> Result<(), Fault> {
    let (id, seed) = turn.room.keys.intake_of(hour).ok_or(Refusal::Unavailable)?;
    let known = turn.db.prepare_cached("SELECT 1 FROM intake_key WHERE id = ?1")?.exists([Id(id)])?;
    if known {
        return Ok(());
    }
    let key = signed(turn, unsigned(id, hour, IntakeSecret::from_seed(&seed).public().to_bytes()))?;
    turn.db
        .prepare_cached("INSERT OR REPLACE INTO intake_key (id, hour, public, signature) VALUES (?1, ?2, ?3, ?4)")?
        .execute((Id(id), At(hour), &key.public, &key.signature))?;
    turn.log(None, What::IntakeKeyMade { key: id, hour })?;
    Ok(())
}

/// The same key with the keeper's signature over it.
pub(super) fn signed(turn: &Turn<'_>, key: IntakeKey) -> Result<IntakeKey, Fault> {
    let bytes = intake::signed_bytes(turn.room.keeper(), &key);
    let signature = turn.room.signers.keeper.sign(&bytes);
    let signature = signature.map_err(|e| Fault::Broken("an intake key was not signed", e.into()))?;
    Ok(IntakeKey { signature, ..key })
}

fn unsigned(id: IntakeKeyId, hour: Hour, public: Vec<u8>) -> IntakeKey {
    IntakeKey {
        id,
        public,
        not_before: hour.start(),
        not_after: hour.plus(INTAKE_HOURS).start(),
        deadline: deadline_of(hour),
        signature: Vec::new(),
    }
}

/// The keys that gates may seal to, newest first. Needs no secret.
pub(crate) fn accepted(db: &Connection, keeper: KeeperId) -> rusqlite::Result<IntakeKeys> {
    let keys = db
        .prepare_cached("SELECT id, hour, public, signature FROM intake_key ORDER BY hour DESC")?
        .query_map([], |row| {
            let key = unsigned(row.get::<_, Id<_>>(0)?.0, row.get::<_, At<_>>(1)?.0, row.get(2)?);
            Ok(IntakeKey { signature: row.get(3)?, ..key })
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(IntakeKeys { keeper, keys })
}
