//! One harness for the tests of every endpoint: a manual clock, seeded randomness, a temporary database and
//! folder, a keeper that opens what is sealed to it, and a reader that does as it is told.

mod fixture;
mod http;
mod keeper;
mod reader;

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{Router, extract::DefaultBodyLimit};
use sekisho_core::{
    id::{CheckId, KeeperId},
    time::{Clock, Reading, Timestamp},
};
use sekisho_keeper::{
    jose::{
        SigningKey, Sub,
        call::{self, Call},
        request,
    },
    wire::Unheard,
};
use sekisho_seal::testing::SeededEntropy;
use serde_json::Value;

pub(crate) use http::{Answer, Asking};
use keeper::ScriptedKeeper;
use reader::ScriptedReader;

use super::{Gate, Settings, router};
use crate::{
    service::room::{Known, Pinned, Room},
    store::gate_sqlite::GateSqlite,
    vault::fs::FolderBlobs,
};

/// What members upload here: it must be found nowhere afterwards.
pub(crate) const PICTURE: &[u8] = b"\x89PNG a planted picture, born 1990-04-01, MEMBER TARO";

/// 2026-11-21 19:00 in Japan.
pub(crate) const NOW: Timestamp = Timestamp(1_795_255_200);

pub(crate) const KEEPER: KeeperId = KeeperId::from_bytes([9; 16]);

/// A clock that tests move.
pub(crate) struct ManualClock(AtomicU64);

impl Clock for ManualClock {
    fn read(&self) -> Reading {
        let wall = Timestamp(self.0.load(Ordering::SeqCst));
        Reading { wall, since_boot: wall.since(NOW) }
    }
}

/// What a site asks, with good values unless said otherwise.
#[derive(Clone, Copy)]
pub(crate) struct Ask {
    pub(crate) member: &'static [u8],
    pub(crate) jti: &'static str,
    pub(crate) policy: &'static str,
    pub(crate) return_url: &'static str,
}

impl Default for Ask {
    fn default() -> Self {
        Self {
            member: b"member",
            jti: "0123456789abcdef",
            policy: "jp-dating-site",
            return_url: "https://site-a.example/back",
        }
    }
}

/// A gate with all that stands behind it.
pub(crate) struct TestGate {
    pub(crate) keeper: Arc<ScriptedKeeper>,
    pub(crate) reader: Arc<ScriptedReader>,
    clock: Arc<ManualClock>,
    folder: tempfile::TempDir,
    gate: Gate,
    router: Router,
    calls: AtomicU64,
}

/// A check that was announced.
pub(crate) struct Invitation {
    pub(crate) check: CheckId,
    pub(crate) link: String,
}

impl TestGate {
    pub(crate) async fn new() -> Self {
        Self::build(fixture::directory(), "http://gate.localhost").await
    }

    pub(crate) async fn with_second_site() -> Self {
        let mut directory = fixture::directory();
        directory.sites.push(fixture::site("site-b"));
        Self::build(directory, "http://gate.localhost").await
    }

    pub(crate) async fn with_tls() -> Self {
        Self::build(fixture::directory(), "https://gate.example").await
    }

    /// Nobody works until 28 November, 9:00.
    pub(crate) async fn closed_for_days() -> Self {
        let mut directory = fixture::directory();
        directory.policies[0].hours = fixture::long_weekend();
        Self::build(directory, "http://gate.localhost").await
    }

    /// The policy keeps a picture for so many hours.
    pub(crate) async fn keeping_pictures_for(hours: u16) -> Self {
        let mut directory = fixture::directory();
        directory.policies[0].retention.picture_hours = hours;
        Self::build(directory, "http://gate.localhost").await
    }

    async fn build(directory: sekisho_keeper::wire::Directory, origin: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let blobs = folder.path().join("blobs");
        fs::create_dir(&blobs).unwrap();
        let clock = Arc::new(ManualClock(AtomicU64::new(NOW.0)));
        let keeper = Arc::new(ScriptedKeeper::new(Arc::clone(&clock), directory, blobs.clone()));
        let reader = Arc::new(ScriptedReader::default());
        let room = Room {
            keeper: Arc::clone(&keeper) as _,
            store: Arc::new(GateSqlite::open(&folder.path().join("gate.db")).unwrap()),
            blobs: Arc::new(FolderBlobs::new(blobs)),
            reader: Arc::clone(&reader) as _,
            clock: Arc::clone(&clock) as _,
            entropy: Mutex::new(Box::new(SeededEntropy::new(7))),
            pinned: Pinned { keeper: KEEPER, identity: keeper.identity() },
            known: Known::default(),
        };
        let tls = origin.starts_with("https:");
        let settings = Settings { origin: origin.into(), tls, behind_proxy: true, reads_print: false };
        let gate = Gate::new(room, settings);
        Self { keeper, reader, clock, folder, router: router(gate.clone()), gate, calls: AtomicU64::new(0) }
    }

