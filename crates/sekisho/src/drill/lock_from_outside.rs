//! Somebody on the internet wants the house shut, from many addresses and in every way that the internet has.

use std::net::{SocketAddr, TcpStream};

use sekisho_core::{event::What, watch::Verdict};
use sekisho_sys::entropy::SystemEntropy;

use super::{
    DrillError, Row, findings::Findings, grounds::Grounds, lookout::Lookout, sought::Got, stage::Stage,
    stranger::Stranger, thief::decodes,
};
use crate::{
    client::Server,
    demo::{House, OnShift},
    service::secret::Secret,
};

/// Addresses from which it is tried.
const STRANGERS: u8 = 24;
/// Rounds of everything, from each.
const ROUNDS: u32 = 3;
/// Connections that are held open and say nothing.
const SILENT: u16 = 80;

/// M26, M39.
pub(super) fn perform(grounds: &Grounds) -> Result<Row, DrillError> {
    let mut stage = Stage::guarded(grounds, 1)?;
    stage.fill(3)?;
    let mut findings = Findings::default();
    let mut reviewer = stage.house.begin_shift(0)?;
    let mut lookout = Lookout::begin(&stage.house)?;
    grounds.say("lock-us-out-from-outside: everything the internet can do");
    let mut storm = Storm { requests: 0, refused: 0, done: 0, silent: Vec::new() };
    storm.hold(&stage.house)?;
    for _ in 0..ROUNDS {
        storm.blow(&stage.house, &mut lookout)?;
        findings.must(serves_members(&stage), "in the midst of it a member is served");
    }
    findings.must(serves_reviewers(&mut reviewer)?, "and the reviewer, with the cookie from before");
    lookout.look(storm.requests)?;
    let (shut, ended) = (shut(&lookout), lookout.count(|what| matches!(what, What::ShiftEnded { .. })));
    findings.must((shut, ended) == (0, 0), "0 pauses, 0 lockdowns, 0 shifts ended");
    findings.must(lookout.findings().all(|found| found.verdict() <= Verdict::Deny), "nothing worse than a refusal");
    findings.must(storm.done == 0, "no stranger was given anything");
    let denied = lookout.findings().filter(|found| found.verdict() == Verdict::Deny).count();
    findings.must(denied > 0, "who tried references was refused");
    let officer = lookout.seen_by(&mut stage.officer)?;
    grounds.say("lock-us-out-from-outside: the control, a house that is shut");
    findings.must(a_shut_house_shows(&mut stage, &mut reviewer)?, "the same looks show it when an officer pauses");
    stage.house.clear_away()?;
    let Storm { requests, refused, .. } = storm;
    Ok(findings.row(Row {
        name: "lock-us-out-from-outside",
        held: format!("{STRANGERS} addresses on the internet, and no key, link or passkey"),
        got: Got::default(),
        promise: "0 pauses, 0 shifts ended; members and reviewers are served meanwhile",
        kept: true,
        noticed: lookout.noticed("nothing was found"),
        stopped: lookout.stopped("nothing was found"),
        officer,
        note: format!(
            "{requests} requests, {refused} of them refused in words, and {SILENT} connections that say nothing: links \
             and checks that don't exist, forged signatures, junk as pictures, passkeys of nobody, orders to pause and \
             to lock down; {denied} addresses were refused for a while; members and the reviewer were served; when an \
             officer paused viewing, the same looks were refused"
        ),
        short: Some(format!("0 pauses, 0 lockdowns, 0 shifts ended by {requests} requests; all were served")),
        figures: None,
    }))
}

/// Whether a member's picture is taken in.
fn serves_members(stage: &Stage) -> bool {
    stage.fill(1).is_ok()
}

/// Whether a document opens in this session.
fn serves_reviewers(session: &mut OnShift) -> Result<bool, DrillError> {
    if !session.ask_next()?.is_done() || session.assignment().is_none() {
        return Ok(false);
    }
    Ok(decodes(&session.view(None)?.page) && session.decide("old_enough")?.is_done())
}

fn shut(lookout: &Lookout) -> usize {
    lookout.count(|what| matches!(what, What::Paused { .. } | What::LockedDown { .. }))
}

