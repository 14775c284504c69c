//! A ledger of a million entries with a known answer, read as it comes.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

#[allow(dead_code)]
#[path = "../benches/scope/bulk.rs"]
mod bulk;
#[allow(dead_code)]
#[path = "../benches/scope/chance.rs"]
mod chance;
#[allow(dead_code)]
#[path = "../benches/scope/written.rs"]
mod written;

use std::{
    collections::BTreeMap,
    convert::Infallible,
    fs::{File, OpenOptions},
    io::{BufWriter, Write},
};

use bulk::{Bulk, Known};
use sekisho_core::{event::Event, time::Timestamp};
use sekisho_scope::ledger::{
    Bodies, Count, Counted, Exported, Ledger, Lines, Part, Pieces, Question, Scope, Window,
    index::{self, Cover, Index, Making},
};
use serde_json::Value;

/// Pieces of a ledger that is made while it is read.
struct AsItComes(Bulk);

impl Pieces for AsItComes {
    type Error = Infallible;

    fn next(&mut self, piece: &mut Vec<u8>) -> Result<bool, Infallible> {
        piece.clear();
        Ok(self.0.lines(4 << 20, piece))
    }
}

impl Bodies for AsItComes {
    fn read(piece: &[u8], part: &mut Part<'_>) -> bool {
        Lines::read(piece, part)
    }
}

fn question() -> Question {
    let (from, to) = Bulk::window();
    let window = Window { from: Some(Timestamp(from)), to: Some(Timestamp(to)) };
    Question { people: vec![Bulk::thief().parse().unwrap()], window, ..Question::default() }
}

/// Reads the ledger with so many threads; the answer, and whoever made it.
fn ask(entries: u64, threads: usize) -> (Scope, Bulk) {
    let (mut ledger, mut making) = (Ledger::new(question()), AsItComes(Bulk::new(entries, 2021)));
    assert!(ledger.gather(&mut making, threads).unwrap());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("checks.jsonl");
    let mut out = BufWriter::new(File::create(&file).unwrap());
    making.0.checks(&mut out).unwrap();
    out.flush().unwrap();
    let size = ledger.next();
    let scope = ledger.affected(size).count(Some(&mut Exported::new(file, threads))).unwrap();
    (scope, making.0)
}

/// The same with an index of what was written so far, and what came behind it from the ledger.
fn ask_with_index(entries: u64, threads: usize) -> (Scope, Bulk) {
    let folder = tempfile::tempdir().unwrap();
    let (file, checks) = (folder.path().join("event.jsonl"), folder.path().join("checks.jsonl"));
    let (mut bulk, mut text, to) = (Bulk::new(entries, 2021), Vec::new(), index::beside(&file));
    let mut out = OpenOptions::new().create(true).append(true).open(&file).unwrap();
    let ledger = File::open(&file).unwrap();
    let making = Making { ledger: &ledger, grows: true, to: &to, threads };
    // Twice as much is there each time, and the last of it comes when the index was made.
    for bytes in [10 << 20, 20 << 20, usize::MAX] {
        text.clear();
        bulk.lines(bytes, &mut text);
        if bytes < usize::MAX {
            out.write_all(&text).unwrap();
            let before = Index::fitting(&to, &ledger, true).ok();
            let lines = |cover: Cover| Lines::behind(File::open(&file)?, cover.bytes);
            assert!(making.make(before, lines).unwrap().whole);
        }
    }
    out.write_all(&text).unwrap();
    bulk.checks(&mut BufWriter::new(File::create(&checks).unwrap())).unwrap();
    let index = Index::fitting(&to, &ledger, true).unwrap();
    let cover = index.cover();
    assert!(cover.pieces > 3 && cover.entries > 40_000, "the control: {cover:?}");
    let mut ledger = Ledger::recalled(question(), index, threads).unwrap();
    assert!(ledger.gather(Lines::behind(File::open(&file).unwrap(), cover.bytes).unwrap(), threads).unwrap());
    let size = ledger.next();
    (ledger.affected(size).count(Some(&mut Exported::new(checks, threads))).unwrap(), bulk)
}

fn certain(known: &BTreeMap<String, u64>) -> Counted {
    known.iter().map(|(name, count)| (name.clone(), Count { confirmed: *count, at_most: *count })).collect()
}

/// M27: a million entries; documents, members, looks, kinds, sites and what is missing are those that are known from how
/// they were made.
#[test]
fn a_million_entries_give_the_answer_that_is_known() {
    let (scope, Bulk { known, .. }) = ask(1_000_000, 2);
    assert!(known.documents > 20_000 && known.missing > 20 && known.erased > 100, "the control: {known:?}");
    assert_known(&scope, &known);
}

/// M27: and so are those that an index gives, of a ledger that grew twice since.
#[test]
fn an_index_gives_the_answer_that_is_known() {
    let (scope, Bulk { known, .. }) = ask_with_index(300_000, 2);
    assert!(known.documents > 6_000 && known.missing > 5 && known.erased > 50, "the control: {known:?}");
    assert_known(&scope, &known);
}

fn assert_known(scope: &Scope, known: &Known) {
    let Count { confirmed, at_most } = scope.documents;
    assert_eq!((confirmed, at_most), (known.documents, known.documents + known.missing));
    assert_eq!((scope.looks, scope.read, scope.entries), (known.looks, known.read, known.entries));
    let members = scope.members.unwrap();
    assert_eq!((members.known.confirmed, members.erased.confirmed), (known.members, known.erased));
    assert_eq!(members.known.at_most, known.members + known.missing);
    assert_eq!((&scope.by_kind, &scope.by_site), (&certain(&known.by_kind), &certain(&known.by_site)));
    assert_eq!((scope.cannot_tell.entries, scope.cannot_tell.broken.lines), (known.missing, 0));
}

/// What is made is what an export has: bodies that the keeper would write so, byte for byte, in lines that it would
/// write so.
#[test]
fn every_line_is_as_an_export_writes_it() {
    let (mut bulk, mut text) = (Bulk::new(2_000, 7), Vec::new());
    while bulk.lines(usize::MAX, &mut text) {}
    let text = String::from_utf8(text).unwrap();
    let mut kinds = BTreeMap::<String, u64>::new();
    for line in text.lines() {
        let parsed: Value = serde_json::from_str(line).unwrap();
        assert_eq!(parsed.to_string(), line);
        let body = parsed["body"].as_str().unwrap();
        let event = Event::from_bytes(body.as_bytes()).unwrap_or_else(|why| panic!("{why}: {body}"));
        assert_eq!(String::from_utf8(event.to_bytes()).unwrap(), body);
        let kind: Value = serde_json::from_str(body).unwrap();
        *kinds.entry(kind["event"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    assert_eq!(kinds.len(), 6, "{kinds:?}");
}
