//! The steps of the drills with a forged ledger: against the keystore, against a witness, and, for the control, against
//! nobody.

use super::{DrillError, forger::Forger, grounds::Grounds, snapshot::Snapshot, watched::Watched};

/// What an operator does to the ledger, everywhere and signed anew.
pub(super) struct Forgery {
    /// The drill's name.
    pub name: &'static str,
    /// Does it to an installation that rests; answers with how many entries are others now, or gone.
    pub forge: fn(&Forger<'_>) -> Result<usize, DrillError>,
    /// What a start beside the keystore says of it.
    pub refusal: &'static str,
    /// Whether the ledger tells nothing any more of what was forged.
    pub hides: fn(&Watched) -> Result<bool, DrillError>,
}

impl Forgery {
    /// Goes all the steps. Answers with what was found, the control included, and how many entries were forged.
    pub(super) fn perform(&self, grounds: &Grounds) -> Result<(Watched, usize), DrillError> {
        let mut work = Watched::new(grounds, true)?;
        work.house.rest();
        let honest = Snapshot::take(&work.house)?;
        let forged = (self.forge)(&Forger(&work.house))?;
        work.must(forged > 0, "there was something to forge");
        grounds.say(&format!("{}: against the keystore, then against the witness", self.name));
        let reason = work.must_not_start("a forged ledger beside the keystore is refused at the start");
        work.must(reason.contains(self.refusal), "and the reason is said");
        Forger(&work.house).make_the_keystore_forget()?;
        work.house.revive()?;
        work.must_alarm("a forged ledger beside a forged keystore is contradicted by the witness")?;
        let holds = work.audit(true)?;
        work.must(!holds, "an auditor who asks for the witness's signature refuses it");
        grounds.say(&format!("{}: the honest ledger, then the same without a witness", self.name));
        work.house.rest();
        honest.put_all_back(&work.house)?;
        work.house.revive()?;
        work.must_show("the honest ledger goes on with the same witness")?;
        work.with_control(self.control(grounds)?)?;
        Ok((work, forged))
    }

    fn control(&self, grounds: &Grounds) -> Result<Watched, DrillError> {
        let mut work = Watched::new(grounds, false)?;
        work.house.rest();
        (self.forge)(&Forger(&work.house))?;
        Forger(&work.house).make_the_keystore_forget()?;
        work.house.revive()?;
        let (holds, hidden) = (work.audit(false)?, (self.hides)(&work)?);
        work.must(holds && hidden, "without a witness the forged ledger holds for every auditor");
        work.must_show("without a witness the forged ledger opens")?;
        Ok(work)
    }
}
