//! What a body is about, told by its first bytes: most entries of a ledger are about no document that anybody looked
//! at, and reading them whole would take most of the time.

use memchr::memmem;
use sekisho_core::time::Timestamp;

/// The events that a scope rests on, by their names in a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Received,
    Viewed,
    Shredded,
    Observed,
    Other,
}

/// When a body was written and what it is about; nothing if that doesn't stand where this program writes it.
pub(super) fn head(body: &[u8]) -> Option<(Timestamp, Kind)> {
    let at = number(behind(body, b"\"at\":")?)?;
    let name = behind(body, b"\"event\":\"")?;
    let kind = match &name[..memchr::memchr(b'"', name)?] {
        b"received" => Kind::Received,
        b"viewed" => Kind::Viewed,
        b"shredded" => Kind::Shredded,
        b"observed" => Kind::Observed,
        _ => Kind::Other,
    };
    Some((Timestamp(at), kind))
}

/// A quotation mark within a text is written with a backslash before it, so no text can look like a field.
fn behind<'a>(body: &'a [u8], field: &[u8]) -> Option<&'a [u8]> {
    memmem::find(body, field).map(|at| &body[at + field.len()..])
}

fn number(text: &[u8]) -> Option<u64> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    std::str::from_utf8(&text[..digits]).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sekisho_core::event::{Event, What};

    #[test]
    fn the_head_of_what_the_keeper_writes_is_read() {
        let body = |what| Event::new(Timestamp(1_700_000_000), what).to_bytes();
        assert_eq!(head(&body(What::Started)), Some((Timestamp(1_700_000_000), Kind::Other)));
        for body in [&b""[..], b"{}", b"{\"at\":x,\"event\":\"viewed\"}", b"{\"event\":\"viewed\"}"] {
            assert_eq!(head(body), None);
        }
    }

    #[test]
    fn a_text_that_looks_like_a_field_is_none() {
        let body = br#"{"v":1,"at":7,"event":"stopping","why":"\"event\":\"viewed\""}"#;
        assert_eq!(head(body), Some((Timestamp(7), Kind::Other)));
    }
}
