//! A day of an installation, copied again and again: every minute or so of its first three hours, then every hour.
//!
//! Documents come, are decided, go overdue; the root changes every hour. What is true of each moment is asked of the
//! site's API, as a site would, and never read from what is attacked.

use std::{collections::BTreeSet, fs, thread, time::Duration};

use sekisho_core::{
    id::{CheckId, DocumentId},
    time::{HOUR, Hour},
};
use sekisho_keeper::keystore::Cost;

use super::{
    DrillError, FILE_NAME,
    crack::Sealed,
    grounds::Grounds,
    hoard::{Copied, Hoard},
    keyring::Keyring,
    sought::Sought,
};
use crate::demo::{Build, House, Picture};

const MINUTE: u64 = 60;
/// Minutes that are copied closely.
const CLOSE: u64 = 180;
/// Changes of root that the day sees before its last hour.
const CHANGES: u64 = 24;
/// Hours for which a picture is kept, so that some go overdue within the day.
const PICTURE_HOURS: u16 = 6;
/// A document comes every so many minutes at first.
const ARRIVAL: u64 = 20;
/// Tenths of a second that a change of root may take, or a step of the story.
const TRIES: u32 = 300;
/// What reviewers answer in turn.
const REASONS: [&str; 3] = ["old_enough", "unreadable", "not_old_enough"];

/// One moment.
pub(super) struct Moment {
    /// Minutes since the day began.
    pub minute: u64,
    /// The data folder.
    pub data: Copied,
    /// The keystore's file.
    pub keystore: Vec<u8>,
    /// The hour of the root that was in force.
    pub root: Hour,
    /// The documents that were undecided, as the site was told.
    pub undecided: BTreeSet<DocumentId>,
}

/// The day.
pub(super) struct Past {
    /// The installation, still running.
    pub house: House,
    /// Every copy, oldest first. The last was taken after the last change of root.
    pub moments: Vec<Moment>,
    /// The contents of the copies.
    pub hoard: Hoard,
    /// The keystore in the day's last hour: after a decision, before the next change of root.
    pub before_the_change: Vec<u8>,
    /// Which moment that was.
    pub before_at: usize,
    /// What an attacker looks for.
    pub sought: Sought,
    /// Completed changes of root.
    pub changes: u64,
    /// Every document.
    pub documents: BTreeSet<DocumentId>,
    began: u64,
    open: BTreeSet<CheckId>,
    decided: usize,
    /// The picture that members send.
    pub picture: Picture,
}

impl Past {
    /// Lives through the day.
    pub(super) fn live(grounds: &Grounds) -> Result<Self, DrillError> {
        let mut past = Self::begin(grounds)?;
        let every = if grounds.full() { 1 } else { ARRIVAL };
        past.closely(every, grounds)?;
        past.hourly(grounds)?;
        past.last_hour()?;
        Ok(past)
    }

    fn begin(grounds: &Grounds) -> Result<Self, DrillError> {
        let build = Build { picture_hours: Some(PICTURE_HOURS), cost: Some(Cost::TEST), ..Build::default() };
        let (house, picture) = (grounds.own(build)?, Picture::specimen());
        let mut past = Self {
            sought: Sought::new(&picture, &[], &[]),
            began: house.clock.driven().passed,
            house,
            picture,
            moments: Vec::new(),
            hoard: Hoard::new()?,
            before_the_change: Vec::new(),
            before_at: 0,
            changes: 0,
            documents: BTreeSet::new(),
            open: BTreeSet::new(),
            decided: 0,
        };
        past.next_hour()?;
        past.began = past.house.clock.driven().passed;
        Ok(past)
    }

    fn closely(&mut self, every: u64, grounds: &Grounds) -> Result<(), DrillError> {
        for minute in (every..=CLOSE).step_by(every as usize) {
            self.pass_to(minute)?;
            if minute % ARRIVAL == 0 {
                self.arrive()?;
            }
            if minute % (2 * ARRIVAL) == 0 {
                self.decide()?;
            }
            self.copy()?;
            if minute % 60 == 0 {
                grounds.say(&format!("a day of copies: {} minutes, {} copies", minute, self.moments.len()));
            }
        }
        Ok(())
    }

    fn hourly(&mut self, grounds: &Grounds) -> Result<(), DrillError> {
        while self.changes < CHANGES {
            self.next_hour()?;
            self.arrive()?;
            if self.changes.is_multiple_of(3) {
                self.decide()?;
            }
            self.copy()?;
            if self.changes.is_multiple_of(6) {
                grounds.say(&format!(
                    "a day of copies: {} changes of root, {} copies",
                    self.changes,
                    self.moments.len()
                ));
            }
        }
        Ok(())
    }

    /// A decision after the change of root stays within reach of a copy from this hour, until the next change.
    fn last_hour(&mut self) -> Result<(), DrillError> {
        self.decide()?;
        self.copy()?;
        self.before_at = self.moments.len() - 1;
        self.before_the_change = self.keystore()?;
        self.next_hour()?;
        self.copy()
    }

