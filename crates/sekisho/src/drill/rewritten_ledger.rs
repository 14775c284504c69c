//! An operator puts somebody else's name where it says who looked, everywhere and signed anew.

use super::{DrillError, Row, forger::Forger, grounds::Grounds, snapshot::Snapshot, watched::Watched};

/// M16: a rewritten ledger is refused by the keystore, and by the witness when the keystore was made to forget.
pub(super) fn perform(grounds: &Grounds) -> Result<Row, DrillError> {
    let mut work = Watched::new(grounds, true)?;
    work.house.rest();
    let honest = Snapshot::take(&work.house)?;
    let rewritten = Forger(&work.house).blame_another()?;
    work.must(rewritten > 0, "there was something to rewrite");
    grounds.say("rewritten-ledger: against the keystore, then against the witness");
    let reason = work.must_not_start("a rewritten ledger beside the keystore is refused at the start");
    work.must(reason.contains("rewritten"), "and the reason is said");
    Forger(&work.house).make_the_keystore_forget()?;
    work.house.revive()?;
    work.must_alarm("a rewritten ledger beside a forged keystore is contradicted by the witness")?;
    work.must(!work.audit(true)?, "an auditor who asks for the witness's signature refuses it");
    grounds.say("rewritten-ledger: the honest ledger, then the same without a witness");
    work.house.rest();
    honest.put_all_back(&work.house)?;
    work.house.revive()?;
    work.must_show("the honest ledger goes on with the same witness")?;
    work.with_control(control(grounds)?)?;
    work.row(Row {
        name: "rewritten-ledger",
        held: "database, journal, tiles, keystore, passphrase and the log's key".into(),
        got: Default::default(),
        promise: "a ledger that was rewritten opens nothing, and the witness says so",
        kept: false,
        noticed: "noticed: the keystore refused the start; made to forget, the witness refused the proof, the desk's \
                  first page said so, and it is on record"
            .into(),
        note: format!(
            "{rewritten} entries named somebody else, in database, journal and tiles, under a new signature; without \
             a witness the same ledger showed a picture and held for every auditor"
        ),
        short: Some("the rewritten ledger opened nothing; without a witness it did".into()),
        figures: None,
    })
}

fn control(grounds: &Grounds) -> Result<Watched, DrillError> {
    let mut work = Watched::new(grounds, false)?;
    work.house.rest();
    Forger(&work.house).blame_another()?;
    Forger(&work.house).make_the_keystore_forget()?;
    work.house.revive()?;
    let holds = work.audit(false)?;
    work.must(holds, "without a witness the rewritten ledger holds for every auditor");
    work.must_show("without a witness the rewritten ledger opens")?;
    Ok(work)
}
