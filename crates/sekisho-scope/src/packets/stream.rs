//! What one end of a connection sent, put in its order: what was captured, and where something is missing.

use std::{collections::BTreeMap, ops::Range};

use super::segment::{ACK, FIN, RST, SYN, Segment};

/// Nothing further away than a window can be (RFC 7323, 2.3) is believed to be of the stream.
const FAR: i64 = 1 << 30;

/// A place where bytes are missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gap {
    /// Before which captured byte.
    pub(super) at: usize,
    /// How many; `None` if nobody knows.
    pub(super) length: Option<u64>,
}

/// From which segment bytes come.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin {
    /// The first of them, among those captured.
    at: usize,
    /// The same in the stream.
    offset: i64,
    time: i64,
    /// How far its sender had heard the other end.
    heard: i64,
}

/// One direction.
#[derive(Debug, Default)]
pub(super) struct Stream {
    pub(super) bytes: Vec<u8>,
    pub(super) gaps: Vec<Gap>,
    /// Whether its sender closed it, and nothing before is missing at its end.
    pub(super) is_closed: bool,
    /// Bytes that were said twice, differently.
    pub(super) contradicted: Vec<Range<usize>>,
    /// Bytes that were captured again.
    pub(super) duplicate: u64,
    /// Bytes too far from all others.
    pub(super) astray: u64,
    pub(super) origins: Vec<Origin>,
}

impl Stream {
    fn origin(&self, at: usize) -> Option<&Origin> {
        let behind = self.origins.partition_point(|origin| origin.at <= at);
        self.origins.get(behind.checked_sub(1)?)
    }

    /// When a byte was captured.
    pub(super) fn time(&self, at: usize) -> Option<i64> {
        self.origin(at).map(|origin| origin.time)
    }

    /// The place of a captured byte in the stream.
    pub(super) fn offset(&self, at: usize) -> i64 {
        self.origin(at).map_or(0, |origin| origin.offset + i64::try_from(at - origin.at).unwrap_or(0))
    }

    /// How far the sender of a byte had heard the other end by then.
    pub(super) fn heard(&self, at: usize) -> Option<i64> {
        self.origin(at).map(|origin| origin.heard)
    }
}

/// Both ends of a connection, while its segments are read in the order of time.
#[derive(Debug, Default)]
struct End<'a> {
    base: Option<u32>,
    /// Another beginning that was offered: servers that keep nothing of who knocks answer a second knock with another
    /// number (RFC 4987, 3.6), and load balancers send each knock to another server.
    rival: Option<u32>,
    /// Whether the stream's first byte is known.
    begins: bool,
    reach: i64,
    parts: BTreeMap<i64, (&'a [u8], i64, i64)>,
    contradicted: Vec<Range<i64>>,
    fin: Option<i64>,
    /// How far it must have sent, by what its segments say and the other end acknowledged.
    known: i64,
    duplicate: u64,
    astray: u64,
}

