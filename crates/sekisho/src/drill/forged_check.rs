//! The attacker makes checks that no site asked for: at the gate's API, and with code in the gate's place at the keeper.

use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf, thread, time::Duration};

use hyper::header::CONTENT_TYPE;
use sekisho_core::{
    event::What,
    watch::{Detector, Setup, Switch, Verdict},
};
use sekisho_inspect::{
    upload,
    wire::{self as inspect, UploadRequest},
};
use sekisho_keeper::{
    jose::{Alg, SigningKey},
    keystore::Cost,
};
use sekisho_sys::entropy::SystemEntropy;

use super::{
    DrillError, Moment, Row,
    caller::Caller,
    findings::Findings,
    forge::{Forger, Forgery},
    forged_checks::{ELSEWHERE, FORGED, HONEST},
    ground::{kit, kit_of},
    grounds::Grounds,
    intruder::{self, Brief, Forged},
    reach::Attempt,
    record, seen,
    sought::{Got, Sought},
};
use crate::{
    client::{Client, Limits, Session},
    demo::{Build, House, Picture},
    site::kit::Kit,
    supervisor::Role,
};

/// How often each forged check is handed in at the keeper; in the campaign form.
const TIMES: u32 = 40;
const MANY_TIMES: u32 = 2_000;

/// How many forgeries more somebody sends who isn't stopped.
const ENOUGH: u64 = 60;
/// What is promised: noticed within so many refusals and seconds.
const REFUSALS: u64 = 10;
const SECONDS: u64 = 5;
/// What lies between two of somebody who goes on.
const PAUSE: Duration = Duration::from_millis(100);

/// M7, M19, M20, M26, M39.
pub(super) fn perform(grounds: &Grounds) -> Result<Row, DrillError> {
    let (victim, other) = (kit(), kit_of("other-site"));
    let sites = vec![victim.registration.clone(), other.registration.clone()];
    let house = grounds.own(Build { cost: Some(Cost::TEST), sites, ..Build::default() })?;
    let own = SigningKey::generate(Alg::ES256, &mut SystemEntropy);
    let forger = Forger { victim: &victim, other: &other, keeper: house.keeper, own };
    let mut findings = Findings::default();
    let forgeries = forger.all()?;
    let stopped = at_the_gate(&house, &forgeries, &mut findings)?;
    findings.must(stopped.is_some(), "the forger's address is refused");
    let heard = Caller::of(&house, &victim)?.ask(b"member-2").is_ok();
    findings.must(heard, "the site in whose name it was done is heard, from the same address");
    let times = if grounds.full() { MANY_TIMES } else { TIMES };
    let picture = Picture::specimen();
    let attempts = at_the_keeper(&house, &victim, &forgeries, (times, &picture))?;
    let counted = |what: &str| attempts.iter().filter(|attempt| attempt.what == what).count();
    let worked = |what: &str| attempts.iter().filter(|attempt| attempt.what == what && attempt.worked).count();
    findings.must(worked(FORGED) + worked(ELSEWHERE) == 0, "no document came in for a forged check");
    findings.must(worked(HONEST) == 1, "the one that the site asked for came in by the same code");
    let received = record::count(&house.data(), |what| matches!(what, What::Received { .. }))?;
    findings.must(received == 1, "and stands alone in the ledger");
    let sought = Sought::new(&picture, &[], &[]);
    findings.must(sought.within(house.look(Some("old_enough"))?.as_bytes()).pictures == 1, "a reviewer sees that one");
    findings.must(house.take().is_err(), "and is given no other");
    unwatched(grounds, (&victim, &other), &mut findings)?;
    let tried = (forgeries.len(), counted(FORGED), counted(ELSEWHERE));
    let row = row(&house, findings, tried, stopped.unwrap_or_default())?;
    house.clear_away()?;
    Ok(row)
}

fn row(
    house: &House,
    mut findings: Findings,
    tried: (usize, usize, usize),
    stopped: Stopped,
) -> Result<Row, DrillError> {
    let noticed = noticed(house, &mut findings)?;
    Ok(findings.row(Row {
        name: "forged-check",
        held: "every paper that a site signed for somebody else, another site's key, and the gate's own place".into(),
        got: Got::default(),
        promise: "no check, no assignment, no picture; noticed within ten refusals and five seconds",
        kept: true,
        noticed,
        stopped: Moment::came("each was refused; from then on the forger's address is, for a quarter of an hour")
            .after(stopped.requests, stopped.seconds),
        officer: seen::on_the_ledger(&house.data(), is_found)?,
        note: format!(
            "{} forgeries at the gate; from within the gate {} documents for them, rightly sealed and stored, and {} \
             for a check that was asked for, which had never arrived; the site went on from the same address, and \
             where the watch is off {ENOUGH} forgeries more were answered like the first",
            tried.0, tried.1, tried.2
        ),
        short: Some(format!("0 checks of {}", tried.0 + tried.1 + tried.2)),
        figures: Some(serde_json::json!({ "at_the_gate": tried.0, "at_the_keeper": tried.1 + tried.2 })),
    }))
}

