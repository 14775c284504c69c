//! What is said to the keeper, and what it answers.
//!
//! A frame is a little-endian `u32` length, then postcard. The keeper knows a
//! caller by the descriptor a frame arrives on, and each descriptor has its own
//! request type: a verb that the gate may not use does not exist for it. No
//! answer holds more than one picture.

use sekisho_core::{
    check::{CheckState, Reason, Role},
    id::{
        AssignmentId, CheckId, DocumentId, IntakeKeyId, KeeperId, KindName, MessageId, PolicyName, ShiftId, SiteName,
        StaffId, ViewingId,
    },
    policy::{Policy, Text},
    time::Timestamp,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use zeroize::Zeroize;

/// The most that one frame may hold, in bytes.
pub const MAX_FRAME: usize = 32 << 20;

/// One side of a conversation: which requests a descriptor carries and what answers them.
pub trait Dialogue {
    /// What the caller may ask.
    type Request: Serialize + DeserializeOwned + Send + 'static;
    /// What the keeper answers.
    type Answer: Serialize + DeserializeOwned + Send + 'static;
}

/// A request with the number under which its answer comes back.
#[derive(Debug, Serialize, Deserialize)]
pub struct Numbered<T> {
    /// Chosen by the caller, unique among its requests under way.
    pub number: u64,
    /// What is asked or answered.
    pub body: T,
}

/// Why the keeper refuses. Causes stay in its own log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The keeper holds no keys now.
    #[error("locked")]
    Locked,
    /// Nobody may open for a while.
    #[error("paused")]
    Paused,
    /// The time is in doubt.
    #[error("time_in_doubt")]
    TimeInDoubt,
    /// No such thing, or not for this caller.
    #[error("not_found")]
    NotFound,
    /// The role of this person does not allow it.
    #[error("not_allowed")]
    NotAllowed,
    /// The shift has ended or never was.
    #[error("shift_over")]
    ShiftOver,
    /// A fresh touch of the passkey is needed first.
    #[error("touch_needed")]
    TouchNeeded,
    /// The assignment lapsed, was decided, or is somebody else's.
    #[error("assignment_over")]
    AssignmentOver,
    /// The document was viewed already under this assignment.
    #[error("already_viewed")]
    AlreadyViewed,
    /// The document has no more time, or is decided.
    #[error("document_gone")]
    DocumentGone,
    /// The signature, or what it covers, does not hold.
    #[error("bad_signature")]
    BadSignature,
    /// The request object is malformed or says something it may not.
    #[error("bad_request")]
    BadRequest,
    /// The request's time has not come or is over.
    #[error("request_expired")]
    RequestExpired,
    /// The policy is unknown, not in force, or not this site's.
    #[error("policy_not_in_force")]
    PolicyNotInForce,
    /// The kind of document is unknown to the policy, or its time is over.
    #[error("kind_not_accepted")]
    KindNotAccepted,
    /// A document of this check is with us already.
    #[error("already_received")]
    AlreadyReceived,
    /// The check has ended, or its arrivals are used up.
    #[error("check_over")]
    CheckOver,
    /// The intake key is not accepted any more.
    #[error("intake_key_expired")]
    IntakeKeyExpired,
    /// The sealed key or the ciphertext is not what it should be.
    #[error("damaged")]
    Damaged,
    /// The passkey's answer does not hold.
    #[error("bad_passkey")]
    BadPasskey,
    /// The invitation or token is used, expired or unknown.
    #[error("bad_invitation")]
    BadInvitation,
    /// Only possible while the installation is being founded.
    #[error("already_founded")]
    AlreadyFounded,
    /// The verdict and the reason do not belong together.
    #[error("reason_mismatch")]
    ReasonMismatch,
    /// A disk or another part failed; nothing was done.
    #[error("unavailable")]
    Unavailable,
}

/// What answers a request, or why it is refused.
pub type Answered<T> = Result<T, Refusal>;

// ------------------------------------------------------------------ gate

/// The gate's dialogue.
pub struct Gate;

