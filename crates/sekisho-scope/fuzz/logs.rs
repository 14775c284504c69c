//! Hostile logs. What must not be: a panic, a hang, a line of which nobody knows what became, a good line that a broken
//! one took with it, an answer that depends on threads, on the order of files or on the room in memory.

use std::{io::Write, path::PathBuf};

use regex::bytes::Regex;
use sekisho_scope::{Answer, Plan, Progress, Question, scope};

use crate::{
    alter::{alter, below, one},
    chance::Chance,
    lines::Kind,
    run::{Case, Target},
};

/// So much of what differs is shown, in characters.
const SHOWN: usize = 300;

/// Logs of every format.
pub(crate) struct Logs;

impl Target for Logs {
    fn case(&self, chance: &mut Chance) -> Box<dyn Case> {
        Box::new(Log::new(chance))
    }
}

/// Files of one format, or of several that are guessed.
struct Log {
    kind: Option<Kind>,
    files: Vec<Written>,
    question: Question,
    memory: usize,
    threads: usize,
}

/// A file, and what is known of it.
struct Written {
    bytes: Vec<u8>,
    /// Lines that are not empty, and those among them that nobody altered; `None` where that can't be said.
    lines: Option<(u64, u64)>,
}

impl Log {
    fn new(chance: &mut Chance) -> Self {
        let said = (chance.below(3) > 0).then(|| Kind::any(chance));
        let mut files = Vec::new();
        for _ in 0..=chance.below(3) {
            let kind = said.unwrap_or_else(|| Kind::any(chance));
            files.push(written(chance, kind));
        }
        if chance.below(6) == 0 {
            let again = Written { bytes: files[0].bytes.clone(), lines: files[0].lines };
            files.push(again);
        }
        let memory = one(chance, &[0, 1 << 12, 1 << 16]);
        Self { kind: said, files, question: question(chance), memory, threads: 2 + below(chance, 3) }
    }

    fn ask(&self, files: &[PathBuf], threads: usize, memory: usize) -> Result<Answer, String> {
        let (question, format) = (self.question.clone(), self.kind.map(Kind::format));
        let plan = Plan { question, format, threads, memory, ..Plan::default() };
        scope(files, &plan, &Progress::default()).map_err(|why| format!("no answer: {why}"))
    }

    /// What is wrong with an answer by itself.
    fn lost(&self, answer: &Answer) -> Option<String> {
        let told = &answer.lines;
        let parts = told.out_of_window + told.other + told.nothing_sent + told.unclear;
        let of_files: u64 = answer.files.iter().map(|file| file.lines).sum();
        let sums = told.parsed + told.unparsed == told.read
            && of_files == told.read
            && parts <= told.parsed
            && told.samples.len() as u64 == told.unparsed.min(10);
        if !sums {
            return Some(format!("lines don't add up: {told:?}"));
        }
        // The files are told in the order of their names, which is that of their making.
        let lost = self.files.iter().zip(&answer.files).enumerate().find(|(_, (file, told))| {
            let of_lines = self.kind.is_some_and(|kind| kind != Kind::Trail);
            file.lines.is_some_and(|(all, good)| of_lines && (told.lines != all || told.lines - told.unparsed < good))
        });
        lost.map(|(at, (file, told))| {
            format!(
                "file {at} has lines (all, unaltered) {:?}, told are {} and {} not understood",
                file.lines, told.lines, told.unparsed
            )
        })
    }
}

impl Case for Log {
    fn files(&self) -> Vec<Vec<u8>> {
        self.files.iter().map(|file| file.bytes.clone()).collect()
    }

    fn objection(&self, files: &[PathBuf]) -> Option<String> {
        let reversed: Vec<_> = files.iter().rev().cloned().collect();
        let (one, other) = match (self.ask(files, 1, 64 << 20), self.ask(&reversed, self.threads, self.memory)) {
            (Ok(one), Ok(other)) => (one, other),
            (Err(why), _) | (_, Err(why)) => return Some(why),
        };
        if let Some(what) = difference(&one, &other) {
            return Some(format!("{} threads and {} bytes of memory give other {what}", self.threads, self.memory));
        }
        self.lost(&one)
    }
}

/// The first part of two answers that isn't the same.
fn difference(one: &Answer, other: &Answer) -> Option<String> {
    let [one, other] = [one, other].map(|answer| serde_json::to_value(answer).expect("an answer can be told"));
    // The last ones say more: `cannot_tell` has all intervals.
    let names = one.as_object().into_iter().flatten().map(|(name, _)| name).rev();
    let differs = names.into_iter().find(|name| one[*name] != other[*name]);
    let told = |answer: &serde_json::Value| answer.to_string().chars().take(SHOWN).collect::<String>();
    differs.map(|name| format!("`{name}`: {} and {}", told(&one[name]), told(&other[name])))
}

