//! What a witness's answer means.

use sekisho_core::{
    event::{Contradiction, What},
    ledger::add_checkpoint::parse_conflict,
    time::Timestamp,
};

use super::{
    super::{
        fault::Fault,
        turn::{Effect, Turn},
    },
    Asked, Contradicted, Watched,
    ask::PACE,
    registry::store,
};
use crate::wire::WitnessSaid;

/// Seconds until a witness that failed is asked again, by the number of failures; the last one repeats.
const BACK_OFF: [u64; 6] = [2, 5, 10, 20, 40, 60];
/// By how many seconds a witness's time and the machine's may differ and still be called the same.
const AGREES: u64 = 300;

/// What an answer comes to.
enum Judged {
    /// It cosigned; the lines are in the answer.
    Cosigned(Timestamp),
    /// It last cosigned that many entries: it is to be asked again from there.
    Knows(u64),
    /// It knows another ledger, of so many entries.
    Contradicts(Contradiction, u64),
    /// It didn't cosign, for a reason that may pass.
    Failed(String),
}

/// Takes in what a witness said. An answer to what was not asked, or is forgotten, changes nothing.
pub(in super::super) fn said(turn: &mut Turn<'_>, name: &str, size: u64, said: &WitnessSaid) -> Result<(), Fault> {
    let since_boot = turn.room.clock.read().since_boot;
    let Some(one) = turn.room.watched(name) else { return Ok(()) };
    let Some(asked) = one.asked.take_if(|asked| asked.size == size) else { return Ok(()) };
    let judged = judge(turn, name, &asked, said);
    let Some(one) = turn.room.watched(name) else { return Ok(()) };
    match judged {
        Judged::Cosigned(at) => return cosigned(turn, name, (size, at), since_boot),
        Judged::Knows(known) => one.knows(known, since_boot),
        Judged::Contradicts(how, size) => one.contradicts(how, size),
        Judged::Failed(why) => one.failed(&why, since_boot),
    }
    note_all(turn)?;
    store(turn, name)
}

fn judge(turn: &mut Turn<'_>, name: &str, asked: &Asked, said: &WitnessSaid) -> Judged {
    let published = turn.room.ledger.published_size();
    match said {
        WitnessSaid::Unreachable { why } => Judged::Failed(plain(why)),
        WitnessSaid::Status { code: 200, body } => adopt(turn, name, asked, body),
        WitnessSaid::Status { code: 409, body } => conflict(asked, parse_conflict(body), published),
        // With nothing to prove from, there is no proof to be wrong.
        WitnessSaid::Status { code: 422, .. } if asked.old > 0 => {
            Judged::Contradicts(Contradiction::OtherHistory, asked.old)
        }
        WitnessSaid::Status { code: 404, .. } => Judged::Failed("unknown_log".into()),
        WitnessSaid::Status { code: 403, .. } => Judged::Failed("unknown_log_key".into()),
        WitnessSaid::Status { code, .. } => Judged::Failed(format!("status_{code}")),
    }
}

fn adopt(turn: &mut Turn<'_>, name: &str, asked: &Asked, lines: &str) -> Judged {
    let Some(key) = turn.room.watched(name).map(|one| one.key.clone()) else { return Judged::Failed(String::new()) };
    match turn.room.ledger.cosign(&asked.checkpoint, lines, &key) {
        Ok(at) => Judged::Cosigned(at),
        Err(cause) => {
            tracing::warn!(witness = name, %cause, "answered without a cosignature of its own that holds");
            Judged::Failed("wrong_cosignature".into())
        }
    }
}

/// 409: the size that we think it knows is not the one that it knows; or, if both are the checkpoint's, the roots
/// differ.
fn conflict(asked: &Asked, knows: Option<u64>, published: u64) -> Judged {
    match knows {
        Some(knows) if knows > published => Judged::Contradicts(Contradiction::Ahead, knows),
        Some(knows) if knows != asked.old => Judged::Knows(knows),
        _ if asked.old == asked.size => Judged::Contradicts(Contradiction::OtherHistory, asked.size),
        _ => Judged::Failed("status_409".into()),
    }
}

impl Watched {
    fn knows(&mut self, known: u64, since_boot: u64) {
        if known < self.known {
            tracing::warn!(witness = self.key.name(), known, before = self.known, "knows less than it cosigned before");
        }
        self.known = known;
        // At once, but not for ever: a witness whose word changes each time is asked ever less often.
        self.failures += 1;
        self.due = if self.failures > 2 { since_boot + back_off(self.failures) } else { since_boot };
    }

    fn contradicts(&mut self, how: Contradiction, size: u64) {
        tracing::error!(witness = self.key.name(), ?how, size, "knows another ledger: nothing opens any more");
        // What is on record already is not written twice.
        let noted = self.contradiction.as_ref().is_some_and(|old| old.noted && old.how == how && old.size == size);
        self.contradiction = Some(Contradicted { how, size, since_start: true, noted, taken_back: false });
    }

    pub(super) fn failed(&mut self, why: &str, since_boot: u64) {
        self.failures += 1;
        self.due = since_boot + back_off(self.failures);
        self.trouble = Some(why.to_owned());
    }
}

fn back_off(failures: usize) -> u64 {
    BACK_OFF[failures.saturating_sub(1).min(BACK_OFF.len() - 1)]
}

fn cosigned(turn: &mut Turn<'_>, name: &str, cosigned: (u64, Timestamp), since_boot: u64) -> Result<(), Fault> {
    let start = turn.room.witnesses.start;
    let Some(one) = turn.room.watched(name) else { return Ok(()) };
    let size = cosigned.0;
    one.known = size;
    one.cosigned = Some(cosigned);
    one.since_start |= size > start;
    (one.failures, one.trouble, one.due) = (0, None, since_boot + PACE);
    // What it said in an earlier run it takes back by cosigning what this one began with.
    let old = one.contradiction.as_mut().filter(|old| !old.since_start);
    if let Some(old) = old.filter(|_| one.since_start) {
        old.taken_back = true;
        turn.effects.push(Effect::Settle);
        turn.log(None, What::WitnessAgreed { witness: name.to_owned(), size })?;
    }
    store(turn, name)?;
    confirm_time(turn, name, cosigned.1)
}

/// A witness's time ends a doubt if the machine's clock says the same. Neither of them alone could.
fn confirm_time(turn: &mut Turn<'_>, name: &str, stated: Timestamp) -> Result<(), Fault> {
    let reading = turn.room.clock.read();
    let apart = stated.since(reading.wall).max(reading.wall.since(stated));
    if turn.now.may_open || apart > AGREES {
        return Ok(());
    }
    let wall = stated.min(reading.wall);
    turn.effects.push(Effect::Believe(wall, reading));
    turn.log(None, What::TimeConfirmedByWitness { wall, witness: name.to_owned() })?;
    Ok(())
}

/// Puts on record what is not yet: also what a full disk kept from it before.
pub(super) fn note_all(turn: &mut Turn<'_>) -> Result<(), Fault> {
    for at in 0..turn.room.witnesses.all.len() {
        let one = &turn.room.witnesses.all[at];
        let Some(Contradicted { how, size, noted: false, .. }) = one.contradiction else { continue };
        let witness = one.key.name().to_owned();
        store(turn, &witness)?;
        turn.log(None, What::WitnessContradicted { witness, size, contradiction: how })?;
        if let Some(contradiction) = &mut turn.room.witnesses.all[at].contradiction {
            contradiction.noted = true;
        }
    }
    Ok(())
}

// The courier talks to strangers; what it says of them is cut to a plain word.
fn plain(why: &str) -> String {
    why.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(40).collect()
}
