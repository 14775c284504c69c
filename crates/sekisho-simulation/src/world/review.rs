//! Reviewers, officers and the courier: what takes more than one request.

use sekisho_core::{
    check::Reason,
    ledger::receipt::{self, Receipt},
};
use sekisho_keeper::{
    engine::{Ask, Outcome, Reply},
    wire::{CourierAnswer, CourierRequest, DeskAnswer, DeskRequest, GateAnswer, GateRequest, Refusal},
};

use super::World;
use crate::{
    laws::{Held, Law, Violation},
    op::Op,
    people::{self, STAFF},
};

impl World {
    /// One request to the desk's side. Nothing if no answer came.
    fn desk(&mut self, request: DeskRequest) -> Option<Result<DeskAnswer, Refusal>> {
        match self.put(vec![Ask::Desk(request)])?.pop() {
            Some(Outcome::Say(Reply::Desk(answer))) => Some(answer),
            _ => None,
        }
    }

    /// A person proves presence.
    pub(super) fn begin_shift(&mut self, person: u8) -> Held {
        let person = person % STAFF.len() as u8;
        let shift = self.model.staff[usize::from(person)].token.clone();
        let options = self.desk(DeskRequest::ShiftOptions { shift: shift.clone() });
        self.end_call();
        let Some(Ok(DeskAnswer::ShiftOptions(options))) = options else {
            // A shift that is over can't go on; the next one begins anew.
            self.model.staff[usize::from(person)].token = None;
            return self.inspect();
        };
        let assertion = people::assertion(person, &options.challenge);
        let from = Some(people::whence(person, options.challenge[0]));
        let begun = self.desk(DeskRequest::BeginShift { ceremony: options.ceremony, assertion, from });
        let held = match begun {
            Some(Ok(DeskAnswer::Shift(begun))) => {
                if shift.is_none() {
                    self.model.staff[usize::from(person)] = Default::default();
                    self.model.staff[usize::from(person)].token = Some(begun.token);
                }
                Ok(())
            }
            Some(Err(refusal)) if shift.is_none() => self.refused("a shift", refusal),
            _ => Ok(()),
        };
        self.end_call();
        held?;
        self.inspect()
    }

    /// A person looks at what is next, and answers.
    pub(super) fn review(&mut self, person: u8, reason: Reason) -> Held {
        let person = person % 2;
        if self.model.staff[usize::from(person)].token.is_none() {
            self.begin_shift(person)?;
        }
        for op in [Op::Next(person), Op::View(person), Op::Decide(person, reason)] {
            self.batch(&[op])?;
        }
        Ok(())
    }

    /// The courier pulls what is due, and delivers it or fails to.
    pub(super) fn deliver(&mut self, fails: bool) -> Held {
        let pulled = self.put(vec![Ask::Courier(CourierRequest::Pull { limit: 9 })]).and_then(|mut all| all.pop());
        self.end_call();
        let Some(Outcome::Say(Reply::Courier(Ok(CourierAnswer::Messages(messages))))) = pulled else {
            return self.inspect();
        };
        for (message, n) in messages.into_iter().zip(0..) {
            if let Some(known) = self.model.outbox.get_mut(&message.id) {
                known.touched = true;
            }
            let failed = CourierRequest::Failed { message: message.id, why: "status_500".into() };
            let said = if fails && n % 2 == 0 { failed } else { CourierRequest::Delivered(message.id) };
            self.put(vec![Ask::Courier(said)]);
            self.end_call();
        }
        self.inspect()
    }

    /// A check is asked about: it stands where it was said to stand, and its receipt verifies.
    pub(super) fn ask_about(&mut self, n: u16) -> Held {
        let Some(check) = self.model.check(n) else { return Ok(()) };
        let asked = self.put(vec![Ask::Gate(GateRequest::Check(check)), Ask::Gate(GateRequest::Proof(check))]);
        let Some([stands, proof]) = asked.and_then(|all| <[Outcome; 2]>::try_from(all).ok()) else {
            self.end_call();
            return self.inspect();
        };
        let known = self.model.checks[&check].state;
        if let Outcome::Say(Reply::Gate(Ok(GateAnswer::Check(view)))) = stands
            && known.is_some_and(|known| known != view.state)
        {
            return Err(Violation::of(Law::Kept, format!("{check} is {:?} and was {known:?}", view.state)));
        }
        if let Outcome::Say(Reply::Gate(Ok(GateAnswer::Proof(json)))) = proof {
            let verified = Receipt::from_json(&json).ok().and_then(|read| receipt::verify(&read, None).ok());
            if verified.is_none() {
                return Err(Violation::of(Law::Kept, format!("the receipt of {check} doesn't verify")));
            }
        }
        self.end_call();
        self.inspect()
    }
}
