//! What every intruder has: a brief, a notebook in the folder of the role whose place it took, its attempts.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use sekisho_core::id::DocumentId;
use serde::{Deserialize, Serialize};

use super::{
    DrillError,
    reach::{Attempt, Targets},
    sought::{Got, Sought},
};
use crate::{
    demo::House,
    supervisor::{Role, RoleContext, role::RoleError},
};

/// Twice this many tenths of a second are waited for an intruder.
const TRIES: u32 = 450;

/// What an intruder is told.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Brief {
    /// What to look for.
    pub sought: Sought,
    /// Where to look.
    pub targets: Targets,
    /// Documents whose ciphertext lies in the blob store.
    pub documents: Vec<DocumentId>,
    /// Requests for checks that no site signed so, and how many times to hand each in; nothing else is tried then.
    pub forged: Option<Forged>,
}

/// Checks to forge.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Forged {
    /// What nobody signed, or nobody signed for this keeper.
    pub requests: Vec<String>,
    /// What a site did sign: the control.
    pub honest: String,
    /// Where a picture to seal lies, in the gate's own folder, so that nothing but the request is wrong.
    pub picture: PathBuf,
    /// How often each forged one is handed in.
    pub times: u32,
}

/// What an intruder notes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Note {
    /// A step begins; if nothing follows, the process did not outlive it.
    Begins(String),
    /// What was tried.
    Tried(Attempt),
    /// Nothing more is tried until somebody comes.
    Waits,
    /// All steps were gone.
    End,
}

/// Where an intruder in `role`'s place notes what it does.
#[derive(Debug, Clone)]
pub(super) struct Notebook(PathBuf);

impl Notebook {
    /// The notebook in the role's own folder.
    pub(super) fn of(data: &Path, role: Role) -> Self {
        Self(data.join(role.name()).join("drill.jsonl"))
    }

    /// Everything that was noted so far.
    pub(super) fn notes(&self) -> Vec<Note> {
        let text = fs::read_to_string(&self.0).unwrap_or_default();
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// Every attempt that was noted so far.
    pub(super) fn attempts(&self) -> Vec<Attempt> {
        let tried = |note| if let Note::Tried(attempt) = note { Some(attempt) } else { None };
        self.notes().into_iter().filter_map(tried).collect()
    }

    /// Adds a note.
    pub(super) fn note(&self, note: &Note) -> io::Result<()> {
        let mut file = OpenOptions::new().append(true).create(true).open(&self.0)?;
        file.write_all(format!("{}\n", serde_json::to_string(note)?).as_bytes())
    }

    /// Adds an attempt.
    pub(super) fn tried(&self, what: &str, worked: bool, got: Got) -> io::Result<()> {
        self.note(&Note::Tried(Attempt { what: what.to_owned(), worked, got }))
    }

    /// Waits for a note of this kind.
    pub(super) fn until(&self, which: impl Fn(&[Note]) -> bool) -> Result<(), DrillError> {
        for _ in 0..TRIES {
            if which(&self.notes()) {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(200));
        }
        Err(DrillError::Unfinished("the intruder"))
    }

    /// Waits until all steps are gone.
    pub(super) fn to_the_end(&self) -> Result<(), DrillError> {
        self.until(|notes| matches!(notes.last(), Some(Note::End)))
    }
}

/// The brief of the role that runs here, in a test installation; nobody else is attacked from within.
pub(super) fn brief(context: &mut RoleContext) -> Result<Brief, RoleError> {
    if !context.config.test {
        return Err(RoleError::new("this installation is not marked as test: no drill runs inside it"));
    }
    let brief = context.config.intruder.take().and_then(|brief| postcard::from_bytes(&brief).ok());
    brief.ok_or_else(|| RoleError::new("no brief"))
}

/// Lets an intruder with this brief into `role`'s place.
pub(super) fn let_in(house: &House, role: Role, brief: &Brief) -> Result<Notebook, DrillError> {
    let told = postcard::to_allocvec(brief).map_err(|_| DrillError::Ground)?;
    house.handle().intrude(role, told)?;
    Ok(Notebook::of(&house.data(), role))
}

/// What an intruder in `role`'s place looks for and where: everything that belongs to somebody else.
pub(super) fn brief_for(house: &House, role: Role, sought: &Sought) -> Result<Brief, DrillError> {
    let data = house.data();
    let blobs = files_below(&data.join("blobs"))?;
    let named = |path: &PathBuf| path.file_name()?.to_str()?.parse::<DocumentId>().ok();
    let folders = ["keeper", "gate", "desk", "courier", "ledger"].into_iter().filter(|name| *name != role.name());
    let folders: Vec<_> = folders.map(|name| data.join(name)).collect();
    let mut files = vec![house.keystore()];
    let databases = ["keeper/keeper.db", "gate/gate.db", "desk/desk.db"].map(|name| data.join(name));
    files.extend(databases.into_iter().filter(|path| !path.starts_with(data.join(role.name()))));
    files.extend(files_below(&data.join("courier"))?);
    files.extend(files_below(&data.join("ledger"))?);
    files.extend(blobs.iter().cloned());
    files.push("/etc/passwd".into());
    let other = if role == Role::Desk { house.gate.address } else { house.desk.address };
    let targets =
        Targets { files, folders, addresses: vec![other, house.site.server.address], processes: others(house, role) };
    let documents = blobs.iter().filter_map(named).collect();
    Ok(Brief { sought: sought.clone(), documents, targets, forged: None })
}

fn others(house: &House, role: Role) -> Vec<u32> {
    let roles = house.processes();
    let roles = roles.iter().filter(|process| process.role != role).map(|process| process.pid);
    roles.chain([std::process::id()]).collect()
}

/// The control: what fails even without confinement proves nothing about it. Another's memory is left out: who may read
/// that depends on who performs the drill.
pub(super) fn fails_outside(brief: &Brief) -> Vec<String> {
    let targets = Targets { processes: Vec::new(), ..brief.targets.clone() };
    let mut attempts = super::reach::try_all(&targets, &brief.sought);
    attempts.push(super::reach::spawn());
    attempts.into_iter().filter(|attempt| !attempt.worked).map(|attempt| attempt.what).collect()
}

/// How often the role ended of itself; the first end was the drill's own doing, so that the intruder came in.
pub(super) fn restarts(house: &House, role: Role) -> u32 {
    let processes = house.processes();
    let restarts = processes.iter().filter(|process| process.role == role).map(|process| process.restarts);
    restarts.sum::<u32>().saturating_sub(1)
}

fn files_below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    super::loot::list(folder, &mut found)?;
    Ok(found)
}
