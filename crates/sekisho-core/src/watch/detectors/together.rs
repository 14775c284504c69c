//! Several people do, at about the same time, what each alone is stopped for.
//!
//! One person who misbehaves loses their own shift. Two within an hour are hardly chance: everybody pauses until
//! somebody has looked. Three are an attack on the house. It looks at what other detectors found and would have acted
//! upon, so one that is only tried can't bring it about.

use alloc::{collections::BTreeMap, vec::Vec};

use serde::{Deserialize, Serialize};

use crate::{
    id::StaffId,
    time::Timestamp,
    watch::{Cause, Detector, Evidence, Finding, PersonVerdict, Several, SeveralVerdict, Sight},
};

/// How many people, within which time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Within so many seconds.
    pub seconds: u64,
    /// From so many people on: a pause. Never fewer than two.
    pub pause: usize,
    /// From so many people on: lockdown. Never fewer than two.
    pub lockdown: usize,
}

impl Default for Settings {
    /// With forty people who lose a shift by mistake once in ten years each, two do so within an hour of each other
    /// every 550 years, and three every two million. An hour is longer than a pause, during which nothing is found.
    fn default() -> Self {
        Self { seconds: 3600, pause: 2, lockdown: 3 }
    }
}

/// Whose shift was ended when and for what.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Together {
    ended: BTreeMap<StaffId, (Timestamp, u64)>,
    told: Option<(Timestamp, usize)>,
}

impl Together {
    /// Hears what others found at one event.
    pub(in crate::watch) fn hear<'a>(
        &mut self,
        settings: &Settings,
        found: impl Iterator<Item = &'a Finding>,
        sight: Sight<'_>,
    ) -> Option<Finding> {
        let now = sight.event.at;
        let stopped: Vec<_> = found.filter_map(stopped).collect();
        if stopped.is_empty() {
            return None;
        }
        self.ended.extend(stopped.into_iter().map(|staff| (staff, (now, sight.place))));
        self.ended.retain(|_, (at, _)| now.since(*at) < settings.seconds);
        let several = Several::of(self.ended.keys().copied())?;
        let verdict = verdict(settings, several.people().len())?;
        self.told(verdict, now, settings)?;
        Some(Finding::new(Detector::Together, Cause::Several { staff: several, verdict }, self.evidence()))
    }

    /// Whether it wasn't said already: a pause isn't begun once more by the next one of the same lot.
    fn told(&mut self, verdict: SeveralVerdict, now: Timestamp, settings: &Settings) -> Option<()> {
        let weight = usize::from(verdict == SeveralVerdict::Lockdown);
        let fresh = self.told.is_none_or(|(at, told)| now.since(at) >= settings.seconds || weight > told);
        self.told = if fresh { Some((now, weight)) } else { self.told };
        fresh.then_some(())
    }

    fn evidence(&self) -> Evidence {
        let mut ended: Vec<_> = self.ended.values().collect();
        ended.sort_unstable();
        let ends = ended.first().zip(ended.last());
        Evidence {
            places: ended.iter().rev().take(crate::watch::PLACES).rev().map(|(_, place)| *place).collect(),
            count: ended.len() as u64,
            seconds: ends.map_or(0, |(first, last)| last.0.since(first.0)),
        }
    }
}

fn stopped(finding: &Finding) -> Option<StaffId> {
    match finding.cause {
        Cause::Person { staff, verdict: PersonVerdict::EndShift } => Some(staff),
        _ => None,
    }
}

fn verdict(settings: &Settings, people: usize) -> Option<SeveralVerdict> {
    if people >= settings.lockdown {
        Some(SeveralVerdict::Lockdown)
    } else if people >= settings.pause {
        Some(SeveralVerdict::Pause)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::{Setup, Switch, Verdict, tests::Stream};

    /// `people` sessions that take a document every second each, all at once: how many they have when each verdict
    /// falls.
    fn taken(people: u8, setup: Setup) -> (Stream, Vec<(Verdict, usize)>) {
        let (mut stream, mut fallen) = (Stream::new(setup), Vec::new());
        for turn in 0..30 * usize::from(people) {
            stream.wait(u64::from(turn % usize::from(people) == 0));
            stream.view((turn % usize::from(people)) as u8);
            let now = stream.verdicts(Detector::Together);
            fallen.extend(now[fallen.len()..].iter().map(|verdict| (*verdict, turn + 1)));
        }
        (stream, fallen)
    }

    /// M19
    #[test]
    fn sessions_that_are_ridden_together_lock_the_vault_down() {
        let (_, fallen) = taken(40, Setup::default());
        assert_eq!(fallen, [(Verdict::Pause, 242), (Verdict::Lockdown, 243)]);
    }

    /// M26: one person, however often, brings about the end of their own shift and nothing else.
    #[test]
    fn one_person_can_not_shut_the_house() {
        let (stream, fallen) = taken(1, Setup::default());
        assert_eq!(fallen, []);
        let all = stream.all_verdicts();
        assert!(all.len() >= 4 && all.iter().all(|verdict| *verdict == Verdict::EndShift));
    }

    #[test]
    fn two_people_pause_the_house_and_do_not_lock_it() {
        let fallen: Vec<_> = taken(2, Setup::default()).1.into_iter().map(|(verdict, _)| verdict).collect();
        assert_eq!(fallen, [Verdict::Pause]);
    }

    #[test]
    fn a_detector_that_is_only_tried_brings_nothing_about() {
        let mut setup = Setup::default();
        *setup.switch(Detector::Tempo) = Switch::Shadow;
        let (stream, fallen) = taken(40, setup);
        assert_eq!(fallen, []);
        assert!(!stream.found().is_empty() && stream.found().iter().all(|finding| finding.verdict() == Verdict::Note));
    }

    #[test]
    fn mistakes_far_apart_are_not_together() {
        let mut stream = Stream::default();
        for person in 0..40 {
            (0..10).for_each(|_| {
                stream.wait(1);
                stream.view(person);
            });
            stream.wait(3_700);
        }
        assert_eq!(stream.verdicts(Detector::Tempo).len(), 40);
        assert!(stream.verdicts(Detector::Together).is_empty());
    }
}
