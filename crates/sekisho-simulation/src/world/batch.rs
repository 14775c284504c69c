//! Requests in batches, and what is known once they were answered.

use sekisho_core::{
    check::{CheckState, LookReason, Reason, Verdict},
    id::{AssignmentId, CheckId, DocumentId, NetworkId},
    time::{Reading, Timestamp},
};
use sekisho_keeper::{
    engine::{Ask, Outcome, Reply},
    wire::{DeskAnswer, DeskRequest, GateAnswer, GateRequest, OperatorRequest, Refusal, Refused, ShiftToken, Unheard},
};

use super::{World, upload::MEMBER_SECRET};
use crate::{
    laws::{Held, Law, Violation},
    model::{Known, Staff},
    op::Op,
    people::{self, MEMBERS, OFFICER, SITES, STAFF},
};

/// How long a pause of the officer's lasts.
const PAUSE_MINUTES: u16 = 15;
const PAUSE_SECONDS: u64 = PAUSE_MINUTES as u64 * 60;

/// What was asked, so that its answer can be understood.
#[derive(Debug, Clone)]
enum Pending {
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

    fn token(&self, person: u8) -> Option<ShiftToken> {
        self.model.staff[usize::from(person)].token.clone()
    }

    fn prepare(&mut self, op: &Op) -> Option<(Ask, Pending)> {
        let of_staff = |person: u8| person % STAFF.len() as u8;
        Some(match op {
            Op::Submit { site, member, expires } => {
                let check = self.new_check(*site, *member, *expires);
                let document = self.sealed(check)?;
                self.receive(document, *expires > 60)
            }
            Op::Again(n) => {
                let check = self.model.check(*n)?;
                let document = self.sealed(check)?;
                self.receive(document, false)
            }
            Op::Resend(n) => {
                let document = self.model.document(*n)?;
                self.receive(document, false)
            }
            Op::Bent(how) => {
                let check = self.new_check(0, 0, 3600);
                let document = self.sealed(check)?;
                (Ask::Gate(GateRequest::Receive(self.bent(document, *how)?)), Pending::Bent)
            }
            Op::Withdraw(n) => {
                let check = self.model.check(*n)?;
                let call = self.signed_call(self.model.checks[&check].site, &format!("/v1/checks/{check}/withdraw"));
                (Ask::Gate(GateRequest::Withdraw { check, call }), Pending::Withdrawn(check))
            }
            Op::WithdrawByMember(n) => {
                let check = self.model.check(*n)?;
                let ask = GateRequest::WithdrawByMember { check, secret: MEMBER_SECRET };
                (Ask::Gate(ask), Pending::Withdrawn(check))
            }
            Op::Refused(network) => {
                let from = Some(NetworkId::from_bytes([*network; 16]));
                (Ask::Gate(GateRequest::Unheard(Unheard { what: Refused::Link([9; 32]), from })), Pending::Refused)
            }
            Op::Leave { site, member } => self.leave(*site % SITES, *member % MEMBERS),
            Op::Next(person) => {
                let shift = self.token(*person % 2)?;
                (Ask::Desk(DeskRequest::Next(shift)), Pending::Next(*person % 2))
            }
            Op::View(person) => {
                let (person, shift) = (*person % 2, self.token(*person % 2)?);
                let assignment = self.model.staff[usize::from(person)].assignment?;
                (
                    Ask::Desk(DeskRequest::View { shift, assignment, again: Some(LookReason::CutShort) }),
                    Pending::View(person, assignment),
                )
            }
            Op::Decide(person, reason) => {
                let (person, shift) = (*person % 2, self.token(*person % 2)?);
                let assignment = self.model.staff[usize::from(person)].assignment?;
                let ask = DeskRequest::Decide { shift, assignment, reason: *reason };
                (Ask::Desk(ask), Pending::Decide(person, *reason))
            }
            Op::EndShift(person) => {
                let person = of_staff(*person);
                (Ask::Desk(DeskRequest::EndShift(self.token(person)?)), Pending::EndShift(person))
            }
            Op::Pause(pause) => {
                let shift = self.token(OFFICER)?;
                let ask = if *pause {
                    DeskRequest::Pause { shift, minutes: PAUSE_MINUTES }
                } else {
                    DeskRequest::Resume(shift)
                };
                (Ask::Desk(ask), Pending::Pause(*pause))
            }
            Op::LockDown => {
                let why = "a simulation".to_owned();
                (Ask::Operator(OperatorRequest::LockDown { why }), Pending::LockDown)
            }
            Op::Confirm => {
                let ask = DeskRequest::ConfirmTime(self.token(OFFICER)?);
                (Ask::Desk(ask), Pending::Confirm(self.clock.honest()))
            }
            _ => return None,
        })
    }

