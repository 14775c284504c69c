//! What each operation asks of the keeper.

use sekisho_core::{
    check::LookReason,
    id::{DocumentId, NetworkId},
};
use sekisho_keeper::{
    engine::Ask,
    wire::{DeskRequest, GateRequest, OperatorRequest, Refused, ShiftToken, Unheard},
};

use super::{
    World,
    batch::{PAUSE_MINUTES, Pending},
    upload::MEMBER_SECRET,
};
use crate::{
    op::Op,
    people::{self, MEMBERS, OFFICER, SITES, STAFF},
};

impl World {
    fn token(&self, person: u8) -> Option<ShiftToken> {
        self.model.staff[usize::from(person)].token.clone()
    }

    /// What is asked, and as what it is remembered; nothing where there is nothing to ask it about.
    pub(super) fn prepare(&mut self, op: &Op) -> Option<(Ask, Pending)> {
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
}
