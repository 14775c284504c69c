//! An installation with a witness beside it, or without one for the control, and what its desk shows.

use std::{path::Path, thread, time::Duration};

use sekisho_core::{event::What, ledger::VerifierKey};
use sekisho_keeper::{
    keystore::Cost,
    wire::{WitnessPlan, WitnessTerms},
};

use super::{
    DrillError, FILE_NAME, Row, Seen,
    findings::Findings,
    grounds::Grounds,
    record, seen,
    sought::{Got, Sought},
};
use crate::demo::{Build, House, Neighbour, Picture};

/// Half seconds that something may take to come about; a witness that was away is asked again after a minute at most.
const TRIES: u32 = 240;
const PAUSE: Duration = Duration::from_millis(500);
/// What every first page of the desk says when a witness contradicts.
const ALARM: &str = "ここにあるものと違う台帳を知っています";
/// What it says while one is awaited.
const AWAITED: &str = "証人の署名を待っています";

/// What a desk shows in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// A picture.
    Shown,
    /// No picture, and the alarm.
    Alarm,
}

/// The installation and its witness, and what was found so far.
pub(super) struct Watched {
    pub house: House,
    pub witness: Option<Neighbour>,
    pub(super) key: VerifierKey,
    picture: Picture,
    sought: Sought,
    findings: Findings,
    alarm: Option<Seen>,
}

/// A desk that is asked: the original's or a clone's.
pub(super) trait Desk {
    /// Its first page.
    fn first_page(&self) -> Result<String, DrillError>;
    /// The page with the next picture.
    fn picture(&self) -> Result<String, DrillError>;
}

impl Watched {
    /// One that has been at work: a document was looked at and decided, another waits.
    pub(super) fn new(grounds: &Grounds, with_witness: bool) -> Result<Self, DrillError> {
        let build = Build { cost: Some(Cost::TEST), ..Build::default() };
        let (mut house, picture) = (grounds.own(build)?, Picture::specimen());
        let key = house.ledger_key()?;
        let mut witness = None;
        if with_witness {
            house.rest();
            let neighbour = Neighbour::start("witness.invalid/w1", vec![key.clone()], grounds.program())?;
            house.tell_of_witnesses(plan(&neighbour));
            witness = Some(neighbour);
            house.revive()?;
        }
        let sought = Sought::new(&picture, &[], &[]);
        let mut watched = Self { house, witness, key, picture, sought, findings: Findings::default(), alarm: None };
        watched.submit()?;
        watched.must_show("before the attack a picture is shown")?;
        watched.house.look(Some("old_enough"))?;
        watched.submit()?;
        watched.must_be_cosigned()?;
        Ok(watched)
    }

    /// A document comes in.
    pub(super) fn submit(&self) -> Result<(), DrillError> {
        self.house.submit(FILE_NAME, &self.picture)?;
        Ok(())
    }

    /// Something that must hold.
    pub(super) fn must(&mut self, holds: bool, what: &'static str) {
        self.findings.must(holds, what);
    }

    /// What the installation's desk shows in the end.
    pub(super) fn outcome(&self) -> Result<Outcome, DrillError> {
        self.outcome_of(&self.house)
    }

    /// What `desk` shows in the end.
    pub(super) fn outcome_of(&self, desk: &dyn Desk) -> Result<Outcome, DrillError> {
        for _ in 0..TRIES {
            let page = desk.first_page()?;
            if page.contains(ALARM) {
                return Ok(Outcome::Alarm);
            }
            let shown = || desk.picture().is_ok_and(|page| self.sought.within(page.as_bytes()).pictures > 0);
            if !page.contains(AWAITED) && shown() {
                return Ok(Outcome::Shown);
            }
            thread::sleep(PAUSE);
        }
        Err(DrillError::Unfinished("neither a picture nor an alarm"))
    }

    /// The control: a picture is shown.
    pub(super) fn must_show(&mut self, what: &'static str) -> Result<(), DrillError> {
        let shown = self.outcome()? == Outcome::Shown;
        self.must(shown, what);
        Ok(())
    }

