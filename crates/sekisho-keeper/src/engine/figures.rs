//! What is counted and measured for whoever watches from outside.

use std::collections::BTreeMap;

use sekisho_core::{check::ShredCause, event::What, time::Timestamp, watch::Verdict};

use super::{board, dispatch, fault::Fault, turn::Turn};
use crate::{
    db::columns::At,
    wire::{Counted, Figures, Refusal, Waiting},
};

/// What an unlocked keeper counts. It begins anew with each start, as counters do.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub counted: Counted,
    pub refusals: BTreeMap<(&'static str, String), u64>,
}

impl Counts {
    /// Takes in what a transaction that is durable counted.
    pub(super) fn add(&mut self, more: Counted) {
        let all = &mut self.counted;
        for (sum, count) in [
            (&mut all.arrivals, more.arrivals),
            (&mut all.assignments, more.assignments),
            (&mut all.viewings, more.viewings),
            (&mut all.decisions, more.decisions),
            (&mut all.overdue, more.overdue),
            (&mut all.damaged, more.damaged),
            (&mut all.findings, more.findings),
            (&mut all.pauses, more.pauses),
        ] {
            *sum += count;
        }
    }

    /// Somebody was refused.
    pub(super) fn refuse(&mut self, side: &'static str, refusal: Refusal) {
        *self.refusals.entry((side, refusal.to_string())).or_default() += 1;
    }
}

/// Counts one event.
pub(super) fn count(counted: &mut Counted, what: &What) {
    let one = match what {
        What::Received { .. } => &mut counted.arrivals,
        What::Assigned { .. } => &mut counted.assignments,
        What::Viewed { .. } => &mut counted.viewings,
        What::Decided { .. } => &mut counted.decisions,
        What::Shredded { cause: ShredCause::Overdue, .. } => &mut counted.overdue,
        What::Shredded { cause: ShredCause::Damaged, .. } => &mut counted.damaged,
        What::Found { finding } if finding.verdict() > Verdict::Note => &mut counted.findings,
        What::Paused { .. } => &mut counted.pauses,
        _ => return,
    };
    *one += 1;
}

/// All figures, as of now.
pub(super) fn figures(turn: &Turn<'_>) -> Result<Figures, Fault> {
    let room = &turn.room;
    let (since_boot, status) = (room.clock.read().since_boot, dispatch::status(turn)?);
    let signed = status.witnessing.witnesses.iter().filter_map(|one| one.cosigned).map(|(_, at)| at).max();
    Ok(Figures {
        queue: dispatch::queue(turn)?,
        shifts: room.shifts.count() as u64,
        published: room.ledger.published_size(),
        witness_age: signed.map(|at| turn.now.at.since(at)),
        vault: board::of_the_vault(turn)?,
        webhooks: waiting(turn, "SELECT count(*), min(created) FROM outbox")?,
        calls: waiting(turn, "SELECT count(*), min(created) FROM alert_call WHERE made IS NULL")?,
        alerts: [open(turn, "now")?, open(turn, "soon")?],
        courier_silent: room.heard.silent(since_boot),
        counted: room.counts.counted,
        refusals: room.counts.refusals.iter().map(|((side, code), n)| ((*side).to_owned(), code.clone(), *n)).collect(),
        status,
    })
}

fn waiting(turn: &Turn<'_>, sql: &str) -> rusqlite::Result<Waiting> {
    let (count, oldest): (i64, Option<At<Timestamp>>) =
        turn.db.prepare_cached(sql)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Waiting { count: count as u64, oldest: oldest.map_or(0, |At(at)| turn.now.at.since(at)) })
}

fn open(turn: &Turn<'_>, urgency: &str) -> rusqlite::Result<u64> {
    let mut waiting =
        turn.db.prepare_cached("SELECT count(*) FROM alert WHERE acknowledged IS NULL AND urgency = ?1")?;
    waiting.query_row([urgency], |row| row.get::<_, i64>(0)).map(|count| count as u64)
}