impl Dialogue for Gate {
    type Request = GateRequest;
    type Answer = Answered<GateAnswer>;
}

/// What the gate may ask.
#[derive(Debug, Serialize, Deserialize)]
pub enum GateRequest {
    /// The intake keys accepted now, newest first, and who the keeper is.
    IntakeKey,
    /// Sites and policies as far as the gate's pages and API need them.
    Directory,
    /// A sealed document, with the site's signed request that asked for it.
    Receive(Receive),
    /// Where a check stands. `NotFound` until a document of it arrived.
    Check(CheckId),
    /// Shred what a site withdraws: the whole signed call, see [`SignedCall`].
    Withdraw {
        /// The check.
        check: CheckId,
        /// The site's signature over the call.
        call: SignedCall,
    },
    /// Shred what the member withdraws. The gate keeps no copy of the secret, so it can't do this of itself.
    WithdrawByMember {
        /// The check.
        check: CheckId,
        /// The secret whose SHA-256 came with the check's newest document.
        secret: [u8; 32],
    },
    /// A member of a site left: what ties their checks to them goes after the policy's days.
    MemberLeft {
        /// The site's own reference to the member.
        sub: String,
        /// The site's signature over the call.
        call: SignedCall,
    },
    /// The receipt of a check: its events with their proofs.
    Proof(CheckId),
    /// How the keeper is.
    Status,
}

/// The answers to [`GateRequest`], in the same order.
#[derive(Debug, Serialize, Deserialize)]
pub enum GateAnswer {
    /// To `IntakeKey`.
    IntakeKey(IntakeKeys),
    /// To `Directory`.
    Directory(Directory),
    /// To `Receive`.
    Received(Received),
    /// To `Check`.
    Check(Box<CheckView>),
    /// To `Withdraw`, `WithdrawByMember` and `MemberLeft`.
    Done,
    /// To `Proof`: a receipt as JSON text, see `sekisho_core::ledger::receipt`.
    Proof(String),
    /// To `Status`.
    Status(Status),
}

/// The keys that documents may be sealed to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct IntakeKeys {
    /// Whose they are.
    pub keeper: KeeperId,
    /// Newest first; the gate uses the first.
    pub keys: Vec<IntakeKey>,
}

/// One intake key and the keeper's signature over it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct IntakeKey {
    /// Its id.
    pub id: IntakeKeyId,
    /// The X-Wing public key, 1,216 bytes.
    pub public: Vec<u8>,
    /// From when it is accepted.
    pub not_before: Timestamp,
    /// Until when it is accepted.
    pub not_after: Timestamp,
    /// The deadline of every document sealed to it.
    pub deadline: Timestamp,
    /// Ed25519 over the fields above by the keeper's identity, see `intake::signed_bytes`.
    pub signature: Vec<u8>,
}

/// Sites and policies.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Directory {
    /// Every site.
    pub sites: Vec<SiteView>,
    /// Every policy in its newest version.
    pub policies: Vec<Policy>,
    /// The public keys that check attestations, as a JWK set.
    pub jwks: String,
    /// The ledger's verifier key, `name+hash+key` as in C2SP signed-note.
    pub ledger_key: String,
}

/// A site as the gate sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteView {
    /// Its short name, the `iss` of its requests.
    pub name: SiteName,
    /// What members know it by.
    pub title: Text,
    /// Its public keys, as a JWK set.
    pub jwks: String,
    /// Policies that it may ask under.
    pub policies: Vec<PolicyName>,
    /// Where a member may be sent back to: `return_url` must begin with this.
    pub return_prefix: String,
    /// Where its webhooks go.
    pub webhook: Option<String>,
}

