//! `sekisho watch replay`: the detectors over a ledger's past.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
    str::FromStr,
};

use clap::Args;
use sekisho_core::{
    calendar::text,
    event::{Event, What},
    time::Timestamp,
    watch::{Detector, Finding, Setup, Sight, Switch, Verdict, Watch},
};
use serde::Serialize;

use crate::{
    cli::{language::Language, ledger, refuse},
    watch_file,
};

/// What the detectors find in a ledger. It changes nothing, and gives the same answer each time
#[derive(Debug, Args)]
#[command(after_help = "\
DIR is a data folder (the installation may run meanwhile) or an export; FILE is ledger/journal or keeper/event.jsonl.

A detector can be tried on the past before it is switched on: --detector tempo=shadow finds what it would have found, \
and says that nothing comes of it. Detectors: canary, tempo, pressing, undecided, enumeration, strangers, flood, forgery, \
newcomer, hours, drip, bound, together.

The keeper finds the same while it runs, with the detectors as the ledger says that they were set, and what comes of \
it is done there. Told otherwise, this command looks at all of the past as it would have been found then; so a file \
for `sekisho serve --watch` can be tried first.

Examples:
  sekisho watch replay /var/lib/sekisho
  sekisho watch replay ./export --detector tempo=shadow --detector hours=off --lang ja
  sekisho watch replay ./data --watch watch.toml
  sekisho watch replay ./data/ledger/journal --json | jq '.findings[].sentence_en'

Exit status: 0 nothing was found but notes, 1 something was, 2 something can't be read or was asked wrongly.")]
pub(super) struct ReplayArgs {
    /// A data folder, an export, or the file with the ledger's bodies
    #[arg(value_name = "DIR|FILE")]
    ledger: PathBuf,
    /// Switch a detector; repeat it for each
    #[arg(long = "detector", value_name = "ID=on|shadow|off")]
    detectors: Vec<Switched>,
    /// Set all detectors as this file does (TOML, see `sekisho serve --watch`)
    #[arg(long, value_name = "FILE")]
    watch: Option<PathBuf>,
    /// Print one JSON object, in both languages
    #[arg(long)]
    json: bool,
    /// The language of the sentences
    #[arg(long, value_enum, default_value = "en")]
    lang: Language,
}

/// A detector and its switch, as they are written.
#[derive(Debug, Clone, Copy)]
struct Switched(Detector, Switch);

impl FromStr for Switched {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, switch) = text.split_once('=').unwrap_or((text, "on"));
        let names = Detector::ALL.iter().map(|detector| detector.name()).collect::<Vec<_>>().join(", ");
        let detector = name.parse().map_err(|_| format!("{name} is none; there are {names}"))?;
        let switch = match switch {
            "on" => Switch::On,
            "shadow" => Switch::Shadow,
            "off" => Switch::Off,
            _ => return Err(format!("{switch}: say on, shadow or off")),
        };
        Ok(Self(detector, switch))
    }
}

/// Runs `sekisho watch replay …`.
pub(super) fn run(args: &ReplayArgs) -> ExitCode {
    let report = match replay(args) {
        Ok(report) => report,
        Err(why) => return refuse(why),
    };
    match report.print(args, &mut io::stdout().lock()) {
        Ok(()) => ExitCode::from(u8::from(report.worst > Verdict::Note)),
        // Whoever reads us went away, e.g. `head`: there is nobody left to tell.
        Err(_) => ExitCode::from(2),
    }
}

/// What is told of a ledger.
#[derive(Debug, Serialize)]
struct Report {
    events: u64,
    /// Findings that stand in the ledger already.
    recorded: u64,
    worst: Verdict,
    findings: Vec<Told>,
}

/// A finding and where it falls.
#[derive(Debug, Serialize)]
struct Told {
    place: u64,
    at: String,
    verdict: Verdict,
    #[serde(flatten)]
    finding: Finding,
    sentence_en: String,
    sentence_ja: String,
}

impl Told {
    fn new(place: u64, at: Timestamp, finding: Finding) -> Self {
        let (said, verdict) = (finding.sentence(), finding.verdict());
        Self { place, at: text::rfc3339(at), verdict, finding, sentence_en: said.en, sentence_ja: said.ja }
    }
}

/// How the detectors are set, other than the ledger says.
struct Otherwise<'a> {
    whole: Option<Setup>,
    switched: &'a [Switched],
}

impl Otherwise<'_> {
    fn set(&self, said: Setup) -> Setup {
        let mut setup = self.whole.clone().unwrap_or(said);
        self.switched.iter().for_each(|Switched(detector, switch)| *setup.switch(*detector) = *switch);
        setup
    }

    /// The event as the detectors are to see it.
    fn seen(&self, event: &Event) -> Option<Event> {
        let What::WatchSet { setup, founding } = &event.what else { return None };
        let setup = Box::new(self.set((**setup).clone()));
        Some(Event { what: What::WatchSet { setup, founding: *founding }, ..event.clone() })
    }
}

fn replay(args: &ReplayArgs) -> Result<Report, String> {
    let named = args.watch.as_ref();
    let whole = named.map(|file| watch_file::read(file).map_err(|why| format!("{}: {why}", file.display())));
    let otherwise = Otherwise { whole: whole.transpose()?, switched: &args.detectors };
    let mut watch = Watch::new(otherwise.set(Setup::default()));
    let mut report = Report { events: 0, recorded: 0, worst: Verdict::Note, findings: Vec::new() };
    ledger::each(&args.ledger, |place, event| {
        report.events += 1;
        report.recorded += u64::from(matches!(event.what, What::Found { .. }));
        let found = watch.see(Sight { place, event: otherwise.seen(event).as_ref().unwrap_or(event) });
        report.findings.extend(found.into_iter().map(|finding| Told::new(place, event.at, finding)));
    })
    .map_err(|why| why.to_string())?;
    report.worst = report.findings.iter().map(|told| told.verdict).max().unwrap_or(Verdict::Note);
    Ok(report)
}

impl Report {
    fn print(&self, args: &ReplayArgs, out: &mut dyn Write) -> io::Result<()> {
        if args.json {
            serde_json::to_writer_pretty(&mut *out, self)?;
            return writeln!(out);
        }
        self.findings.iter().try_for_each(|told| told.print(args.lang, out))?;
        let notes = self.findings.iter().filter(|told| told.verdict == Verdict::Note).count();
        let (events, findings) = (self.events, self.findings.len() - notes);
        match args.lang {
            Language::En => writeln!(out, "{events} events: {findings} findings, {notes} notes"),
            Language::Ja => writeln!(out, "記録 {events}件: 要対応 {findings}件、お知らせ {notes}件"),
        }
    }
}

impl Told {
    fn print(&self, lang: Language, out: &mut dyn Write) -> io::Result<()> {
        let Finding { detector, evidence, .. } = &self.finding;
        let (sentence, word) = match lang {
            Language::En => (&self.sentence_en, "evidence"),
            Language::Ja => (&self.sentence_ja, "根拠"),
        };
        writeln!(out, "{} {} {detector} [{}] {sentence}", self.place, self.at, word_of(self.verdict))?;
        let places = evidence.places.iter().map(u64::to_string).collect::<Vec<_>>().join(" ");
        writeln!(out, "    {word}: {} / {} s, {places}", evidence.count, evidence.seconds)
    }
}

const fn word_of(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Note => "note",
        Verdict::Deny => "deny",
        Verdict::EndShift => "end shift",
        Verdict::Pause => "pause",
        Verdict::Lockdown => "lockdown",
    }
}

#[cfg(test)]
mod tests;
