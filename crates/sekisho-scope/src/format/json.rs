//! Lines of JSON, one request each, by a map of their fields.

use super::{
    Fault, Fields,
    fields::Role,
    loose::Loose,
    scan::{content_range, or_dash, path, range, request, status},
    walk::{Values, values},
};
use crate::{
    entry::{Entry, Sent},
    network::Address,
    when,
};

/// Reads a line.
pub(super) fn read(line: &[u8], fields: &Fields, see: &mut impl FnMut(&Entry<'_>)) -> Result<(), Fault> {
    match values(line, fields) {
        Ok(values) => tell(&values, see),
        // nginx writes \x22 for a quote unless it is told `escape=json`: no JSON, but it can be made JSON.
        Err(fault) if memchr::memmem::find(line, b"\\x").is_some() => {
            let mended = mended(line);
            values(&mended, fields).map_err(|_| fault).and_then(|values| tell(&values, see))
        }
        Err(fault) => Err(fault),
    }
}

fn tell(values: &Values<'_>, see: &mut impl FnMut(&Entry<'_>)) -> Result<(), Fault> {
    let written = [Role::Object, Role::Principal, Role::Id].map(|role| values[role as usize].written());
    let [object, principal, id] = written.each_ref().map(|text| text.as_deref().map(or_dash));
    let text = |role: Role| match &values[role as usize] {
        Loose::Else => None,
        value => Some(or_dash(value.text())),
    };
    let size = |role: Role| values[role as usize].size();
    let asked = text(Role::Request).unwrap_or_default();
    let (method, target) = if is_target(asked) { (&b""[..], Some(asked)) } else { request(asked) };
    let (object, status) = (object.or(target), code(&values[Role::Status as usize])?);
    // What was answered was asked for: it isn't written there as a request is.
    if object.is_none() && !asked.is_empty() && !(400..600).contains(&status) {
        return Err(Fault::Request);
    }
    let span = text(Role::ContentRange).and_then(content_range);
    let sent = size(Role::Sent).map(Sent::Body).or_else(|| size(Role::SentWhole).map(Sent::Whole));
    see(&Entry {
        at: time(&values[Role::Time as usize])?,
        client: text(Role::Client).map(without_port),
        forwarded: text(Role::Forwarded),
        principals: principal.map(|name| [name, b"", b"", b"", b""]),
        agent: text(Role::Agent),
        method: text(Role::Method).map_or(method, upper),
        status,
        object: object.map(path).filter(|object| !object.is_empty()),
        sent: sent.unwrap_or_default(),
        size: size(Role::Size).or_else(|| span?.2),
        range: span.map(|(first, last, _)| (first, last)).or_else(|| text(Role::Range).and_then(range)),
        id: id.unwrap_or_default(),
        ..Entry::default()
    });
    Ok(())
}

/// Whether what was asked stands alone, as those write it who split a request.
fn is_target(text: &[u8]) -> bool {
    let starts = [&b"/"[..], b"http://", b"https://"];
    starts.iter().any(|start| text.starts_with(start)) && !text.contains(&b' ')
}

/// A time in any of the ways that logs write it; none at all is no fault.
fn time(value: &Loose<'_>) -> Result<Option<i64>, Fault> {
    let at = match value {
        Loose::Whole(_) | Loose::Number(_) => value.number().and_then(when::epoch),
        Loose::Text(text) => {
            let epoch = || text.parse().ok().and_then(when::epoch);
            when::rfc3339(text.as_bytes()).or_else(|| when::common(text.as_bytes())).or_else(epoch)
        }
        _ => return Ok(None),
    };
    at.map(Some).ok_or(Fault::Time)
}

fn code(value: &Loose<'_>) -> Result<u16, Fault> {
    match value {
        Loose::Text(text) => status(text.as_bytes()).ok_or(Fault::Status),
        value => Ok(value.size().and_then(|code| u16::try_from(code).ok()).unwrap_or(0)),
    }
}

