//! The times at which an access log shows what is asked about: the first of the investigators' steps. Later it is
//! held against the packets, so that a request of which there are none is told.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Read},
    path::PathBuf,
    sync::{Mutex, atomic::AtomicU64},
};

use regex::bytes::CaptureLocations;

use super::answer::Log;
use crate::{
    answer::ScopeError,
    format::{Fault, Format, Scratch},
    question::{Fit, Question},
    source::{LONGEST, Source},
    tally::Tally,
};

/// Which requests of an access log give the times.
#[derive(Debug, Clone)]
pub struct FromLog {
    /// The logs.
    pub files: Vec<PathBuf>,
    /// Their format; `None` to guess it for each.
    pub format: Option<Format>,
    /// Which requests.
    pub question: Question,
    /// So many seconds before and behind each count too.
    pub slack: i64,
}

/// A request of the log.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    at: i64,
    method: Vec<u8>,
    target: Vec<u8>,
}

/// A request of the log that no packets show.
#[derive(Debug, Clone, Copy)]
pub(super) struct Missing<'l> {
    pub(super) at: i64,
    pub(super) method: &'l [u8],
    pub(super) target: &'l [u8],
}

/// What the logs show.
#[derive(Debug, Default)]
pub(super) struct Logged {
    entries: Vec<Entry>,
    by_key: HashMap<(Vec<u8>, Vec<u8>), Vec<usize>>,
    /// Requests in packets that one of the entries may be: which entries' key, from and to.
    met: Mutex<Vec<(usize, i64, i64)>>,
    slack: i64,
    names: Vec<String>,
    tally: Tally,
    /// Requests of which the log doesn't say when, or whether they are meant.
    pub(super) unclear: u64,
    pub(super) damaged: u64,
}

impl FromLog {
    pub(super) fn read(&self) -> Result<Logged, ScopeError> {
        let mut names = self.files.clone();
        names.sort_unstable();
        let tally = Tally::new(names.len());
        let mut logged = Logged { slack: self.slack, tally, ..Logged::default() };
        for (file, path) in names.into_iter().enumerate() {
            let source = Source::open(&path, self.format.as_ref())?;
            let because = |source| ScopeError::Read { path: path.clone(), source };
            let unused = AtomicU64::new(0);
            let mut reader = BufReader::new(source.reader(&unused).map_err(because)?);
            self.lines(&mut reader, (file, source.format.as_ref()), &mut logged);
            logged.names.push(source.name());
        }
        logged.entries.sort_unstable();
        for (at, entry) in logged.entries.iter().enumerate() {
            logged.by_key.entry((entry.method.clone(), entry.target.clone())).or_default().push(at);
        }
        Ok(logged)
    }

    fn lines(&self, reader: &mut dyn BufRead, (file, format): (usize, Option<&Format>), logged: &mut Logged) {
        let (mut line, mut scratch, mut places) = (Vec::new(), Scratch::default(), self.question.places());
        let mut offset = 0;
        loop {
            line.clear();
            match reader.take(LONGEST as u64).read_until(b'\n', &mut line) {
                Ok(0) => return,
                Ok(_) => {}
                Err(_) => {
                    logged.damaged += 1;
                    return;
                }
            }
            let (text, start) = (line.trim_ascii_end(), offset);
            offset += line.len() as u64;
            if text.is_empty() {
                continue;
            }
            logged.tally.files[file].read += 1;
            let read = format.map_or(Err(Fault::Format), |format| {
                format.line(text, &mut scratch, |entry| self.entry(entry, places.as_mut(), logged))
            });
            if let Err(fault) = read {
                logged.tally.unparsed(file, start, fault, text);
            }
        }
    }

    fn entry(&self, entry: &crate::entry::Entry<'_>, places: Option<&mut CaptureLocations>, logged: &mut Logged) {
        let is_object = entry.object.and_then(|object| self.question.key(object, places)).is_some();
        match (self.question.fit(entry), entry.at) {
            _ if !is_object => {}
            (Fit::Meets, Some(at)) => logged.entries.push(Entry {
                at,
                method: entry.method.to_vec(),
                target: entry.object.unwrap_or_default().to_vec(),
            }),
            (Fit::Meets | Fit::Unclear, _) => logged.unclear += 1,
            _ => {}
        }
    }
}

