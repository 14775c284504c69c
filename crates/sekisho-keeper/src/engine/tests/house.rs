//! A whole installation for tests: a folder, a driven clock, a site, a reviewer, an officer, an administrator.

use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use base64ct::{Base64UrlUnpadded, Encoding};
use sekisho_core::{
    check::{CheckState, Reason, Role},
    event::{Event, What},
    id::{AssignmentId, CheckId, DocumentId},
    policy::{AcceptedKind, AgeRule, Basis, BasisClass, Field, LeapDay, Policy, Reached, Retention, ReviewHours, Text},
    time::{Clock, HOUR, Reading, Timestamp},
};
use sekisho_seal::{
    Context, DocumentKey, FormatVersion, IntakePublic, open_document, seal_document, seal_key, testing::SeededEntropy,
};

use crate::{
    blobs::{Blobs, FolderBlobs, relative_path},
    custody::{self, Hold},
    db,
    engine::{Ask, Engine, Founder, Ground, Locked, Outcome, Parts, Plan, Reply, StartError, found},
    jose::{
        Alg, Jwks, SigningKey, Sub, TYP_ATTESTATION,
        call::{Call, body_sha256, sign_call},
        request, verify,
    },
    keystore::{Cost, KEYSTORE_SIZE, Keystore, MemoryMedium},
    ledger::DirFiles,
    webauthn::Credential,
    wire::*,
};

pub(super) const MINUTE: u64 = 60;
pub(super) const MEMBER_SECRET: [u8; 32] = [77; 32];
pub(crate) const PASSPHRASE: &[u8] = b"a passphrase for tests";
const ORIGIN: &str = "https://desk.example.jp";
/// Whoever enrols by an invitation.
const NEWCOMER: u8 = 9;
const START: Timestamp = Timestamp(1_795_240_800);

#[derive(Clone)]
struct Driven(Arc<Mutex<Reading>>);

impl Driven {
    fn read_now(&self) -> Reading {
        *self.0.lock().unwrap()
    }

    fn pass(&self, seconds: u64) {
        let mut reading = self.0.lock().unwrap();
        reading.wall = reading.wall + seconds;
        reading.since_boot += seconds;
    }
}

impl Clock for Driven {
    fn read(&self) -> Reading {
        self.read_now()
    }
}

/// A passkey of a person, as the engine meets it.
struct Person {
    key: SigningKey,
    id: Vec<u8>,
}

impl Person {
    fn new(n: u8) -> Self {
        Self { key: SigningKey::ed25519(&[n; 32]).unwrap(), id: vec![n; 20] }
    }

    fn passkey(&self) -> Credential {
        Credential { id: self.id.clone(), key: self.key.public().clone(), counter: 0 }
    }

    fn client_data(kind: &str, challenge: &[u8; 32]) -> Vec<u8> {
        let challenge = Base64UrlUnpadded::encode_string(challenge);
        serde_json::to_vec(&serde_json::json!({
            "type": kind, "challenge": challenge, "origin": ORIGIN, "crossOrigin": false,
        }))
        .unwrap()
    }

    fn auth_data(flags: u8) -> Vec<u8> {
        let rp = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, b"desk.example.jp");
        [rp.as_ref(), &[flags], &[0; 4]].concat()
    }

    fn prove(&self, challenge: &[u8; 32]) -> Assertion {
        let client_data = Self::client_data("webauthn.get", challenge);
        let authenticator_data = Self::auth_data(0b101);
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &client_data);
        let signature = self.key.sign(&[&authenticator_data, hash.as_ref()].concat()).unwrap();
        Assertion { credential: self.id.clone(), client_data, authenticator_data, signature }
    }

    fn register(&self) -> Vec<u8> {
        let mut key = minicbor::Encoder::new(Vec::new());
        key.map(4).unwrap().i8(1).unwrap().i8(1).unwrap().i8(3).unwrap().i8(-8).unwrap();
        key.i8(-1).unwrap().i8(6).unwrap().i8(-2).unwrap().bytes(self.key.public().as_bytes()).unwrap();
        let credential = [&[0; 16][..], &(self.id.len() as u16).to_be_bytes(), &self.id, &key.into_writer()].concat();
        let auth_data = [Self::auth_data(0b0100_0101), credential].concat();
        let mut object = minicbor::Encoder::new(Vec::new());
        object.map(3).unwrap().str("fmt").unwrap().str("none").unwrap().str("attStmt").unwrap().map(0).unwrap();
        object.str("authData").unwrap().bytes(&auth_data).unwrap();
        object.into_writer()
    }
}

