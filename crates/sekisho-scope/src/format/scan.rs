//! Walking along a line of bytes.

use memchr::{memchr, memchr_iter, memmem};

/// What is left of a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scan<'a>(pub(super) &'a [u8]);

impl<'a> Scan<'a> {
    /// The bytes up to the next blank, or the rest; walks past the blank.
    #[inline]
    pub(super) fn word(&mut self) -> Option<&'a [u8]> {
        if self.0.is_empty() {
            return None;
        }
        let end = near_blank(self.0).or_else(|| memchr(b' ', self.0)).unwrap_or(self.0.len());
        let word = &self.0[..end];
        self.0 = self.0.get(end + 1..).unwrap_or_default();
        Some(word)
    }

    /// What stands in quotes here, up to the first closing one behind which the line goes on as it must: quotes within
    /// are escaped by some writers and not by others. Walks past the quote and a blank.
    #[inline]
    pub(super) fn quoted(&mut self, goes_on: impl Fn(&[u8]) -> bool) -> Option<&'a [u8]> {
        let inner = self.0.strip_prefix(b"\"")?;
        for end in memchr_iter(b'"', inner) {
            let rest = &inner[end + 1..];
            if !is_escaped(&inner[..end]) && goes_on(rest) {
                self.0 = rest.strip_prefix(b" ").unwrap_or(rest);
                return Some(&inner[..end]);
            }
        }
        None
    }

    /// What stands in quotes here, or a bare word: some writers leave the quotes off a dash.
    pub(super) fn maybe_quoted(&mut self, goes_on: impl Fn(&[u8]) -> bool) -> Option<&'a [u8]> {
        if self.0.starts_with(b"\"") { self.quoted(goes_on) } else { self.word() }
    }
}

/// Where the first blank is, if that is near. Words are mostly short: a search that is made for long texts takes longer
/// to begin, and a loop by bytes longer to end, since a processor can't foresee where.
#[inline]
pub(super) fn near_blank(text: &[u8]) -> Option<usize> {
    const EACH: u128 = u128::from_le_bytes([1; 16]);
    let (pieces, _) = text.as_chunks::<16>();
    pieces.iter().take(3).enumerate().find_map(|(at, piece)| {
        // The lowest byte that was a blank is the lowest with its highest bit set (borrows go upwards only).
        let blank = u128::from_le_bytes(*piece) ^ (EACH * b' ' as u128);
        let found = blank.wrapping_sub(EACH) & !blank & (EACH << 7);
        (found != 0).then(|| at * 16 + found.trailing_zeros() as usize / 8)
    })
}

/// Whether what follows is escaped by an odd number of backslashes.
fn is_escaped(before: &[u8]) -> bool {
    before.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
}

/// A line that goes on with a blank or ends.
pub(super) fn blank_or_end(rest: &[u8]) -> bool {
    rest.first().is_none_or(|byte| *byte == b' ')
}

/// A number and nothing else.
#[inline]
pub(super) fn number(text: &[u8]) -> Option<u64> {
    if text.is_empty() || text.len() > 19 {
        return None;
    }
    text.iter().try_fold(0u64, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u64::from(byte - b'0')))
}

/// A status of three digits; 0 for a dash.
#[inline]
pub(super) fn status(text: &[u8]) -> Option<u16> {
    match text {
        b"-" | b"" => Some(0),
        text if text.len() == 3 => u16::try_from(number(text)?).ok().filter(|status| *status >= 100),
        // nginx writes 000 and 009 for connections that ended before there was one.
        _ => None,
    }
    .or((text == b"000" || text == b"009").then_some(0))
}

/// A dash is nothing.
#[inline]
pub(super) fn or_dash(text: &[u8]) -> &[u8] {
    if text == b"-" { b"" } else { text }
}

/// `METHOD target PROTOCOL`: the method and the target, which may hold blanks. Nothing for what is no request.
#[inline]
pub(super) fn request(line: &[u8]) -> (&[u8], Option<&[u8]>) {
    let (method, rest) = match line.strip_prefix(b"GET ") {
        Some(rest) => (&line[..3], rest),
        None => {
            let end = memchr(b' ', line).unwrap_or(0);
            (&line[..end], line.get(end + 1..).unwrap_or_default())
        }
    };
    let is_method = |byte: &u8| byte.is_ascii_uppercase() || *byte == b'_';
    if method.is_empty() || method != b"GET" && !method.iter().all(is_method) || rest.is_empty() || rest[0] == b'-' {
        return (b"", None);
    }
    // `HTTP/1.1`, mostly.
    if let Some((target, b" HTTP/")) = rest.len().checked_sub(9).map(|at| (&rest[..at], &rest[at..at + 6])) {
        return (method, Some(target));
    }
    // The protocol is short; HTTP/0.9 has none.
    let cut = rest.len().saturating_sub(10);
    let target = memmem_rfind(&rest[cut..], b" HTTP/").map_or(rest, |at| &rest[..cut + at]);
    (method, Some(target))
}

fn memmem_rfind(text: &[u8], what: &[u8]) -> Option<usize> {
    (0..=text.len().checked_sub(what.len())?).rev().find(|at| text[*at..].starts_with(what))
}

/// A target without the scheme and the host that requests to proxies and balancers have.
#[inline]
pub(super) fn path(target: &[u8]) -> &[u8] {
    if target.first() == Some(&b'/') {
        return target;
    }
    let Some(scheme) = memmem::find(target, b"://").filter(|at| *at <= 5) else { return target };
    let host = scheme + 3;
    memchr(b'/', &target[host..]).map_or(b"/", |at| &target[host + at..])
}

