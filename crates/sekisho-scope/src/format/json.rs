//! Lines of JSON, one request each, by a map of their fields.

use std::{borrow::Cow, fmt};

use serde::{
    Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::{
    Fault, Fields,
    fields::{ROLES, Role},
    loose::Loose,
    scan::{content_range, or_dash, path, range, request, status},
};
use crate::{
    entry::{Entry, Sent},
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

type Values<'a> = [Loose<'a>; ROLES];

fn values<'a>(line: &'a [u8], fields: &Fields) -> Result<Values<'a>, Fault> {
    let mut values = Values::default();
    let mut json = serde_json::Deserializer::from_slice(line);
    let walk = Walk { fields, node: 0, role: None, values: &mut values };
    walk.deserialize(&mut json).map_err(|_| Fault::Json)?;
    json.end().map_err(|_| Fault::Json)?;
    if values.iter().all(|value| *value == Loose::Else) { Err(Fault::Fields) } else { Ok(values) }
}

fn tell(values: &Values<'_>, see: &mut impl FnMut(&Entry<'_>)) -> Result<(), Fault> {
    let text = |role: Role| match &values[role as usize] {
        Loose::Else => None,
        value => Some(or_dash(value.text())),
    };
    let size = |role: Role| values[role as usize].size();
    let (method, target) = text(Role::Request).map_or((&b""[..], None), request);
    let span = text(Role::ContentRange).and_then(content_range);
    let sent = size(Role::Sent).map(Sent::Body).or_else(|| size(Role::SentWhole).map(Sent::Whole));
    see(&Entry {
        at: time(&values[Role::Time as usize])?,
        client: text(Role::Client),
        forwarded: text(Role::Forwarded),
        principals: text(Role::Principal).map(|name| [name, b"", b"", b"", b""]),
        agent: text(Role::Agent),
        method: text(Role::Method).unwrap_or(method),
        status: code(&values[Role::Status as usize])?,
        object: text(Role::Object).or(target).map(path).filter(|object| !object.is_empty()),
        sent: sent.unwrap_or_default(),
        size: size(Role::Size).or_else(|| span?.2),
        range: span.map(|(first, last, _)| (first, last)).or_else(|| text(Role::Range).and_then(range)),
        id: text(Role::Id).unwrap_or_default(),
        ..Entry::default()
    });
    Ok(())
}

/// A time in any of the ways that logs write it; none at all is no fault.
fn time(value: &Loose<'_>) -> Result<Option<i64>, Fault> {
    let at = match value {
        Loose::Number(number) => when::epoch(*number),
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

/// Walks through an object and picks what has a role. The first of several fields for a role counts.
struct Walk<'m, 'v, 'a> {
    fields: &'m Fields,
    node: usize,
    /// The role of the value itself, should it be no object.
    role: Option<usize>,
    values: &'v mut Values<'a>,
}

impl<'a> Walk<'_, '_, 'a> {
    fn set(self, value: Loose<'a>) {
        if let Some(known) = self.role.map(|role| &mut self.values[role]).filter(|known| **known == Loose::Else) {
            *known = value;
        }
    }
}

impl<'a> DeserializeSeed<'a> for Walk<'_, '_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for Walk<'_, '_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<Loose<'a>>()? {
            let Loose::Text(name) = name else { continue };
            match self.fields.steps(self.node, &name) {
                (role, Some(node)) => {
                    map.next_value_seed(Walk { fields: self.fields, node, role, values: &mut *self.values })?;
                }
                (Some(role), None) if self.values[role] == Loose::Else => self.values[role] = map.next_value()?,
                _ => _ = map.next_value::<IgnoredAny>()?,
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_borrowed_str<E: serde::de::Error>(self, text: &'a str) -> Result<(), E> {
        self.set(Loose::Text(Cow::Borrowed(text)));
        Ok(())
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        self.set(Loose::Text(Cow::Owned(text.to_owned())));
        Ok(())
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<(), E> {
        self.set(Loose::Number(number));
        Ok(())
    }

    #[allow(clippy::cast_precision_loss, reason = "sizes and times lie far below where it begins")]
    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<(), E> {
        self.visit_f64(number as f64)
    }

    #[allow(clippy::cast_precision_loss, reason = "negative: neither a size nor a time")]
    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<(), E> {
        self.visit_f64(number as f64)
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        Ok(())
    }
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
        let flat = r#"{"net.peer.ip":"192.0.2.3","net":"tcp"}"#;
        assert_eq!(with(flat, &map, |entry| entry.client.map(<[u8]>::to_vec)), Ok(Some(b"192.0.2.3".to_vec())));
    }

    #[test]
    fn what_nginx_escapes_in_its_own_way_is_read() {
        let line = r#"{"remote_addr":"192.0.2.3","user_agent":"a\x22b\\x22\x5C","path":"/\xE3"}"#;
        let agent = with(line, &[], |entry| entry.agent.map(<[u8]>::to_vec));
        assert_eq!(agent, Ok(Some(br#"a"b\x22\"#.to_vec())));
    }

    #[test]
    fn what_is_no_request_says_so() {
        let fault = |line: &str| with(line, &[], |_| ()).unwrap_err();
        assert_eq!((fault("{"), fault("nonsense"), fault("{} {}")), (Fault::Json, Fault::Json, Fault::Json));
        assert_eq!(
            (fault("{}"), fault("[1]"), fault("7"), fault("{\"a\":1}")),
            (Fault::Fields, Fault::Fields, Fault::Fields, Fault::Fields)
        );
        assert_eq!(fault("{\"time\":\"noon\"}"), Fault::Time);
        assert_eq!(fault("{\"status\":\"20x\"}"), Fault::Status);
    }
}
