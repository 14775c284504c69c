//! The attacker makes checks that no site asked for: at the gate's API, and with code in the gate's place at the keeper.

use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf};

use hyper::header::CONTENT_TYPE;
use sekisho_core::{
    event::What,
    watch::observed::{Observation, Trouble},
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

/// M7, M19, M39.
pub(super) fn perform(grounds: &Grounds) -> Result<Row, DrillError> {
    let (victim, other) = (kit(), kit_of("other-site"));
    let sites = vec![victim.registration.clone(), other.registration.clone()];
    let house = grounds.own(Build { cost: Some(Cost::TEST), sites, ..Build::default() })?;
    let own = SigningKey::generate(Alg::ES256, &mut SystemEntropy);
    let forger = Forger { victim: &victim, other: &other, keeper: house.keeper, own };
    let mut findings = Findings::default();
    let forgeries = forger.all()?;
    at_the_gate(&house, &forgeries, &mut findings)?;
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
    let tried = (forgeries.len(), counted(FORGED), counted(ELSEWHERE));
    let row = row(&house, findings, tried)?;
    house.clear_away()?;
    Ok(row)
}

fn row(house: &House, findings: Findings, tried: (usize, usize, usize)) -> Result<Row, DrillError> {
    let is_told = |what: &What| {
        let seen = if let What::Observed { seen, .. } = what { Some(seen) } else { None };
        matches!(seen, Some(Observation::Refused { trouble: Trouble::BadSignature, .. }))
    };
    let on_record = record::count(&house.data(), is_told)?;
    let noticed = if on_record > 0 {
        Moment::came("as refusals that stand in the ledger by the minute: no detector ends anything for them")
    } else {
        Moment::never("nothing stands in the ledger")
    };
    Ok(findings.row(Row {
        name: "forged-check",
        held: "every paper that a site signed for somebody else, another site's key, and the gate's own place".into(),
        got: Got::default(),
        promise: "no check, no assignment, no picture",
        kept: true,
        noticed,
        stopped: Moment::came("at each request: the keeper verifies the site's signature itself"),
        officer: seen::on_the_ledger(&house.data(), is_told)?,
        note: format!(
            "{} forgeries at the gate; from within the gate {} documents for them, rightly sealed and stored, and {} \
             for a check that was asked for, which had never arrived",
            tried.0, tried.1, tried.2
        ),
        short: Some(format!("0 checks of {}", tried.0 + tried.1 + tried.2)),
        figures: Some(serde_json::json!({ "at_the_gate": tried.0, "at_the_keeper": tried.1 + tried.2 })),
    }))
}

/// As a site announces a check.
fn at_the_gate(house: &House, forgeries: &[Forgery], findings: &mut Findings) -> Result<(), DrillError> {
    let mut session = Session::new(house.gate.clone(), Client::plain(Limits::default()))?;
    for Forgery { what, jws } in forgeries {
        let request = hyper::Request::post("/v1/checks").header(CONTENT_TYPE, "application/jwt");
        let request = request.body(jws.clone().into_bytes()).map_err(|_| DrillError::Ground)?;
        let answer = session.send(request)?;
        findings.must(answer.status().is_client_error(), what);
    }
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
