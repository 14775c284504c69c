//! Whose checks are, as an export says: `keeper/checks.jsonl`, one JSON object a line.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use memchr::{memchr2, memmem::Finder};
use sekisho_core::id::CheckId;
use serde::Deserialize;
use sha2::{Digest, Sha256};

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
        let read = |piece: &[u8], (fields, found, wrong): &mut Desk| {
            lines::for_each(piece, |line| match row(line, fields, &wanted) {
                Some(row) => found.extend(row),
                None => *wrong = true,
            });
        };
        let take = |all: &mut Found, (_, found, wrong): &mut Desk| {
            found.drain(..).for_each(|(check, sub)| all.add(check, sub));
            all.wrong |= *wrong;
            !*wrong
        };
        let desk = || (Fields::default(), Vec::new(), false);
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

/// Where a piece is worked on.
type Desk = (Fields, Vec<Row>, bool);

/// How the fields begin that matter.
struct Fields {
    id: Finder<'static>,
    sub: Finder<'static>,
}

impl Default for Fields {
    fn default() -> Self {
        Self { id: Finder::new(b"\"id\":\"chk_"), sub: Finder::new(b"\"sub\":") }
    }
}

impl Fields {
    /// What stands behind the beginning of each. A quotation mark within a text has a backslash before it, so no text
    /// can look like a field.
    fn values<'l>(&self, line: &'l [u8]) -> Option<(&'l [u8], &'l [u8])> {
        let id = &line[self.id.find(line)? + self.id.needle().len()..];
        // An export has them in the order of their names.
        let behind = |text: &'l [u8]| self.sub.find(text).map(|at| &text[at + self.sub.needle().len()..]);
        Some((id, behind(id).or_else(|| behind(line))?))
    }
}

/// A check and its member.
type Row = (CheckId, Sub);

/// A member: half of SHA-256 of the site's own hash. So long as nobody finds two of these by chance among 2^64, different
/// ones are different members; and a member takes sixteen bytes, however long a site's hash is.
type Sub = [u8; 16];

fn sub_of(text: &[u8]) -> Sub {
    let hash: [u8; 32] = Sha256::digest(text).into();
    std::array::from_fn(|byte| hash[byte])
}

/// What was found, members by numbers.
#[derive(Default)]
struct Found {
    numbers: HashMap<Sub, Member, FixedState>,
    all: Vec<(CheckId, Member)>,
    wrong: bool,
}

impl Found {
    fn add(&mut self, check: CheckId, sub: Sub) {
        let next = self.numbers.len() as Member;
        let member = *self.numbers.entry(sub).or_insert(next);
        self.all.push((check, member));
    }
}

/// A check that is wanted and its member's hash; the outer nothing if the line is no check.
fn row(line: &[u8], fields: &Fields, wanted: &HashMap<CheckId, Option<Member>, FixedState>) -> Option<Option<Row>> {
    let Some((check, sub)) = quick(line, fields) else { return slow(line, wanted) };
    Some(sub.filter(|_| wanted.contains_key(&check)).map(|sub| (check, sub_of(sub))))
}

/// As the export writes it.
fn quick<'l>(line: &'l [u8], fields: &Fields) -> Option<(CheckId, Option<&'l [u8]>)> {
    let (id, sub) = fields.values(line)?;
    let id = Id::of(id.get(..26)?)?.bytes()?;
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
    Some(sub.filter(|_| wanted.contains_key(&id)).map(|sub| (id, sub_of(sub.as_bytes()))))
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