fn people() -> BTreeMap<u8, Role> {
    BTreeMap::from([(1, Role::Reviewer), (2, Role::Officer), (3, Role::Administrator)])
}

fn policy() -> Policy {
    let text = |text: &str| Text { ja: text.into(), en: text.into() };
    Policy {
        name: "jp-dating-site".parse().unwrap(),
        version: 1,
        title: text("title"),
        valid_from: "2026-01-01".parse().unwrap(),
        valid_to: None,
        basis: Basis {
            class: BasisClass::Age,
            law: text("law"),
            article: text("5"),
            purpose: text("purpose"),
            source: "source".into(),
        },
        kinds: vec![AcceptedKind {
            kind: "jp-driving-licence".parse().unwrap(),
            name: text("licence"),
            hide: text("name"),
            valid_to: None,
        }],
        visible: vec![Field::BirthDate],
        age: AgeRule { at_least: 18, reached: Reached::Birthday, leap_day: LeapDay::March1 },
        question: text("born on or before {date}?"),
        reviewers: 1,
        retention: Retention { picture_hours: 72, warn_hours: 48, member_days: 90, member_days_reason: None },
        hours: ReviewHours { week: Default::default(), closed_on_holidays: false, closed: vec![] },
    }
}

fn site_key() -> SigningKey {
    SigningKey::generate(Alg::ES256, &mut SeededEntropy::new(99))
}

fn site() -> SiteView {
    SiteView {
        name: "site-a".parse().unwrap(),
        title: Text { ja: "サイトA".into(), en: "Site A".into() },
        jwks: Jwks::new(vec![site_key().public().clone()]).unwrap().to_json(),
        policies: vec!["jp-dating-site".parse().unwrap()],
        return_prefix: "https://site-a.example/".into(),
        webhook: Some("https://site-a.example/hook".into()),
    }
}

fn sub() -> Sub {
    Sub::of_member(&[5; 32], b"member-1")
}

pub(super) fn sub_text() -> String {
    sub().to_string()
}

/// A copy of everything, as a thief would take it.
pub(super) struct Copy {
    database: PathBuf,
    blobs: BTreeMap<DocumentId, Vec<u8>>,
    pub(super) keystore: Vec<u8>,
}

pub(crate) struct House {
    folder: PathBuf,
    clock: Driven,
    medium: MemoryMedium,
    engine: Option<Engine>,
    contexts: BTreeMap<DocumentId, Context>,
    calls: u64,
}

static HOUSES: AtomicU64 = AtomicU64::new(0);

impl Drop for House {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl House {
    pub(crate) fn founded() -> Self {
        Self::built(true, true)
    }

    pub(super) fn in_production() -> Self {
        Self::built(false, true)
    }

    pub(super) fn unpeopled() -> Self {
        Self::built(true, false)
    }

    fn built(test: bool, peopled: bool) -> Self {
        let number = HOUSES.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("sekisho-house-{}-{number}", std::process::id()));
        fs::create_dir_all(folder.join("blobs")).unwrap();
        let clock = Driven(Arc::new(Mutex::new(Reading { wall: START, since_boot: 1000 })));
        let medium = MemoryMedium::new(KEYSTORE_SIZE);
        let founders = people().into_iter().filter(|_| peopled);
        let people = founders
            .map(|(n, role)| Founder { name: format!("person-{n}"), role, passkey: Person::new(n).passkey() })
            .collect();
        let plan = Plan {
            test,
            desk_origin: ORIGIN.into(),
            ledger_name: "example.jp/sekisho".into(),
            cost: Cost::TEST,
            policies: vec![policy()],
            sites: vec![site()],
            people,
        };
        let mut house = Self { folder, clock, medium, engine: None, contexts: BTreeMap::new(), calls: 0 };
        let ground = Ground {
            db: db::open(&house.folder.join("keeper.db")).unwrap(),
            medium: Box::new(house.medium.clone()),
            ledger: Box::new(house.ledger_files()),
            blobs: Box::new(house.blobs()),
            clock: Arc::new(house.clock.clone()),
            entropy: Box::new(SeededEntropy::new(number)),
        };
        house.engine = Some(found(ground, &plan, PASSPHRASE).unwrap());
        house
    }

