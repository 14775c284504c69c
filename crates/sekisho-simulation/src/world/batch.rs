//! Requests in batches, and what is known once they were answered.

use sekisho_core::{
    check::{CheckState, Reason, Verdict},
    id::{AssignmentId, CheckId, DocumentId},
    time::{Reading, Timestamp},
};
use sekisho_keeper::{
    engine::{Outcome, Reply},
    wire::{DeskAnswer, GateAnswer, Refusal},
};

use super::World;
use crate::{
    laws::{Held, Law, Violation},
    model::{Known, Staff},
    op::Op,
    people,
};

/// How long a pause of the officer's lasts.
pub(super) const PAUSE_MINUTES: u16 = 15;
pub(super) const PAUSE_SECONDS: u64 = PAUSE_MINUTES as u64 * 60;

/// What was asked, so that its answer can be understood.
#[derive(Debug, Clone)]
pub(super) enum Pending {
    Received { document: DocumentId, fresh: bool },
    Bent,
    Withdrawn(CheckId),
    Left(Vec<CheckId>),
    Next(u8),
    View(u8, AssignmentId),
    Decide(u8, Reason),
    EndShift(u8),
    Pause(bool),
    LockDown,
    Confirm(Reading),
    Refused,
}

impl World {
    /// Puts several requests in one batch.
    pub(super) fn batch(&mut self, ops: &[Op]) -> Held {
        let (mut asks, mut pending) = (Vec::new(), Vec::new());
        for op in ops {
            if let Some((ask, what)) = self.prepare(op) {
                asks.push(ask);
                pending.push(what);
            }
        }
        if asks.is_empty() {
            return self.inspect();
        }
        let alone = asks.len() == 1;
        let outcomes = self.put(asks);
        let mut outcomes = outcomes.map(Vec::into_iter);
        for what in pending {
            let outcome = outcomes.as_mut().and_then(Iterator::next);
            self.conclude(&what, outcome, alone)?;
        }
        self.end_call();
        self.inspect()
    }

    fn conclude(&mut self, what: &Pending, outcome: Option<Outcome>, alone: bool) -> Held {
        let said = match &outcome {
            None => "no answer".to_owned(),
            Some(Outcome::Say(reply)) => format!("{reply:?}"),
            Some(Outcome::Draw { viewing, .. }) => format!("a picture for {viewing}"),
        };
        self.tell(&said);
        let answer = match outcome {
            None => None,
            Some(Outcome::Draw { viewing, opening, .. }) => {
                let Pending::View(person, assignment) = what else {
                    return Err(Violation::of(Law::Opens, "a picture came that nobody asked for"));
                };
                let Ok(content) = opening.open() else {
                    return Err(Violation::of(Law::Kept, "a picture came that is not what was received"));
                };
                let staff = &mut self.model.staff[usize::from(*person)];
                staff.seen =
                    self.model.documents.iter().find(|(_, d)| d.picture == content.as_bytes()).map(|(id, _)| *id);
                return self.released(viewing, *assignment, content.as_bytes());
            }
            Some(Outcome::Say(Reply::Gate(answer))) => Some(answer.map(Answer::Gate)),
            Some(Outcome::Say(Reply::Desk(answer))) => Some(answer.map(Answer::Desk)),
            Some(Outcome::Say(Reply::Operator(answer))) => return self.locked_down(answer),
            Some(Outcome::Say(Reply::Courier(_))) => return Ok(()),
        };
        match answer {
            Some(Ok(answer)) => self.granted(what, answer),
            Some(Err(Refusal::Unavailable)) | None => {
                self.unclear(what);
                self.not_granted(what, alone, answer.and_then(Result::err))
            }
            Some(Err(refusal)) => self.not_granted(what, alone, Some(refusal)),
        }
    }

