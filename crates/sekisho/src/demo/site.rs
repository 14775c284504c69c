//! The sample site: it asks for checks, hears the webhook, and opens its messages to adults only.

use std::{
    io,
    net::TcpListener,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, channel},
    },
    thread,
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use base64ct::{Base64UrlUnpadded, Encoding};
use hyper::Request;
use sekisho_core::{
    attestation::Attestation,
    entropy::fresh,
    id::{CheckId, KeeperId},
    time::{Clock, Timestamp},
};
use sekisho_keeper::jose::{
    Jwks, Sub, TYP_ATTESTATION,
    call::{Call, sign_call},
    request::{Ask, DEFAULT_LIFETIME, sign_request},
    verify,
};
use sekisho_sys::entropy::SystemEntropy;
use serde_json::{Value, json};
use tokio::task::spawn_blocking;
use zeroize::Zeroizing;

use super::{
    house::{POLICY, origin},
    member::expect,
    reviewer::Button,
    story::StoryError,
};
use crate::{
    client::{Client, Limits, Server, Session},
    courier::webhook,
    site::kit::Kit,
    supervisor::DrivenClock,
};

/// A webhook that came and whose signature holds.
pub(super) struct Heard {
    pub kind: String,
    pub check: String,
}

/// The sample site, running in a thread of its own.
pub struct Sample {
    /// Where it is.
    pub server: Server,
    books: Arc<Books>,
    heard: Mutex<Receiver<Heard>>,
}

/// What the site knows: its keys, the gate, and which of its members were shown to be adults.
struct Books {
    kit: Kit,
    keeper: KeeperId,
    gate: Server,
    server: Server,
    button: Button,
    clock: DrivenClock,
    adults: Mutex<Vec<Sub>>,
}

/// A check that the site asked for.
pub(super) struct Asked {
    pub check: CheckId,
    pub link: String,
}

#[derive(Clone)]
struct Shared {
    books: Arc<Books>,
    say: std::sync::mpsc::Sender<Heard>,
}

impl Sample {
    pub(super) fn start(
        listener: TcpListener,
        kit: Kit,
        keeper: KeeperId,
        gate: Server,
        (button, clock): (Button, DrivenClock),
    ) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let server = Server { address, authority: format!("site.localhost:{}", address.port()), tls: false };
        let books =
            Arc::new(Books { kit, keeper, gate, server: server.clone(), button, clock, adults: Mutex::default() });
        let (say, heard) = channel();
        let shared = Shared { books: Arc::clone(&books), say };
        listener.set_nonblocking(true)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let serve = move || {
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener)?;
                axum::serve(listener, routes(shared)).await
            })
        };
        thread::Builder::new().name("sample site".into()).spawn(serve)?;
        Ok(Self { server, books, heard: Mutex::new(heard) })
    }

    /// Where the desk's "demo reviewer" button posts to: the desk's name, since its cookie is set there.
    pub(super) fn button_address(&self) -> String {
        format!("http://desk.localhost:{}/demo/reviewer", self.server.address.port())
    }

    /// Asks for a check of its one member.
    pub(super) fn ask(&self) -> Result<Asked, StoryError> {
        self.books.ask()
    }

    /// Reads a check by the API, with a signed call.
    pub(super) fn check(&self, check: CheckId) -> Result<Value, StoryError> {
        Ok(serde_json::from_slice(&self.books.call(&format!("/v1/checks/{check}"))?)?)
    }

    /// Reads a check's receipt by the API.
    pub(super) fn receipt(&self, check: CheckId) -> Result<String, StoryError> {
        let bytes = self.books.call(&format!("/v1/checks/{check}/receipt"))?;
        String::from_utf8(bytes).map_err(|_| StoryError::Unexpected("the receipt"))
    }

    /// Verifies a claim with the keys that the gate publishes, as a site should.
    pub(super) fn verify(&self, attestation: &str) -> Result<Attestation, StoryError> {
        self.books.verify(attestation)
    }

    /// The ledger's verifier key, as the gate publishes it.
    pub(super) fn ledger_key(&self) -> Result<String, StoryError> {
        let about: Value = serde_json::from_slice(&self.books.get("/.well-known/sekisho")?)?;
        about["ledger_key"].as_str().map(str::to_owned).ok_or(StoryError::Unexpected("the ledger's key"))
    }

    /// Waits for a webhook.
    pub(super) fn hear(&self, patience: Duration) -> Option<Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(patience).ok()
    }

    /// Forgets who was shown to be an adult, so that the story can be told again by hand.
    pub fn begin_anew(&self) {
        self.books.adults.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Whether the site's members-only feature is open to its member.
    pub(super) fn is_open(&self) -> bool {
        self.books.is_adult()
    }
}

impl Books {
    fn sub(&self) -> Sub {
        Sub::of_member(&self.kit.sub_secret, b"member-1")
    }

    fn is_adult(&self) -> bool {
        self.adults.lock().unwrap_or_else(PoisonError::into_inner).contains(&self.sub())
    }

    fn session(&self) -> Result<Session, StoryError> {
        Ok(Session::new(self.gate.clone(), Client::plain(Limits::default()))?)
    }

    fn jti() -> String {
        Base64UrlUnpadded::encode_string(&fresh::<16>(&mut SystemEntropy))
    }

