//! Limits: what is allowed in each window, where the defaults come from, and which settings are refused.

use alloc::{format, string::String};

use serde::{Deserialize, Serialize};

use super::{Window, Windows};

/// What is allowed.
///
/// The defaults follow from work. A look at the few fields that are visible takes some 25 seconds with its answer;
/// nobody does better than 12 for more than a moment. So: 5 in a minute (one every 12 seconds), 120 in an hour (one
/// every 30). A vault of 6,000 documents a day with 40 reviewers gives each 150 on an average day. So: 150 in a day, 450
/// in 72 hours. Whoever works five days of seven, and a weekend, need more: [`Relief`] gives it once documents have
/// waited for an hour, and takes it back with the last of them. A fixed budget that is large enough for such days (240
/// and 600, with less relief after six hours) was tried: it gave a thief 230, and members a longer wait in campaigns.
/// `docs/REPLAY.md` has what each gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Documents that one person opens for the first time.
    pub person: Windows,
    /// The same by passkey, whoever holds it.
    pub device: Windows,
    /// Looks of one person, or with one passkey, at what they have opened already.
    pub again: Windows,
    /// More work for each when work is left over, so that a campaign is worked off.
    pub relief: Relief,
    /// Documents of this site that are opened by anybody, besides what follows from its arrivals; nothing if only that
    /// counts.
    pub site: Option<Windows>,
    /// What any site may set for itself at most.
    pub site_at_most: Windows,
    /// How many more than arrived may be opened, of a site and of the whole vault.
    pub slack: Windows,
    /// Further looks at documents of a site, and of the vault: so many for every hundred that arrived.
    pub again_percent: u64,
}

/// More work for each reviewer when documents have waited for long: what waits is divided among those who may be at work,
/// one of ten who are enrolled.
///
/// A thief can't bring it about, short of hindering the work for hours before; and what waits is all there is to steal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relief {
    /// Documents count that have waited for more than so many hours.
    pub after_hours: u64,
    /// How many documents a person opens in a day at most, whatever waits.
    pub day_at_most: u64,
}

impl Default for Limits {
    fn default() -> Self {
        let person = Windows { minute: 5, hour: 120, day: 150, three_days: 450 };
        Self {
            person,
            device: person,
            again: Windows { minute: 2, hour: 10, day: 30, three_days: 75 },
            // One a minute through a shift of eight hours.
            relief: Relief { after_hours: 1, day_at_most: 480 },
            site: None,
            // A vault of 60,000 a day, all of one site; its busiest minute is some 150.
            site_at_most: Windows { minute: 600, hour: 18_000, day: 180_000, three_days: 540_000 },
            slack: Windows { minute: 5, hour: 10, day: 20, three_days: 40 },
            again_percent: 25,
        }
    }
}

/// The most that can be set for a person: no setting lets anybody pass for a machine. One every five seconds for a
/// minute, every fifteen for an hour, every thirty for a shift of eight hours, and three of those.
const PERSON_AT_MOST: Windows = Windows { minute: 12, hour: 240, day: 960, three_days: 2_880 };

/// Why limits are refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LimitsError {
    /// Nobody could open anything.
    #[error("{field} is 0 in a {window}: nobody could work; set 1 or more", window = window.en())]
    Zero {
        /// Which setting.
        field: &'static str,
        /// In which window.
        window: Window,
    },
    /// A longer window allows less than a shorter one within it.
    #[error("{field} allows {long} in a {longer} but {short} in a {shorter}: the longer window must allow as much or more",
            longer = longer.en(), shorter = shorter.en())]
    Shrinking {
        /// Which setting.
        field: &'static str,
        /// The shorter window.
        shorter: Window,
        /// What it allows.
        short: u64,
        /// The longer window.
        longer: Window,
        /// What it allows.
        long: u64,
    },
    /// More than may be set.
    #[error("{field} allows {set} in a {window}: set {at_most} or less, {why}", window = window.en())]
    TooMany {
        /// Which setting.
        field: &'static str,
        /// In which window.
        window: Window,
        /// What was set.
        set: u64,
        /// What may be set.
        at_most: u64,
        /// Why no more.
        why: &'static str,
    },
    /// The relief is smaller than the day that it relieves.
    #[error("relief.day_at_most is {0}, less than a person's day of {1}: set {1} or more, or the same for no relief")]
    Relief(u64, u64),
    /// More looks than documents.
    #[error("again_percent is {0}: set 100 or less, else every document may be looked at twice")]
    Again(u64),
}

impl LimitsError {
    /// What is wrong and what to do, in Japanese.
    pub fn ja(&self) -> String {
        match self {
            Self::Zero { field, window } => {
                format!("{field}が{}に0件では誰も審査できません。1以上にしてください。", window.ja())
            }
            Self::Shrinking { field, shorter, short, longer, long } => format!(
                "{field}は{}に{short}件、{}に{long}件です。長い方を同じかそれより多くしてください。",
                shorter.ja(),
                longer.ja()
            ),
            Self::TooMany { field, window, set, at_most, .. } => {
                format!("{field}は{}に{set}件です。{at_most}件以下にしてください。", window.ja())
            }
            Self::Relief(set, day) => format!("relief.day_at_mostは{set}です。1日の{day}件以上にしてください。"),
            Self::Again(set) => format!("again_percentは{set}です。100以下にしてください。"),
        }
    }
}