    pub(crate) const fn gate(&self) -> &Gate {
        &self.gate
    }

    pub(crate) fn room(&self) -> &Room {
        self.gate.room()
    }

    /// What was passed on to the keeper, as soon as it is so much.
    pub(crate) async fn passed_on(&self, count: usize) -> Vec<Unheard> {
        for _ in 0..1000 {
            if self.keeper.unheard().len() >= count {
                break;
            }
            tokio::task::yield_now().await;
        }
        self.keeper.unheard()
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.0.fetch_add(seconds, Ordering::SeqCst);
    }

    pub(crate) async fn sweep(&self) {
        self.gate.room().store.sweep(self.gate.room().now()).await.unwrap();
    }

    pub(crate) fn take_all_places(&self) -> Vec<tokio::sync::OwnedSemaphorePermit> {
        self.gate.places().take_all()
    }

    // ------------------------------------------------------------ asking

    pub(crate) fn get(&self, path: &str) -> Asking {
        Asking::new(self.router.clone(), "GET", path)
    }

    pub(crate) fn post(&self, path: &str) -> Asking {
        Asking::new(self.router.clone(), "POST", path)
    }

    pub(crate) fn sub(&self, member: &[u8]) -> String {
        Sub::of_member(&[4; 32], member).to_string()
    }

    pub(crate) fn sign(&self, ask: Ask) -> String {
        self.sign_with(&fixture::key_of("site-a"), ask)
    }

    /// A request in a site's name, signed with a key that isn't the site's.
    pub(crate) fn sign_as_a_thief(&self) -> String {
        self.sign_with(&fixture::key_of("site-b"), Ask::default())
    }

    fn sign_with(&self, key: &SigningKey, ask: Ask) -> String {
        let issued = NOW;
        let ask = request::Ask {
            site: "site-a".parse().unwrap(),
            jti: ask.jti.into(),
            issued,
            expires: issued + 86_400,
            policy: ask.policy.parse().unwrap(),
            sub: Sub::of_member(&[4; 32], ask.member),
            return_url: ask.return_url.into(),
        };
        request::sign_request(key, KEEPER, &ask).unwrap()
    }

    pub(crate) fn sign_call(&self, method: &str, path: &str, body: &[u8]) -> String {
        self.sign_call_as("site-a", method, path, body)
    }

    pub(crate) fn sign_call_as(&self, site: &str, method: &str, path: &str, body: &[u8]) -> String {
        let jti = format!("call-{:012}", self.calls.fetch_add(1, Ordering::SeqCst));
        let key: SigningKey = fixture::key_of(site);
        let (site, issued) = (site.parse().unwrap(), self.clock.read().wall);
        call::sign_call(&key, KEEPER, &Call { site: &site, method, path, body, issued, jti: &jti }).unwrap()
    }

    /// A call that the site signed.
    pub(crate) async fn call(&self, method: &str, path: &str, body: &[u8]) -> Answer {
        self.call_as("site-a", method, path, body).await
    }

    pub(crate) async fn call_as(&self, site: &str, method: &str, path: &str, body: &[u8]) -> Answer {
        let jws = self.sign_call_as(site, method, path, body);
        let asking = Asking::new(self.router.clone(), method, path);
        asking.header("sekisho-call", &jws).body(body.to_vec()).send().await
    }

    /// A signed call that carries a member's cookie too.
    pub(crate) async fn call_with(&self, method: &str, path: &str, cookie: &str) -> Answer {
        let jws = self.sign_call(method, path, b"");
        let asking = Asking::new(self.router.clone(), method, path);
        asking.header("sekisho-call", &jws).header("cookie", cookie).send().await
    }

    pub(crate) async fn announce(&self, jws: &str) -> Answer {
        self.post("/v1/checks").header("content-type", "application/jwt").body(jws).send().await
    }

    pub(crate) async fn announced(&self) -> Invitation {
        let answer = self.announce(&self.sign(Ask::default())).await;
        assert!(answer.status < 300, "{}", answer.text());
        let body = answer.json();
        Invitation { check: body["check"].as_str().unwrap().parse().unwrap(), link: self.path_of(&body["member_url"]) }
    }

    /// The path of an address that an answer named.
    pub(crate) fn path_of(&self, url: &Value) -> String {
        let url = url.as_str().unwrap();
        url.strip_prefix(&self.gate.settings().origin).unwrap().into()
    }