/// A sealed document on its way in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Receive {
    /// The site's signed request object, compact JWS.
    pub request: String,
    /// The document, drawn by the gate.
    pub document: DocumentId,
    /// What the member said it is.
    pub kind: KindName,
    /// The intake key that the document key is sealed to.
    pub intake_key: IntakeKeyId,
    /// The deadline in the context, as the intake key states it.
    pub deadline: Timestamp,
    /// The sealed document key: encapsulation and ciphertext.
    pub sealed_key: Vec<u8>,
    /// SHA-256 of the ciphertext that lies in the blob store.
    pub ciphertext_sha256: [u8; 32],
    /// The ciphertext's length in bytes.
    pub ciphertext_len: u64,
    /// SHA-256 of the secret with which the member may withdraw; the secret lies in the member's browser only.
    pub withdraw_sha256: [u8; 32],
}

/// What the keeper holds now.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Received {
    /// The check, as the keeper derives it from the request.
    pub check: CheckId,
    /// Which arrival this was, from 1.
    pub arrival: u8,
    /// When nothing opens it any more.
    pub deadline: Timestamp,
    /// Its place in the ledger.
    pub ledger_index: u64,
}

/// A check as its site and its member may see it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CheckView {
    /// The check.
    pub check: CheckId,
    /// The site.
    pub site: SiteName,
    /// The policy and its version.
    pub policy: PolicyName,
    /// That version.
    pub policy_version: u32,
    /// Where it stands.
    pub state: CheckState,
    /// The reason of the last decision, if there was one.
    pub reason: Option<Reason>,
    /// Documents, oldest first.
    pub documents: Vec<DocumentView>,
    /// How many more documents may come.
    pub arrivals_left: u8,
    /// The signed claim, compact JWS, once approved.
    pub attestation: Option<String>,
    /// Who looked, oldest first.
    pub viewings: Vec<ViewingView>,
}

/// A document as its member may see it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DocumentView {
    /// The document.
    pub document: DocumentId,
    /// Where it stands.
    pub state: sekisho_core::check::DocumentState,
    /// What the member said it is.
    pub kind: KindName,
    /// When it arrived.
    pub received: Timestamp,
    /// When nothing opens it any more.
    pub deadline: Timestamp,
    /// When it was shredded.
    pub shredded: Option<Timestamp>,
}

/// One look, as the member may see it: when, never who by name.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ViewingView {
    /// The viewing.
    pub viewing: ViewingId,
    /// When.
    pub at: Timestamp,
}

/// A site's call other than the request object: a small JWS over method, path and body, as in DPoP.
///
/// Claims: `iss` the site, `aud` the keeper, `htm` the method, `htu` the path,
/// `bdh` the base64url SHA-256 of the body, `iat`, `jti`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SignedCall {
    /// Compact JWS.
    pub jws: String,
    /// The method that was called.
    pub method: String,
    /// The path that was called, with its query.
    pub path: String,
    /// SHA-256 of the body that came.
    pub body_sha256: [u8; 32],
}

/// How the keeper is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Status {
    /// Who it is.
    pub keeper: KeeperId,
    /// Whether this is a test installation.
    pub test: bool,
    /// Whether an administrator exists.
    pub founded: bool,
    /// Whether it holds no keys now.
    pub locked: bool,
    /// Whether openings are paused.
    pub paused: bool,
    /// Whether the time is in doubt.
    pub time_in_doubt: bool,
    /// Entries in the ledger.
    pub ledger_size: u64,
    /// Documents that wait or are assigned.
    pub undecided: u64,
    /// The confirmed time.
    pub now: Timestamp,
    /// What the machine's clock shows. While the time is in doubt an officer compares it with a watch.
    pub wall: Timestamp,
}

// ------------------------------------------------------------------ desk

/// The desk's dialogue.
pub struct Desk;

impl Dialogue for Desk {
    type Request = DeskRequest;
    type Answer = Answered<DeskAnswer>;
}

/// The secret of a shift. Held by the desk for one browser session; wiped with it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShiftToken(pub [u8; 32]);

impl core::fmt::Debug for ShiftToken {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("ShiftToken(..)")
    }
}

