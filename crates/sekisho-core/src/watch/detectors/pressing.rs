//! Somebody goes on asking although their budget is spent.
//!
//! A person who is told when the next document may come waits, or goes home. A program that takes what it can get is
//! refused as soon as it is faster than a person, and asks again.

use alloc::{vec, vec::Vec};

use serde::{Deserialize, Serialize};

use crate::{
    event::What,
    id::StaffId,
    watch::{
        Detector, Finding, PersonVerdict, Sight, Watching,
        book::{Book, Trail},
        observed::{Asker, Observation, Room, Trouble},
    },
};

/// How often is too often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Refusals because a minute's budget was spent.
    pub too_fast: u64,
    /// Refusals because a longer one was: whoever's day is over may look now and then whether it really is.
    pub spent: u64,
    /// Within so many seconds.
    pub seconds: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { too_fast: 4, spent: 30, seconds: 600 }
    }
}

/// What each was refused of late.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Pressing(Book<(StaffId, Trouble), Trail>);

impl Watching for Pressing {
    type Settings = Settings;

    fn see(&mut self, settings: &Settings, sight: Sight<'_>) -> Vec<Finding> {
        let What::Observed { room: Room::Keeper, seen } = &sight.event.what else { return Vec::new() };
        let Observation::Refused { trouble, asker: Asker::Staff(staff), count } = seen else { return Vec::new() };
        let limit = match trouble {
            Trouble::TooFast => settings.too_fast,
            Trouble::BudgetSpent => settings.spent,
            _ => return Vec::new(),
        };
        let key = (*staff, *trouble);
        let trail = self.0.of(&key, sight.event.at);
        if trail.add(sight.event.at, sight.place, *count, settings.seconds) < limit {
            return Vec::new();
        }
        let evidence = trail.evidence();
        self.0.forget(&key);
        vec![Finding::of_person(Detector::Pressing, *staff, PersonVerdict::EndShift, evidence)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::{Verdict, tests::Stream};

    fn refused(times: u64, gap: u64, room: Room, trouble: Trouble) -> Vec<Verdict> {
        let mut stream = Stream::default();
        for _ in 0..times {
            stream.wait(gap);
            stream.refuse(room, trouble, &Asker::Staff(StaffId::from_bytes([1; 16])));
        }
        stream.all_verdicts()
    }

    /// M19
    #[test]
    fn who_goes_on_asking_faster_than_a_person_loses_the_shift_at_the_fourth_refusal() {
        assert_eq!(refused(3, 1, Room::Keeper, Trouble::TooFast), []);
        assert_eq!(refused(4, 1, Room::Keeper, Trouble::TooFast), [Verdict::EndShift]);
        assert_eq!(refused(400, 200, Room::Keeper, Trouble::TooFast), [], "a quick hand now and then");
    }

    #[test]
    fn whose_day_is_over_may_look_whether_it_really_is() {
        assert_eq!(refused(100, 25, Room::Keeper, Trouble::BudgetSpent), []);
        assert_eq!(refused(30, 1, Room::Keeper, Trouble::BudgetSpent), [Verdict::EndShift]);
    }

    /// M26: only the keeper knows whose budget is spent.
    #[test]
    fn nobody_else_can_say_so() {
        assert_eq!(refused(100, 1, Room::Gate, Trouble::TooFast), []);
        assert_eq!(refused(100, 1, Room::Desk, Trouble::BudgetSpent), []);
    }
}
