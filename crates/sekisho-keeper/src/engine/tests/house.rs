//! A whole installation for tests: a folder, a driven clock, a site, a reviewer, an officer, an administrator.

mod assault;
mod attacks;
mod budgets;
mod changes;
mod documents;
mod fixtures;
mod laying;
mod locking;
mod person;
mod restoring;
mod staff;
mod stepping;
pub(super) mod waiting;
mod watching;
mod witness;

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
    budget::Limits,
    check::{CheckState, LookReason, Reason, Role},
    event::{Event, What},
    id::{AssignmentId, ChangeId, CheckId, DocumentId, IntakeKeyId},
    policy::{AcceptedKind, AgeRule, Basis, BasisClass, Field, LeapDay, Policy, Reached, Retention, ReviewHours, Text},
    time::{Clock, HOUR, Reading, Timestamp},
    watch::{Setup, Switch},
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

pub(super) use changes::Hand;
pub(super) use fixtures::sub_text;
use fixtures::{people, policy, site, site_key, sub};
pub(super) use laying::LINK;
use person::{Driven, Person};
pub(super) use witness::{Lie, Witness};

pub(super) const MINUTE: u64 = 60;
pub(super) const MEMBER_SECRET: [u8; 32] = [77; 32];
pub(crate) const PASSPHRASE: &[u8] = b"a passphrase for tests";
const ORIGIN: &str = "https://desk.example.jp";
/// Whoever enrols by an invitation.
const NEWCOMER: u8 = 9;
const START: Timestamp = Timestamp(1_795_240_800);

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
        let _ = fs::remove_dir_all(self.beside());
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

    /// With every detector at work. The other houses work at a machine's pace.
    pub(super) fn watched() -> Self {
        Self::built_with(true, true, Setup::default())
    }

    fn built(test: bool, peopled: bool) -> Self {
        Self::built_with(test, peopled, Setup::all(Switch::Off))
    }

    fn built_with(test: bool, peopled: bool, watch: Setup) -> Self {
        let number = HOUSES.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("sekisho-house-{}-{number}", std::process::id()));
        fs::create_dir_all(folder.join("blobs")).unwrap();
        let clock = Driven::starting_at(START);
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
            budget: Limits::default(),
            watch,
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

    pub(super) fn keystore(&self) -> Vec<u8> {
        self.medium.snapshot()
    }

    pub(super) fn engine(&mut self) -> &mut Engine {
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

    pub(super) fn operator(&mut self, request: OperatorRequest) -> Answered<OperatorAnswer> {
        match self.ask(Ask::Operator(request)) {
            Outcome::Say(Reply::Operator(answer)) => answer,
            _ => panic!("not an answer to the operator"),
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

    /// What a server does before each request of a stream that leaves it no pause.
    pub(super) fn tick_as_under_load(&mut self) {
        self.engine().tick_if_due(false);
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
        self.clock.set_wall(self.now() + seconds);
    }

    pub(super) fn leap_back(&self, seconds: u64) {
        self.clock.set_wall(self.now() - seconds);
    }

    /// The wall shows again what time since boot says.
    pub(super) fn set_right(&self) {
        self.clock.set_right(START);
    }

    /// The wall shows `off` seconds more or less than `at`.
    pub(super) fn set_right_at(&self, at: Timestamp, off: i64) {
        self.clock.set_wall(Timestamp(at.0.saturating_add_signed(off)));
    }

    fn parts(&self) -> Parts {
        Parts {
            db: db::open(&self.folder.join("keeper.db")).unwrap(),
            keystore: Keystore::open(Box::new(self.medium.clone())).unwrap(),
            ledger: Box::new(self.ledger_files()),
            blobs: Box::new(self.blobs()),
            clock: Arc::new(self.clock.clone()),
            // Another seed at each start: a keeper never draws the same id twice.
            entropy: Box::new(SeededEntropy::new(12345 + self.clock.read_now().since_boot)),
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
