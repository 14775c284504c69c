//! A keeper for the gate's tests. It follows a script, but it really checks signatures and opens what is sealed.

use std::{
    fs,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use sekisho_core::{
    check::{CheckState, DocumentState, Reason},
    id::{CheckId, IntakeKeyId, SiteName, ViewingId},
    stop::Target,
    time::{Clock, Timestamp},
    watch::observed::Outsider,
};
use sekisho_keeper::{
    intake,
    jose::{
        Jwks, SigningKey, call,
        request::{self, SiteTerms},
    },
    names::NameKey,
    wire::{
        Answered, CheckView, Closed, Denial, Directory, DocumentView, GateAnswer, GateRequest, IntakeKey, IntakeKeys,
        Names, Receive, Received, Refusal, Sent, SignedCall, SiteView, Status, Unheard, ViewingView,
    },
};
use sekisho_seal::{Context, FormatVersion, IntakeSecret};

use super::{KEEPER, ManualClock};
use crate::{
    service::{
        ports::{GateKeeper, Pending},
        secret::sha256,
    },
    vault::fs::path_of,
};

/// What the script says.
#[derive(Default)]
struct Script {
    away: bool,
    stops: Vec<Target>,
    locked: bool,
    waits: bool,
    stranger: bool,
    lose_receive: bool,
    silent_receive: bool,
}

struct Held {
    receive: Receive,
    view: CheckView,
}

/// A keeper that follows a script.
pub(crate) struct ScriptedKeeper {
    clock: Arc<ManualClock>,
    directory: Directory,
    blobs: PathBuf,
    script: Mutex<Script>,
    held: Mutex<Option<Held>>,
    unheard: Mutex<Vec<Unheard>>,
    sent: Mutex<Vec<Sent>>,
    denials: Mutex<Vec<Denial>>,
}

impl ScriptedKeeper {
    pub(super) fn new(clock: Arc<ManualClock>, directory: Directory, blobs: PathBuf) -> Self {
        Self {
            clock,
            directory,
            blobs,
            script: Mutex::default(),
            held: Mutex::default(),
            unheard: Mutex::default(),
            sent: Mutex::default(),
            denials: Mutex::default(),
        }
    }

    pub(super) fn identity(&self) -> [u8; 32] {
        identity_key().public().as_bytes().try_into().unwrap()
    }

    pub(crate) fn away(&self) {
        self.script.lock().unwrap().away = true;
    }

    /// From now on this is stopped and nothing else.
    pub(crate) fn stop(&self, targets: Vec<Target>) {
        self.script.lock().unwrap().stops = targets;
    }

    pub(crate) fn lock(&self) {
        self.script.lock().unwrap().locked = true;
    }

    /// Locked, and what comes waits.
    pub(crate) fn let_wait(&self) {
        let mut script = self.script.lock().unwrap();
        (script.locked, script.waits) = (true, true);
    }

    pub(crate) fn sign_as_a_stranger(&self) {
        self.script.lock().unwrap().stranger = true;
    }

    /// Documents come in, and nobody hears of it.
    pub(crate) fn receive_without_a_word(&self) {
        self.script.lock().unwrap().silent_receive = true;
    }

    pub(crate) fn lose_receive(&self) {
        self.script.lock().unwrap().lose_receive = true;
    }

    /// Somebody looked and decided; `AwaitingDocument` is a retake.
    pub(crate) fn decide(&self, state: CheckState) {
        let mut held = self.held.lock().unwrap();
        let view = &mut held.as_mut().unwrap().view;
        let now = self.now();
        view.state = state;
        view.reason = match state {
            CheckState::Approved => Some(Reason::OldEnough),
            CheckState::AwaitingDocument => Some(Reason::Unreadable),
            _ => view.reason,
        };
        view.attestation = (state == CheckState::Approved).then(|| "a.signed.claim".into());
        if state != CheckState::Withdrawn {
            view.viewings.push(ViewingView { viewing: ViewingId::from_bytes([6; 16]), at: now });
        }
        let document = view.documents.last_mut().unwrap();
        document.state = DocumentState::Shredded;
        document.shredded = Some(now);
    }

    /// Says this of the witnesses of the check's receipt from now on.
    pub(crate) fn be_witnessed(&self, by: Option<Vec<(String, Timestamp)>>) {
        self.held.lock().unwrap().as_mut().unwrap().view.witnessed = by;
    }

    pub(crate) fn state(&self) -> Option<CheckState> {
        self.held.lock().unwrap().as_ref().map(|held| held.view.state)
    }

    /// What the gate passed on.
    pub(crate) fn unheard(&self) -> Vec<Unheard> {
        self.unheard.lock().unwrap().clone()
    }

    /// The pictures that the gate told of.
    pub(crate) fn sent(&self) -> Vec<Sent> {
        self.sent.lock().unwrap().clone()
    }

    /// Refuses this one from now on, as the watch would.
    pub(crate) fn deny(&self, who: Outsider, of: Closed) {
        self.denials.lock().unwrap().push(Denial { who, of, until: self.now() + 900 });
    }

    fn names(&self) -> Names {
        let (day, denied) = (self.now().0 / 86_400, self.denials.lock().unwrap().clone());
        let keys = vec![NameKey::from_bytes([day as u8; 32])];
        Names { keys, until: Timestamp((day + 1) * 86_400), denied }
    }

    pub(crate) fn documents(&self) -> usize {
        self.held.lock().unwrap().as_ref().map_or(0, |held| held.view.documents.len())
    }

    /// The newest document, opened as the keeper does.
    pub(crate) fn opened(&self) -> Option<Vec<u8>> {
        let held = self.held.lock().unwrap();
        let Held { receive, view } = held.as_ref()?;
        let context = Context {
            version: FormatVersion::V1,
            keeper: KEEPER,
            site: view.site.clone(),
            check: view.check,
            document: receive.document,
            deadline: receive.deadline,
        };
        let key = sekisho_seal::open_key(&intake_secret(), &context, &receive.sealed_key).ok()?;
        let sealed = fs::read(path_of(&self.blobs, receive.document)).ok()?;
        let plain = sekisho_seal::open_document(&key, &context, &sealed).ok()?;
        Some(plain.as_bytes().to_vec())
    }

    /// The document's key as the gate sealed it.
    pub(crate) fn sealed_key(&self) -> Option<Vec<u8>> {
        self.held.lock().unwrap().as_ref().map(|held| held.receive.sealed_key.clone())
    }

    fn now(&self) -> Timestamp {
        self.clock.read().wall
    }

    fn site(&self, name: &SiteName) -> Option<&SiteView> {
        self.directory.sites.iter().find(|site| site.name == *name)
    }

    fn intake_keys(&self) -> IntakeKeys {
        let start = self.now().hour().start();
        let mut key = IntakeKey {
            id: IntakeKeyId::from_bytes([2; 16]),
            public: intake_secret().public().to_bytes(),
            not_before: start,
            not_after: start + 7200,
            deadline: start + 72 * 3600,
            signature: vec![],
        };
        let stranger = SigningKey::ed25519(&[66; 32]).unwrap();
        let signer = if self.script.lock().unwrap().stranger { stranger } else { identity_key() };
        key.signature = signer.sign(&intake::signed_bytes(KEEPER, &key)).unwrap();
        let script = self.script.lock().unwrap();
        let keys = if script.locked && !script.waits { Vec::new() } else { vec![key] };
        IntakeKeys { keeper: KEEPER, keys }
    }

    fn receive(&self, receive: Receive) -> Answered<GateAnswer> {
        if self.script.lock().unwrap().lose_receive {
            return Err(Refusal::Unavailable);
        }
        let terms_of = |name: &SiteName| SiteTerms::try_from(self.site(name)?).ok();
        let request = request::verify_known_request(&receive.request, KEEPER, terms_of, self.now())?;
        let blob = fs::read(path_of(&self.blobs, receive.document)).map_err(|_| Refusal::Damaged)?;
        if sha256(&blob) != receive.ciphertext_sha256 || blob.len() as u64 != receive.ciphertext_len {
            return Err(Refusal::Damaged);
        }
        let mut held = self.held.lock().unwrap();
        if held.is_none() && self.now() >= request.expires {
            return Err(Refusal::RequestExpired);
        }
        let mut view = held.take().map_or_else(|| fresh_view(&request), |held| held.view);
        view.documents.push(document_view(&receive, self.now()));
        view.state = CheckState::InReview;
        view.arrivals_left -= 1;
        let (check, arrival, deadline) = (view.check, 3 - view.arrivals_left, receive.deadline);
        *held = Some(Held { receive, view });
        if self.script.lock().unwrap().silent_receive {
            return Err(Refusal::Unavailable);
        }
        Ok(GateAnswer::Received(Received { check, arrival, deadline, ledger_index: 0 }))
    }

    fn withdraw(&self, check: CheckId, call: &SignedCall) -> Answered<GateAnswer> {
        self.judge(call)?;
        self.known(check)?;
        self.decide(CheckState::Withdrawn);
        Ok(GateAnswer::Done)
    }

    fn withdraw_by_member(&self, check: CheckId, secret: [u8; 32]) -> Answered<GateAnswer> {
        self.known(check)?;
        let expected = self.held.lock().unwrap().as_ref().map(|held| held.receive.withdraw_sha256);
        if expected != Some(sha256(&secret)) {
            return Err(Refusal::NotAllowed);
        }
        self.decide(CheckState::Withdrawn);
        Ok(GateAnswer::Done)
    }

    fn judge(&self, call: &SignedCall) -> Answered<SiteName> {
        let jwks_of = |name: &SiteName| Jwks::parse(&self.site(name)?.jwks).ok();
        Ok(call::verify_call(call, KEEPER, jwks_of, self.now())?.site)
    }

    fn known(&self, check: CheckId) -> Answered<CheckView> {
        let held = self.held.lock().unwrap();
        let view = held.as_ref().map(|held| held.view.clone()).filter(|view| view.check == check);
        let locked = self.script.lock().unwrap().locked;
        view.map(|view| CheckView { locked, ..view }).ok_or(Refusal::NotFound)
    }

    fn status(&self) -> Status {
        Status {
            keeper: KEEPER,
            test: true,
            founded: true,
            locked: self.script.lock().unwrap().locked,
            locked_down: None,
            custodians: None,
            paused: None,
            time_in_doubt: false,
            budget: Box::new(sekisho_keeper::wire::BudgetView {
                limits: Default::default(),
                opened: sekisho_core::budget::Windows::each(|_| 0),
            }),
            witnessing: sekisho_keeper::wire::Witnessing::nobody(),
            ledger_size: 0,
            undecided: 0,
            now: self.now(),
            wall: self.now(),
        }
    }

    fn answer(&self, request: GateRequest) -> Answered<GateAnswer> {
        if self.script.lock().unwrap().away {
            return Err(Refusal::Unavailable);
        }
        match request {
            GateRequest::IntakeKey => Ok(GateAnswer::IntakeKey(self.intake_keys())),
            GateRequest::Directory if self.script.lock().unwrap().locked => Err(Refusal::LockedDown),
            GateRequest::Directory => Ok(GateAnswer::Directory(self.directory.clone())),
            GateRequest::Receive(receive) => self.receive(receive),
            GateRequest::Check(check) => self.known(check).map(|view| GateAnswer::Check(Box::new(view))),
            GateRequest::Withdraw { check, call } => self.withdraw(check, &call),
            GateRequest::WithdrawByMember { check, secret } => self.withdraw_by_member(check, secret),
            GateRequest::MemberLeft { call, .. } => self.judge(&call).and(Err(Refusal::NotFound)),
            GateRequest::Proof(check) => {
                self.known(check).map(|_| GateAnswer::Proof(r#"{"receipt":"of the keeper"}"#.into()))
            }
            GateRequest::Stops => Ok(GateAnswer::Stops(self.script.lock().unwrap().stops.clone())),
            GateRequest::Status => Ok(GateAnswer::Status(self.status())),
            GateRequest::Names => Ok(GateAnswer::Names(self.names())),
            GateRequest::Sent(sent) => {
                self.sent.lock().unwrap().push(sent);
                Ok(GateAnswer::Heard(self.denials.lock().unwrap().clone()))
            }
            GateRequest::Unheard(unheard) => {
                self.unheard.lock().unwrap().push(unheard);
                Ok(GateAnswer::Heard(self.denials.lock().unwrap().clone()))
            }
        }
    }
}

impl GateKeeper for ScriptedKeeper {
    fn ask(&self, request: GateRequest) -> Pending<'_, Answered<GateAnswer>> {
        Box::pin(async { self.answer(request) })
    }
}

fn identity_key() -> SigningKey {
    SigningKey::ed25519(&[5; 32]).unwrap()
}

fn intake_secret() -> IntakeSecret {
    IntakeSecret::from_seed(&[8; 32])
}

fn fresh_view(request: &request::CheckRequest) -> CheckView {
    CheckView {
        check: request.check,
        site: request.site.clone(),
        policy: request.policy.clone(),
        policy_version: 1,
        state: CheckState::AwaitingDocument,
        reason: None,
        documents: vec![],
        arrivals_left: 3,
        attestation: None,
        viewings: vec![],
        witnessed: None,
        locked: false,
    }
}

fn document_view(receive: &Receive, now: Timestamp) -> DocumentView {
    DocumentView {
        document: receive.document,
        state: DocumentState::Waiting,
        kind: receive.kind.clone(),
        received: now,
        deadline: receive.deadline,
        shredded: None,
    }
}
