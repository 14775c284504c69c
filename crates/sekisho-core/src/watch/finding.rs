//! What a detector found.

use alloc::vec::Vec;
use core::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{
    observed::{Asker, Outsider},
    verdict::{Cause, OutsideVerdict, PersonVerdict, Verdict},
};
use crate::{id::StaffId, policy::Text};

/// The most places that a finding names. It is evidence to begin with; the ledger has the rest.
pub const PLACES: usize = 32;

macro_rules! detectors {
    ($($(#[$doc:meta])* $name:ident = $id:literal;)*) => {
        /// A detector, by the name that it keeps: it stands in ledgers and settings.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Detector {
            $($(#[$doc])* #[serde(rename = $id)] $name,)*
        }

        impl Detector {
            /// All of them.
            pub const ALL: &[Detector] = &[$(Self::$name),*];

            /// Its name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $id),* }
            }
        }
    };
}

detectors! {
    /// Bait was touched.
    Canary = "canary";
    /// Documents are opened faster than a person can look.
    Tempo = "tempo";
    /// Somebody whose budget is spent goes on asking.
    Pressing = "pressing";
    /// Somebody looks and doesn't decide.
    Undecided = "undecided";
    /// References that don't exist are asked for, one after the other.
    Enumeration = "enumeration";
    /// A site asks about checks that are not its own.
    Strangers = "strangers";
    /// One network sends pictures by the hundred.
    Flood = "flood";
    /// Calls come whose signature doesn't hold.
    Forgery = "forgery";
    /// A shift is worked from where this person never worked.
    Newcomer = "newcomer";
    /// A shift begins when this person never began one.
    Hours = "hours";
    /// A few looks too many, spread over everybody.
    Drip = "drip";
    /// The vault's own bound is reached.
    Bound = "bound";
    /// Several people do what each alone would be stopped for.
    Together = "together";
}

impl fmt::Display for Detector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// No detector has this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no detector has this name")]
pub struct UnknownDetector;

impl FromStr for Detector {
    type Err = UnknownDetector;

    fn from_str(text: &str) -> Result<Self, UnknownDetector> {
        Self::ALL.iter().copied().find(|detector| detector.name() == text).ok_or(UnknownDetector)
    }
}

/// What a finding rests on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Evidence {
    /// Where it stands in the ledger, at most [`PLACES`], the last ones.
    pub places: Vec<u64>,
    /// How many there were.
    pub count: u64,
    /// Within how many seconds.
    pub seconds: u64,
}

/// What a detector found, what it rests on, and what is to come of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Who found it.
    pub detector: Detector,
    /// Whose doing it is, and what is to come of it.
    pub cause: Cause,
    /// What it rests on.
    pub evidence: Evidence,
    /// Whether the detector is only being tried: then nothing comes of it.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub shadow: bool,
}

impl Finding {
    /// What `detector` found.
    pub const fn new(detector: Detector, cause: Cause, evidence: Evidence) -> Self {
        Self { detector, cause, evidence, shadow: false }
    }

    /// What one person did, or whoever holds their session.
    pub const fn of_person(detector: Detector, staff: StaffId, verdict: PersonVerdict, evidence: Evidence) -> Self {
        Self::new(detector, Cause::Person { staff, verdict }, evidence)
    }

    /// What an asker did for which each is stopped: an outsider is refused, a person's shift ends. Of those who are too
    /// many to be named nobody can be refused: it would be everybody.
    pub fn of_asker(detector: Detector, asker: Asker, evidence: Evidence) -> Self {
        let cause = match asker {
            Asker::Staff(staff) => Cause::Person { staff, verdict: PersonVerdict::EndShift },
            Asker::Outside(asker @ Outsider::Others) => Cause::Outside { asker, verdict: OutsideVerdict::Note },
            Asker::Outside(asker) => Cause::Outside { asker, verdict: OutsideVerdict::Deny },
        };
        Self::new(detector, cause, evidence)
    }

    /// What is to come of it: of a detector that is only tried, no more than a note.
    pub const fn verdict(&self) -> Verdict {
        if self.shadow { Verdict::Note } else { self.cause.verdict() }
    }

    /// What it says, for whoever answers for the house.
    pub fn sentence(&self) -> Text {
        super::sentence::sentence(self)
    }
}