    /// The attack: no picture, the alarm on the desk's first page and on record.
    pub(super) fn must_alarm(&mut self, what: &'static str) -> Result<(), DrillError> {
        let (outcome, data) = (self.outcome()?, self.house.data());
        let picture = Desk::picture(&self.house);
        self.must_alarm_at(outcome, picture, &data, what)
    }

    /// The same of another desk whose state lies in `data`.
    pub(super) fn must_alarm_at(
        &mut self,
        outcome: Outcome,
        picture: Result<String, DrillError>,
        data: &Path,
        what: &'static str,
    ) -> Result<(), DrillError> {
        self.must(outcome == Outcome::Alarm, what);
        let shown = picture.map(|page| self.sought.within(page.as_bytes())).unwrap_or_default();
        self.findings.got += shown;
        self.must(shown == Got::default(), "no picture opens once a witness contradicts");
        self.alarm = seen::on_the_ledger(data, |what| matches!(what, What::WitnessContradicted { .. }))?;
        self.must(self.alarm.is_some(), "the contradiction is on record");
        Ok(())
    }

    /// The same where pictures were shown before, until the witness was asked again.
    pub(super) fn must_come_to_alarm(&mut self, what: &'static str) -> Result<(), DrillError> {
        for _ in 0..TRIES {
            if self.house.overview()?.contains(ALARM) {
                return self.must_alarm(what);
            }
            thread::sleep(PAUSE);
        }
        self.must(false, what);
        Ok(())
    }

    /// What officers read of the witness's contradiction, wherever it was put on record last.
    pub(super) fn alarm_on_record(&self) -> Option<Seen> {
        self.alarm.clone()
    }

    /// Starting over what lies there is refused; answers with the reason.
    pub(super) fn must_not_start(&mut self, what: &'static str) -> String {
        let refused = self.house.revive();
        self.must(refused.is_err(), what);
        refused.err().map(|why| why.to_string()).unwrap_or_default()
    }

    /// The witness has seen all that is on record.
    pub(super) fn must_be_cosigned(&mut self) -> Result<(), DrillError> {
        if self.witness.is_none() {
            return Ok(());
        }
        for _ in 0..TRIES {
            let on_record = record::count(&self.house.data(), |_| true)?;
            if self.witness_size()? >= Some(on_record) {
                return Ok(());
            }
            thread::sleep(PAUSE);
        }
        Err(DrillError::Unfinished("a cosignature"))
    }

    /// Documents come in until more than `size` entries are published.
    pub(super) fn must_grow_past(&mut self, size: u64) -> Result<(), DrillError> {
        for _ in 0..TRIES {
            if self.size()? > size {
                return Ok(());
            }
            self.submit()?;
            thread::sleep(PAUSE);
        }
        Err(DrillError::Unfinished("a longer ledger"))
    }

    /// Takes over what the control found.
    pub(super) fn with_control(&mut self, control: Watched) -> Result<(), DrillError> {
        self.findings.with_control(control.findings);
        Ok(control.house.clear_away()?)
    }

    /// What the drill showed, in one row.
    pub(super) fn row(self, row: Row) -> Result<Row, DrillError> {
        self.house.clear_away()?;
        Ok(self.findings.row(row))
    }
}

impl Desk for House {
    fn first_page(&self) -> Result<String, DrillError> {
        Ok(self.overview()?)
    }

    fn picture(&self) -> Result<String, DrillError> {
        Ok(self.look(None)?)
    }
}

impl Desk for crate::demo::Double {
    fn first_page(&self) -> Result<String, DrillError> {
        Ok(self.overview()?)
    }

    fn picture(&self) -> Result<String, DrillError> {
        Ok(self.look()?)
    }
}

fn plan(witness: &Neighbour) -> WitnessPlan {
    let terms = WitnessTerms { key: witness.key().to_string(), url: witness.url() };
    WitnessPlan { named: vec![terms], forgotten: Vec::new() }
}
