//! What reviewers, officers and administrators do, and what sites sign.

use super::*;

impl House {
    pub(crate) fn begin_shift(&mut self) -> ShiftToken {
        self.begin_shift_as(Role::Reviewer)
    }

    pub(in crate::engine::tests) fn begin_shift_as(&mut self, role: Role) -> ShiftToken {
        self.prove(role, None).token
    }

    pub(in crate::engine::tests) fn try_begin_shift(&mut self, role: Role) -> Answered<()> {
        let n = people().into_iter().find(|(_, r)| *r == role).unwrap().0;
        self.try_prove(n)
    }

    pub(in crate::engine::tests) fn try_begin_second_reviewers_shift(&mut self) -> Answered<()> {
        self.try_prove(NEWCOMER)
    }

    fn try_prove(&mut self, n: u8) -> Answered<()> {
        let Ok(DeskAnswer::ShiftOptions(options)) = self.desk(DeskRequest::ShiftOptions { shift: None }) else {
            panic!("no options")
        };
        let assertion = Person::new(n).prove(&options.challenge);
        self.desk(DeskRequest::BeginShift { ceremony: options.ceremony, assertion, from: None }).map(drop)
    }

    pub(in crate::engine::tests) fn try_next_for_test(&mut self, shift: &ShiftToken) -> Answered<Option<AssignmentId>> {
        self.try_next(shift)
    }

    pub(in crate::engine::tests) fn touch(&mut self, shift: &ShiftToken) {
        self.prove(Role::Reviewer, Some(shift.clone()));
    }

    /// Enrols a second reviewer, as an administrator would while founding.
    pub(in crate::engine::tests) fn enrol_second_reviewer(&mut self) {
        let shift = self.begin_shift_as(Role::Administrator);
        let invite = DeskRequest::Invite { shift, name: "second".into(), role: Role::Reviewer };
        let Ok(DeskAnswer::Invitation { invitation, .. }) = self.desk(invite) else { panic!("no invitation") };
        self.enrol(&invitation).unwrap();
    }

    /// Enrols a second officer, whose shift begins.
    pub(in crate::engine::tests) fn second_officer(&mut self) -> ShiftToken {
        let shift = self.begin_shift_as(Role::Administrator);
        let invite = DeskRequest::Invite { shift, name: "second officer".into(), role: Role::Officer };
        let Ok(DeskAnswer::Invitation { invitation, .. }) = self.desk(invite) else { panic!("no invitation") };
        self.enrol(&invitation).unwrap();
        self.prove_as(NEWCOMER, None).token
    }

    /// Touches the passkey again, in a role's own shift.
    pub(in crate::engine::tests) fn touch_as(&mut self, role: Role, shift: &ShiftToken) {
        self.prove(role, Some(shift.clone()));
    }

    /// The person of a role.
    pub(in crate::engine::tests) fn person(&mut self, role: Role) -> sekisho_core::id::StaffId {
        self.prove(role, None).staff.staff
    }

    pub(in crate::engine::tests) fn begin_second_reviewers_shift(&mut self) -> ShiftToken {
        self.prove_as(NEWCOMER, None).token
    }

    pub(super) fn prove(&mut self, role: Role, shift: Option<ShiftToken>) -> Shift {
        let n = people().into_iter().find(|(_, r)| *r == role).unwrap().0;
        self.prove_as(n, shift)
    }

    pub(super) fn prove_as(&mut self, n: u8, shift: Option<ShiftToken>) -> Shift {
        self.prove_from(n, shift, None)
    }

    /// A reviewer begins a shift at this address of a network, with this program.
    pub(in crate::engine::tests) fn begin_shift_from(&mut self, last: u8, agent: &str) -> ShiftToken {
        let from = Whence { address: [203, 0, 113, last].into(), agent: agent.into() };
        self.prove_from(1, None, Some(from)).token
    }

    fn prove_from(&mut self, n: u8, shift: Option<ShiftToken>, from: Option<Whence>) -> Shift {
        let Ok(DeskAnswer::ShiftOptions(options)) = self.desk(DeskRequest::ShiftOptions { shift }) else {
            panic!("no options")
        };
        let assertion = Person::new(n).prove(&options.challenge);
        match self.desk(DeskRequest::BeginShift { ceremony: options.ceremony, assertion, from }) {
            Ok(DeskAnswer::Shift(shift)) => shift,
            other => panic!("no shift: {other:?}"),
        }
    }

    pub(in crate::engine::tests) fn try_next(&mut self, shift: &ShiftToken) -> Answered<Option<AssignmentId>> {
        match self.desk(DeskRequest::Next(shift.clone()))? {
            DeskAnswer::Next(next) => Ok(next.map(|next| next.assignment)),
            _ => panic!("not an assignment"),
        }
    }