    /// A member who came in by their link.
    pub(crate) async fn member(&self) -> Member<'_> {
        let Invitation { check, link } = self.announced().await;
        let entered = self.post(&link).send().await;
        let cookie = entered.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        Member { gate: self, check, cookie }
    }

    /// The same, when the site announced the same request before.
    pub(crate) async fn announced_again(&self) -> Member<'_> {
        self.member().await
    }

    /// A path for a route, filled with what exists.
    pub(crate) fn fill(&self, route: &str, member: &Member<'_>) -> String {
        let path = route.replace("{check}", &member.check.to_string()).replace("{sub}", &self.sub(b"member"));
        let path = path.replace("{token}", member.cookie.split('=').nth(1).unwrap());
        path.replace("{kind}", "jp-driving-licence").replace("{version}", "0").replace("{name}", "gate.css")
    }

    // ------------------------------------------------------------ looking

    /// How many blobs there are.
    pub(crate) fn blobs(&self) -> usize {
        files(&self.folder.path().join("blobs")).len()
    }

    pub(crate) fn anything_on_disk_holds(&self, needle: &[u8]) -> bool {
        files(self.folder.path()).iter().any(|path| holds(path, needle))
    }

    pub(crate) fn database_holds(&self, needle: &[u8]) -> bool {
        let database = |path: &&PathBuf| path.file_name().unwrap().to_str().unwrap().starts_with("gate.db");
        let all = files(self.folder.path());
        // What was deleted may still stand in the write-ahead log until it is folded in.
        rusqlite::Connection::open(self.folder.path().join("gate.db"))
            .and_then(|db| db.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(())))
            .unwrap();
        all.iter().filter(database).any(|path| holds(path, needle))
    }
}

fn holds(path: &Path, needle: &[u8]) -> bool {
    fs::read(path).unwrap().windows(needle.len()).any(|window| window == needle)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// A member with a session.
pub(crate) struct Member<'a> {
    gate: &'a TestGate,
    pub(crate) check: CheckId,
    cookie: String,
}

impl Member<'_> {
    pub(crate) fn cookie(&self) -> &str {
        &self.cookie
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.gate.get(path).header("cookie", &self.cookie).send().await
    }

    pub(crate) async fn post(&self, path: &str) -> Answer {
        self.gate.post(path).header("cookie", &self.cookie).send().await
    }

    pub(crate) async fn upload(&self) -> Answer {
        self.upload_as("jp-driving-licence").await
    }

    pub(crate) async fn upload_as(&self, kind: &str) -> Answer {
        self.form(kind, PICTURE).send().await
    }

    pub(crate) async fn upload_by_script(&self) -> Answer {
        self.form("jp-driving-licence", PICTURE).header("accept", "application/json").send().await
    }

    pub(crate) async fn upload_bytes(&self, bytes: &[u8]) -> Answer {
        self.form("jp-driving-licence", bytes).header("accept", "application/json").send().await
    }

    pub(crate) async fn upload_from(&self, site: &'static str) -> Answer {
        self.form("jp-driving-licence", PICTURE).header("sec-fetch-site", site).send().await
    }

    pub(crate) async fn upload_from_address(&self, address: &'static str) -> Answer {
        let form = self.form("jp-driving-licence", PICTURE).header("accept", "application/json");
        form.header("x-forwarded-for", address).send().await
    }

    fn form(&self, kind: &str, picture: &[u8]) -> Asking {
        self.form_with(kind, ("boxes", r#"[{"x":1,"y":2,"w":30,"h":40}]"#), picture)
    }

    fn form_with(&self, kind: &str, field: (&str, &str), picture: &[u8]) -> Asking {
        let asking = self.gate.post(&format!("/check/photo/{kind}")).header("cookie", &self.cookie);
        asking.form(field, picture)
    }

    /// As a page without script sends it: with a tick, or without.
    pub(crate) async fn upload_plainly(&self, ticked: bool) -> Answer {
        let field = if ticked { ("lies", "as_drawn") } else { ("unknown", "") };
        self.form_with("jp-driving-licence", field, PICTURE).send().await
    }
}

/// Serves the pages for a human to look at: `cargo test -p sekisho look_at_the_pages -- --ignored --nocapture`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "serves until it is stopped; for looking at the pages"]
async fn look_at_the_pages() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let origin = format!("http://gate.localhost:{}", listener.local_addr().unwrap().port());
    let mut directory = fixture::directory();
    if std::env::var_os("CLOSED").is_some() {
        directory.policies[0].hours = fixture::long_weekend();
    }
    let gate = TestGate::build(directory, &origin).await;
    println!("{origin}{}", gate.announced().await.link);
    let steer = axum::routing::post({
        let keeper = Arc::clone(&gate.keeper);
        let reader = Arc::clone(&gate.reader);
        move |axum::extract::Path(what): axum::extract::Path<String>| async move {
            match what.as_str() {
                "approve" => keeper.decide(sekisho_core::check::CheckState::Approved),
                "retake" => keeper.decide(sekisho_core::check::CheckState::AwaitingDocument),
                "lock" => keeper.lock(),
                "away" => keeper.away(),
                "turn" => reader.turn_away(sekisho_inspect::wire::Code::Blurred),
                _ => reader.accept(),
            }
        }
    });
    let router = gate.router.clone().route("/steer/{what}", steer).layer(DefaultBodyLimit::max(26_000_000));
    axum::serve(tokio::net::TcpListener::from_std(listener).unwrap(), router).await.unwrap();
}
