//! From files to an answer.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use crate::{
    answer::{Answer, Certain, FileRead, Joined, Lines, Open, ScopeError, Window},
    format::Format,
    join::join,
    keys,
    object::Verdict,
    question::Question,
    queue::{Queue, Work},
    reader::{Found, Reader},
    reasons::reasons,
    source::{LONGEST, Source, lines_of},
    spill::Spill,
    tables::{Batches, Tables},
    totals::{Totals, total},
    when::say,
};

/// Pieces of files are so long.
const PIECE: usize = 1 << 20;

/// What is unpacked is handed on in blocks so long: another processor has to fetch it from where both can reach.
const BLOCK: usize = 256 << 10;

/// What is to be done.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What is asked.
    pub question: Question,
    /// The format of all files; `None` to guess it for each.
    pub format: Option<Format>,
    /// A list with columns key, member, kind, size.
    pub join: Option<PathBuf>,
    /// Where to write the keys of each set, see [`crate::objects_file`].
    pub objects: Option<PathBuf>,
    /// How many threads work.
    pub threads: usize,
    /// Bytes that what was found may take in memory before it is written down; buffers come on top.
    pub memory: usize,
    /// A folder for what doesn't fit; `None` for the system's.
    pub spill: Option<PathBuf>,
    /// A silence of so many seconds is told.
    pub silence: i64,
}

impl Default for Plan {
    fn default() -> Self {
        let question = Question::default();
        let (memory, silence) = (512 << 20, 15 * 60);
        Self { question, format: None, join: None, objects: None, threads: 1, memory, spill: None, silence }
    }
}

/// How far it is: bytes on disk.
#[derive(Debug, Default)]
pub struct Progress {
    /// Read.
    pub done: AtomicU64,
    /// In all.
    pub all: AtomicU64,
}

/// Answers a question from files. The order in which they are named, and the number of threads, make no difference.
pub fn scope(files: &[PathBuf], plan: &Plan, progress: &Progress) -> Result<Answer, ScopeError> {
    let mut names: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    names.sort_unstable();
    let sources: Vec<_> =
        names.into_iter().map(|path| Source::open(path, plan.format.as_ref())).collect::<Result<_, _>>()?;
    progress.all.store(sources.iter().map(|source| source.length).sum(), Ordering::Relaxed);
    let spill = Spill::new(plan.spill.as_deref(), plan.memory).map_err(ScopeError::Spill)?;
    let tables = Tables::new(&spill);
    let found = read(&sources, plan, &tables, progress)?;
    let joined = plan.join.as_ref().map(|path| join(path, &tables)).transpose()?;
    let totals = total(&tables, &spill, plan.threads.max(1), plan.objects.is_some()).map_err(ScopeError::Spill)?;
    if let Some(path) = &plan.objects {
        write_keys(path, &spill, &totals)?;
    }
    let joined = joined.map(|(rows, unread)| Joined { rows, unread });
    Ok(answer(&sources, plan, &found, &totals, joined))
}

fn write_keys(path: &Path, spill: &Spill, totals: &Totals) -> Result<(), ScopeError> {
    for (verdict, set) in Verdict::ALL.into_iter().zip(&totals.sets) {
        let path = keys::objects_file(path, verdict);
        keys::write(&path, spill, &set.runs).map_err(|source| ScopeError::Write { path, source })?;
    }
    Ok(())
}

/// Reads all files on all threads.
fn read(sources: &[Source], plan: &Plan, tables: &Tables<'_>, progress: &Progress) -> Result<Found, ScopeError> {
    let threads = plan.threads.max(1);
    let queue = Queue::new(work(sources), 2 * threads);
    let run = || {
        let reader = Reader::new(&plan.question, sources.len(), Batches::new(tables));
        Hand { sources, queue: &queue, reader, progress, buffer: Vec::new() }.work()
    };
    thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        let mut all: Option<Found> = None;
        for thread in running {
            let found = thread.join().expect("no thread panicked over a line")?;
            match &mut all {
                None => all = Some(found),
                Some(all) => {
                    all.tally.merge(&found.tally);
                    all.coverage.merge(&found.coverage);
                    all.scratch.merge(&found.scratch);
                }
            }
        }
        Ok(all.expect("there is at least one thread"))
    })
}

/// The pieces of all files; packed ones first, since nobody can share those.
fn work(sources: &[Source]) -> std::collections::VecDeque<Work> {
    let (mut whole, mut pieces) = (Vec::new(), Vec::new());
    for (file, source) in sources.iter().enumerate() {
        if source.is_seekable() {
            let starts = (0..source.length).step_by(PIECE);
            pieces.extend(starts.map(|start| Work::Piece { file, start, length: PIECE }));
        } else {
            whole.push(Work::Whole { file });
        }
    }
    whole.into_iter().chain(pieces).collect()
}

/// One thread at work.
struct Hand<'t> {
    sources: &'t [Source],
    queue: &'t Queue,
    reader: Reader<'t>,
    progress: &'t Progress,
    buffer: Vec<u8>,
}

