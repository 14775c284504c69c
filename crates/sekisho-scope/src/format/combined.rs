//! The combined log format of nginx and Apache, and its kin: common (without referrer and agent), a virtual host before
//! it, one more quoted field behind it, which is X-Forwarded-For in nginx's own example configuration.

use super::{
    Fault, Scratch,
    names::{Names, names},
    scan::{Scan, blank_or_end, near_blank, number, or_dash, path, request, status},
};
use crate::{
    entry::{Entry, Sent},
    when,
};

/// Reads a line.
#[inline]
pub(super) fn read(line: &[u8], scratch: &mut Scratch, see: &mut impl FnMut(&Entry<'_>)) -> Result<(), Fault> {
    let (Names { client, forwarded, user }, at, rest) = match usual(line, &mut scratch.latest) {
        Some((client, at, rest)) => (Names { client, forwarded: None, user: b"" }, at, rest),
        None => {
            let (who, at, rest) = split_at_time(line, &mut scratch.latest)?;
            (names(who), at, rest)
        }
    };
    let mut scan = Scan(rest);
    let asked = scan.quoted(before_status).ok_or(Fault::Request)?;
    let (method, target) = request(asked);
    let status = scan.word().and_then(status).ok_or(Fault::Status)?;
    let sent = size(scan.word().ok_or(Fault::Size)?).ok_or(Fault::Size)?;
    let mut entry = Entry { at: Some(at), client: Some(client), method, status, sent, ..Entry::default() };
    entry.object = target.map(path);
    entry.principals = Some([or_dash(user), b"", b"", b"", b""]);
    if !scratch.no_tail && scan.quoted(blank_or_end).is_some() {
        entry.agent = scan.quoted(blank_or_end).map(or_dash);
        entry.forwarded = scan.quoted(blank_or_end);
    }
    entry.forwarded = forwarded.or(entry.forwarded);
    see(&entry);
    Ok(())
}

/// A number of bytes; Apache writes a dash for none.
fn size(text: &[u8]) -> Option<Sent> {
    if text == b"-" { Some(Sent::Body(0)) } else { number(text).map(Sent::Body) }
}

/// The client, the time and what stands behind it, of the line that nearly all are like: nobody said who they are. It
/// says what [`split_at_time`] and [`names`] say, in half the time.
#[inline]
fn usual<'l>(line: &'l [u8], latest: &mut when::Latest) -> Option<(&'l [u8], i64, &'l [u8])> {
    let end = near_blank(line)?;
    let behind: &[u8; 34] = line.get(end..end + 34)?.try_into().ok()?;
    if !behind.starts_with(b" - - [") || !behind.ends_with(b"] ") {
        return None;
    }
    Some((or_dash(&line[..end]), latest.common(&behind[6..32])?, &line[end + 34..]))
}

/// What stands before the time, the time, and what stands behind it. A user's name may hold blanks and brackets.
#[inline]
fn split_at_time<'l>(line: &'l [u8], latest: &mut when::Latest) -> Result<(&'l [u8], i64, &'l [u8]), Fault> {
    for open in memchr::memchr_iter(b'[', line) {
        let (Some(inner), Some(close)) = (line.get(open + 1..open + 27), line.get(open + 27..open + 29)) else { break };
        let stands_alone = open > 0 && line[open - 1] == b' ' && close == b"] ";
        if let Some(at) = latest.common(inner).filter(|_| stands_alone) {
            return Ok((&line[..open - 1], at, &line[open + 29..]));
        }
    }
    Err(Fault::Time)
}

