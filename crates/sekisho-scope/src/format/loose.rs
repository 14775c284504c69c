//! Values of JSON that should be a text or a number, and may be anything.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

/// A text, a number, or whatever else stood there: it is no reason to refuse the line.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) enum Loose<'a> {
    Text(Cow<'a, str>),
    Whole(u64),
    Number(f64),
    Truth(bool),
    #[default]
    Else,
}

impl Loose<'_> {
    pub(super) fn text(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            _ => b"",
        }
    }

    /// A text, or a number as it is written; `None` for anything else.
    pub(super) fn written(&self) -> Option<Cow<'_, [u8]>> {
        match self {
            Self::Text(text) => Some(Cow::Borrowed(text.as_bytes())),
            Self::Whole(number) => Some(Cow::Owned(number.to_string().into_bytes())),
            Self::Number(number) => Some(Cow::Owned(number.to_string().into_bytes())),
            Self::Truth(_) | Self::Else => None,
        }
    }

    #[allow(clippy::cast_precision_loss, reason = "times lie far below where it begins")]
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Whole(number) => Some(*number as f64),
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// A number of bytes, also one that is written as a text.
    pub(super) fn size(&self) -> Option<u64> {
        match self {
            Self::Text(text) => super::scan::number(text.as_bytes()),
            Self::Whole(number) => Some(*number).filter(|number| *number < 1 << 60),
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within bounds by then")]
            Self::Number(number) => (0.0..1e18).contains(number).then_some(*number as u64),
            _ => None,
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Loose<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LooseVisitor)
    }
}

struct LooseVisitor;

impl<'de> Visitor<'de> for LooseVisitor {
    type Value = Loose<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Loose<'de>, E> {
        Ok(Loose::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Loose<'de>, E> {
        Ok(Loose::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Loose<'de>, E> {
        Ok(Loose::Truth(truth))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Loose<'de>, E> {
        Ok(Loose::Whole(number))
    }

    #[allow(clippy::cast_precision_loss, reason = "negative: neither a size nor a time")]
    fn visit_i64<E: Error>(self, number: i64) -> Result<Loose<'de>, E> {
        Ok(Loose::Number(number as f64))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Loose<'de>, E> {
        Ok(Loose::Number(number))
    }

    fn visit_unit<E: Error>(self) -> Result<Loose<'de>, E> {
        Ok(Loose::Else)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Loose<'de>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Loose::Else)
    }

    /// A list of one is that one: headers are lists for those who write all of them.
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Loose<'de>, A::Error> {
        let first = seq.next_element::<Loose<'de>>()?;
        let mut is_more = false;
        while seq.next_element::<IgnoredAny>()?.is_some() {
            is_more = true;
        }
        Ok(first.filter(|_| !is_more).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anything_is_taken_and_only_what_it_is() {
        let of = |text: &'static str| serde_json::from_str::<Loose<'_>>(text).unwrap();
        assert_eq!(of("\"a\\nb\"").text(), b"a\nb");
        assert_eq!((of("7").size(), of("7.0").size(), of("\"7\"").size()), (Some(7), Some(7), Some(7)));
        assert_eq!((of("-7").size(), of("\"-\"").size(), of("1e99").size()), (None, None, None));
        assert_eq!(
            (of("[\"a\"]").text(), of("18446744073709551615").written().as_deref()),
            (&b"a"[..], Some(&b"18446744073709551615"[..]))
        );
        for other in ["null", "[1,{}]", "[]", "[[{}]]", "{\"a\":[2]}"] {
            assert_eq!(of(other), Loose::Else);
        }
        assert_eq!(of("true"), Loose::Truth(true));
    }
}
