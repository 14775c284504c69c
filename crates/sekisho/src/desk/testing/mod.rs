//! A desk for tests: a keeper that plays along, a clock that stands still, seeded
//! randomness, SQLite on a temporary file.

mod alerts;
mod board;
mod changes;
mod fixtures;
mod keeper;
mod scope;

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, header},
};
use sekisho_core::{
    check::Role,
    entropy::Entropy,
    time::{Clock, Reading, Timestamp},
};
use serde_json::{Value, json};
use tower::ServiceExt;

pub(super) use self::board::Play;
pub(super) use self::keeper::{INVITATION, PlayKeeper, QUESTION, STOP_KEY};
use super::{Desk, Parts, Settings, router};
use crate::{
    service::desk_ports::{Installation, ProcessView},
    store::desk_sqlite::SqliteDeskStore,
};

/// Where the desk of a test stands.
pub(super) const ORIGIN: &str = "http://desk.localhost:7301";

/// 2026-11-21, 21:00 in Japan.
pub(super) const NOW: Timestamp = Timestamp(1_795_262_400);

/// A clock that shows [`NOW`].
struct Still;

impl Clock for Still {
    fn read(&self) -> Reading {
        Reading { wall: NOW, since_boot: 1_000 }
    }
}

/// Bytes that are the same in every run and never twice in one.
struct Counting(u64);

impl Entropy for Counting {
    fn fill(&mut self, out: &mut [u8]) {
        for chunk in out.chunks_mut(8) {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            chunk.copy_from_slice(&self.0.to_le_bytes()[..chunk.len()]);
        }
    }
}

/// An installation whose kernel lacks one thing.
struct Confined;

impl Installation for Confined {
    fn processes(&self) -> Vec<ProcessView> {
        ["supervisor", "gate", "desk", "keeper", "courier"]
            .into_iter()
            .map(|role| ProcessView {
                role: role.into(),
                confined: true,
                holds: ["seccomp", "no_new_privileges", "landlock_files"].map(String::from).into(),
                missing: vec!["landlock_scopes".into()],
            })
            .collect()
    }
}

/// What came back.
pub(super) struct Reply {
    pub(super) status: u16,
    headers: HeaderMap,
    pub(super) body: String,
}

impl Reply {
    /// A header's text; empty if there is none.
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("ASCII"))
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

/// A desk and one browser in front of it.
pub(super) struct TestDesk {
    pub(super) keeper: Arc<PlayKeeper>,
    router: Router,
    origin: String,
    session: Mutex<Option<(String, String)>>,
    _folder: tempfile::TempDir,
}

impl TestDesk {
    pub(super) fn new() -> Self {
        Self::at(ORIGIN)
    }

    /// A desk at another address.
    pub(super) fn at(origin: &str) -> Self {
        Self::with(origin, false)
    }

    /// A desk that a proxy stands before.
    pub(super) fn behind_a_proxy() -> Self {
        Self::with(ORIGIN, true)
    }

    fn with(origin: &str, behind_proxy: bool) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let store = SqliteDeskStore::open(&folder.path().join("desk.db")).expect("a database for the test");
        let keeper = Arc::new(PlayKeeper::new(origin));
        let settings = Settings { origin: origin.into(), behind_proxy, test: true, demo_reviewer: None };
        let parts = Parts {
            keeper: keeper.clone(),
            store: Arc::new(store),
            installation: Arc::new(Confined),
            clock: Arc::new(Still),
            entropy: Box::new(Counting(7)),
            settings,
        };
        let router = router(Desk::new(parts));
        Self { keeper, router, origin: origin.into(), session: Mutex::default(), _folder: folder }
    }

    /// The routes, to be served to a real browser.
    pub(super) fn router(&self) -> Router {
        self.router.clone()
    }

    /// The session's cookie as the browser sends it.
    pub(super) fn cookie(&self) -> String {
        self.session.lock().expect("one thread").as_ref().map_or_else(String::new, |(cookie, _)| cookie.clone())
    }

    fn form_token(&self) -> String {
        self.session.lock().expect("one thread").as_ref().map_or_else(String::new, |(_, token)| token.clone())
    }

    /// Begins a shift for somebody of that role.
    pub(super) async fn sign_in(&mut self, role: Role) {
        let reply = self.post_json("/shift/begin", &proof(role)).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        let cookie = reply.header("set-cookie").split(';').next().expect("a cookie").to_owned();
        *self.session.lock().expect("one thread") = Some((cookie, String::new()));
        let home = super::page::home_of(role);
        let page = self.get(home).await.body;
        let token = page.split("name=\"form_token\" value=\"").nth(1).expect("a form").split('"').next();
        self.session.lock().expect("one thread").as_mut().expect("a session").1 = token.expect("a token").into();
    }

    pub(super) async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], "").await
    }

    /// Sends a form as a page of ours would, with the session's token.
    pub(super) async fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let token = self.form_token();
        let fields: Vec<_> = [("form_token", &*token)].into_iter().chain(fields.iter().copied()).collect();
        self.post(path, &fields).await
    }

    /// Sends a form without a token.
    pub(super) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let body: Vec<_> = fields.iter().map(|(key, value)| format!("{key}={}", percent(value))).collect();
        let headers = [("origin", "null"), ("sec-fetch-site", "same-origin"), FORM];
        self.send("POST", path, &headers, &body.join("&")).await
    }

    /// Sends what a script of ours would.
    pub(super) async fn post_json(&self, path: &str, body: &Value) -> Reply {
        let headers = [("origin", &*self.origin), ("content-type", "application/json"), ("accept", "application/json")];
        self.send("POST", path, &headers, &body.to_string()).await
    }

    pub(super) async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let host = self.origin.split_once("://").expect("an origin").1;
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let given = request.headers_ref().expect("good headers").clone();
        for (name, value) in [(header::HOST, host.to_owned()), (header::COOKIE, self.cookie())] {
            if !given.contains_key(&name) && !value.is_empty() {
                request = request.header(name, value);
            }
        }
        let request = request.body(Body::from(body.to_owned())).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("infallible");
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, 8 << 20).await.expect("a body");
        let body = String::from_utf8(body.into()).expect("text");
        Reply { status: parts.status.as_u16(), headers: parts.headers, body }
    }
}

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// A proof that [`PlayKeeper`] takes for the person of that role without any passkey.
pub(super) fn proof(role: Role) -> Value {
    use base64ct::{Base64UrlUnpadded, Encoding};
    let text = |bytes: &[u8]| Base64UrlUnpadded::encode_string(bytes);
    json!({
        "ceremony": text(&[0; 16]),
        "credential": text(&keeper::staff_id(role)[..]),
        "clientData": text(b"{}"),
        "authenticatorData": text(&[0]),
        "signature": text(b"played"),
    })
}
