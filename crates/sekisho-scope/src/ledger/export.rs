//! Whose checks are, as an export says: `keeper/checks.jsonl`, one JSON object a line.

use std::{
    collections::HashMap as Numbers,
    fs::File,
    io,
    path::{Path, PathBuf},
};

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use memchr::{memchr2, memmem};
use sekisho_core::id::CheckId;
use serde::Deserialize;

use super::{
    affected::{Member, Members},
    lines::{self, Lines},
    text::Id,
};
use crate::in_order::in_order;

/// The checks of an export. Of those that nobody asks about nothing is remembered.
#[derive(Debug)]
pub struct Exported {
    file: PathBuf,
    threads: usize,
    known: HashMap<CheckId, Option<Member>, FixedState>,
}

impl Exported {
    /// What the file says, to be read by so many threads.
    pub fn new(file: PathBuf, threads: usize) -> Self {
        Self { file, threads, known: HashMap::default() }
    }

    /// The file.
    pub fn file(&self) -> &Path {
        &self.file
    }
}

impl Members for Exported {
    type Error = io::Error;

    fn prepare(&mut self, checks: &mut dyn Iterator<Item = CheckId>) -> io::Result<()> {
        self.known = checks.map(|check| (check, None)).collect();
        let wanted = std::mem::take(&mut self.known);
        let read = |piece: &[u8], (found, wrong): &mut (Vec<Row>, bool)| {
            lines::for_each(piece, |line| match row(line, &wanted) {
                Some(row) => found.extend(row),
                None => *wrong = true,
            });
        };
        let take = |all: &mut Found, (found, wrong): &mut (Vec<Row>, bool)| {
            found.drain(..).for_each(|(check, sub)| all.add(check, sub));
            all.wrong |= *wrong;
            !*wrong
        };
        let desk = || (Vec::new(), false);
        let found = in_order(Lines::new(File::open(&self.file)?), self.threads, desk, read, Found::default(), take)?;
        if found.wrong {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a line of it is no check"));
        }
        self.known = wanted;
        self.known.extend(found.all.into_iter().map(|(check, member)| (check, Some(member))));
        Ok(())
    }

    fn of(&mut self, check: CheckId) -> io::Result<Option<Member>> {
        Ok(self.known.get(&check).copied().flatten())
    }
}

/// A check and its member's hash.
type Row = (CheckId, Box<[u8]>);

/// What was found, members by numbers.
#[derive(Default)]
struct Found {
    numbers: Numbers<Box<[u8]>, Member, FixedState>,
    all: Vec<(CheckId, Member)>,
    wrong: bool,
}

impl Found {
    fn add(&mut self, check: CheckId, sub: Box<[u8]>) {
        let next = self.numbers.len() as Member;
        let member = *self.numbers.entry(sub).or_insert(next);
        self.all.push((check, member));
    }
}

/// A check that is wanted and its member's hash; the outer nothing if the line is no check.
fn row(line: &[u8], wanted: &HashMap<CheckId, Option<Member>, FixedState>) -> Option<Option<Row>> {
    let Some((check, sub)) = quick(line) else { return slow(line, wanted) };
    Some(sub.filter(|_| wanted.contains_key(&check)).map(|sub| (check, sub.into())))
}

/// As the export writes it. A quotation mark within a text has a backslash before it, so no text can look like a field.
fn quick(line: &[u8]) -> Option<(CheckId, Option<&[u8]>)> {
    let behind = |field: &[u8]| memmem::find(line, field).map(|at| &line[at + field.len()..]);
    let id = Id::of(behind(b"\"id\":\"chk_")?.get(..26)?)?.bytes()?;
    let sub = behind(b"\"sub\":")?;
    let sub = match sub.strip_prefix(b"\"") {
        Some(sub) => {
            let end = memchr2(b'"', b'\\', sub)?;
            (sub[end] == b'"').then_some(Some(&sub[..end]))?
        }
        None => sub.starts_with(b"null").then_some(None)?,
    };
    line.ends_with(b"}").then_some((CheckId::from_bytes(id), sub))
}

fn slow(line: &[u8], wanted: &HashMap<CheckId, Option<Member>, FixedState>) -> Option<Option<Row>> {
    #[derive(Deserialize)]
    struct Check {
        id: CheckId,
        sub: Option<String>,
    }
    let Check { id, sub } = serde_json::from_slice(line).ok()?;
    Some(sub.filter(|_| wanted.contains_key(&id)).map(|sub| (id, sub.into_bytes().into())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(number: u8) -> CheckId {
        CheckId::from_bytes([number; 16])
    }

    fn exported(text: &str) -> (tempfile::TempDir, Exported) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("checks.jsonl");
        std::fs::write(&file, text).unwrap();
        (folder, Exported::new(file, 2))
    }

    /// M27: a member is the same in all their checks, one who was erased is nobody, and nobody else is remembered.
    #[test]
    fn members_are_those_of_the_checks_that_are_asked_about() {
        let line = |number, sub: &str| {
            format!("{{\"arrivals\":1,\"id\":\"{}\",\"jti\":\"\\\"sub\\\":\",\"sub\":{sub}}}\n", check(number))
        };
        let escaped = line(5, r#""b\u0061""#);
        let text = line(1, "\"ba\"") + &line(2, "\"c\"") + &line(3, "null") + &line(4, "\"ba\"") + &escaped;
        let (_folder, mut all) = exported(&text);
        all.prepare(&mut [1, 3, 4, 5, 9].map(check).into_iter()).unwrap();
        let of = |all: &mut Exported, number| all.of(check(number)).unwrap();
        assert_eq!([1, 4, 5].map(|number| of(&mut all, number)), [Some(0); 3]);
        assert_eq!([2, 3, 9].map(|number| of(&mut all, number)), [None; 3]);
    }

    #[test]
    fn a_line_that_is_no_check_is_told() {
        let (_folder, mut all) = exported("{\"id\":\"chk_\"}\n");
        assert!(all.prepare(&mut [check(1)].into_iter()).unwrap_err().to_string().contains("no check"));
    }
}
