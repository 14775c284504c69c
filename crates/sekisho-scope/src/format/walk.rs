//! A line of JSON, walked through for the values that have a role.

use std::{borrow::Cow, fmt};

use serde::{
    Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::{
    Fault, Fields,
    fields::{ROLES, Role, Steps},
    loose::Loose,
};

/// What each role has.
pub(super) type Values<'a> = [Loose<'a>; ROLES];

/// The values of a line.
pub(super) fn values<'a>(line: &'a [u8], fields: &Fields) -> Result<Values<'a>, Fault> {
    let (mut values, mut ranks) = (Values::default(), [u8::MAX; ROLES]);
    let mut json = serde_json::Deserializer::from_slice(line);
    let walk = Walk { fields, node: 0, value: None, values: &mut values, ranks: &mut ranks };
    walk.deserialize(&mut json).map_err(|_| Fault::Json)?;
    json.end().map_err(|_| Fault::Json)?;
    // What names no object is no request, or names it in a field that nobody said: counted, never passed over.
    let names_any = [Role::Object, Role::Request].iter().any(|role| values[*role as usize] != Loose::Else);
    if names_any { Ok(values) } else { Err(Fault::Fields) }
}

/// Walks through an object and picks what has a role: of several fields for a role the surest, of the same one twice
/// the first.
struct Walk<'m, 'v, 'a> {
    fields: &'m Fields,
    node: usize,
    /// The role of the value itself, should it be no object, and how many fields would be surer.
    value: Option<(usize, u8)>,
    values: &'v mut Values<'a>,
    /// Of what was found.
    ranks: &'v mut [u8; ROLES],
}

impl<'a> Walk<'_, '_, 'a> {
    fn is_wanted(&self, (role, rank): (usize, u8)) -> bool {
        rank < self.ranks[role]
    }

    fn set(self, value: Loose<'a>) {
        let wanted = self.value.filter(|found| value != Loose::Else && self.is_wanted(*found));
        if let Some((role, rank)) = wanted {
            (self.values[role], self.ranks[role]) = (value, rank);
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
            let Steps { value, inside } = self.fields.steps(self.node, &name);
            let (fields, values, ranks) = (self.fields, &mut *self.values, &mut *self.ranks);
            if let Some(node) = inside {
                map.next_value_seed(Walk { fields, node, value, values, ranks })?;
            } else if value.is_some_and(|(role, rank)| rank < ranks[role]) {
                let found = map.next_value()?;
                Walk { fields, node: 0, value, values, ranks }.set(found);
            } else {
                map.next_value::<IgnoredAny>()?;
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

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<(), E> {
        self.set(Loose::Whole(number));
        Ok(())
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
