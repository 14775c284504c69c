//! Formats by their names.

use std::str::FromStr;

use thiserror::Error;

use super::{
    Field, Fields, Format, Template,
    wrapped::{Wrapped, Wrapper},
};

/// Wrappers may lie in each other, but not as in a nightmare.
const MOST: usize = 4;

/// Why a name gives no format.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum NoFormat {
    /// Nothing is called so.
    #[error(
        "`{0}` is no format; write combined, alb, haproxy, s3, cloudtrail, w3c or json, and before it what its lines are wrapped in, if \
         they are, up to four of docker, cri, syslog, agent and time: docker+combined"
    )]
    Name(String),
    /// Only wrappers are named, and nothing says what is in them.
    #[error("what is in `{0}`? write `{0}+combined`, or give --log-format or --field too")]
    Empty(String),
    /// A format is named and given as well.
    #[error("--log-format says the format already; --format may say what its lines are wrapped in, e.g. docker")]
    Twice,
    /// Lines that nobody could read without those before them.
    #[error("what a line of w3c says stands in a line before it; give the files as the server wrote them")]
    Columns,
    /// Fields for what has none.
    #[error("--field is for --format json, or json in a wrapper")]
    Fields,
}

/// A format by name: what its lines are wrapped in, and what is in that; either may be left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    text: String,
    layers: Vec<Wrapper>,
    inner: Option<Inner>,
}

/// The formats that have names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inner {
    Combined,
    Alb,
    HaProxy,
    S3,
    CloudTrail,
    Json,
    W3c,
}

impl Inner {
    fn of(name: &str) -> Option<Self> {
        const KNOWN: [(&str, Inner); 7] = [
            ("combined", Inner::Combined),
            ("alb", Inner::Alb),
            ("haproxy", Inner::HaProxy),
            ("s3", Inner::S3),
            ("cloudtrail", Inner::CloudTrail),
            ("json", Inner::Json),
            ("w3c", Inner::W3c),
        ];
        KNOWN.iter().find(|(known, _)| *known == name).map(|(_, inner)| *inner)
    }

    fn format(self, fields: &[Field]) -> Format {
        match self {
            Self::Combined => Format::Combined,
            Self::Alb => Format::Alb,
            Self::HaProxy => Format::HaProxy,
            Self::S3 => Format::S3,
            Self::CloudTrail => Format::CloudTrail,
            Self::Json => Format::Json(Fields::new(fields)),
            Self::W3c => Format::W3c,
        }
    }
}

impl FromStr for Named {
    type Err = NoFormat;

    fn from_str(text: &str) -> Result<Self, NoFormat> {
        let mut named = Self { text: text.to_owned(), layers: Vec::new(), inner: None };
        for name in text.split('+') {
            let layer = Wrapper::ALL.into_iter().find(|layer| layer.name() == name);
            match (named.inner, layer, Inner::of(name)) {
                (None, Some(layer), _) if named.layers.len() < MOST => named.layers.push(layer),
                (None, None, Some(inner)) => named.inner = Some(inner),
                _ => return Err(NoFormat::Name(text.to_owned())),
            }
        }
        Ok(named)
    }
}

impl Named {
    /// The format, with a format of one's own in its wrappers or with fields for its JSON.
    ///
    /// # Errors
    /// If the name and what is given beside it say too little or contradict each other.
    pub fn format(&self, own: Option<&Template>, fields: &[Field]) -> Result<Format, NoFormat> {
        if self.inner == Some(Inner::W3c) && !self.layers.is_empty() {
            return Err(NoFormat::Columns);
        }
        let inner = match (self.inner, own) {
            (Some(_), Some(_)) => return Err(NoFormat::Twice),
            (Some(inner), None) => inner.format(fields),
            (None, Some(own)) => Format::Template(own.clone()),
            (None, None) if fields.is_empty() => return Err(NoFormat::Empty(self.text.clone())),
            (None, None) => Inner::Json.format(fields),
        };
        if !fields.is_empty() && !matches!(inner, Format::Json(_)) {
            return Err(NoFormat::Fields);
        }
        Ok(if self.layers.is_empty() { inner } else { Format::Wrapped(Wrapped::new(&self.layers, inner)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str, own: Option<&str>, fields: &[&str]) -> Result<String, NoFormat> {
        let own: Option<Template> = own.map(|own| own.parse().unwrap());
        let fields: Vec<_> = fields.iter().map(|field| field.parse().unwrap()).collect();
        name.parse::<Named>()?.format(own.as_ref(), &fields).map(|format| format.name().into_owned())
    }

    #[test]
    fn a_format_has_the_name_by_which_it_is_told() {
        for layers in ["", "docker+", "cri+", "syslog+", "agent+", "time+", "time+agent+docker+syslog+"] {
            for inner in ["combined", "alb", "haproxy", "s3", "cloudtrail", "json"] {
                let name = format!("{layers}{inner}");
                assert_eq!(named(&name, None, &[]), Ok(name));
            }
        }
    }

    #[test]
    fn what_is_given_beside_a_name_is_in_its_wrappers() {
        assert_eq!(named("cri", Some("$remote_addr $status"), &[]), Ok("cri+log-format".into()));
        assert_eq!(named("cri", None, &["time=ts"]), Ok("cri+json".into()));
        let json = "docker+json".parse::<Named>().unwrap().format(None, &["time=ts".parse().unwrap()]);
        let fields = Fields::new(&["time=ts".parse().unwrap()]);
        assert_eq!(json, Ok(Format::Wrapped(Wrapped::new(&[Wrapper::Docker], Format::Json(fields)))));
    }

    #[test]
    fn what_says_nothing_or_too_much_is_refused() {
        for name in
            ["", "+", "nginx", "combined+docker", "docker+", "docker+nginx", "combined+s3", "cri+cri+cri+cri+cri+s3"]
        {
            assert_eq!(named(name, None, &[]), Err(NoFormat::Name(name.into())));
        }
        assert_eq!(
            (named("w3c", None, &[]), named("docker+w3c", None, &[])),
            (Ok("w3c".into()), Err(NoFormat::Columns))
        );
        assert_eq!(named("docker", None, &[]), Err(NoFormat::Empty("docker".into())));
        assert_eq!(named("docker+s3", Some("$status"), &[]), Err(NoFormat::Twice));
        assert_eq!(named("docker+s3", None, &["time=ts"]), Err(NoFormat::Fields));
        assert_eq!(named("docker", Some("$status"), &["time=ts"]), Err(NoFormat::Fields));
    }
}
