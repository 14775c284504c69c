//! What attackers do: with sessions that they hold, assignments and all, and without any.

use serde::Serialize;

/// An attack. Whoever rides a session is given assignments like the person whose session it is, and whoever touches a
/// passkey touches it for them too: the worst case, as every tenth assignment takes a touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attack {
    /// What it is called.
    pub name: &'static str,
    /// How many of the sessions that are live: 0 for all. Without meaning where no session is held.
    pub sessions: usize,
    /// What is done.
    pub way: Way,
    /// For how long, in seconds.
    pub seconds: u64,
    /// Whether it begins in the midst of a campaign that brings three times the usual load.
    pub campaign: bool,
    /// So many documents of the attacker's own, under a site's stolen key, for each that a member sends.
    pub flood: u64,
    /// What is to hold.
    pub goal: Goal,
}

/// How an attacker goes about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A document every so many seconds, decided blindly when the next one is wanted; the person does nothing.
    Every(u64),
    /// Like a person who never rests.
    LikeAPerson,
    /// The same, and each decision asks the member for another picture.
    Retakes,
    /// The same, but so many in a hundred are left to lapse, as they might be bait.
    Choosy(u64),
    /// The same in every shift of this person, day after day.
    Rides,
    /// The person themselves, who works as always and copies what they see.
    Rogue,
    /// So many looks more in a hundred, in between the person's own, and left to lapse.
    DripLapsed(u64),
    /// The same, but decided blindly after so many seconds, so that nothing lapses: the share, and the seconds.
    DripDecided(u64, u64),
    /// A session that asks every second for pictures it wasn't given.
    Unassigned,
    /// Documents fetched one after the other without any session: so many in 1,000 seconds, from so many addresses.
    Fetches(u64, u32),
    /// Whatever can be sent from outside, ten a second from 2,000 addresses, to have the vault shut.
    Noise,
    /// One reviewer who does everything wrong all day and signs in again each time, to have the vault shut.
    Wrecks,
}

/// What is to hold of an attack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// At most so many documents.
    Documents(u64),
    /// At most so many documents, and never more than were there and came.
    DocumentsAndArrivals(u64),
    /// Never more than were there and came, and told within three days.
    ArrivalsAndTold,
    /// No document, and noticed within ten refusals and five seconds.
    NothingAndNoticed,
    /// Nobody pauses or locks anything, and no shift ends.
    NobodyStopped,
    /// Nothing is paused or locked, and no shift ends but their own.
    OwnShiftOnly,
}

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;
/// What a site lost in 2021: six and a half days.
const IN_2021: u64 = 13 * DAY / 2;
/// How many documents it had.
pub const HAD_IN_2021: u64 = 1_711_756;
/// How many were fetched in 1,000 seconds.
const RATE_IN_2021: u64 = 3_050;

/// A reviewer's day at scale M.
const THEIR_DAY: u64 = 150;

const fn one(name: &'static str, way: Way, most: u64) -> Attack {
    Attack { name, sessions: 1, way, seconds: DAY, campaign: false, flood: 0, goal: Goal::Documents(most) }
}

const fn all(name: &'static str, way: Way) -> Attack {
    let goal = Goal::DocumentsAndArrivals(300);
    Attack { name, sessions: 0, way, seconds: DAY, campaign: false, flood: 0, goal }
}

const fn drip(name: &'static str, way: Way) -> Attack {
    Attack { seconds: 7 * DAY, goal: Goal::ArrivalsAndTold, ..all(name, way) }
}

const fn outside(name: &'static str, way: Way, seconds: u64) -> Attack {
    Attack { seconds, goal: Goal::NothingAndNoticed, ..all(name, way) }
}

const fn in_campaign(attack: Attack) -> Attack {
    Attack { campaign: true, ..attack }
}

