//! What is to come of a finding, and how much at most: a type for each cause.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::observed::Outsider;
use crate::id::StaffId;

/// How long a pause lasts that nobody lifts, in seconds.
pub const PAUSE_SECONDS: u64 = 15 * 60;

/// For how long an asker is refused, in seconds.
pub const DENY_SECONDS: u64 = 15 * 60;

/// What is to come of a finding, the mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Officers are told.
    Note,
    /// The asker is refused for [`DENY_SECONDS`].
    Deny,
    /// The shift ends; a new one takes the passkey.
    EndShift,
    /// Nobody opens anything for [`PAUSE_SECONDS`], or until two officers lift it.
    Pause,
    /// The keeper forgets its keys and refuses until custodians unlock it.
    Lockdown,
}

/// What can come of something on the internet: no finding about it goes further than `deny`.
///
/// ```compile_fail
/// use sekisho_core::watch::{Cause, PersonVerdict};
/// use sekisho_core::watch::observed::Outsider;
/// let shut = Cause::Outside { asker: Outsider::Others, verdict: PersonVerdict::EndShift };
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutsideVerdict {
    /// [`Verdict::Note`].
    Note,
    /// [`Verdict::Deny`].
    Deny,
}

/// What can come of what one person did: their own shift and nobody else's.
///
/// ```compile_fail
/// use sekisho_core::watch::PersonVerdict;
/// let shut = PersonVerdict::Lockdown;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonVerdict {
    /// [`Verdict::Note`].
    Note,
    /// [`Verdict::Deny`].
    Deny,
    /// [`Verdict::EndShift`].
    EndShift,
}

/// What can come of a bound of the whole vault: a pause that ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VaultVerdict {
    /// [`Verdict::Note`].
    Note,
    /// [`Verdict::Pause`].
    Pause,
}

/// What can come of what several people did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeveralVerdict {
    /// [`Verdict::Note`].
    Note,
    /// [`Verdict::EndShift`], of each.
    EndShift,
    /// [`Verdict::Pause`].
    Pause,
    /// [`Verdict::Lockdown`].
    Lockdown,
}

/// Two people or more, each named once.
///
/// ```compile_fail
/// use sekisho_core::{id::StaffId, watch::Several};
/// let alone = Several(vec![StaffId::from_bytes([1; 16])]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<StaffId>", into = "Vec<StaffId>")]
pub struct Several(Vec<StaffId>);

impl Several {
    /// These people, if they are two or more.
    pub fn of(people: impl IntoIterator<Item = StaffId>) -> Option<Self> {
        let mut people: Vec<_> = people.into_iter().collect();
        people.sort_unstable();
        people.dedup();
        (people.len() >= 2).then_some(Self(people))
    }

    /// Who.
    pub fn people(&self) -> &[StaffId] {
        &self.0
    }
}

/// Fewer than two people are not several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a finding about several people names two or more")]
pub struct NotSeveral;

impl TryFrom<Vec<StaffId>> for Several {
    type Error = NotSeveral;

    fn try_from(people: Vec<StaffId>) -> Result<Self, NotSeveral> {
        Self::of(people).ok_or(NotSeveral)
    }
}

impl From<Several> for Vec<StaffId> {
    fn from(several: Several) -> Self {
        several.0
    }
}

/// Whose doing it is, and what is to come of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Somebody on the internet.
    Outside {
        /// Who asked.
        asker: Outsider,
        /// What is to come of it.
        verdict: OutsideVerdict,
    },
    /// One person of the staff, or whoever holds their session.
    Person {
        /// Who.
        staff: StaffId,
        /// What is to come of it.
        verdict: PersonVerdict,
    },
    /// Nobody in particular: a bound of the whole vault was reached.
    Vault {
        /// What is to come of it.
        verdict: VaultVerdict,
    },
    /// Two people or more.
    Several {
        /// Who.
        staff: Several,
        /// What is to come of it.
        verdict: SeveralVerdict,
    },
}

impl Cause {
    /// What is to come of it.
    pub const fn verdict(&self) -> Verdict {
        match self {
            Self::Outside { verdict: OutsideVerdict::Note, .. }
            | Self::Person { verdict: PersonVerdict::Note, .. }
            | Self::Vault { verdict: VaultVerdict::Note }
            | Self::Several { verdict: SeveralVerdict::Note, .. } => Verdict::Note,
            Self::Outside { verdict: OutsideVerdict::Deny, .. } | Self::Person { verdict: PersonVerdict::Deny, .. } => {
                Verdict::Deny
            }
            Self::Person { verdict: PersonVerdict::EndShift, .. }
            | Self::Several { verdict: SeveralVerdict::EndShift, .. } => Verdict::EndShift,
            Self::Vault { verdict: VaultVerdict::Pause } | Self::Several { verdict: SeveralVerdict::Pause, .. } => {
                Verdict::Pause
            }
            Self::Several { verdict: SeveralVerdict::Lockdown, .. } => Verdict::Lockdown,
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::{string::ToString, vec};

    use super::*;

    fn person(byte: u8) -> StaffId {
        StaffId::from_bytes([byte; 16])
    }

    /// M26: neither code nor a body that was written by hand makes several out of one.
    #[test]
    fn one_person_named_twice_is_not_several() {
        assert_eq!(Several::of([person(1), person(1)]), None);
        assert_eq!(Several::of([person(2), person(1), person(2)]).unwrap().people(), [person(1), person(2)]);
        let said = serde_json::to_string(&vec![person(1), person(1)]).unwrap();
        assert!(serde_json::from_str::<Several>(&said).unwrap_err().to_string().contains("two or more"));
    }

    /// M26: a verdict above a cause's ceiling isn't read from a body either.
    #[test]
    fn a_verdict_above_its_ceiling_is_no_cause() {
        for body in [
            r#"{"outside":{"asker":"others","verdict":"end_shift"}}"#,
            r#"{"person":{"staff":"stf_00000000000000000000000000","verdict":"pause"}}"#,
            r#"{"vault":{"verdict":"lockdown"}}"#,
        ] {
            assert!(serde_json::from_str::<Cause>(body).is_err(), "{body}");
            let milder =
                body.replace("end_shift", "deny").replace("\"pause", "\"end_shift").replace("lockdown", "pause");
            assert!(serde_json::from_str::<Cause>(&milder).is_ok(), "{milder}");
        }
    }

    #[test]
    fn verdicts_are_in_the_order_of_their_weight() {
        let all = [Verdict::Note, Verdict::Deny, Verdict::EndShift, Verdict::Pause, Verdict::Lockdown];
        assert!(all.is_sorted());
    }
}
