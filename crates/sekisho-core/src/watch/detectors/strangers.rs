//! A site asks about checks that are not its own.
//!
//! Its signature says who it is, so this is no chance hit: its key is in other hands, or its software is broken. Either
//! way it is refused until somebody has spoken with it.

use alloc::{vec, vec::Vec};

use serde::{Deserialize, Serialize};

use crate::{
    event::What,
    id::SiteName,
    watch::{
        Cause, Detector, Finding, OutsideVerdict, Sight, Watching,
        book::{Book, Trail},
        observed::{Asker, Observation, Outsider, Trouble},
    },
};

/// How often is too often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Questions about what exists and isn't theirs.
    pub questions: u64,
    /// Within so many seconds.
    pub seconds: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { questions: 5, seconds: 3600 }
    }
}

/// What each site asked of late.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Strangers(Book<SiteName, Trail>);

impl Watching for Strangers {
    type Settings = Settings;

    fn see(&mut self, settings: &Settings, sight: Sight<'_>) -> Vec<Finding> {
        let What::Observed { seen: Observation::Refused { trouble, asker, count }, .. } = &sight.event.what else {
            return Vec::new();
        };
        let (Trouble::NotTheirs, Asker::Outside(Outsider::Site(site))) = (trouble, asker) else { return Vec::new() };
        let trail = self.0.of(site, sight.event.at);
        if trail.add(sight.event.at, sight.place, *count, settings.seconds) < settings.questions {
            return Vec::new();
        }
        let evidence = trail.evidence();
        self.0.forget(site);
        let cause = Cause::Outside { asker: Outsider::Site(site.clone()), verdict: OutsideVerdict::Deny };
        vec![Finding::new(Detector::Strangers, cause, evidence)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::{Verdict, observed::Room, tests::Stream};

    fn asked(trouble: Trouble, gap: u64) -> Vec<Verdict> {
        let mut stream = Stream::default();
        for _ in 0..9 {
            stream.wait(gap);
            stream.refuse(Room::Gate, trouble, &Asker::Outside(Outsider::Site("site-a".parse().unwrap())));
        }
        stream.verdicts(Detector::Strangers)
    }

    /// M7, M20
    #[test]
    fn a_site_that_asks_about_others_members_is_refused_after_five_questions() {
        assert_eq!(asked(Trouble::NotTheirs, 60), [Verdict::Deny]);
        assert_eq!(asked(Trouble::NotTheirs, 3600), [], "a slip now and then");
        assert_eq!(asked(Trouble::BadSignature, 1), [], "that is not asking about somebody");
    }
}
