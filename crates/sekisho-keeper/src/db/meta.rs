//! The few facts about the installation itself.

use rusqlite::{Connection, OptionalExtension};
use sekisho_core::{lockdown::Lockdown, time::Timestamp};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// What was fixed at the founding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installation {
    /// Whose database this is.
    pub keeper: sekisho_core::id::KeeperId,
    /// Whether it is marked as test.
    pub test: bool,
    /// The desk's origin, e.g. `https://desk.example.jp`: compared exactly.
    pub desk_origin: String,
    /// The desk's full host: the passkeys' relying party.
    pub desk_host: String,
    /// The ledger's origin line.
    pub ledger_origin: String,
}

/// A lockdown that holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockedDown {
    /// Since when.
    pub since: Timestamp,
    /// Where it stands in the ledger.
    pub place: u64,
    /// By whose order, and why.
    pub lockdown: Lockdown,
}

/// The facts, by name.
pub mod names {
    /// Alerts that were acknowledged while nothing could be entered in the ledger.
    pub const ACKNOWLEDGED: &str = "acknowledged";
    /// What is being summed up before the ledger is told of it.
    pub const GATHERED: &str = "gathered";
    /// [`super::Installation`].
    pub const INSTALLATION: &str = "installation";
    /// The highest confirmed time.
    pub const CONFIRMED: &str = "confirmed_time";
    /// Changes that wait for officers, or for their day to be over.
    pub const CHANGES: &str = "changes";
    /// Whether the first real check has come: founding is over.
    pub const IN_USE: &str = "in_use";
    /// The vault's limits, `core::budget::Limits`; none for the default.
    pub const LIMITS: &str = "limits";
    /// Keys that only stop, by their hashes.
    pub const STOP_KEYS: &str = "stop_keys";
    /// [`super::LockedDown`], while the vault is locked down.
    pub const LOCKED_DOWN: &str = "locked_down";
    /// From which place of the ledger on the costs of looks stand in no row of budgets.
    pub const METERED: &str = "metered";
    /// The dealing of custodians' shares that is on record.
    pub const DEALING: &str = "dealing";
    /// The pause that was ordered last; before pauses ended by themselves, whether one holds.
    pub const PAUSED: &str = "paused";
    /// [`sekisho_core::alert::Rota`].
    pub const ROTA: &str = "rota";
}

/// Reads a fact.
///
/// # Errors
/// SQLite's own; a value of another shape counts as none.
pub fn get<T: DeserializeOwned>(db: &Connection, name: &str) -> rusqlite::Result<Option<T>> {
    let text: Option<String> =
        db.prepare_cached("SELECT value FROM meta WHERE name = ?1")?.query_row([name], |row| row.get(0)).optional()?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

/// Writes a fact.
///
/// # Errors
/// SQLite's own.
pub fn set<T: Serialize>(db: &Connection, name: &str, value: &T) -> rusqlite::Result<()> {
    let text = serde_json::to_string(value).map_err(|e| rusqlite::Error::ToSqlConversionFailure(e.into()))?;
    db.prepare_cached("INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2")?
        .execute((name, text))?;
    Ok(())
}

/// Takes a fact away.
///
/// # Errors
/// SQLite's own.
pub fn clear(db: &Connection, name: &str) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM meta WHERE name = ?1")?.execute([name]).map(drop)
}

/// Whether a fact that is a yes or no is a yes.
///
/// # Errors
/// SQLite's own.
pub fn is(db: &Connection, name: &str) -> rusqlite::Result<bool> {
    Ok(get(db, name)?.unwrap_or(false))
}

/// Raises the highest confirmed time.
///
/// # Errors
/// SQLite's own.
pub fn set_confirmed(db: &Connection, at: Timestamp) -> rusqlite::Result<()> {
    set(db, names::CONFIRMED, &at)
}
