//! What the ledger tells. One event is one leaf.
//!
//! An event's body is JSON, kept byte for byte as it was written; the leaf is a
//! salted commitment to those bytes. Nothing here names a member: a check is
//! tied to a person only through the site's own HMAC, which stays out of events.

mod about;

use alloc::{boxed::Box, string::String, vec::Vec};

pub use about::Contradiction;

use serde::{Deserialize, Serialize};

use crate::{
    alert::Alerting,
    author::Author,
    budget::{Limits, Windows},
    canary::Canary,
    change::Changing,
    check::{LookReason, Reason, Role, ShredCause, Verdict},
    id::{AssignmentId, CheckId, DocumentId, IntakeKeyId, KindName, PolicyName, ShiftId, SiteName, StaffId, ViewingId},
    lockdown::{KeystoreChange, Lockdown, Means},
    stop::Stopping,
    time::{Hour, Timestamp},
    watch::{
        Finding, Setup,
        observed::{Observation, Room},
    },
};

/// The version of the body format that this code writes.
pub const VERSION: u8 = 1;

/// An event and when it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Version of the format, [`VERSION`].
    pub v: u8,
    /// When the keeper wrote it, by its own confirmed time.
    pub at: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub what: What,
}

impl Event {
    /// An event of the present format.
    pub const fn new(at: Timestamp, what: What) -> Self {
        Self { v: VERSION, at, what }
    }