    fn ledger_files(&self) -> DirFiles {
        DirFiles::open(&self.folder.join("ledger"), &self.folder.join("journal")).unwrap()
    }

    fn blobs(&self) -> FolderBlobs {
        FolderBlobs::new(&self.folder.join("blobs"))
    }

    /// The engine, for a server; the house keeps its folder and its clock.
    pub(crate) fn lend_engine(&mut self) -> Engine {
        self.engine.take().unwrap()
    }

    fn engine(&mut self) -> &mut Engine {
        self.engine.as_mut().unwrap()
    }

    // ------------------------------------------------------------- asking

    fn ask(&mut self, ask: Ask) -> Outcome {
        self.engine().run(vec![ask]).pop().unwrap()
    }

    pub(super) fn gate(&mut self, request: GateRequest) -> Answered<GateAnswer> {
        match self.ask(Ask::Gate(request)) {
            Outcome::Say(Reply::Gate(answer)) => answer,
            _ => panic!("not an answer to the gate"),
        }
    }

    pub(super) fn desk(&mut self, request: DeskRequest) -> Answered<DeskAnswer> {
        match self.ask(Ask::Desk(request)) {
            Outcome::Say(Reply::Desk(answer)) => answer,
            _ => panic!("not an answer to the desk"),
        }
    }

    pub(super) fn courier(&mut self, request: CourierRequest) -> Answered<CourierAnswer> {
        match self.ask(Ask::Courier(request)) {
            Outcome::Say(Reply::Courier(answer)) => answer,
            _ => panic!("not an answer to the courier"),
        }
    }

    // --------------------------------------------------------------- time

    pub(super) fn now(&self) -> Timestamp {
        self.clock.read_now().wall
    }

    pub(super) fn pass(&mut self, seconds: u64) {
        self.clock.pass(seconds);
    }

    pub(super) fn tick(&mut self) {
        self.engine().tick();
    }

    /// Lives on, with the ticks that a running keeper has.
    pub(super) fn live_until(&mut self, until: Timestamp) {
        while self.now() < until {
            let due = self.engine().seconds_to_next_due().max(1);
            self.pass(due.min(until.since(self.now())));
            self.tick();
        }
    }

    /// The machine sleeps and wakes: time passes, without ticks.
    pub(super) fn skip_to(&mut self, until: Timestamp) {
        self.pass(until.since(self.now()));
        self.tick();
    }

    pub(super) fn leap(&self, seconds: u64) {
        let mut reading = self.clock.0.lock().unwrap();
        reading.wall = reading.wall + seconds;
    }

    pub(super) fn leap_back(&self, seconds: u64) {
        let mut reading = self.clock.0.lock().unwrap();
        reading.wall = reading.wall - seconds;
    }

    fn parts(&self) -> Parts {
        Parts {
            db: db::open(&self.folder.join("keeper.db")).unwrap(),
            keystore: Keystore::open(Box::new(self.medium.clone())).unwrap(),
            ledger: Box::new(self.ledger_files()),
            blobs: Box::new(self.blobs()),
            clock: Arc::new(self.clock.clone()),
            entropy: Box::new(SeededEntropy::new(12345)),
        }
    }

    pub(crate) fn restart_locked_after(&mut self, seconds: u64) -> Locked {
        self.engine = None;
        self.pass(seconds);
        Locked::start(self.parts()).unwrap()
    }

    pub(super) fn restart_after(&mut self, seconds: u64) {
        let locked = self.restart_locked_after(seconds);
        self.engine = Some(locked.unlock(PASSPHRASE).map_err(|(_, error)| error).unwrap());
    }

    // ---------------------------------------------------------- documents

    pub(super) fn picture(&self) -> Vec<u8> {
        b"what stands for a picture".repeat(1000)
    }

