//! The attacker tries references that could be somebody's: members' links and checks at the gate, assignments and the
//! ledger's entries at the desk.

use std::{thread, time::Duration};

use sekisho_core::{
    entropy::fresh,
    event::What,
    id::{AssignmentId, CheckId},
    watch::{Detector, Verdict},
};
use sekisho_keeper::keystore::Cost;
use sekisho_sys::entropy::SystemEntropy;

use super::{
    DrillError, FILE_NAME, Moment, Row,
    caller::Caller,
    findings::Findings,
    ground::kit,
    grounds::Grounds,
    record, seen,
    sought::{Got, Sought},
};
use crate::{
    client::{Client, Limits, Session},
    demo::{Build, House, Picture},
    service::secret::Secret,
    site::kit::Kit,
};

/// How often somebody tries who isn't stopped.
const ENOUGH: u64 = 60;
/// What is promised: noticed within so many refusals and seconds.
const REFUSALS: u64 = 10;
const SECONDS: u64 = 5;
/// What lies between two tries of somebody who goes on.
const PAUSE: Duration = Duration::from_millis(100);

/// How one way of trying ended.
struct Tried {
    what: &'static str,
    /// Requests until one was refused for who asked.
    stopped: Option<u64>,
    /// Seconds until then.
    seconds: u64,
}

/// One installation and whoever tries.
struct Trial<'a> {
    house: &'a House,
    sought: Sought,
    findings: Findings,
    tried: Vec<Tried>,
}

impl Trial<'_> {
    /// Tries until an answer of `stopped`, which says that it is about whoever asks.
    fn until(
        &mut self,
        what: &'static str,
        stopped: u16,
        mut attempt: impl FnMut(u64) -> Result<(u16, Vec<u8>), DrillError>,
    ) -> Result<(), DrillError> {
        let began = self.house.now();
        let mut after = None;
        for nth in 0..ENOUGH {
            // The gate tells the keeper after it has answered: a burst may be over before the watch has looked.
            if nth > REFUSALS {
                thread::sleep(PAUSE);
            }
            let (status, body) = attempt(nth)?;
            self.findings.got += self.sought.within(&body);
            self.findings.must((400..500).contains(&status), what);
            if status == stopped {
                after = Some(nth);
                break;
            }
        }
        self.tried.push(Tried { what, stopped: after, seconds: self.house.now().since(began) });
        Ok(())
    }
}

/// M20, M26, M39.
pub(super) fn perform(grounds: &Grounds) -> Result<Row, DrillError> {
    let robbed = kit();
    let sites = vec![robbed.registration.clone()];
    let house = grounds.own(Build { cost: Some(Cost::TEST), sites, ..Build::default() })?;
    let (check, link) = house.ask()?;
    let picture = Picture::specimen();
    house.submit(FILE_NAME, &picture)?;
    let sought = Sought::new(&picture, &[], &[]);
    let mut trial = Trial { house: &house, sought, findings: Findings::default(), tried: Vec::new() };
    assignments(&mut trial)?;
    entries(&mut trial)?;
    let mut member = Session::new(house.gate.clone(), Client::plain(Limits::default()))?;
    let path = path_of(&link)?;
    trial.findings.must(member.post_form(path, &[])?.status() == 303, "a member's own link lets them in");
    checks(&mut trial, &robbed)?;
    trial.findings.must(house.state(check).is_ok(), "another site goes on asking");
    links(&mut trial)?;
    trial.findings.must(member.get("/check")?.status() == 200, "a member who is in goes on, at the same address");
    let row = judged(trial)?;
    house.clear_away()?;
    Ok(row)
}

/// At the desk, in a reviewer's session that was stolen.
fn assignments(trial: &mut Trial<'_>) -> Result<(), DrillError> {
    let look = trial.house.take()?;
    trial.until("assignments", 401, |nth| {
        let mut guess = look.of(AssignmentId::from_bytes(fresh(&mut SystemEntropy)))?;
        if nth % 2 == 0 {
            let (status, page) = guess.view()?;
            return Ok((status, page.into_bytes()));
        }
        Ok((guess.try_to_decide("old_enough")?, Vec::new()))
    })
}