fn is_found(what: &What) -> bool {
    matches!(what, What::Found { finding } if finding.detector == Detector::Forgery)
}

/// The finding of whoever stood at the gate.
fn noticed(house: &House, findings: &mut Findings) -> Result<Moment, DrillError> {
    record::must_be_found(&house.data(), Verdict::Deny)?;
    let found = record::found(&house.data())?.into_iter().map(|(_, finding)| finding);
    let Some(first) = found.into_iter().find(|finding| finding.detector == Detector::Forgery) else {
        findings.must(false, "the watch notices");
        return Ok(Moment::never("no detector found anything"));
    };
    let (count, seconds) = (first.evidence.count, first.evidence.seconds);
    findings.must(first.verdict() == Verdict::Deny, "and refuses whoever it was, and nobody else");
    findings.must(count <= REFUSALS && seconds <= SECONDS, "within ten refusals and five seconds");
    Ok(Moment::came("by the watch (forgery), by the address from which they came").after(count, seconds))
}

/// When the forger was refused for who they are.
#[derive(Default)]
struct Stopped {
    requests: u64,
    seconds: u64,
}

/// As a site announces a check: each forgery once, and then the first again and again until the address is refused.
fn at_the_gate(house: &House, forgeries: &[Forgery], findings: &mut Findings) -> Result<Option<Stopped>, DrillError> {
    let mut session = Session::new(house.gate.clone(), Client::plain(Limits::default()))?;
    let (began, mut refused) = (house.now(), None);
    let more = forgeries.iter().cycle().take(forgeries.len() + ENOUGH as usize);
    for (number, Forgery { what, jws }) in (0_u64..).zip(more) {
        // The gate tells the keeper after it has answered: a burst may be over before the watch has looked.
        if number >= forgeries.len() as u64 {
            thread::sleep(PAUSE);
        }
        let status = announce(&mut session, jws)?;
        findings.must((400..500).contains(&status), what);
        if status == 429 && refused.is_none() {
            refused = Some(Stopped { requests: number, seconds: house.now().since(began) });
        }
        if refused.is_some() && number >= forgeries.len() as u64 {
            break;
        }
    }
    Ok(refused)
}

/// Announces a check as a site does; answers with the status.
pub(super) fn announce(session: &mut Session, jws: &str) -> Result<u16, DrillError> {
    let request = hyper::Request::post("/v1/checks").header(CONTENT_TYPE, "application/jwt");
    let request = request.body(jws.as_bytes().to_vec()).map_err(|_| DrillError::Ground)?;
    Ok(session.send(request)?.status().as_u16())
}

/// The control: where the watch is off, nobody notices and nobody is refused for it.
fn unwatched(grounds: &Grounds, (victim, other): (&Kit, &Kit), findings: &mut Findings) -> Result<(), DrillError> {
    let (sites, watch) = (vec![victim.registration.clone(), other.registration.clone()], Setup::all(Switch::Off));
    let house = grounds.own(Build { cost: Some(Cost::TEST), sites, watch: Some(watch), ..Build::default() })?;
    let own = SigningKey::generate(Alg::ES256, &mut SystemEntropy);
    let forgeries = Forger { victim, other, keeper: house.keeper, own }.all()?;
    let stopped = at_the_gate(&house, &forgeries, findings)?;
    findings.must(stopped.is_none(), "where the watch is off, nobody is refused");
    findings.must(record::count(&house.data(), is_found)? == 0, "and nobody notices");
    house.clear_away()?;
    Ok(())
}

/// Lays the picture, as an inspector gives it back, where the gate may read it.
fn laid(house: &House, picture: &Picture) -> Result<PathBuf, DrillError> {
    let boxes = picture.boxes.clone();
    let clean = upload::inspect(&picture.bytes, &UploadRequest { boxes }, &inspect::Limits::UPLOAD).clean;
    let path = house.data().join("gate/picture-of-a-drill");
    fs::write(&path, clean.ok_or(DrillError::Ground)?)?;
    fs::set_permissions(&path, PermissionsExt::from_mode(0o644))?;
    Ok(path)
}

/// With the gate's own descriptor: the gate's judgement is not asked.
fn at_the_keeper(
    house: &House,
    victim: &Kit,
    forgeries: &[Forgery],
    (times, picture): (u32, &Picture),
) -> Result<Vec<Attempt>, DrillError> {
    let honest = Caller::of(house, victim)?.request(b"member-1")?;
    let requests = forgeries.iter().map(|forgery| forgery.jws.clone()).collect();
    let forged = Forged { requests, honest, picture: laid(house, picture)?, times };
    let notebook = intruder::let_in(house, Role::Gate, &Brief { forged: Some(forged), ..Brief::default() })?;
    notebook.to_the_end()?;
    Ok(notebook.attempts())
}