    fn request(&self, jti: &str, policy: &str, exp: u64, key: &SigningKey) -> String {
        let ask = request::Ask {
            site: "site-a".parse().unwrap(),
            jti: format!("{:-<20}", jti.replace(' ', "-")),
            issued: START,
            expires: START + exp,
            policy: policy.parse().unwrap(),
            sub: sub(),
            return_url: "https://site-a.example/back".into(),
        };
        request::sign_request(key, self.keeper(), &ask).unwrap()
    }

    fn keeper(&self) -> sekisho_core::id::KeeperId {
        self.engine.as_ref().unwrap().room.keeper()
    }

    pub(super) fn intake_keys(&mut self) -> IntakeKeys {
        let Ok(GateAnswer::IntakeKey(keys)) = self.gate(GateRequest::IntakeKey) else { panic!("no intake key") };
        keys
    }

    /// Seals as a gate does.
    fn sealed(&mut self, jti: &str, request: String, keys: &IntakeKeys) -> Receive {
        let mut entropy = SeededEntropy::new(self.clock.read_now().since_boot * 1_000_003 + self.contexts.len() as u64);
        let document = DocumentId::random(&mut entropy);
        let site = "site-a".parse().unwrap();
        let jti = format!("{:-<20}", jti.replace(' ', "-"));
        let check = CheckId::derive(self.keeper(), &site, &jti);
        let intake = &keys.keys[0];
        let context = Context {
            version: FormatVersion::V1,
            keeper: keys.keeper,
            site,
            check,
            document,
            deadline: intake.deadline,
        };
        let key = DocumentKey::fresh(&mut entropy);
        let ciphertext = seal_document(&key, &context, &self.picture(), &mut entropy);
        let public = IntakePublic::from_bytes(&intake.public).unwrap();
        let sealed_key = seal_key(&public, &context, &key, &mut entropy);
        self.put_blob(document, &ciphertext);
        self.contexts.insert(document, context);
        Receive {
            request,
            document,
            kind: "jp-driving-licence".parse().unwrap(),
            intake_key: intake.id,
            deadline: intake.deadline,
            sealed_key,
            ciphertext_sha256: body_sha256(&ciphertext),
            ciphertext_len: ciphertext.len() as u64,
            withdraw_sha256: body_sha256(&MEMBER_SECRET),
        }
    }

    fn put_blob(&self, document: DocumentId, bytes: &[u8]) {
        let path = self.folder.join("blobs").join(relative_path(document));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        let now = std::time::UNIX_EPOCH + std::time::Duration::from_secs(self.now().0);
        fs::File::options().write(true).open(path).unwrap().set_modified(now).unwrap();
    }

    fn receive(&mut self, receive: Receive) -> Result<(CheckId, DocumentId), Refusal> {
        let document = receive.document;
        match self.gate(GateRequest::Receive(receive))? {
            GateAnswer::Received(received) => Ok((received.check, document)),
            _ => panic!("not received"),
        }
    }

    pub(crate) fn submit(&mut self, jti: &str) -> (CheckId, DocumentId) {
        self.try_submit(jti).unwrap()
    }

    pub(super) fn try_submit(&mut self, jti: &str) -> Result<(CheckId, DocumentId), Refusal> {
        let keys = self.intake_keys();
        self.submit_with(jti, &keys)
    }

    pub(super) fn submit_with(&mut self, jti: &str, keys: &IntakeKeys) -> Result<(CheckId, DocumentId), Refusal> {
        let request = self.request(jti, "jp-dating-site", 7 * 24 * HOUR, &site_key());
        let receive = self.sealed(jti, request, keys);
        self.receive(receive)
    }

    fn submit_bent(
        &mut self,
        request: impl FnOnce(&Self) -> String,
        bend: impl FnOnce(&mut Receive),
    ) -> Result<(CheckId, DocumentId), Refusal> {
        let (request, keys) = (request(self), self.intake_keys());
        let mut receive = self.sealed("bent", request, &keys);
        bend(&mut receive);
        self.receive(receive)
    }

    fn honest(&self) -> String {
        self.request("bent", "jp-dating-site", HOUR, &site_key())
    }

    pub(super) fn submit_forged(&mut self) -> Result<(CheckId, DocumentId), Refusal> {
        let other = SigningKey::generate(Alg::ES256, &mut SeededEntropy::new(3));
        self.submit_bent(|house| house.request("bent", "jp-dating-site", HOUR, &other), |_| ())
    }

