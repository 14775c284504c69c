//! A place in a stream that knows where bytes are missing.

use std::ops::Range;

use crate::packets::stream::Stream;

/// A body, or what of it was captured.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::packets) struct Body {
    /// Where its bytes lie in the stream.
    pub(in crate::packets) parts: Vec<Range<usize>>,
    /// Before which of the parts, or behind all of them, something is missing.
    pub(in crate::packets) holes: Vec<usize>,
    /// Why it isn't whole; `None` if it is.
    pub(in crate::packets) why: Option<&'static str>,
}

impl Body {
    fn hole(&mut self) {
        if self.holes.last() != Some(&self.parts.len()) {
            self.holes.push(self.parts.len());
        }
        self.why = self.why.or(Some("packets_lost"));
    }

    pub(super) fn fail(&mut self, why: &'static str) {
        self.why = self.why.or(Some(why));
    }
}

/// A place in a stream.
#[derive(Debug)]
pub(super) struct Cursor<'s> {
    pub(super) stream: &'s Stream,
    pub(super) at: usize,
    /// The next gap.
    gap: usize,
}

impl<'s> Cursor<'s> {
    pub(super) fn new(stream: &'s Stream) -> Self {
        Self { stream, at: 0, gap: 0 }
    }

    /// The bytes until something is missing.
    pub(super) fn run(&self) -> &'s [u8] {
        let end = self.stream.gaps.get(self.gap).map_or(self.stream.bytes.len(), |gap| gap.at);
        &self.stream.bytes[self.at..end]
    }

    pub(super) fn skip(&mut self, count: usize) {
        self.at += count;
    }

    /// Steps over what is missing here. `None`: nothing is; the stream ends.
    pub(super) fn step(&mut self) -> Option<Option<u64>> {
        let gap = self.stream.gaps.get(self.gap).filter(|gap| gap.at == self.at)?;
        self.gap += 1;
        Some(gap.length)
    }

    /// Takes so many bytes of a body, what is missing among them included, and says whether it is still clear what
    /// comes then.
    pub(super) fn take(&mut self, mut count: u64, body: &mut Body) -> bool {
        while count > 0 {
            let here = self.run().len().min(usize::try_from(count).unwrap_or(usize::MAX));
            if here > 0 {
                body.parts.push(self.at..self.at + here);
                (self.at, count) = (self.at + here, count - here as u64);
                continue;
            }
            match self.step() {
                None => {
                    body.fail("cut_off");
                    return false;
                }
                Some(missing) => {
                    body.hole();
                    match missing.and_then(|missing| count.checked_sub(missing)) {
                        Some(left) => count = left,
                        None => return false,
                    }
                }
            }
        }
        true
    }

    /// Takes all that is left.
    pub(super) fn rest(&mut self, body: &mut Body) {
        loop {
            let here = self.run().len();
            if here > 0 {
                body.parts.push(self.at..self.at + here);
                self.at += here;
            }
            match self.step() {
                None => break,
                Some(_) => body.hole(),
            }
        }
        if !self.stream.is_closed {
            body.fail("not_closed");
        }
    }

    /// A line of a chunked body, without its end.
    fn line(&mut self) -> Result<&'s [u8], &'static str> {
        let run = self.run();
        match memchr::memchr(b'\n', &run[..run.len().min(64 * 1024)]) {
            Some(end) => {
                self.at += end + 1;
                Ok(run[..end].strip_suffix(b"\r").unwrap_or(&run[..end]))
            }
            None if run.len() < 64 * 1024 => Err("cut_off"),
            None => Err("chunks_malformed"),
        }
    }

    /// Takes a chunked body with its trailers (RFC 9112, 7.1).
    pub(super) fn chunks(&mut self, body: &mut Body) -> bool {
        match self.each_chunk(body) {
            Ok(is_clear) => is_clear,
            Err(why) => {
                body.fail(why);
                body.hole();
                false
            }
        }
    }

    /// Steps over what comes behind the last chunk, and says whether it is still clear what comes then; of the body
    /// nothing is missing either way.
    fn trailers(&mut self) -> bool {
        loop {
            match self.line() {
                Ok([]) => return true,
                Ok(_) => {}
                Err(_) => return false,
            }
        }
    }

    fn each_chunk(&mut self, body: &mut Body) -> Result<bool, &'static str> {
        loop {
            let line = self.line()?;
            let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
            let text = std::str::from_utf8(&line[..digits]).unwrap_or("");
            let size = u64::from_str_radix(text, 16).map_err(|_| "chunks_malformed")?;
            if size == 0 {
                return Ok(self.trailers());
            }
            if !self.take(size, body) {
                return Ok(false);
            }
            if !self.line()?.is_empty() {
                return Err("chunks_malformed");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packets::stream::Gap;

    fn stream(text: &str, gaps: &[(usize, Option<u64>)]) -> Stream {
        let gaps = gaps.iter().map(|(at, length)| Gap { at: *at, length: *length }).collect();
        Stream { bytes: text.as_bytes().to_vec(), gaps, ..Stream::default() }
    }

    fn text(stream: &Stream, body: &Body) -> String {
        body.parts.iter().map(|part| String::from_utf8_lossy(&stream.bytes[part.clone()])).collect()
    }

    #[test]
    fn chunks_make_a_body_and_trailers_are_none_of_it() {
        let stream = stream("5;x=y\r\nhello\r\n3\r\n, y\r\n2\r\nou\r\n0\r\nDigest: x\r\n\r\nHTTP/1.1", &[]);
        let (mut cursor, mut body) = (Cursor::new(&stream), Body::default());
        assert!(cursor.chunks(&mut body));
        assert_eq!((text(&stream, &body).as_str(), body.why, cursor.run()), ("hello, you", None, &b"HTTP/1.1"[..]));
    }

    #[test]
    fn a_body_is_whole_with_its_last_chunk_whatever_becomes_of_what_follows() {
        for (text, is_clear) in
            [("2\r\nyo\r\n0\r\n", false), ("2\r\nyo\r\n000;x\r\nDigest: x\r\n", false), ("2\nyo\n0\n\n", true)]
        {
            let stream = stream(text, &[]);
            let (mut cursor, mut body) = (Cursor::new(&stream), Body::default());
            assert_eq!((cursor.chunks(&mut body), body.why), (is_clear, None), "{text}");
        }
        let (stream, mut body) = (stream("2\r\nyo\r\n0", &[]), Body::default());
        assert!(!Cursor::new(&stream).chunks(&mut body) && body.why == Some("cut_off"), "it may be 0a");
    }

    #[test]
    fn a_gap_within_a_chunk_leaves_the_next_chunk_clear() {
        let stream = stream("a\r\n01289\r\n2\r\nxy\r\n0\r\n\r\n", &[(6, Some(5))]);
        let (mut cursor, mut body) = (Cursor::new(&stream), Body::default());
        assert!(cursor.chunks(&mut body));
        assert_eq!((text(&stream, &body).as_str(), body.why), ("01289xy", Some("packets_lost")));
        assert_eq!((body.parts[1].clone(), &body.holes), (6..8, &vec![1]));
    }

    #[test]
    fn a_gap_over_a_chunks_end_and_what_is_no_chunk_lose_the_thread() {
        for (text, gaps) in
            [("a\r\n012\r\n0\r\n\r\n", &[(6, Some(9))][..]), ("x\r\nhello", &[]), ("5\r\nhelloX\r\n", &[])]
        {
            let stream = stream(text, gaps);
            let (mut cursor, mut body) = (Cursor::new(&stream), Body::default());
            assert!(!cursor.chunks(&mut body) && body.why.is_some(), "{text}");
        }
    }

    #[test]
    fn a_body_until_the_end_is_whole_only_if_its_sender_closed() {
        let mut stream = stream("hello", &[]);
        for (is_closed, why) in [(true, None), (false, Some("not_closed"))] {
            stream.is_closed = is_closed;
            let (mut cursor, mut body) = (Cursor::new(&stream), Body::default());
            cursor.rest(&mut body);
            assert_eq!((text(&stream, &body).as_str(), body.why), ("hello", why));
        }
    }
}
