//! Whether the courier is there, and whether the keeper is well: so that silence is noticed on both sides.

use sekisho_core::{alert::Alerting, event::What, time::Timestamp};

use super::super::{fault::Fault, turn::Turn};
use crate::{db::columns::At, wire::Pulse};

/// The courier asks twice a second. One that has asked nothing for so many seconds is suspected.
const SILENT: u64 = 120;
/// And it is called silent if it says nothing for so many seconds more: a machine that slept is given time to wake.
const AFTER: u64 = 60;
/// What waits for so many seconds to be sent at all makes the keeper unwell.
const STUCK: u64 = 600;
/// A keeper whose ledger was not published for so many seconds is unwell.
const UNPUBLISHED: u64 = 120;

/// When the courier was last heard, in seconds since boot.
#[derive(Debug, Default)]
pub(in super::super) struct Heard {
    at: u64,
    suspected: Option<u64>,
    noted: bool,
}

impl Heard {
    /// It said something.
    pub(in super::super) fn hear(&mut self, since_boot: u64) {
        *self = Self { at: since_boot, suspected: None, noted: false };
    }

    /// For how many seconds it has said nothing.
    pub(in super::super) fn silent(&self, since_boot: u64) -> u64 {
        since_boot.saturating_sub(self.at)
    }

    /// For how many seconds it was silent, if that is to be told now: once.
    fn silence(&mut self, since_boot: u64) -> Option<u64> {
        let silent = since_boot.saturating_sub(self.at);
        if silent < SILENT || self.noted {
            return None;
        }
        let suspected = *self.suspected.get_or_insert(since_boot);
        self.noted = since_boot.saturating_sub(suspected) >= AFTER;
        self.noted.then_some(silent)
    }
}

/// Notes that the courier is silent. Where there is no rota it has nobody to call.
pub(in super::super) fn listen(turn: &mut Turn<'_>) -> Result<(), Fault> {
    if super::rota(turn.db)?.is_none() {
        return Ok(());
    }
    let since_boot = turn.room.clock.read().since_boot;
    let Some(silent) = turn.room.heard.silence(since_boot) else { return Ok(()) };
    let since = turn.now.at - silent;
    turn.log(None, What::Alerting { alerting: Alerting::CourierSilent { since } })?;
    Ok(())
}

/// Whether the keeper, its ledger and its outbox are well.
pub(in super::super) fn pulse(turn: &Turn<'_>) -> Result<Pulse, Fault> {
    let since_boot = turn.room.clock.read().since_boot;
    let mut troubles = Vec::new();
    if since_boot.saturating_sub(turn.room.published) > UNPUBLISHED {
        troubles.push("ledger_unpublished".to_owned());
    }
    if waits(turn, "SELECT min(created) FROM alert_call WHERE made IS NULL")? {
        troubles.push("calls_waiting".into());
    }
    // A site that doesn't answer is tried again and again, and no trouble of ours.
    if waits(turn, "SELECT min(created) FROM outbox WHERE tries = 0")? {
        troubles.push("webhooks_waiting".into());
    }
    Ok(Pulse { troubles })
}

fn waits(turn: &Turn<'_>, oldest: &str) -> rusqlite::Result<bool> {
    let oldest: Option<At<Timestamp>> = turn.db.prepare_cached(oldest)?.query_row([], |row| row.get(0))?;
    Ok(oldest.is_some_and(|At(at)| turn.now.at.since(at) > STUCK))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_told_once_and_anew_after_a_word() {
        let mut heard = Heard::default();
        heard.hear(1_000);
        assert_eq!([1_119, 1_120, 1_179].map(|at| heard.silence(at)), [None; 3]);
        assert_eq!([heard.silence(1_180), heard.silence(1_240)], [Some(180), None]);
        heard.hear(1_250);
        assert_eq!((heard.silence(1_300), heard.silence(1_400), heard.silence(1_460)), (None, None, Some(210)));
    }

    #[test]
    fn a_machine_that_slept_is_given_time_to_wake() {
        let mut heard = Heard::default();
        heard.hear(0);
        assert_eq!(heard.silence(90_000), None, "the first look after a night");
        heard.hear(90_001);
        assert_eq!(heard.silence(90_061), None);
    }
}
