//! What was captured of a connection and belongs to no message, and where whole messages may be missing.

use std::io;

use super::{
    counts::{Counts, more},
    exchange::Side,
    http::Messages,
    listing::Line,
    question::time,
    segment::NO_TIME,
    stream::Stream,
};
use crate::{object::Verdict, question::Fit};

impl Side<'_> {
    /// Counts bytes: those in messages, and the others.
    pub(super) fn account(&self, messages: &Messages, stream: &Stream, counts: &mut Counts) {
        let mut lost = 0;
        for (range, why) in &messages.lost {
            lost += range.len() as u64;
            more(&mut counts.payload.unread, why, range.len() as u64);
        }
        counts.payload.http += stream.bytes.len() as u64 - lost;
    }

    /// What belongs to no message that could be read.
    pub(super) fn lost(&self, messages: &Messages, end: usize, counts: &mut Counts) -> io::Result<()> {
        let stream = self.streams[end];
        let at = |at: usize| stream.time(at).unwrap_or(NO_TIME);
        let last = stream.bytes.len().saturating_sub(1);
        for (behind, is_beginning) in &messages.missing {
            // From the byte before it to the one behind; of a beginning, nobody knows how long ago that was.
            let span = (at(behind.saturating_sub(1)), at((*behind).min(last)));
            let why = if *is_beginning { "found_midway" } else { "messages_lost" };
            if time(span, self.context.windows) != Fit::OutOfWindow {
                counts.untold(why, 1);
                let line = Line { ends: Some(self.ends), why: &[why], ..Line::at(span.0, "gap") };
                self.context.list_unread(&line)?;
            }
        }
        for (range, why) in &messages.lost {
            let span = (at(range.start), at(range.end - 1));
            if time(span, self.context.windows) != Fit::OutOfWindow {
                counts.untold(why, 1);
                self.stretch(&stream.bytes[range.clone()], end, span.0, why)?;
            }
        }
        Ok(())
    }

    /// A stretch of no message is searched as it is: what it holds was sent, but nobody can tell in answer to what.
    fn stretch(&self, bytes: &[u8], end: usize, at: i64, why: &'static str) -> io::Result<()> {
        let line = Line { ends: Some(self.ends), why: &[why], ..Line::at(at, "stretch") };
        if end == 0 && !self.context.plan.requests {
            return self.context.list_unread(&line);
        }
        let place = self.context.search_raw(&[bytes])?.place;
        self.context.list(place, Verdict::Possibly, true, &line)
    }
}
