//! A document on its way in: read, sealed, laid down, handed to the keeper.
//!
//! The order matters. Nothing is written before the inspector accepted the
//! picture; the ciphertext lies durably before the keeper hears of it; and what
//! the keeper did not acknowledge is an orphan that it sweeps. The picture
//! itself is in this process only, in memory that is wiped.

use std::time::Duration;

use sekisho_core::{
    calendar::{
        Day,
        hours::{self, Prospect},
    },
    check::CheckState,
    id::{CheckId, DocumentId, KindName},
    kinds::Layout,
    policy::AcceptedKind,
    time::Timestamp,
};
use sekisho_inspect::wire::{Boxed, Code, Intake, UploadReport};
use sekisho_keeper::wire::{GateAnswer, GateRequest, IntakeKey, Receive, Refusal};
use sekisho_seal::{Context, DocumentKey, FormatVersion, IntakePublic};
use zeroize::Zeroizing;

use super::{
    member::Visit,
    ports::{ReadError, StoreError},
    room::{self, Away, Room},
    secret::{Secret, sha256},
};

/// The most that one upload may hold, in bytes.
pub const MAX_UPLOAD: usize = 25_000_000;

/// What a member sends.
pub struct Upload {
    /// What they say it is.
    pub kind: KindName,
    /// The picture; wiped when dropped.
    pub bytes: Zeroizing<Vec<u8>>,
    /// What stays visible.
    pub boxes: Vec<Boxed>,
    /// Where the parts stand if they are found in no other way: the member, who could draw no boxes, says that the
    /// document fills the picture as the page shows it.
    pub lies: Option<&'static Layout>,
}

/// Why a document did not come in. Nothing of it is kept, but for [`SubmitError::Unknown`].
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SubmitError {
    /// The inspector turned it away; the report says why and what to do.
    #[error("turned_away")]
    TurnedAway(Box<UploadReport>),
    /// The inspector died over it.
    #[error("unreadable")]
    Unreadable,
    /// The policy does not accept this kind, or not any more.
    #[error("kind_not_accepted")]
    KindNotAccepted,
    /// Nobody works before the document would be gone: M52.
    #[error("nobody_looks")]
    NobodyLooks,
    /// The check waits for no document now.
    #[error("not_waiting")]
    NotWaiting,
    /// The keeper does not accept the site's request (any more).
    #[error("refused")]
    Refused,
    /// Nothing can be taken in now.
    #[error(transparent)]
    Away(#[from] Away),
    /// The keeper went away over it and did not come back: it may be there.
    #[error("unknown")]
    Unknown,
}

impl From<ReadError> for SubmitError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Died => Self::Unreadable,
            ReadError::Unavailable => Self::Away(Away::Unavailable),
        }
    }
}

impl From<StoreError> for SubmitError {
    fn from(error: StoreError) -> Self {
        Self::Away(error.into())
    }
}

/// The kind of that name, if the policy accepts it on the day in Japan that the visit takes place.
pub fn accepted<'a>(visit: &'a Visit, kind: &KindName) -> Option<&'a AcceptedKind> {
    let today = Day::of(visit.now);
    visit.policy.kinds.iter().find(|known| known.kind == *kind && known.valid_to.is_none_or(|last| today <= last))
}

/// How long to wait before the keeper is asked again whether a document came in that it said nothing about. It is
/// started anew within a second or two.
const ASK_AGAIN: [Duration; 5] = [
    Duration::from_millis(300),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
];

/// Takes a document in. `status` is the secret of the member's status link, of which the withdrawal secret is made.
///
/// # Errors
/// See [`SubmitError`]; whatever it is, nothing can be opened by anybody.
pub async fn submit(room: &Room, visit: &Visit, upload: Upload, status: &Secret) -> Result<(), SubmitError> {
    if visit.standing.state != CheckState::AwaitingDocument || !room::in_force(&visit.policy, visit.now) {
        return Err(SubmitError::NotWaiting);
    }
    accepted(visit, &upload.kind).ok_or(SubmitError::KindNotAccepted)?;
    let deadline = room.ready_for(&visit.standing.row.site, &visit.policy).await?.key.deadline;
    if let Prospect::Unseen { .. } = hours::prospect(&visit.policy.hours, visit.now, deadline) {
        return Err(SubmitError::NobodyLooks);
    }
    let Upload { kind, bytes, boxes, lies } = upload;
    let intake = Intake { boxes, visible: visit.policy.visible.clone(), today: Day::of(visit.now) };
    let clean = match lies {
        None => read(room, bytes, intake).await?,
        Some(layout) => read_as_it_lies(room, bytes, intake, layout).await?,
    };
    // Reading took time: the key is fetched anew, so that it is of this hour.
    let key = room.intake_key().await?;
    let sealed = seal(room, visit, &key, &clean)?;
    drop(clean);
    room.blobs.create(sealed.document, &sealed.ciphertext).await?;
    match room.keeper.ask(GateRequest::Receive(receive(visit, kind, &key, &sealed, status))).await {
        // It went away over the question, perhaps after it had written the document down.
        Err(Refusal::Unavailable) => find_out(room, visit.standing.row.check, sealed.document).await,
        answer => received(answer),
    }
}

