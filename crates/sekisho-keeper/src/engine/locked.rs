//! A keeper without its keys: it can forget, say how it is, and be unlocked.

use std::{cell::OnceCell, collections::HashMap, sync::Arc};

use rusqlite::Connection;
use sekisho_core::{
    budget::Limits,
    entropy::Entropy,
    event::What,
    id::{AlertId, CheckId},
    ledger::tree::Head,
    lockdown::Means,
    time::{Clock, Timestamp},
    trust::TimeTrust,
    watch::Setup,
};

use sekisho_seal::IntakeSecret;

use super::{
    Engine,
    alerts::{self, Heard},
    board::Week,
    budget,
    canary::Canaries,
    ceremonies::Ceremonies,
    checks, custodians,
    dispatch::{Ask, Reply},
    fault::Fault,
    figures::Counts,
    intake_keys,
    lockdown::{self, Opener},
    outbox, pause, registry,
    shifts::Shifts,
    signers::Signers,
    staff, stops,
    turn::Room,
    watching::{self, Watching},
    witness::{self, Witnesses},
};
use crate::{
    blobs::Blobs,
    canary::BookKey,
    db::meta::{self, Installation, LockedDown},
    keystore::{Identity, Keys, Keystore, KeystoreError, Terms, UnlockError},
    ledger::{LedgerFiles, LedgerSigner, OpenError, StoredEntry, StoredError, Writer},
    names::NameKey,
    wire::{
        CheckView, CourierAnswer, CourierRequest, DeskAnswer, DeskRequest, GateAnswer, GateRequest, OperatorAnswer,
        OperatorRequest, Refusal, SharesRefused, Status, WitnessPlan,
    },
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

    /// Answers what can be answered without keys.
    pub fn answer(&mut self, ask: &Ask) -> Reply {
        let side = ask.side();
        let db = &self.parts.db;
        let answered = match ask {
            Ask::Gate(GateRequest::IntakeKey) => {
                self.intake_keys().map(|keys| Reply::Gate(Ok(GateAnswer::IntakeKey(keys))))
            }
            Ask::Gate(GateRequest::Receive(asked)) => {
                self.take_in(asked).map(|received| Reply::Gate(Ok(GateAnswer::Received(received))))
            }
            Ask::Gate(GateRequest::Withdraw { check, call }) => {
                self.withdraw(*check, call).map(|()| Reply::Gate(Ok(GateAnswer::Done)))
            }
            Ask::Gate(GateRequest::WithdrawByMember { check, secret }) => {
                self.withdraw_by_member(*check, secret).map(|()| Reply::Gate(Ok(GateAnswer::Done)))
            }
            Ask::Gate(GateRequest::Check(check)) => {
                self.look_up(*check).map(|view| Reply::Gate(Ok(GateAnswer::Check(Box::new(view)))))
            }
            Ask::Gate(GateRequest::Status) => self.status().map(|status| Reply::Gate(Ok(GateAnswer::Status(status)))),
            Ask::Gate(GateRequest::Stops) | Ask::Desk(DeskRequest::Stops) | Ask::Operator(OperatorRequest::Stops) => {
                stops::tell(db, side)
            }
            Ask::Operator(OperatorRequest::ShareKey) => Ok(Reply::Operator(Ok(self.fresh_share_key()))),
            Ask::Operator(OperatorRequest::Status) => {
                self.status().map(|status| Reply::Operator(Ok(OperatorAnswer::Status(status))))
            }
            Ask::Operator(OperatorRequest::Alerts) => {
                alerts::list(db).map(|alerts| Reply::Operator(Ok(OperatorAnswer::Alerts(alerts))))
            }
            Ask::Operator(OperatorRequest::Acknowledge(alert)) => Ok(self.acknowledge(*alert)),
            Ask::Desk(DeskRequest::Status) => self.status().map(|status| Reply::Desk(Ok(DeskAnswer::Status(status)))),
            Ask::Courier(request) => self.call(request),
            _ => Ok(side.refuse(self.closed())),
        };
        answered.unwrap_or_else(|fault| {
            if let Fault::Broken(what, cause) = &fault {
                tracing::error!(what, %cause, "a verb was not done");
            }
            side.refuse(fault.refusal())
        })
    }

    fn look_up(&self, check: CheckId) -> Result<CheckView, Fault> {
        let view = checks::look_up(&self.parts.db, check)?;
        // None has cosigned what came since, if there are any.
        let witnessed = (!witness::known(&self.parts.db)?.witnesses.is_empty()).then(Vec::new);
        Ok(CheckView { witnessed, locked: true, ..view })
    }

    fn acknowledge(&mut self, alert: AlertId) -> Reply {
        let now = self.trust.observe(self.parts.clock.read()).now;
        let done = alerts::acknowledge_locked(&self.parts.db, alert, now);
        Reply::Operator(done.map(|()| OperatorAnswer::Done).map_err(|fault| fault.refusal()))
    }

    /// Whoever is to be called is called without keys too, each step of the rota in its time; and sites are told what
    /// is to be told.
    fn call(&mut self, request: &CourierRequest) -> Result<Reply, Fault> {
        let now = self.trust.observe(self.parts.clock.read()).now;
        let Parts { db, entropy, .. } = &mut self.parts;
        if let CourierRequest::Calls { .. } = request {
            let steps = db.unchecked_transaction()?;
            alerts::escalate_in(&steps, &mut **entropy, now)?;
            steps.commit()?;
        }
        let told = match request {
            CourierRequest::Pull { limit } => Some(outbox::pull(db, now, *limit).map(CourierAnswer::Messages)),
            CourierRequest::Delivered(message) => Some(outbox::delivered(db, *message).map(|()| CourierAnswer::Done)),
            CourierRequest::Failed { message, why } => {
                Some(outbox::failed(db, now, *message, why).map(|()| CourierAnswer::Done))
            }
            _ => None,
        };
        if let Some(told) = told {
            return Ok(Reply::Courier(told.map_err(|fault| fault.refusal())));
        }
        match alerts::answer(db, now, &self.installation.desk_origin, request) {
            Some(answer) => Ok(Reply::Courier(answer.map_err(|fault| fault.refusal()))),
            None => Ok(Reply::Courier(Err(Refusal::Locked))),
        }
    }

    // Nothing is counted without keys, so once is enough.
    fn tally(&self) -> Result<&budget::Tally, Fault> {
        if let Some(known) = self.tally.get() {
            return Ok(known);
        }
        let loaded = budget::Tally::load(&self.parts.db)?;
        Ok(self.tally.get_or_init(|| loaded))
    }

    pub(super) fn closed(&self) -> Refusal {
        match self.locked_down() {
            Ok(None) => Refusal::Locked,
            _ => Refusal::LockedDown,
        }
    }

    fn status(&mut self) -> Result<Status, Fault> {
        let locked_down = self.locked_down().unwrap_or(self.parts.keystore.locked_down());
        let judged = self.trust.observe(self.parts.clock.read());
        let db = &self.parts.db;
        let count = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0)).map(|count| count as u64);
        Ok(Status {
            keeper: self.installation.keeper,
            test: self.installation.test,
            founded: staff::is_founded(db)?,
            locked: true,
            locked_down,
            custodians: self.parts.keystore.shares(),
            paused: pause::view(db, judged.now)?,
            time_in_doubt: !judged.may_open,
            budget: Box::new(budget::view(db, self.tally()?, judged.now)?),
            witnessing: witness::known(db)?,
            ledger_size: count("SELECT coalesce(max(place) + 1, 0) FROM event")?,
            undecided: count("SELECT count(*) FROM document WHERE shredded IS NULL")?,
            now: judged.now,
            wall: self.parts.clock.read().wall,
        })
    }

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
    pub(super) fn unlock_unbegun(self, passphrase: &[u8]) -> Result<Engine, StartError> {
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
            heard: Heard::default(),
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

pub(super) fn writer(
    db: &Connection,
    files: Box<dyn LedgerFiles>,
    signer: LedgerSigner,
    known: Option<Head>,
) -> Result<Writer, StartError> {
    stored(db, |entries| Writer::open_knowing(files, signer, entries, known))?.map_err(StartError::from)
}

/// The entries as the database has them, in order.
pub(super) fn stored<T>(
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
            super::apart(turn, |turn| {
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

    /// Sites and policies as they are, for whoever founds.
    pub(super) fn register(
        &mut self,
        sites: &[crate::wire::SiteView],
        policies: &[sekisho_core::policy::Policy],
        limits: &Limits,
        watch: &Setup,
    ) -> Result<(), Fault> {
        let now = self.now();
        let (done, _, _) = self.transact(now, |turn| {
            super::apart(turn, |turn| {
                budget::enter(turn, Some(limits))?;
                watching::found(turn, watch)?;
                policies.iter().try_for_each(|policy| registry::put_policy(turn, policy))?;
                sites.iter().try_for_each(|site| registry::put_site(turn, site))
            })
        })?;
        done
    }
}
