//! Keys that only stop: for a program that notices something at night. They are made and dropped at the operator's
//! socket, and lift nothing.

use base64ct::{Base64UrlUnpadded, Encoding};
use rusqlite::Connection;
use sekisho_core::{
    author::Author,
    entropy::fresh,
    event::What,
    id::StopId,
    stop::{Reach, Stopping, Target},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use super::{fault::Fault, stops, turn::Turn};
use crate::{
    db::meta,
    hash::sha256,
    wire::{Refusal, StopKey},
};

/// How a key begins, so that whoever finds one knows what it is.
const PREFIX: &str = "skstop_";
/// The most at once.
const AT_ONCE: usize = 20;
/// The longest name, in letters.
const NAME: usize = 32;

/// A key as it stands in keeper.db: not itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Standing {
    name: String,
    sha256: [u8; 32],
    may: Vec<Reach>,
    made: Timestamp,
}

fn all(db: &Connection) -> rusqlite::Result<Vec<Standing>> {
    Ok(meta::get(db, meta::names::STOP_KEYS)?.unwrap_or_default())
}

fn log(turn: &mut Turn<'_>, stopping: Stopping) -> Result<(), Fault> {
    turn.log(None, What::Stopping { stopping }).map(drop)
}

fn require_name(name: &str) -> Result<(), Refusal> {
    let fine = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'-';
    if (1..=NAME).contains(&name.len()) && name.bytes().all(fine) { Ok(()) } else { Err(Refusal::BadRequest) }
}

/// Makes a key. It is shown once.
pub(super) fn make(turn: &mut Turn<'_>, name: &str, may: &[Reach]) -> Result<String, Fault> {
    require_name(name)?;
    let mut keys = all(turn.db)?;
    if may.is_empty() || keys.len() >= AT_ONCE || keys.iter().any(|key| key.name == name) {
        return Err(Refusal::BadRequest.into());
    }
    let secret: [u8; 32] = fresh(&mut *turn.room.entropy);
    let key = format!("{PREFIX}{}", Base64UrlUnpadded::encode_string(&secret));
    let sha256 = sha256(key.as_bytes());
    keys.push(Standing { name: name.into(), sha256, may: may.to_vec(), made: turn.now.at });
    meta::set(turn.db, meta::names::STOP_KEYS, &keys)?;
    log(turn, Stopping::KeyMade { key: name.into(), may: may.to_vec() })?;
    Ok(key)
}

/// Drops a key.
pub(super) fn drop_key(turn: &mut Turn<'_>, name: &str) -> Result<(), Fault> {
    let mut keys = all(turn.db)?;
    let at = keys.iter().position(|key| key.name == name).ok_or(Refusal::NotFound)?;
    keys.remove(at);
    meta::set(turn.db, meta::names::STOP_KEYS, &keys)?;
    log(turn, Stopping::KeyDropped { key: name.into() })
}

/// All of them, without the keys.
pub(super) fn list(db: &Connection) -> rusqlite::Result<Vec<StopKey>> {
    let view = |Standing { name, may, made, .. }| StopKey { name, may, made };
    Ok(all(db)?.into_iter().map(view).collect())
}

/// Whoever holds a key stops something. On the ledger its name stands before the reason.
pub(super) fn stop(turn: &mut Turn<'_>, key: &str, target: &Target, why: &str) -> Result<StopId, Fault> {
    let hash = sha256(key.as_bytes());
    let key = all(turn.db)?.into_iter().find(|known| known.sha256 == hash).ok_or(Refusal::BadSignature)?;
    if !key.may.iter().any(|reach| reach.covers(target)) {
        return Err(Refusal::NotAllowed.into());
    }
    // A program that goes on noticing says so again and again.
    if let Some(standing) = stops::list(turn.db)?.into_iter().find(|stop| stop.target == *target) {
        return Ok(standing.id);
    }
    stops::stop(turn, target, Author::Operator, &format!("{}: {why}", key.name))
}
