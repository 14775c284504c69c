//! One thread's reading: bytes to lines, lines to entries, entries to records.

use std::io;

use memchr::memmem;
use regex::bytes::CaptureLocations;

use crate::{
    coverage::Coverage,
    entry::{Delivery, Entry},
    format::{Fault, Format, Scratch, Wrapped},
    object::{Class, Share},
    question::{Fit, Question},
    record::{Identity, Record, hash_of, wide_hash},
    source::LONGEST,
    tables::Batches,
    tally::Tally,
};

/// What one thread has.
pub(crate) struct Reader<'t> {
    scratch: Scratch,
    /// Whether the last block ended within an event that can't be read.
    lost: bool,
    sink: Sink<'t>,
}

/// What a thread found.
pub(crate) struct Found {
    pub(crate) tally: Tally,
    pub(crate) coverage: Coverage,
    pub(crate) scratch: Scratch,
}

struct Sink<'t> {
    question: &'t Question,
    places: Option<CaptureLocations>,
    /// Whether there are several files, so that a line may be told twice.
    many: bool,
    tally: Tally,
    coverage: Coverage,
    batches: Batches<'t>,
    /// What went wrong when records were handed over.
    broken: io::Result<()>,
}

impl<'t> Reader<'t> {
    pub(crate) fn new(question: &'t Question, files: usize, batches: Batches<'t>) -> Self {
        let (tally, places) = (Tally::new(files), question.places());
        let coverage = Coverage::default();
        let sink = Sink { question, places, many: files > 1, tally, coverage, batches, broken: Ok(()) };
        Self { scratch: Scratch::of(question), lost: false, sink }
    }

    /// What was found, when all is read.
    pub(crate) fn finish(self) -> io::Result<Found> {
        self.sink.broken?;
        self.sink.batches.finish()?;
        Ok(Found { tally: self.sink.tally, coverage: self.sink.coverage, scratch: self.scratch })
    }

    /// Notes that a file broke off.
    pub(crate) fn damaged(&mut self, file: usize) {
        self.sink.tally.files[file].damaged = true;
    }

    /// Reads whole lines, of which the first begins at `start` in the file. Empty ones are none.
    pub(crate) fn lines(&mut self, file: usize, start: u64, bytes: &[u8], format: Option<&Format>) -> io::Result<()> {
        let mut from = 0;
        for end in memchr::memchr_iter(b'\n', bytes).chain(Some(bytes.len())) {
            let line = &bytes[from..end.max(from)];
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if !line.is_empty() {
                self.line(file, start + from as u64, line, format);
            }
            from = end + 1;
        }
        std::mem::replace(&mut self.sink.broken, Ok(()))
    }

    #[inline]
    fn line(&mut self, file: usize, offset: u64, line: &[u8], format: Option<&Format>) {
        self.sink.tally.files[file].read += 1;
        let sink = &mut self.sink;
        let read = match format {
            _ if line.len() > LONGEST => Err(Fault::Length),
            None => Err(Fault::Format),
            Some(Format::Wrapped(wrapped)) => sink.unwrapped(file, line, wrapped, &mut self.scratch),
            Some(format) => format.line(line, &mut self.scratch, |entry| sink.see(file, line, entry)),
        };
        if let Err(fault) = read {
            self.sink.tally.unparsed(file, offset, fault, line);
        }
    }

    /// Reads what has to be read from its beginning on, and says how many bytes it could do with; `is_last` if no more come.
    pub(crate) fn in_order(
        &mut self,
        file: usize,
        start: u64,
        bytes: &[u8],
        (is_last, format): (bool, Option<&Format>),
    ) -> io::Result<usize> {
        match format {
            Some(Format::W3c) => self.table(file, start, bytes, is_last),
            _ => self.events(file, start, bytes, is_last),
        }
    }

