//! How every scope's answer is told: in words or as JSON, with what it took, held against an inventory.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
    time::Instant,
};

use clap::Args;
use sekisho_scope::{End, Interval, Progress, Reason, ScopeError, bound, inventory::Held};
use serde::Serialize;

use super::{
    held::{self, With},
    working::{peak_mb, watched},
};
use crate::cli::{language::Language, refuse};

/// So many silences are shown; the rest is counted.
const SHOWN: usize = 10;

/// How it is told.
#[derive(Debug, Args)]
pub(super) struct Telling {
    /// Hold the answer against this inventory: which stores were reached (see `sekisho scope inventory`)
    #[arg(long, value_name = "FILE")]
    inventory: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// Leave out how long it took and how much memory: then the same files give the same bytes
    #[arg(long)]
    no_figures: bool,
    /// The language of the report
    #[arg(long, value_enum, default_value = "en")]
    lang: Language,
}

/// An answer.
pub(super) trait Answered: Serialize {
    /// Whether it isn't simply nobody and nothing.
    fn is_finding(&self) -> bool;

    /// Notes how many milliseconds it took, and the most memory, in megabytes.
    fn took(&mut self, ms: Option<u64>, peak_mb: Option<u64>);
}

macro_rules! answered {
    ($($answer:ty),*) => {
        $(impl Answered for $answer {
            fn is_finding(&self) -> bool {
                self.is_finding()
            }

            fn took(&mut self, ms: Option<u64>, peak_mb: Option<u64>) {
                (self.ms, self.peak_mb) = (ms, peak_mb);
            }
        })*
    };
}

answered!(sekisho_scope::Answer, sekisho_scope::packets::Answer);

impl Telling {
    /// Asks, and tells the answer as JSON or with `words`. It ends with 0 for nothing, 1 for a finding, and 2 for what
    /// could not be asked.
    pub(super) fn tell<A: Answered>(
        &self,
        ask: impl FnOnce(&Progress) -> Result<A, ScopeError>,
        words: impl Fn(&A, Language, &mut dyn Write) -> io::Result<()>,
    ) -> ExitCode {
        let (answer, held) = match self.asked(ask) {
            Ok(asked) => asked,
            Err(why) => return refuse(why),
        };
        match self.print(&answer, held.as_ref(), words, &mut io::stdout().lock()) {
            Ok(()) => ExitCode::from(u8::from(answer.is_finding())),
            // Whoever reads us went away, e.g. `head`: there is nobody left to tell.
            Err(_) => ExitCode::from(2),
        }
    }

    fn asked<A: Answered>(
        &self,
        ask: impl FnOnce(&Progress) -> Result<A, ScopeError>,
    ) -> Result<(A, Option<Held>), String> {
        let inventory = held::named(self.inventory.as_deref())?;
        let begun = Instant::now();
        let mut answer = watched(ask).map_err(|why| why.to_string())?;
        if !self.no_figures {
            answer.took(u64::try_from(begun.elapsed().as_millis()).ok(), peak_mb());
        }
        let held = held::against(inventory.as_ref(), &answer)?;
        Ok((answer, held))
    }

    fn print<A: Answered>(
        &self,
        answer: &A,
        inventory: Option<&Held>,
        words: impl Fn(&A, Language, &mut dyn Write) -> io::Result<()>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        if self.json {
            serde_json::to_writer_pretty(&mut *out, &With { answer, inventory })?;
            return writeln!(out);
        }
        words(answer, self.lang, out)?;
        inventory.map_or(Ok(()), |held| held::print(held, self.lang, out))
    }
}

/// Prints why there may be more, and when it was silent.
pub(super) fn open(reasons: &[Reason], silences: &[Interval], lang: Language, out: &mut dyn Write) -> io::Result<()> {
    for Reason { reason, count, says } in reasons {
        writeln!(out, "{reason} ({count}): {says}")?;
    }
    for Interval { from, to } in silences.iter().take(SHOWN) {
        writeln!(out, "    {from} – {to}")?;
    }
    match (silences.len().saturating_sub(SHOWN), lang) {
        (0, _) => Ok(()),
        (more, Language::En) => writeln!(out, "    and {more} more; --json has all"),
        (more, Language::Ja) => writeln!(out, "    ほか {more}件（--json で全件）"),
    }
}

/// From when to when; both lie within.
#[derive(Debug, Args)]
pub(super) struct Span {
    /// The first second, RFC 3339; without a zone, Japan's
    #[arg(long, value_name = "TIME", value_parser = |text: &str| bound(text, End::First))]
    from: Option<i64>,
    /// The last second; it counts until its end
    #[arg(long, value_name = "TIME", value_parser = |text: &str| bound(text, End::Last))]
    to: Option<i64>,
}

impl Span {
    /// The bounds, or what is wrong with them.
    pub(super) fn bounds(&self) -> Result<(Option<i64>, Option<i64>), String> {
        if self.from.zip(self.to).is_some_and(|(from, to)| from > to) {
            return Err("--from lies behind --to: nothing can be in that window".into());
        }
        Ok((self.from, self.to))
    }
}
