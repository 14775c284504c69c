//! The attacker's code runs in the desk's place, inside its confinement, with its ends, its folder and its listener.
//!
//! What passes through a desk is seen by whoever is in it, and whoever is on shift lends it their budget: that much is
//! taken, is counted, and is printed.

use sekisho_core::{budget, event::What};
use sekisho_keeper::keystore::Cost;

use super::{
    DrillError, FILE_NAME, Row,
    grounds::Grounds,
    in_desk::{DECIDED, OVER, REFUSED, RELAYED, TAKEN},
    intruder::{self, Note, fails_outside},
    reach::Attempt,
    record, seen,
    sought::{Got, Sought},
};
use crate::{
    demo::{Build, House, Picture},
    supervisor::Role,
};

/// How many documents wait beyond what the budget of one minute gives.
const BEYOND: u64 = 4;

/// What happened, by what it was called.
struct Told(Vec<Attempt>);

impl Told {
    fn of(&self, what: &str) -> Vec<&Attempt> {
        self.0.iter().filter(|attempt| attempt.what == what).collect()
    }

    fn pictures(&self, what: &str) -> u64 {
        self.of(what).iter().map(|attempt| attempt.got.pictures).sum()
    }

    /// What worked beside what somebody's shift allows.
    fn beside(&self) -> Vec<&str> {
        let allowed = [RELAYED, TAKEN, DECIDED];
        let worked = self.0.iter().filter(|attempt| attempt.worked || attempt.got != Got::default());
        worked.map(|attempt| &*attempt.what).filter(|what| !allowed.contains(what)).collect()
    }
}

/// M11, M19, M20, M39: at most the budget of whoever is on shift, every look on record; nothing when nobody is.
pub(super) fn perform(grounds: &Grounds) -> Result<Row, DrillError> {
    let house = grounds.own(Build { cost: Some(Cost::TEST), ..Build::default() })?;
    let (picture, budget) = (Picture::specimen(), budget::Limits::default().person.minute);
    let sought = Sought::new(&picture, &[], &[]);
    for _ in 0..budget + BEYOND {
        house.submit(FILE_NAME, &picture)?;
    }
    let brief = intruder::brief_for(&house, Role::Desk, &sought)?;
    let notebook = intruder::let_in(&house, Role::Desk, &brief)?;
    notebook.until(|notes| notes.iter().any(|note| matches!(note, Note::Waits)))?;
    let alone = Told(notebook.attempts());
    // While all of it is still there: what is decided is shredded.
    let free = fails_outside(&brief);
    house.look(Some("old_enough"))?;
    notebook.to_the_end()?;
    let told = Told(notebook.attempts());
    let row = judge(&house, &alone, &told, &free, budget)?;
    house.clear_away()?;
    Ok(row)
}

fn judge(house: &House, alone: &Told, told: &Told, free: &[String], budget: u64) -> Result<Row, DrillError> {
    let data = house.data();
    let (relayed, taken) = (told.pictures(RELAYED), told.pictures(TAKEN));
    let got = Got { pictures: relayed + taken, ..Got::default() };
    let looks = record::looks(&data)?;
    let verdicts = told.of(DECIDED).iter().filter(|attempt| attempt.worked).count();
    let decided = record::count(&data, |what| matches!(what, What::Decided { .. }))?;
    let ended = record::shift_ended(&data)?;
    let (none_alone, beside) = (alone.0.iter().all(|attempt| attempt.got == Got::default()), told.beside());
    let kept = none_alone
        && beside.is_empty()
        && free.is_empty()
        && (relayed == 1 && taken > 0 && got.pictures <= budget)
        && looks == got.pictures
        && decided == verdicts as u64 + 1
        && ended.is_some();
    let (after, waiting) = (told.of(REFUSED).len(), house.blobs()?);
    let (noticed, stopped) = record::told(ended.as_ref());
    Ok(Row {
        name: "staff-process",
        held: "code running in the desk's place, with its sockets, its folder and its confinement".into(),
        got,
        promise: "at most the budgets of the reviewers then on shift, each look on record; nothing when nobody is",
        kept,
        noticed,
        stopped,
        officer: seen::on_the_ledger(&data, |what| matches!(what, What::Found { .. }))?,
        note: note(told, alone, looks, waiting, &beside, free),
        short: Some(format!(
            "0 pictures while nobody was on shift; {} with one reviewer on shift, whose budget of a minute is {budget}; \
             {verdicts} false verdicts",
            got.pictures
        )),
        figures: Some(serde_json::json!({
            "attempts": told.0.len(), "alone": alone.0.len(), "relayed": relayed, "taken": taken,
            "budget_of_a_minute": budget, "false_verdicts": verdicts, "on_record": looks, "refused": after,
            "after_the_shift": told.of(OVER).len(), "left": waiting,
        })),
    })
}

fn note(told: &Told, alone: &Told, looks: u64, waiting: usize, beside: &[&str], free: &[String]) -> String {
    let mut note = format!(
        "{} attempts, {} of them with nobody on shift; whoever is in the desk sees what passes and lends themselves \
         the budget of whoever is on shift: {looks} looks on record, {waiting} documents left that it could not open; \
         from outside its confinement the same code reached what it was refused inside; an \
         administrator's shift alone would let it invite somebody while an installation is founded, on record; later \
         that takes two officers and a day",
        told.0.len(),
        alone.0.len(),
    );
    if !beside.is_empty() {
        note += &format!("; worked besides: {}", beside.join(", "));
    }
    if !free.is_empty() {
        note += &format!("; but outside these failed too: {}", free.join(", "));
    }
    note
}
