//! What can happen: the steps of a script.

use sekisho_core::check::Reason;
use serde::{Deserialize, Serialize};

use crate::wire::Fault;

/// One operation. Numbers choose among what is there when it happens, so that a script from which
/// steps were taken still runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// So many seconds pass, with the ticks that a keeper has.
    Pass(u64),
    /// So many seconds pass without a tick: the machine sleeps.
    Sleep(u64),
    /// A tick.
    Tick,
    /// A member of a site submits to a new check.
    Submit {
        /// The site.
        site: u8,
        /// Its member.
        member: u8,
        /// Seconds after which the site's request expires.
        expires: u32,
    },
    /// A picture more for a check that there is.
    Again(u16),
    /// What was sent once is sent once more.
    Resend(u16),
    /// A gate that lies about what it sends.
    Bent(u8),
    /// A ciphertext that is never received.
    Orphan,
    /// A person proves presence: a shift begins, or goes on.
    Shift(u8),
    /// A person's shift ends.
    EndShift(u8),
    /// The next assignment.
    Next(u8),
    /// The one look.
    View(u8),
    /// The answer.
    Decide(u8, Reason),
    /// Several of them, as far as it goes.
    Review(u8, Reason),
    /// The site withdraws a check.
    Withdraw(u16),
    /// The member withdraws a check.
    WithdrawByMember(u16),
    /// A member leaves a site.
    Leave {
        /// The site.
        site: u8,
        /// Its member.
        member: u8,
    },
    /// Somebody in the network of that number is refused by the gate.
    Refused(u8),
    /// The courier pulls and delivers; every message with an odd place fails.
    Deliver(bool),
    /// A check is asked about, with its proof.
    Ask(u16),
    /// An officer pauses, or lifts the pause.
    Pause(bool),
    /// An officer says that the clock is right.
    Confirm,
    /// The wall clock is set by so many seconds.
    Leap(i64),
    /// The wall clock is set right.
    Mend,
    /// Several requests in one batch.
    Batch(Vec<Op>),
    /// The process stops in order.
    Stop,
    /// The process is killed.
    Kill,
    /// The process starts.
    Start {
        /// Seconds for which the machine was off.
        off: u64,
        /// Whether the passphrase is given.
        unlock: bool,
        /// Whether power was lost, and what became of what was never synced.
        power: Option<u64>,
    },
    /// A passphrase is given; a wrong one if so.
    Unlock(bool),
    /// Whoever runs the machine locks the vault down.
    LockDown,
    /// Whoever runs the machine stops all viewings, or lets everything go on that is stopped.
    Halt(bool),
    /// A passphrase is given for ending a lockdown, or for no more than unlocking; a wrong one if not so.
    Release(bool),
    /// The disk fills up, or has room again.
    Full(bool),
}

/// An operation and the faults that strike in its course.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What happens.
    #[serde(rename = "do")]
    pub op: Op,
    /// What strikes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
}

impl Step {
    /// An operation without faults.
    pub const fn new(op: Op) -> Self {
        Self { op, faults: Vec::new() }
    }
}

/// A script as text: one step a line.
pub fn to_text(script: &[Step]) -> String {
    let line = |step| serde_json::to_string(step).unwrap_or_default() + "\n";
    script.iter().map(line).collect()
}

/// Reads a script back.
///
/// # Errors
/// The first line that is no step.
pub fn from_text(text: &str) -> Result<Vec<Step>, String> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| serde_json::from_str(line).map_err(|error| format!("no step: {line}: {error}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Kept, Strikes};

    #[test]
    fn a_script_is_read_back_as_it_was_written() {
        let fault = Fault { on: Strikes::Write, at: 7, dies: true, kept: Kept::Front(128) };
        let script = vec![
            Step::new(Op::Leap(-5)),
            Step { op: Op::Submit { site: 1, member: 2, expires: 60 }, faults: vec![fault] },
            Step::new(Op::Batch(vec![Op::Next(0), Op::Tick])),
        ];
        assert_eq!(from_text(&to_text(&script)), Ok(script));
        assert!(from_text("{}").is_err());
    }
}
