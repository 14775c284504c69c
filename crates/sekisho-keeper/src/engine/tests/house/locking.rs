//! A lockdown, and what it ends with.

use super::*;
use crate::{
    engine::Opener,
    keystore::{Secret, Share, Terms, shares},
};

impl House {
    pub(in crate::engine::tests) fn order_lockdown(&mut self, role: Role) -> Answered<DeskAnswer> {
        let shift = self.begin_shift_as(role);
        self.desk(DeskRequest::LockDown { shift, why: "a key was found outside".into() })
    }

    /// An officer's order, and what the server does then.
    pub(in crate::engine::tests) fn lock_down(&mut self) -> Locked {
        self.order_lockdown(Role::Officer).unwrap();
        self.lend_engine().lock()
    }

    /// Unlocks, and lets everything go on at once that was stopped.
    pub(in crate::engine::tests) fn unlock_by(&mut self, locked: Locked, opener: Opener<'_>) -> Result<(), StartError> {
        self.unlock_shut(locked, opener)?;
        self.lift_all();
        Ok(())
    }

    /// Unlocks; what a lockdown left stopped stays so.
    pub(in crate::engine::tests) fn unlock_shut(
        &mut self,
        locked: Locked,
        opener: Opener<'_>,
    ) -> Result<(), StartError> {
        self.engine = Some(locked.unlock_by(opener).map_err(|(_, error)| error)?);
        Ok(())
    }

    fn lift_all(&mut self) {
        let Ok(OperatorAnswer::Stops(stops)) = self.operator(OperatorRequest::Stops) else { panic!("no stops") };
        for stop in stops {
            self.operator(OperatorRequest::Lift { stop: stop.id, why: "over".into() }).unwrap();
        }
    }

    /// Stops, deals shares as the ceremony does, and starts again.
    pub(in crate::engine::tests) fn deal(&mut self, needed: u8, of: u8) -> (Secret, Vec<Share>) {
        self.engine = None;
        let mut keystore = Keystore::open(Box::new(self.medium.clone())).unwrap();
        let (keys, _) = keystore.unlock(PASSPHRASE).unwrap();
        let entropy = &mut SeededEntropy::new(u64::from(of));
        let terms = Terms::new(needed, of).unwrap();
        let (secret, dealing, all) = shares::deal(terms, entropy);
        keystore.share(&keys, (terms, dealing), &secret, entropy).unwrap();
        self.restart_after(MINUTE);
        (secret, all)
    }

    /// Three reviewers with a document each.
    pub(crate) fn three_assigned(&mut self) -> (Vec<ShiftToken>, Vec<AssignmentId>) {
        let shift = self.begin_shift_as(Role::Administrator);
        for n in [NEWCOMER, NEWCOMER + 1] {
            let invite = DeskRequest::Invite { shift: shift.clone(), name: format!("n-{n}"), role: Role::Reviewer };
            let Ok(DeskAnswer::Invitation { invitation, .. }) = self.desk(invite) else { panic!("no invitation") };
            self.enrol_as(&invitation, n).unwrap();
        }
        for jti in ["one", "two", "three"] {
            self.submit(jti);
        }
        let shifts =
            vec![self.begin_shift(), self.prove_as(NEWCOMER, None).token, self.prove_as(NEWCOMER + 1, None).token];
        let assignments = shifts.iter().map(|shift| self.next(shift).unwrap()).collect();
        (shifts, assignments)
    }

    /// Puts a lockdown, an officer's, into one batch behind a viewing.
    pub(in crate::engine::tests) fn view_and_lock_down(
        &mut self,
        shift: &ShiftToken,
        assignment: AssignmentId,
    ) -> Vec<Outcome> {
        let officer = self.begin_shift_as(Role::Officer);
        let view = Ask::Desk(DeskRequest::View { shift: shift.clone(), assignment, again: None });
        self.engine().run(vec![view, Ask::Desk(DeskRequest::LockDown { shift: officer, why: "now".into() })])
    }

    /// Takes away the keystore's mark, as if a crash had come before it, or a copy from before were used.
    pub(in crate::engine::tests) fn unmark_keystore(&mut self, before: Vec<u8>) {
        self.medium = MemoryMedium::from_bytes(before);
    }

    /// Puts the database back as it was in a copy.
    pub(in crate::engine::tests) fn unmark_database(&mut self) {
        self.engine = None;
        let db = db::open(&self.folder.join("keeper.db")).unwrap();
        crate::db::meta::clear(&db, crate::db::meta::names::LOCKED_DOWN).unwrap();
    }
}
