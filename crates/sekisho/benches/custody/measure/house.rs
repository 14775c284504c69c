//! A keeper on real files with a driven clock, asked without a socket or through one.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use sekisho::{
    policy_file,
    site::kit::{Kit, Profile},
    testing::authenticator::SoftAuthenticator,
};
use sekisho_core::{
    budget::Limits,
    check::Role,
    entropy::fresh,
    id::KeeperId,
    policy::Text,
    time::{Clock, Reading, Timestamp},
    watch,
};
use sekisho_keeper::{
    blobs::FolderBlobs,
    db,
    engine::{Ask, Engine, Founder, Ground, Locked, Outcome, Parts, Plan, Reply, found},
    jose::Alg,
    keystore::{Cost, FileMedium, KEYSTORE_SIZE, Keys, Keystore, Medium},
    ledger::DirFiles,
    webauthn::{RelyingParty, verify_registration},
    wire::{Answered, DeskAnswer, DeskRequest, GateAnswer, GateRequest, ShiftToken},
};
use sekisho_sys::entropy::SystemEntropy;
use tempfile::TempDir;

use super::Done;

/// What unlocks its keystore.
pub(crate) const PASSPHRASE: &[u8] = b"a passphrase for benchmarks";
const HOST: &str = "desk.example.jp";
const ORIGIN: &str = "https://desk.example.jp";
/// A full hour, so that a test of an hour's change begins at its beginning.
const START: Timestamp = Timestamp(1_795_240_800);

/// The policy that documents come under.
pub(crate) const POLICY: &str = "jp-dating-site";

/// A clock that goes when it is told to.
#[derive(Clone)]
pub(crate) struct Driven(Arc<Mutex<Reading>>);

impl Driven {
    /// Lets time pass.
    pub(crate) fn pass(&self, seconds: u64) {
        let mut reading = self.0.lock().expect("nobody panics with it");
        reading.wall = reading.wall + seconds;
        reading.since_boot += seconds;
    }
}

impl Driven {
    /// Turns time back, for a keeper that isn't running and wrote nothing since.
    pub(crate) fn back(&self, seconds: u64) {
        let mut reading = self.0.lock().expect("nobody panics with it");
        reading.wall = reading.wall - seconds;
        reading.since_boot -= seconds;
    }
}

impl Clock for Driven {
    fn read(&self) -> Reading {
        *self.0.lock().expect("nobody panics with it")
    }
}

/// A keeper in a folder of its own.
pub(crate) struct House {
    folder: TempDir,
    /// Its clock.
    pub(crate) clock: Driven,
    /// Its id.
    pub(crate) keeper: KeeperId,
    /// The site that asks.
    pub(crate) site: Kit,
    /// The reviewers' passkeys.
    pub(crate) people: Vec<SoftAuthenticator>,
    engine: Option<Engine>,
}

impl House {
    /// Founds one below `ground`, with so many reviewers and one officer, who comes last.
    pub(crate) fn found(ground: &Path, reviewers: usize) -> Done<Self> {
        let folder = tempfile::Builder::new().prefix("keeper-").tempdir_in(ground)?;
        std::fs::create_dir_all(folder.path().join("blobs"))?;
        let clock = Driven(Arc::new(Mutex::new(Reading { wall: START, since_boot: 100_000 })));
        let (site, mut people, mut founders) = (site(), Vec::new(), Vec::new());
        for number in 0..=reviewers {
            let role = if number < reviewers { Role::Reviewer } else { Role::Officer };
            let person = SoftAuthenticator::new(HOST, ORIGIN, &mut SystemEntropy)?;
            founders.push(founder(&person, role, number)?);
            people.push(person);
        }
        let plan = plan(&site, founders);
        let path = |name: &str| folder.path().join(name);
        let engine = found(
            Ground {
                db: db::open(&path("keeper.db"))?,
                medium: Box::new(FileMedium::create(&path("keystore"), KEYSTORE_SIZE)?),
                ledger: Box::new(DirFiles::open(&path("ledger"), &path("journal"))?),
                blobs: Box::new(FolderBlobs::new(&path("blobs"))),
                clock: Arc::new(clock.clone()),
                entropy: Box::new(SystemEntropy),
            },
            &plan,
            PASSPHRASE,
        )?;
        let keeper = Keystore::open(Box::new(FileMedium::open(&path("keystore"))?))?.keeper();
        Ok(Self { folder, clock, keeper, site, people, engine: Some(engine) })
    }