    fn receive(&self, document: DocumentId, fresh: bool) -> (Ask, Pending) {
        let receive = self.model.documents[&document].receive.clone();
        (Ask::Gate(GateRequest::Receive(receive)), Pending::Received { document, fresh })
    }

    fn leave(&mut self, site: u8, member: u8) -> (Ask, Pending) {
        let sub = people::sub_text(site, member);
        let call = self.signed_call(site, &format!("/v1/members/{sub}/left"));
        let all = self.model.checks.iter().filter(|(_, check)| check.site == site && check.member == member);
        let checks = all.map(|(check, _)| *check).collect();
        (Ask::Gate(GateRequest::MemberLeft { sub, call }), Pending::Left(checks))
    }

    fn signed_call(&mut self, site: u8, path: &str) -> sekisho_keeper::wire::SignedCall {
        let n = self.number();
        people::call(self.id, site, path, n, self.now())
    }

    // ------------------------------------------------------------- answers

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

    /// Nobody knows whether it was done; the disk says so later.
    fn unclear(&mut self, what: &Pending) {
        match what {
            Pending::Received { document, .. } => {
                let known = self.model.documents.get_mut(document).expect("sent before it is received");
                known.received = known.received.max(Known::Maybe);
            }
            Pending::Withdrawn(check) => {
                self.unclear_end(*check);
                self.model.checks.entry(*check).and_modify(|known| known.withdrawal_unclear = true);
            }
            Pending::Left(checks) => {
                for check in checks {
                    self.unclear_end(*check);
                    self.model.checks.entry(*check).and_modify(|known| known.left = true);
                }
            }
            Pending::Decide(person, ..) => {
                if let Some(document) = self.model.staff[usize::from(*person)].seen {
                    let check = self.model.documents[&document].context.check;
                    self.unclear_end(check);
                }
            }
            Pending::Pause(pause) => {
                self.model.paused = None;
                if *pause {
                    self.pause_at_most();
                }
            }
            Pending::Confirm(read) => self.bounds.confirm(*read, false),
            Pending::Bent
            | Pending::Next(_)
            | Pending::View(..)
            | Pending::EndShift(_)
            | Pending::LockDown
            | Pending::Refused => {}
        }
    }

    /// A pause was ordered, and may hold: until then at most.
    fn pause_at_most(&mut self) {
        let until = self.bounds.high(self.clock.honest()) + PAUSE_SECONDS;
        self.model.paused_until = self.model.paused_until.max(until);
    }

    fn unclear_end(&mut self, check: CheckId) {
        let call = self.call;
        self.model.end(check, Known::Maybe, call, false);
    }

    /// What is refused although nothing stands against it is a finding.
    fn not_granted(&mut self, what: &Pending, alone: bool, refusal: Option<Refusal>) -> Held {
        let Some(refusal) = refusal.filter(|_| alone) else { return Ok(()) };
        match what {
            Pending::Received { fresh: true, .. } if !self.is_stopped(refusal) => {
                self.refused("a fresh upload", refusal)
            }
            Pending::Next(person) => {
                match refusal {
                    Refusal::ShiftOver => self.model.staff[usize::from(*person)] = Staff::default(),
                    Refusal::TouchNeeded | Refusal::BudgetSpent(_) => return self.unless_paused(what, refusal, true),
                    _ => {}
                }
                self.unless_paused(what, refusal, refusal == Refusal::ShiftOver)
            }
            Pending::View(person, _) => {
                let expected = matches!(
                    refusal,
                    Refusal::AssignmentOver
                        | Refusal::AlreadyViewed
                        | Refusal::ShiftOver
                        | Refusal::DocumentGone
                        | Refusal::BudgetSpent(_)
                );
                let staff = &mut self.model.staff[usize::from(*person)];
                if refusal == Refusal::AssignmentOver {
                    (staff.assignment, staff.seen) = (None, None);
                }
                self.unless_paused(what, refusal, expected)
            }
            _ => Ok(()),
        }
    }

    /// Whether it was refused because something is stopped, which is so.
    fn is_stopped(&self, refusal: Refusal) -> bool {
        refusal == Refusal::Stopped && self.model.stopped().next().is_some()
    }

    fn unless_paused(&self, what: &Pending, refusal: Refusal, expected: bool) -> Held {
        let over = self.model.paused_until <= self.bounds.low(self.clock.honest());
        if expected || self.is_stopped(refusal) || (self.model.paused != Some(false) && !over) {
            Ok(())
        } else {
            self.refused(&format!("{what:?}"), refusal)
        }
    }
}

enum Answer {
    Gate(GateAnswer),
    Desk(DeskAnswer),
}
