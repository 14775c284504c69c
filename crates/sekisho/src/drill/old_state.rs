//! The operator puts yesterday's state back, so that what was decided waits again.

use super::{DrillError, Moment, Row, grounds::Grounds, snapshot::Snapshot, watched::Watched};

/// M16: an older state is refused by the keystore, and with an older keystore too by the witness.
pub(super) fn perform(grounds: &Grounds) -> Result<Row, DrillError> {
    let mut work = Watched::new(grounds, true)?;
    let earlier = taken(&mut work)?;
    let latest = went_on(&mut work)?;
    grounds.say("old-state: the data folder alone, then the keystore with it");
    earlier.put_data_back(&work.house)?;
    let reason = work.must_not_start("an older folder beside the present keystore is refused at the start");
    work.must(reason.contains("earlier time than the keystore"), "and the reason is said");
    earlier.put_all_back(&work.house)?;
    work.house.revive()?;
    work.must_alarm("an older machine, keystore included, is contradicted by the witness")?;
    again(&mut work, "starting again does not end it")?;
    grounds.say("old-state: the right state, then the same without a witness");
    work.house.rest();
    latest.put_all_back(&work.house)?;
    work.house.revive()?;
    work.submit()?;
    work.must_show("the right state goes on with the same witness")?;
    work.with_control(control(grounds)?)?;
    let officer = work.alarm_on_record();
    work.row(Row {
        name: "old-state",
        held: "an earlier copy of the data folder, then of the whole machine with keystore and passphrase".into(),
        got: Default::default(),
        promise: "an older state opens nothing, and the witness says so",
        kept: false,
        noticed: Moment::came("by the keystore, which refused the start: with an older keystore the witness knew more entries, the desk's first page said so, and it is on record"),
        stopped: Moment::came("before anything opened: nothing opens until a witness has cosigned what is there"),
        officer,
        note: "the right state, put back, opened with the same witness; without a witness the same older machine \
               showed a picture that had been decided and shredded: nobody else could know"
            .into(),
        short: Some("nothing opened; without a witness, a picture that was decided did".into()),
        figures: None,
    })
}

fn taken(work: &mut Watched) -> Result<Snapshot, DrillError> {
    work.house.rest();
    let earlier = Snapshot::take(&work.house)?;
    work.house.revive()?;
    Ok(earlier)
}

/// What waited is decided and shredded.
fn went_on(work: &mut Watched) -> Result<Snapshot, DrillError> {
    work.must_show("after an honest restart it opens")?;
    work.house.look(Some("old_enough"))?;
    work.must_be_cosigned()?;
    work.house.rest();
    Ok(Snapshot::take(&work.house)?)
}

fn again(work: &mut Watched, what: &'static str) -> Result<(), DrillError> {
    work.house.rest();
    work.house.revive()?;
    work.must_alarm(what)
}

fn control(grounds: &Grounds) -> Result<Watched, DrillError> {
    let mut work = Watched::new(grounds, false)?;
    let earlier = taken(&mut work)?;
    let _latest = went_on(&mut work)?;
    earlier.put_all_back(&work.house)?;
    work.house.revive()?;
    work.must_show("without a witness, what was decided is shown again")?;
    Ok(work)
}
