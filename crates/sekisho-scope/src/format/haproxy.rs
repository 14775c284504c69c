//! HAProxy's log of HTTP requests (`option httplog`, `option httpslog`; its manual, 8.2.3): when a request came and how
//! long it took, so that it is known when it ended. The time has no zone, which is Japan's then.

use super::{
    Fault, Scratch,
    scan::{Scan, number, path, request, status},
};
use crate::entry::{Entry, Sent};

/// Reads a line.
pub(super) fn read(line: &[u8], scratch: &mut Scratch, see: &mut impl FnMut(&Entry<'_>)) -> Result<(), Fault> {
    let mut scan = Scan(line);
    let (client, came) = (scan.word().ok_or(Fault::Fields)?, scan.word().ok_or(Fault::Fields)?);
    let came = inner(came, b'[', b']').ok_or(Fault::Fields)?;
    let client = memchr::memrchr(b':', client).map(|at| &client[..at]).ok_or(Fault::Fields)?;
    let (_front, _back) = (scan.word(), scan.word());
    let timers = scan.word().filter(|word| word.iter().filter(|byte| **byte == b'/').count() == 4);
    let took = last_timer(timers.ok_or(Fault::Fields)?);
    let status = scan.word().and_then(code).ok_or(Fault::Status)?;
    let sent = scan.word().and_then(bytes).ok_or(Fault::Size)?;
    let (_asked, _answered) = (scan.word(), scan.word());
    let ended = scan.word().filter(|word| word.len() == 4).ok_or(Fault::Fields)?;
    let (method, target) = request(last_quoted(scan.0).ok_or(Fault::Request)?);
    let at = Some(scratch.latest.local(came, took).ok_or(Fault::Time)?);
    // Neither end stopped it, or it was answered here.
    let broken = !matches!(ended[0], b'-' | b'L');
    let object = target.map(path);
    see(&Entry { at, client: Some(client), method, status, sent, object, broken, ..Entry::default() });
    Ok(())
}

fn inner(text: &[u8], open: u8, close: u8) -> Option<&[u8]> {
    text.strip_prefix(&[open])?.strip_suffix(&[close])
}

/// Milliseconds in all; none where it was told before the end, or there was none.
fn last_timer(timers: &[u8]) -> u64 {
    timers.rsplit(|byte| *byte == b'/').next().and_then(number).unwrap_or(0)
}

/// A status, or -1 for none.
fn code(text: &[u8]) -> Option<u16> {
    if text == b"-1" { Some(0) } else { status(text) }
}

/// With the header. Behind a plus there is what was sent when the line was written, before the end.
fn bytes(text: &[u8]) -> Option<Sent> {
    match text.strip_prefix(b"+") {
        Some(so_far) => number(so_far).map(|_| Sent::Unknown),
        None => number(text).map(Sent::Whole),
    }
}

/// What stands in the last quotes. Headers that were captured stand before it; quotes within are written otherwise.
fn last_quoted(text: &[u8]) -> Option<&[u8]> {
    let before = &text[..memchr::memrchr(b'"', text)?];
    memchr::memrchr(b'"', before).map(|open| &before[open + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "192.0.2.7:33317 [20/Apr/2021:00:00:00.655] http-in~ static/srv1 10/0/30/69/1509 200 2750 - - ---- \
                        1/1/1/1/0 0/0 {www.example.com|a \"b} {} \"GET /photo/1?w=2 HTTP/1.1\"";

    fn with<T>(line: &str, look: impl Fn(&Entry<'_>) -> T) -> Result<T, Fault> {
        let mut seen = None;
        read(line.as_bytes(), &mut Scratch::default(), &mut |entry| seen = Some(look(entry))).map(|()| seen.unwrap())
    }

    #[test]
    fn a_line_is_read_and_its_time_is_when_it_ended() {
        for tail in ["", " 0/0000000000000000/0/0/0 www.example.com/TLSv1.3/TLS_AES_256_GCM_SHA384"] {
            with(&format!("{LINE}{tail}"), |entry| {
                assert_eq!((entry.at, entry.client), (Some(1_618_844_402), Some(&b"192.0.2.7"[..])));
                assert_eq!((entry.method, entry.object), (&b"GET"[..], Some(&b"/photo/1?w=2"[..])));
                assert_eq!((entry.status, entry.sent, entry.broken), (200, Sent::Whole(2750), false));
            })
            .unwrap();
        }
    }

    #[test]
    fn what_broke_off_and_what_was_told_before_its_end_is_known() {
        let seen = |line: &str| with(line, |entry| (entry.status, entry.sent, entry.broken));
        assert_eq!(seen(&LINE.replace(" ---- ", " CD-- ")), Ok((200, Sent::Whole(2750), true)));
        assert_eq!(seen(&LINE.replace(" ---- ", " LR-- ")), Ok((200, Sent::Whole(2750), false)));
        assert_eq!(seen(&LINE.replace("69/1509 200 2750", "69/+120 200 +250")), Ok((200, Sent::Unknown, false)));
        let none = LINE
            .replace("10/0/30/69/1509 200 2750", "-1/-1/-1/-1/5 -1 0")
            .replace("GET /photo/1?w=2 HTTP/1.1", "<BADREQ>");
        assert_eq!(with(&none, |entry| (entry.status, entry.object.is_none())), Ok((0, true)));
        let six = LINE.replace("192.0.2.7:", "2001:db8::7:");
        assert_eq!(with(&six, |entry| entry.client.map(<[u8]>::to_vec)), Ok(Some(b"2001:db8::7".to_vec())));
    }

    #[test]
    fn what_is_no_line_says_what_it_lacks() {
        let fault = |line: &str| with(line, |_| ()).unwrap_err();
        assert_eq!(
            fault("192.0.2.7:5 [20/Apr/2021:00:00:00.655] tcp-in back/srv1 0/0/5007 212 -- 0/0/0/0/3 0/0"),
            Fault::Fields
        );
        assert_eq!(fault(&LINE.replace("20/Apr", "31/Apr")), Fault::Time);
        assert_eq!(fault(&LINE.replace(" 200 ", " OK ")), Fault::Status);
        assert_eq!(fault(&LINE.replace(" 2750 ", " - ")), Fault::Size);
        assert_eq!(fault(LINE.split(" {").next().unwrap()), Fault::Request);
        assert_eq!(fault("what is this"), Fault::Fields);
    }
}