/// `bytes 0-499/1234` or `bytes 0-499/*` (RFC 9110, 14.4): first, last, and the whole size.
pub(super) fn content_range(text: &[u8]) -> Option<(u64, u64, Option<u64>)> {
    let rest = text.strip_prefix(b"bytes ")?;
    let (dash, slash) = (memchr(b'-', rest)?, memchr(b'/', rest)?);
    let (first, last) = (number(rest.get(..dash)?)?, number(rest.get(dash + 1..slash)?)?);
    (first <= last).then(|| (first, last, number(&rest[slash + 1..])))
}

/// `bytes=0-499` or `bytes=500-` (RFC 9110, 14.2). Several ranges at once, and the last so many bytes, say nothing.
pub(super) fn range(text: &[u8]) -> Option<(u64, u64)> {
    let rest = text.strip_prefix(b"bytes=")?;
    let dash = memchr(b'-', rest)?;
    let first = number(&rest[..dash])?;
    match &rest[dash + 1..] {
        b"" => Some((first, u64::MAX)),
        last => number(last).filter(|last| first <= *last).map(|last| (first, last)),
    }
}

/// A text with its percent signs resolved so many times; `room` holds it if it has any.
pub(super) fn resolved<'a>(text: &'a [u8], times: usize, room: &'a mut Vec<u8>) -> &'a [u8] {
    if memchr(b'%', text).is_none() {
        return text;
    }
    room.clear();
    room.extend_from_slice(text);
    (0..times).for_each(|_| resolve(room));
    room
}

fn resolve(text: &mut Vec<u8>) {
    let (mut from, mut to) = (0, 0);
    while from < text.len() {
        let pair = text.get(from + 1..from + 3).filter(|_| text[from] == b'%').and_then(byte);
        (text[to], from) = pair.map_or((text[from], from + 1), |byte| (byte, from + 3));
        to += 1;
    }
    text.truncate(to);
}

fn byte(pair: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(pair[at]).to_digit(16);
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_within_does_not_end_what_is_quoted() {
        let digit = |rest: &[u8]| rest.get(1).is_some_and(u8::is_ascii_digit);
        let mut line = Scan(br#""GET /a"b\" HTTP/1.1" 200 5"#);
        assert_eq!(line.quoted(digit), Some(&br#"GET /a"b\" HTTP/1.1"#[..]));
        assert_eq!((line.word(), line.word(), line.word()), (Some(&b"200"[..]), Some(&b"5"[..]), None));
        assert_eq!(Scan(b"\"never closed").quoted(blank_or_end), None);
        assert_eq!(Scan(b"\"a\\\\\" b").quoted(blank_or_end), Some(&b"a\\\\"[..]), "the backslash is escaped");
        assert_eq!(Scan(b"- x").maybe_quoted(blank_or_end), Some(&b"-"[..]));
    }

    #[test]
    fn a_request_may_hold_blanks_or_be_none() {
        assert_eq!(request(b"GET /a b HTTP/1.1"), (&b"GET"[..], Some(&b"/a b"[..])));
        assert_eq!(request(b"GET /old"), (&b"GET"[..], Some(&b"/old"[..])));
        for none in [&b"HELP"[..], b"", b"-", b"- - ", b"\\x16\\x03 \\x01", b" / HTTP/1.1", b"GET "] {
            assert_eq!(request(none), (&b""[..], None));
        }
        assert_eq!(path(b"http://www.example.com:80/a?b"), b"/a?b");
        assert_eq!((path(b"https://www.example.com"), path(b"*")), (&b"/"[..], &b"*"[..]));
    }

    #[test]
    fn ranges_are_read_or_say_nothing() {
        assert_eq!(content_range(b"bytes 0-499/1234"), Some((0, 499, Some(1234))));
        assert_eq!(content_range(b"bytes 5-9/*"), Some((5, 9, None)));
        assert_eq!(range(b"bytes=500-"), Some((500, u64::MAX)));
        assert_eq!(range(b"bytes=0-4"), Some((0, 4)));
        for none in [&b"bytes=-500"[..], b"bytes=0-1,4-5", b"bytes=9-1", b"items=0-1", b"bytes=a-b", b"-", b"bytes"] {
            assert_eq!(range(none), None);
        }
        assert_eq!((content_range(b"bytes */99"), content_range(b"bytes 4/5-6")), (None, None));
        assert_eq!(
            (status(b"200"), status(b"-"), status(b"000"), status(b"20"), status(b"2x0")),
            (Some(200), Some(0), Some(0), None, None)
        );
    }

    #[test]
    fn the_first_blank_is_found_wherever_it_is_near() {
        for fill in [b'a', 0xa0, 0x21, 0x1f, 0x00, 0xff] {
            for at in 0..64usize {
                let mut text = vec![fill; 64];
                text[at] = b' ';
                assert_eq!(near_blank(&text), (at < 48).then_some(at), "{fill} {at}");
                text[at..].fill(b' ');
                assert_eq!(near_blank(&text), (at < 48).then_some(at), "{fill} {at}");
            }
            assert_eq!(near_blank(&[fill; 64]), None);
        }
        assert_eq!(near_blank(b"short text"), None, "no whole piece of it");
    }
}