    pub(super) fn submit_expired(&mut self) -> Result<(CheckId, DocumentId), Refusal> {
        self.pass(2 * MINUTE);
        self.submit_bent(|house| house.request("bent", "jp-dating-site", MINUTE, &site_key()), |_| ())
    }

    pub(super) fn submit_under(&mut self, policy: &str) -> Result<(CheckId, DocumentId), Refusal> {
        self.submit_bent(|house| house.request("bent", policy, HOUR, &site_key()), |_| ())
    }

    pub(super) fn submit_kind(&mut self, kind: &str) -> Result<(CheckId, DocumentId), Refusal> {
        self.submit_bent(Self::honest, |receive| receive.kind = kind.parse().unwrap())
    }

    pub(super) fn submit_without_blob(&mut self) -> Result<(CheckId, DocumentId), Refusal> {
        self.submit_bent(Self::honest, |receive| receive.document = DocumentId::from_bytes([1; 16]))
    }

    pub(super) fn submit_with_longer_deadline(&mut self) -> Result<(CheckId, DocumentId), Refusal> {
        self.submit_bent(Self::honest, |receive| receive.deadline = receive.deadline + HOUR)
    }

    /// A ciphertext that was written now, by this house's clock, and never received.
    pub(super) fn leave_an_orphan(&self) -> DocumentId {
        let document = DocumentId::from_bytes([0xAB; 16]);
        self.put_blob(document, b"sealed and never received");
        document
    }

    pub(super) fn has_blob(&self, document: DocumentId) -> bool {
        self.blobs().length(document).is_ok()
    }

    pub(super) fn swap_blob(&self, document: DocumentId) {
        let mut bytes = self.blobs().read(document, u64::MAX).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        self.put_blob(document, &bytes);
    }

    pub(super) fn check(&mut self, check: CheckId) -> CheckView {
        match self.gate(GateRequest::Check(check)) {
            Ok(GateAnswer::Check(view)) => *view,
            _ => panic!("no check"),
        }
    }

    // -------------------------------------------------------------- staff

    pub(crate) fn begin_shift(&mut self) -> ShiftToken {
        self.begin_shift_as(Role::Reviewer)
    }

    pub(super) fn begin_shift_as(&mut self, role: Role) -> ShiftToken {
        self.prove(role, None).token
    }

    pub(super) fn touch(&mut self, shift: &ShiftToken) {
        self.prove(Role::Reviewer, Some(shift.clone()));
    }

    /// Enrols a second reviewer, as an administrator would while founding.
    pub(super) fn enrol_second_reviewer(&mut self) {
        let shift = self.begin_shift_as(Role::Administrator);
        let invite = DeskRequest::Invite { shift, name: "second".into(), role: Role::Reviewer };
        let Ok(DeskAnswer::Invitation { invitation, .. }) = self.desk(invite) else { panic!("no invitation") };
        self.enrol(&invitation).unwrap();
    }

    pub(super) fn begin_second_reviewers_shift(&mut self) -> ShiftToken {
        self.prove_as(NEWCOMER, None).token
    }

    fn prove(&mut self, role: Role, shift: Option<ShiftToken>) -> Shift {
        let n = people().into_iter().find(|(_, r)| *r == role).unwrap().0;
        self.prove_as(n, shift)
    }

    fn prove_as(&mut self, n: u8, shift: Option<ShiftToken>) -> Shift {
        let Ok(DeskAnswer::ShiftOptions(options)) = self.desk(DeskRequest::ShiftOptions { shift }) else {
            panic!("no options")
        };
        let assertion = Person::new(n).prove(&options.challenge);
        match self.desk(DeskRequest::BeginShift { ceremony: options.ceremony, assertion }) {
            Ok(DeskAnswer::Shift(shift)) => shift,
            other => panic!("no shift: {other:?}"),
        }
    }

    fn try_next(&mut self, shift: &ShiftToken) -> Answered<Option<AssignmentId>> {
        match self.desk(DeskRequest::Next(shift.clone()))? {
            DeskAnswer::Next(next) => Ok(next.map(|next| next.assignment)),
            _ => panic!("not an assignment"),
        }
    }

    pub(crate) fn next(&mut self, shift: &ShiftToken) -> Option<AssignmentId> {
        self.try_next(shift).unwrap()
    }

