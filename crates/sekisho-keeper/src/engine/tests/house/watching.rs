//! What the watch found in a house, and what a replay of its ledger finds.

use sekisho_core::{
    id::{CheckId, NetworkId},
    watch::{Detector, Finding, Verdict},
};

use super::*;
use crate::engine::watching::Kept;

impl House {
    /// With every detector at work and budgets that stop nobody, so that it is the watch that stops them.
    pub(in crate::engine::tests) fn watched_alone() -> Self {
        let mut house = Self::watched();
        house.restart_with_budget(&Limits::endless()).unwrap();
        house
    }

    /// Starts anew with the detectors set so.
    pub(in crate::engine::tests) fn restart_with_watch(&mut self, setup: &Setup) {
        let locked = self.restart_locked_after(1).with_watch(Some(setup.clone()));
        self.engine = Some(locked.unlock(PASSPHRASE).map_err(|(_, error)| error).unwrap());
    }

    fn ledger(&mut self) -> Vec<Event> {
        self.bodies().iter().map(|body| Event::from_bytes(body).unwrap()).collect()
    }

    /// What was found while it lived, by the ledger.
    pub(in crate::engine::tests) fn findings(&mut self) -> Vec<Finding> {
        let found = self.ledger().into_iter().filter_map(|event| match event.what {
            What::Found { finding } => Some(finding),
            _ => None,
        });
        found.collect()
    }

    /// The verdicts of one detector.
    pub(in crate::engine::tests) fn verdicts(&mut self, detector: Detector) -> Vec<Verdict> {
        self.findings().iter().filter(|finding| finding.detector == detector).map(Finding::verdict).collect()
    }

    /// Why the watch locked the vault down.
    pub(in crate::engine::tests) fn findings_of_lockdown(&mut self) -> String {
        let ordered = self.ledger().into_iter().find_map(|event| match event.what {
            What::LockedDown { lockdown } => Some(lockdown),
            _ => None,
        });
        let ordered = ordered.unwrap();
        assert!(ordered.by == sekisho_core::author::Author::Watch && !ordered.evidence.is_empty());
        ordered.why.to_string()
    }

    /// Whether the watch remembers what follows from the ledger, and found what is to be found in it.
    pub(in crate::engine::tests) fn watch_is_the_ledgers(&mut self) -> bool {
        let anew = self.watch_made_anew();
        let same = self.watch_kept().is_none_or(|kept| kept == anew);
        same && self.findings() == self.found()
    }

    fn watch_kept(&mut self) -> Option<Kept> {
        self.engine().room.watching.kept_for_test().cloned()
    }

    fn watch_made_anew(&mut self) -> Kept {
        let mut kept = Kept::default();
        let ledger = self.ledger();
        (0..).zip(&ledger).for_each(|(place, event)| drop(kept.see(place, event)));
        kept
    }

    /// Up to which place the watch is stored; nothing if it isn't.
    pub(in crate::engine::tests) fn watch_stored(&mut self) -> Option<i64> {
        self.engine().db.query_row("SELECT next FROM watch", [], |row| row.get(0)).ok()
    }

    /// Puts something else in the place of what is stored.
    pub(in crate::engine::tests) fn damage_watch(&mut self, state: &str) {
        self.engine().db.execute("UPDATE watch SET state = ?1", [state]).unwrap();
    }

    /// Somebody in the network of that number tries a link that leads nowhere.
    pub(in crate::engine::tests) fn try_a_link(&mut self, network: u64) -> Vec<Denial> {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&network.to_le_bytes());
        let what = Refused::Link([9; 32]);
        self.tell(what, Some(NetworkId::from_bytes(bytes)))
    }

    /// Somebody in the network of that number sends a call that names our site, and that our site didn't sign.
    pub(in crate::engine::tests) fn forge_a_call(&mut self, network: u8) -> Vec<Denial> {
        let jws = self.signed_withdrawal(CheckId::from_bytes([network; 16])).jws;
        let forged = format!("{}AAAA", &jws[..jws.len() - 4]);
        self.tell(Refused::Signed(forged), Some(NetworkId::from_bytes([network; 16])))
    }

    /// The gate tells of pictures from the network of that number.
    pub(in crate::engine::tests) fn get_pictures(&mut self, network: u8, taken: u64, refused: u64) -> Vec<Denial> {
        let from = Some(NetworkId::from_bytes([network; 16]));
        match self.gate(GateRequest::Sent(Sent { from, taken, refused })) {
            Ok(GateAnswer::Heard(denials)) => denials,
            other => panic!("not heard: {other:?}"),
        }
    }

    /// What a gate that begins is told.
    pub(in crate::engine::tests) fn names(&mut self) -> Names {
        match self.gate(GateRequest::Names) {
            Ok(GateAnswer::Names(names)) => names,
            other => panic!("no names: {other:?}"),
        }
    }

    /// Loses what is being summed up.
    pub(in crate::engine::tests) fn lose_the_counts(&mut self) {
        let engine = self.engine();
        db::meta::clear(&engine.db, db::meta::names::GATHERED).unwrap();
        engine.room.watching.forget_all();
    }

    /// The gate tells that a site asked about another's check.
    pub(in crate::engine::tests) fn ask_about_others(&mut self) -> Vec<Denial> {
        self.tell(Refused::Check { site: "site-a".parse().unwrap(), exists: true }, None)
    }

    fn tell(&mut self, what: Refused, from: Option<NetworkId>) -> Vec<Denial> {
        match self.gate(GateRequest::Unheard(Unheard { what, from })) {
            Ok(GateAnswer::Heard(denials)) => denials,
            other => panic!("not heard: {other:?}"),
        }
    }

    /// The site withdraws a check that never was.
    pub(in crate::engine::tests) fn withdraw_nothing(&mut self, number: u8) -> Refusal {
        let check = CheckId::from_bytes([number; 16]);
        let call = self.signed_withdrawal(check);
        self.gate(GateRequest::Withdraw { check, call }).unwrap_err()
    }

    /// The same for several, until the ledger knows of all of them.
    pub(in crate::engine::tests) fn withdraw_nothings(&mut self, numbers: std::ops::RangeInclusive<u8>) {
        numbers.for_each(|number| assert_ne!(self.withdraw_nothing(number), Refusal::Unavailable));
        self.pass(61);
        self.tick();
    }
}
