//! The attacker holds a site's private key, and knows every check's id, of other sites too.

use hyper::Response;
use sekisho_core::id::CheckId;
use serde_json::{Value, json};

use super::{
    DrillError, Moment, Row,
    caller::Caller,
    ground::Ground,
    grounds::Grounds,
    sought::{Got, Sought},
};
use crate::{client::Session, gate::api};

/// What was answered.
#[derive(Default)]
pub(super) struct Tally {
    pub got: Got,
    pub calls: u64,
    pub refused: u64,
    /// Answers about another site's check that were no refusal.
    strange: u64,
    pub failed: u64,
}

impl Tally {
    pub(super) fn take(&mut self, sought: &Sought, answer: &Response<Vec<u8>>) -> bool {
        let status = answer.status();
        let head = format!("{:?}", answer.headers());
        self.got += sought.within(head.as_bytes());
        self.got += sought.within(answer.body());
        self.got.pictures += u64::from(head.contains("image/jpeg") || head.contains("image/webp"));
        self.calls += 1;
        self.refused += u64::from(status.is_client_error());
        self.failed += u64::from(status.is_server_error());
        status.is_success()
    }
}

/// M11, M7: every route of the API's own document, with valid signatures.
pub(super) fn perform(grounds: &Grounds) -> Result<Row, DrillError> {
    let ground = grounds.shared()?;
    let mut caller = Caller::of(&ground.house, &ground.robbed)?;
    let mut tally = Tally::default();
    let routes = routes()?;
    for (path, method) in &routes {
        for check in targets(ground) {
            call(ground, &mut caller, &mut tally, (method, path), check)?;
        }
    }
    members_pages(ground, &mut tally)?;
    let untouched = ground.others_checks.iter().all(|check| is_in_review(ground, *check));
    let control = ground.sought.within(ground.house.look(Some("old_enough"))?.as_bytes());
    Ok(Row {
        name: "stolen-site-key",
        held: "a site's private key, and the ids of all checks".into(),
        got: tally.got,
        promise: "no route answers with a picture or a birth date; 0",
        kept: tally.got == Got::default()
            && (tally.strange, tally.failed) == (0, 0)
            && untouched
            && control.pictures == 1,
        noticed: Moment::never("a stolen key signs as the site does; what it withdrew stands in the ledger"),
        stopped: Moment::never("the key goes on signing until the site's new one takes its place"),
        officer: None,
        note: format!(
            "{} calls on {} routes with valid signatures, {} of them refused, replays and other sites' checks among \
             them; the same search found {} picture in what the desk shows a reviewer",
            tally.calls,
            routes.len(),
            tally.refused,
            control.pictures
        ),
        short: None,
        figures: None,
    })
}

/// From the API's own document, so that a new route is attacked too. What ends checks comes last.
pub(super) fn routes() -> Result<Vec<(String, String)>, DrillError> {
    let document: Value = serde_json::from_str(api::document()).map_err(|_| DrillError::Ground)?;
    let paths = document["paths"].as_object().ok_or(DrillError::Ground)?;
    let mut routes: Vec<(String, String)> = paths
        .iter()
        .flat_map(|(path, methods)| {
            methods.as_object().into_iter().flat_map(|methods| methods.keys()).map(|method| (path.clone(), method))
        })
        .map(|(path, method)| (path, method.to_uppercase()))
        .collect();
    routes.sort_by_key(|(path, method)| (method != "GET", path.ends_with("withdraw"), path.ends_with("left")));
    Ok(routes)
}

/// Another site's checks first, so that what is asked of them is asked while everything waits.
fn targets(ground: &Ground) -> Vec<CheckId> {
    let all = ground.others_checks.iter().chain([&ground.decided]).chain(&ground.robbed_checks);
    all.copied().collect()
}

fn call(
    ground: &Ground,
    caller: &mut Caller<'_>,
    tally: &mut Tally,
    (method, route): (&str, &str),
    check: CheckId,
) -> Result<(), DrillError> {
    let path = route.replace("{check}", &check.to_string()).replace("{sub}", &caller.sub(b"member-9").to_string());
    let query = if route == "/v1/checks" && method == "GET" {
        format!("?sub={}", caller.sub(b"member-9"))
    } else {
        String::new()
    };
    let path = path + &query;
    let body = if route == "/v1/checks" && method == "POST" {
        json!({ "request": caller.request(b"member-9")? }).to_string()
    } else {
        String::new()
    };
    let signature = caller.signature(method, &path, body.as_bytes())?;
    let answered = caller.call(method, &path, body.as_bytes(), &signature)?;
    let good = tally.take(&ground.sought, &answered);
    tally.strange += u64::from(good && route.contains("{check}") && !ground.robbed_checks.contains(&check));
    replay(ground, caller, tally, (method, &path), body.as_bytes(), &signature)
}

/// Once more, and on another path, with the signature that was good once.
fn replay(
    ground: &Ground,
    caller: &mut Caller<'_>,
    tally: &mut Tally,
    (method, path): (&str, &str),
    body: &[u8],
    signature: &str,
) -> Result<(), DrillError> {
    let again = caller.call(method, path, body, signature)?;
    tally.take(&ground.sought, &again);
    let other = format!("/v1/checks/{}", ground.others_checks[0]);
    let elsewhere = caller.call("GET", &other, b"", signature)?;
    let good = tally.take(&ground.sought, &elsewhere);
    tally.strange += u64::from(good);
    Ok(())
}

/// The members' pages without a member's link, and what somebody might have forgotten to close.
fn members_pages(ground: &Ground, tally: &mut Tally) -> Result<(), DrillError> {
    let client = crate::client::Client::plain(crate::client::Limits::default());
    let mut session = Session::new(ground.house.gate.clone(), client)?;
    let check = ground.others_checks[0];
    let guesses = ["/check", "/check/status", "/check/photo/jp-driving-licence", "/blobs", "/documents", "/../data"];
    let named = ["picture", "image", "document", "blob", "view"].map(|end| format!("/v1/checks/{check}/{end}"));
    for path in guesses.into_iter().map(str::to_owned).chain(named) {
        let answer = session.get(&path)?;
        let good = tally.take(&ground.sought, &answer);
        tally.strange += u64::from(good);
    }
    Ok(())
}

fn is_in_review(ground: &Ground, check: CheckId) -> bool {
    ground.house.state(check).is_ok_and(|state| state == "in_review")
}
