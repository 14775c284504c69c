//! Which witnesses are to be asked now, and what they are sent.

use super::{
    super::{
        fault::Fault,
        turn::{Room, Turn},
    },
    Asked, Watched, judge,
};
use crate::wire::WitnessAsk;

/// Seconds between two questions to a witness that answers.
pub(super) const PACE: u64 = 10;
/// After so many seconds without word a question is taken for lost; the courier waits less for an answer.
const LOST: u64 = 30;

/// What the courier is to send now. One that is away or slow is nobody else's concern.
pub(in super::super) fn work(turn: &mut Turn<'_>) -> Result<Vec<WitnessAsk>, Fault> {
    judge::note_all(turn)?;
    let since_boot = turn.room.clock.read().since_boot;
    let (size, doubted) = (turn.room.ledger.published_size(), !turn.now.may_open);
    let due: Vec<_> = turn.room.witnesses.all.iter().filter(|one| one.is_due(since_boot)).collect();
    let wanted = due.into_iter().filter(|one| doubted || one.lacks(size)).map(|one| one.key.name().to_owned());
    let names: Vec<_> = wanted.collect();
    Ok(names.iter().filter_map(|name| ask(turn.room, name, since_boot)).collect())
}

impl Watched {
    fn is_due(&self, since_boot: u64) -> bool {
        let waits = self.asked.as_ref().is_some_and(|asked| since_boot < asked.at + LOST);
        !waits && since_boot >= self.due && !self.is_over()
    }

    /// Whether there is something that it has not cosigned since this start.
    fn lacks(&self, size: u64) -> bool {
        size > 0 && !(self.since_start && self.cosigned.is_some_and(|(cosigned, _)| cosigned >= size))
    }
}

fn ask(room: &mut Room, name: &str, since_boot: u64) -> Option<WitnessAsk> {
    let size = room.ledger.published_size();
    // One that knows more than there is will say so.
    let old = room.watched(name)?.known.min(size);
    let built = room.ledger.ask_to_cosign(old);
    let one = room.watched(name)?;
    match built {
        Ok(add) => {
            let body = add.to_string();
            one.asked = Some(Asked { old, size, checkpoint: add.checkpoint, at: since_boot });
            Some(WitnessAsk { witness: name.to_owned(), url: one.url.clone(), size, body })
        }
        Err(cause) => {
            tracing::error!(witness = name, %cause, "can't be shown that the ledger continues");
            one.failed("no_proof", since_boot);
            None
        }
    }
}
