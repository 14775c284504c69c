//! A keeper without its keys: it can forget, say how it is, and be unlocked.

mod answers;
mod unlock;

use std::{cell::OnceCell, sync::Arc};

use rusqlite::Connection;
use sekisho_core::{
    budget::Limits,
    entropy::Entropy,
    time::{Clock, Timestamp},
    trust::TimeTrust,
    watch::Setup,
};
use sekisho_seal::IntakeSecret;
pub(super) use unlock::{stored, writer};

use super::{budget, fault::Fault, intake_keys};
use crate::{
    blobs::Blobs,
    db::meta::{self, Installation, LockedDown},
    keystore::{Keystore, KeystoreError},
    ledger::{LedgerFiles, OpenError},
    wire::{Refusal, SharesRefused, WitnessPlan},
};

/// What a keeper is made of.
pub struct Parts {
    /// keeper.db.
    pub db: Connection,
    /// The keystore, locked.
    pub keystore: Keystore,
    /// Where the ledger lies.
    pub ledger: Box<dyn LedgerFiles>,
    /// Where the ciphertexts lie.
    pub blobs: Box<dyn Blobs>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Box<dyn Entropy + Send>,
}

/// Why a keeper does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// keeper.db was never founded.
    #[error("this data folder was never founded; run `sekisho serve` on an empty one, or restore it whole")]
    NotFounded,
    /// The keystore belongs to another keeper.
    #[error("this keystore belongs to another keeper than this data folder")]
    OtherKeeper,
    /// One is marked as test and the other isn't (M17).
    #[error("a test installation can't use a production keystore, nor the other way round")]
    TestMark,
    /// The keystore.
    #[error(transparent)]
    Keystore(#[from] KeystoreError),
    /// A lockdown holds, and ends by what is given for that purpose alone.
    #[error("the vault is locked down: it opens again by `sekisho unlock` alone")]
    LockedDown,
    /// What custodians gave does not make the secret.
    #[error(transparent)]
    Shares(#[from] SharesRefused),
    /// The ledger does not continue what it published.
    #[error(transparent)]
    Ledger(#[from] OpenError),
    /// Something else.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<rusqlite::Error> for StartError {
    fn from(cause: rusqlite::Error) -> Self {
        Self::Fault(cause.into())
    }
}

/// A keeper without its keys.
pub struct Locked {
    pub(super) parts: Parts,
    pub(super) installation: Installation,
    trust: TimeTrust,
    /// The place of the next entry, where journal and database are known to agree.
    pub(super) next: Option<u64>,
    witnesses: WitnessPlan,
    budget: Option<Limits>,
    /// What budgets are counted on, once somebody asked how the keeper is.
    tally: OnceCell<budget::Tally>,
    watch: Option<Setup>,
    /// The key that custodians seal their shares to, made for one occasion.
    pub(super) share_key: Option<IntakeSecret>,
}

impl Locked {
    /// Takes the parts. What is overdue is overwritten before anything else.
    ///
    /// # Errors
    /// [`StartError`].
    pub fn start(parts: Parts) -> Result<Self, StartError> {
        let installation: Installation =
            meta::get(&parts.db, meta::names::INSTALLATION)?.ok_or(StartError::NotFounded)?;
        if installation.test != parts.keystore.is_test() {
            return Err(StartError::TestMark);
        }
        if installation.keeper != parts.keystore.keeper() {
            return Err(StartError::OtherKeeper);
        }
        let persisted = meta::get(&parts.db, meta::names::CONFIRMED)?;
        let trust = TimeTrust::start(persisted, parts.clock.read());
        let mut locked = Self::of(parts, installation, trust);
        locked.forget()?;
        locked.parts.keystore.settle_header()?;
        Ok(locked)
    }

    pub(super) fn of(parts: Parts, installation: Installation, trust: TimeTrust) -> Self {
        let (witnesses, tally) = (WitnessPlan::default(), OnceCell::new());
        Self { parts, installation, trust, next: None, witnesses, budget: None, watch: None, tally, share_key: None }
    }

    /// Since when the vault is locked down, if it is: by keeper.db or by the keystore, of which one may be a copy from
    /// before, or may not have been reached by a crash.
    ///
    /// # Errors
    /// When keeper.db can't be read.
    pub fn locked_down(&self) -> Result<Option<Timestamp>, StartError> {
        let standing: Option<LockedDown> = meta::get(&self.parts.db, meta::names::LOCKED_DOWN)?;
        Ok(standing.map(|standing| standing.since).or(self.parts.keystore.locked_down()))
    }

    /// Does what a crash left of a lockdown that is on record: the keystore is marked, and where custodians hold
    /// shares, a passphrase that is at hand is put away.
    ///
    /// # Errors
    /// [`StartError::Keystore`].
    pub fn settle_lockdown(&mut self, passphrase: &[u8]) -> Result<(), StartError> {
        let Some(since) = self.locked_down()? else { return Ok(()) };
        let keystore = &mut self.parts.keystore;
        if keystore.has_custodians() && !keystore.is_put_away() {
            let (keys, _) = keystore.unlock(passphrase)?;
            return Ok(keystore.lock_down(&keys, since, &mut *self.parts.entropy)?);
        }
        Ok(keystore.mark_locked_down(since)?)
    }

    /// With the place of the next entry, if journal and database are known to agree.
    pub(super) fn knowing(self, next: Option<u64>) -> Self {
        Self { next, ..self }
    }

    /// With what this start says of witnesses; it is done when the keeper is unlocked.
    pub fn with_witnesses(self, witnesses: WitnessPlan) -> Self {
        Self { witnesses, ..self }
    }

    /// With the limits that this start names; they are judged when the keeper is unlocked.
    pub fn with_budget(self, budget: Option<Limits>) -> Self {
        Self { budget, ..self }
    }

    /// With the detectors as this start sets them; it is entered when the keeper is unlocked.
    pub fn with_watch(self, watch: Option<Setup>) -> Self {
        Self { watch, ..self }
    }

    /// Overwrites what is overdue, then ends it on record and removes its ciphertext.
    ///
    /// # Errors
    /// [`StartError`]; what could be overwritten is.
    pub fn tick(&mut self) -> Result<(), StartError> {
        let until = self.forget()?;
        Ok(self.end_overdue(until)?)
    }

    pub(super) fn now(&mut self) -> Timestamp {
        self.trust.observe(self.parts.clock.read()).now
    }

    /// Overwrites what is overdue, intake secrets that are accepted no more included. Needs no key. Says until when.
    fn forget(&mut self) -> Result<Timestamp, StartError> {
        let until = self.trust.observe(self.parts.clock.read()).may_destroy_until;
        let through = until.hour();
        self.parts.keystore.forget_overdue(through, intake_keys::oldest(through), &mut *self.parts.entropy)?;
        if let Err(cause) = self.persist_time() {
            tracing::error!(%cause, "the confirmed time was not persisted");
        }
        Ok(until)
    }

    // Once an hour: so that days without a passphrase are not taken for a clock that
    // leapt, nor undone by one that is set back, at the start after them.
    fn persist_time(&self) -> rusqlite::Result<()> {
        let highest = self.trust.highest();
        let persisted: Option<Timestamp> = meta::get(&self.parts.db, meta::names::CONFIRMED)?;
        if persisted.is_some_and(|persisted| persisted.hour() >= highest.hour()) {
            return Ok(());
        }
        meta::set_confirmed(&self.parts.db, highest)
    }

    pub(super) fn closed(&self) -> Refusal {
        match self.locked_down() {
            Ok(None) => Refusal::Locked,
            _ => Refusal::LockedDown,
        }
    }
}
