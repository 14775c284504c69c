//! An export with a long ledger, written by several threads.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::Path,
    thread,
};

use crate::{
    bulk::{Bulk, Known, Shape},
    written::{self, Entry},
};

/// How many entries or checks are made at once.
const BATCH: usize = 200_000;

/// Writes the ledger and its checks; how many bytes each has.
pub(crate) fn make(folder: &Path, entries: u64, seed: u64) -> io::Result<(Known, [u64; 2])> {
    let (events, checks) = (folder.join("event.jsonl"), folder.join("checks.jsonl"));
    let mut bulk = Bulk::new(entries, seed);
    let shape = bulk.shape;
    let line = |entry: &Entry, out: &mut Vec<u8>| written::line(&shape, entry, out);
    in_batches(&events, || bulk.entries(BATCH), line)?;
    let mut next = 0;
    let documents = || {
        let begin = next;
        next = (next + BATCH as u64).min(shape.documents);
        (begin..next).collect()
    };
    in_batches(&checks, documents, |document, out| check(&shape, *document, out))?;
    Ok((bulk.known, [fs::metadata(&events)?.len(), fs::metadata(&checks)?.len()]))
}

fn check(shape: &Shape, document: u64, out: &mut Vec<u8>) {
    written::check(shape, document, out).expect("memory takes it");
}

/// Writes what `next` gives until it gives nothing: a batch is put into words by two threads while the next one is
/// thought up and the one before is written.
fn in_batches<T: Sync + Send>(
    file: &Path,
    mut next: impl FnMut() -> Vec<T>,
    say: impl Fn(&T, &mut Vec<u8>) + Sync,
) -> io::Result<()> {
    let (mut out, mut batch, mut said) = (File::create(file)?, next(), [Vec::new(), Vec::new()]);
    while !batch.is_empty() {
        let words = |half: &[T], mut text: Vec<u8>| {
            text.clear();
            half.iter().for_each(|one| say(one, &mut text));
            text
        };
        let (first, second) = batch.split_at(batch.len() / 2);
        let (later, texts) = thread::scope(|scope| -> io::Result<_> {
            let halves = [first, second].map(|half| scope.spawn(|| words(half, Vec::new())));
            said.iter().try_for_each(|text| out.write_all(text))?;
            let later = next();
            Ok((later, halves.map(|half| half.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))))
        })?;
        (batch, said) = (later, texts);
    }
    said.iter().try_for_each(|text| out.write_all(text))
}
