//! One request with the watch around it: who is denied is not heard, what is refused is observed, and whoever is
//! stopped by what they just did gets no picture for it.

use super::{
    super::{
        apart,
        dispatch::{self, Ask, Reply, Side, Step},
        fault::Fault,
        turn::Turn,
    },
    asked::{Asked, Seen},
    denied, observe, refused, sent,
};
use crate::wire::{GateAnswer, Refusal};

/// Does what is asked, in a savepoint of its own.
pub(in crate::engine) fn heed(turn: &mut Turn<'_>, ask: Ask) -> Result<Step, Fault> {
    let asked = Asked::of(&ask);
    require_heard(turn, &asked)?;
    turn.room.watching.ended.clear();
    let done = apart(turn, |turn| dispatch::ask(turn, ask));
    let seen = match &done {
        Ok(_) => asked.seen_anyway(),
        Err(fault) => asked.seen_refused(turn, fault),
    };
    if let Some(seen) = seen {
        note(turn, seen);
    }
    done.map(|step| answered(turn, step)).map(|step| withheld(turn, step))
}

fn require_heard(turn: &mut Turn<'_>, asked: &Asked) -> Result<(), Fault> {
    let now = turn.now.at;
    if turn.room.watching.denies_nobody() {
        return Ok(());
    }
    let Some(asker) = asked.asker(turn) else { return Ok(()) };
    match denied(turn, &asker, now)? {
        Some(_) => Err(Refusal::Denied.into()),
        None => Ok(()),
    }
}

// In a savepoint of its own: whoever asked has their answer, whatever becomes of this.
fn note(turn: &mut Turn<'_>, seen: Seen) {
    let noted = apart(turn, |turn| match seen {
        Seen::Refused(room, trouble, asker) => refused(turn, room, trouble, &asker),
        Seen::Sent(pictures) => sent(turn, &pictures),
        Seen::Spent(room, spent) => {
            let now = turn.now.at;
            let told = turn.room.watching.bounds.reached(&spent, now);
            observe(turn, room, told.into_iter().collect())
        }
    });
    if let Err(cause) = noted {
        tracing::error!(%cause, "a refusal is not on record");
        // It would be taken for told.
        turn.room.watching.gathered = None;
    }
}

// What a gate tells may be what somebody is refused for from now on.
fn answered(turn: &Turn<'_>, step: Step) -> Step {
    match step {
        Step::Say(Reply::Gate(Ok(GateAnswer::Heard(_)))) => {
            Step::Say(Reply::Gate(Ok(GateAnswer::Heard(turn.room.watching.denials(turn.now.at)))))
        }
        step => step,
    }
}

// The entry stands: it counts as a viewing. But nothing is released to a shift that is over.
fn withheld(turn: &Turn<'_>, step: Step) -> Step {
    match step {
        Step::Open(allowed) if turn.room.watching.ended.contains(&allowed.staff) => {
            Step::Say(Side::Desk.refuse(Refusal::ShiftOver))
        }
        step => step,
    }
}
