//! From files to segments, each put with those of its connection.

use std::{
    io,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::{
    answer::FileRead,
    counts::{Counts, more, together},
    file::{self, Bytes},
    fragment,
    packet::{self, Packet},
    pile::Pile,
    plan::Plan,
    question::{Windows, time},
    segment::{NO_TIME, Pair, Segment},
};
use crate::{answer::ScopeError, question::Fit, record::hash_of, run::Progress, source::Source, when::say};

/// What is needed to read files.
struct Reading<'r> {
    plan: &'r Plan,
    segments: &'r Pile<'r>,
    fragments: &'r Pile<'r>,
    progress: &'r Progress,
    windows: &'r Windows,
}

/// Reads all files, each on one thread, and says what became of each and of all packets.
pub(super) fn read(
    sources: &[Source],
    plan: &Plan,
    (segments, fragments): (&Pile<'_>, &Pile<'_>),
    progress: &Progress,
    windows: &Windows,
) -> Result<(Vec<FileRead>, Counts), ScopeError> {
    let reading = Reading { plan, segments, fragments, progress, windows };
    let (files, mut counts) = reading.files(sources)?;
    reading.fragments(&mut counts).map_err(ScopeError::Spill)?;
    Ok((files, counts))
}

impl Reading<'_> {
    fn files(&self, sources: &[Source]) -> Result<(Vec<FileRead>, Counts), ScopeError> {
        let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        let counts = together(self.plan.threads.min(sources.len()), || {
            let mut counts = Counts::default();
            while let Some((at, source)) = sources.iter().enumerate().nth(next.fetch_add(1, Ordering::Relaxed)) {
                let file = self.file(source, &mut counts)?;
                done.lock().expect("no thread panicked over a file").push((at, file));
            }
            Ok(counts)
        })?;
        let mut files = done.into_inner().expect("no thread panicked over a file");
        files.sort_by_key(|(at, _)| *at);
        Ok((files.into_iter().map(|(_, file)| file).collect(), counts))
    }

    fn file(&self, source: &Source, counts: &mut Counts) -> Result<FileRead, ScopeError> {
        let because = |why| ScopeError::Read { path: source.path.clone(), source: why };
        let mut reader = source.reader(&self.progress.done).map_err(because)?;
        let mut seen: Option<(i64, i64)> = None;
        let read = file::read(&mut *reader, |frame| {
            if let Some(at) = frame.at.map(|nanos| nanos.div_euclid(1_000_000_000)) {
                seen = Some(seen.map_or((at, at), |(first, last)| (first.min(at), last.max(at))));
                counts.coverage.mark(at);
            }
            counts.packets.read += 1;
            self.packet(&packet::read(&frame), (frame.at.unwrap_or(NO_TIME), 1), counts)
        });
        let Bytes { read, unread, packets, format, broken, .. } = read.map_err(ScopeError::Spill)?;
        counts.untold("files_broken", u64::from(broken.is_some()));
        let (first, last) = (seen.map(|seen| say(seen.0)), seen.map(|seen| say(seen.1)));
        Ok(FileRead { name: source.name(), format, bytes: read, unread, broken, packets, first, last })
    }

    /// Puts a packet where it belongs; it was captured at a time, in so many.
    fn packet(&self, packet: &Packet<'_>, (at, count): (i64, u64), counts: &mut Counts) -> io::Result<()> {
        match packet {
            Packet::Segment(pair, segment) if self.plan.question.may_ask(pair) => {
                counts.packets.used += count;
                return self.add(pair, segment);
            }
            Packet::Segment(..) => counts.packets.other += count,
            Packet::Fragment(fragment) => return fragment.add_to(self.fragments),
            Packet::Sealed(pair, why) if self.plan.question.may_ask(pair) => self.unread(why, (at, count), counts),
            Packet::Sealed(..) => more(&mut counts.packets.unused, "not_tcp", count),
            Packet::Other(why) => self.unread(why, (at, count), counts),
        }
        Ok(())
    }

    /// What can't be read leaves open what it held; what is no TCP is none of what is asked about.
    fn unread(&self, why: &'static str, (at, count): (i64, u64), counts: &mut Counts) {
        more(&mut counts.packets.unused, why, count);
        if !matches!(why, "not_ip" | "not_tcp") && time((at, at), self.windows) != Fit::OutOfWindow {
            counts.untold(why, count);
        }
    }

    fn add(&self, pair: &Pair, segment: &Segment<'_>) -> io::Result<()> {
        let head = segment.head(pair);
        self.segments.add(hash_of(&head[..36]), &head, segment.data)
    }

    /// Puts fragments together.
    fn fragments(&self, counts: &mut Counts) -> io::Result<()> {
        let left = fragment::each_whole(self.fragments, |whose, at, payload, count| {
            self.packet(&packet::joined(whose, at, payload), (at, count), counts)
        })?;
        more(&mut counts.packets.unused, "fragments_left", left);
        let is_asked = left > 0 && time((NO_TIME, NO_TIME), self.windows) != Fit::OutOfWindow;
        counts.untold("fragments_left", left * u64::from(is_asked));
        Ok(())
    }
}
