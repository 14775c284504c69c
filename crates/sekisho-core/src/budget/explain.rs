//! What a setting would allow, in documents.

use serde::Serialize;

use super::{Limits, Windows};

/// What limits allow, for whoever sets them. All numbers are distinct documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Allows {
    /// One person, and so whoever has stolen their session, when nothing is left over.
    pub person: Windows,
    /// The same while so much is left over that all relief is given.
    pub person_relieved: Windows,
    /// What the default allows one person.
    pub default_person: Windows,
    /// All reviewers together, if they do nothing else; what arrived bounds it too.
    pub all: Windows,
    /// With how many documents a stolen session that doesn't wait is refused for the first time.
    pub refused_after: u64,
    /// How many seconds that session then waits for the next one, on average.
    pub seconds_each: u64,
}

/// What `limits` allow with `reviewers` enrolled.
pub fn explain(limits: &Limits, reviewers: u64) -> Allows {
    let default = Limits::default();
    let relieved = |days: u64, base: u64| base.max(limits.relief.day_at_most * days);
    let person = limits.person;
    let person_relieved = Windows {
        day: relieved(1, person.day).min(24 * person.hour),
        three_days: relieved(3, person.three_days).min(72 * person.hour),
        ..person
    };
    Allows {
        person,
        person_relieved,
        default_person: default.person,
        all: Windows::each(|window| person.get(window).saturating_mul(reviewers)),
        refused_after: person.minute,
        seconds_each: 60 / person.minute.max(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// M19
    #[test]
    fn the_default_allows_one_person_little_more_than_their_share() {
        let allows = explain(&Limits::default(), 40);
        assert_eq!((allows.person.day, allows.all.day), (150, 6_000));
        assert_eq!((allows.refused_after, allows.seconds_each), (5, 12));
        assert_eq!((allows.person_relieved.day, allows.person_relieved.hour), (480, 120));
    }
}
