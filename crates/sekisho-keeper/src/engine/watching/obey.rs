//! What comes of a finding. Each cause has its own arm, and can bring about no more than its type allows.

use sekisho_core::{
    author::Author,
    id::StaffId,
    lockdown::{Lockdown, Why},
    watch::{Cause, Finding, PAUSE_SECONDS, PersonVerdict, SeveralVerdict, VaultVerdict},
};

use super::super::{fault::Fault, lockdown, pause, staff, turn::Turn};

/// Does what a finding's verdict says, in the transaction of its entry.
pub(super) fn obey(turn: &mut Turn<'_>, finding: &Finding) -> Result<(), Fault> {
    if finding.shadow {
        return Ok(());
    }
    match &finding.cause {
        Cause::Person { staff, verdict: PersonVerdict::EndShift } => end_shift(turn, *staff),
        Cause::Several { staff, verdict: SeveralVerdict::EndShift } => {
            staff.people().iter().try_for_each(|staff| end_shift(turn, *staff))
        }
        Cause::Vault { verdict: VaultVerdict::Pause } | Cause::Several { verdict: SeveralVerdict::Pause, .. } => {
            pause(turn)
        }
        Cause::Several { verdict: SeveralVerdict::Lockdown, .. } => lock_down(turn, finding),
        // Who is denied follows from the entry; a note is one.
        Cause::Outside { .. } | Cause::Person { .. } | Cause::Vault { .. } | Cause::Several { .. } => Ok(()),
    }
}

/// As an officer's order would end it: what was assigned goes back to the others. The passkey begins a new one.
fn end_shift(turn: &mut Turn<'_>, staff: StaffId) -> Result<(), Fault> {
    tracing::error!(%staff, "the watch ends a shift");
    turn.room.watching.ended.push(staff);
    staff::end_shifts_of(turn, staff)
}

/// It ends by itself, or when two officers say so.
fn pause(turn: &mut Turn<'_>) -> Result<(), Fault> {
    tracing::error!("the watch pauses all openings");
    let until = turn.now.at + PAUSE_SECONDS;
    pause::pause(turn, Author::Watch, until)
}

/// Nothing is released from here on, whatever else this batch entered.
fn lock_down(turn: &mut Turn<'_>, finding: &Finding) -> Result<(), Fault> {
    tracing::error!("the watch locks the vault down");
    let why = why(finding).ok_or_else(|| Fault::Broken("a finding", "says nothing".into()))?;
    lockdown::lock_down(turn, Lockdown { by: Author::Watch, why, evidence: finding.evidence.places.clone() })
}

/// Its sentence, as far as it fits.
fn why(finding: &Finding) -> Option<Why> {
    let said = finding.sentence().en;
    said.chars().take(Why::MAX).collect::<String>().parse().ok()
}