impl Limits {
    /// Whether these limits may be used.
    ///
    /// # Errors
    /// The first thing that is wrong with them, and what to do.
    pub fn validate(&self) -> Result<(), LimitsError> {
        const HUMAN: &str = "which is as fast as a person can be";
        for (field, windows) in [("person", &self.person), ("device", &self.device)] {
            in_order(field, windows)?;
            within(field, windows, &PERSON_AT_MOST, HUMAN)?;
        }
        growing("again", &self.again)?;
        within("again", &self.again, &self.person, "a person's own limit")?;
        growing("slack", &self.slack)?;
        if let Some(site) = &self.site {
            self.require_site(site)?;
        }
        self.relief.validate(&self.person)?;
        if self.again_percent > 100 { Err(LimitsError::Again(self.again_percent)) } else { Ok(()) }
    }

    /// Whether a site may set this for itself.
    ///
    /// # Errors
    /// When it is out of order, or more than the vault lets a site set.
    pub fn require_site(&self, site: &Windows) -> Result<(), LimitsError> {
        in_order("site", site)?;
        within("site", site, &self.site_at_most, "what the vault lets a site set")
    }

    /// These limits with what a site sets for itself.
    ///
    /// # Errors
    /// When it is out of order, or more than the vault lets a site set.
    pub fn with_site(&self, site: Windows) -> Result<Limits, LimitsError> {
        let limits = Limits { site: Some(site), ..self.clone() };
        limits.validate().map(|()| limits)
    }
}

impl Relief {
    fn validate(&self, person: &Windows) -> Result<(), LimitsError> {
        if self.day_at_most < person.day {
            return Err(LimitsError::Relief(self.day_at_most, person.day));
        }
        let (set, at_most) = (self.day_at_most, PERSON_AT_MOST.day);
        let why = "which is as fast as a person can be";
        let too_many = LimitsError::TooMany { field: "relief.day_at_most", window: Window::Day, set, at_most, why };
        if set > at_most { Err(too_many) } else { Ok(()) }
    }
}

fn in_order(field: &'static str, windows: &Windows) -> Result<(), LimitsError> {
    match Window::ALL.into_iter().find(|window| windows.get(*window) == 0) {
        Some(window) => Err(LimitsError::Zero { field, window }),
        None => growing(field, windows),
    }
}

fn growing(field: &'static str, windows: &Windows) -> Result<(), LimitsError> {
    for pair in Window::ALL.windows(2) {
        let ((shorter, short), (longer, long)) = ((pair[0], windows.get(pair[0])), (pair[1], windows.get(pair[1])));
        if long < short {
            return Err(LimitsError::Shrinking { field, shorter, short, longer, long });
        }
    }
    Ok(())
}

fn within(field: &'static str, windows: &Windows, most: &Windows, why: &'static str) -> Result<(), LimitsError> {
    for window in Window::ALL {
        let (set, at_most) = (windows.get(window), most.get(window));
        if set > at_most {
            return Err(LimitsError::TooMany { field, window, set, at_most, why });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    fn refused(change: impl FnOnce(&mut Limits)) -> LimitsError {
        let mut limits = Limits::default();
        change(&mut limits);
        limits.validate().unwrap_err()
    }

    #[test]
    fn the_defaults_may_be_used() {
        assert_eq!(Limits::default().validate(), Ok(()));
    }

    #[test]
    fn what_is_refused_is_said_with_what_to_do() {
        let cases = [
            (refused(|limits| limits.person.minute = 0), "set 1 or more", "1以上"),
            (refused(|limits| limits.person.day = 100), "the longer window must allow", "長い方"),
            (refused(|limits| limits.person.minute = 13), "set 12 or less", "12件以下"),
            (refused(|limits| limits.again.minute = 6), "set 5 or less, a person's own limit", "5件以下"),
            (refused(|limits| limits.relief.day_at_most = 149), "set 150 or more", "150件以上"),
            (refused(|limits| limits.relief.day_at_most = 961), "set 960 or less", "960件以下"),
            (refused(|limits| limits.again_percent = 101), "set 100 or less", "100以下"),
            (refused(|limits| limits.slack.day = 0), "the longer window must allow", "長い方"),
        ];
        for (error, en, ja) in cases {
            assert!(error.to_string().contains(en), "{error}");
            assert!(error.ja().contains(ja), "{}", error.ja());
        }
    }

    /// M19: a site sets its own within the vault's.
    #[test]
    fn a_site_may_set_less_than_the_vault_and_never_more() {
        let limits = Limits::default();
        let site = Windows { minute: 3, hour: 30, day: 200, three_days: 500 };
        assert_eq!(limits.with_site(site).map(|limits| limits.site), Ok(Some(site)));
        let greedy = Windows { three_days: 540_001, ..site };
        assert!(matches!(limits.with_site(greedy), Err(LimitsError::TooMany { field: "site", .. })));
    }
}