    /// Reads whole lines of which some say what those behind them are.
    fn table(&mut self, file: usize, start: u64, bytes: &[u8], is_last: bool) -> io::Result<usize> {
        if start == 0 {
            self.scratch.table.begin();
        }
        let is_all = is_last || bytes.len() > LONGEST;
        let end = if is_all { bytes.len() } else { memchr::memrchr(b'\n', bytes).map_or(0, |at| at + 1) };
        let mut from = 0;
        while from < end {
            let length = memchr::memchr(b'\n', &bytes[from..end]).map_or(end - from, |at| at + 1);
            let line = &bytes[from..from + length];
            if self.scratch.table.directive(line.trim_ascii_end()).is_none() {
                self.lines(file, start + from as u64, line, Some(&Format::W3c))?;
            }
            from += length;
        }
        Ok(end)
    }

    /// Reads events of an audit trail and says how many bytes it could do with; `is_last` if no more come.
    fn events(&mut self, file: usize, start: u64, bytes: &[u8], is_last: bool) -> io::Result<usize> {
        // How the file before it ended is nothing to a file.
        let is_lost = std::mem::take(&mut self.lost) && start > 0;
        let mut at = if is_lost { self.found_again(bytes, 0) } else { 0 };
        while let Some(next) = between(bytes, at, is_last) {
            at = next;
            let (sink, text) = (&mut self.sink, &bytes[at..]);
            let read = Format::event(text, &mut self.scratch, |entry| sink.event(file, entry));
            if matches!(read, Ok(None)) && !is_last && text.len() <= LONGEST {
                break;
            }
            self.sink.tally.files[file].read += 1;
            let (length, fault) = match read {
                Ok(Some(length)) => (length, None),
                Ok(None) => (0, Some(Fault::Json)),
                Err((length, fault)) => (length, Some(fault)),
            };
            if let Some(fault) = fault {
                let end = if length > 0 { length } else { text.len().min(LONGEST) };
                self.sink.tally.unparsed(file, start + at as u64, fault, &text[..end]);
            }
            at = if length > 0 { at + length } else { self.found_again(bytes, at + 1) };
        }
        std::mem::replace(&mut self.sink.broken, Ok(())).map(|()| at)
    }

    /// Where the next event begins behind one that can't be read.
    fn found_again(&mut self, bytes: &[u8], from: usize) -> usize {
        let rest = bytes.get(from..).unwrap_or_default();
        let starts = [memmem::find(rest, b"{\"eventVersion\""), memmem::find(rest, b"\n{").map(|at| at + 1)];
        let next = starts.into_iter().flatten().min();
        self.lost = next.is_none();
        next.map_or(bytes.len(), |at| from + at)
    }
}

/// Where the next event begins, behind what stands between events: the document around them. `None` if none begins
/// here, or not all of what is around it came yet.
fn between(bytes: &[u8], mut at: usize, is_last: bool) -> Option<usize> {
    let skip = |at: usize, what: &[u8]| at + bytes[at..].iter().take_while(|byte| what.contains(byte)).count();
    loop {
        at = skip(at, b" \r\n\t,[]}\xef\xbb\xbf");
        let rest = bytes.get(at..).filter(|rest| !rest.is_empty())?;
        // `{ "Records" : [`
        let Some(inner) = rest.strip_prefix(b"{").map(<[u8]>::trim_ascii_start) else { return Some(at) };
        let Some(behind) = inner.strip_prefix(b"\"Records\"") else {
            let is_open = !is_last && rest.len() < 64;
            return (!is_open).then_some(at);
        };
        let list = behind.trim_ascii_start().strip_prefix(b":").map(<[u8]>::trim_ascii_start);
        match list.and_then(|list| list.strip_prefix(b"[")) {
            Some(list) => at = bytes.len() - list.len(),
            None => return (is_last || rest.len() >= 64).then_some(at),
        }
    }
}