/// Whether a document came in after all. A member who is told that it didn't must be able to believe it.
async fn find_out(room: &Room, check: CheckId, document: DocumentId) -> Result<(), SubmitError> {
    for pause in ASK_AGAIN {
        tokio::time::sleep(pause).await;
        match room.view(check).await {
            Ok(Some(view)) if view.documents.iter().any(|known| known.document == document) => return Ok(()),
            Ok(_) => return Err(Away::Unavailable.into()),
            Err(_) => {}
        }
    }
    Err(SubmitError::Unknown)
}

async fn read(room: &Room, bytes: Zeroizing<Vec<u8>>, intake: Intake) -> Result<Zeroizing<Vec<u8>>, SubmitError> {
    let reading = room.reader.read(bytes, intake).await?;
    reading.clean.ok_or_else(|| SubmitError::TurnedAway(Box::new(reading.report)))
}

/// Reads a picture without boxes. If the inspector can't prove where the parts stand, it is read once more with the
/// boxes of its kind, laid where the member says that the document lies.
async fn read_as_it_lies(
    room: &Room,
    bytes: Zeroizing<Vec<u8>>,
    intake: Intake,
    layout: &Layout,
) -> Result<Zeroizing<Vec<u8>>, SubmitError> {
    match read(room, bytes.clone(), Intake { boxes: Vec::new(), ..intake.clone() }).await {
        Err(SubmitError::TurnedAway(report)) if matches!(report.code, Code::NoBoxes | Code::NotProven) => {
            let places = layout.on((report.facts.width, report.facts.height));
            let boxes = places.into_iter().map(|(x, y, w, h)| Boxed { x, y, w, h }).collect();
            read(room, bytes, Intake { boxes, ..intake }).await
        }
        answer => answer,
    }
}

struct Sealed {
    document: DocumentId,
    deadline: Timestamp,
    key: Vec<u8>,
    ciphertext: Vec<u8>,
}

fn seal(room: &Room, visit: &Visit, key: &IntakeKey, clean: &[u8]) -> Result<Sealed, SubmitError> {
    // Signed by the pinned keeper and still no key: then it is not the keeper that we know how to speak to.
    let to = IntakePublic::from_bytes(&key.public).map_err(|_| Away::Stranger)?;
    let mut entropy = room.entropy.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let entropy = &mut **entropy;
    let context = context(room, visit, DocumentId::random(entropy), key.deadline);
    let document_key = DocumentKey::fresh(entropy);
    let ciphertext = sekisho_seal::seal_document(&document_key, &context, clean, entropy);
    let key = sekisho_seal::seal_key(&to, &context, &document_key, entropy);
    Ok(Sealed { document: context.document, deadline: context.deadline, key, ciphertext })
}

fn context(room: &Room, visit: &Visit, document: DocumentId, deadline: Timestamp) -> Context {
    Context {
        version: FormatVersion::V1,
        keeper: room.pinned.keeper,
        site: visit.standing.row.site.clone(),
        check: visit.standing.row.check,
        document,
        deadline,
    }
}

fn receive(visit: &Visit, kind: KindName, key: &IntakeKey, sealed: &Sealed, status: &Secret) -> Receive {
    Receive {
        request: visit.standing.row.request.clone(),
        document: sealed.document,
        kind,
        intake_key: key.id,
        deadline: sealed.deadline,
        sealed_key: sealed.key.clone(),
        ciphertext_sha256: sha256(&sealed.ciphertext),
        ciphertext_len: sealed.ciphertext.len() as u64,
        withdraw_sha256: sha256(&status.withdrawal()),
    }
}

fn received(answer: Result<GateAnswer, Refusal>) -> Result<(), SubmitError> {
    match answer {
        Ok(GateAnswer::Received(_)) => Ok(()),
        Ok(_) => Err(Away::Unavailable.into()),
        Err(Refusal::AlreadyReceived | Refusal::CheckOver) => Err(SubmitError::NotWaiting),
        Err(Refusal::KindNotAccepted) => Err(SubmitError::KindNotAccepted),
        Err(Refusal::BadSignature | Refusal::BadRequest | Refusal::RequestExpired | Refusal::PolicyNotInForce) => {
            Err(SubmitError::Refused)
        }
        Err(refusal) => {
            tracing::warn!(%refusal, "a document was not received");
            Err(Away::from_refusal(refusal).into())
        }
    }
}
