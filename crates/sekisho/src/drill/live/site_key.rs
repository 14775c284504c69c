//! The private key of a site of the operator's own, in an attacker's hand.

use sekisho_core::id::CheckId;
use sekisho_sys::entropy::SystemEntropy;

use super::visit::{Visit, wait};
use crate::drill::{
    DrillError, Row,
    sought::Got,
    stolen_site_key::{Tally, routes},
};

pub(super) const DOES: &str = "It asks every route of the API that reads about that check, and then for checks that \
                               don't exist: that site is refused for fifteen minutes.";

/// Checks that don't exist, and are asked for.
const STRANGE: usize = 16;

/// M11, M39.
pub(super) fn perform(visit: &mut Visit<'_>) -> Result<Row, DrillError> {
    let (mut tally, mut lookout) = (Tally::default(), visit.watch()?);
    let asked = ask_about(visit, &mut tally)?;
    for _ in 0..STRANGE {
        call(visit, &format!("/v1/checks/{}", CheckId::random(&mut SystemEntropy)), &mut tally)?;
        lookout.look(tally.calls)?;
    }
    wait(&mut lookout, tally.calls)?;
    let found_in_what_was_sent = visit.sought.within(&visit.picture.bytes).pictures == 1;
    Ok(Row {
        name: "stolen-site-key",
        held: "the private key of the operator's own site, on the operator's own installation".into(),
        got: tally.got,
        promise: "no route answers with a picture or a birth date; 0",
        kept: tally.got == Got::default() && tally.failed == 0 && found_in_what_was_sent,
        noticed: lookout.noticed("the ledger says nothing of it within ten seconds"),
        stopped: lookout.stopped("the ledger says nothing of it within ten seconds"),
        officer: lookout.seen_on_record()?,
        note: format!(
            "{} calls on {asked} routes, {} of them refused; the same search finds the picture in what was sent",
            tally.calls, tally.refused
        ),
        short: None,
        figures: None,
    })
}

/// Every route that reads, about the check. Answers with how many there are.
fn ask_about(visit: &mut Visit<'_>, tally: &mut Tally) -> Result<usize, DrillError> {
    let routes: Vec<_> = routes()?.into_iter().filter(|(_, method)| method == "GET").collect();
    let (check, sub) = (visit.check.to_string(), visit.caller.sub(b"nobody").to_string());
    for (route, _) in &routes {
        call(visit, &route.replace("{check}", &check).replace("{sub}", &sub), tally)?;
    }
    for end in ["picture", "image", "document", "blob", "view"] {
        call(visit, &format!("/v1/checks/{check}/{end}"), tally)?;
    }
    Ok(routes.len())
}

fn call(visit: &mut Visit<'_>, path: &str, tally: &mut Tally) -> Result<(), DrillError> {
    let answer = visit.call("GET", path)?;
    tally.take(&visit.sought, &answer);
    Ok(())
}
