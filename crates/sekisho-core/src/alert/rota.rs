//! The rota: who is called first, who next, and when all are.

use alloc::{vec, vec::Vec};

use serde::{Deserialize, Serialize};

use super::{Audience, Urgency};
use crate::{calendar::DAY, id::ContactName, time::Timestamp};

/// The most people that a rota names.
pub const MAX_PEOPLE: usize = 20;
/// The longest time until the next person is called, in minutes.
const MAX_MINUTES: u16 = 24 * 60;
/// Once everybody was called they are called again after that many times the minutes until the next person.
const AGAIN: u64 = 6;
/// What need not wake anybody waits that many times as long for the next person.
const SOON: u64 = 12;
/// Japan's midnight in UTC, in seconds before it.
const MIDNIGHT: u64 = 9 * 3600;

/// Who is called, in which order, and how long each has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rota {
    /// Short names, the first to be called first. The addresses are the courier's.
    pub people: Vec<ContactName>,
    /// Minutes after which the next is called if nobody acknowledged.
    pub minutes: u16,
    /// Days after which the next of them becomes the first; if none, the first stays the first.
    #[serde(default)]
    pub turn_days: Option<u16>,
}

/// Why a rota can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RotaError {
    /// Nobody, too many, or somebody twice.
    #[error("a rota names 1 to {MAX_PEOPLE} people, each once")]
    People,
    /// No such time.
    #[error("the next person is called after 1 to {MAX_MINUTES} minutes")]
    Minutes,
    /// No such turn.
    #[error("turn_days is 1 or more")]
    Turn,
}

/// One step of an alert: who is called now, and in how many seconds the next step is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step<'a> {
    /// Who.
    pub whom: Vec<&'a ContactName>,
    /// Seconds until the next step, if nobody acknowledges.
    pub next: u64,
}

impl Rota {
    /// Whether it can be used.
    ///
    /// # Errors
    /// [`RotaError`].
    pub fn check(&self) -> Result<(), RotaError> {
        let twice = |(at, name)| self.people[..at].contains(name);
        if !(1..=MAX_PEOPLE).contains(&self.people.len()) || self.people.iter().enumerate().any(twice) {
            return Err(RotaError::People);
        }
        if !(1..=MAX_MINUTES).contains(&self.minutes) {
            return Err(RotaError::Minutes);
        }
        if self.turn_days == Some(0) { Err(RotaError::Turn) } else { Ok(()) }
    }

    /// Step number `made` (from 0) of an alert that was raised at `raised`: each person in turn, then all, again and
    /// again. Nobody is called once it is acknowledged; that is the caller's to know.
    pub fn step(&self, urgency: Urgency, audience: Audience, raised: Timestamp, made: u32) -> Step<'_> {
        let patience = u64::from(self.minutes) * 60 * if urgency == Urgency::Now { 1 } else { SOON };
        let one = match audience {
            Audience::Rota => self.in_turn(raised, made as usize),
            Audience::All => None,
        };
        match one {
            Some(person) => Step { whom: vec![person], next: patience },
            None => Step { whom: self.people.iter().collect(), next: patience * AGAIN },
        }
    }

    /// Whose step it is; nobody's alone once each had theirs.
    fn in_turn(&self, raised: Timestamp, made: usize) -> Option<&ContactName> {
        let count = self.people.len();
        let first = self.turn_days.map_or(0, |days| (raised.0 + MIDNIGHT) / (DAY * u64::from(days.max(1))));
        // One alone is everybody.
        (made < count && count > 1).then(|| &self.people[(first as usize + made) % count])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn rota(people: &[&str]) -> Rota {
        Rota { people: people.iter().map(|name| name.parse().unwrap()).collect(), minutes: 10, turn_days: None }
    }

    fn called(rota: &Rota, audience: Audience, raised: u64, made: u32) -> (Vec<alloc::string::String>, u64) {
        let step = rota.step(Urgency::Now, audience, Timestamp(raised), made);
        (step.whom.into_iter().map(ToString::to_string).collect(), step.next)
    }

    #[test]
    fn each_is_called_in_turn_and_then_all_again_and_again() {
        let rota = rota(&["aoki", "baba", "chiba"]);
        let steps: Vec<_> = (0..5).map(|made| called(&rota, Audience::Rota, 0, made)).collect();
        assert_eq!(steps[0], (vec!["aoki".into()], 600));
        assert_eq!(steps[2], (vec!["chiba".into()], 600));
        assert_eq!(steps[3].0.len(), 3);
        assert_eq!((steps[4].0.len(), steps[4].1), (3, 3_600));
    }

    #[test]
    fn all_are_called_at_once_where_all_are_concerned() {
        assert_eq!(called(&rota(&["aoki", "baba"]), Audience::All, 0, 0).0.len(), 2);
    }

    #[test]
    fn what_is_not_urgent_leaves_people_more_time() {
        let rota = rota(&["aoki", "baba"]);
        assert_eq!(rota.step(Urgency::Soon, Audience::Rota, Timestamp(0), 0).next, 7_200);
    }

    #[test]
    fn the_first_changes_with_the_turn_at_midnight_in_japan() {
        let rota = Rota { turn_days: Some(7), ..rota(&["aoki", "baba"]) };
        let week = 7 * DAY;
        let before = called(&rota, Audience::Rota, week - MIDNIGHT - 1, 0).0;
        let after = called(&rota, Audience::Rota, week - MIDNIGHT, 0).0;
        assert_eq!((before, after), (vec!["aoki".to_string()], vec!["baba".to_string()]));
        assert_eq!(called(&rota, Audience::Rota, week, 1).0, ["aoki"]);
    }

    #[test]
    fn a_rota_of_nobody_of_somebody_twice_or_without_time_is_refused() {
        assert_eq!(rota(&[]).check(), Err(RotaError::People));
        assert_eq!(rota(&["aoki", "aoki"]).check(), Err(RotaError::People));
        assert_eq!(Rota { minutes: 0, ..rota(&["aoki"]) }.check(), Err(RotaError::Minutes));
        assert_eq!(Rota { turn_days: Some(0), ..rota(&["aoki"]) }.check(), Err(RotaError::Turn));
        assert_eq!(rota(&["aoki", "baba"]).check(), Ok(()));
    }
}
