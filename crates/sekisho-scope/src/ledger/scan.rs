//! Entries that are about no document that anybody looked at, told by their first bytes: most of a ledger, and reading
//! them whole would take most of the time.

use memchr::memmem;
use sekisho_core::time::Timestamp;

/// The most frequent of them, by their names in a body. What isn't named here is read whole, so that an entry of
/// another program's is found to be unknown.
const PASSED_OVER: [&[u8]; 8] = [
    b"assigned",
    b"lapsed",
    b"decided",
    b"deadline_nears",
    b"check_ended",
    b"root_changed",
    b"slots_forgotten",
    b"intake_key_made",
];

/// When a body was written, if it is one of those.
pub(super) fn passed_over(body: &[u8]) -> Option<Timestamp> {
    let name = behind(body, b"\"event\":\"")?;
    let name = &name[..memchr::memchr(b'"', name)?];
    if !PASSED_OVER.contains(&name) {
        return None;
    }
    number(behind(body, b"\"at\":")?).map(Timestamp)
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
    use sekisho_core::{
        event::{Event, What},
        time::Hour,
    };

    #[test]
    fn what_the_keeper_writes_is_passed_over_by_its_name() {
        let at = Timestamp(1_700_000_000);
        let forgotten = Event::new(at, What::SlotsForgotten { through: Hour(7) });
        assert_eq!(passed_over(&forgotten.to_bytes()), Some(at));
        assert_eq!(passed_over(&Event::new(at, What::Started).to_bytes()), None);
        for body in [&b""[..], b"{}", b"{\"at\":x,\"event\":\"decided\"}", b"{\"event\":\"decided\"}"] {
            assert_eq!(passed_over(body), None);
        }
    }

    #[test]
    fn every_name_is_an_events_name() {
        for name in PASSED_OVER {
            let name = std::str::from_utf8(name).unwrap();
            let why = Event::from_bytes(format!(r#"{{"v":1,"at":1,"event":"{name}"}}"#).as_bytes()).unwrap_err();
            assert!(why.to_string().starts_with("missing field"), "{name}: {why}");
        }
    }

    #[test]
    fn a_text_that_looks_like_a_field_is_none() {
        let body = br#"{"v":1,"at":7,"event":"stopping","why":"\"event\":\"decided\""}"#;
        assert_eq!(passed_over(body), None);
    }
}