    fn granted(&mut self, what: &Pending, answer: Answer) -> Held {
        let (call, clean) = (self.call, self.is_clean());
        match (what, answer) {
            (Pending::Received { document, .. }, Answer::Gate(GateAnswer::Received(received))) => {
                let known = self.model.documents.get_mut(document).expect("sent before it is received");
                (known.received, known.deadline) = (Known::Yes, received.deadline);
                self.refresh()?;
                self.check_durable(received.ledger_index, "what was received")
            }
            (Pending::Bent, _) => Err(Violation::of(Law::Opens, "what was bent was received")),
            // Whoever was refused is told so whatever becomes of the count; where nothing failed it is there.
            (Pending::Refused, _) => {
                let now = self.clock.truth();
                if clean {
                    self.model.watched.refuse(now);
                }
                Ok(())
            }
            (Pending::Withdrawn(check), _) => self.withdrawn(*check, call, clean),
            (Pending::Left(checks), _) => {
                for check in checks {
                    self.model.end(*check, Known::Yes, call, clean);
                    let known = self.model.checks.get_mut(check).expect("asked for before its member leaves");
                    known.left = true;
                }
                Ok(())
            }
            (Pending::Next(person), Answer::Desk(DeskAnswer::Next(next))) => {
                let staff = &mut self.model.staff[usize::from(*person)];
                let assignment = next.map(|next| next.assignment);
                if staff.assignment != assignment {
                    (staff.assignment, staff.seen) = (assignment, None);
                }
                Ok(())
            }
            (Pending::Decide(person, reason), Answer::Desk(DeskAnswer::Decided(state))) => {
                self.decided(*person, *reason, state, call, clean)
            }
            (Pending::EndShift(person), _) => {
                self.model.staff[usize::from(*person)] = Staff::default();
                Ok(())
            }
            (Pending::Pause(pause), _) => {
                self.model.paused = Some(*pause);
                if *pause {
                    let surely = self.bounds.low(self.clock.honest()) + PAUSE_SECONDS;
                    self.model.paused_surely = self.model.paused_surely.max(surely);
                    self.pause_at_most();
                }
                Ok(())
            }
            (Pending::Confirm(read), _) => {
                self.bounds.confirm(*read, true);
                // What a doubt kept from being done is done at the next tick.
                self.model.worked = Timestamp(0);
                Ok(())
            }
            (what, _) => Err(Violation::of(Law::Works, format!("another answer than to {what:?}"))),
        }
    }

    fn withdrawn(&mut self, check: CheckId, call: u64, clean: bool) -> Held {
        self.model.end(check, Known::Yes, call, clean);
        let known = self.model.checks.get_mut(&check).expect("asked for before it is withdrawn");
        // A second time it is done already, and the site was told; where the first time went unanswered, perhaps so long
        // ago that the message was given up since.
        let before = known.state.replace(CheckState::Withdrawn) == Some(CheckState::Withdrawn);
        if before || known.left || known.withdrawal_unclear {
            return Ok(());
        }
        self.check_told(check)
    }

    fn decided(&mut self, person: u8, reason: Reason, state: CheckState, call: u64, clean: bool) -> Held {
        let staff = &mut self.model.staff[usize::from(person)];
        staff.assignment = None;
        let Some(document) = staff.seen.take() else {
            return Err(Violation::of(Law::Opens, "a decision on what nobody looked at"));
        };
        let check = self.model.documents[&document].context.check;
        self.model.end(check, Known::Yes, call, clean);
        if state.is_final() {
            self.model.checks.entry(check).and_modify(|known| known.state = Some(state));
        }
        let fits = match reason.verdict() {
            Verdict::Approve => state == CheckState::Approved,
            Verdict::Reject => state == CheckState::Rejected,
            Verdict::Retake => matches!(state, CheckState::AwaitingDocument | CheckState::Expired),
        };
        if !fits {
            return Err(Violation::of(Law::Works, format!("{reason:?} made a check {state:?}")));
        }
        self.check_told(check)
    }

    /// A site that wants to be told is going to be: the message lies on the disk.
    fn check_told(&mut self, check: CheckId) -> Held {
        self.refresh()?;
        let wants = people::has_webhook(self.model.checks[&check].site);
        if wants && !self.model.outbox.values().any(|message| message.check == check) {
            return Err(Violation::of(Law::Kept, format!("nobody will tell the site about {check}")));
        }
        Ok(())
    }
}

enum Answer {
    Gate(GateAnswer),
    Desk(DeskAnswer),
}
