//! What became of every line.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::format::Fault;

/// So many lines that were not read are shown.
const SAMPLES: usize = 10;

/// So many bytes of each.
const SHOWN: usize = 200;

/// A line that was not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sample {
    /// The file.
    pub file: String,
    /// Where in the file, unpacked, it begins: bytes from the start.
    pub offset: u64,
    /// What it lacks.
    pub fault: String,
    /// Its beginning, with `\xHH` for what is not printed.
    pub line: String,
}

/// What became of one file's lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct OfFile {
    pub(crate) read: u64,
    pub(crate) unparsed: u64,
    pub(crate) first: Option<i64>,
    pub(crate) last: Option<i64>,
    /// Whether its packing broke off.
    pub(crate) damaged: bool,
}

impl OfFile {
    pub(crate) fn see(&mut self, at: i64) {
        self.first = Some(self.first.map_or(at, |first| first.min(at)));
        self.last = self.last.max(Some(at));
    }

    fn merge(&mut self, other: &Self) {
        self.read += other.read;
        self.unparsed += other.unparsed;
        self.damaged |= other.damaged;
        [other.first, other.last].into_iter().flatten().for_each(|at| self.see(at));
    }
}

/// What became of all lines.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    pub(crate) files: Vec<OfFile>,
    pub(crate) out_of_window: u64,
    /// Not what was asked for.
    pub(crate) other: u64,
    /// What was asked for, and nothing sent.
    pub(crate) nothing: u64,
    /// Of which it isn't clear whether they are what was asked for.
    pub(crate) unclear: u64,
    /// Entries of an audit trail: all, and those that tell of data.
    pub(crate) trail: (u64, u64),
    samples: BTreeMap<(usize, u64), (Fault, Vec<u8>)>,
}

impl Tally {
    pub(crate) fn new(files: usize) -> Self {
        Self { files: vec![OfFile::default(); files], ..Self::default() }
    }

    /// Counts a line that was not read. The first ones by file and place are kept, whoever comes first.
    pub(crate) fn unparsed(&mut self, file: usize, offset: u64, fault: Fault, line: &[u8]) {
        self.files[file].unparsed += 1;
        self.sample((file, offset), fault, &line[..line.len().min(SHOWN)]);
    }

    fn sample(&mut self, place: (usize, u64), fault: Fault, line: &[u8]) {
        let is_late =
            self.samples.len() >= SAMPLES && self.samples.last_key_value().is_some_and(|(last, _)| *last < place);
        if !is_late {
            self.samples.insert(place, (fault, line.to_vec()));
            if self.samples.len() > SAMPLES {
                self.samples.pop_last();
            }
        }
    }

    /// Adds another thread's.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.files.iter_mut().zip(&other.files).for_each(|(own, other)| own.merge(other));
        self.out_of_window += other.out_of_window;
        self.other += other.other;
        self.nothing += other.nothing;
        self.unclear += other.unclear;
        self.trail = (self.trail.0 + other.trail.0, self.trail.1 + other.trail.1);
        other.samples.iter().for_each(|(place, (fault, line))| self.sample(*place, *fault, line));
    }

    pub(crate) fn read(&self) -> u64 {
        self.files.iter().map(|file| file.read).sum()
    }

    pub(crate) fn unread(&self) -> u64 {
        self.files.iter().map(|file| file.unparsed).sum()
    }

    /// The samples, with the files' names.
    pub(crate) fn samples(&self, name: impl Fn(usize) -> String) -> Vec<Sample> {
        let shown = |((file, offset), (fault, line)): (&(usize, u64), &(Fault, Vec<u8>))| Sample {
            file: name(*file),
            offset: *offset,
            fault: fault.to_string(),
            line: printable(line),
        };
        self.samples.iter().map(shown).collect()
    }
}

/// A text that stays on one line: what is not printed, and a backslash, as `\xHH`.
pub(crate) fn printable(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for letter in chunk.valid().chars() {
            if letter.is_control() || letter == '\\' {
                letter.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| out.push_str(&format!("\\x{byte:02X}")));
            } else {
                out.push(letter);
            }
        }
        chunk.invalid().iter().for_each(|byte| out.push_str(&format!("\\x{byte:02X}")));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_samples_are_kept_whoever_comes_first() {
        let lines: Vec<_> = (0..40u64).map(|at| (usize::from(at % 3 == 0), at * 100)).collect();
        let of = |lines: &[(usize, u64)]| {
            let mut tally = Tally::new(2);
            lines.iter().for_each(|(file, at)| tally.unparsed(*file, *at, Fault::Time, format!("{at}").as_bytes()));
            tally
        };
        let whole = of(&lines);
        let (mut left, right) = (of(&lines[20..]), of(&lines[..20]));
        left.merge(&right);
        let name = |file: usize| format!("file-{file}");
        assert_eq!(left.samples(name), whole.samples(name));
        assert_eq!((left.unread(), whole.samples(name).len()), (40, SAMPLES));
        assert_eq!(whole.samples(name)[0].offset, 100);
    }

    #[test]
    fn a_sample_stays_on_its_line() {
        assert_eq!(printable("写真\n\\\u{7f}".as_bytes()), "写真\\x0A\\x5C\\x7F");
        assert_eq!(printable(b"a\xff\xfeb"), "a\\xFF\\xFEb");
    }
}
