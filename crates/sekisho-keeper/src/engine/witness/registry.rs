//! Which witnesses there are. The keeper's own list: what a start names is added, what it omits or alters stays.

use rusqlite::{Connection, OptionalExtension};
use sekisho_core::{
    event::{Contradiction, What},
    time::Timestamp,
};

use super::{
    super::{fault::Fault, turn::Turn},
    Contradicted, Watched, Witnesses,
};
use crate::{
    db::columns::{At, Word},
    wire::{MAX_WITNESSES, WitnessPlan, WitnessTerms, Witnessing},
};

/// Why a start's word about witnesses is not taken. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WitnessRefused {
    /// The key is none, or the address none that this installation dials.
    #[error("the witness {0} can't be used: its key is damaged, or its address is not https")]
    Terms(String),
    /// Another one has that key.
    #[error("the witness {0} has the key of another one: that would be one witness counted twice")]
    Twice(String),
    /// There are as many as a checkpoint can carry.
    #[error("more than {MAX_WITNESSES} witnesses: forget one first")]
    TooMany,
    /// It is to be forgotten, but never was registered.
    #[error("no witness {0} is registered, so it can't be forgotten; the desk's page /watch names them")]
    Unknown(String),
    /// It is named both ways.
    #[error("the witness {0} is to be registered and forgotten at once: start once with --forget-witness, then again")]
    Both(String),
}

/// Does what a start says of witnesses, writes down that it started, and remembers from where on cosignatures count.
pub(in super::super) fn enter(turn: &mut Turn<'_>, plan: &WitnessPlan) -> Result<(), Fault> {
    judge(turn, plan)?;
    for name in &plan.forgotten {
        forget(turn, name)?;
    }
    for terms in &plan.named {
        register(turn, terms)?;
    }
    let start = turn.log(None, What::Started)?;
    let all = load(turn.db)?;
    turn.room.witnesses = Witnesses { all, start };
    Ok(())
}

fn judge(turn: &Turn<'_>, plan: &WitnessPlan) -> Result<(), WitnessRefused> {
    let test = turn.room.installation.test;
    for terms in &plan.named {
        let key = terms.verifier().map_err(|_| WitnessRefused::Terms(terms.key.clone()))?;
        if terms.is_plain() && !test {
            return Err(WitnessRefused::Terms(key.name().to_owned()));
        }
        if plan.forgotten.iter().any(|name| name == key.name()) {
            return Err(WitnessRefused::Both(key.name().to_owned()));
        }
    }
    Ok(())
}

fn forget(turn: &mut Turn<'_>, name: &str) -> Result<(), Fault> {
    let found: Option<(bool, bool)> = turn
        .db
        .prepare_cached("SELECT forgotten IS NOT NULL, contradiction IS NOT NULL FROM witness WHERE name = ?1")?
        .query_row([name], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (already, contradicted) = found.ok_or_else(|| WitnessRefused::Unknown(name.to_owned()))?;
    if already {
        return Ok(());
    }
    turn.db.prepare_cached("UPDATE witness SET forgotten = ?2 WHERE name = ?1")?.execute((name, At(turn.now.at)))?;
    turn.log(None, What::WitnessForgotten { witness: name.to_owned(), contradicted })?;
    Ok(())
}

fn register(turn: &mut Turn<'_>, terms: &WitnessTerms) -> Result<(), Fault> {
    let key = terms.verifier().map_err(|_| WitnessRefused::Terms(terms.key.clone()))?;
    let present = load(turn.db)?;
    if let Some(known) = present.iter().find(|one| one.key.name() == key.name()) {
        if known.key != key || known.url != terms.url {
            tracing::warn!(
                witness = key.name(),
                "is registered with another key or address, which stay; to change them start once with --forget-witness"
            );
        }
        return Ok(());
    }
    if present.iter().any(|one| one.key.public() == key.public()) {
        return Err(WitnessRefused::Twice(key.name().to_owned()).into());
    }
    if present.len() >= MAX_WITNESSES {
        return Err(WitnessRefused::TooMany.into());
    }
    // One that was forgotten begins anew: what it knew is asked, not remembered.
    turn.db
        .prepare_cached(
            "INSERT OR REPLACE INTO witness (name, key, url, registered, known) VALUES (?1, ?2, ?3, ?4, 0)",
        )?
        .execute((key.name(), key.to_string(), &terms.url, At(turn.now.at)))?;
    turn.log(None, What::WitnessRegistered { witness: key.name().to_owned(), key: key.to_string() })?;
    Ok(())
}

fn load(db: &Connection) -> Result<Vec<Watched>, Fault> {
    let mut rows = db.prepare_cached(
        "SELECT key, url, known, cosigned, cosigned_at, contradiction, contradicted
         FROM witness WHERE forgotten IS NULL ORDER BY name",
    )?;
    let found = rows.query_map([], |row| {
        let key: String = row.get(0)?;
        let cosigned: Option<i64> = row.get(3)?;
        let at: Option<At<Timestamp>> = row.get(4)?;
        let how: Option<Word<Contradiction>> = row.get(5)?;
        let size: Option<i64> = row.get(6)?;
        Ok(Watched {
            key: key.parse().map_err(|_| rusqlite::Error::InvalidQuery)?,
            url: row.get(1)?,
            known: row.get::<_, i64>(2)? as u64,
            cosigned: cosigned.zip(at).map(|(size, At(at))| (size as u64, at)),
            since_start: false,
            contradiction: how.map(|Word(how)| Contradicted {
                how,
                size: size.unwrap_or(0) as u64,
                since_start: false,
                noted: true,
                taken_back: false,
            }),
            trouble: None,
            asked: None,
            due: 0,
            failures: 0,
        })
    })?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// Writes down what a witness said last.
pub(super) fn store(turn: &Turn<'_>, name: &str) -> Result<(), Fault> {
    let Some(one) = turn.room.witnesses.all.iter().find(|one| one.key.name() == name) else { return Ok(()) };
    let contradiction = one.contradiction.as_ref().filter(|one| !one.taken_back);
    turn.db
        .prepare_cached(
            "UPDATE witness SET known = ?2, cosigned = ?3, cosigned_at = ?4, contradiction = ?5, contradicted = ?6
             WHERE name = ?1",
        )?
        .execute((
            name,
            one.known as i64,
            one.cosigned.map(|(size, _)| size as i64),
            one.cosigned.map(|(_, at)| At(at)),
            contradiction.map(|one| Word(one.how)),
            contradiction.map(|one| one.size as i64),
        ))?;
    Ok(())
}

/// Witnesses that were forgotten, and when.
pub(in super::super) fn forgotten(db: &Connection) -> rusqlite::Result<Vec<(String, Timestamp)>> {
    db.prepare_cached("SELECT name, forgotten FROM witness WHERE forgotten IS NOT NULL ORDER BY name")?
        .query_map([], |row| Ok((row.get(0)?, row.get::<_, At<_>>(1)?.0)))?
        .collect()
}

/// How they stand, by the database alone: while locked none has cosigned since the start.
pub(in super::super) fn known(db: &Connection) -> Result<Witnessing, Fault> {
    let witnesses = Witnesses { all: load(db)?, start: 0 };
    Ok(witnesses.view(forgotten(db)?))
}
