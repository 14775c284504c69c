//! The tombstones: what is over, for whoever restores an earlier backup than the last.
//!
//! A file beside the backups that only grows. A line is one JSON object:
//!
//! | object | |
//! |---|---|
//! | `{"format":1,"keeper":"kpr_…"}` | the first line |
//! | `{"salt":"…","body":"{…}"}` | an entry of the ledger after which something is over: its salt in hex, its event |
//! | `{"gate":"chk_…","erase_at":1800000000}` | a check whose member left; `null`: what tied it to them is erased |
//! | `{"through":1800000000}` | all that was over by then stands before this line |
//!
//! It names nobody: events and checks carry opaque ids. A line that a crash tore is passed over and written again.

use std::{
    collections::{BTreeMap, HashSet},
    fs::{self, OpenOptions},
    io::{self, Seek, SeekFrom, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use sekisho_core::{
    id::{CheckId, KeeperId},
    time::Timestamp,
};
use sekisho_keeper::{hash::hex, ledger::StoredEntry};
use serde::{Deserialize, Serialize};

use super::files::{FileError, at, sync};

/// The file's name.
pub const NAME: &str = "tombstones.jsonl";
const FORMAT: u32 = 1;

/// Why tombstones can't be used.
#[derive(Debug, thiserror::Error)]
pub enum TombstonesError {
    /// The file.
    #[error(transparent)]
    File(#[from] FileError),
    /// A line is none.
    #[error(
        "{path}, line {line}: this is no tombstone; restore the file from a copy, or move it away and say who left"
    )]
    Form {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// It is another installation's.
    #[error("{0}: these are the tombstones of another keeper, or of a later format")]
    Foreign(PathBuf),
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Line {
    First { format: u32, keeper: KeeperId },
    Entry { salt: String, body: String },
    Gate { gate: CheckId, erase_at: Option<Timestamp> },
    Through { through: Timestamp },
}

/// What is over.
#[derive(Debug, Default)]
pub struct Tombstones {
    /// Entries of the ledger in their order: salt and body.
    pub entries: Vec<([u8; 32], Vec<u8>)>,
    /// What the gate knew of checks whose member left, the last word on each.
    pub gate: BTreeMap<CheckId, Option<Timestamp>>,
    /// Up to when nothing is missing.
    pub through: Option<Timestamp>,
}

impl Tombstones {
    /// Reads the file at `path`; nothing if there is none.
    ///
    /// # Errors
    /// [`TombstonesError`].
    pub fn read(path: &Path, keeper: KeeperId) -> Result<Option<Self>, TombstonesError> {
        let text = match fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            read => at(path, || read)?,
        };
        let mut found = Self::default();
        for (number, line) in (1..).zip(whole(&text).lines()) {
            let form = TombstonesError::Form { path: path.to_owned(), line: number };
            match (number, serde_json::from_str(line)) {
                (1, Ok(Line::First { format: FORMAT, keeper: theirs })) if theirs == keeper => {}
                (1, Ok(Line::First { .. })) => return Err(TombstonesError::Foreign(path.to_owned())),
                (2.., Ok(line)) => found.take(line).ok_or(form)?,
                _ => return Err(form),
            }
        }
        Ok(Some(found))
    }

    fn take(&mut self, line: Line) -> Option<()> {
        match line {
            Line::First { .. } => return None,
            Line::Entry { salt, body } => self.entries.push((unhex(&salt)?, body.into_bytes())),
            Line::Gate { gate, erase_at } => drop(self.gate.insert(gate, erase_at)),
            Line::Through { through } => self.through = self.through.max(Some(through)),
        }
        Some(())
    }

    /// Adds what another file knows.
    pub fn join(&mut self, other: Self) {
        let known: HashSet<_> = self.entries.iter().map(|(salt, _)| *salt).collect();
        self.entries.extend(other.entries.into_iter().filter(|(salt, _)| !known.contains(salt)));
        for (check, erase_at) in other.gate {
            let held = self.gate.entry(check).or_insert(erase_at);
            *held = if held.is_none() || erase_at.is_none() { None } else { *held };
        }
        self.through = self.through.max(other.through);
    }
}

/// The text as far as its lines are whole.
fn whole(text: &str) -> &str {
    text.rfind('\n').map_or("", |end| &text[..=end])
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    let pairs = text.is_ascii().then(|| text.as_bytes().chunks_exact(2)).filter(|_| text.len() == 64)?;
    for (byte, pair) in bytes.iter_mut().zip(pairs) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

/// Adds to the file at `path` what it doesn't say yet, durably, and returns how many lines that were.
///
/// # Errors
/// [`TombstonesError`].
pub(super) fn add(
    path: &Path,
    keeper: KeeperId,
    entries: &[StoredEntry],
    gate: &[(CheckId, Option<Timestamp>)],
    through: Timestamp,
) -> Result<usize, TombstonesError> {
    let known = Tombstones::read(path, keeper)?;
    let first = known.is_none().then_some(Line::First { format: FORMAT, keeper });
    let known = known.unwrap_or_default();
    let salts: HashSet<_> = known.entries.iter().map(|(salt, _)| *salt).collect();
    let entries = entries
        .iter()
        .filter(|entry| !salts.contains(&entry.salt))
        .map(|entry| Line::Entry { salt: hex(&entry.salt), body: String::from_utf8_lossy(&entry.body).into_owned() });
    let gate = gate.iter().filter(|(check, erase_at)| known.gate.get(check) != Some(erase_at));
    let gate = gate.map(|(gate, erase_at)| Line::Gate { gate: *gate, erase_at: *erase_at });
    let lines: Vec<Line> = first.into_iter().chain(entries).chain(gate).chain([Line::Through { through }]).collect();
    at(path, || append(path, &lines))?;
    if let Some(folder) = path.parent() {
        sync(folder)?;
    }
    Ok(lines.len())
}

fn append(path: &Path, lines: &[Line]) -> io::Result<()> {
    let mut text = String::new();
    for line in lines {
        text += &serde_json::to_string(line)?;
        text.push('\n');
    }
    let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
    let sound = whole(&io::read_to_string(&file)?).len() as u64;
    file.set_len(sound)?;
    file.seek(SeekFrom::Start(sound))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEEPER: KeeperId = KeeperId::from_bytes([1; 16]);

    fn entry(number: u8) -> StoredEntry {
        StoredEntry { index: number.into(), salt: [number; 32], body: format!("{{\"n\":{number}}}").into_bytes() }
    }

    fn check(number: u8) -> CheckId {
        CheckId::from_bytes([number; 16])
    }

    fn file() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        (folder, path)
    }

    /// M10
    #[test]
    fn what_is_over_stands_there_once_and_for_all_runs() {
        let (_folder, path) = file();
        add(&path, KEEPER, &[entry(1)], &[(check(1), Some(Timestamp(9)))], Timestamp(5)).unwrap();
        let added = add(&path, KEEPER, &[entry(1), entry(2)], &[(check(1), None)], Timestamp(6)).unwrap();
        assert_eq!(added, 3, "one entry, one check, one line of time");
        let found = Tombstones::read(&path, KEEPER).unwrap().unwrap();
        assert_eq!(found.entries.iter().map(|(salt, _)| salt[0]).collect::<Vec<_>>(), [1, 2]);
        assert_eq!((found.gate[&check(1)], found.through), (None, Some(Timestamp(6))));
    }

    #[test]
    fn a_line_that_a_crash_tore_is_written_again() {
        let (_folder, path) = file();
        add(&path, KEEPER, &[entry(1)], &[], Timestamp(5)).unwrap();
        let before = fs::read_to_string(&path).unwrap();
        add(&path, KEEPER, &[entry(2)], &[], Timestamp(6)).unwrap();
        let after = fs::read_to_string(&path).unwrap();
        for torn in before.len()..after.len() {
            fs::write(&path, &after[..torn]).unwrap();
            add(&path, KEEPER, &[entry(2)], &[], Timestamp(6)).unwrap();
            let found = Tombstones::read(&path, KEEPER).unwrap().unwrap();
            assert_eq!((found.entries.len(), found.through), (2, Some(Timestamp(6))), "torn at {torn}");
        }
    }

    #[test]
    fn a_damaged_line_and_another_keepers_file_are_refused() {
        let (_folder, path) = file();
        add(&path, KEEPER, &[entry(1)], &[], Timestamp(5)).unwrap();
        let other = KeeperId::from_bytes([2; 16]);
        assert!(matches!(Tombstones::read(&path, other), Err(TombstonesError::Foreign(_))));
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replace("\"salt\":\"01", "\"salt\":\"0")).unwrap();
        assert!(matches!(Tombstones::read(&path, KEEPER), Err(TombstonesError::Form { line: 2, .. })));
        fs::write(&path, &text[text.find('\n').unwrap() + 1..]).unwrap();
        assert!(matches!(Tombstones::read(&path, KEEPER), Err(TombstonesError::Form { line: 1, .. })));
    }

    #[test]
    fn erased_stays_erased_when_files_are_joined() {
        let tombstones = |erase_at| Tombstones {
            gate: BTreeMap::from([(check(1), erase_at)]),
            entries: vec![([1; 32], vec![])],
            through: Some(Timestamp(5)),
        };
        for (one, other) in [(None, Some(Timestamp(9))), (Some(Timestamp(9)), None)] {
            let mut joined = tombstones(one);
            joined.join(tombstones(other));
            assert_eq!((joined.gate[&check(1)], joined.entries.len()), (None, 1));
        }
    }
}
