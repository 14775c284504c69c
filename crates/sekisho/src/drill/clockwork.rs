//! An installation whose clock an attacker sets, and what must hold whatever they set it to.

use std::{thread, time::Duration};

use sekisho_core::{event::What, id::CheckId, time::Timestamp};
use sekisho_keeper::keystore::Cost;

use super::{
    DrillError, FILE_NAME, Row,
    findings::Findings,
    grounds::Grounds,
    loot::{Loot, keys_with_the_keystore, known},
    record,
    sought::{Got, Sought},
};
use crate::demo::{Build, House, Look, Picture, StoryError};

/// Seconds after which the keeper looks at the clock whatever it is asked.
const A_LOOK: u64 = 20;
/// Tenths of a second that something may take to come about.
const TRIES: u32 = 450;

/// The installation, and what was found of it so far.
pub(super) struct Clockwork {
    pub house: House,
    sought: Sought,
    picture: Picture,
    findings: Findings,
}

impl Clockwork {
    pub(super) fn new(grounds: &Grounds) -> Result<Self, DrillError> {
        let build = Build { officer: true, picture_hours: Some(72), cost: Some(Cost::TEST), ..Build::default() };
        let (house, picture) = (grounds.own(build)?, Picture::specimen());
        let sought = Sought::new(&picture, &[], &[]);
        Ok(Self { house, sought, picture, findings: Findings::default() })
    }

    /// Something that must hold.
    pub(super) fn must(&mut self, holds: bool, what: &'static str) {
        self.findings.must(holds, what);
    }

    /// Something that must come about soon.
    pub(super) fn must_come(
        &mut self,
        what: &'static str,
        mut is: impl FnMut(&House) -> Result<bool, DrillError>,
    ) -> Result<(), DrillError> {
        for _ in 0..TRIES {
            self.house.nudge();
            if is(&self.house)? {
                self.must(true, what);
                return Ok(());
            }
            thread::sleep(Duration::from_millis(100));
        }
        self.must(false, what);
        Ok(())
    }

    /// What an attacker looks for.
    pub(super) const fn sought(&self) -> &Sought {
        &self.sought
    }

    /// A document comes in. A gate that has not heard of the clock yet takes the site's request for one of another time.
    pub(super) fn submit(&mut self) -> Result<CheckId, DrillError> {
        for _ in 0..TRIES {
            match self.house.submit(FILE_NAME, &self.picture) {
                Err(StoryError::Status { found: 422, .. }) => thread::sleep(Duration::from_millis(100)),
                sent => return Ok(sent?),
            }
        }
        Err(DrillError::Unfinished("a gate that follows the clock"))
    }

    /// Time goes on for as long as the keeper takes to look at the clock.
    pub(super) fn settle(&self) {
        self.house.pass(A_LOOK);
        self.house.nudge();
    }

    /// Asks for a picture that must not be shown, and counts it if it is.
    pub(super) fn must_stay_closed(&mut self, look: &mut Look, what: &'static str) -> Result<(), DrillError> {
        let (status, page) = look.view()?;
        let shown = self.sought.within(page.as_bytes());
        self.findings.got += shown;
        self.must(status >= 400 && shown == Got::default(), what);
        Ok(())
    }

    /// The control: the same look shows the picture.
    pub(super) fn must_open(&mut self, look: &mut Look, what: &'static str) -> Result<(), DrillError> {
        let sought = self.sought.clone();
        self.must_come(what, |_| Ok(sought.within(look.view()?.1.as_bytes()).pictures == 1))
    }

    /// How many of the documents in a copy open with the keystore as it is now.
    pub(super) fn opening_of(&self, copy: &Loot) -> Result<usize, DrillError> {
        let known = copy.known()?;
        let keys = keys_with_the_keystore(&self.house, &known)?;
        Ok(copy.documents(&known)?.iter().filter(|sealed| sealed.open(&keys).is_some()).count())
    }

    /// What the drill showed, in one row.
    pub(super) fn row(self, row: Row) -> Result<Row, DrillError> {
        self.house.clear_away()?;
        Ok(self.findings.row(row))
    }
}

/// Whether a check waits for a new document: the last one is gone.
pub(super) fn is_gone(house: &House, check: CheckId) -> Result<bool, DrillError> {
    Ok(house.state(check)? == "awaiting_document" && house.blobs()? == 0)
}

/// Whether its document still waits for a reviewer.
pub(super) fn is_kept(house: &House, check: CheckId) -> Result<bool, DrillError> {
    Ok(house.state(check)? == "in_review")
}

/// The latest deadline of a document that is held.
pub(super) fn deadline(house: &House) -> Result<Timestamp, DrillError> {
    known(&house.data())?.iter().filter_map(|known| known.held_until()).max().ok_or(DrillError::Ground)
}

/// How often the ledger says that the time was doubted.
pub(super) fn doubts(house: &House) -> Result<u64, DrillError> {
    record::count(&house.data(), |what| matches!(what, What::TimeDoubted { .. }))
}

/// How often it says that the root was changed.
pub(super) fn root_changes(house: &House) -> Result<u64, DrillError> {
    record::count(&house.data(), |what| matches!(what, What::RootChanged { .. }))
}
