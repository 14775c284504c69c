//! Changes that loosen: proposed, approved, made.

use super::*;

/// Whose passkey answers.
#[derive(Clone, Copy)]
pub(in crate::engine::tests) enum Hand {
    Of(Role),
    SecondOfficer,
}

impl House {
    /// At work for real, with two officers.
    pub(in crate::engine::tests) fn in_use() -> Self {
        let mut house = Self::in_production();
        house.second_officer();
        house.submit("the first real one");
        house
    }

    fn number(hand: Hand) -> u8 {
        match hand {
            Hand::Of(role) => people().into_iter().find(|(_, of)| *of == role).unwrap().0,
            Hand::SecondOfficer => NEWCOMER,
        }
    }

    fn shift_of(&mut self, hand: Hand) -> ShiftToken {
        self.prove_as(Self::number(hand), None).token
    }

    pub(in crate::engine::tests) fn propose(&mut self, role: Role, change: Change) -> Answered<ChangeId> {
        let shift = self.begin_shift_as(role);
        match self.desk(DeskRequest::Propose { shift, change: Box::new(change) })? {
            DeskAnswer::Proposed(id) => Ok(id),
            other => panic!("{other:?}"),
        }
    }

    pub(in crate::engine::tests) fn changes(&mut self) -> Vec<ChangeView> {
        let shift = self.begin_shift_as(Role::Officer);
        match self.desk(DeskRequest::Changes(shift)) {
            Ok(DeskAnswer::Changes(all)) => all,
            other => panic!("{other:?}"),
        }
    }

    /// Somebody is for a change, with their own passkey.
    pub(in crate::engine::tests) fn approve(&mut self, hand: Hand, change: ChangeId) -> Answered<()> {
        self.approve_with(hand, change, Self::number(hand))
    }

    /// The same with somebody else's passkey.
    pub(in crate::engine::tests) fn approve_with(&mut self, hand: Hand, change: ChangeId, passkey: u8) -> Answered<()> {
        let shift = self.shift_of(hand);
        let asked = self.desk(DeskRequest::ApprovalOptions { shift: shift.clone(), change })?;
        let DeskAnswer::ShiftOptions(options) = asked else { panic!("no options") };
        let assertion = Person::new(passkey).prove(&options.challenge);
        self.desk(DeskRequest::Approve { shift, ceremony: options.ceremony, assertion }).map(drop)
    }

    /// The same assertion is sent twice.
    pub(in crate::engine::tests) fn approve_twice(
        &mut self,
        hand: Hand,
        change: ChangeId,
    ) -> (Answered<()>, Answered<()>) {
        let shift = self.shift_of(hand);
        let asked = self.desk(DeskRequest::ApprovalOptions { shift: shift.clone(), change }).unwrap();
        let DeskAnswer::ShiftOptions(options) = asked else { panic!("no options") };
        let assertion = Person::new(Self::number(hand)).prove(&options.challenge);
        let approve =
            || DeskRequest::Approve { shift: shift.clone(), ceremony: options.ceremony, assertion: assertion.clone() };
        (self.desk(approve()).map(drop), self.desk(approve()).map(drop))
    }

    /// The registered site, as it stands.
    pub(in crate::engine::tests) fn site(&mut self) -> SiteView {
        self.directory().sites.remove(0)
    }

    /// The newest version of the policy.
    pub(in crate::engine::tests) fn policy(&mut self) -> Policy {
        self.directory().policies.into_iter().max_by_key(|policy| policy.version).unwrap()
    }

    fn directory(&mut self) -> Directory {
        let shift = self.begin_shift_as(Role::Officer);
        match self.desk(DeskRequest::Directory(shift)) {
            Ok(DeskAnswer::Directory(directory)) => directory,
            other => panic!("{other:?}"),
        }
    }

    /// An assertion for a shift is sent as one for a change.
    pub(in crate::engine::tests) fn approve_with_a_touch(&mut self) -> Answered<()> {
        let shift = self.shift_of(Hand::Of(Role::Officer));
        let touch = self.desk(DeskRequest::ShiftOptions { shift: Some(shift.clone()) }).unwrap();
        let DeskAnswer::ShiftOptions(options) = touch else { panic!("no options") };
        let assertion = Person::new(Self::number(Hand::Of(Role::Officer))).prove(&options.challenge);
        self.desk(DeskRequest::Approve { shift, ceremony: options.ceremony, assertion }).map(drop)
    }

    pub(in crate::engine::tests) fn make(&mut self, change: ChangeId) -> Answered<DeskAnswer> {
        let shift = self.begin_shift_as(Role::Administrator);
        self.desk(DeskRequest::MakeChange { shift, change })
    }

    pub(in crate::engine::tests) fn cancel(&mut self, role: Role, change: ChangeId) -> Answered<()> {
        let shift = self.begin_shift_as(role);
        self.desk(DeskRequest::CancelChange { shift, change }).map(drop)
    }

    /// Who was invited enrols, and begins a shift.
    pub(in crate::engine::tests) fn comes_in(&mut self, invitation: &str) -> Role {
        self.enrol_as(invitation, NEWCOMER + 1).unwrap();
        self.prove_as(NEWCOMER + 1, None).staff.role
    }

    /// The administrator removes both officers.
    pub(in crate::engine::tests) fn remove_all_officers(&mut self) {
        let first = self.person(Role::Officer);
        self.remove_the_second_officer();
        let shift = self.begin_shift_as(Role::Administrator);
        self.desk(DeskRequest::RemoveStaff { shift, staff: first }).unwrap();
    }

    /// The administrator removes the second officer.
    pub(in crate::engine::tests) fn remove_the_second_officer(&mut self) {
        let staff = self.prove_as(NEWCOMER, None).staff.staff;
        let shift = self.begin_shift_as(Role::Administrator);
        self.desk(DeskRequest::RemoveStaff { shift, staff }).unwrap();
    }
}
