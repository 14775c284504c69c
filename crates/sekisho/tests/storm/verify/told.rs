//! What people were told holds: their own record against database, ledger and post.

use std::collections::BTreeMap;

use sekisho_core::{
    check::{Reason, Verdict},
    id::{AssignmentId, CheckId, ViewingId},
};

use super::{Finding, files::State, ledger::Past};
use crate::{
    books::{Pages, Told},
    hook::Hook,
};

pub(super) fn verify(pages: &Pages, state: &State, past: &Past, finding: &mut Finding) {
    let mut arrivals: BTreeMap<CheckId, usize> = BTreeMap::new();
    state.documents.values().for_each(|document| *arrivals.entry(document.check).or_default() += 1);
    for (check, told) in &pages.checks {
        verify_check(*check, told, arrivals.get(check).copied().unwrap_or(0), state, finding);
    }
    verify_seen(&pages.seen, past, finding);
    for (assignment, reason) in &pages.decided {
        let decided = past.decided.get(assignment).map_or(&[][..], Vec::as_slice);
        let holds = matches!(decided, [(_, _, known)] if known == reason);
        finding.demand(holds, || format!("the decision {reason:?} of {assignment} stands {} times", decided.len()));
        for (check, ..) in decided {
            let (found, _) = state.checks.get(check).cloned().unwrap_or_default();
            finding.demand(follows(*reason, &found), || format!("{check} is {found} after {reason:?}"));
        }
    }
    for check in &pages.attested {
        let has_claim = state.checks.get(check).is_some_and(|(_, claim)| *claim);
        finding.demand(has_claim, || format!("{check} had a claim and has none"));
    }
}

fn verify_check(check: CheckId, told: &Told, arrivals: usize, state: &State, finding: &mut Finding) {
    finding.demand(state.announced.contains_key(&check), || format!("{check} was announced and is unknown"));
    // Members of a storm send one picture for a check, and again until somebody says that it came.
    finding.demand(arrivals <= 1, || format!("{check} has {arrivals} documents of one picture"));
    finding.demand(arrivals == 1 || !told.uploaded, || format!("{check} has an acknowledged picture and no document"));
    let kept = state.checks.get(&check).map_or("", |(state, _)| state);
    if told.withdrawn {
        let gone = kept == "withdrawn" || (arrivals == 0 && state.announced.get(&check) == Some(&true));
        finding.demand(gone, || format!("{check} was withdrawn and is {kept}"));
    } else if !told.withdrawing {
        finding.demand(kept != "withdrawn", || format!("{check} is withdrawn and nobody asked for that"));
    }
}

/// Where a check may stand after a decision. A retake leaves it waiting, and then it can be withdrawn.
fn follows(reason: Reason, state: &str) -> bool {
    match reason.verdict() {
        Verdict::Approve => state == "approved",
        Verdict::Reject => state == "rejected",
        Verdict::Retake => matches!(state, "awaiting_document" | "withdrawn"),
    }
}

/// Each picture that was seen has its entry; none was seen twice; no assignment has two.
fn verify_seen(seen: &[(AssignmentId, ViewingId)], past: &Past, finding: &mut Finding) {
    let mut times: BTreeMap<AssignmentId, usize> = BTreeMap::new();
    for (assignment, viewing) in seen {
        *times.entry(*assignment).or_default() += 1;
        if !past.viewed.get(assignment).is_some_and(|entries| entries.contains(viewing)) {
            finding.unlogged_viewings += 1;
        }
    }
    for (assignment, count) in times.iter().filter(|(_, count)| **count > 1) {
        finding.losses.push(format!("{assignment} showed its picture {count} times"));
    }
    for (assignment, entries) in past.viewed.iter().filter(|(_, entries)| entries.len() > 1) {
        finding.losses.push(format!("{assignment} has {} viewings on record", entries.len()));
    }
}

/// What sites are told of a decision.
fn kind(reason: Reason) -> &'static str {
    match reason.verdict() {
        Verdict::Approve => "check.approved",
        Verdict::Reject => "check.rejected",
        Verdict::Retake => "check.awaiting_document",
    }
}

/// Every decision on record, and every withdrawal, each with what the site must hear of it.
fn owed(past: &Past) -> impl Iterator<Item = (CheckId, &'static str)> {
    let decided = past.decided.values().flatten().map(|(check, _, reason)| (*check, kind(*reason)));
    decided.chain(past.withdrawn.iter().map(|check| (*check, "check.withdrawn")))
}

/// What the site should have heard and did not.
pub(super) fn undelivered(hook: &Hook, past: &Past) -> Vec<(CheckId, &'static str)> {
    let heard = hook.all();
    owed(past).filter(|(check, kind)| !heard.contains_key(&(check.to_string(), (*kind).to_owned()))).collect()
}

/// Each was delivered at least once, always under the same id, and signed.
pub(super) fn post(hook: &Hook, past: &Past, finding: &mut Finding) {
    for (check, kind) in undelivered(hook, past) {
        finding.losses.push(format!("the site never heard {kind} of {check}"));
    }
    let mut expected: BTreeMap<(String, String), usize> = BTreeMap::new();
    for (check, kind) in owed(past) {
        *expected.entry((check.to_string(), kind.to_owned())).or_default() += 1;
    }
    for (about, ids) in hook.all() {
        let owed = expected.get(&about).copied().unwrap_or(0);
        finding.demand(ids <= owed, || format!("{about:?} came under {ids} ids, {owed} were owed"));
        finding.webhooks += ids;
    }
    let unbelievable = hook.post.lock().unwrap().unbelievable;
    finding.demand(unbelievable == 0, || format!("{unbelievable} webhooks were not signed, or changed"));
}
