//! Somebody on the internet wants the operator's own house shut.

use hyper::{Method, Request, header::CONTENT_TYPE};
use sekisho_core::{event::What, watch::Verdict};

use super::visit::{Visit, wait};
use crate::drill::{DrillError, Moment, Row, findings::Findings, sought::Got};

pub(super) const DOES: &str = "It sends the gate junk, from the address from which you do this, as somebody would who \
                               wants it shut: a few hundred requests.";

/// Rounds of everything.
const ROUNDS: u64 = 24;

/// What was sent and answered.
#[derive(Default)]
struct Storm {
    requests: u64,
    refused: u64,
    done: u64,
}

/// M26, M39.
pub(super) fn perform(visit: &mut Visit<'_>) -> Result<Row, DrillError> {
    let (mut findings, mut lookout, mut storm) = (Findings::default(), visit.watch()?, Storm::default());
    for _ in 0..ROUNDS {
        storm.blow(visit)?;
        lookout.look(storm.requests)?;
    }
    findings.must(visit.member_is_served()?, "the member who is in is served, at the same address");
    findings.must(visit.site_is_heard()?, "and so is the site");
    findings.must(storm.done == 0, "no stranger was given anything");
    wait(&mut lookout, storm.requests)?;
    let shut = lookout.count(|what| matches!(what, What::LockedDown { .. }));
    findings.must(shut == 0, "0 lockdowns");
    findings.must(lookout.findings().all(|found| found.verdict() <= Verdict::Deny), "nothing worse than a refusal");
    Ok(findings.row(Row {
        name: "lock-us-out-from-outside",
        held: "an address on the internet, and no key, link or passkey".into(),
        got: Got::default(),
        promise: "nothing is shut; the site and the member who is in are served meanwhile",
        kept: true,
        noticed: lookout.noticed(
            "nothing was found that was not found before: the address is refused already, or was quiet enough",
        ),
        stopped: Moment::never("each request is refused by itself; nothing had to be stopped for anybody else"),
        officer: lookout.seen_on_record()?,
        note: format!("{} requests from one address, {} of them refused in words", storm.requests, storm.refused),
        short: None,
        figures: None,
    }))
}

impl Storm {
    /// One of each.
    fn blow(&mut self, visit: &Visit<'_>) -> Result<(), DrillError> {
        let mut stranger = visit.stranger()?;
        for (method, path, kind, body) in junk() {
            let request = Request::builder().method(method).uri(path).header(CONTENT_TYPE, kind).body(body);
            let answer = stranger.send(request.map_err(|_| DrillError::Ground)?)?;
            self.requests += 1;
            self.refused += u64::from(answer.status().is_client_error());
            self.done += u64::from(answer.status().is_success());
        }
        Ok(())
    }
}

/// Requests, calls and pictures of nobody.
fn junk() -> Vec<(Method, &'static str, &'static str, Vec<u8>)> {
    let (json, form, picture) = ("application/json", "application/x-www-form-urlencoded", "image/jpeg");
    vec![
        (Method::POST, "/v1/checks", json, br#"{"request":"e30.e30.AAAA"}"#.to_vec()),
        (Method::POST, "/v1/checks", "application/jwt", b"e30.e30.AAAA".to_vec()),
        (Method::POST, "/v1/checks", json, vec![b'['; 4096]),
        (Method::GET, "/v1/checks/chk_00000000000000000000000000", json, Vec::new()),
        (Method::POST, "/check/photo/jp-driving-licence", picture, vec![0xff; 4096]),
        (Method::POST, "/check/withdraw", form, Vec::new()),
        (Method::PUT, "/check/../../keeper.db", picture, vec![0; 16]),
        (Method::DELETE, "/", form, Vec::new()),
    ]
}
