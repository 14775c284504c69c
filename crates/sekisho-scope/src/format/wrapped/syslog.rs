//! Syslog, as a file keeps it or as it was received (RFC 3164, RFC 5424; frames of RFC 6587), and as journalctl prints it.

use super::super::scan::{Scan, number};
use crate::when;

/// What a message says, behind everything that says whose it is. Nothing if it is no such message.
pub(super) fn within(line: &[u8]) -> Option<&[u8]> {
    let line = unframed(line);
    let (has_priority, rest) = behind_priority(line).map_or((false, line), |rest| (true, rest));
    let newer = rest.strip_prefix(b"1 ").filter(|_| has_priority).and_then(newer);
    newer.or_else(|| behind_time(rest).and_then(behind_tag))
}

/// A message without the count of its bytes, which stands before it where several came over one connection.
fn unframed(line: &[u8]) -> &[u8] {
    let mut scan = Scan(line);
    let count = scan.word().and_then(number);
    if count.is_some() && scan.0.starts_with(b"<") { scan.0 } else { line }
}

/// `<190>`: facility and severity, up to 191.
fn behind_priority(line: &[u8]) -> Option<&[u8]> {
    let inner = line.strip_prefix(b"<")?;
    let end = inner.iter().take(4).position(|byte| *byte == b'>')?;
    number(&inner[..end]).filter(|priority| *priority <= 191).map(|_| &inner[end + 1..])
}

/// RFC 5424 behind the version: time, host, name, process, kind of message, structured data, message.
fn newer(text: &[u8]) -> Option<&[u8]> {
    let mut scan = Scan(text);
    let time = scan.word()?;
    if time != b"-" {
        when::rfc3339(time)?;
    }
    (0..4).try_for_each(|_| scan.word().map(|_| ()))?;
    let message = behind_data(scan.0)?;
    let message = message.strip_prefix(b" ").or_else(|| message.is_empty().then_some(message))?;
    Some(message.strip_prefix(b"\xef\xbb\xbf").unwrap_or(message))
}

/// `-`, or `[id name="value" …]` one after the other; in values quotes, backslashes and brackets are escaped.
fn behind_data(text: &[u8]) -> Option<&[u8]> {
    if let Some(rest) = text.strip_prefix(b"-") {
        return Some(rest);
    }
    let mut rest = text.strip_prefix(b"[")?;
    loop {
        let (mut is_quoted, mut at) = (false, 0);
        while is_quoted || *rest.get(at)? != b']' {
            match rest.get(at)? {
                b'\\' if is_quoted => at += 1,
                b'"' => is_quoted = !is_quoted,
                _ => {}
            }
            at += 1;
        }
        let behind = &rest[at + 1..];
        match behind.strip_prefix(b"[") {
            Some(next) => rest = next,
            None => return Some(behind),
        }
    }
}

/// `Apr 20 00:00:00 `, with a fraction or not, or a time of RFC 3339.
fn behind_time(text: &[u8]) -> Option<&[u8]> {
    if let Some(rest) = super::cri::behind_time(text) {
        return Some(rest);
    }
    let (head, rest) = text.split_at_checked(15)?;
    if !when::is_short(head) {
        return None;
    }
    let fraction = rest.strip_prefix(b".").map(|rest| {
        let end = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        &rest[end..]
    });
    fraction.unwrap_or(rest).strip_prefix(b" ")
}

/// Behind `name[process]: `, before which the host may stand.
fn behind_tag(text: &[u8]) -> Option<&[u8]> {
    let mut scan = Scan(text);
    let is_tag = |word: &[u8]| word.len() > 1 && word.ends_with(b":") && word.iter().all(is_of_tag);
    (0..2).find_map(|_| scan.word().map(is_tag)?.then_some(scan.0))
}

/// Whether a name of a program may hold this; not what begins JSON.
fn is_of_tag(byte: &u8) -> bool {
    byte.is_ascii_graphic() && !b"\"'={},<>".contains(byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Option<&str> {
        within(line.as_bytes()).map(|inner| std::str::from_utf8(inner).unwrap())
    }

    #[test]
    fn what_a_file_keeps_is_opened() {
        for time in [
            "Apr 20 00:00:00",
            "Apr  2 23:59:60",
            "Apr 20 00:00:00.123456",
            "2021-04-20T00:00:00.1+09:00",
            "2021-04-20T00:00:00+0900",
        ] {
            for head in ["host nginx: ", "host nginx[7]: ", "nginx: ", "10.0.0.1 docker/web-1[7]: ", "::1 a.b_c@d[x]: "]
            {
                for priority in ["", "<190>", "<0>", "99 <190>"] {
                    let line = format!("{priority}{time} {head}1.2.3.4 - - [x]: \"");
                    assert_eq!(of(&line), Some("1.2.3.4 - - [x]: \""), "{line}");
                }
            }
            assert_eq!(of(&format!("{time} host nginx:")), Some(""), "nothing was said");
            for none in ["", "host", "host nginx", "a b nginx: x", "{\"a\": \"b\"}", ": x"] {
                assert_eq!(of(&format!("{time} {none}")), None, "{none}");
            }
        }
        for none in
            ["<192>Apr 20 00:00:00 nginx: a", "Avr 20 00:00:00 nginx: a", "Apr 32 00:00:00 nginx: a", "nginx: a", ""]
        {
            assert_eq!(of(none), None, "{none}");
        }
    }

    #[test]
    fn the_newer_protocol_is_opened() {
        let head = "<190>1 2021-04-20T00:00:00.003Z host nginx 7 access";
        for data in ["-", "[a@1 b=\"c\"]", "[a@1 b=\"\\\"]\\\\\"][x@2 y=\"[\"]", "[a]"] {
            assert_eq!(of(&format!("{head} {data} 1.2.3.4 -")), Some("1.2.3.4 -"), "{data}");
            assert_eq!(of(&format!("{head} {data} \u{feff}写")), Some("写"), "{data}");
            assert_eq!(of(&format!("{head} {data}")), Some(""), "{data}");
        }
        assert_eq!(of("<190>1 - - - - - - a"), Some("a"), "none of it is known");
        assert_eq!(of("52 <190>1 - - nginx - - - a"), Some("a"), "a frame");
        for none in [format!("{head} [a b=\"c\" x"), format!("{head} [a b=\"c]"), format!("{head} x"), head.into()] {
            assert_eq!(of(&none), None, "{none}");
        }
        assert_eq!(of("<190>1 noon host nginx - - - a"), None);
    }
}
