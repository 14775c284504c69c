//! The heads of requests and responses (RFC 9112), as leniently as browsers and servers take them.

use std::ops::Range;

use httparse::{EMPTY_HEADER, ParserConfig, Request, Response, Status};
use memchr::memmem;

use super::lenient;

/// No head is longer.
pub(super) const LONGEST: usize = 256 * 1024;

/// No head has more fields.
const FIELDS: usize = 1024;

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::packets) enum Side {
    Requests,
    Responses,
}

/// The head of a request or a response. What the other has is empty, or 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::packets) struct Head {
    pub(in crate::packets) method: String,
    pub(in crate::packets) target: Vec<u8>,
    pub(in crate::packets) status: u16,
    pub(in crate::packets) fields: Vec<(String, Vec<u8>)>,
}

impl Head {
    /// All values of a field, by its name in small letters.
    pub(in crate::packets) fn all<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'h [u8]> {
        self.fields.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_slice())
    }

    /// A field's first value as text.
    pub(in crate::packets) fn text(&self, name: &str) -> Option<&str> {
        let (_, value) = self.fields.iter().find(|(known, _)| known == name)?;
        std::str::from_utf8(value).ok()
    }

    /// The parts of a list, in small letters.
    pub(in crate::packets) fn list(&self, name: &str) -> Vec<String> {
        let values = self.all(name).flat_map(|value| value.split(|byte| *byte == b','));
        let parts = values.map(|part| String::from_utf8_lossy(part.trim_ascii()).to_ascii_lowercase());
        parts.filter(|part| !part.is_empty()).collect()
    }
}

/// What begins here.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Begins {
    /// A head of so many bytes.
    Head(Box<Head>, usize),
    /// A head whose end isn't here.
    Cut,
    /// No head.
    Else,
}

/// Reads the head that begins with `bytes`.
pub(super) fn read(side: Side, bytes: &[u8]) -> Begins {
    let mut fields = vec![EMPTY_HEADER; FIELDS];
    let mut config = ParserConfig::default();
    config.allow_spaces_after_header_name_in_responses(true);
    config.allow_obsolete_multiline_headers_in_responses(true);
    config.allow_multiple_spaces_in_request_line_delimiters(true);
    config.allow_multiple_spaces_in_response_status_delimiters(true);
    config.ignore_invalid_headers_in_responses(true);
    config.ignore_invalid_headers_in_requests(true);
    let bytes = &bytes[..bytes.len().min(LONGEST)];
    let (read, head) = match side {
        Side::Requests => {
            let mut request = Request::new(&mut fields);
            let read = config.parse_request(&mut request, bytes);
            let (method, target) = (request.method.unwrap_or(""), request.path.unwrap_or(""));
            (read, Head { method: method.into(), target: target.into(), ..of(request.headers) })
        }
        Side::Responses => {
            let mut response = Response::new(&mut fields);
            let read = config.parse_response(&mut response, bytes);
            (read, Head { status: response.code.unwrap_or(0), ..of(response.headers) })
        }
    };
    match read {
        Ok(Status::Complete(length)) => Begins::Head(Box::new(head), length),
        Ok(Status::Partial) if bytes.len() < LONGEST => Begins::Cut,
        _ => lenient::read(side, bytes),
    }
}

fn of(fields: &[httparse::Header<'_>]) -> Head {
    let known = fields.iter().filter(|field| !field.name.is_empty());
    let fields = known.map(|field| (field.name.to_ascii_lowercase(), field.value.to_vec())).collect();
    Head { fields, ..Head::default() }
}

/// Methods by which a request's beginning is found again.
const METHODS: [&[u8]; 12] = [
    b"GET ",
    b"POST ",
    b"HEAD ",
    b"PUT ",
    b"DELETE ",
    b"OPTIONS ",
    b"PATCH ",
    b"CONNECT ",
    b"TRACE ",
    b"PROPFIND ",
    b"SEARCH ",
    b"REPORT ",
];

/// Where the next head may begin, at `from` or behind.
pub(super) fn find(side: Side, bytes: &[u8], from: usize) -> Option<usize> {
    match side {
        Side::Responses => memmem::find_iter(&bytes[from..], b"HTTP/1.")
            .map(|at| from + at)
            .find(|at| matches!(bytes[at + 7..], [b'0' | b'1', b' ', b'1'..=b'9', b'0'..=b'9', b'0'..=b'9', ..])),
        Side::Requests => memmem::find_iter(&bytes[from..], b" HTTP/1.").find_map(|at| line(bytes, from..from + at)),
    }
}

/// Where in the line that ends a range a request begins: at its last method.
fn line(bytes: &[u8], range: Range<usize>) -> Option<usize> {
    let earliest = range.end.saturating_sub(16 * 1024).max(range.start);
    let start = memchr::memrchr(b'\n', &bytes[earliest..range.end]).map_or(earliest, |at| earliest + at + 1);
    let text = &bytes[start..range.end];
    METHODS.iter().filter_map(|method| memmem::rfind(text, method)).max().map(|at| start + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(side: Side, text: &str) -> Head {
        match read(side, text.as_bytes()) {
            Begins::Head(head, length) => {
                assert_eq!(length, text.len());
                *head
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn heads_are_read_as_servers_and_browsers_take_them() {
        let request = head(Side::Requests, "POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n");
        assert_eq!((request.method.as_str(), request.target.as_slice()), ("POST", &b"/a?b=c"[..]));
        let response = head(Side::Responses, "HTTP/1.0 200\nTransfer-Encoding: GZIP , chunked\nX-A : 1\n\n");
        assert_eq!((response.status, response.list("transfer-encoding")), (200, vec!["gzip".into(), "chunked".into()]));
    }

    #[test]
    fn a_head_that_breaks_off_is_not_one_that_is_wrong() {
        assert_eq!(read(Side::Requests, b"GET / HTTP/1.1\r\nHost:"), Begins::Cut);
        assert_eq!(read(Side::Requests, b"\x16\x03\x01\x02\x00"), Begins::Else);
        assert_eq!(read(Side::Responses, b"<html>"), Begins::Else);
        let long = format!("GET / HTTP/1.1\r\nX: {}", "x".repeat(LONGEST));
        assert_eq!(read(Side::Requests, long.as_bytes()), Begins::Else);
    }

    #[test]
    fn the_next_head_is_found_behind_what_was_lost() {
        let text = b"rest of HTTP/1.x and HTTP/1.1 200 OK\r\n";
        assert_eq!(find(Side::Responses, text, 0), Some(21));
        let text = b"GET me a body that ends here\nmorePOST /a HTTP/1.1\r\nGET /b HTTP/1.0\r\n";
        assert_eq!((find(Side::Requests, text, 0), find(Side::Requests, text, 34)), (Some(33), Some(51)));
        assert_eq!(find(Side::Requests, b"nothing HTTP/1.1", 0), None);
    }
}
