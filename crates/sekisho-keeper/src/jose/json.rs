//! JSON objects with a fixed set of members.

use serde::de::DeserializeOwned;

/// Why a JSON object is not what it should be. Never holds what was in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Not a JSON object, or a member appears twice.
    #[error("it is not a JSON object whose members appear once each")]
    Json,
    /// A member is missing.
    #[error("'{0}' is missing")]
    Missing(&'static str),
    /// A member that may not be there.
    #[error("it has a member that is not allowed")]
    Unknown,
    /// A member has the wrong type.
    #[error("a member has the wrong type")]
    Type,
}

/// Reads an object with exactly the members `names`, which must be those of `T`.
///
/// serde's own messages quote what they stumble over; what a stranger sent may
/// be personal, so only the kind of fault is told.
pub(super) fn read<T: DeserializeOwned>(bytes: &[u8], names: &[&'static str]) -> Result<T, Malformed> {
    serde_json::from_slice(bytes).map_err(|_| explain(bytes, names))
}

fn explain(bytes: &[u8], names: &[&'static str]) -> Malformed {
    let Ok(object) = serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(bytes) else {
        return Malformed::Json;
    };
    if let Some(missing) = names.iter().find(|name| !object.contains_key(**name)) {
        return Malformed::Missing(missing);
    }
    if object.len() > names.len() {
        return Malformed::Unknown;
    }
    // All are there and none too many: either one came twice or a type is wrong.
    if repeats(bytes, names) { Malformed::Json } else { Malformed::Type }
}

/// Whether a name occurs more often than once. Errs only towards the other kind of fault.
fn repeats(bytes: &[u8], names: &[&'static str]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    names.iter().any(|name| text.matches(&format!("\"{name}\"")).count() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Pair {
        a: u8,
        b: String,
    }

    fn fault(text: &str) -> Malformed {
        read::<Pair>(text.as_bytes(), &["a", "b"]).unwrap_err()
    }

    #[test]
    fn each_fault_has_its_kind() {
        assert_eq!(read(br#"{"a":1,"b":"x"}"#, &["a", "b"]), Ok(Pair { a: 1, b: "x".into() }));
        assert_eq!(fault("[1]"), Malformed::Json);
        assert_eq!(fault(r#"{"a":1}"#), Malformed::Missing("b"));
        assert_eq!(fault(r#"{"a":1,"b":"x","c":0}"#), Malformed::Unknown);
        assert_eq!(fault(r#"{"a":"1","b":"x"}"#), Malformed::Type);
        assert_eq!(fault(r#"{"a":1,"a":1,"b":"x"}"#), Malformed::Json);
        assert_eq!(fault(r#"{"a":1,"b":"x"} "#.repeat(2).as_str()), Malformed::Json);
    }

    /// M47
    #[test]
    fn no_fault_repeats_what_was_sent() {
        let text = fault(r#"{"a":"taro@example.jp","b":"x"}"#).to_string();
        assert!(!text.contains("taro"), "{text}");
    }
}