impl Logged {
    /// Lines that were not understood.
    pub(super) fn unparsed(&self) -> u64 {
        self.tally.unread()
    }

    /// What an answer tells of the logs.
    pub(super) fn told(&self, without_packets: u64) -> Log {
        let (read, unparsed, requests) = (self.tally.read(), self.unparsed(), self.entries.len() as u64);
        let samples = self.tally.samples(|file| self.names[file].clone());
        Log { read, parsed: read - unparsed, unparsed, requests, without_packets, samples }
    }

    /// The seconds around them.
    pub(super) fn windows(&self) -> Vec<(i64, i64)> {
        self.entries.iter().map(|entry| (entry.at - self.slack, entry.at + self.slack)).collect()
    }

    /// Notes that packets show a request, with its response, within these seconds.
    pub(super) fn meet(&self, method: &[u8], target: &[u8], first: i64, last: i64) {
        if let Some(entries) = self.by_key.get(&(method.to_vec(), target.to_vec())) {
            let mut met = self.met.lock().expect("no thread panicked over a log");
            met.push((entries[0], first, last));
        }
    }

    /// Shows every request that no packets show. One request in the packets stands for one in the log.
    pub(super) fn each_missing<E>(&self, mut see: impl FnMut(&Missing<'_>) -> Result<(), E>) -> Result<(), E> {
        let mut met: HashMap<usize, Vec<(i64, i64)>> = HashMap::new();
        for (key, first, last) in self.met.lock().expect("no thread panicked over a log").iter() {
            met.entry(*key).or_default().push((*last, *first));
        }
        for entries in self.by_key.values() {
            let mut seen = met.remove(&entries[0]).unwrap_or_default();
            seen.sort_unstable();
            for at in entries {
                let entry = &self.entries[*at];
                let is_it =
                    |(last, first): &(i64, i64)| first - self.slack <= entry.at && entry.at <= last + self.slack;
                match seen.iter().position(is_it) {
                    Some(found) => {
                        seen.remove(found);
                    }
                    None => see(&Missing { at: entry.at, method: &entry.method, target: &entry.target })?,
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use regex::bytes::Regex;

    use super::*;

    fn log(lines: &[(&str, &str)]) -> Logged {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        for (time, target) in lines {
            writeln!(file, "203.0.113.9 - - [20/Apr/2021:00:{time} +0900] \"GET {target} HTTP/1.1\" 200 5 \"-\" \"-\"")
                .unwrap();
        }
        writeln!(file, "nonsense").unwrap();
        let question = Question { object: Some(Regex::new("^/shell").unwrap()), ..Question::default() };
        FromLog { files: vec![file.path().into()], format: None, question, slack: 2 }.read().unwrap()
    }

    const MIDNIGHT: i64 = 1_618_844_400;

    #[test]
    fn the_times_of_what_is_asked_for_make_windows() {
        let log = log(&[("00:09", "/shell?a"), ("00:30", "/index"), ("00:05", "/shell")]);
        let told = log.told(0);
        assert_eq!((told.read, told.parsed, told.unparsed, told.requests), (4, 3, 1, 2));
        assert_eq!((told.samples[0].line.as_str(), told.samples.len()), ("nonsense", 1));
        assert_eq!(log.windows(), [(MIDNIGHT + 3, MIDNIGHT + 7), (MIDNIGHT + 7, MIDNIGHT + 11)]);
    }

    #[test]
    fn a_request_without_packets_is_missing() {
        let log = log(&[("00:05", "/shell"), ("00:06", "/shell"), ("00:07", "/shell?b")]);
        log.meet(b"GET", b"/shell", MIDNIGHT + 7, MIDNIGHT + 8);
        log.meet(b"GET", b"/shell?b", MIDNIGHT + 20, MIDNIGHT + 20);
        log.meet(b"GET", b"/other", MIDNIGHT, MIDNIGHT);
        let mut missing = Vec::new();
        let mut see = |one: &Missing<'_>| {
            missing.push((one.at - MIDNIGHT, String::from_utf8_lossy(one.target).into_owned()));
            Ok::<_, ()>(())
        };
        log.each_missing(&mut see).unwrap();
        missing.sort();
        assert_eq!(missing, [(6, "/shell".to_owned()), (7, "/shell?b".to_owned())]);
    }
}