impl Hand<'_> {
    fn work(mut self) -> Result<Found, ScopeError> {
        let mut open: Option<(usize, File)> = None;
        while let Some(work) = self.queue.next() {
            match work {
                Work::Piece { file, start, length } => {
                    if open.as_ref().is_none_or(|(known, _)| *known != file) {
                        let handle = File::open(&self.sources[file].path).map_err(|why| self.because(file, why))?;
                        open = Some((file, handle));
                    }
                    if let Some((_, handle)) = &open {
                        self.piece(file, handle, start, length)?;
                    }
                }
                Work::Whole { file } => {
                    let _unpacking = self.queue.unpacking();
                    self.whole(file)?;
                }
                Work::Block { file, start, bytes } => self.block(file, start, bytes)?,
            }
        }
        self.reader.finish().map_err(ScopeError::Spill)
    }

    fn because(&self, file: usize, source: std::io::Error) -> ScopeError {
        ScopeError::Read { path: self.sources[file].path.clone(), source }
    }

    fn piece(&mut self, file: usize, handle: &File, start: u64, length: usize) -> Result<(), ScopeError> {
        let mut buffer = std::mem::take(&mut self.buffer);
        let (at, range) = lines_of(handle, start, length, &mut buffer).map_err(|why| self.because(file, why))?;
        let format = self.sources[file].format.as_ref();
        self.reader.lines(file, at, &buffer[range], format).map_err(ScopeError::Spill)?;
        self.buffer = buffer;
        self.progress.done.fetch_add(length as u64, Ordering::Relaxed);
        Ok(())
    }

    fn block(&mut self, file: usize, start: u64, bytes: Vec<u8>) -> Result<(), ScopeError> {
        let format = self.sources[file].format.as_ref();
        self.reader.lines(file, start, &bytes, format).map_err(ScopeError::Spill)?;
        self.queue.give_back(bytes);
        Ok(())
    }

    /// Unpacks a file and reads it, or lets others read what is unpacked.
    fn whole(&mut self, file: usize) -> Result<(), ScopeError> {
        let source = &self.sources[file];
        let mut reader = source.reader(&self.progress.done).map_err(|why| self.because(file, why))?;
        let is_of_lines = source.format.as_ref().is_none_or(Format::is_of_lines);
        let (mut start, mut bytes, mut is_last) = (0u64, self.queue.buffer(), false);
        while !is_last {
            let length = bytes.len().max(BLOCK) + if bytes.len() >= BLOCK { BLOCK } else { 0 };
            is_last = !self.fill(file, &mut *reader, length, &mut bytes)?;
            let done = if is_of_lines {
                self.lines(file, start, &mut bytes, is_last)?
            } else {
                let how = (is_last, source.format.as_ref());
                let done = self.reader.in_order(file, start, &bytes, how).map_err(ScopeError::Spill)?;
                bytes.drain(..done);
                done
            };
            start += done as u64;
        }
        self.queue.give_back(bytes);
        Ok(())
    }

    /// Reads until there are so many bytes, and says whether more may come.
    fn fill(
        &mut self,
        file: usize,
        reader: &mut dyn Read,
        length: usize,
        bytes: &mut Vec<u8>,
    ) -> Result<bool, ScopeError> {
        let mut filled = bytes.len();
        bytes.resize(length, 0);
        while filled < length {
            match reader.read(&mut bytes[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(why) if why.kind() == std::io::ErrorKind::Interrupted => {}
                // A packed file that breaks off has told what it has told.
                Err(_) if self.sources[file].packing != crate::source::Packing::Plain => {
                    self.reader.damaged(file);
                    break;
                }
                Err(why) => return Err(self.because(file, why)),
            }
        }
        bytes.truncate(filled);
        Ok(filled == length)
    }

    /// Hands whole lines on and keeps the rest in `bytes`. Says how many bytes went.
    fn lines(&mut self, file: usize, start: u64, bytes: &mut Vec<u8>, is_last: bool) -> Result<usize, ScopeError> {
        let end = match memchr::memrchr(b'\n', bytes) {
            _ if is_last => bytes.len(),
            Some(at) => at + 1,
            // Longer than any line that is read: the pieces are counted as lines that are not understood.
            None if bytes.len() > LONGEST => bytes.len(),
            None => return Ok(0),
        };
        let mut rest = self.queue.buffer();
        rest.extend_from_slice(&bytes[end..]);
        bytes.truncate(end);
        let block = Work::Block { file, start, bytes: std::mem::replace(bytes, rest) };
        if let Some(Work::Block { file, start, bytes }) = self.queue.offer(block) {
            self.block(file, start, bytes)?;
        }
        Ok(end)
    }
}

fn answer(sources: &[Source], plan: &Plan, found: &Found, totals: &Totals, joined: Option<Joined>) -> Answer {
    let (reasons, intervals) = reasons(sources, &plan.question, found, plan.silence);
    let tally = &found.tally;
    let [sent, possibly, open] = [0, 1, 2].map(|at| totals.sets[at].told(joined.is_some()));
    let Question { from, to, .. } = plan.question;
    Answer {
        sent: Certain { set: sent, sizes_unknown: totals.sizes_unknown },
        possibly,
        cannot_tell: Open { set: open, reasons, intervals },
        by_kind: totals.by_kind.clone(),
        window: Window { from: from.map(say), to: to.map(say), zone: "+09:00" },
        lines: Lines {
            read: tally.read(),
            parsed: tally.read() - tally.unread(),
            unparsed: tally.unread(),
            duplicate: totals.duplicates,
            out_of_window: tally.out_of_window,
            other: tally.other,
            nothing_sent: tally.nothing,
            unclear: tally.unclear,
            samples: tally.samples(|file| sources[file].name()),
        },
        files: sources
            .iter()
            .zip(&tally.files)
            .map(|(source, file)| FileRead {
                name: source.name(),
                format: source.format.as_ref().map_or("unknown".into(), Format::name),
                lines: file.read,
                unparsed: file.unparsed,
                first: file.first.map(say),
                last: file.last.map(say),
            })
            .collect(),
        joined,
        ms: None,
        peak_mb: None,
    }
}
