//! References that could be somebody's, guessed at the gate by somebody who holds nothing.

use sekisho_core::{
    entropy::fresh,
    time::Clock,
    watch::{Detector, Verdict},
};
use sekisho_sys::{clock::SystemClock, entropy::SystemEntropy};

use super::visit::{Visit, pause, wait};
use crate::{
    drill::{DrillError, Moment, Row, findings::Findings, sought::Got},
    service::secret::Secret,
};

pub(super) const DOES: &str = "It guesses at members' links: the address from which you do this can follow no new link \
                               for fifteen minutes.";

/// How often somebody tries who isn't stopped.
const ENOUGH: u64 = 60;
/// What is promised: noticed within so many refusals.
const REFUSALS: u64 = 10;

/// M20, M26, M39.
pub(super) fn perform(visit: &mut Visit<'_>) -> Result<Row, DrillError> {
    let (mut findings, mut lookout) = (Findings::default(), visit.watch()?);
    let (tried, stopped) = guess(visit, &mut findings)?;
    wait(&mut lookout, tried)?;
    findings.must(stopped.came, "who guesses is refused");
    let found = lookout.findings().find(|found| found.detector == Detector::Enumeration);
    let told = found.is_some_and(|found| found.evidence.count <= REFUSALS && found.verdict() > Verdict::Note);
    findings.must(told, "noticed within ten refusals");
    findings.must(visit.member_is_served()?, "a member who is in goes on, at the same address");
    findings.must(visit.site_is_heard()?, "and so does the site");
    Ok(findings.row(Row {
        name: "enumeration",
        held: "nothing but guesses at members' links".into(),
        got: Got::default(),
        promise: "nothing; noticed within ten refusals, and refused from then on",
        kept: true,
        noticed: lookout.noticed("the ledger says nothing of it within ten seconds"),
        stopped,
        officer: lookout.seen_on_record()?,
        note: format!("{tried} links that nobody was sent"),
        short: None,
        figures: None,
    }))
}

/// Until it is refused for who asks. Answers with how many were tried, and when it was refused.
fn guess(visit: &Visit<'_>, findings: &mut Findings) -> Result<(u64, Moment), DrillError> {
    let (mut stranger, began) = (visit.stranger()?, SystemClock.read().wall);
    for tried in 0..ENOUGH {
        let link = Secret::of(fresh(&mut SystemEntropy));
        let door = if tried % 2 == 0 { "m" } else { "s" };
        let answer = stranger.get(&format!("/{door}/{}", link.text()))?;
        findings.got += visit.sought.within(answer.body());
        findings.must(answer.status().is_client_error(), "a guess is refused");
        if answer.status() == 429 {
            let seconds = SystemClock.read().wall.since(began);
            return Ok((tried + 1, Moment::came("refused for a quarter of an hour").after(tried, seconds)));
        }
        if tried >= REFUSALS {
            pause();
        }
    }
    Ok((ENOUGH, Moment::never("nobody is refused for it")))
}
