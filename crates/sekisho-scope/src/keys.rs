//! The keys of each set, sorted, one a line.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use crate::{
    object::Verdict,
    spill::{Piece, Spill},
    tally::printable,
};

/// The file for a set: what was certainly sent has the name as given, the others an ending more.
pub fn objects_file(path: &Path, verdict: Verdict) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(match verdict {
        Verdict::Sent => "",
        Verdict::Possibly => ".possibly",
        Verdict::CannotTell => ".cannot_tell",
    });
    name.into()
}

/// Writes down keys that are sorted already.
pub(crate) fn run(spill: &Spill, keys: &[&[u8]]) -> io::Result<Piece> {
    let mut bytes = Vec::with_capacity(keys.iter().map(|key| key.len() + 4).sum());
    for key in keys {
        // Lines are shorter than four gigabytes by far.
        bytes.extend_from_slice(&(key.len() as u32).to_le_bytes());
        bytes.extend_from_slice(key);
    }
    spill.write(&bytes)
}

/// Keys that are read again, a part at a time.
struct Run {
    rest: Option<Piece>,
    buffer: Vec<u8>,
    at: usize,
}

impl Run {
    fn next(&mut self, spill: &Spill) -> io::Result<Option<Vec<u8>>> {
        loop {
            if let Some((length, rest)) = self.buffer[self.at..].split_first_chunk() {
                let length = u32::from_le_bytes(*length) as usize;
                if let Some(key) = rest.get(..length) {
                    self.at += 4 + length;
                    return Ok(Some(key.to_vec()));
                }
            }
            self.buffer.drain(..self.at);
            self.at = 0;
            let Some(mut rest) = self.rest.take().filter(|rest| !rest.is_empty()) else { return Ok(None) };
            spill.read_some(&mut rest, 1 << 16, &mut self.buffer)?;
            self.rest = Some(rest);
        }
    }
}

/// Writes all keys of several runs in order to a file, each so that it stays on its line.
pub(crate) fn write(path: &Path, spill: &Spill, runs: &[Piece]) -> io::Result<()> {
    merged(path, spill, runs, |key, out| writeln!(out, "{}", printable(key)))
}

/// Writes all lines of several runs in order to a file.
pub(crate) fn write_as_they_are(path: &Path, spill: &Spill, runs: &[Piece]) -> io::Result<()> {
    merged(path, spill, runs, |line, out| out.write_all(line).and_then(|()| out.write_all(b"\n")))
}

fn merged(
    path: &Path,
    spill: &Spill,
    runs: &[Piece],
    write: impl Fn(&[u8], &mut BufWriter<File>) -> io::Result<()>,
) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    let mut runs: Vec<_> = runs.iter().map(|piece| Run { rest: Some(*piece), buffer: Vec::new(), at: 0 }).collect();
    let mut heap = BinaryHeap::new();
    for (at, run) in runs.iter_mut().enumerate() {
        heap.extend(run.next(spill)?.map(|key| Reverse((key, at))));
    }
    while let Some(Reverse((key, at))) = heap.pop() {
        write(&key, &mut out)?;
        heap.extend(runs[at].next(spill)?.map(|key| Reverse((key, at))));
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_become_one_sorted_list() {
        let spill = Spill::new(None, 0).unwrap();
        let mut keys: Vec<_> =
            (0..20_000u32).map(|at| format!("{:x}\n", at.wrapping_mul(2_654_435_761)).into_bytes()).collect();
        let runs: Vec<_> = keys
            .chunks(1700)
            .map(|chunk| {
                let mut chunk: Vec<_> = chunk.iter().map(|key| &key[..]).collect();
                chunk.sort_unstable();
                run(&spill, &chunk).unwrap()
            })
            .collect();
        let file = tempfile::NamedTempFile::new().unwrap();
        write(file.path(), &spill, &runs).unwrap();
        keys.sort();
        let expected: String = keys.iter().map(|key| printable(key) + "\n").collect();
        assert!(std::fs::read_to_string(file.path()).unwrap() == expected);
    }

    #[test]
    fn each_set_has_its_file() {
        let names = Verdict::ALL.map(|verdict| objects_file(Path::new("out/keys.txt"), verdict));
        assert_eq!(names, ["out/keys.txt", "out/keys.txt.possibly", "out/keys.txt.cannot_tell"].map(PathBuf::from));
    }
}
