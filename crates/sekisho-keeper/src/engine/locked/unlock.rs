//! The keys come back: out of a keeper without them, one that has them.

use std::collections::HashMap;

use rusqlite::Connection;
use sekisho_core::{budget::Limits, event::What, ledger::tree::Head, lockdown::Means, watch::Setup};

use super::{Locked, Parts, StartError};
use crate::{
    canary::BookKey,
    engine::{
        Engine, alerts, apart,
        board::Week,
        budget,
        canary::Canaries,
        ceremonies::Ceremonies,
        custodians,
        fault::Fault,
        figures::Counts,
        lockdown::{self, Opener},
        shifts::Shifts,
        signers::Signers,
        turn::Room,
        watching::{self, Watching},
        witness::{self, Witnesses},
    },
    keystore::{Identity, Keys, KeystoreError, Terms, UnlockError},
    ledger::{LedgerFiles, LedgerSigner, StoredEntry, StoredError, Writer},
    names::NameKey,
    wire::{SharesRefused, WitnessPlan},
};

impl Locked {
    /// Unlocks, unless a lockdown holds. On an error the keeper stays locked and is given back.
    ///
    /// # Errors
    /// [`StartError`], with the keeper where its parts are still whole.
    pub fn unlock(mut self, passphrase: &[u8]) -> Result<Engine, (Option<Box<Self>>, StartError)> {
        match self.settle_lockdown(passphrase).and_then(|()| self.locked_down()) {
            Ok(None) => self.unlock_by(Opener::Passphrase(passphrase)),
            Ok(Some(_)) => Err((Some(Box::new(self)), StartError::LockedDown)),
            Err(error) => Err((Some(Box::new(self)), error)),
        }
    }

    /// Unlocks, and ends a lockdown if one holds: for whoever was asked for just that. Where there are custodians, a
    /// lockdown ends by their shares alone.
    ///
    /// # Errors
    /// As [`Locked::unlock`].
    pub fn unlock_by(mut self, opener: Opener<'_>) -> Result<Engine, (Option<Box<Self>>, StartError)> {
        match self.opened(opener) {
            Ok((keys, identity, ended)) => {
                let (witnesses, budget) = (std::mem::take(&mut self.witnesses), self.budget.take());
                let watch = self.watch.take();
                let begun = self.with_keys(keys, &identity).and_then(|mut engine| {
                    engine.begin(&witnesses, (budget.as_ref(), watch.as_ref()), ended)?;
                    Ok(engine)
                });
                begun.map_err(|error| (None, error))
            }
            Err(error) => Err((Some(Box::new(self)), error)),
        }
    }

    /// The keys, and by what they were given where that goes on record.
    fn opened(&mut self, opener: Opener<'_>) -> Result<(Keys, Identity, Option<Means>), StartError> {
        self.forget()?;
        let (lockdown, keystore) = (self.locked_down()?.is_some(), &self.parts.keystore);
        let (opened, means) = match (opener, keystore.shares()) {
            (Opener::Passphrase(_), Some(terms)) if lockdown && terms.has_custodians() => {
                return Err(StartError::LockedDown);
            }
            (Opener::Passphrase(passphrase), _) => (keystore.unlock(passphrase)?, Means::Passphrase),
            (Opener::Shares(secret, given), terms) => {
                let of = terms.map_or(given, Terms::of);
                (keystore.unlock_shared(secret).map_err(shares_refused)?, Means::Shares { given, of })
            }
        };
        // That shares were given is on record whatever they were given for.
        let told = lockdown || matches!(means, Means::Shares { .. });
        Ok((opened.0, opened.1, told.then_some(means)))
    }

    /// Unlocks for whoever has to put things right before the keeper begins.
    pub(in crate::engine) fn unlock_unbegun(self, passphrase: &[u8]) -> Result<Engine, StartError> {
        let (keys, identity) = self.parts.keystore.unlock(passphrase)?;
        self.with_keys(keys, &identity)
    }

