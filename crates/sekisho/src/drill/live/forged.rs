//! Checks that the operator's own site never asked for, announced in its name.

use sekisho_core::{time::Clock, watch::Detector};
use sekisho_keeper::jose::{Alg, SigningKey};
use sekisho_sys::{clock::SystemClock, entropy::SystemEntropy};

use super::visit::{Visit, pause, wait};
use crate::drill::{
    DrillError, Moment, Row,
    findings::Findings,
    forge::{Forger, Forgery},
    forged_check::announce,
    ground::kit_of,
    sought::Got,
};

pub(super) const DOES: &str = "It announces checks that nobody signed so, in that site's name: the address from which \
                               you do this is refused announcements for fifteen minutes.";

/// How many forgeries more somebody sends who isn't stopped.
const ENOUGH: usize = 60;
/// What is promised: refused after so many at the latest, all the same.
const REFUSALS: u64 = 10;

/// M7, M20, M39.
pub(super) fn perform(visit: &mut Visit<'_>) -> Result<Row, DrillError> {
    let other = kit_of("not-registered-here");
    let own = SigningKey::generate(Alg::ES256, &mut SystemEntropy);
    let forgeries = Forger { victim: &visit.target.kit, other: &other, keeper: visit.keeper, own }.all()?;
    let (mut findings, mut lookout) = (Findings::default(), visit.watch()?);
    let (sent, stopped) = announce_all(visit, &forgeries, &mut findings)?;
    wait(&mut lookout, sent)?;
    findings.must(stopped.came, "the forger's address is refused");
    let found = lookout.findings().find(|finding| finding.detector == Detector::Forgery);
    findings.must(found.is_some_and(|found| found.evidence.count <= REFUSALS), "noticed within ten refusals");
    findings.must(visit.site_is_heard()?, "the site in whose name it was done is heard, from the same address");
    Ok(findings.row(Row {
        name: "forged-check",
        held: "what anybody can know of a site, and papers that it signed for something else".into(),
        got: Got::default(),
        promise: "no check; noticed within ten refusals, and the site itself is heard on",
        kept: true,
        noticed: lookout.noticed("the ledger says nothing of it within ten seconds"),
        stopped,
        officer: lookout.seen_on_record()?,
        note: format!("{sent} announcements in {} forms of forgery", forgeries.len()),
        short: None,
        figures: None,
    }))
}

/// Each once, and then again and again until the address is refused. Answers with how many were sent, and when it was
/// refused.
fn announce_all(
    visit: &Visit<'_>,
    forgeries: &[Forgery],
    findings: &mut Findings,
) -> Result<(u64, Moment), DrillError> {
    let (mut stranger, began) = (visit.stranger()?, SystemClock.read().wall);
    let (mut sent, mut stopped) = (0, Moment::never("nobody is refused for it"));
    for Forgery { what, jws } in forgeries.iter().cycle().take(forgeries.len() + ENOUGH) {
        let status = announce(&mut stranger, jws)?;
        findings.must((400..500).contains(&status), what);
        if status == 429 && !stopped.came {
            let seconds = SystemClock.read().wall.since(began);
            stopped = Moment::came("the address is refused for a quarter of an hour").after(sent, seconds);
        }
        sent += 1;
        if sent >= forgeries.len() as u64 {
            if stopped.came {
                break;
            }
            pause();
        }
    }
    Ok((sent, stopped))
}