    fn ask(&self) -> Result<Asked, StoryError> {
        let now = self.clock.read().wall;
        let ask = Ask {
            site: self.kit.registration.name.clone(),
            jti: Self::jti(),
            issued: now,
            expires: now + DEFAULT_LIFETIME,
            policy: POLICY.parse().map_err(|_| StoryError::Unexpected("the policy's name"))?,
            sub: self.sub(),
            return_url: format!("{}/messages", origin(&self.server)),
        };
        let request =
            sign_request(&self.kit.key, self.keeper, &ask).map_err(|_| StoryError::Unexpected("a signature"))?;
        let answer = self.session()?.post_json("/v1/checks", &json!({ "request": request }))?;
        expect(&answer, 201, "a check")?;
        let told: Value = serde_json::from_slice(answer.body())?;
        let check =
            told["check"].as_str().and_then(|id| id.parse().ok()).ok_or(StoryError::Unexpected("a check's id"))?;
        let link = told["member_url"].as_str().ok_or(StoryError::Unexpected("a member's link"))?.to_owned();
        Ok(Asked { check, link })
    }

    fn call(&self, path: &str) -> Result<Vec<u8>, StoryError> {
        let (jti, issued) = (Self::jti(), self.clock.read().wall);
        let call = Call { site: &self.kit.registration.name, method: "GET", path, body: b"", issued, jti: &jti };
        let jws = sign_call(&self.kit.key, self.keeper, &call).map_err(|_| StoryError::Unexpected("a signature"))?;
        let request = Request::get(path).header("sekisho-call", jws).body(Vec::new());
        let answer = self.session()?.send(request.map_err(|_| StoryError::Unexpected("a call"))?)?;
        expect(&answer, 200, "a signed call")?;
        Ok(answer.into_body())
    }

    fn get(&self, path: &str) -> Result<Vec<u8>, StoryError> {
        let answer = self.session()?.get(path)?;
        expect(&answer, 200, "what the gate publishes")?;
        Ok(answer.into_body())
    }

    fn verify(&self, attestation: &str) -> Result<Attestation, StoryError> {
        let keys = String::from_utf8(self.get("/.well-known/jwks.json")?).unwrap_or_default();
        let keys = Jwks::parse(&keys).map_err(|_| StoryError::Unexpected("the keys of claims"))?;
        let claims = verify(attestation, TYP_ATTESTATION, &keys).map_err(|_| StoryError::Unexpected("the claim"))?;
        let claims: Attestation = serde_json::from_slice(&claims)?;
        let mine = claims.iss == self.keeper && claims.aud == self.kit.registration.name;
        if mine { Ok(claims) } else { Err(StoryError::Unexpected("the claim's audience")) }
    }

    /// Believes a webhook only if its signature holds (Standard Webhooks 1.0), and a claim only if its own does.
    fn hear(&self, headers: &HeaderMap, body: &str) -> Option<Heard> {
        let text = |name| headers.get(name)?.to_str().ok();
        let at = Timestamp(text("webhook-timestamp")?.parse().ok()?);
        let secret = Zeroizing::new(self.kit.webhook_secret.to_vec());
        let expected = webhook::signature(text("webhook-id")?, at, body, &[secret]);
        (text("webhook-signature")? == expected).then_some(())?;
        let told: Value = serde_json::from_str(body).ok()?;
        if let Some(attestation) = told["data"]["attestation"].as_str() {
            let claims = self.verify(attestation).ok()?;
            self.open_to(claims.sub.parse().ok()?);
        }
        Some(Heard { kind: told["type"].as_str()?.to_owned(), check: told["data"]["check"].as_str()?.to_owned() })
    }

    fn open_to(&self, sub: Sub) {
        self.adults.lock().unwrap_or_else(PoisonError::into_inner).push(sub);
    }
}

fn routes(shared: Shared) -> Router {
    Router::new()
        .route("/", get(|| async { Redirect::to("/messages") }))
        .route("/messages", get(messages))
        .route("/ask", post(ask))
        .route("/hook", post(hook))
        .route("/demo/reviewer", post(press))
        .route("/favicon.ico", get(|| async { StatusCode::NO_CONTENT }))
        .with_state(shared)
}

/// The members-only page: M1, a site gates its own feature on the claim.
async fn messages(State(shared): State<Shared>) -> Html<&'static str> {
    Html(if shared.books.is_adult() { include_str!("open.html") } else { include_str!("closed.html") })
}

async fn ask(State(shared): State<Shared>) -> Response {
    let asked = spawn_blocking(move || shared.books.ask()).await;
    match asked {
        Ok(Ok(asked)) => Redirect::to(&asked.link).into_response(),
        _ => StatusCode::BAD_GATEWAY.into_response(),
    }
}

async fn hook(State(shared): State<Shared>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let Shared { books, say } = shared;
    let body = String::from_utf8_lossy(&body).into_owned();
    match spawn_blocking(move || books.hear(&headers, &body)).await {
        Ok(Some(heard)) => {
            let _ = say.send(heard);
            StatusCode::NO_CONTENT
        }
        _ => StatusCode::UNAUTHORIZED,
    }
}

async fn press(State(shared): State<Shared>) -> Response {
    match spawn_blocking(move || shared.books.button.press()).await {
        Ok(Ok((cookie, to))) => ([(header::SET_COOKIE, cookie)], Redirect::to(&to)).into_response(),
        _ => StatusCode::BAD_GATEWAY.into_response(),
    }
}