    /// Every document of these moments, with each form in which its key lay there.
    pub(super) fn targets<'a>(&'a self, moments: impl Iterator<Item = &'a Moment>) -> Result<Vec<Sealed>, DrillError> {
        let mut targets: Vec<Sealed> = Vec::new();
        for moment in moments {
            for known in &moment.data.known {
                let Some((header, content)) = moment.data.ciphertexts.get(&known.document) else { continue };
                let there = targets.iter_mut().find(|target| target.document == known.document);
                let wraps = known.wrapped.iter().cloned();
                match there {
                    Some(target) => target.wrapped.extend(wraps),
                    None => targets.push(Sealed {
                        document: known.document,
                        context: known.context(header),
                        ciphertext: self.hoard.content(content)?,
                        wrapped: wraps.collect(),
                    }),
                }
            }
        }
        targets.iter_mut().for_each(|target| {
            target.wrapped.sort();
            target.wrapped.dedup();
        });
        Ok(targets)
    }

    /// A keystore's file, opened with the passphrase.
    pub(super) fn keyring(&self, keystore: &[u8]) -> Result<Keyring, DrillError> {
        Keyring::open(keystore, &self.house.passphrase().0).ok_or(DrillError::Ground)
    }

    /// The keystore's file as it is now.
    pub(super) fn keystore(&self) -> Result<Vec<u8>, DrillError> {
        Ok(fs::read(self.house.keystore())?)
    }

    fn minute(&self) -> u64 {
        (self.house.clock.driven().passed - self.began) / MINUTE
    }

    /// Lets time pass, and the root change if an hour begins meanwhile.
    fn pass_to(&mut self, minute: u64) -> Result<(), DrillError> {
        let before = self.house.now().hour();
        self.house.pass((minute - self.minute()) * MINUTE);
        if self.house.now().hour() == before { Ok(()) } else { self.root_changed() }
    }

    fn next_hour(&mut self) -> Result<(), DrillError> {
        self.house.pass(HOUR - self.house.now().0 % HOUR + MINUTE);
        self.root_changed()
    }

    /// Waits until the keystore holds this hour's root alone, and this hour's intake key, which is made after it.
    fn root_changed(&mut self) -> Result<(), DrillError> {
        let hour = self.house.now().hour();
        self.until("a change of root", |past| {
            let ring = past.keyring(&past.keystore()?)?;
            let root = matches!(ring.roots[..], [(at, _)] if at == hour);
            Ok(root && ring.intakes.iter().any(|(at, _)| *at == hour))
        })?;
        self.changes += 1;
        Ok(())
    }

    fn until(
        &mut self,
        what: &'static str,
        mut done: impl FnMut(&mut Self) -> Result<bool, DrillError>,
    ) -> Result<(), DrillError> {
        for _ in 0..TRIES {
            self.house.nudge();
            if done(self).unwrap_or(false) {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(100));
        }
        Err(DrillError::Unfinished(what))
    }

    // Word of the new hour may reach the gate a moment after the keeper; then it is asked again.
    fn arrive(&mut self) -> Result<(), DrillError> {
        self.until("an arrival", |past| {
            let check = past.house.submit(FILE_NAME, &past.picture)?;
            past.open.insert(check);
            Ok(true)
        })
    }

    fn decide(&mut self) -> Result<(), DrillError> {
        let reason = REASONS[self.decided % REASONS.len()];
        self.until("a decision", |past| past.house.look(Some(reason)).map(|_| true).map_err(Into::into))?;
        self.decided += 1;
        Ok(())
    }

    fn undecided(&self) -> Result<BTreeSet<CheckId>, DrillError> {
        let mut undecided = BTreeSet::new();
        for check in &self.open {
            if self.house.state(*check)? == "in_review" {
                undecided.insert(*check);
            }
        }
        Ok(undecided)
    }

    /// Copies data and keystore. If the site was told something else afterwards, it was not one moment, and it is done
    /// again.
    fn copy(&mut self) -> Result<(), DrillError> {
        for _ in 0..TRIES {
            let (before, keystore) = (self.undecided()?, self.keystore()?);
            let data = self.hoard.take(&self.house.data())?;
            if self.keystore()? == keystore && self.undecided()? == before {
                return self.remember(before, data, keystore);
            }
        }
        Err(DrillError::Unfinished("a copy of one moment"))
    }

    fn remember(&mut self, undecided: BTreeSet<CheckId>, data: Copied, keystore: Vec<u8>) -> Result<(), DrillError> {
        let (root, _) = *self.keyring(&keystore)?.roots.first().ok_or(DrillError::Ground)?;
        self.documents.extend(data.known.iter().map(|known| known.document));
        let waiting = data.known.iter().filter(|known| undecided.contains(&known.check));
        let waiting: BTreeSet<_> = waiting.map(|known| known.document).collect();
        if waiting.len() != undecided.len() {
            return Err(DrillError::Ground);
        }
        // What is over stays over; asking about it again would only take time.
        self.open = undecided;
        let minute = self.minute();
        self.moments.push(Moment { minute, data, keystore, root, undecided: waiting });
        Ok(())
    }
}
