//! The texts in a line of JSON that may be lines of another log.

use std::{borrow::Cow, fmt};

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};

use super::{super::loose::Loose, Fault};

/// The fields in which others keep a whole line, the surest first: those of Filebeat, Vector and Logstash; of Docker and
/// Fluent Bit; of the Elastic Common Schema, now and before; of journald; of CloudWatch's queries; of loggers; of Loki;
/// of Google Cloud; of Splunk's exports and of what it is sent; of GELF, twice.
const NAMES: [&str; 13] = [
    "message",
    "log",
    "event.original",
    "log.original",
    "MESSAGE",
    "@message",
    "msg",
    "line",
    "textPayload",
    "_raw",
    "event",
    "full_message",
    "short_message",
];

/// Objects that hold what was kept, and beside themselves say where: of Elasticsearch's dumps, of Splunk's, Datadog's and
/// Google Cloud's exports.
const AROUND: [&str; 4] = ["_source", "result", "attributes", "jsonPayload"];

/// A text, and the name of its field.
pub(super) struct Found<'a> {
    pub(super) name: &'static str,
    pub(super) text: Cow<'a, [u8]>,
}

/// What a line of JSON has.
#[derive(Default)]
pub(super) struct Texts<'a> {
    /// In the order of [`NAMES`].
    pub(super) found: Vec<Found<'a>>,
    /// Whether it says from which stream of a process it is.
    pub(super) is_of_stream: bool,
    /// Whether it has a field `time`.
    pub(super) is_timed: bool,
    /// Whether it says that the text is not a whole line.
    pub(super) is_piece: bool,
}

/// Finds them.
pub(super) fn texts(line: &[u8]) -> Result<Texts<'_>, Fault> {
    let mut texts = Texts::default();
    let mut json = serde_json::Deserializer::from_slice(line);
    Walk { texts: &mut texts, at: At::Line }.deserialize(&mut json).map_err(|_| Fault::Json)?;
    json.end().map_err(|_| Fault::Json)?;
    let place = |found: &Found<'_>| NAMES.iter().position(|name| *name == found.name);
    texts.found.sort_by_key(place);
    Ok(texts)
}

/// Where in a line one is.
#[derive(Clone, Copy)]
enum At {
    /// In the line itself, or in what is [`AROUND`] it.
    Line,
    /// At the value of a field: its place among [`NAMES`].
    Value(usize),
}

/// Walks through a line.
struct Walk<'t, 'a> {
    texts: &'t mut Texts<'a>,
    at: At,
}

impl<'a> Walk<'_, 'a> {
    fn keep(self, text: Cow<'a, [u8]>) {
        if let At::Value(name) = self.at {
            self.texts.found.push(Found { name: NAMES[name], text });
        }
    }

    /// Notes what a field beside the text says of it: Docker's and Kubernetes' streams, and their ways to say that there is
    /// more of a line, as Fluent Bit, Fluentd and journald hand them on.
    fn beside(&mut self, name: &str, value: &Loose<'_>) {
        let is_true = *value == Loose::Truth(true) || value.text() == b"true";
        match name {
            "stream" => self.texts.is_of_stream |= matches!(value.text(), b"stdout" | b"stderr"),
            "time" => self.texts.is_timed = true,
            "logtag" | "_p" => self.texts.is_piece |= value.text().starts_with(b"P"),
            "partial_message" | "CONTAINER_PARTIAL_MESSAGE" => self.texts.is_piece |= is_true,
            _ => {}
        }
    }

    /// The field's place among [`NAMES`]. `event` and `log` may be objects, in which `original` is the line.
    fn place(&self, name: &str) -> Option<usize> {
        match self.at {
            At::Line => NAMES.iter().position(|known| *known == name),
            At::Value(outer) => NAMES.iter().position(|known| {
                known.strip_prefix(NAMES[outer]).and_then(|rest| rest.strip_prefix('.')) == Some(name)
            }),
        }
    }
}

impl<'a> DeserializeSeed<'a> for Walk<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for Walk<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_map<A: MapAccess<'a>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<Loose<'a>>()? {
            let Loose::Text(name) = name else { continue };
            let is_line = matches!(self.at, At::Line);
            if let Some(place) = self.place(&name) {
                map.next_value_seed(Walk { texts: &mut *self.texts, at: At::Value(place) })?;
            } else if is_line && AROUND.contains(&&*name) {
                map.next_value_seed(Walk { texts: &mut *self.texts, at: At::Line })?;
            } else {
                let value = map.next_value::<Loose<'a>>()?;
                self.beside(&name, &value);
            }
        }
        Ok(())
    }

    fn visit_borrowed_str<E: Error>(self, text: &'a str) -> Result<(), E> {
        self.keep(Cow::Borrowed(text.as_bytes()));
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.keep(Cow::Owned(text.as_bytes().to_vec()));
        Ok(())
    }

    /// journald writes a text that isn't UTF-8, or that holds what can't be printed, as a list of its bytes.
    fn visit_seq<A: SeqAccess<'a>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut bytes = Some(Vec::new());
        while let Some(value) = seq.next_element::<Loose<'a>>()? {
            let byte = if let Loose::Whole(number) = value { u8::try_from(number).ok() } else { None };
            bytes = bytes.zip(byte).map(|(mut bytes, byte)| {
                bytes.push(byte);
                bytes
            });
        }
        if let Some(bytes) = bytes.filter(|bytes| !bytes.is_empty()) {
            self.keep(Cow::Owned(bytes));
        }
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }
}
