//! Requests and responses, one after the other, of one direction of a connection.

use std::ops::Range;

use super::{
    cursor::{Body, Cursor},
    head::{self, Begins, Head, Side},
    proxy,
};
use crate::packets::stream::Stream;

/// One request or response.
#[derive(Debug)]
pub(in crate::packets) struct Message {
    pub(in crate::packets) head: Head,
    pub(in crate::packets) body: Body,
    /// Its captured bytes in the stream.
    pub(in crate::packets) range: Range<usize>,
    /// Whether something may have been lost between it and the one before.
    pub(in crate::packets) after_loss: bool,
}

/// What a direction holds.
#[derive(Debug, Default)]
pub(in crate::packets) struct Messages {
    pub(in crate::packets) all: Vec<Message>,
    /// What belongs to no message that we could read, and why.
    pub(in crate::packets) lost: Vec<(Range<usize>, &'static str)>,
    /// Before which bytes something is missing that may have been whole messages, and whether that is the beginning.
    pub(in crate::packets) missing: Vec<(usize, bool)>,
}

/// How long a body is (RFC 9112, 6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    None,
    Length(u64),
    Chunked,
    UntilClose,
    /// What follows is another protocol.
    Tunnel,
    /// It says two lengths.
    Unclear,
}

/// Reads all messages. `asked` gives the method of the request that the response answers which begins at a place.
pub(in crate::packets) fn read(
    side: Side,
    stream: &Stream,
    asked: impl FnMut(&Head, usize, bool) -> Option<String>,
) -> Messages {
    let (cursor, found) = (Cursor::new(stream), Messages::default());
    let mut reading = Reading { side, asked, cursor, found, after_loss: false };
    while reading.step() {}
    reading.found
}

struct Reading<'s, A> {
    side: Side,
    asked: A,
    cursor: Cursor<'s>,
    found: Messages,
    /// Whether something may have been lost since the last message.
    after_loss: bool,
}

impl<A: FnMut(&Head, usize, bool) -> Option<String>> Reading<'_, A> {
    /// Reads what comes next, and says whether anything did.
    fn step(&mut self) -> bool {
        if self.side == Side::Requests && self.cursor.at == 0 {
            self.cursor.skip(proxy::length(self.cursor.run()));
        }
        let blank = self.cursor.run().iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        self.cursor.skip(blank);
        let run = self.cursor.run();
        if run.is_empty() {
            return self.gap();
        }
        let next = |from: usize| head::find(self.side, run, from).unwrap_or(run.len());
        if self.after_loss
            && let lost @ 1.. = next(0)
        {
            self.lose(lost, "thread_lost");
            return true;
        }
        match head::read(self.side, run) {
            Begins::Head(head, length) => self.message(*head, length),
            Begins::Cut => self.lose(run.len(), "head_cut_off"),
            Begins::Else => self.lose(next(1), "not_http"),
        }
        true
    }

    /// Steps over what is missing here, if anything is: whole messages may have been in it.
    fn gap(&mut self) -> bool {
        let start = self.cursor.at;
        let Some(length) = self.cursor.step() else { return false };
        self.found.missing.push((start, length.is_none()));
        self.after_loss = true;
        true
    }

    fn lose(&mut self, count: usize, why: &'static str) {
        let start = self.cursor.at;
        self.cursor.skip(count);
        self.found.lost.push((start..self.cursor.at, why));
        self.after_loss = true;
    }

    /// Reads a message, of whose head the length is known.
    fn message(&mut self, head: Head, length: usize) {
        let start = self.cursor.at;
        self.cursor.skip(length);
        let method = if self.side == Side::Responses { (self.asked)(&head, start, self.after_loss) } else { None };
        let framing = match framing(self.side, &head, method.as_deref()) {
            framing if self.is_head_of_next(framing, method.is_some()) => Framing::None,
            framing => framing,
        };
        let (body, is_clear) = body(&mut self.cursor, framing);
        self.found.lost.extend(tunnel(&mut self.cursor, framing));
        let range = start..self.cursor.at;
        self.found.all.push(Message { head, body, range, after_loss: self.after_loss });
        self.after_loss = !is_clear;
    }

    /// Whether another response follows at once. What a CONNECT leads to is mostly another protocol, but may be HTTP again;
    /// and where nobody knows what was asked, it was HEAD if a head follows instead of a body.
    fn is_head_of_next(&self, framing: Framing, is_known: bool) -> bool {
        let may_be = match framing {
            Framing::Tunnel => is_known,
            Framing::Length(1..) | Framing::Chunked => !is_known,
            _ => false,
        };
        let is_response = self.side == Side::Responses;
        is_response && may_be && matches!(head::read(self.side, self.cursor.run()), Begins::Head(..))
    }
}

