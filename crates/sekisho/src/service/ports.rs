//! What the gate's use cases need from outside, declared where it is consumed.

use std::{future::Future, pin::Pin};

use sekisho_core::{
    id::{CheckId, DocumentId, PolicyName, SiteName},
    time::Timestamp,
};
use sekisho_inspect::wire::{Intake, UploadReport};
use sekisho_keeper::wire::{Answered, GateAnswer, GateRequest};
use zeroize::Zeroizing;

pub use sekisho_core::{entropy::Entropy, time::Clock};

/// A future that a port hands back; it can move between threads.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The keeper, as the gate's descriptor reaches it.
pub trait GateKeeper: Send + Sync {
    /// Asks and waits for the answer; `Refusal::Unavailable` when the keeper is away.
    fn ask(&self, request: GateRequest) -> Pending<'_, Answered<GateAnswer>>;
}

/// Why a store or a vault did not do what it was asked. The cause is logged where it arose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// It is there already, and differs.
    #[error("conflict")]
    Conflict,
    /// A disk or a database failed; nothing was done.
    #[error("unavailable")]
    Unavailable,
    /// The disk has no room to spare; nothing was done.
    #[error("no_space")]
    NoSpace,
}

/// Where ciphertext goes. The gate creates; it never reads back, replaces or deletes.
pub trait Blobs: Send + Sync {
    /// Writes a new blob, durably: bytes and directory are synced before this returns.
    ///
    /// `Conflict` when a blob of this document exists.
    fn create<'a>(&'a self, document: DocumentId, bytes: &'a [u8]) -> Pending<'a, Result<(), StoreError>>;

    /// Whether there is room for another one, with what must stay free besides; asked before a picture is read.
    fn has_room(&self) -> bool;
}

/// What an inspector made of an upload.
pub struct Reading {
    /// Its verdict, with words for the member.
    pub report: UploadReport,
    /// The picture drawn anew: only the boxes, lossless, no metadata. There if and only if the verdict is `Accept`.
    pub clean: Option<Zeroizing<Vec<u8>>>,
}

/// Why no inspector gave an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It died over the picture, or the picture cost more computing than it may.
    #[error("died")]
    Died,
    /// None can be had now, or it had too little of the processor to come to an end.
    #[error("unavailable")]
    Unavailable,
}

/// Reads hostile bytes, each upload in a process of its own.
pub trait Reader: Send + Sync {
    /// Draws the upload anew, or says why not; of what was read nothing is said. The bytes are wiped when this is done.
    fn read(&self, bytes: Zeroizing<Vec<u8>>, intake: Intake) -> Pending<'_, Result<Reading, ReadError>>;
}

/// A check as the gate remembers it: opaque references and times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckRow {
    /// The check.
    pub check: CheckId,
    /// Who asked.
    pub site: SiteName,
    /// Under which request id.
    pub jti: String,
    /// Under which policy.
    pub policy: PolicyName,
    /// The site's own HMAC of the member's id; gone once the member is erased.
    pub sub: Option<String>,
    /// The signed request object, compact JWS.
    pub request: String,
    /// Where the member goes back to.
    pub return_url: String,
    /// When it was announced.
    pub announced: Timestamp,
    /// Until when the first document may come.
    pub expires: Timestamp,
    /// When it was withdrawn, if it was.
    pub withdrawn: Option<Timestamp>,
}

/// SHA-256 of a link's or a session's secret. The secret itself is never stored.
pub type SecretHash = [u8; 32];

/// What a secret of a member opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretKind {
    /// A one-time link: begins a session, once.
    Start,
    /// A session in one browser.
    Session,
    /// A link to the status page, for later.
    Status,
}

/// Whether a check was announced now or before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Announced {
    /// It is new.
    New,
    /// The same request came before.
    Known,
}

/// What the gate remembers.
pub trait GateStore: Send + Sync {
    /// Remembers a check and a one-time link that works until then; an earlier unused link of it stops working.
    ///
    /// `Conflict` when the same site used the same `jti` for another request.
    fn announce(&self, row: CheckRow, link: SecretHash, until: Timestamp)
    -> Pending<'_, Result<Announced, StoreError>>;

    /// A check.
    fn check(&self, check: CheckId) -> Pending<'_, Result<Option<CheckRow>, StoreError>>;

    /// A site's checks of one member, newest first.
    fn checks_of(&self, site: SiteName, sub: String, limit: u16) -> Pending<'_, Result<Vec<CheckRow>, StoreError>>;

    /// Marks a check as withdrawn.
    fn withdraw(&self, check: CheckId, at: Timestamp) -> Pending<'_, Result<(), StoreError>>;

    /// A member of a site left: their secrets stop working, and what ties their checks to them goes at `erase_at`.
    fn left(&self, site: SiteName, sub: String, erase_at: Timestamp) -> Pending<'_, Result<u64, StoreError>>;

    /// Uses a signed call's id up: false if it was used before.
    fn use_call(&self, site: SiteName, jti: String, until: Timestamp) -> Pending<'_, Result<bool, StoreError>>;

    /// Whether an unused one-time link of this hash exists at `now`, and for which check.
    fn peek_link(&self, link: SecretHash, now: Timestamp) -> Pending<'_, Result<Option<CheckId>, StoreError>>;

    /// Burns a one-time link and begins a session, in one step; nothing if it was used or is over.
    fn burn_link(
        &self,
        link: SecretHash,
        session: NewSession,
        now: Timestamp,
    ) -> Pending<'_, Result<Option<CheckId>, StoreError>>;

    /// The check that a session or a status link opens at `now`.
    fn opens(
        &self,
        secret: SecretHash,
        kind: SecretKind,
        now: Timestamp,
    ) -> Pending<'_, Result<Option<CheckId>, StoreError>>;

    /// Forgets what is over at `now`: used call ids, dead links and sessions, erased members.
    fn sweep(&self, now: Timestamp) -> Pending<'_, Result<(), StoreError>>;
}

/// A session that begins, with the status link that belongs to it.
#[derive(Debug, Clone, Copy)]
pub struct NewSession {
    /// Of the session's secret.
    pub session: SecretHash,
    /// When the session ends.
    pub session_until: Timestamp,
    /// Of the status link's secret.
    pub status: SecretHash,
    /// When the status link ends.
    pub status_until: Timestamp,
}