    pub(super) fn next_refused(&mut self, shift: &ShiftToken) -> Refusal {
        self.try_next(shift).unwrap_err()
    }

    pub(super) fn view(&mut self, shift: &ShiftToken, assignment: AssignmentId) -> Result<Vec<u8>, Refusal> {
        match self.ask(Ask::Desk(DeskRequest::View { shift: shift.clone(), assignment })) {
            Outcome::Draw { content, .. } => Ok(content.as_bytes().to_vec()),
            Outcome::Say(Reply::Desk(Err(refusal))) => Err(refusal),
            _ => panic!("neither a picture nor a refusal"),
        }
    }

    pub(super) fn decide(
        &mut self,
        shift: &ShiftToken,
        assignment: AssignmentId,
        reason: Reason,
    ) -> Result<CheckState, Refusal> {
        match self.desk(DeskRequest::Decide { shift: shift.clone(), assignment, reason })? {
            DeskAnswer::Decided(state) => Ok(state),
            _ => panic!("not decided"),
        }
    }

    /// A whole review by one reviewer.
    pub(super) fn review(&mut self, reason: Reason) -> Result<CheckState, Refusal> {
        let shift = self.begin_shift();
        let assignment = self.next(&shift).unwrap();
        self.view(&shift, assignment)?;
        self.decide(&shift, assignment, reason)
    }

    pub(super) fn founding_token(&mut self) -> Option<String> {
        self.engine().founding_token().unwrap().map(|(token, _)| token)
    }

    pub(super) fn enrol(&mut self, token: &str) -> Answered<DeskAnswer> {
        let options = self.desk(DeskRequest::EnrolOptions { invitation: token.into() })?;
        let DeskAnswer::EnrolOptions(options) = options else { panic!("no options") };
        let person = Person::new(NEWCOMER);
        self.desk(DeskRequest::Enrol {
            ceremony: options.ceremony,
            client_data: Person::client_data("webauthn.create", &options.challenge),
            attestation: person.register(),
        })
    }

    // --------------------------------------------------------------- site

    fn call(&mut self, path: &str, key: &SigningKey) -> SignedCall {
        self.calls += 1;
        let jti = format!("call-{:016}", self.calls);
        let call =
            Call { site: &"site-a".parse().unwrap(), method: "POST", path, body: b"", issued: self.now(), jti: &jti };
        let jws = sign_call(key, self.keeper(), &call).unwrap();
        SignedCall { jws, method: "POST".into(), path: path.into(), body_sha256: body_sha256(b"") }
    }

    pub(super) fn signed_withdrawal(&mut self, check: CheckId) -> SignedCall {
        self.call(&format!("/v1/checks/{check}/withdraw"), &site_key())
    }

    pub(super) fn withdraw_forged(&mut self, check: CheckId) -> Answered<GateAnswer> {
        let other = SigningKey::generate(Alg::ES256, &mut SeededEntropy::new(4));
        let call = self.call(&format!("/v1/checks/{check}/withdraw"), &other);
        self.gate(GateRequest::Withdraw { check, call })
    }

    pub(super) fn member_leaves(&mut self) {
        let call = self.call(&format!("/v1/members/{}/left", sub()), &site_key());
        self.gate(GateRequest::MemberLeft { sub: sub_text(), call }).unwrap();
    }

    pub(super) fn verified_claims(&mut self, attestation: &str) -> serde_json::Value {
        let Ok(GateAnswer::Directory(directory)) = self.gate(GateRequest::Directory) else { panic!("no directory") };
        let keys = Jwks::parse(&directory.jwks).unwrap();
        serde_json::from_slice(&verify(attestation, TYP_ATTESTATION, &keys).unwrap()).unwrap()
    }

    // ------------------------------------------------------------- looking

