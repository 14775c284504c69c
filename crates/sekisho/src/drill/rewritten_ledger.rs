//! An operator puts somebody else's name where it says who looked, everywhere and signed anew.

use sekisho_core::event::What;

use super::{DrillError, Moment, Row, forged::Forgery, forger::ANOTHER, grounds::Grounds, record};

/// M16: a rewritten ledger is refused by the keystore, and by the witness when the keystore was made to forget.
pub(super) fn perform(grounds: &Grounds) -> Result<Row, DrillError> {
    let forgery = Forgery {
        name: "rewritten-ledger",
        forge: |forger| forger.blame_another(),
        refusal: "rewritten",
        hides: |work| {
            let honest = |what: &What| matches!(what, What::Viewed { staff, .. } if *staff != ANOTHER);
            Ok(record::count(&work.house.data(), honest)? == 0)
        },
    };
    let (work, rewritten) = forgery.perform(grounds)?;
    let officer = work.alarm_on_record();
    work.row(Row {
        name: "rewritten-ledger",
        held: "database, journal, tiles, keystore, passphrase and the log's key".into(),
        got: Default::default(),
        promise: "a ledger that was rewritten opens nothing, and the witness says so",
        kept: false,
        noticed: Moment::came("by the keystore, which refused the start: made to forget, the witness refused the proof, the desk's first page said so, and it is on record"),
        stopped: Moment::came("before anything opened: nothing opens until a witness has cosigned what is there"),
        officer,
        note: format!(
            "{rewritten} entries named somebody else, in database, journal and tiles, under a new signature; without \
             a witness the same ledger showed a picture and held for every auditor"
        ),
        short: Some("the rewritten ledger opened nothing; without a witness it did".into()),
        figures: None,
    })
}
