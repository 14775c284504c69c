//! The formats of logs that are read: each its own file, all to the same [`Entry`].

mod alb;
mod cloudtrail;
mod combined;
mod fields;
mod guess;
mod haproxy;
mod json;
mod loose;
mod named;
mod names;
mod roles;
mod s3;
mod scan;
mod template;
mod w3c;
mod walk;
mod wrapped;

use std::{
    borrow::Cow,
    fmt,
    hash::{BuildHasher, Hasher},
};

use foldhash::fast::FixedState;

pub use fields::{Field, Fields, NoField};
pub(crate) use guess::guess;
pub use named::{Named, NoFormat};
pub use template::{NoTemplate, Template};
pub use wrapped::Wrapped;

use crate::{entry::Entry, question::Question, when};

/// How a log is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// nginx's and Apache's combined format and its kin.
    Combined,
    /// A format of one's own.
    Template(Template),
    /// Application Load Balancers.
    Alb,
    /// HAProxy's requests.
    HaProxy,
    /// S3 server access logs.
    S3,
    /// CloudTrail, in documents or lines.
    CloudTrail,
    /// Lines of JSON.
    Json(Fields),
    /// W3C's extended log file format: IIS, CloudFront.
    W3c,
    /// Lines of one of these formats that something else put into its own.
    Wrapped(Wrapped),
}

/// Why a line was not read: what it lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// A time that can be read.
    Time,
    /// A request in quotes.
    Request,
    /// A status.
    Status,
    /// A number of bytes.
    Size,
    /// The fields of its format.
    Fields,
    /// Being JSON.
    Json,
    /// An end: it is longer than any line that is read.
    Length,
    /// What the rest of the file has around each line.
    Wrapper,
    /// The rest of its line.
    Piece,
    /// Being one line.
    Lines,
    /// A format: nothing in the file could be read.
    Format,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Time => "no time",
            Self::Request => "no request in quotes",
            Self::Status => "no status",
            Self::Size => "no number of bytes",
            Self::Fields => "not the fields of its format",
            Self::Json => "not JSON",
            Self::Length => "longer than any line that is read",
            Self::Wrapper => "not in what the others are wrapped in",
            Self::Piece => "a piece of a line",
            Self::Lines => "several lines in one",
            Self::Format => "the file's format is not known",
        })
    }
}

/// What one thread keeps between lines.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// The day read last.
    latest: when::Latest,
    /// Whether nobody asks for what stands behind the number of bytes: formats may leave it unread then.
    no_tail: bool,
    /// Room for a key with its escapes resolved.
    text: Vec<u8>,
    /// The columns of the file that is read, where a line of it names them.
    pub(crate) table: w3c::Table,
    /// The bucket seen first.
    bucket: Option<u64>,
    /// Whether there was another.
    pub(crate) several_buckets: bool,
}

impl Scratch {
    /// Room for what this question needs.
    pub(crate) fn of(question: &Question) -> Self {
        Self { no_tail: question.agents.is_empty() && question.proxies.is_empty(), ..Self::default() }
    }

    fn bucket(&mut self, name: &[u8]) {
        if name.is_empty() || self.several_buckets {
            return;
        }
        let mut hasher = FixedState::with_seed(0).build_hasher();
        hasher.write(name);
        let hash = hasher.finish();
        self.several_buckets = self.bucket.is_some_and(|first| first != hash);
        self.bucket = Some(hash);
    }

    /// Takes what another thread has seen.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.several_buckets |=
            other.several_buckets || matches!((self.bucket, other.bucket), (Some(a), Some(b)) if a != b);
        self.bucket = self.bucket.or(other.bucket);
        self.table.of_edge |= other.table.of_edge;
    }
}

impl Format {
    /// The name by which it is said.
    pub fn name(&self) -> Cow<'static, str> {
        let name = match self {
            Self::Wrapped(wrapped) => return wrapped.name(),
            Self::Combined => "combined",
            Self::Template(_) => "log-format",
            Self::Alb => "alb",
            Self::HaProxy => "haproxy",
            Self::S3 => "s3",
            Self::CloudTrail => "cloudtrail",
            Self::Json(_) => "json",
            Self::W3c => "w3c",
        };
        Cow::Borrowed(name)
    }

    /// The format without what is around its lines.
    pub(crate) fn bare(&self) -> &Self {
        if let Self::Wrapped(wrapped) = self { wrapped.inner() } else { self }
    }

    /// Whether a line is an entry by itself. An entry of an audit trail is a value of JSON, wherever lines end; a line of
    /// W3C's is what the directives before it say.
    pub(crate) fn is_of_lines(&self) -> bool {
        !matches!(self, Self::CloudTrail | Self::W3c)
    }

    /// Reads one line.
    #[inline]
    pub(crate) fn line(
        &self,
        line: &[u8],
        scratch: &mut Scratch,
        mut see: impl FnMut(&Entry<'_>),
    ) -> Result<(), Fault> {
        match self {
            Self::Combined => combined::read(line, scratch, &mut see),
            Self::Template(template) => template.read(line, &mut see),
            Self::Alb => alb::read(line, &mut see),
            Self::HaProxy => haproxy::read(line, scratch, &mut see),
            Self::S3 => s3::read(line, scratch, &mut see),
            Self::CloudTrail => match cloudtrail::read(line, scratch, &mut see) {
                Ok(end) => end.map(|_| ()).ok_or(Fault::Json),
                Err((_, fault)) => Err(fault),
            },
            Self::Json(fields) => match fields.are_usual() && scratch.table.read_json(line, &mut see)? {
                true => Ok(()),
                false => json::read(line, fields, &mut see),
            },
            // A directive that names no object is understood as little as a line that does.
            Self::W3c => match scratch.table.directive(line) {
                Some(names_one) => names_one.then_some(()).ok_or(Fault::Fields),
                None => scratch.table.read(line, &mut see),
            },
            Self::Wrapped(wrapped) => wrapped.read(line, scratch, &mut |_, entry| see(entry)),
        }
    }

    /// Reads one event at the start of `text` and says how long it is; `None` if there is more of it to come. With a
    /// fault comes the length too, 0 if it can't be told.
    pub(crate) fn event(
        text: &[u8],
        scratch: &mut Scratch,
        mut see: impl FnMut(&Entry<'_>),
    ) -> Result<Option<usize>, (usize, Fault)> {
        cloudtrail::read(text, scratch, &mut see)
    }
}
