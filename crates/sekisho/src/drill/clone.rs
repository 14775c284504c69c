//! Somebody starts a copy of the whole machine elsewhere, while the original runs on.

use super::{
    DrillError, Moment, Row,
    grounds::Grounds,
    watched::{Desk as _, Outcome, Watched},
};

/// M16: of an original and its clone only one is cosigned; the other opens nothing and says why.
pub(super) fn perform(grounds: &Grounds) -> Result<Row, DrillError> {
    let mut work = Watched::new(grounds, true)?;
    grounds.say("clone: the original was asked first, then the clone");
    original_first(&mut work)?;
    grounds.say("clone: the clone was asked first");
    clone_first(&mut work)?;
    grounds.say("clone: without a witness");
    work.with_control(control(grounds)?)?;
    let officer = work.alarm_on_record();
    work.row(Row {
        name: "clone",
        held: "a copy of the whole machine, keystore and passphrase included, started on other ports while the \
               original runs on"
            .into(),
        got: Default::default(),
        promise: "two of one do not both open, and the one that doesn't says so",
        kept: false,
        noticed: Moment::came("by the witness: the one that it saw second opened nothing, its desk said so, and it is on record"),
        stopped: Moment::came("by the witness: the second of the two opens nothing"),
        officer,
        note: "with the original at work the clone opened nothing and the original went on; a clone that is quicker \
               than its original goes on in its place, and the original stops and says so once it asks again, within half \
               a minute of whatever is new; without a witness both \
               showed pictures"
            .into(),
        short: Some("one of the two opened nothing and said so; without a witness both opened".into()),
        figures: None,
    })
}

fn original_first(work: &mut Watched) -> Result<(), DrillError> {
    let copied = work.house.copied()?;
    work.submit()?;
    work.must_be_cosigned()?;
    let clone = work.house.double(copied)?;
    let (outcome, picture) = (work.outcome_of(&clone)?, clone.picture());
    work.must_alarm_at(outcome, picture, &clone.data(), "the clone opens nothing and says why")?;
    drop(clone);
    work.must_show("the original goes on")
}

fn clone_first(work: &mut Watched) -> Result<(), DrillError> {
    work.submit()?;
    work.must_be_cosigned()?;
    let clone = work.house.double(work.house.copied()?)?;
    let outcome = work.outcome_of(&clone)?;
    work.must(outcome == Outcome::Shown, "a clone that is quicker is cosigned in its original's place");
    work.submit()?;
    work.must_come_to_alarm("then the original opens nothing and says why")
}

fn control(grounds: &Grounds) -> Result<Watched, DrillError> {
    let mut work = Watched::new(grounds, false)?;
    let clone = work.house.double(work.house.copied()?)?;
    let outcome = work.outcome_of(&clone)?;
    work.must(outcome == Outcome::Shown, "without a witness the clone opens");
    drop(clone);
    work.submit()?;
    work.must_show("and so does the original")?;
    Ok(work)
}
