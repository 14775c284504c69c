//! The watch: what looks wrong in the stream of events, and what is to come of it.
//!
//! Detectors look at the ledger's events one at a time, in their order, and at nothing else: no clock, no chance, no
//! bin whose end has to be waited for. What gate, desk and keeper observe besides stands in the ledger too, summed up
//! ([`observed`], [`gather`]). So a ledger can be replayed, and gives the same findings each time.
//!
//! A finding has a verdict, and each cause has a ceiling that is a type: from outside at most `deny`, by one person at
//! most `end_shift`, by the vault's own bound a pause of fifteen minutes. Only what two people or more are part of can
//! lock the vault down. Nobody shuts the house by misbehaving.

mod book;
mod cusum;
pub mod detectors;
mod finding;
pub mod gather;
pub mod observed;
pub mod sent;
mod sentence;
mod setup;
mod verdict;

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

pub use finding::{Detector, Evidence, Finding, PLACES, UnknownDetector};
pub use setup::{Setup, Switch, Tuned};
pub use verdict::{
    Cause, DENY_SECONDS, NotSeveral, OutsideVerdict, PAUSE_SECONDS, PersonVerdict, Several, SeveralVerdict,
    VaultVerdict, Verdict,
};

use crate::event::{Event, What};
use detectors::{
    Bound, Canary, Drip, Enumeration, Flood, Forgery, Hours, Newcomer, Pressing, Strangers, Tempo, Together, Undecided,
};

/// One event and its place in the ledger.
#[derive(Debug, Clone, Copy)]
pub struct Sight<'a> {
    /// Its index in the ledger.
    pub place: u64,
    /// What stands there.
    pub event: &'a Event,
}

/// What every detector does.
pub trait Watching {
    /// What can be set.
    type Settings: Default;

    /// Looks at one event.
    fn see(&mut self, settings: &Self::Settings, sight: Sight<'_>) -> Vec<Finding>;
}

/// All detectors with what they remember. It follows from the events alone: kept somewhere and gone on with, or made
/// anew from the ledger, it finds the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    setup: Setup,
    canary: Canary,
    tempo: Tempo,
    pressing: Pressing,
    undecided: Undecided,
    enumeration: Enumeration,
    strangers: Strangers,
    flood: Flood,
    forgery: Forgery,
    newcomer: Newcomer,
    hours: Hours,
    drip: Drip,
    bound: Bound,
    together: Together,
}

impl Watch {
    /// Detectors that have seen nothing yet.
    pub fn new(setup: Setup) -> Self {
        Self { setup, ..Self::default() }
    }

    /// How the detectors are set now.
    pub const fn setup(&self) -> &Setup {
        &self.setup
    }

    /// Looks at the next event. Findings that stand in the ledger already are passed over: they follow from the rest.
    /// What is said there of the detectors holds from there on, so a ledger is replayed as it was lived.
    pub fn see(&mut self, sight: Sight<'_>) -> Vec<Finding> {
        match &sight.event.what {
            What::Found { .. } => return Vec::new(),
            What::WatchSet { setup, .. } => {
                self.setup = (**setup).clone();
                return Vec::new();
            }
            _ => {}
        }
        let setup = &self.setup;
        let mut found = Vec::new();
        found.extend(look(&mut self.canary, &setup.canary, sight));
        found.extend(look(&mut self.tempo, &setup.tempo, sight));
        found.extend(look(&mut self.pressing, &setup.pressing, sight));
        found.extend(look(&mut self.undecided, &setup.undecided, sight));
        found.extend(look(&mut self.enumeration, &setup.enumeration, sight));
        found.extend(look(&mut self.strangers, &setup.strangers, sight));
        found.extend(look(&mut self.flood, &setup.flood, sight));
        found.extend(look(&mut self.forgery, &setup.forgery, sight));
        found.extend(look(&mut self.newcomer, &setup.newcomer, sight));
        found.extend(look(&mut self.hours, &setup.hours, sight));
        found.extend(look(&mut self.drip, &setup.drip, sight));
        found.extend(look(&mut self.bound, &setup.bound, sight));
        found.extend(together(&mut self.together, &setup.together, &found, sight));
        found
    }
}

fn look<D: Watching>(detector: &mut D, tuned: &Tuned<D::Settings>, sight: Sight<'_>) -> Vec<Finding> {
    if tuned.switch == Switch::Off {
        return Vec::new();
    }
    let shadow = tuned.switch == Switch::Shadow;
    detector.see(&tuned.settings, sight).into_iter().map(|finding| Finding { shadow, ..finding }).collect()
}

/// The one detector that looks at what the others found, and not at what they would have found.
fn together(
    detector: &mut Together,
    tuned: &Tuned<detectors::together::Settings>,
    found: &[Finding],
    sight: Sight<'_>,
) -> Option<Finding> {
    let shadow = match tuned.switch {
        Switch::Off => return None,
        switch => switch == Switch::Shadow,
    };
    let real = found.iter().filter(|finding| !finding.shadow);
    detector.hear(&tuned.settings, real, sight).map(|finding| Finding { shadow, ..finding })
}

#[cfg(test)]
mod tests;