/// Puts both directions of one connection together; its segments are in the order of time.
pub(super) fn streams(segments: &[Segment<'_>]) -> [Stream; 2] {
    let mut ends = [End::default(), End::default()];
    for segment in segments {
        let (here, there) = (usize::from(segment.from), usize::from(1 - segment.from));
        let heard = if segment.has(ACK) && !segment.has(RST) { ends[there].hear(segment.ack) } else { 0 };
        ends[here].add(segment, heard);
    }
    ends.map(End::finish)
}

impl<'a> End<'a> {
    /// Where in the stream a number lies, near to what was seen last.
    fn place(&self, number: u32) -> Option<i64> {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sequence numbers wrap")]
        let reached = self.base?.wrapping_add(self.reach as u32);
        #[allow(clippy::cast_possible_wrap, reason = "the nearer way round")]
        let away = i64::from(number.wrapping_sub(reached) as i32);
        (away.abs() < FAR).then_some(self.reach + away)
    }

    /// The other end acknowledged all before this number.
    fn hear(&mut self, number: u32) -> i64 {
        if self.parts.is_empty() && self.rival == Some(number) {
            self.base = self.rival.take();
        }
        self.base.get_or_insert(number);
        let Some(heard) = self.place(number) else { return 0 };
        self.known = self.known.max(heard);
        heard
    }

    fn add(&mut self, segment: &Segment<'a>, heard: i64) {
        let first = Some(segment.seq.wrapping_add(1));
        match segment.has(SYN) && self.parts.is_empty() {
            true if !self.begins => (self.base, self.begins, self.reach, self.known) = (first, true, 0, 0),
            true if self.base != first => {
                (self.rival, self.astray) = (first, self.astray + segment.data.len() as u64);
                return;
            }
            _ => {}
        }
        self.base.get_or_insert(segment.seq);
        let Some(place) = self.place(segment.seq.wrapping_add(u32::from(segment.has(SYN)))) else {
            self.astray += segment.data.len() as u64;
            return;
        };
        let end = place + i64::from(segment.length);
        let reached = self.reach;
        self.reach = self.reach.max(end);
        self.known = self.known.max(end);
        if segment.has(FIN) && self.fin.is_none_or(|fin| fin < end) {
            self.fin = Some(end);
        }
        // A segment that asks whether the other end is there repeats its last byte with any content (RFC 9293, 3.8.4).
        let asks = segment.data.len() == 1
            && end == reached
            && self.parts.range(..=place).next_back().is_some_and(|(at, part)| *at + length(part.0) > place);
        if asks { self.duplicate += 1 } else { self.insert(place, segment.data, segment.at, heard) }
    }

    /// Keeps what was captured first. Of what is there already, it is noted whether it says the same.
    fn insert(&mut self, mut place: i64, mut data: &'a [u8], time: i64, heard: i64) {
        if self.begins && place < 0 {
            let old = usize::try_from(-place).unwrap_or(usize::MAX).min(data.len());
            // One byte asks whether the other end is there; more is of another connection.
            *(if data.len() == 1 { &mut self.duplicate } else { &mut self.astray }) += old as u64;
            (place, data) = (0, &data[old..]);
        }
        while !data.is_empty() {
            let before = self.parts.range(..=place).next_back().filter(|(at, part)| *at + length(part.0) > place);
            if let Some((at, (known, ..))) = before {
                let known = &known[usize::try_from(place - at).unwrap_or(0)..];
                let common = known.len().min(data.len());
                if known[..common] != data[..common] {
                    self.contradicted.push(place..place + length(&data[..common]));
                }
                self.duplicate += common as u64;
                (place, data) = (place + length(&data[..common]), &data[common..]);
                continue;
            }
            let room = self.parts.range(place..).next().and_then(|(next, _)| usize::try_from(next - place).ok());
            let free = room.map_or(data.len(), |room| room.min(data.len()));
            self.parts.insert(place, (&data[..free], time, heard));
            (place, data) = (place + length(&data[..free]), &data[free..]);
        }
    }

    fn finish(self) -> Stream {
        let room = self.parts.values().map(|part| part.0.len()).sum();
        let mut stream = Stream { bytes: Vec::with_capacity(room), ..Stream::default() };
        (stream.duplicate, stream.astray) = (self.duplicate, self.astray);
        let mut end = if self.begins { 0 } else { self.parts.keys().next().copied().unwrap_or(0) };
        if !self.begins && !self.parts.is_empty() {
            stream.gaps.push(Gap { at: 0, length: None });
        }
        for (offset, (data, time, heard)) in self.parts {
            let at = stream.bytes.len();
            if let Ok(length @ 1..) = u64::try_from(offset - end) {
                stream.gaps.push(Gap { at, length: Some(length) });
            }
            stream.origins.push(Origin { at, offset, time, heard });
            stream.bytes.extend_from_slice(data);
            end = offset + length(data);
        }
        stream.is_closed = self.fin == Some(end);
        let known = self.fin.map_or(self.known, |fin| self.known.min(fin.max(end)));
        if let Ok(length @ 1..) = u64::try_from(known - end)
            && !stream.bytes.is_empty()
        {
            stream.gaps.push(Gap { at: stream.bytes.len(), length: Some(length) });
        }
        let place = |offset: i64| {
            let behind = stream.origins.partition_point(|origin| origin.offset <= offset);
            let origin = stream.origins[behind.saturating_sub(1)];
            origin.at + usize::try_from(offset - origin.offset).unwrap_or(0)
        };
        stream.contradicted =
            self.contradicted.iter().map(|range| place(range.start)..place(range.end - 1) + 1).collect();
        stream
    }
}

fn length(data: &[u8]) -> i64 {
    i64::try_from(data.len()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(seq: u32, data: &'static [u8], flags: u8) -> Segment<'static> {
        let length = data.len() as u32;
        Segment { at: 0, from: 0, seq, ack: 0, flags, length, data }
    }

    fn stream(segments: &[Segment<'_>]) -> (String, Vec<(usize, Option<u64>)>, bool) {
        let [stream, _] = streams(segments);
        let gaps = stream.gaps.iter().map(|gap| (gap.at, gap.length)).collect();
        (String::from_utf8(stream.bytes).unwrap(), gaps, stream.is_closed)
    }

    #[test]
    fn segments_out_of_order_again_and_overlapping_make_one_text() {
        let all = [
            segment(99, b"", SYN),
            segment(105, b"fghij", 0),
            segment(100, b"abc", 0),
            segment(100, b"abc", 0),
            segment(102, b"cdefgh", 0),
            segment(110, b"", FIN),
        ];
        assert_eq!(stream(&all), ("abcdefghij".into(), vec![], true));
        assert_eq!(streams(&all)[0].duplicate, 3 + 4);
        assert!(streams(&all)[0].contradicted.is_empty());
    }

    #[test]
    fn what_is_missing_is_a_gap_of_its_length() {
        let all = [segment(99, b"", SYN), segment(103, b"def", 0), segment(110, b"x", 0)];
        assert_eq!(stream(&all), ("defx".into(), vec![(0, Some(3)), (3, Some(4))], false));
        let heard = Segment { from: 1, ack: 120, flags: ACK, ..segment(0, b"", 0) };
        assert_eq!(stream(&[all[0], all[1], heard]).1, [(0, Some(3)), (3, Some(14))], "the other end got more");
        let cut = Segment { length: 9, ..segment(100, b"abc", 0) };
        assert_eq!(stream(&[all[0], cut]).1, [(3, Some(6))], "the capture kept only the packet's beginning");
    }

    #[test]
    fn a_connection_found_midway_begins_with_a_gap_of_no_known_length() {
        let all = [segment(103, b"def", 0), segment(100, b"abc", 0), segment(106, b"", FIN)];
        assert_eq!(stream(&all), ("abcdef".into(), vec![(0, None)], true));
    }

    #[test]
    fn what_was_acknowledged_before_it_was_captured_is_kept() {
        let heard = Segment { from: 1, ack: 120, flags: ACK, ..segment(0, b"", 0) };
        assert_eq!(stream(&[heard, segment(100, b"abc", 0)]), ("abc".into(), vec![(0, None), (3, Some(17))], false));
    }

    #[test]
    fn numbers_wrap() {
        let all = [segment(u32::MAX - 2, b"", SYN), segment(3, b"fg", 0), segment(u32::MAX - 1, b"abcde", 0)];
        assert_eq!(stream(&all), ("abcdefg".into(), vec![], false));
    }

    #[test]
    fn what_contradicts_itself_keeps_what_came_first_and_is_told() {
        let all = [segment(99, b"", SYN), segment(100, b"abcdef", 0), segment(102, b"cXe", 0), segment(105, b"?", 0)];
        let [stream, _] = streams(&all);
        assert_eq!((stream.bytes.as_slice(), stream.contradicted.first()), (&b"abcdef"[..], Some(&(2..5))));
    }

    #[test]
    fn a_single_byte_that_is_sent_again_asks_only_at_the_end_of_what_was_sent() {
        let all = [segment(99, b"", SYN), segment(100, b"abc", 0), segment(102, b"\0", 0), segment(103, b"de", 0)];
        let [stream, _] = streams(&all);
        assert_eq!((stream.bytes.as_slice(), stream.duplicate, stream.contradicted.len()), (&b"abcde"[..], 1, 0));
        let [stream, _] = streams(&[all[0], all[1], segment(101, b"X", 0)]);
        assert_eq!((stream.bytes.as_slice(), stream.contradicted.first()), (&b"abc"[..], Some(&(1..2))));
    }

    #[test]
    fn of_two_beginnings_that_are_offered_the_one_counts_that_the_other_end_takes() {
        let ack = |number: u32| Segment { from: 1, ack: number, flags: ACK, ..segment(0, b"", 0) };
        for (taken, seq) in [(100, 100), (900, 900)] {
            let all = [segment(99, b"", SYN), segment(899, b"", SYN), ack(taken), segment(seq, b"abc", 0)];
            assert_eq!(stream(&all), ("abc".into(), vec![], false), "{taken}");
        }
    }

    #[test]
    fn what_lies_before_the_beginning_is_of_no_stream() {
        let all = [segment(99, b"", SYN), segment(99, b"\0", 0), segment(90, b"xyz", 0), segment(100, b"abc", 0)];
        let [stream, _] = streams(&all);
        assert_eq!((stream.bytes.as_slice(), stream.duplicate, stream.astray), (&b"abc"[..], 1, 3));
    }

    #[test]
    fn what_lies_too_far_away_is_counted_and_changes_nothing() {
        let all = [segment(99, b"", SYN), segment(100 + (1 << 31) - 9, b"zzz", 0), segment(100, b"abc", 0)];
        let [stream, _] = streams(&all);
        assert_eq!((stream.bytes.as_slice(), stream.gaps.len(), stream.astray), (&b"abc"[..], 0, 3));
    }
}