/// The control: a pause, by who may.
fn a_shut_house_shows(stage: &mut Stage, reviewer: &mut OnShift) -> Result<bool, DrillError> {
    let mut lookout = Lookout::begin(&stage.house)?;
    let token = crate::client::field_value(&stage.officer.get("/watch")?.page, "form_token").unwrap_or_default();
    let paused = stage.officer.post("/watch/pause", &[("form_token", &token), ("minutes", "15")])?;
    lookout.look(0)?;
    Ok(paused.is_done() && shut(&lookout) == 1 && !serves_reviewers(reviewer)?)
}

/// What strangers send.
struct Storm {
    requests: u64,
    refused: u64,
    /// Answers that gave them something.
    done: u64,
    silent: Vec<TcpStream>,
}

impl Storm {
    /// Connections that say nothing, at both doors, for as long as it blows.
    fn hold(&mut self, house: &House) -> Result<(), DrillError> {
        for door in [&house.gate, &house.desk].into_iter().cycle().take(SILENT.into()) {
            self.silent.push(Stranger::number(200).connect(door.address)?);
        }
        Ok(())
    }

    /// One round from everywhere.
    fn blow(&mut self, house: &House, lookout: &mut Lookout) -> Result<(), DrillError> {
        for number in 1..=STRANGERS {
            let stranger = Stranger::number(number);
            for (head, body) in at_the_gate(&house.gate) {
                self.ask(stranger, house.gate.address, &head, &body)?;
                lookout.look(self.requests)?;
            }
            for (head, body) in at_the_desk(&house.desk) {
                self.ask(stranger, house.desk.address, &head, &body)?;
            }
        }
        Ok(())
    }

    fn ask(&mut self, stranger: Stranger, to: SocketAddr, head: &str, body: &[u8]) -> Result<(), DrillError> {
        let status = stranger.ask(to, head, body)?;
        self.requests += 1;
        self.refused += u64::from((400..500).contains(&status));
        self.done += u64::from((200..300).contains(&status));
        Ok(())
    }
}

fn fresh_secret() -> Secret {
    Secret::of(sekisho_core::entropy::fresh(&mut SystemEntropy))
}

fn head(method: &str, path: &str, server: &Server, more: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nOrigin: http://{}{more}", server.authority, server.authority)
}

/// Links, checks and pictures of nobody.
fn at_the_gate(gate: &Server) -> Vec<(String, Vec<u8>)> {
    let json = "\r\nContent-Type: application/json";
    let forged = "\r\nContent-Type: application/json\r\nSekisho-Call: eyJhbGciOiJFZERTQSJ9.e30.AAAA";
    let link = || format!("/m/{}", fresh_secret().text());
    let mut asked: Vec<_> = (0..4).map(|_| (head("GET", &link(), gate, ""), Vec::new())).collect();
    asked.push((head("POST", &link(), gate, ""), Vec::new()));
    asked.push((head("POST", "/v1/checks", gate, json), br#"{"request":"e30.e30.AAAA"}"#.to_vec()));
    asked.push((head("GET", "/v1/checks/chk_00000000000000000000000000", gate, forged), Vec::new()));
    asked.push((head("POST", "/check/photo/jp-driving-licence", gate, ""), vec![0xff; 4096]));
    asked
}

/// Orders and passkeys of nobody.
fn at_the_desk(desk: &Server) -> Vec<(String, Vec<u8>)> {
    let form = "\r\nContent-Type: application/x-www-form-urlencoded";
    let stolen = format!("{form}\r\nCookie: sekisho-desk={}", fresh_secret().text());
    let json = "\r\nContent-Type: application/json";
    let forged =
        br#"{"ceremony":"AAAA","credential":"AAAA","clientData":"AAAA","authenticatorData":"AAAA","signature":"AAAA"}"#;
    let mut asked = vec![(head("POST", "/shift/begin", desk, json), forged.to_vec())];
    for path in ["/watch/pause", "/watch/lockdown", "/shift/end", "/work/next", "/work/view"] {
        asked.push((head("POST", path, desk, &stolen), b"minutes=480&form_token=AAAA".to_vec()));
    }
    asked
}
