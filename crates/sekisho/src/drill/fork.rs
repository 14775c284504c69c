//! An operator goes back to an earlier point and writes another history from there, longer than the one before, so that
//! counting entries tells nothing.

use super::{DrillError, Moment, Row, grounds::Grounds, snapshot::Snapshot, watched::Watched};

/// M16: a ledger that was forked is told by its history, however long it is.
pub(super) fn perform(grounds: &Grounds) -> Result<Row, DrillError> {
    let mut work = Watched::new(grounds, true)?;
    grounds.say("fork: another history, written out of the witness's sight");
    let known = forked(&mut work)?;
    let longer = work.size()?;
    work.must(longer > known, "the other history is longer than what the witness knows");
    work.must(work.audit(false)?, "it holds for an auditor who has the log's key alone");
    work.must(!work.audit(true)?, "it does not for one who asks for the witness's signature");
    if let Some(witness) = &mut work.witness {
        witness.revive()?;
    }
    work.must_alarm("the witness contradicts it")?;
    grounds.say("fork: without a witness");
    work.with_control(control(grounds)?)?;
    let officer = work.alarm_on_record();
    work.row(Row {
        name: "fork",
        held: "the machine, the log's key, and time out of the witness's sight".into(),
        got: Default::default(),
        promise: "another history opens nothing, however long it is, and the witness says so",
        kept: false,
        noticed: Moment::came(
            "by the witness: it refused the proof, the desk's first page said so, and it is on record",
        ),
        stopped: Moment::came("before anything opened: nothing opens until a witness has cosigned what is there"),
        officer,
        note: format!(
            "the witness knew {known} entries, the other history had {longer}; without a witness the same fork showed \
             a picture, and its ledger held for every auditor"
        ),
        short: Some("the longer history opened nothing; without a witness it did".into()),
        figures: None,
    })
}

/// Goes back to where it was before some work was done, and writes more than that was. Answers with the size before.
fn forked(work: &mut Watched) -> Result<u64, DrillError> {
    work.house.rest();
    let earlier = Snapshot::take(&work.house)?;
    work.house.revive()?;
    work.submit()?;
    work.must_show("before the fork it opens")?;
    work.must_be_cosigned()?;
    work.house.rest();
    let known = work.size()?;
    if let Some(witness) = &mut work.witness {
        witness.die();
    }
    earlier.put_all_back(&work.house)?;
    work.house.revive()?;
    work.must_grow_past(known)?;
    Ok(known)
}

fn control(grounds: &Grounds) -> Result<Watched, DrillError> {
    let mut work = Watched::new(grounds, false)?;
    forked(&mut work)?;
    let holds = work.audit(false)?;
    work.must(holds, "without a witness the forked ledger holds for every auditor");
    work.must_show("without a witness the fork opens")?;
    Ok(work)
}