/// Behind a request come a blank and a status.
#[inline]
fn before_status(rest: &[u8]) -> bool {
    matches!(rest, [b' ', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b' ', ..] | [b' ', b'-', b' ', ..])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn with<T>(line: &str, look: impl Fn(&Entry<'_>) -> T) -> Result<T, Fault> {
        let mut seen = None;
        read(line.as_bytes(), &mut Scratch::default(), &mut |entry| seen = Some(look(entry))).map(|()| seen.unwrap())
    }

    const LINE: &str =
        r#"203.0.113.9 - - [20/Apr/2021:00:00:00 +0900] "GET /photo/1?w=2 HTTP/1.1" 200 1234 "-" "curl/7.68.0""#;

    #[test]
    fn a_line_is_read_whole() {
        with(LINE, |entry| {
            assert_eq!((entry.at, entry.client), (Some(1_618_844_400), Some(&b"203.0.113.9"[..])));
            assert_eq!((entry.method, entry.object), (&b"GET"[..], Some(&b"/photo/1?w=2"[..])));
            assert_eq!((entry.status, entry.sent), (200, Sent::Body(1234)));
            assert_eq!((entry.principals, entry.agent), (Some([&b""[..]; 5]), Some(&b"curl/7.68.0"[..])));
        })
        .unwrap();
    }

    #[test]
    fn without_its_tail_a_line_is_understood_just_as_well() {
        let mut bare = Scratch { no_tail: true, ..Scratch::default() };
        for line in [LINE, &LINE[..40], &LINE[..60], &LINE.replace(" 1234 ", " x "), &LINE.replace("\"-\" \"curl", "x")]
        {
            let mut seen = None;
            let read = read(line.as_bytes(), &mut bare, &mut |entry| {
                seen = Some((entry.agent.is_some(), entry.at, entry.sent))
            });
            assert_eq!(read, with(line, |_| ()));
            assert_eq!(seen.is_some(), read.is_ok());
            assert!(seen.is_none_or(|(agent, at, sent)| {
                (agent, at, sent) == (false, Some(1_618_844_400), Sent::Body(1234))
            }));
        }
    }

    #[test]
    fn its_kin_are_read_too() {
        let of = |line: &str| {
            with(line, |entry| {
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                (text(entry.client.unwrap()), text(entry.principals.unwrap()[0]), entry.forwarded.map(text))
            })
        };
        let is = |client: &str, user: &str, forwarded: Option<&str>| {
            Ok((client.to_owned(), user.to_owned(), forwarded.map(str::to_owned)))
        };
        assert_eq!(of(&format!("www.example.com:80 {LINE}")), is("203.0.113.9", "", None));
        assert_eq!(of(&format!("{LINE} \"1.1.1.1, 10.0.0.1\"")), is("203.0.113.9", "", Some("1.1.1.1, 10.0.0.1")));
        assert_eq!(of(&LINE.replace("- - [", "- a [b] c [")), is("203.0.113.9", "a [b] c", None));
        assert_eq!(of(&LINE.replace("- - [", "- [")), is("203.0.113.9", "", None));
        assert_eq!(of(LINE.split(" \"-\"").next().unwrap()), is("203.0.113.9", "", None));
        assert_eq!(of(&LINE.replace("203.0.113.9", "crawler.example.com")), is("crawler.example.com", "", None));
        assert_eq!(of(&LINE.replace("203.0.113.9", "2001:db8::1")), is("2001:db8::1", "", None));
        assert_eq!(of(&format!("192.0.2.1 {LINE}")), is("203.0.113.9", "", None), "a host without a name");
        assert_eq!(
            of(&LINE.replace("203.0.113.9", "192.0.2.1 localhost")),
            is("localhost", "", None),
            "a client by name"
        );
        assert_eq!(
            of(&LINE.replace("- - [", "me eve [")),
            is("203.0.113.9", "eve", None),
            "who somebody is by their own word"
        );
        assert_eq!(
            of(&LINE.replace(" - - [", ", 10.0.0.2, 10.0.0.1 - - [")),
            is("10.0.0.1", "", Some("203.0.113.9, 10.0.0.2"))
        );
        for before in ["203.0.113.9, 10.0.0.2 10.0.0.1", "\"203.0.113.9, 10.0.0.2\" 10.0.0.1"] {
            for host in ["", "www.example.com ", "192.0.2.1:443 "] {
                let line = LINE.replace("203.0.113.9 - -", &format!("{host}{before} - eve"));
                assert_eq!(of(&line), is("10.0.0.1", "eve", Some("203.0.113.9, 10.0.0.2")), "{line}");
            }
        }
    }

    #[test]
    fn nobody_becomes_somebody_else_by_the_name_they_give() {
        for user in ["198.51.100.1 - -", "x 198.51.100.1 -", "\\\"198.51.100.1, 10.0.0.1", "198.51.100.1, 10.0.0.1"] {
            let line = LINE.replace("- - [", &format!("- {user} ["));
            assert_eq!(
                with(&line, |entry| entry.client.map(<[u8]>::to_vec)),
                Ok(Some(b"203.0.113.9".to_vec())),
                "{user}"
            );
        }
    }

    #[test]
    fn a_request_that_is_none_is_a_line_without_an_object() {
        for asked in ["HELP", "\\x16\\x03\\x01", "", "-", "a \" b"] {
            let line = LINE.replace("GET /photo/1?w=2 HTTP/1.1", asked).replace(" 200 ", " 400 ");
            assert_eq!(with(&line, |entry| (entry.object.is_none(), entry.status)), Ok((true, 400)), "{asked}");
        }
        let quotes = LINE.replace("/photo/1", "/a\"b");
        assert_eq!(with(&quotes, |entry| entry.object.map(<[u8]>::to_vec)), Ok(Some(b"/a\"b?w=2".to_vec())));
    }

    #[test]
    fn what_is_no_line_says_what_it_lacks() {
        let fault = |line: &str| with(line, |_| ()).unwrap_err();
        assert_eq!(fault("2021/12/01 13:53:33 [error] 31#31: open() failed"), Fault::Time);
        assert_eq!(fault(&LINE[..40]), Fault::Time);
        assert_eq!(fault(&LINE[..60]), Fault::Request);
        assert_eq!(fault(&LINE.replace(" 200 ", " 99999 ")), Fault::Request);
        assert_eq!(fault(&LINE.replace(" 1234 ", " 12x4 ")), Fault::Size);
        assert_eq!(fault(&LINE.replace("/Apr/", "/Avr/")), Fault::Time);
    }

    /// Client, user, time, rest: how `usual` takes a line apart, if it does, and how the long way does.
    type Apart = Option<(Vec<u8>, Vec<u8>, i64, Vec<u8>)>;

    fn both_ways(line: &[u8]) -> (Apart, Apart) {
        let (mut latest, mut other) = (when::Latest::default(), when::Latest::default());
        let short = usual(line, &mut latest).map(|(client, at, rest)| (client.to_vec(), Vec::new(), at, rest.to_vec()));
        let long = split_at_time(line, &mut other).ok().map(|(who, at, rest)| {
            let Names { client, user, .. } = names(who);
            (client.to_vec(), or_dash(user).to_vec(), at, rest.to_vec())
        });
        (short, long)
    }

    #[test]
    fn usual_lines_take_the_short_way() {
        for client in ["203.0.113.9", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "crawler.example.com", "-"] {
            let (short, long) = both_ways(LINE.replace("203.0.113.9", client).as_bytes());
            assert!(short.is_some() && short == long, "{client}");
        }
    }

    proptest! {
        #[test]
        fn the_short_way_says_what_the_long_way_says(
            who in "([a-c1-3.:-]{0,20}|[a1 \\[\\]-]{0,50})( - - | - a | - | -- )?",
            time in "(\\[20/Apr/2021:0[0-9x]:00:00 \\+0900\\] ?|\\[)?(\\[21/Apr/2021:00:00:00 \\+0900\\] )?",
            rest in "[a \\[\"]{0,20}",
        ) {
            let line = who + &time + &rest;
            let (short, long) = both_ways(line.as_bytes());
            prop_assert!(short.is_none() || short == long, "{line:?}: {short:?} {long:?}");
        }
    }
}