    // The seeds of the signing keys are wiped by the caller; the keys made of them stay.
    fn with_keys(self, keys: Keys, identity: &Identity) -> Result<Engine, StartError> {
        let Self { parts: Parts { db, keystore, ledger, blobs, clock, entropy }, installation, trust, .. } = self;
        let signers =
            Signers::new(identity).map_err(|e| Fault::Broken("the keeper's signing keys are damaged", e.into()))?;
        let signer = LedgerSigner::from_seed(&installation.ledger_origin, &identity.ledger)
            .map_err(|e| Fault::Broken("the ledger's key is damaged", e.into()))?;
        let ledger = writer(&db, ledger, signer, keystore.ledger_head(&keys)?)?;
        let (keeper, tally) = (installation.keeper, budget::Tally::load(&db)?);
        let room = Room {
            installation,
            keystore,
            keys,
            signers,
            ledger,
            blobs,
            clock,
            entropy,
            trust,
            witnesses: Witnesses::default(),
            doubt_noted: false,
            heard: alerts::Heard::default(),
            counts: Counts::default(),
            week: Week::default(),
            published: 0,
            ticked: 0,
            behind: false,
            swept: None,
            tally,
            budgets_swept: None,
            shifts: Shifts::default(),
            ceremonies: Ceremonies::default(),
            canaries: Canaries::new(BookKey::of(identity, keeper)),
            watching: Watching::default(),
            names: NameKey::of(identity, keeper),
            served: HashMap::new(),
            turns: 0,
        };
        Ok(Engine { db, room, halted: false, locked_down: false })
    }
}

fn shares_refused(error: KeystoreError) -> StartError {
    match error {
        KeystoreError::Unlock(UnlockError::WrongShares) => SharesRefused::Wrong.into(),
        other => other.into(),
    }
}

pub(in crate::engine) fn writer(
    db: &Connection,
    files: Box<dyn LedgerFiles>,
    signer: LedgerSigner,
    known: Option<Head>,
) -> Result<Writer, StartError> {
    stored(db, |entries| Writer::open_knowing(files, signer, entries, known))?.map_err(StartError::from)
}

/// The entries as the database has them, in order.
pub(in crate::engine) fn stored<T>(
    db: &Connection,
    with: impl FnOnce(&mut dyn Iterator<Item = Result<StoredEntry, StoredError>>) -> T,
) -> rusqlite::Result<T> {
    let mut all = db.prepare("SELECT place, salt, body FROM event ORDER BY place")?;
    let entries = all.query_map([], |row| {
        Ok(StoredEntry { index: row.get::<_, i64>(0)? as u64, salt: row.get(1)?, body: row.get(2)? })
    })?;
    Ok(with(&mut entries.map(|entry| entry.map_err(Into::into))))
}

impl Engine {
    /// What an unlocked keeper does first: says that it started, what ended a lockdown, and all that is due.
    fn begin(
        &mut self,
        witnesses: &WitnessPlan,
        (budget, watch): (Option<&Limits>, Option<&Setup>),
        ended: Option<Means>,
    ) -> Result<(), Fault> {
        let now = self.now();
        let test = self.room.installation.test;
        self.room.heard.hear(self.room.clock.read().since_boot);
        let (begun, _, _) = self.transact(now, |turn| {
            apart(turn, |turn| {
                if turn.room.ledger.next_index() == 0 {
                    turn.log(None, What::Founded { test })?;
                }
                // Assignments hang on shifts, and shifts ended with the process.
                turn.db.execute("UPDATE assignment SET until = 0 WHERE state = 'open'", [])?;
                ended.map_or(Ok(()), |by| lockdown::note_end(turn, by))?;
                custodians::note_dealing(turn)?;
                alerts::enter_acknowledged(turn)?;
                witness::enter(turn, witnesses)?;
                budget::enter(turn, budget)?;
                watching::enter(turn, watch)
            })
        })?;
        begun?;
        self.take_over_waiting()?;
        self.release_keystore(ended)?;
        self.tick();
        Ok(())
    }
}