impl Drop for ShiftToken {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// What the desk may ask.
#[derive(Debug, Serialize, Deserialize)]
pub enum DeskRequest {
    /// What a browser needs to make a passkey for an invitation (or the founding token).
    EnrolOptions {
        /// The invitation, as the person received it.
        invitation: String,
    },
    /// The browser's new passkey.
    Enrol {
        /// From the options.
        ceremony: [u8; 16],
        /// `clientDataJSON`.
        client_data: Vec<u8>,
        /// `attestationObject`.
        attestation: Vec<u8>,
    },
    /// What a browser needs to prove presence: to begin a shift, or to go on with one.
    ShiftOptions {
        /// The shift that goes on, if one does.
        shift: Option<ShiftToken>,
    },
    /// The browser's proof.
    BeginShift {
        /// From the options.
        ceremony: [u8; 16],
        /// The proof.
        assertion: Assertion,
    },
    /// Ends a shift.
    EndShift(ShiftToken),
    /// The person of a shift and what it may do.
    Whoami(ShiftToken),
    /// The present assignment, or the next one.
    Next(ShiftToken),
    /// The one look of an assignment.
    View {
        /// The shift.
        shift: ShiftToken,
        /// The assignment.
        assignment: AssignmentId,
    },
    /// The answer to the policy's question.
    Decide {
        /// The shift.
        shift: ShiftToken,
        /// The assignment.
        assignment: AssignmentId,
        /// The reason; it implies the verdict.
        reason: Reason,
    },
    /// Counts of what waits.
    Queue(ShiftToken),
    /// Invites somebody (administrator).
    Invite {
        /// The shift.
        shift: ShiftToken,
        /// What the desk shows for the person. Not an e-mail address.
        name: String,
        /// As what.
        role: Role,
    },
    /// Everybody who is enrolled (administrator, officer).
    Staff(ShiftToken),
    /// Removes somebody (administrator). At once: it tightens.
    RemoveStaff {
        /// The shift.
        shift: ShiftToken,
        /// Who.
        staff: StaffId,
    },
    /// Registers or changes a site (administrator; while founding).
    RegisterSite {
        /// The shift.
        shift: ShiftToken,
        /// The site.
        site: SiteView,
    },
    /// Sites and policies.
    Directory(ShiftToken),
    /// The newest events, newest first (officer, administrator).
    Events {
        /// The shift.
        shift: ShiftToken,
        /// How many at most.
        limit: u16,
    },
    /// Pauses all openings (officer, administrator).
    Pause(ShiftToken),
    /// Lifts the pause (officer).
    Resume(ShiftToken),
    /// Confirms that what the machine's clock shows now is the time (officer). Ends a doubt; what is overdue by
    /// it is destroyed.
    ConfirmTime(ShiftToken),
    /// How the keeper is.
    Status,
}

/// The answers to [`DeskRequest`].
#[derive(Debug, Serialize, Deserialize)]
pub enum DeskAnswer {
    /// To `EnrolOptions`.
    EnrolOptions(EnrolOptions),
    /// To `Enrol`.
    Enrolled(StaffView),
    /// To `ShiftOptions`.
    ShiftOptions(ShiftOptions),
    /// To `BeginShift`.
    Shift(Shift),
    /// To `EndShift`, `RemoveStaff`, `RegisterSite`, `Pause`, `Resume`, `ConfirmTime`.
    Done,
    /// To `Whoami`.
    Whoami(Shift),
    /// To `Next`: nothing if nothing waits.
    Next(Option<Box<Assignment>>),
    /// To `View`.
    Picture(Picture),
    /// To `Decide`.
    Decided(CheckState),
    /// To `Queue`.
    Queue(Queue),
    /// To `Invite`: the invitation to hand over, shown once.
    Invitation {
        /// The secret of it.
        invitation: String,
        /// Until when it works.
        until: Timestamp,
    },
    /// To `Staff`.
    Staff(Vec<StaffView>),
    /// To `Directory`.
    Directory(Directory),
    /// To `Events`.
    Events(Vec<LoggedEvent>),
    /// To `Status`.
    Status(Status),
}

/// For `navigator.credentials.create`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EnrolOptions {
    /// Handed back with the answer.
    pub ceremony: [u8; 16],
    /// The challenge.
    pub challenge: [u8; 32],
    /// The relying party's id: the desk's full host.
    pub rp_id: String,
    /// The user handle: the staff id's bytes.
    pub user: [u8; 16],
    /// What the person is shown as.
    pub name: String,
    /// What the person will be.
    pub role: Role,
}

