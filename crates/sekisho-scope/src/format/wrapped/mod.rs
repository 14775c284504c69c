//! Lines that something else put into its own: what Docker, Kubernetes, syslog or an agent kept of a log. A thin layer: what
//! stands within is read as it would be by itself, and what stands around it says nothing about a request. Its time
//! least of all, since that is when somebody wrote, read or received the line.

mod cri;
mod documents;
mod syslog;
mod texts;

use std::borrow::Cow;

use super::{Fault, Format, Scratch, cloudtrail};
use crate::entry::Entry;

/// What a line was put into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrapper {
    /// Docker's own files: a line as `log`, with its end, beside `stream` and `time`.
    Docker,
    /// Kubernetes' container runtimes: time, stream, whether it is all of the line, the line.
    Cri,
    /// Syslog, kept or received.
    Syslog,
    /// An agent's lines of JSON, of which a field is the line.
    Agent,
    /// A time alone, as exports put it before each line.
    Time,
}

impl Wrapper {
    /// All of them, those that ask for the most first.
    pub(super) const ALL: [Self; 5] = [Self::Docker, Self::Cri, Self::Syslog, Self::Agent, Self::Time];

    /// The name by which it is said.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Cri => "cri",
            Self::Syslog => "syslog",
            Self::Agent => "agent",
            Self::Time => "time",
        }
    }

    /// Gives `read` what stands within a line.
    fn open(self, line: &[u8], read: Read<'_>) -> Result<(), Fault> {
        match self {
            Self::Docker => documents::docker(line, read),
            Self::Cri => cri::within(line).and_then(read),
            Self::Syslog => syslog::within(line).ok_or(Fault::Wrapper).and_then(read),
            Self::Agent => documents::agent(line, read),
            Self::Time => cri::behind_time(line).ok_or(Fault::Wrapper).and_then(read),
        }
    }
}

/// What reads the line within.
type Read<'r> = &'r mut dyn FnMut(&[u8]) -> Result<(), Fault>;

/// Opens one wrapper after the other.
pub(super) fn within(layers: &[Wrapper], line: &[u8], read: Read<'_>) -> Result<(), Fault> {
    match layers.split_first() {
        None => read(line),
        Some((layer, rest)) => layer.open(line, &mut |inner| within(rest, inner, read)),
    }
}

/// A format within wrappers, of which the first is the outermost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrapped {
    layers: Vec<Wrapper>,
    inner: Box<Format>,
}

impl Wrapped {
    pub(super) fn new(layers: &[Wrapper], inner: Format) -> Self {
        Self { layers: layers.to_vec(), inner: Box::new(inner) }
    }

    /// The format within.
    pub(crate) fn inner(&self) -> &Format {
        &self.inner
    }

    /// The wrappers and the format, as they are said.
    pub(super) fn name(&self) -> Cow<'static, str> {
        let layers = self.layers.iter().map(|layer| Cow::Borrowed(layer.name()));
        layers.chain([self.inner.name()]).collect::<Vec<_>>().join("+").into()
    }

    /// Reads a line. `see` gets the line within too, by which copies know each other, or nothing where that isn't a line
    /// but an event.
    #[cold]
    #[inline(never)]
    pub(crate) fn read(
        &self,
        line: &[u8],
        scratch: &mut Scratch,
        see: &mut dyn FnMut(&[u8], &Entry<'_>),
    ) -> Result<(), Fault> {
        within(&self.layers, line, &mut |inner| match &*self.inner {
            Format::CloudTrail => cloudtrail::alone(inner, scratch, &mut |entry| see(b"", entry)),
            format @ Format::Json(_) => format.line(inner, scratch, |entry| see(inner, entry)),
            // Of several lines in one only the first would be read, and nobody would hear of the others.
            _ if memchr::memchr(b'\n', inner).is_some() => Err(Fault::Lines),
            format => format.line(inner, scratch, |entry| see(inner, entry)),
        })
    }
}

/// A text without the line's end that its writer left on it.
fn without_end(text: &[u8]) -> &[u8] {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    text.strip_suffix(b"\r").unwrap_or(text)
}
