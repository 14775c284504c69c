//! An operator cuts the ledger's end off, everywhere and signed anew, so that nobody was ever shown a picture.

use super::{DrillError, Row, forger::Forger, grounds::Grounds, snapshot::Snapshot, watched::Watched};

/// M16: a cut ledger is refused by the keystore, and by the witness when the keystore was made to forget.
pub(super) fn perform(grounds: &Grounds) -> Result<Row, DrillError> {
    let mut work = Watched::new(grounds, true)?;
    work.house.rest();
    let honest = Snapshot::take(&work.house)?;
    let cut = Forger(&work.house).cut_before_the_first_look()?;
    grounds.say("truncated-ledger: against the keystore, then against the witness");
    let reason = work.must_not_start("a cut ledger beside the keystore is refused at the start");
    work.must(reason.contains("earlier time than the keystore"), "and the reason is said");
    Forger(&work.house).make_the_keystore_forget()?;
    work.house.revive()?;
    work.must_alarm("a cut ledger beside a forged keystore is contradicted by the witness")?;
    grounds.say("truncated-ledger: the honest ledger, then the same without a witness");
    work.house.rest();
    honest.put_all_back(&work.house)?;
    work.house.revive()?;
    work.must_show("the honest ledger goes on with the same witness")?;
    work.with_control(control(grounds)?)?;
    work.row(Row {
        name: "truncated-ledger",
        held: "database, journal, tiles, keystore, passphrase and the log's key".into(),
        got: Default::default(),
        promise: "a ledger whose end was cut off opens nothing, and the witness says so",
        kept: false,
        noticed: "noticed: the keystore refused the start; made to forget, the witness knew more entries, the desk's \
                  first page said so, and it is on record"
            .into(),
        note: format!(
            "{cut} entries were cut off everywhere and the rest signed anew; without a witness the same cut showed a \
             picture, and its ledger held for every auditor, without a trace of who had looked"
        ),
        short: Some("the cut ledger opened nothing; without a witness it did".into()),
        figures: None,
    })
}

fn control(grounds: &Grounds) -> Result<Watched, DrillError> {
    let mut work = Watched::new(grounds, false)?;
    work.house.rest();
    Forger(&work.house).cut_before_the_first_look()?;
    Forger(&work.house).make_the_keystore_forget()?;
    work.house.revive()?;
    let (holds, looks) = (work.audit(false)?, work.looks_on_record()?);
    work.must(holds && looks == 0, "without a witness the cut ledger holds for every auditor");
    work.must_show("without a witness the cut ledger opens")?;
    Ok(work)
}
