//! What the gate says, and what it is answered.

use sekisho_core::{
    check::{CheckState, DocumentState, Reason},
    id::{CheckId, DocumentId, IntakeKeyId, KeeperId, KindName, PolicyName, SiteName, ViewingId},
    stop::Target,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use super::{Answered, Denial, Dialogue, Directory, Names, Sent, Status, Unheard};

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
    /// What the gate refused and can't judge.
    Unheard(Unheard),
    /// What is stopped now.
    Stops,
    /// Pictures that somebody sent, whatever became of them.
    Sent(Sent),
    /// Under which names to speak of networks, and who is refused.
    Names,
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
    /// To `Unheard` and `Sent`: who is refused from now on, whatever it was. Of bait it says nothing.
    Heard(Vec<Denial>),
    /// To `Stops`.
    Stops(Vec<Target>),
    /// To `Names`.
    Names(Names),
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
    /// The witnesses that cosigned the checkpoint under which the receipt now is, and when; nothing if the
    /// installation has no witness.
    pub witnessed: Option<Vec<(String, Timestamp)>>,
    /// Whether the keeper has no keys now: nobody can look, and there is no receipt until it has.
    pub locked: bool,
}

/// A document as its member may see it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DocumentView {
    /// The document.
    pub document: DocumentId,
    /// Where it stands.
    pub state: DocumentState,
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
