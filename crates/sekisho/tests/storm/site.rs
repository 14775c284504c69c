//! The site, speaking the API.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use base64ct::{Base64UrlUnpadded, Encoding};
use hyper::{Method, Request, Response, header::RETRY_AFTER};
use sekisho::client::Session;
use sekisho_core::{entropy::fresh, id::CheckId, time::Clock};
use sekisho_keeper::jose::{
    Sub,
    call::{Call, sign_call},
    request::{Ask, DEFAULT_LIFETIME, sign_request},
};
use sekisho_sys::{clock::SystemClock, entropy::SystemEntropy};
use serde_json::{Value, json};

use crate::{
    ground::{Ground, POLICY, session},
    snag::{Snag, expect},
};

/// A check that was announced: its id, its member's link, and the request, which brings a fresh link if sent again.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) check: CheckId,
    pub(crate) link: String,
    request: String,
}

/// The site's own server.
pub(crate) struct Site<'a> {
    ground: &'a Ground,
    session: Session,
    /// What the last answer said about coming again later.
    pub(crate) told_to_wait: Option<Duration>,
}

static MEMBERS: AtomicU64 = AtomicU64::new(0);

impl<'a> Site<'a> {
    pub(crate) fn new(ground: &'a Ground) -> Self {
        Self { ground, session: session(&ground.gate), told_to_wait: None }
    }

    /// Signs a request for a member of its own and asks for a check.
    pub(crate) fn ask(&mut self) -> Result<Asked, Snag> {
        let kit = &self.ground.kit;
        let now = SystemClock.read().wall;
        let member = MEMBERS.fetch_add(1, Ordering::Relaxed).to_le_bytes();
        let ask = Ask {
            site: kit.registration.name.clone(),
            jti: jti(),
            issued: now,
            expires: now + DEFAULT_LIFETIME,
            policy: POLICY.parse().map_err(|_| Snag::Odd("policy"))?,
            sub: Sub::of_member(&kit.sub_secret, &member),
            return_url: "http://site.localhost/back".into(),
        };
        let request = sign_request(&kit.key, self.ground.keeper, &ask).map_err(|_| Snag::Odd("signature"))?;
        self.announce(request)
    }

    /// The same request once more: the same check, with a fresh link.
    pub(crate) fn ask_again(&mut self, asked: &Asked) -> Result<Asked, Snag> {
        self.announce(asked.request.clone())
    }

    fn announce(&mut self, request: String) -> Result<Asked, Snag> {
        let answer = self.session.post_json("/v1/checks", &json!({ "request": request }))?;
        self.told_to_wait = wait(&answer);
        if !answer.status().is_success() {
            return Err(Snag::of(&answer));
        }
        let told: Value = serde_json::from_slice(answer.body()).map_err(|_| Snag::Odd("a check"))?;
        let check = told["check"].as_str().and_then(|id| id.parse().ok()).ok_or(Snag::Odd("a check's id"))?;
        let link = told["member_url"].as_str().ok_or(Snag::Odd("a member's link"))?.to_owned();
        Ok(Asked { check, link, request })
    }

    /// Where a check stands.
    pub(crate) fn read(&mut self, check: CheckId) -> Result<Value, Snag> {
        let answer = self.call(Method::GET, &format!("/v1/checks/{check}"))?;
        expect(&answer, 200)?;
        serde_json::from_slice(answer.body()).map_err(|_| Snag::Odd("a check"))
    }

    /// A check's receipt, as JSON.
    pub(crate) fn receipt(&mut self, check: CheckId) -> Result<String, Snag> {
        let answer = self.call(Method::GET, &format!("/v1/checks/{check}/receipt"))?;
        expect(&answer, 200)?;
        String::from_utf8(answer.into_body()).map_err(|_| Snag::Odd("a receipt"))
    }

    /// Ends a check.
    pub(crate) fn withdraw(&mut self, check: CheckId) -> Result<(), Snag> {
        let answer = self.call(Method::POST, &format!("/v1/checks/{check}/withdraw"))?;
        expect(&answer, 204)
    }

    fn call(&mut self, method: Method, path: &str) -> Result<Response<Vec<u8>>, Snag> {
        let (kit, jti) = (&self.ground.kit, jti());
        let issued = SystemClock.read().wall;
        let site = &kit.registration.name;
        let call = Call { site, method: method.as_str(), path, body: b"", issued, jti: &jti };
        let jws = sign_call(&kit.key, self.ground.keeper, &call).map_err(|_| Snag::Odd("signature"))?;
        let request = Request::builder().method(method).uri(path).header("sekisho-call", jws).body(Vec::new());
        let answer = self.session.send(request.map_err(|_| Snag::Odd("a call"))?)?;
        self.told_to_wait = wait(&answer);
        Ok(answer)
    }
}

/// What `Retry-After` says, in seconds.
fn wait(answer: &Response<Vec<u8>>) -> Option<Duration> {
    answer.headers().get(RETRY_AFTER)?.to_str().ok()?.parse().ok().map(Duration::from_secs)
}

fn jti() -> String {
    Base64UrlUnpadded::encode_string(&fresh::<16>(&mut SystemEntropy))
}
