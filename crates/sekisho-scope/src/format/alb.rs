//! Access logs of Application Load Balancers, and of the classic ones before them, which name no kind of connection. The
//! time is that of the answer; a number of bytes includes the header, of a classic one it doesn't.

use super::{
    Fault,
    scan::{Scan, number, or_dash, path, request, status},
};
use crate::{
    entry::{Entry, Sent},
    when,
};

/// The kinds of connections that a line may begin with.
const KINDS: [&[u8]; 6] = [b"http", b"https", b"h2", b"grpcs", b"ws", b"wss"];

/// Reads a line. Fields behind the agent differ between years and are not read.
#[inline]
pub(super) fn read(line: &[u8], see: &mut impl FnMut(&Entry<'_>)) -> Result<(), Fault> {
    let mut scan = Scan(line);
    let first = scan.word().ok_or(Fault::Fields)?;
    let classic = if KINDS.contains(&first) { None } else { Some(when::rfc3339(first).ok_or(Fault::Fields)?) };
    let at = classic.or_else(|| scan.word().and_then(when::rfc3339)).ok_or(Fault::Time)?;
    let _balancer = scan.word();
    let client = scan.word().map(without_port).ok_or(Fault::Fields)?;
    // The target, and three durations: -1 where there was none.
    (0..4).try_for_each(|_| scan.word().map(|_| ())).ok_or(Fault::Fields)?;
    let status = scan.word().and_then(status).ok_or(Fault::Status)?;
    let (_of_target, _received) = (scan.word(), scan.word());
    let sent = scan.word().and_then(number).ok_or(Fault::Size)?;
    let (method, target) = request(scan.quoted(before_agent).ok_or(Fault::Request)?);
    let agent = scan.quoted(|rest| rest.starts_with(b" ")).map(or_dash);
    let sent = if classic.is_some() { Sent::Body(sent) } else { Sent::Whole(sent) };
    let at = Some(at);
    let object = target.map(path);
    see(&Entry { at, client: Some(or_dash(client)), method, status, sent, object, agent, ..Entry::default() });
    Ok(())
}

/// Behind a request comes the agent; of a classic balancer that once was the end.
fn before_agent(rest: &[u8]) -> bool {
    rest.starts_with(b" \"") || rest.is_empty()
}

/// An address without the port behind its last colon.
fn without_port(text: &[u8]) -> &[u8] {
    memchr::memrchr(b':', text).map_or(text, |at| &text[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str =
        "h2 2021-04-19T15:00:00.948827Z app/lb/1 192.0.2.7:44740 10.0.0.66:9000 0.000 0.002 0.000 200 200 5 257";
    const TAIL: &str = "ECDHE-RSA TLSv1.2 - \"Root=1-5\" \"-\" \"-\"1 2018-07-02T22:22:48.364000Z";

    fn with<T>(line: &str, look: impl Fn(&Entry<'_>) -> T) -> Result<T, Fault> {
        let mut seen = None;
        read(line.as_bytes(), &mut |entry| seen = Some(look(entry))).map(|()| seen.unwrap())
    }

    #[test]
    fn a_line_is_read_to_the_agent_whatever_follows() {
        for tail in [TAIL, "", "- -"] {
            let line = format!("{HEAD} \"GET https://10.0.2.105:773/photo/1 HTTP/2.0\" \"curl/7.46.0\" {tail}");
            with(&line, |entry| {
                assert_eq!((entry.at, entry.client), (Some(1_618_844_400), Some(&b"192.0.2.7"[..])));
                assert_eq!((entry.method, entry.object), (&b"GET"[..], Some(&b"/photo/1"[..])));
                assert_eq!((entry.status, entry.sent), (200, Sent::Whole(257)));
                assert_eq!((entry.agent, entry.forwarded), (Some(&b"curl/7.46.0"[..]), None));
            })
            .unwrap();
        }
    }

    #[test]
    fn a_connection_without_a_request_or_a_target_is_a_line_all_the_same() {
        let none = HEAD.replace("10.0.0.66:9000 0.000 0.002 0.000 200 200", "- -1 -1 -1 400 -");
        let line = format!("{none} \"- http://lb:80- -\" \"-\" - - -");
        assert_eq!(with(&line, |entry| (entry.object.is_none(), entry.status)), Ok((true, 400)));
        let six = HEAD.replace("192.0.2.7:44740", "2001:db8::7:44740");
        let line = format!("{six} \"GET http://lb:80/ HTTP/1.1\" \"a \"b\" c\" - -");
        assert_eq!(with(&line, |entry| entry.client.map(<[u8]>::to_vec)), Ok(Some(b"2001:db8::7".to_vec())));
    }

    #[test]
    fn a_classic_balancers_line_is_read_and_a_network_balancers_is_none() {
        let line = format!("{} \"GET https://a.example.com:443/photo/1 HTTP/1.1\"", HEAD.strip_prefix("h2 ").unwrap());
        for tail in ["", " \"curl/7\" - -"] {
            let seen = with(&format!("{line}{tail}"), |entry| (entry.at, entry.sent, entry.object.map(<[u8]>::to_vec)));
            assert_eq!(seen, Ok((Some(1_618_844_400), Sent::Body(257), Some(b"/photo/1".to_vec()))));
        }
        // Of connections, not of requests.
        for other in [
            "tls 2.0 2021-04-19T15:00:00 net/lb/1 2 192.0.2.7:1 10.0.0.1:80 5 2 98 246 - - - TLS tlsv12 - a - - -",
            "2021-04-19T15:00:00.948827Z 192.0.2.7 36280 443 TLSv1.2 ECDHE 4.036 \"CN=a\" NotBefore=1 FE Success TID_1",
        ] {
            assert!(with(other, |_| ()).is_err(), "{other}");
        }
    }

    #[test]
    fn what_is_no_line_says_what_it_lacks() {
        let fault = |line: &str| with(line, |_| ()).unwrap_err();
        assert_eq!(fault("tcp 2021"), Fault::Fields);
        assert_eq!(fault(&HEAD.replace("2021-", "2O21-")), Fault::Time);
        assert_eq!(fault(HEAD), Fault::Request);
        assert_eq!(fault(&HEAD.replace("257", "x")), Fault::Size);
        assert_eq!(fault(&HEAD[..60]), Fault::Fields);
    }
}