/// A file: lines of which every fourth or so is altered, packed now and then, and then perhaps damaged.
fn written(chance: &mut Chance, kind: Kind) -> Written {
    let count = one(chance, &[1, 5, 40, 200]);
    let (mut bytes, mut good) = (kind.head().as_bytes().to_vec(), 0);
    for _ in 0..count {
        let mut line = kind.line(chance).into_bytes();
        if chance.below(4) == 0 {
            alter(chance, &mut line, 5);
        } else {
            good += 1;
        }
        bytes.extend_from_slice(&line);
        bytes.extend_from_slice(one(chance, &[b"\n", b"\n", b"\n", b"\r\n", b"\n\n"]));
    }
    if chance.below(4) == 0 {
        bytes.truncate(bytes.len() - 1);
    }
    // Longer than a piece, so that lines lie across two.
    if chance.below(60) == 0 {
        let times = 1 + (1 << 20) / bytes.len().max(1);
        bytes.push(b'\n');
        (bytes, good) = (bytes.repeat(times), good * times as u64);
    }
    let is_none = |line: &[u8]| {
        let bare = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        matches!(line, [] | [b'\r']) || kind.has_directives() && bare.starts_with(b"#")
    };
    let all = bytes.split(|byte| *byte == b'\n').filter(|line| !is_none(line)).count() as u64;
    let (bytes, is_damaged) = packed(chance, bytes);
    Written { bytes, lines: (!is_damaged).then_some((all, good)) }
}

/// Packs a file or not, and says whether the packing was damaged.
fn packed(chance: &mut Chance, bytes: Vec<u8>) -> (Vec<u8>, bool) {
    let mut packed = match chance.below(5) {
        0 => {
            let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            out.write_all(&bytes).and_then(|()| out.finish()).expect("memory takes it")
        }
        1 => zstd::encode_all(&bytes[..], 1).expect("memory takes it"),
        _ => return (bytes, false),
    };
    let is_damaged = chance.below(3) == 0;
    if is_damaged {
        alter(chance, &mut packed, 3);
    }
    (packed, is_damaged)
}

/// Conditions by chance.
fn question(chance: &mut Chance) -> Question {
    let mut question = Question::default();
    let mut maybe = |times: u64| chance.below(times) == 0;
    if maybe(2) {
        question.clients = ["192.0.2.0/24", "2001:db8::/64"].iter().map(|text| text.parse().expect("one")).collect();
    }
    if maybe(3) {
        (question.from, question.to) = (Some(1_618_844_400), Some(1_618_990_000));
    }
    if maybe(4) {
        question.methods = vec!["GET".into()];
    }
    if maybe(4) {
        question.statuses = vec![(200, 206)];
    }
    if maybe(4) {
        question.object = Some(Regex::new("photo/([0-9]+)").expect("it is one"));
    }
    if maybe(6) {
        question.agents = vec!["curl".into()];
    }
    if maybe(6) {
        question.principals = vec!["eve".into()];
    }
    if maybe(6) {
        question.proxies = vec!["203.0.113.0/24".parse().expect("one")];
    }
    question
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_formed_lines_of_every_format_are_read_and_the_first_cases_find_nothing() {
        for kind in Kind::all() {
            let mut chance = Chance::new(5);
            let text: Vec<_> = (0..300).map(|_| kind.line(&mut chance)).collect();
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), kind.head().to_owned() + &text.join("\n")).unwrap();
            let plan = Plan { format: Some(kind.format()), ..Plan::default() };
            let answer = scope(&[file.path().into()], &plan, &Progress::default()).unwrap();
            assert_eq!((answer.lines.read, answer.lines.unparsed), (300, 0), "{kind:?}: {:?}", answer.lines.samples);
        }
        let folder = tempfile::tempdir().unwrap();
        let asked = crate::run::Asked { minutes: 5, seed: 1, count: 150, keep: folder.path().into() };
        assert_eq!(crate::run::run(&Logs, &asked).unwrap().finds, 0);
    }

    #[test]
    fn a_line_that_is_lost_is_objected_to() {
        let mut log = Log::new(&mut Chance::new(1));
        log.kind = Some(Kind::Combined);
        log.files = vec![Written { bytes: Kind::Combined.line(&mut Chance::new(1)).into_bytes(), lines: Some((2, 1)) }];
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &log.files[0].bytes).unwrap();
        let files = [file.path().to_path_buf()];
        assert!(log.objection(&files).is_some());
        log.files[0].lines = Some((1, 1));
        assert_eq!(log.objection(&files), None);
    }
}
