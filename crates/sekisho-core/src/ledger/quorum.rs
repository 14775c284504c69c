//! How many witnesses must have cosigned a checkpoint for it to be believed.

use alloc::{string::String, vec::Vec};

use serde::Serialize;

use super::{Note, WitnessKey, note::NoteError};
use crate::time::Timestamp;

/// Witnesses that are known, and how many of them must have cosigned.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Witnesses {
    keys: Vec<WitnessKey>,
    needed: usize,
}

/// That a witness cosigned, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cosigned {
    /// The witness's name.
    pub witness: String,
    /// The time in its cosignature: what it showed was recorded by then.
    pub time: Timestamp,
}

/// Why witnesses can't be asked for so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WitnessesError {
    /// More are needed than are known.
    #[error("{needed} witnesses are needed, but only {known} are known")]
    TooMany {
        /// How many are needed.
        needed: usize,
        /// How many are known.
        known: usize,
    },
    /// Two of them share a name or a key, and would count twice.
    #[error("two witnesses share a name or a key")]
    Twice,
}

/// Why a checkpoint lacks its witnesses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QuorumError {
    /// A cosignature under the name and id of a known witness is wrong.
    #[error("a witness's cosignature is wrong")]
    Wrong,
    /// It is no note.
    #[error("not a signed note")]
    Form,
    /// Fewer have cosigned than are needed.
    #[error("{found} of the known witnesses have cosigned, {needed} are needed")]
    TooFew {
        /// How many have.
        found: usize,
        /// How many are needed.
        needed: usize,
    },
}

impl Witnesses {
    /// `needed` of the witnesses `keys`.
    ///
    /// # Errors
    /// When there are not so many, or one is named twice.
    pub fn new(keys: Vec<WitnessKey>, needed: usize) -> Result<Self, WitnessesError> {
        let known = keys.len();
        if needed > known {
            return Err(WitnessesError::TooMany { needed, known });
        }
        let same = |a: &WitnessKey, b: &WitnessKey| a.name() == b.name() || a.public() == b.public();
        let twice = |(at, key): (usize, &WitnessKey)| keys[..at].iter().any(|other| same(key, other));
        if keys.iter().enumerate().any(twice) {
            return Err(WitnessesError::Twice);
        }
        Ok(Self { keys, needed })
    }

    /// No witness is known and none is needed.
    pub const fn none() -> Self {
        Self { keys: Vec::new(), needed: 0 }
    }

    /// How many are needed.
    pub const fn needed(&self) -> usize {
        self.needed
    }

    /// Which of them cosigned the signed checkpoint `signed`, and when, in the order in which they are known.
    ///
    /// # Errors
    /// When fewer did than are needed, or a cosignature of one of them is wrong.
    pub fn check(&self, signed: &str) -> Result<Vec<Cosigned>, QuorumError> {
        let note = Note::parse(signed).map_err(|_| QuorumError::Form)?;
        let mut cosigned = Vec::new();
        for key in &self.keys {
            match note.verify_cosignature(key) {
                Ok(time) => cosigned.push(Cosigned { witness: key.name().into(), time }),
                Err(NoteError::NotSigned) => {}
                Err(_) => return Err(QuorumError::Wrong),
            }
        }
        let (found, needed) = (cosigned.len(), self.needed);
        if found < needed { Err(QuorumError::TooFew { found, needed }) } else { Ok(cosigned) }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::note::testing::{key, witness},
        *,
    };

    const TEXT: &str = "example.com/log\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

    fn of(numbers: &[u8]) -> Vec<WitnessKey> {
        numbers.iter().map(|number| witness(&alloc::format!("w{number}"), *number).1).collect()
    }

    fn cosigned_by(numbers: &[u8]) -> String {
        let signed = key("example.com/log").sign(TEXT.into());
        numbers.iter().fold(signed, |signed, number| {
            witness(&alloc::format!("w{number}"), *number).cosign(&signed, 100 + u64::from(*number))
        })
    }

    /// M16.
    #[test]
    fn so_many_as_are_needed_must_have_cosigned() {
        let two_of_three = Witnesses::new(of(&[1, 2, 3]), 2).unwrap();
        let names = two_of_three.check(&cosigned_by(&[3, 1, 9])).unwrap();
        let expected =
            [("w1", 101), ("w3", 103)].map(|(name, time)| Cosigned { witness: name.into(), time: Timestamp(time) });
        assert_eq!(names, expected);
        assert_eq!(two_of_three.check(&cosigned_by(&[2, 9])), Err(QuorumError::TooFew { found: 1, needed: 2 }));
        assert_eq!(Witnesses::none().check(&cosigned_by(&[])), Ok(Vec::new()));
    }

    #[test]
    fn a_wrong_cosignature_is_not_made_good_by_others() {
        let one = Witnesses::new(of(&[1, 2]), 1).unwrap();
        let mut note = Note::parse(&cosigned_by(&[1])).unwrap();
        note.add_cosignature(&witness("w2", 2).1, Timestamp(102), &[7; 64]);
        assert_eq!(one.check(&alloc::format!("{note}")), Err(QuorumError::Wrong));
    }

    #[test]
    fn one_witness_under_two_names_does_not_count_twice() {
        let keys = alloc::vec![witness("a", 1).1, witness("b", 1).1];
        assert_eq!(Witnesses::new(keys, 2), Err(WitnessesError::Twice));
        let keys = alloc::vec![witness("a", 1).1, witness("a", 2).1];
        assert_eq!(Witnesses::new(keys, 2), Err(WitnessesError::Twice));
        assert_eq!(Witnesses::new(of(&[1]), 2), Err(WitnessesError::TooMany { needed: 2, known: 1 }));
    }
}
