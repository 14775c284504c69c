//! One thread at work: from a heap of segments to connections, what was said over each, and what that holds.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};

use zeroize::Zeroizing;

use super::{
    counts::{Counts, more},
    exchange::Side,
    flow::{connections, opener},
    http::{self, Talk},
    listing::Line,
    pile::Pile,
    question::time,
    search::Context,
    segment::{HEAD, Host, Pair, Segment},
    stream::{Stream, streams},
};
use crate::{object::Verdict, question::Fit};

/// One thread.
pub(super) struct Hand<'r> {
    pub(super) context: &'r Context<'r>,
    pub(super) counts: Counts,
    /// Bytes of segments that may be in memory at once, and of one connection.
    pub(super) room: usize,
}

impl Hand<'_> {
    /// Reads all connections of a heap.
    pub(super) fn heap(&mut self, pile: &Pile<'_>, at: usize) -> io::Result<()> {
        let mut sizes: BTreeMap<Pair, usize> = BTreeMap::new();
        pile.each(at, |item| *sizes.entry(Segment::read(item).0).or_default() += item.len() + 4)?;
        let mut pairs = sizes.into_iter().peekable();
        while pairs.peek().is_some() {
            let (mut together, mut room) = (BTreeMap::new(), self.room);
            while let Some((pair, size)) = pairs.next_if(|(_, size)| *size <= room || *size > self.room) {
                if size > self.room {
                    self.too_large(pile, at, pair)?;
                } else {
                    room -= size;
                    together.insert(pair, Zeroizing::new(Vec::with_capacity(size)));
                }
            }
            if together.is_empty() {
                continue;
            }
            pile.each(at, |item| {
                if let Some(all) = together.get_mut(&Segment::read(item).0) {
                    all.extend_from_slice(&u32::try_from(item.len()).unwrap_or(0).to_le_bytes());
                    all.extend_from_slice(item);
                }
            })?;
            for (pair, all) in together {
                self.pair(pair, &all)?;
            }
        }
        pile.clear(at);
        Ok(())
    }

    /// What doesn't fit in memory is not put together, and told.
    fn too_large(&mut self, pile: &Pile<'_>, at: usize, pair: Pair) -> io::Result<()> {
        let (mut bytes, mut span) = (0, (i64::MAX, i64::MIN));
        pile.each(at, |item| {
            let (of, segment) = Segment::read(item);
            if of == pair {
                bytes += segment.data.len() as u64;
                span = (span.0.min(segment.at), span.1.max(segment.at));
            }
        })?;
        self.counts.flows.read += 1;
        more(&mut self.counts.flows.others, "flow_too_large", 1);
        self.counts.payload.read += bytes;
        more(&mut self.counts.payload.unread, "flow_too_large", bytes);
        if self.is_asked(span) {
            self.untold("flow_too_large", pair.0, span)?;
        }
        Ok(())
    }

    fn is_asked(&self, span: (i64, i64)) -> bool {
        time(span, self.context.windows) != Fit::OutOfWindow
    }

    /// Of this connection, something can't be told.
    fn untold(&mut self, why: &'static str, ends: [Host; 2], (at, _): (i64, i64)) -> io::Result<()> {
        self.counts.untold(why, 1);
        self.context.list_unread(&Line { ends: Some(ends), why: &[why], ..Line::at(at, "connection") })
    }

    fn pair(&mut self, pair: Pair, mut items: &[u8]) -> io::Result<()> {
        let mut segments = Vec::new();
        while let Some((length, rest)) = items.split_first_chunk() {
            let (item, behind) = rest.split_at(u32::from_le_bytes(*length) as usize);
            debug_assert!(item.len() >= HEAD);
            segments.push(Segment::read(item).1);
            items = behind;
        }
        segments.sort_unstable();
        connections(&segments).into_iter().try_for_each(|segments| self.connection(&pair, segments))
    }

    fn connection(&mut self, pair: &Pair, segments: &[Segment<'_>]) -> io::Result<()> {
        let streams = streams(segments);
        let payload = &mut self.counts.payload;
        payload.read += segments.iter().map(|segment| segment.data.len() as u64).sum::<u64>();
        payload.duplicate += streams.iter().map(|stream| stream.duplicate).sum::<u64>();
        payload.astray += streams.iter().map(|stream| stream.astray).sum::<u64>();
        self.counts.flows.read += 1;
        let span = (
            segments.iter().map(|segment| segment.at).min().unwrap_or_default(),
            segments.iter().map(|segment| segment.at).max().unwrap_or_default(),
        );
        let (client, talk) = said(opener(segments), &streams);
        let ends = [pair.0[client], pair.0[1 - client]];
        if streams.iter().any(|stream| stream.astray > 0) && self.is_asked(span) {
            self.untold("astray", ends, span)?;
        }
        if talk.is_http() {
            self.counts.flows.http += 1;
            let side = Side { ends, streams: [&streams[client], &streams[1 - client]], context: self.context };
            side.each(&talk, &mut self.counts)
        } else {
            self.other(ends, &streams, span)
        }
    }

    /// A connection that isn't HTTP.
    fn other(&mut self, ends: [Host; 2], streams: &[Stream; 2], span: (i64, i64)) -> io::Result<()> {
        let what = what(streams);
        more(&mut self.counts.flows.others, what, 1);
        if what == "silent" {
            return Ok(());
        }
        let bytes = streams.iter().map(|stream| stream.bytes.len() as u64).sum();
        more(&mut self.counts.payload.unread, what, bytes);
        match what {
            _ if !self.is_asked(span) => Ok(()),
            "other" => self.unknown(ends, streams, span),
            _ => self.untold(what, ends, span),
        }
    }

    /// Nobody knows what it is, so its bytes are searched as they are.
    fn unknown(&mut self, ends: [Host; 2], streams: &[Stream; 2], (at, _): (i64, i64)) -> io::Result<()> {
        self.counts.untold("other", 1);
        let line = Line { ends: Some(ends), why: &["other"], ..Line::at(at, "connection") };
        let place = self.context.search_raw(&streams.each_ref().map(|stream| &stream.bytes[..]))?.place;
        self.context.list(place, Verdict::Possibly, true, &line)
    }
}