    /// A file or folder of it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The time that its clock shows.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.read().wall
    }

    /// The keeper's engine.
    pub(crate) fn engine(&mut self) -> &mut Engine {
        self.engine.as_mut().expect("it was started")
    }

    /// The engine, for a server.
    pub(crate) fn lend_engine(&mut self) -> Engine {
        self.engine.take().expect("it was started")
    }

    /// Ends the keeper; its files stay.
    pub(crate) fn stop(&mut self) {
        self.engine = None;
    }

    /// What a start takes, with the keystore on another medium if one is given.
    pub(crate) fn parts(&self, medium: Option<Box<dyn Medium>>) -> Done<Parts> {
        let medium = match medium {
            Some(medium) => medium,
            None => Box::new(FileMedium::open(&self.path("keystore"))?),
        };
        Ok(Parts {
            db: db::open(&self.path("keeper.db"))?,
            keystore: Keystore::open(medium)?,
            ledger: Box::new(DirFiles::open(&self.path("ledger"), &self.path("journal"))?),
            blobs: Box::new(FolderBlobs::new(&self.path("blobs"))),
            clock: Arc::new(self.clock.clone()),
            entropy: Box::new(SystemEntropy),
        })
    }

    /// Unlocks what was started.
    pub(crate) fn unlock(&mut self, locked: Locked) -> Done {
        self.engine = Some(locked.unlock(PASSPHRASE).map_err(|(_, error)| error)?);
        Ok(())
    }

    /// Starts anew and unlocks, with the keystore on another medium if one is given.
    pub(crate) fn start(&mut self, medium: Option<Box<dyn Medium>>) -> Done {
        self.stop();
        let locked = Locked::start(self.parts(medium)?)?;
        self.unlock(locked)
    }

    /// Every key as it is now, for whoever lays documents in.
    pub(crate) fn keys(&self) -> Done<Keys> {
        let keystore = Keystore::open(Box::new(FileMedium::open(&self.path("keystore"))?))?;
        Ok(keystore.unlock(PASSPHRASE)?.0)
    }

    /// Runs a batch.
    pub(crate) fn run(&mut self, asks: Vec<Ask>) -> Vec<Outcome> {
        self.engine().run(asks)
    }

    /// Asks as the desk.
    pub(crate) fn desk(&mut self, request: DeskRequest) -> Answered<DeskAnswer> {
        match self.run(vec![Ask::Desk(request)]).pop() {
            Some(Outcome::Say(Reply::Desk(answer))) => answer,
            _ => panic!("not an answer to the desk"),
        }
    }

    /// Asks as the gate.
    pub(crate) fn gate(&mut self, request: GateRequest) -> Answered<GateAnswer> {
        match self.run(vec![Ask::Gate(request)]).pop() {
            Some(Outcome::Say(Reply::Gate(answer))) => answer,
            _ => panic!("not an answer to the gate"),
        }
    }

    /// Begins a shift of one of the people.
    pub(crate) fn begin_shift(&mut self, person: usize) -> Done<ShiftToken> {
        let options = match self.desk(DeskRequest::ShiftOptions { shift: None })? {
            DeskAnswer::ShiftOptions(options) => options,
            other => return Err(format!("no options: {other:?}").into()),
        };
        let assertion = self.people[person].get(&options.challenge)?;
        match self.desk(DeskRequest::BeginShift { ceremony: options.ceremony, assertion, from: None })? {
            DeskAnswer::Shift(shift) => Ok(shift.token),
            other => Err(format!("no shift: {other:?}").into()),
        }
    }
}

fn site() -> Kit {
    let profile = Profile {
        name: "sample-site".parse().expect("a name"),
        title: Text { ja: "見本".into(), en: "Sample".into() },
        policies: vec![POLICY.parse().expect("a name")],
        return_prefix: "https://site.example/".into(),
        webhook: Some("https://site.example/hook".into()),
    };
    Kit::new(profile, Alg::ES256, &mut SystemEntropy)
}

fn founder(person: &SoftAuthenticator, role: Role, number: usize) -> Done<Founder> {
    let challenge = fresh(&mut SystemEntropy);
    let made = person.create(&challenge);
    let party = RelyingParty { id: HOST.into(), origin: ORIGIN.into() };
    let passkey = verify_registration(&party, &challenge, &made.client_data, &made.attestation)?;
    Ok(Founder { name: format!("person-{number}"), role, passkey })
}

fn plan(site: &Kit, people: Vec<Founder>) -> Plan {
    Plan {
        test: true,
        desk_origin: ORIGIN.into(),
        ledger_name: "bench.sekisho.invalid".into(),
        cost: Cost::TEST,
        budget: Limits::endless(),
        watch: watch::Setup::all(watch::Switch::Off),
        policies: policy_file::built_in(),
        sites: vec![site.registration.clone()],
        people,
    }
}