/// For `navigator.credentials.get`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ShiftOptions {
    /// Handed back with the answer.
    pub ceremony: [u8; 16],
    /// The challenge.
    pub challenge: [u8; 32],
    /// The relying party's id.
    pub rp_id: String,
}

/// What `navigator.credentials.get` gave.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Assertion {
    /// The credential's id.
    pub credential: Vec<u8>,
    /// `clientDataJSON`.
    pub client_data: Vec<u8>,
    /// `authenticatorData`.
    pub authenticator_data: Vec<u8>,
    /// `signature`.
    pub signature: Vec<u8>,
}

/// A shift that began.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Shift {
    /// Its id, as the ledger names it.
    pub id: ShiftId,
    /// Its secret.
    pub token: ShiftToken,
    /// Whose it is.
    pub staff: StaffView,
    /// When it ends at the latest.
    pub until: Timestamp,
}

/// A staff member.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StaffView {
    /// The id.
    pub staff: StaffId,
    /// What the desk shows.
    pub name: String,
    /// The role.
    pub role: Role,
    /// Since when.
    pub enrolled: Timestamp,
}

/// One check given to one reviewer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Assignment {
    /// The assignment.
    pub assignment: AssignmentId,
    /// When it lapses.
    pub until: Timestamp,
    /// Whether its one look was taken.
    pub viewed: bool,
    /// What the member said the document is.
    pub kind: KindName,
    /// What members call that kind.
    pub kind_name: Text,
    /// The policy's question, with the date filled in.
    pub question: Text,
    /// The site.
    pub site: Text,
    /// The document's deadline.
    pub deadline: Timestamp,
}

/// One picture for one person.
#[derive(Serialize, Deserialize)]
pub struct Picture {
    /// The viewing, as it is printed on the picture.
    pub viewing: ViewingId,
    /// Its media type.
    pub media_type: String,
    /// The picture.
    pub bytes: Vec<u8>,
}

impl core::fmt::Debug for Picture {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Picture({}, {} bytes)", self.viewing, self.bytes.len())
    }
}

/// What waits.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Queue {
    /// Documents that nobody has.
    pub waiting: u64,
    /// Documents that somebody has.
    pub assigned: u64,
    /// Of both, those past the policy's warning.
    pub near_deadline: u64,
    /// The earliest deadline.
    pub next_deadline: Option<Timestamp>,
}

/// An event with its place in the ledger.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LoggedEvent {
    /// Its place.
    pub index: u64,
    /// Its body, JSON.
    pub body: String,
}

// --------------------------------------------------------------- courier

/// The courier's dialogue.
pub struct Courier;

impl Dialogue for Courier {
    type Request = CourierRequest;
    type Answer = Answered<CourierAnswer>;
}

/// What the courier may ask.
#[derive(Debug, Serialize, Deserialize)]
pub enum CourierRequest {
    /// Messages that are due, oldest first.
    Pull {
        /// How many at most.
        limit: u16,
    },
    /// One was delivered.
    Delivered(MessageId),
    /// One was not; the keeper says when it is due again.
    Failed {
        /// Which.
        message: MessageId,
        /// A short technical reason, e.g. `status_500`. Nothing of the answer's body.
        why: String,
    },
}

/// The answers to [`CourierRequest`].
#[derive(Debug, Serialize, Deserialize)]
pub enum CourierAnswer {
    /// To `Pull`.
    Messages(Vec<Message>),
    /// To the others.
    Done,
}

/// One message that waits.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Message {
    /// Its id: the `webhook-id`, the same on each try.
    pub id: MessageId,
    /// For whom.
    pub site: SiteName,
    /// Where to.
    pub url: String,
    /// The body, JSON.
    pub body: String,
    /// How many tries were made before.
    pub tries: u16,
}