    pub(crate) fn next(&mut self, shift: &ShiftToken) -> Option<AssignmentId> {
        self.try_next(shift).unwrap()
    }

    pub(in crate::engine::tests) fn next_refused(&mut self, shift: &ShiftToken) -> Refusal {
        self.try_next(shift).unwrap_err()
    }

    pub(in crate::engine::tests) fn view(
        &mut self,
        shift: &ShiftToken,
        assignment: AssignmentId,
    ) -> Result<Vec<u8>, Refusal> {
        self.view_again(shift, assignment, None)
    }

    pub(in crate::engine::tests) fn view_again(
        &mut self,
        shift: &ShiftToken,
        assignment: AssignmentId,
        again: Option<LookReason>,
    ) -> Result<Vec<u8>, Refusal> {
        match self.ask(Ask::Desk(DeskRequest::View { shift: shift.clone(), assignment, again })) {
            Outcome::Draw { opening, .. } => {
                opening.open().map(|content| content.as_bytes().to_vec()).map_err(|_| Refusal::Damaged)
            }
            Outcome::Say(Reply::Desk(Err(refusal))) => Err(refusal),
            _ => panic!("neither a picture nor a refusal"),
        }
    }

    pub(in crate::engine::tests) fn decide(
        &mut self,
        shift: &ShiftToken,
        assignment: AssignmentId,
        reason: Reason,
    ) -> Result<CheckState, Refusal> {
        match self.desk(DeskRequest::Decide { shift: shift.clone(), assignment, reason })? {
            DeskAnswer::Decided(state) => Ok(state),
            _ => panic!("not decided"),
        }
    }

    /// A whole review by one reviewer.
    pub(in crate::engine::tests) fn review(&mut self, reason: Reason) -> Result<CheckState, Refusal> {
        let shift = self.begin_shift();
        let assignment = self.next(&shift).unwrap();
        self.view(&shift, assignment)?;
        self.decide(&shift, assignment, reason)
    }

    pub(in crate::engine::tests) fn founding_token(&mut self) -> Option<String> {
        self.engine().founding_token().unwrap().map(|(token, _)| token)
    }

    pub(in crate::engine::tests) fn enrol(&mut self, token: &str) -> Answered<DeskAnswer> {
        self.enrol_as(token, NEWCOMER)
    }

    pub(super) fn enrol_as(&mut self, token: &str, n: u8) -> Answered<DeskAnswer> {
        let options = self.desk(DeskRequest::EnrolOptions { invitation: token.into() })?;
        let DeskAnswer::EnrolOptions(options) = options else { panic!("no options") };
        let person = Person::new(n);
        self.desk(DeskRequest::Enrol {
            ceremony: options.ceremony,
            client_data: Person::client_data("webauthn.create", &options.challenge),
            attestation: person.register(),
        })
    }

    pub(super) fn call(&mut self, path: &str, key: &SigningKey) -> SignedCall {
        self.calls += 1;
        let jti = format!("call-{:016}", self.calls);
        let call =
            Call { site: &"site-a".parse().unwrap(), method: "POST", path, body: b"", issued: self.now(), jti: &jti };
        let jws = sign_call(key, self.keeper(), &call).unwrap();
        SignedCall { jws, method: "POST".into(), path: path.into(), body_sha256: body_sha256(b"") }
    }

    pub(in crate::engine::tests) fn signed_withdrawal(&mut self, check: CheckId) -> SignedCall {
        self.call(&format!("/v1/checks/{check}/withdraw"), &site_key())
    }

    pub(in crate::engine::tests) fn withdraw_forged(&mut self, check: CheckId) -> Answered<GateAnswer> {
        let other = SigningKey::generate(Alg::ES256, &mut SeededEntropy::new(4));
        let call = self.call(&format!("/v1/checks/{check}/withdraw"), &other);
        self.gate(GateRequest::Withdraw { check, call })
    }

    pub(in crate::engine::tests) fn member_leaves(&mut self) {
        let call = self.call(&format!("/v1/members/{}/left", sub()), &site_key());
        self.gate(GateRequest::MemberLeft { sub: sub_text(), call }).unwrap();
    }

    pub(in crate::engine::tests) fn verified_claims(&mut self, attestation: &str) -> serde_json::Value {
        let Ok(GateAnswer::Directory(directory)) = self.gate(GateRequest::Directory) else { panic!("no directory") };
        let keys = Jwks::parse(&directory.jwks).unwrap();
        serde_json::from_slice(&verify(attestation, TYP_ATTESTATION, &keys).unwrap()).unwrap()
    }
}
