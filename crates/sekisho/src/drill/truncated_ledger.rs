//! An operator cuts the ledger's end off, everywhere and signed anew, so that nobody was ever shown a picture.

use super::{DrillError, Moment, Row, forged::Forgery, grounds::Grounds};

/// M16: a cut ledger is refused by the keystore, and by the witness when the keystore was made to forget.
pub(super) fn perform(grounds: &Grounds) -> Result<Row, DrillError> {
    let forgery = Forgery {
        name: "truncated-ledger",
        forge: |forger| forger.cut_before_the_first_look(),
        refusal: "earlier time than the keystore",
        hides: |work| Ok(work.looks_on_record()? == 0),
    };
    let (work, cut) = forgery.perform(grounds)?;
    let officer = work.alarm_on_record();
    work.row(Row {
        name: "truncated-ledger",
        held: "database, journal, tiles, keystore, passphrase and the log's key".into(),
        got: Default::default(),
        promise: "a ledger whose end was cut off opens nothing, and the witness says so",
        kept: false,
        noticed: Moment::came("by the keystore, which refused the start: made to forget, the witness knew more entries, the desk's first page said so, and it is on record"),
        stopped: Moment::came("before anything opened: nothing opens until a witness has cosigned what is there"),
        officer,
        note: format!(
            "{cut} entries were cut off everywhere and the rest signed anew; without a witness the same cut showed a \
             picture, and its ledger held for every auditor, without a trace of who had looked"
        ),
        short: Some("the cut ledger opened nothing; without a witness it did".into()),
        figures: None,
    })
}
