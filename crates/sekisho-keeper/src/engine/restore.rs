//! Restoring: a database of an earlier time becomes a keeper's again, without its ledger ever forking.
//!
//! With the journal itself, which has every entry that was ever acknowledged, the same ledger goes on. Without it
//! nobody knows what the ledger said after the backup, so another one begins: under a name of its own, with the same
//! entries as far as they are known. What the old one signed stays true and verifies as before.

use rusqlite::Connection;
use sekisho_core::{
    event::{Event, What},
    id::{CheckId, DocumentId, KeeperId, PolicyName, SiteName},
    time::Timestamp,
};

use super::{
    Locked, Parts, StartError, apart, budget,
    fault::Fault,
    locked::writer,
    outbox,
    replay::{GateFact, Known, Replayed, replay},
    retention,
    turn::Turn,
};
use crate::{
    db::{
        columns::{At, Id, Word},
        meta::{self, Installation},
    },
    keystore::KeystoreError,
    ledger::{LedgerFiles, LedgerSigner, StoredEntry},
};

/// What is known of what happened after the backup was made.
pub enum After {
    /// The entries that the journal has after the backup's, all of them: the same ledger goes on.
    Journal(Vec<StoredEntry>),
    /// What later backups noted; places are given anew. Another ledger begins.
    Noted {
        /// The entries, in their order.
        entries: Vec<StoredEntry>,
        /// What is appended to the ledger's name; never used before.
        suffix: String,
        /// Where the ledger that ends is kept: its checkpoint lies there, the rest is derived.
        closed: Box<dyn LedgerFiles>,
    },
}

/// What the gate's database knows of a check.
#[derive(Debug, Clone)]
pub struct KnownCheck {
    /// The site that asked.
    pub site: SiteName,
    /// The site's id of its request.
    pub jti: String,
    /// The site's HMAC of the member's id, if it was not erased.
    pub sub: Option<String>,
}

/// What was restored.
#[derive(Debug)]
pub struct Restored {
    /// Whose installation it is.
    pub keeper: KeeperId,
    /// The ledger's verifier key.
    pub ledger_key: String,
    /// The name of the ledger that ended, if another one begins.
    pub instead_of: Option<String>,
    /// Entries that the backup had.
    pub backup: u64,
    /// Entries after those that were still known.
    pub known: u64,
    /// Documents that were undecided: their members are asked again.
    pub lost: u64,
    /// Checks that only the ledger knows: the sites have to ask anew.
    pub unknown: u64,
    /// People who were enrolled after the backup: they have to be invited again.
    pub enrolled: u64,
    /// Sites that were registered or changed after the backup.
    pub sites_changed: Vec<SiteName>,
    /// Policies that were registered after the backup.
    pub policies_lost: Vec<PolicyName>,
    /// Witnesses that were registered after the backup: the next start has to name them again.
    pub witnesses_lost: Vec<String>,
    /// Every registered site.
    pub sites: Vec<SiteName>,
    /// When the last entry that is still known was written.
    pub last: Timestamp,
    /// What the gate's database has to learn.
    pub gate: Vec<GateFact>,
}

/// Why nothing was restored.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// An entry after the backup is no event that this program knows.
    #[error("entry {0} is no event that this program knows: restore with the program that wrote it")]
    Unknown(u64),
    /// The keeper does not start from it.
    #[error(transparent)]
    Start(#[from] StartError),
    /// Something else.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<rusqlite::Error> for RestoreError {
    fn from(cause: rusqlite::Error) -> Self {
        Self::Fault(cause.into())
    }
}

impl From<KeystoreError> for RestoreError {
    fn from(cause: KeystoreError) -> Self {
        Self::Start(cause.into())
    }
}

/// Makes a copied keeper.db a keeper's again. `parts` are those of the restored installation, its ledger's files empty
/// but for the backup's checkpoint or the journal itself; `known` says what the gate's database knows of a check.
///
/// # Errors
/// [`RestoreError`]; then the parts are of no use.
pub fn restore(
    mut parts: Parts,
    passphrase: &[u8],
    after: After,
    known: &dyn Fn(CheckId) -> Option<KnownCheck>,
) -> Result<Restored, RestoreError> {
    let old: Installation = meta::get(&parts.db, meta::names::INSTALLATION)?.ok_or(StartError::NotFounded)?;
    let backup = entries(&parts.db)?;
    let (entries, instead_of) = match after {
        After::Journal(entries) => (entries, None),
        After::Noted { entries, suffix, closed } => {
            close(&parts, closed, passphrase, &old)?;
            // What the keystore remembers is of the ledger that ends.
            parts.keystore.forget_head(&mut *parts.entropy)?;
            let ledger_origin = format!("{}/{suffix}", old.ledger_origin);
            meta::set(&parts.db, meta::names::INSTALLATION, &Installation { ledger_origin, ..old.clone() })?;
            (entries, Some(old.ledger_origin))
        }
    };
    let events = record(&parts.db, backup, &entries)?;
    let mut engine = Locked::start(parts)?.unlock_unbegun(passphrase)?;
    let now = engine.now();
    let work = Work { events: &events, known, backup, instead_of };
    let (done, _, _) = engine.transact(now, |turn| apart(turn, |turn| work.put_right(turn)))?;
    let restored = done?;
    engine.publish()?;
    Ok(restored)
}

fn entries(db: &Connection) -> rusqlite::Result<u64> {
    db.query_row("SELECT count(*) FROM event", [], |row| row.get::<_, i64>(0)).map(|count| count as u64)
}