/// Makes `\u0022` of `\x22`.
fn mended(line: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(line.len() + 16);
    let mut rest = line;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        out.extend_from_slice(&rest[..at]);
        match rest.get(at + 1) {
            Some(b'x') => out.extend_from_slice(b"\\u00"),
            Some(other) => out.extend_from_slice(&[b'\\', *other]),
            None => out.push(b'\\'),
        }
        rest = rest.get(at + 2..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    out
}

/// A method as HTTP has it, also where a log writes it small.
fn upper(method: &[u8]) -> &[u8] {
    const KNOWN: [&[u8]; 6] = [b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"OPTIONS"];
    KNOWN.into_iter().find(|known| known.eq_ignore_ascii_case(method)).unwrap_or(method)
}

/// An address without the port that some put behind it.
fn without_port(text: &[u8]) -> &[u8] {
    let is_address = |text: &&[u8]| Address::parse(text).is_some();
    let bare = memchr::memrchr(b':', text).map(|at| &text[..at]);
    if is_address(&text) { text } else { bare.filter(is_address).unwrap_or(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with<T>(line: &str, fields: &[&str], look: impl Fn(&Entry<'_>) -> T) -> Result<T, Fault> {
        let fields = Fields::new(&fields.iter().map(|field| field.parse().unwrap()).collect::<Vec<_>>());
        let mut seen = None;
        read(line.as_bytes(), &fields, &mut |entry| seen = Some(look(entry))).map(|()| seen.unwrap())
    }

    #[test]
    fn the_usual_names_need_no_map() {
        let line = r#"{"time_local":"20/Apr/2021:00:00:00 +0900","remote_addr":"192.0.2.3","more":{"status":500},
            "request":"GET /a HTTP/1.1","status":"206","body_bytes_sent":"5","sent_http_content_range":"bytes 0-4/9"}"#;
        with(line, &[], |entry| {
            assert_eq!((entry.at, entry.client), (Some(1_618_844_400), Some(&b"192.0.2.3"[..])));
            assert_eq!((entry.method, entry.object, entry.status), (&b"GET"[..], Some(&b"/a"[..]), 206));
            assert_eq!((entry.sent, entry.size, entry.range), (Sent::Body(5), Some(9), Some((0, 4))));
            assert_eq!((entry.agent, entry.forwarded), (None, None));
        })
        .unwrap();
    }

    #[test]
    fn a_map_leads_inside() {
        let line = r#"{"net":{"peer":{"ip":"192.0.2.3"},"x":1},"when":1618844400123,"http":{"code":200,"m":"GET"},"what":"k"}"#;
        let map = ["time=when", "client=net.peer.ip", "status=http.code", "method=http.m", "object=what"];
        with(line, &map, |entry| {
            assert_eq!((entry.at, entry.client), (Some(1_618_844_400), Some(&b"192.0.2.3"[..])));
            assert_eq!((entry.method, entry.object, entry.status), (&b"GET"[..], Some(&b"k"[..]), 200));
        })
        .unwrap();
        let flat = r#"{"net.peer.ip":"192.0.2.3","net":"tcp","what":"k"}"#;
        assert_eq!(with(flat, &map, |entry| entry.client.map(<[u8]>::to_vec)), Ok(Some(b"192.0.2.3".to_vec())));
    }

    #[test]
    fn what_nginx_escapes_in_its_own_way_is_read() {
        let line = r#"{"remote_addr":"192.0.2.3","user_agent":"a\x22b\\x22\x5C","path":"/\xE3"}"#;
        let agent = with(line, &[], |entry| entry.agent.map(<[u8]>::to_vec));
        assert_eq!(agent, Ok(Some(br#"a"b\x22\"#.to_vec())));
    }

    /// Client, method, object, status, sent, agent.
    type Seen = (String, String, String, u16, Sent, String);

    fn seen(line: &str, fields: &[&str]) -> Seen {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        with(line, fields, |entry| {
            assert_eq!(entry.at, Some(1_618_844_400), "{line}");
            let of = |part: Option<&[u8]>| text(part.unwrap_or_default());
            (of(entry.client), text(entry.method), of(entry.object), entry.status, entry.sent, of(entry.agent))
        })
        .unwrap()
    }

    #[test]
    fn what_others_servers_write_is_known() {
        let is = |sent| ("192.0.2.3".into(), "GET".into(), "/a?b=1".into(), 200, sent, "curl/7".into());
        let caddy = r#"{"level":"info","ts":1618844400.5,"logger":"http.log.access","request":{"remote_ip":"192.0.2.3",
            "client_ip":"192.0.2.3","method":"GET","host":"a","uri":"/a?b=1","headers":{"User-Agent":["curl/7"]}},
            "bytes_read":0,"user_id":"","duration":0.001,"size":99,"status":200,"resp_headers":{"Server":["Caddy"]}}"#;
        assert_eq!(seen(caddy, &[]), is(Sent::Body(99)));
        let traefik = r#"{"ClientAddr":"192.0.2.3:4","ClientHost":"192.0.2.3","DownstreamContentSize":99,"DownstreamStatus":200,
            "Duration":7,"OriginContentSize":98,"OriginStatus":200,"RequestMethod":"GET","RequestPath":"/a?b=1",
            "StartUTC":"2021-04-19T14:59:59Z","request_User-Agent":"curl/7","time":"2021-04-20T00:00:00+09:00"}"#;
        assert_eq!(seen(traefik, &[]), is(Sent::Body(99)));
        let google = r#"{"httpRequest":{"requestMethod":"GET","requestUrl":"https://a.example.com/a?b=1","responseSize":"99",
            "status":200,"userAgent":"curl/7","remoteIp":"192.0.2.3","latency":"0.1s"},"timestamp":"2021-04-19T15:00:00.9Z"}"#;
        assert_eq!(seen(google, &[]), is(Sent::Whole(99)));
        let pino = r#"{"level":30,"time":1618844400123,"req":{"id":1,"method":"GET","url":"/a?b=1","headers":{"host":"a",
            "user-agent":"curl/7"},"remoteAddress":"192.0.2.3","remotePort":4},"res":{"statusCode":200},"responseTime":7}"#;
        assert_eq!(seen(pino, &[]), is(Sent::Unknown), "what was declared is not what was sent");
        let envoy = r#"{"start_time":"2021-04-19T15:00:00.123Z","method":"GET","path":"/a?b=1","response_code":200,
            "bytes_sent":99,"bytes_received":0,"user_agent":"curl/7","downstream_remote_address":"192.0.2.3:4"}"#;
        assert_eq!(seen(envoy, &[]), is(Sent::Whole(99)));
        let elastic = r#"{"@timestamp":"2021-04-19T15:00:00.123Z","url":{"path":"/a","original":"/a?b=1"},"source":{"ip":"192.0.2.3"},
            "http":{"request":{"method":"get"},"response":{"status_code":200,"body":{"bytes":99}}},"user_agent":{"original":"curl/7"}}"#;
        assert_eq!(seen(elastic, &[]), is(Sent::Body(99)));
        let cloudflare = r#"{"ClientIP":"192.0.2.3","ClientRequestHost":"a.example.com","ClientRequestMethod":"GET",
            "ClientRequestURI":"/a?b=1","ClientRequestUserAgent":"curl/7","EdgeEndTimestamp":1618844400250000000,
            "EdgeResponseBodyBytes":99,"EdgeResponseBytes":450,"EdgeResponseStatus":200,"EdgeStartTimestamp":1618844399000000000,
            "OriginResponseStatus":0,"RayID":"41ddf1740f67442d"}"#;
        assert_eq!(seen(cloudflare, &[]), is(Sent::Body(99)));
        let akamai = r#"{"version":1,"cp":"1","reqId":"1239f220","reqTimeSec":"1618844400","bytes":"450","cliIP":"192.0.2.3",
            "statusCode":"200","reqHost":"a.example.com","reqMethod":"GET","reqPath":"/a?b=1","UA":"curl/7","rspContentLen":"9"}"#;
        assert_eq!(seen(akamai, &[]), is(Sent::Body(450)));
        let logstash = r#"{"@timestamp":"2021-04-20T09:00:00Z","timestamp":"20/Apr/2021:00:00:00 +0900","clientip":"192.0.2.3",
            "verb":"GET","request":"/a?b=1","httpversion":"1.1","response":"200","bytes":"99","agent":"curl/7","auth":"-"}"#;
        assert_eq!(seen(logstash, &[]), is(Sent::Body(99)));
    }

    #[test]
    fn an_object_may_be_a_number_and_a_field_that_was_said_is_nothing_else() {
        let line =
            r#"{"ts":1618844400,"ip":"2001:db8::1","verb":"get","doc":9007199254740993,"code":200,"size":7,"out":5}"#;
        let map = ["method=verb", "object=doc", "status=code", "size=size", "sent=out"];
        let object = "9007199254740993".into();
        assert_eq!(seen(line, &map), ("2001:db8::1".into(), "GET".into(), object, 200, Sent::Body(5), String::new()));
        assert_eq!(with(line, &map, |entry| entry.size), Ok(Some(7)));
    }

    #[test]
    fn what_is_no_request_says_so() {
        let fault = |line: &str| with(line, &[], |_| ()).unwrap_err();
        assert_eq!((fault("{"), fault("nonsense"), fault("{} {}")), (Fault::Json, Fault::Json, Fault::Json));
        assert_eq!(
            (fault("{}"), fault("[1]"), fault("7"), fault("{\"a\":1}")),
            (Fault::Fields, Fault::Fields, Fault::Fields, Fault::Fields)
        );
        assert_eq!(fault("{\"time\":\"noon\",\"path\":\"/\"}"), Fault::Time);
        assert_eq!(fault("{\"time\":0.003,\"path\":\"/\"}"), Fault::Time, "how long, not when");
        assert_eq!(fault("{\"status\":\"20x\",\"path\":\"/\"}"), Fault::Status);
        assert_eq!(fault("{\"status\":200,\"request\":\"7f3a\"}"), Fault::Request, "a name of it, perhaps");
        let garbage = "{\"status\":400,\"request\":\"\\u0016\\u0003 \\u0001\"}";
        for none in [garbage, "{\"status\":200,\"request\":\"-\"}"] {
            assert_eq!(with(none, &[], |entry| entry.object.is_none()), Ok(true), "nobody asked for anything");
        }
        assert_eq!(fault("{\"status\":200,\"method\":\"GET\"}"), Fault::Fields, "nobody knows for what");
    }
}