impl Sink<'_> {
    /// Reads a line within another. Copies of it know each other by what it is without that. It is kept out of the way of
    /// lines that nothing is around.
    #[cold]
    #[inline(never)]
    fn unwrapped(&mut self, file: usize, line: &[u8], wrapped: &Wrapped, scratch: &mut Scratch) -> Result<(), Fault> {
        let is_event = *wrapped.inner() == Format::CloudTrail;
        wrapped.read(line, scratch, &mut |inner, entry| match is_event {
            true => self.event(file, entry),
            false => self.see(file, inner, entry),
        })
    }

    /// Sees an event of an audit trail.
    fn event(&mut self, file: usize, entry: &Entry<'_>) {
        self.tally.trail.0 += 1;
        self.tally.trail.1 += u64::from(!entry.aside);
        self.see(file, b"", entry);
    }

    #[inline]
    fn see(&mut self, file: usize, line: &[u8], entry: &Entry<'_>) {
        if let Some(at) = entry.at {
            self.tally.files[file].see(at);
            if !entry.aside {
                self.coverage.mark(at);
            }
        }
        let fit = self.question.fit(entry);
        match fit {
            Fit::OutOfWindow => self.tally.out_of_window += 1,
            Fit::Other => self.tally.other += 1,
            Fit::Unclear | Fit::Meets => return self.answer(file, line, entry, fit),
        }
        if self.question.is_narrow() {
            self.witness(entry);
        }
    }

    /// An answer to others tells how large an object is.
    fn witness(&mut self, entry: &Entry<'_>) {
        let share = match entry.delivery(self.question.names(entry.method)) {
            Delivery::Whole(bytes) => Share { class: Class::Witness, bytes, first: None, stated: entry.size },
            _ if entry.size.is_some() => Share { class: Class::Witness, bytes: 0, first: None, stated: entry.size },
            _ => return,
        };
        let key = entry.object.and_then(|object| self.question.key(object, self.places.as_mut()));
        if let Some(key) = key {
            self.hand_over(key, share, None);
        }
    }

    fn answer(&mut self, file: usize, line: &[u8], entry: &Entry<'_>, fit: Fit) {
        let key = entry.object.and_then(|object| self.question.key(object, self.places.as_mut()));
        // A request that is none asks for no object; it may be told twice all the same.
        let Some(key) = key.or((self.question.object.is_none() && entry.object.is_none()).then_some(b"")) else {
            self.tally.other += 1;
            return;
        };
        let mut share = Share::of(entry.delivery(self.question.names(entry.method)), entry.size);
        if entry.object.is_none() || share.class == Class::Nothing {
            self.tally.nothing += 1;
            share = Share { class: Class::Nothing, bytes: 0, first: None, stated: entry.size };
        } else if fit == Fit::Unclear {
            self.tally.unclear += 1;
            share = Share { class: Class::Unclear, bytes: 0, first: None, stated: entry.size };
        }
        let identity = self.identity(file, line, entry, key, &share);
        if share.class != Class::Nothing || identity.is_some() || share.stated.is_some() {
            self.hand_over(key, share, identity);
        }
    }

    fn identity(&self, file: usize, line: &[u8], entry: &Entry<'_>, key: &[u8], share: &Share) -> Option<Identity> {
        if !entry.id.is_empty() {
            let numbers = [share.bytes, share.first.unwrap_or(u64::MAX), share.class as u64, u64::from(entry.status)];
            let numbers = numbers.map(u64::to_le_bytes);
            let hash = wide_hash(&[entry.id, key, numbers.as_flattened()]);
            return Some(Identity { hash, file: Identity::OWN });
        }
        let at = entry.at.unwrap_or_default().to_le_bytes();
        let told = [line, &at, key, entry.client.unwrap_or_default(), entry.agent.unwrap_or_default()];
        let told = if line.is_empty() { &told[..] } else { &told[..1] };
        // Files are counted in the order of their names.
        self.many.then(|| Identity { hash: wide_hash(told), file: file as u32 })
    }

    #[inline]
    fn hand_over(&mut self, key: &[u8], share: Share, identity: Option<Identity>) {
        let record = Record { key, hash: hash_of(key), share, identity };
        if let Err(why) = self.batches.add(&record) {
            self.broken = Err(why);
        }
    }
}