/// Which end is the client, and what was said: by who opened the connection, unless only the other one asks (proxies that
/// are called back do so), else by who speaks as what.
fn said(opener: Option<u8>, streams: &[Stream; 2]) -> (usize, Talk) {
    let talk = |client: usize| http::talk(&streams[client], &streams[1 - client]);
    let told = |talk: &Talk| talk.requests.all.len() + talk.responses.all.len();
    let first = opener.map_or(0, usize::from);
    let as_opened = talk(first);
    if opener.is_some() && as_opened.is_http() {
        return (first, as_opened);
    }
    let other = talk(1 - first);
    if told(&other) > told(&as_opened) { (1 - first, other) } else { (first, as_opened) }
}

/// What a connection is that isn't HTTP/1, by how its ends begin.
fn what(streams: &[Stream; 2]) -> &'static str {
    let begins: BTreeSet<_> =
        streams.iter().filter(|stream| !stream.bytes.is_empty()).map(|stream| kind(&stream.bytes)).collect();
    let known = ["tls", "http2", "other"].into_iter().find(|kind| begins.contains(kind));
    known.unwrap_or("silent")
}

fn kind(bytes: &[u8]) -> &'static str {
    match bytes {
        // A record of TLS 1.0 to 1.3 (RFC 8446, 5.1), or one of SSL 3.
        [20..=23, 3, 0..=4, ..] => "tls",
        _ if bytes.starts_with(b"PRI * HTTP/2.0") => "http2",
        _ => "other",
    }
}
