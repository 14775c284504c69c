//! The attacker's code runs in the gate's place, inside its confinement, with its ends and its folder.

use super::{
    DrillError, Moment, Row,
    grounds::Grounds,
    intruder::{self, fails_outside, restarts},
    reach::Attempt,
    sought::Got,
};
use crate::supervisor::Role;

/// M11: what was submitted before stays closed.
pub(super) fn perform(grounds: &Grounds) -> Result<Row, DrillError> {
    let ground = grounds.shared()?;
    let brief = intruder::brief_for(&ground.house, Role::Gate, &ground.sought)?;
    let notebook = intruder::let_in(&ground.house, Role::Gate, &brief)?;
    notebook.to_the_end()?;
    let attempts = notebook.attempts();
    let mut got = Got::default();
    attempts.iter().for_each(|attempt| got += attempt.got);
    let worked: Vec<&str> = attempts.iter().filter(|attempt| attempt.worked).map(|attempt| &*attempt.what).collect();
    let free = fails_outside(&brief);
    let control = ground.sought.within(ground.house.look(None)?.as_bytes());
    let restarts = restarts(&ground.house, Role::Gate);
    Ok(Row {
        name: "public-process",
        held: "code running in the gate's place, with its sockets, its folder and its confinement".into(),
        got,
        promise: "nothing that was submitted before: no key is in that process",
        kept: got == Got::default() && worked.is_empty() && free.is_empty() && control.pictures == 1,
        noticed: Moment::came(format!(
            "where it was loud: the keeper cut off what is no request, and the supervisor saw the gate end {restarts} \
             times and logged how; quiet questions in the gate's own words were not noticed"
        )),
        stopped: Moment::came("at the process's walls: what it asked for outside of them was refused each time"),
        officer: None,
        note: note(&attempts, &worked, &free, control),
        short: None,
        figures: None,
    })
}

fn note(attempts: &[Attempt], worked: &[&str], free: &[String], control: Got) -> String {
    let mut note = format!(
        "{} attempts; from outside its confinement the same code reached what it was refused inside, and a reviewer \
         then saw {} of the documents that were there",
        attempts.len(),
        control.pictures
    );
    if !worked.is_empty() {
        note += &format!("; worked: {}", worked.join(", "));
    }
    if !free.is_empty() {
        note += &format!("; but outside these failed too: {}", free.join(", "));
    }
    note
}
