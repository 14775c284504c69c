//! The attacker's code runs in the gate's place, inside its confinement, with its ends and its folder.

use std::{
    fs, io,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use sekisho_core::id::DocumentId;

use super::{
    DrillError, Moment, Row,
    ground::Ground,
    grounds::Grounds,
    in_gate::{Brief, Note, notes},
    reach::{self, Attempt, Targets},
    sought::Got,
};
use crate::supervisor::Role;

/// Twice this many tenths of a second are waited for the intruder.
const TRIES: u32 = 450;

/// M11: what was submitted before stays closed.
pub(super) fn perform(grounds: &Grounds) -> Result<Row, DrillError> {
    let ground = grounds.shared()?;
    let brief = brief(ground)?;
    let told = postcard::to_allocvec(&brief).map_err(|_| DrillError::Ground)?;
    ground.house.handle().intrude(told)?;
    let notes = to_the_end(&ground.house.data())?;
    let attempts: Vec<Attempt> = notes.iter().filter_map(tried).collect();
    let mut got = Got::default();
    attempts.iter().for_each(|attempt| got += attempt.got);
    let worked: Vec<&str> = attempts.iter().filter(|attempt| attempt.worked).map(|attempt| &*attempt.what).collect();
    let free = unconfined(&brief);
    let control = ground.sought.within(ground.house.look(None)?.as_bytes());
    let restarts = restarts(ground);
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

fn tried(note: &Note) -> Option<Attempt> {
    if let Note::Tried(attempt) = note { Some(attempt.clone()) } else { None }
}

fn to_the_end(data: &Path) -> Result<Vec<Note>, DrillError> {
    for _ in 0..TRIES {
        let notes = notes(data);
        if matches!(notes.last(), Some(Note::End)) {
            return Ok(notes);
        }
        thread::sleep(Duration::from_millis(200));
    }
    Err(DrillError::Unfinished("the intruder"))
}

/// The control: what fails even without confinement proves nothing about it. Another's memory is left out: who may read
/// that depends on who performs the drill.
fn unconfined(brief: &Brief) -> Vec<String> {
    let targets = Targets { processes: Vec::new(), ..brief.targets.clone() };
    let mut attempts = reach::try_all(&targets, &brief.sought);
    attempts.push(reach::spawn());
    attempts.into_iter().filter(|attempt| !attempt.worked).map(|attempt| attempt.what).collect()
}

fn brief(ground: &Ground) -> Result<Brief, DrillError> {
    let (data, house) = (ground.house.data(), &ground.house);
    let blobs = files_below(&data.join("blobs"))?;
    let named = |path: &PathBuf| path.file_name()?.to_str()?.parse::<DocumentId>().ok();
    let mut files = vec![house.keystore(), data.join("keeper/keeper.db"), data.join("desk/desk.db")];
    files.extend(files_below(&data.join("courier"))?);
    files.extend(files_below(&data.join("ledger"))?);
    files.extend(blobs.iter().cloned());
    files.push("/etc/passwd".into());
    Ok(Brief {
        sought: ground.sought.clone(),
        documents: blobs.iter().filter_map(named).collect(),
        targets: Targets {
            files,
            folders: ["keeper", "desk", "courier", "ledger"].map(|name| data.join(name)).to_vec(),
            addresses: vec![house.desk.address, house.site.server.address],
            processes: others(ground),
        },
    })
}

fn others(ground: &Ground) -> Vec<u32> {
    let roles = ground.house.processes();
    let roles = roles.iter().filter(|process| process.role != Role::Gate).map(|process| process.pid);
    roles.chain([std::process::id()]).collect()
}

/// How often the gate ended of itself; the first end was the drill's own doing, so that the intruder came in.
fn restarts(ground: &Ground) -> u32 {
    let restarts: u32 =
        ground.house.processes().iter().filter(|process| process.role == Role::Gate).map(|gate| gate.restarts).sum();
    restarts.saturating_sub(1)
}

fn files_below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            found.extend(files_below(&entry.path())?);
        } else {
            found.push(entry.path());
        }
    }
    Ok(found)
}