/// In the next session of the same person: the ledger's entries, which are numbered.
fn entries(trial: &mut Trial<'_>) -> Result<(), DrillError> {
    let mut look = trial.house.take()?;
    let (_, page) = look.view()?;
    let shown = trial.sought.within(page.as_bytes()).pictures;
    trial.findings.must(shown == 1, "what they were given shows its picture");
    trial.until("entries", 401, |place| {
        let (status, page) = look.page(&format!("/board/entry/{place}"))?;
        Ok((status, page.into_bytes()))
    })
}

/// At the gate, with a site's own key: checks of others.
fn checks(trial: &mut Trial<'_>, robbed: &Kit) -> Result<(), DrillError> {
    let mut caller = Caller::of(trial.house, robbed)?;
    let own = caller.ask(b"member-1")?.0;
    let path = format!("/v1/checks/{own}");
    let signature = caller.signature("GET", &path, b"")?;
    let found = caller.call("GET", &path, b"", &signature)?.status() == 200;
    trial.findings.must(found, "a site's own check is told of");
    trial.until("checks", 429, |_| {
        let path = format!("/v1/checks/{}", CheckId::from_bytes(fresh(&mut SystemEntropy)));
        let signature = caller.signature("GET", &path, b"")?;
        let answer = caller.call("GET", &path, b"", &signature)?;
        Ok((answer.status().as_u16(), answer.into_body()))
    })
}

/// At the gate, with nothing: links that a member could have been sent.
fn links(trial: &mut Trial<'_>) -> Result<(), DrillError> {
    let mut session = Session::new(trial.house.gate.clone(), Client::plain(Limits::default()))?;
    trial.until("links", 429, |nth| {
        let guess = Secret::of(fresh(&mut SystemEntropy));
        let door = if nth % 2 == 0 { "m" } else { "s" };
        let answer = session.get(&format!("/{door}/{}", guess.text()))?;
        Ok((answer.status().as_u16(), answer.into_body()))
    })
}

fn path_of(link: &str) -> Result<&str, DrillError> {
    let rest = link.split_once("://").ok_or(DrillError::Ground)?.1;
    rest.find('/').map(|at| &rest[at..]).ok_or(DrillError::Ground)
}

fn judged(trial: Trial<'_>) -> Result<Row, DrillError> {
    let Trial { house, mut findings, tried, .. } = trial;
    let found = record::found(&house.data())?;
    let counts: Vec<_> = found
        .iter()
        .filter(|(_, finding)| finding.detector == Detector::Enumeration && finding.verdict() > Verdict::Note)
        .map(|(_, finding)| finding.evidence.count)
        .collect();
    let seconds = tried.iter().map(|tried| tried.seconds).max().unwrap_or_default();
    let requests = tried.iter().map(|tried| tried.stopped.unwrap_or(ENOUGH)).max().unwrap_or_default();
    let refusals = counts.iter().copied().max().unwrap_or_default();
    findings.must(counts.len() == tried.len(), "each way of trying is found, and each asker alone");
    findings.must(refusals <= REFUSALS && seconds <= SECONDS, "within ten refusals and five seconds");
    findings.must(tried.iter().all(|tried| tried.stopped.is_some()), "and is stopped");
    let each: Vec<_> = tried
        .iter()
        .map(|tried| format!("{} after {} in {} s", tried.what, tried.stopped.unwrap_or(ENOUGH), tried.seconds))
        .collect();
    let came = |how: &str, requests: u64| Moment::came(how).after(requests, seconds);
    Ok(findings.row(Row {
        name: "enumeration",
        held: "a site's key, a reviewer's session, and guesses at what others were given".into(),
        got: Got::default(),
        promise: "nothing; noticed within ten refusals and five seconds, and refused from then on",
        kept: true,
        noticed: came("by the watch (enumeration), each asker alone", refusals),
        stopped: came("each asker was refused for a quarter of an hour; at the desk the shift ended", requests),
        officer: seen::on_the_ledger(&house.data(), |what| matches!(what, What::Found { .. }))?,
        note: format!("{}; a member who was in, another site, and the person's next shift went on", each.join(", ")),
        short: None,
        figures: None,
    }))
}