/// What follows is another protocol: none of it is read.
fn tunnel(cursor: &mut Cursor<'_>, framing: Framing) -> Option<(Range<usize>, &'static str)> {
    let start = cursor.at;
    if framing != Framing::Tunnel {
        return None;
    }
    cursor.rest(&mut Body::default());
    (cursor.at > start).then_some((start..cursor.at, "other_protocol"))
}

fn body(cursor: &mut Cursor<'_>, framing: Framing) -> (Body, bool) {
    let mut body = Body::default();
    let is_clear = match framing {
        Framing::None | Framing::Tunnel => true,
        Framing::Length(length) => cursor.take(length, &mut body),
        Framing::Chunked => cursor.chunks(&mut body),
        Framing::UntilClose => {
            cursor.rest(&mut body);
            true
        }
        Framing::Unclear => {
            body.fail("length_unclear");
            false
        }
    };
    let range = body.parts.first().map_or(0, |part| part.start)..body.parts.last().map_or(0, |part| part.end);
    if cursor.stream.contradicted.iter().any(|known| known.start < range.end && range.start < known.end) {
        body.fail("contradictory_packets");
    }
    (body, is_clear)
}

fn framing(side: Side, head: &Head, asked: Option<&str>) -> Framing {
    let is_response = side == Side::Responses;
    match (head.status, asked) {
        (101, _) => return Framing::Tunnel,
        (200..=299, Some("CONNECT")) => return Framing::Tunnel,
        (100..=199 | 204 | 304, _) | (_, Some("HEAD")) if is_response => return Framing::None,
        _ => {}
    }
    // What once meant that there is no coding (RFC 2616, 3.6) is none.
    if let Some(last) = head.list("transfer-encoding").iter().rfind(|coding| *coding != "identity") {
        return match (last.as_str(), is_response) {
            ("chunked", _) => Framing::Chunked,
            (_, true) => Framing::UntilClose,
            (_, false) => Framing::Unclear,
        };
    }
    let mut lengths = head.list("content-length");
    lengths.dedup();
    match (lengths.as_slice(), is_response) {
        ([], true) => Framing::UntilClose,
        ([], false) => Framing::None,
        ([length], _) => length.parse().map_or(Framing::Unclear, Framing::Length),
        _ => Framing::Unclear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packets::stream::Gap;

    fn messages(side: Side, text: &str, gaps: &[(usize, u64)], asked: &[&str]) -> Vec<String> {
        let gaps = gaps.iter().map(|(at, length)| Gap { at: *at, length: Some(*length) }).collect();
        let stream = Stream { bytes: text.as_bytes().to_vec(), gaps, is_closed: true, ..Stream::default() };
        let mut asked = asked.iter();
        let found = read(side, &stream, |head, _, _| (head.status >= 200).then(|| asked.next().unwrap().to_string()));
        let said = |message: &Message| {
            let body: String =
                message.body.parts.iter().map(|part| String::from_utf8_lossy(&stream.bytes[part.clone()])).collect();
            format!("{}{} {body} {:?}", message.head.method, message.head.status, message.body.why)
        };
        let lost = found.lost.iter().map(|(range, why)| format!("{why} {}", range.len()));
        let missing = found.missing.iter().map(|(at, _)| format!("missing {at}"));
        found.all.iter().map(said).chain(lost).chain(missing).collect()
    }

    #[test]
    fn what_a_load_balancer_says_first_is_no_request_and_nothing_lost() {
        let text = "PROXY TCP4 203.0.113.9 192.0.2.1 40000 80\r\nGET /a HTTP/1.1\r\n\r\n";
        assert_eq!(messages(Side::Requests, text, &[], &[]), ["GET0  None"]);
    }

    #[test]
    fn pipelined_requests_are_told_apart() {
        let text = "GET /a HTTP/1.1\r\n\r\n\r\nPOST /b HTTP/1.1\r\nContent-Length: 3\r\n\r\nxyzGET /c HTTP/1.0\r\n\r\n";
        assert_eq!(messages(Side::Requests, text, &[], &[]), ["GET0  None", "POST0 xyz None", "GET0  None"]);
    }

    #[test]
    fn what_was_asked_says_whether_there_is_a_body() {
        let text = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHTTP/1.1 304 Not\r\nContent-Length: 5\r\n\r\nHTTP/1.1 200 OK\r\n\r\nhello";
        let said = messages(Side::Responses, text, &[], &["HEAD", "GET", "GET"]);
        assert_eq!(said, ["100  None", "200  None", "304  None", "200 hello None"]);
    }

    #[test]
    fn a_connect_may_lead_to_http_and_a_head_where_a_body_should_be_answers_head() {
        let text = "HTTP/1.1 200 Connected\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        assert_eq!(messages(Side::Responses, text, &[], &["CONNECT", "GET"]), ["200  None", "200 ok None"]);
        let text = "HTTP/1.1 200 Connected\r\n\r\n\u{16}\u{3}\u{1}";
        assert_eq!(messages(Side::Responses, text, &[], &["CONNECT"]), ["200  None", "other_protocol 3"]);
        let two = "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nHTTP/1.1 204 No Content\r\nX: y\r\n\r\n";
        assert_eq!(unasked(two), ["200 0", "204 0"]);
        assert_eq!(unasked("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"), ["200 5"]);
    }

    /// Responses of which nobody knows what was asked: their statuses, and how long their bodies are.
    fn unasked(text: &str) -> Vec<String> {
        let stream = Stream { bytes: text.as_bytes().to_vec(), is_closed: true, ..Stream::default() };
        let found = read(Side::Responses, &stream, |_, _, _| None);
        let length = |message: &Message| message.body.parts.iter().map(Range::len).sum::<usize>();
        found.all.iter().map(|message| format!("{} {}", message.head.status, length(message))).collect()
    }

    #[test]
    fn behind_a_gap_the_next_message_is_found_again() {
        let text = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabchiHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        let said = messages(Side::Responses, text, &[(41, 4)], &["GET", "GET"]);
        assert_eq!(said, ["200 abchi Some(\"packets_lost\")", "200 ok None"]);
        let text = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc??HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        let said = messages(Side::Responses, text, &[(41, 400)], &["GET", "GET"]);
        assert_eq!(said, ["200 abc Some(\"packets_lost\")", "200 ok None", "thread_lost 2"]);
        let said = messages(Side::Responses, "HTTP/1.1 200 OK\r\nCont", &[], &[]);
        assert_eq!(said, ["head_cut_off 21"]);
    }

    #[test]
    fn what_is_missing_between_messages_or_behind_them_is_told() {
        let text = "GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n";
        let said = messages(Side::Requests, text, &[(19, 80), (38, 9)], &[]);
        assert_eq!(said, ["GET0  None", "GET0  None", "missing 19", "missing 38"]);
    }

    #[test]
    fn another_protocol_and_two_lengths_are_told() {
        let text = "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n\u{1}\u{2}";
        assert_eq!(messages(Side::Responses, text, &[], &[]), ["101  None", "other_protocol 2"]);
        let text = "POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd";
        assert_eq!(messages(Side::Requests, text, &[], &[]), ["POST0  Some(\"length_unclear\")", "thread_lost 4"]);
    }
}