    /// The bytes that the leaf commits to.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Only maps with non-string keys or a failing Serialize could fail here.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads a body back.
    ///
    /// # Errors
    /// When the bytes are not an event that this version knows.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum What {
    /// An installation was founded.
    Founded {
        /// Whether it is marked as test.
        test: bool,
    },
    /// The keeper started, or its keys were unlocked.
    Started,
    /// The installation was restored from a backup.
    Restored {
        /// Entries that the backup had of the ledger.
        backup: u64,
        /// Entries after those that were still known, from the journal or from what later backups noted.
        known: u64,
        /// Documents that were undecided and whose keys are gone: their members are asked again.
        lost: u64,
        /// The name of the ledger that ends with the entries before this one and that this ledger begins with; nothing
        /// if this is that ledger.
        instead_of: Option<String>,
    },
    /// The root changed: what was decided or overdue before is gone everywhere.
    RootChanged {
        /// The hour of the new root.
        hour: Hour,
        /// Documents carried over.
        carried: u64,
        /// Documents left behind.
        dropped: u64,
    },
    /// Slots whose hour had passed were overwritten.
    SlotsForgotten {
        /// The last hour that is now gone.
        through: Hour,
    },
    /// An intake key was made.
    IntakeKeyMade {
        /// The key.
        key: IntakeKeyId,
        /// Its hour.
        hour: Hour,
    },
    /// A document arrived and its key is held.
    Received {
        /// The check.
        check: CheckId,
        /// The document.
        document: DocumentId,
        /// The site that asked.
        site: SiteName,
        /// The policy it was asked under.
        policy: PolicyName,
        /// That policy's version.
        policy_version: u32,
        /// What the member said it is.
        kind: KindName,
        /// Which arrival of this check it is, from 1.
        arrival: u8,
        /// When nothing opens it any more.
        deadline: Timestamp,
        /// SHA-256 of the ciphertext, in lower-case hex.
        ciphertext_sha256: String,
        /// Whether it came while the keeper had no keys: then its key waits, sealed to the waiting key, until
        /// [`What::TakenOver`].
        #[serde(default, skip_serializing_if = "core::ops::Not::not")]
        waits: bool,
    },
    /// What came while the keeper had no keys is held like all else from here on. The waiting key is overwritten before
    /// anything is given out.
    TakenOver {
        /// Documents that are held now.
        documents: u64,
        /// Documents whose key was not what it should be; each ends with an entry of its own.
        damaged: u64,
    },
    /// A document was given to a reviewer.
    Assigned {
        /// The assignment.
        assignment: AssignmentId,
        /// The check.
        check: CheckId,
        /// The document.
        document: DocumentId,
        /// The reviewer.
        staff: StaffId,
        /// The shift.
        shift: ShiftId,
        /// When the assignment lapses.
        until: Timestamp,
    },
    /// An assignment lapsed or was given back; the document waits again.
    Lapsed {
        /// The assignment.
        assignment: AssignmentId,
        /// The check.
        check: CheckId,
        /// The document.
        document: DocumentId,
        /// The reviewer who had it.
        staff: StaffId,
    },
    /// A picture was released to one person. Written before the release.
    Viewed {
        /// The viewing.
        viewing: ViewingId,
        /// Its cause.
        assignment: AssignmentId,
        /// The check.
        check: CheckId,
        /// The document.
        document: DocumentId,
        /// Who looked.
        staff: StaffId,
        /// In which shift.
        shift: ShiftId,
        /// Why once more, if it was looked at twice before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        again: Option<LookReason>,
    },
    /// A reviewer decided.
    Decided {
        /// The check.
        check: CheckId,
        /// The document.
        document: DocumentId,
        /// The assignment.
        assignment: AssignmentId,
        /// Who decided.
        staff: StaffId,
        /// What.
        verdict: Verdict,
        /// Why.
        reason: Reason,
    },
    /// A document's key was dropped and its ciphertext removed.
    Shredded {
        /// The check.
        check: CheckId,
        /// The document.
        document: DocumentId,
        /// Why.
        cause: ShredCause,
    },
    /// A document nears its deadline undecided.
    DeadlineNears {
        /// The check.
        check: CheckId,
        /// The document.
        document: DocumentId,
        /// The deadline.
        deadline: Timestamp,
    },
    /// A check ended without a decision.
    CheckEnded {
        /// The check.
        check: CheckId,
        /// Whether it was withdrawn (else its time or arrivals ran out).
        withdrawn: bool,
    },
    /// A member left a site: the record loses its person at `erase_at`.
    MemberLeft {
        /// Checks concerned.
        checks: Vec<CheckId>,
        /// When what ties them to a person goes.
        erase_at: Timestamp,
    },
    /// What tied a check to a person was erased.
    MemberErased {
        /// The check.
        check: CheckId,
    },
    /// A staff member was enrolled.
    StaffEnrolled {
        /// Who.
        staff: StaffId,
        /// As what.
        role: Role,
        /// By whom; nobody for the founder.
        by: Option<StaffId>,
    },
    /// A staff member was removed.
    StaffRemoved {
        /// Who.
        staff: StaffId,
        /// By whom.
        by: StaffId,
    },
    /// A staff member proved presence; a shift began.
    ShiftBegan {
        /// The shift.
        shift: ShiftId,
        /// Who.
        staff: StaffId,
        /// Until when at most.
        until: Timestamp,
    },
    /// A shift ended.
    ShiftEnded {
        /// The shift.
        shift: ShiftId,
        /// Who.
        staff: StaffId,
    },
    /// A site was registered or changed.
    SiteRegistered {
        /// The site.
        site: SiteName,
    },
    /// What the vault allows to be opened was set, by whoever founded or started the keeper.
    LimitsSet {
        /// What it allows from here on.
        limits: Box<Limits>,
    },
    /// A site's own budget was set.
    SiteBudgetSet {
        /// The site.
        site: SiteName,
        /// What it allows; nothing for what the vault lets a site have.
        budget: Option<Windows>,
        /// By whom; nobody at a founding.
        by: Option<StaffId>,
    },
    /// A policy was registered or changed.
    PolicyRegistered {
        /// The policy.
        policy: PolicyName,
        /// Its version.
        version: u32,
    },
    /// Time could not be believed; opening stopped.
    TimeDoubted {
        /// What the wall clock showed.
        wall: Timestamp,
        /// What was confirmed.
        confirmed: Timestamp,
    },
    /// An officer confirmed the time after a doubt.
    TimeConfirmed {
        /// The time that is believed from here on.
        wall: Timestamp,
        /// Who.
        by: StaffId,
    },
    /// A witness said what time it is, and the machine's clock agreed: a doubt is over.
    TimeConfirmedByWitness {
        /// The time that is believed from here on.
        wall: Timestamp,
        /// The witness's name.
        witness: String,
    },
    /// From here on a witness is asked to cosign this ledger.
    WitnessRegistered {
        /// Its name.
        witness: String,
        /// Its verifier key (C2SP `tlog-cosignature`), name included.
        key: String,
    },
    /// From here on a witness counts no more. It loosens: whoever started the keeper said so.
    WitnessForgotten {
        /// Its name.
        witness: String,
        /// Whether it contradicted this ledger at that time.
        contradicted: bool,
    },
    /// A witness knows another ledger than this one. Nothing opens from here on.
    WitnessContradicted {
        /// Its name.
        witness: String,
        /// How many entries it knows, as far as it said.
        size: u64,
        /// What it contradicts.
        contradiction: Contradiction,
    },
    /// A witness that had contradicted cosigned this ledger after a new start.
    WitnessAgreed {
        /// Its name.
        witness: String,
        /// The size that it cosigned.
        size: u64,
    },
    /// Somebody paused all openings.
    Paused {
        /// Who.
        by: Author,
        /// When it ends by itself; nothing in ledgers from before pauses did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
    },
    /// An officer asked to lift the pause; another one has to as well.
    ResumeAsked {
        /// Who.
        by: StaffId,
    },
    /// The pause was lifted.
    Resumed {
        /// Who did so, or did so last.
        by: StaffId,
    },
    /// The keeper wipes its keys and refuses from here on.
    LockedDown {
        /// By whose order, and why.
        lockdown: Lockdown,
    },
    /// A lockdown ended: the keeper has its keys again.
    Unlocked {
        /// By what.
        by: Means,
    },
    /// Something else opens the keystore than before.
    KeystoreChanged {
        /// What.
        change: KeystoreChange,
    },
    /// A change that loosens the registry goes its way.
    Changing {
        /// Which way.
        change: Changing,
    },
    /// Something was stopped, or may go on.
    Stopping {
        /// Which of both.
        stopping: Stopping,
    },
    /// A room observed something that no other event tells; summed up, so that nobody can flood the ledger.
    Observed {
        /// Which room.
        room: Room,
        /// What.
        seen: Observation,
    },
    /// A detector found something in the events before this one.
    Found {
        /// What, by whom, on what evidence.
        finding: Finding,
    },
    /// The detectors were set, by whoever founded or started the keeper.
    WatchSet {
        /// How they are set from here on.
        setup: Box<Setup>,
        /// Whether it was at the founding, when there is nobody to tell.
        #[serde(default, skip_serializing_if = "core::ops::Not::not")]
        founding: bool,
    },
    /// Bait: its book was sealed, or a piece of it was touched and is known from here on.
    Canary {
        /// Which of both.
        canary: Canary,
    },
    /// Something about alerts.
    Alerting {
        /// What.
        alerting: Alerting,
    },
}

#[cfg(test)]
pub(crate) mod tests;
