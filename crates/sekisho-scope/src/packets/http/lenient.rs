//! Heads that RFC 9112 doesn't allow, as servers take them all the same: attacks are written by hand, with blanks in their
//! targets and control characters in their fields.

use std::ops::Range;

use super::head::{Begins, Head, LONGEST, Side};

/// No method is longer; IANA's longest has 17 letters.
const METHOD: usize = 32;

/// Reads the head that begins with `bytes` by its first line, and of its fields what has a name.
pub(super) fn read(side: Side, bytes: &[u8]) -> Begins {
    let bytes = &bytes[..bytes.len().min(LONGEST)];
    let Some(range) = line(bytes, 0) else { return Begins::Else };
    let mut head = match first(side, &bytes[range.clone()]) {
        Some(head) => head,
        None => return Begins::Else,
    };
    let mut at = next(bytes, &range);
    while let Some(range) = line(bytes, at) {
        at = next(bytes, &range);
        match &bytes[range] {
            [] => return Begins::Head(Box::new(head), at),
            text => field(text, &mut head.fields),
        }
    }
    if bytes.len() < LONGEST { Begins::Cut } else { Begins::Else }
}

/// The line at a place, without its end; `None` if that isn't here.
fn line(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let end = at + memchr::memchr(b'\n', &bytes[at..])?;
    Some(at..if bytes[at..end].ends_with(b"\r") { end - 1 } else { end })
}

/// Where the line behind this one begins.
fn next(bytes: &[u8], line: &Range<usize>) -> usize {
    line.end + if bytes[line.end] == b'\r' { 2 } else { 1 }
}

fn first(side: Side, line: &[u8]) -> Option<Head> {
    match side {
        Side::Requests => request(line),
        Side::Responses => response(line),
    }
}

/// A method, a target in which there may be anything, and the version.
fn request(line: &[u8]) -> Option<Head> {
    let line = line.trim_ascii_end();
    let method = &line[..memchr::memchr(b' ', line).filter(|length| (1..=METHOD).contains(length))?];
    let is_method = method.iter().all(|byte| byte.is_ascii_uppercase() || matches!(byte, b'-' | b'_'));
    let target = line[method.len()..].strip_suffix(b"0").or(line[method.len()..].strip_suffix(b"1"))?;
    let target = target.strip_suffix(b" HTTP/1.")?.trim_ascii();
    (is_method && !target.is_empty()).then(|| Head {
        method: String::from_utf8_lossy(method).into_owned(),
        target: target.to_vec(),
        ..Head::default()
    })
}

fn response(line: &[u8]) -> Option<Head> {
    let [b'0' | b'1', b' ', rest @ ..] = line.strip_prefix(b"HTTP/1.")? else { return None };
    let (status, rest) = rest.trim_ascii_start().split_first_chunk::<3>()?;
    let is_alone = rest.first().is_none_or(|byte| !byte.is_ascii_digit());
    let status = std::str::from_utf8(status).ok()?.parse().ok().filter(|status| *status >= 100)?;
    is_alone.then(|| Head { status, ..Head::default() })
}

/// A field; a line that begins with a blank goes on with the one before (RFC 9112, 5.2).
fn field(line: &[u8], fields: &mut Vec<(String, Vec<u8>)>) {
    let more = line.trim_ascii();
    match (line[0], fields.last_mut()) {
        (b' ' | b'\t', Some((_, value))) => value.extend([b" ", more].concat()),
        _ => {
            let Some(end) = memchr::memchr(b':', line) else { return };
            let name = String::from_utf8_lossy(line[..end].trim_ascii()).to_ascii_lowercase();
            fields.push((name, line[end + 1..].trim_ascii().to_vec()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(side: Side, text: &str) -> String {
        match read(side, text.as_bytes()) {
            Begins::Head(head, length) => {
                let fields: Vec<_> = head
                    .fields
                    .iter()
                    .map(|(name, value)| format!("{name}={}", String::from_utf8_lossy(value)))
                    .collect();
                let target = String::from_utf8_lossy(&head.target).into_owned();
                format!("{}{} [{target}] {} {length}", head.method, head.status, fields.join(","))
            }
            Begins::Cut => "cut".into(),
            Begins::Else => "else".into(),
        }
    }

    #[test]
    fn targets_with_blanks_and_fields_with_anything_are_read() {
        let text = "GET /up.php?cmd=cat /etc/passwd HTTP/1.1\r\nHost: x\u{0}y\r\n more\r\nnothing\r\n\r\nrest";
        assert_eq!(said(Side::Requests, text), "GET0 [/up.php?cmd=cat /etc/passwd] host=x\u{0}y more 71");
        let text = "HTTP/1.1 200OK\nContent-Length: 5\nX\u{0}: 1\n\nhello";
        assert_eq!(said(Side::Responses, text), "200 [] content-length=5,x\u{0}=1 40");
    }

    #[test]
    fn what_has_no_first_line_of_http_is_none_and_what_breaks_off_is_cut() {
        for text in ["GET / HTTP/1.2\r\n\r\n", "get / HTTP/1.1\r\n\r\n", "GET  HTTP/1.1\r\n\r\n", " / HTTP/1.1\r\n\r\n"]
        {
            assert_eq!(said(Side::Requests, text), "else", "{text}");
        }
        for text in
            ["HTTP/1.1 20\r\n\r\n", "HTTP/1.1 2000\r\n\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.1 099 x\r\n\r\n", "", "\n"]
        {
            assert_eq!(said(Side::Responses, text), "else", "{text}");
        }
        assert_eq!(said(Side::Requests, "GET /a b HTTP/1.1\r\nHost: x\r\n"), "cut");
        let long = format!("GET /a b HTTP/1.1\r\nX: {}", "x".repeat(LONGEST));
        assert_eq!(said(Side::Requests, &long), "else");
    }
}