/// Derives the ledger that ends from its entries, and sees that they lead to what it published and signed.
fn close(
    parts: &Parts,
    files: Box<dyn LedgerFiles>,
    passphrase: &[u8],
    old: &Installation,
) -> Result<(), RestoreError> {
    let identity = parts.keystore.identity(passphrase)?;
    let signer = LedgerSigner::from_seed(&old.ledger_origin, &identity.ledger)
        .map_err(|e| Fault::Broken("the ledger's key is damaged", e.into()))?;
    writer(&parts.db, files, signer, None)?;
    Ok(())
}

/// Puts entries behind those of the backup, and reads them.
fn record(db: &Connection, backup: u64, entries: &[StoredEntry]) -> Result<Vec<Event>, RestoreError> {
    let step = db.unchecked_transaction()?;
    let mut events = Vec::with_capacity(entries.len());
    for (place, entry) in (backup..).zip(entries) {
        let event = Event::from_bytes(&entry.body).map_err(|_| RestoreError::Unknown(entry.index))?;
        step.prepare_cached("INSERT INTO event (place, salt, body, check_id) VALUES (?1, ?2, ?3, ?4)")?.execute((
            place as i64,
            &entry.salt[..],
            &entry.body,
            event.what.check().map(Id),
        ))?;
        events.push(event);
    }
    let confirmed: Option<Timestamp> = meta::get(&step, meta::names::CONFIRMED)?;
    if let Some(last) = events.iter().map(|event| event.at).max().max(confirmed) {
        meta::set_confirmed(&step, last)?;
    }
    step.commit()?;
    Ok(events)
}

struct Work<'a> {
    events: &'a [Event],
    known: Known<'a>,
    backup: u64,
    instead_of: Option<String>,
}

impl Work<'_> {
    fn put_right(self, turn: &mut Turn<'_>) -> Result<Restored, Fault> {
        let mut replayed = Replayed::default();
        self.events.iter().try_for_each(|event| replay(turn, event, self.known, &mut replayed))?;
        turn.db.execute("UPDATE document SET state = 'shredded' WHERE state = 'shredding'", [])?;
        // One of them may have been cancelled since the backup.
        meta::clear(turn.db, meta::names::CHANGES)?;
        // And one of these dropped.
        meta::clear(turn.db, meta::names::STOP_KEYS)?;
        if self.instead_of.is_some() {
            forget_what_witnesses_knew(turn)?;
        }
        let lost = lost(turn)?;
        let (known, count) = (self.events.len() as u64, lost.len() as u64);
        let instead_of = self.instead_of.clone();
        turn.log(None, What::Restored { backup: self.backup, known, lost: count, instead_of })?;
        lost.iter().try_for_each(|(check, document)| end_lost(turn, *check, *document))?;
        replayed
            .to_tell
            .iter()
            .filter(|check| lost.iter().all(|(lost, _)| lost != *check))
            .try_for_each(|check| outbox::tell(turn, *check))?;
        // What waited is sent again; a site knows a message that it has had by its id.
        turn.db.execute("UPDATE outbox SET due = ?1, tries = 0", [At(turn.now.at)])?;
        self.report(turn, replayed, count)
    }

    fn report(self, turn: &Turn<'_>, replayed: Replayed, lost: u64) -> Result<Restored, Fault> {
        let mut names = turn.db.prepare("SELECT name FROM site ORDER BY name")?;
        let sites = names.query_map([], |row| row.get::<_, Word<_>>(0))?.map(|name| name.map(|Word(name)| name));
        let confirmed = meta::get(turn.db, meta::names::CONFIRMED)?;
        Ok(Restored {
            keeper: turn.room.keeper(),
            ledger_key: turn.room.ledger.vkey().to_string(),
            instead_of: self.instead_of,
            backup: self.backup,
            known: self.events.len() as u64,
            lost,
            unknown: replayed.unknown.len() as u64,
            enrolled: replayed.enrolled.len() as u64,
            sites_changed: replayed.sites.into_iter().collect(),
            policies_lost: replayed.policies.into_iter().collect(),
            witnesses_lost: replayed.witnesses.into_iter().collect(),
            sites: sites.collect::<rusqlite::Result<_>>()?,
            last: confirmed.unwrap_or(turn.now.at),
            gate: replayed.gate,
        })
    }
}

/// What they cosigned, and what they contradicted, was another ledger.
fn forget_what_witnesses_knew(turn: &Turn<'_>) -> rusqlite::Result<()> {
    turn.db.execute(
        "UPDATE witness SET known = 0, cosigned = NULL, cosigned_at = NULL, contradiction = NULL, contradicted = NULL",
        [],
    )?;
    Ok(())
}

/// Documents that wait for a reviewer and have no key.
fn lost(turn: &Turn<'_>) -> rusqlite::Result<Vec<(CheckId, DocumentId)>> {
    turn.db
        .prepare("SELECT check_id, id FROM document WHERE state IN ('waiting', 'assigned') AND key_place IS NULL")?
        .query_map([], |row| Ok((row.get::<_, Id<_>>(0)?.0, row.get::<_, Id<_>>(1)?.0)))?
        .collect()
}

/// Ends it as any document ends whose key is gone: on record, and its member is asked again.
fn end_lost(turn: &mut Turn<'_>, check: CheckId, document: DocumentId) -> Result<(), Fault> {
    use sekisho_core::check::ShredCause;
    let Word(site) = turn
        .db
        .prepare_cached(
            "UPDATE document SET state = 'shredded', warn_at = NULL, shredded = ?2 WHERE id = ?1 RETURNING site",
        )?
        .query_row((Id(document), At(turn.now.at)), |row| row.get::<_, Word<_>>(0))?;
    budget::ended(turn, &site, turn.now.at)?;
    turn.log(Some(check), What::Shredded { check, document, cause: ShredCause::Damaged })?;
    retention::ask_again(turn, check)
}