/// The attacks that are tried.
pub const ATTACKS: &[Attack] = &[
    one("one session, one a second", Way::Every(1), 25),
    one("one session, every 5 s", Way::Every(5), 25),
    one("one session, every 9 s", Way::Every(9), 25),
    in_campaign(one("one session, one a second, in a campaign ×3", Way::Every(1), 25)),
    one("one session, every 12 s", Way::Every(12), THEIR_DAY),
    one("one session, human pace", Way::LikeAPerson, THEIR_DAY),
    in_campaign(one("one session, human pace, in a campaign ×3", Way::LikeAPerson, THEIR_DAY)),
    one("one session, human pace, avoiding bait", Way::Choosy(30), THEIR_DAY),
    one("one session, human pace, asking for retakes", Way::Retakes, THEIR_DAY),
    Attack {
        flood: 3,
        ..one("one session, human pace, and a stolen site key that floods", Way::LikeAPerson, THEIR_DAY)
    },
    Attack { seconds: 7 * DAY, ..one("one reviewer's shifts ridden for a week", Way::Rides, 7 * THEIR_DAY) },
    Attack { seconds: 7 * DAY, ..one("a rogue reviewer for a week", Way::Rogue, 7 * THEIR_DAY) },
    Attack {
        goal: Goal::NothingAndNoticed,
        ..one("one session, asking for what it was not given", Way::Unassigned, 0)
    },
    all("all sessions, one a second", Way::Every(1)),
    all("all sessions, every 9 s", Way::Every(9)),
    in_campaign(all("all sessions, one a second, in a campaign ×3", Way::Every(1))),
    all("all sessions, human pace", Way::LikeAPerson),
    drip("drip +15 %, left to lapse", Way::DripLapsed(15)),
    drip("drip +15 %, decided at once", Way::DripDecided(15, 1)),
    drip("drip +15 %, decided after 15 s", Way::DripDecided(15, 15)),
    outside("2021: 3.05 a second, one address", Way::Fetches(RATE_IN_2021, 1), IN_2021),
    outside("2021: 3.05 a second, 40 addresses", Way::Fetches(RATE_IN_2021, 40), IN_2021),
    outside("2021: 3.05 a second, 2,000 addresses", Way::Fetches(RATE_IN_2021, 2_000), IN_2021),
    outside("100 a second, one address", Way::Fetches(100_000, 1), HOUR),
    Attack { goal: Goal::NobodyStopped, ..outside("to have it shut, from outside", Way::Noise, DAY) },
    Attack { goal: Goal::OwnShiftOnly, ..one("to have it shut, as one reviewer", Way::Wrecks, 0) },
];

impl Way {
    /// Whether the person whose session it is works on.
    pub const fn is_beside(self) -> bool {
        matches!(self, Self::DripLapsed(_) | Self::DripDecided(..) | Self::Rogue)
    }

    /// Whether nobody's session is held.
    pub const fn is_outside(self) -> bool {
        matches!(self, Self::Fetches(..) | Self::Noise)
    }
}

impl Goal {
    /// What is to hold, for a table.
    pub fn text(self) -> String {
        match self {
            Self::Documents(most) => format!("≤ {most}"),
            Self::DocumentsAndArrivals(most) => format!("≤ {most}, ≤ arrivals"),
            Self::ArrivalsAndTold => "≤ arrivals, told in 3 days".into(),
            Self::NothingAndNoticed => "0; noticed in 10 refusals, 5 s".into(),
            Self::NobodyStopped => "nothing shut, no shift ended".into(),
            Self::OwnShiftOnly => "nothing shut, own shift only".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attack_has_a_name_of_its_own() {
        let mut names: Vec<_> = ATTACKS.iter().map(|attack| attack.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ATTACKS.len());
    }

    /// The rate of 2021 over its time is what the site had, to one in a hundred.
    #[test]
    fn the_attack_of_2021_is_as_long_as_it_was() {
        let fetched = IN_2021 * RATE_IN_2021 / 1_000;
        assert!(fetched.abs_diff(HAD_IN_2021) * 100 < HAD_IN_2021, "{fetched}");
    }
}
