//! The site's receiver of webhooks. It stands while everything else is killed, and believes only what is signed.

use std::{
    collections::BTreeMap,
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use sekisho::courier::webhook;
use sekisho_core::{id::CheckId, time::Timestamp};
use serde_json::Value;
use tokio::sync::Notify;
use zeroize::Zeroizing;

/// What came: by `webhook-id`, what it told and how often it came.
#[derive(Default)]
pub(crate) struct Post {
    pub(crate) messages: BTreeMap<String, Message>,
    /// The checks that messages told of, in the order in which they came for the first time.
    pub(crate) news: Vec<String>,
    /// Messages whose signature does not hold, or that told something else under an id that came before.
    pub(crate) unbelievable: usize,
}

/// One message.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) check: String,
    pub(crate) kind: String,
    pub(crate) body: String,
    /// How often it came.
    pub(crate) times: usize,
}

/// The receiver, in a thread of its own.
pub(crate) struct Hook {
    pub(crate) port: u16,
    pub(crate) post: Arc<Mutex<Post>>,
    over: Arc<Notify>,
}

#[derive(Clone)]
struct Ears {
    secret: Arc<Zeroizing<Vec<u8>>>,
    post: Arc<Mutex<Post>>,
}

impl Hook {
    pub(crate) fn listen(listener: TcpListener, secret: Vec<u8>) -> Self {
        let port = listener.local_addr().unwrap().port();
        listener.set_nonblocking(true).unwrap();
        let (post, over) = (Arc::<Mutex<Post>>::default(), Arc::<Notify>::default());
        let ears = Ears { secret: Arc::new(Zeroizing::new(secret)), post: Arc::clone(&post) };
        let ended = Arc::clone(&over);
        thread::spawn(move || serve(listener, ears, &ended));
        Self { port, post, over }
    }

    /// What came, by check and kind: under how many ids.
    pub(crate) fn all(&self) -> BTreeMap<(String, String), usize> {
        let post = self.post.lock().unwrap();
        let mut all = BTreeMap::new();
        for message in post.messages.values() {
            *all.entry((message.check.clone(), message.kind.clone())).or_default() += 1;
        }
        all
    }

    /// The check that the message with this number, in the order of coming, told of.
    pub(crate) fn news(&self, number: usize) -> Option<CheckId> {
        self.post.lock().unwrap().news.get(number)?.parse().ok()
    }

    /// Waits until `enough` holds of what came, or the time is over.
    pub(crate) fn wait(&self, patience: Duration, enough: impl Fn(&Self) -> bool) {
        let limit = Instant::now() + patience;
        while !enough(self) && Instant::now() < limit {
            thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Hook {
    fn drop(&mut self) {
        self.over.notify_one();
    }
}

fn serve(listener: TcpListener, ears: Ears, over: &Notify) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        let routes = Router::new().route("/hook", post(hear)).with_state(ears);
        tokio::select! { _ = axum::serve(listener, routes) => {}, () = over.notified() => {} }
    });
}

async fn hear(State(ears): State<Ears>, headers: HeaderMap, body: String) -> StatusCode {
    let mut post = ears.post.lock().unwrap();
    let Some((id, message)) = believed(&ears.secret, &headers, body) else {
        post.unbelievable += 1;
        return StatusCode::UNAUTHORIZED;
    };
    if !post.messages.contains_key(&id) {
        post.news.push(message.check.clone());
    }
    let known = post.messages.entry(id).or_insert_with(|| message.clone());
    known.times += 1;
    if known.body != message.body {
        post.unbelievable += 1;
    }
    StatusCode::NO_CONTENT
}

/// Standard Webhooks 1.0: id, time and body are under the signature.
fn believed(secret: &[u8], headers: &HeaderMap, body: String) -> Option<(String, Message)> {
    let text = |name| headers.get(name)?.to_str().ok();
    let (id, at) = (text("webhook-id")?, Timestamp(text("webhook-timestamp")?.parse().ok()?));
    let expected = webhook::signature(id, at, &body, &[Zeroizing::new(secret.to_vec())]);
    (text("webhook-signature")? == expected).then_some(())?;
    let told: Value = serde_json::from_str(&body).ok()?;
    let word = |value: &Value| value.as_str().map(str::to_owned);
    let (check, kind) = (word(&told["data"]["check"])?, word(&told["type"])?);
    Some((id.to_owned(), Message { check, kind, body, times: 0 }))
}
