//! What everybody was told, by their own record. It is held against what the installation has after a kill.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use sekisho_core::{
    check::Reason,
    id::{AssignmentId, CheckId, ViewingId},
};

/// One check, as its site and its member know it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told {
    /// A picture was acknowledged.
    pub(crate) uploaded: bool,
    /// The withdrawal was acknowledged.
    pub(crate) withdrawn: bool,
    /// A withdrawal was asked for; whether it was heard is not known.
    pub(crate) withdrawing: bool,
}

/// What was acknowledged.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pages {
    /// Checks that the site was told exist.
    pub(crate) checks: BTreeMap<CheckId, Told>,
    /// Each picture that a reviewer's browser showed: its assignment and its viewing.
    pub(crate) seen: Vec<(AssignmentId, ViewingId)>,
    /// Decisions that a reviewer was told are recorded.
    pub(crate) decided: BTreeMap<AssignmentId, Reason>,
    /// Claims that the site was given.
    pub(crate) attested: BTreeSet<CheckId>,
}

/// The records of all people of a crowd.
#[derive(Debug, Default)]
pub(crate) struct Books(Mutex<Pages>);

impl Books {
    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn announced(&self, check: CheckId) {
        self.pages().checks.entry(check).or_default();
    }

    pub(crate) fn uploaded(&self, check: CheckId) {
        self.pages().checks.entry(check).or_default().uploaded = true;
    }

    pub(crate) fn withdrawing(&self, check: CheckId) {
        self.pages().checks.entry(check).or_default().withdrawing = true;
    }

    pub(crate) fn withdrawn(&self, check: CheckId) {
        self.pages().checks.entry(check).or_default().withdrawn = true;
    }

    pub(crate) fn saw(&self, assignment: AssignmentId, viewing: ViewingId) {
        self.pages().seen.push((assignment, viewing));
    }

    pub(crate) fn decided(&self, assignment: AssignmentId, reason: Reason) {
        self.pages().decided.insert(assignment, reason);
    }

    pub(crate) fn attested(&self, check: CheckId) {
        self.pages().attested.insert(check);
    }

    /// Some check that was uploaded, by a number.
    pub(crate) fn any_uploaded(&self, number: u64) -> Option<CheckId> {
        let pages = self.pages();
        let mut uploaded = pages.checks.iter().filter(|(_, told)| told.uploaded).map(|(check, _)| *check);
        let count = uploaded.clone().count() as u64;
        if count == 0 { None } else { uploaded.nth((number % count) as usize) }
    }

    /// A copy of everything.
    pub(crate) fn all(&self) -> Pages {
        self.pages().clone()
    }
}

impl Pages {
    /// How many pieces of work were acknowledged.
    pub(crate) fn count(&self) -> usize {
        let told = |told: &Told| 1 + usize::from(told.uploaded) + usize::from(told.withdrawn);
        let checks: usize = self.checks.values().map(told).sum();
        checks + self.seen.len() + self.decided.len() + self.attested.len()
    }
}
