//! S3 server access logs. Best effort by their own account: what they show is a lower bound.

use super::{
    Fault, Scratch,
    scan::{Scan, number, or_dash, resolved, status},
};
use crate::entry::{Entry, Sent};

/// Reads a line. Fields behind the agent differ between years and are not read.
#[inline]
pub(super) fn read(line: &[u8], scratch: &mut Scratch, see: &mut impl FnMut(&Entry<'_>)) -> Result<(), Fault> {
    let mut scan = Scan(line);
    let (_owner, bucket) = (scan.word(), scan.word().ok_or(Fault::Fields)?);
    let at = scan.0.strip_prefix(b"[").and_then(|rest| rest.get(..26)).and_then(|time| scratch.latest.common(time));
    let at = at.ok_or(Fault::Time)?;
    scan.0 = scan.0[27..].strip_prefix(b"] ").ok_or(Fault::Time)?;
    let mut next = || scan.word().ok_or(Fault::Fields);
    let (client, requester, id, operation, key) = (next()?, next()?, next()?, next()?, next()?);
    scan.maybe_quoted(before_status).ok_or(Fault::Request)?;
    let status = scan.word().and_then(status).ok_or(Fault::Status)?;
    let _error = scan.word();
    let sent = scan.word().and_then(size).ok_or(Fault::Size)?;
    let whole = scan.word().and_then(size).ok_or(Fault::Size)?;
    let (_total, _turnaround) = (scan.word(), scan.word());
    let _referrer = scan.maybe_quoted(|rest| rest.starts_with(b" ")).ok_or(Fault::Fields)?;
    let agent = scan.maybe_quoted(|rest| rest.starts_with(b" ") || rest.is_empty());
    let (method, elsewhere, is_object) = of_operation(operation);
    scratch.bucket(bucket);
    // The log encodes what the request had encoded already; once is enough where nothing is left to resolve.
    let object = is_object.then(|| resolved(or_dash(key), 2, &mut scratch.text)).filter(|key| !key.is_empty());
    let (client, agent, id) = (Some(or_dash(client)), agent.map(or_dash), or_dash(id));
    let principals = Some([or_dash(requester), b"", b"", b"", b""]);
    let sent = Sent::Body(sent.unwrap_or(0));
    let entry = Entry { at: Some(at), client, principals, agent, method, status, ..Entry::default() };
    see(&Entry { object, sent, size: whole, id, elsewhere, ..entry });
    Ok(())
}

/// A number, or a dash for none.
fn size(text: &[u8]) -> Option<Option<u64>> {
    if text == b"-" { Some(None) } else { number(text).map(Some) }
}

/// Behind a request come a blank and a status, or a dash for none.
fn before_status(rest: &[u8]) -> bool {
    matches!(rest, [b' ', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b' ', ..] | [b' ', b'-', b' ', ..])
}

/// The method of an operation such as REST.GET.OBJECT, whether it sends an object elsewhere, and whether it is about an
/// object at all.
fn of_operation(operation: &[u8]) -> (&[u8], bool, bool) {
    let mut parts = operation.splitn(3, |byte| *byte == b'.');
    let (_, method, what) = (parts.next(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    match (method, what) {
        (b"COPY", b"OBJECT_GET" | b"PART_GET") => (b"GET", true, true),
        (b"SELECT", _) | (_, b"SELECT" | b"OBJECT_SELECT") => (b"GET", true, true),
        (b"GET" | b"HEAD" | b"PUT" | b"POST" | b"DELETE", b"OBJECT" | b"OBJECT_TORRENT" | b"PART") => {
            (method, false, true)
        }
        _ => (method, false, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = concat!(
        r#"79a5 bucket [20/Apr/2021:00:00:00 +0900] 192.0.2.3 arn:aws:iam::1:user/eve 3E57 REST.GET.OBJECT"#,
        r#" photos/%25E5%25B1%25B1.jpg "GET /bucket/photos/%E5%B1%B1.jpg?a="b" HTTP/1.1" 206 - 500 2000 7 6 "-" "#,
        r#""aws "cli"/2" - s9lz= SigV2 ECDHE AuthHeader b.s3.amazonaws.com TLSV1.1 - -"#
    );

    fn with<T>(line: &str, look: impl Fn(&Entry<'_>) -> T) -> Result<T, Fault> {
        let mut seen = None;
        read(line.as_bytes(), &mut Scratch::default(), &mut |entry| seen = Some(look(entry))).map(|()| seen.unwrap())
    }

    #[test]
    fn a_line_is_read_with_quotes_in_its_request_and_its_key_resolved_twice() {
        with(LINE, |entry| {
            assert_eq!((entry.at, entry.client), (Some(1_618_844_400), Some(&b"192.0.2.3"[..])));
            assert_eq!((entry.method, entry.object), (&b"GET"[..], Some("photos/山.jpg".as_bytes())));
            assert_eq!((entry.status, entry.sent, entry.size), (206, Sent::Body(500), Some(2000)));
            assert_eq!((entry.principals.unwrap()[0], entry.id), (&b"arn:aws:iam::1:user/eve"[..], &b"3E57"[..]));
        })
        .unwrap();
    }

    #[test]
    fn a_dash_may_stand_anywhere() {
        let line = LINE.replace("192.0.2.3", "-").replace(" 206 ", " - ").replace(" 500 2000 ", " - - ");
        let request = &line[line.find("\"GET").unwrap()..=line.find("HTTP/1.1\"").unwrap() + 8];
        for bare in ["-", "\"-\""] {
            let seen = with(&line.replace(request, bare), |entry| {
                (entry.client.map(<[u8]>::len), entry.status, entry.sent, entry.size)
            });
            assert_eq!(seen, Ok((Some(0), 0, Sent::Body(0), None)));
        }
    }

    #[test]
    fn only_operations_on_an_object_are_about_one() {
        let of = |operation: &str| {
            with(&LINE.replace("REST.GET.OBJECT", operation), |entry| {
                (String::from_utf8_lossy(entry.method).into_owned(), entry.elsewhere, entry.object.is_some())
            })
            .unwrap()
        };
        assert_eq!(of("WEBSITE.GET.OBJECT"), ("GET".into(), false, true));
        assert_eq!(of("REST.COPY.OBJECT_GET"), ("GET".into(), true, true));
        assert_eq!(of("REST.HEAD.OBJECT"), ("HEAD".into(), false, true));
        assert_eq!(of("REST.GET.ACL"), ("GET".into(), false, false));
        assert_eq!(of("REST.GET.BUCKET"), ("GET".into(), false, false));
    }

    #[test]
    fn what_is_no_line_says_what_it_lacks() {
        let fault = |line: &str| with(line, |_| ()).unwrap_err();
        assert_eq!(fault("a b c"), Fault::Time);
        assert_eq!(fault(""), Fault::Fields);
        assert_eq!(fault(&LINE[..60]), Fault::Fields);
        assert_eq!(fault(&LINE.replace(" 500 ", " 5x0 ")), Fault::Size);
        assert_eq!(fault(&LINE.replace(" 206 ", " 2o6 ").replace("\" - s9lz", "\" x s9lz")), Fault::Request);
    }
}