    pub(super) fn bodies(&mut self) -> Vec<Vec<u8>> {
        let db = &self.engine().db;
        let mut all = db.prepare("SELECT body FROM event ORDER BY place").unwrap();
        all.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    /// The document of the newest assignment.
    pub(super) fn assigned_document(&mut self) -> DocumentId {
        let newest = self.bodies().into_iter().rev().map(|body| Event::from_bytes(&body).unwrap().what);
        let assigned = newest.filter_map(|what| match what {
            What::Assigned { document, .. } => Some(document),
            _ => None,
        });
        assigned.take(1).next().unwrap()
    }

    pub(super) fn events(&mut self, which: impl Fn(&What) -> bool) -> usize {
        self.bodies().iter().filter(|body| which(&Event::from_bytes(body).unwrap().what)).count()
    }

    pub(super) fn ledger_size(&mut self) -> u64 {
        match self.gate(GateRequest::Status) {
            Ok(GateAnswer::Status(status)) => status.ledger_size,
            _ => panic!("no status"),
        }
    }

    /// Whether a text stands anywhere in the database's files.
    pub(super) fn database_holds(&mut self, text: &str) -> bool {
        let found = |name: &str| {
            let bytes = fs::read(self.folder.join(name)).unwrap_or_default();
            bytes.windows(text.len()).any(|window| window == text.as_bytes())
        };
        found("keeper.db") || found("keeper.db-wal")
    }

    pub(super) fn batch_of_good_and_bad(&mut self) -> Vec<Outcome> {
        let keys = self.intake_keys();
        let ask = |house: &mut Self, jti: &str, good: bool| {
            let request = house.request(jti, "jp-dating-site", HOUR, &site_key());
            let mut receive = house.sealed(jti, request, &keys);
            receive.ciphertext_len += u64::from(!good);
            Ask::Gate(GateRequest::Receive(receive))
        };
        let asks = vec![ask(self, "good-1", true), ask(self, "bad", false), ask(self, "good-2", true)];
        self.engine().run(asks)
    }

    // ------------------------------------------------------------- attacks

    pub(super) fn copy(&mut self) -> Copy {
        static COPIES: AtomicU64 = AtomicU64::new(0);
        let number = COPIES.fetch_add(1, Ordering::Relaxed);
        let folder = self.folder.join(format!("copy-{number}"));
        fs::create_dir_all(&folder).unwrap();
        for name in ["keeper.db", "keeper.db-wal"] {
            let _ = fs::copy(self.folder.join(name), folder.join(name));
        }
        let blobs = self.blobs();
        let taken = blobs.list().unwrap().into_iter();
        let taken = taken.map(|(document, _)| (document, blobs.read(document, u64::MAX).unwrap())).collect();
        Copy { database: folder.join("keeper.db"), blobs: taken, keystore: self.medium.snapshot() }
    }

    /// What somebody with full knowledge of the formats gets of a document out of a copy and a keystore.
    pub(super) fn attack(&self, copy: &Copy, keystore: &[u8], document: DocumentId) -> bool {
        let medium = Box::new(MemoryMedium::from_bytes(keystore.to_vec()));
        let keystore = Keystore::open(medium).unwrap();
        let (keys, _) = keystore.unlock(PASSPHRASE).unwrap();
        let db = db::open(&copy.database).unwrap();
        let row: (i64, i64, Option<Vec<u8>>) = db
            .query_row(
                "SELECT root_hour, deadline, wrapped FROM document WHERE id = ?1",
                [&document.as_bytes()[..]],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .unwrap();
        let Some(wrapped) = row.2 else { return false };
        let (root, deadline) = (sekisho_core::time::Hour(row.0 as u64), Timestamp(row.1 as u64).hour());
        let hold = Hold { keeper: keystore.keeper(), document, root, deadline };
        let Ok(key) = custody::unwrap(&keys, hold, &wrapped) else { return false };
        open_document(&key, &self.contexts[&document], &copy.blobs[&document]).is_ok()
    }
}

pub(super) fn is_refused(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Say(Reply::Gate(Err(_)) | Reply::Desk(Err(_)) | Reply::Courier(Err(_))))
}

pub(super) fn start_with_other_keystore_refused() -> bool {
    let mut house = House::founded();
    let (keeper, now) = (house.keeper(), house.now().hour());
    house.engine = None;
    let medium = Box::new(MemoryMedium::new(KEYSTORE_SIZE));
    let production =
        Keystore::create(medium, (keeper, false, now), PASSPHRASE, Cost::TEST, &mut SeededEntropy::new(8)).unwrap();
    matches!(Locked::start(Parts { keystore: production, ..house.parts() }), Err(StartError::TestMark))
}
