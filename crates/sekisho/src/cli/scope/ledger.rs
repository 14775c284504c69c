//! `sekisho scope ledger`: which documents were opened, from an installation's own ledger.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use clap::Args;
use sekisho_core::{
    event::{Event, What},
    id::StaffId,
    time::Timestamp,
};
use sekisho_scope::{
    End, bound,
    inventory::Held,
    ledger::{Affected, NoMembers, Question, Scope, Window},
};
use serde::Serialize;

use super::{
    held::{self, With},
    in_words,
    ledger_by::By,
    ledger_index::print_recalled,
    ledger_read::{self, Gathered, Recall, Recalled},
    page,
    working::peak_mb,
};
use crate::{
    app::people::{self, People},
    cli::{language::Language, refuse},
};

/// Which documents were opened: confirmed, and at most
#[derive(Debug, Args)]
#[command(after_help = "\
DIR is a data folder (the installation may run meanwhile) or an export; FILE is ledger/journal or keeper/event.jsonl, \
of which nobody can say whose members' documents they were. No picture is touched and no key is needed. Whether the \
ledger itself is whole and unchanged is for `sekisho verify`.

Conditions, each --by KIND=VALUE: reviewer (an id or a name), session, device, network, site, client (the site that \
called), finding or incident (the place of a finding in the ledger, as `sekisho watch replay` and alerts tell it). All \
kinds that are said have to be met; of one kind that is said several times, one is enough. A finding asks about its \
people while its evidence came together, and possibly about the rest of their sessions: one alone, without a reviewer.

Confirmed: an entry says so. At most: besides, what sessions leave open that were worked from several networks or \
from one that nobody observed, and one document for each entry whose body is missing. Both bounds of a window lie \
within it; times without a zone are Japan's.

An index that lies beside the ledger (`sekisho scope index`) is used as far as it fits, and the answer says so; what \
doesn't fit is not used, with the reason, and the ledger is read itself. Whoever may write the index may make it say \
anything: --no-index reads the ledger alone.

Examples:
  sekisho scope ledger /var/lib/sekisho --by reviewer=Sato --from 2026-11-20 --to 2026-11-20T12:00:00
  sekisho scope ledger /var/lib/sekisho --by finding=48211 --documents documents.csv --html report.html
  sekisho scope ledger ./export --by session=sft_… --json

Exit status: 0 nothing was opened and nothing is left open, 1 something was or may have been, 2 something can't be \
read or was asked wrongly.")]
pub(super) struct LedgerArgs {
    /// A data folder, an export, or the file with the ledger's bodies
    #[arg(value_name = "DIR|FILE", default_value = "./data")]
    ledger: PathBuf,
    /// Whose looks, at whose documents
    #[arg(long, value_name = "KIND=VALUE")]
    by: Vec<By>,
    /// The first second, RFC 3339; without a zone, Japan's
    #[arg(long, value_name = "TIME", value_parser = |text: &str| bound(text, End::First))]
    from: Option<i64>,
    /// The last second; it counts until its end
    #[arg(long, value_name = "TIME", value_parser = |text: &str| bound(text, End::Last))]
    to: Option<i64>,
    /// Write one line for each document: its check, site, kind and times, as CSV
    #[arg(long, value_name = "FILE")]
    documents: Option<PathBuf>,
    /// Write a report to read and to print
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Use this index of the ledger, not the one beside it
    #[arg(long, value_name = "FILE", conflicts_with = "no_index")]
    index: Option<PathBuf>,
    /// Read the ledger itself, whichever index there is
    #[arg(long)]
    no_index: bool,
    /// Hold the answer against this inventory: which stores were reached (see `sekisho scope inventory`)
    #[arg(long, value_name = "FILE")]
    inventory: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// The language of the report
    #[arg(long, value_enum, default_value = "en")]
    lang: Language,
}

/// Runs `sekisho scope ledger …`.
pub(super) fn run(args: &LedgerArgs) -> ExitCode {
    let inventory = match held::named(args.inventory.as_deref()) {
        Ok(inventory) => inventory,
        Err(why) => return refuse(why),
    };
    let begun = Instant::now();
    let answer = match args.answer() {
        Ok((scope, index)) => {
            let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
            Answer { scope, index, ms, peak_mb: peak_mb() }
        }
        Err(why) => return refuse(why),
    };
    let held = match held::against(inventory.as_ref(), &answer.scope) {
        Ok(held) => held,
        Err(why) => return refuse(why),
    };
    if let Some(file) = &args.html
        && let Err(why) = page::write(file, &answer.scope, held.as_ref(), args.lang)
    {
        return refuse(format_args!("{}: {why}", file.display()));
    }
    match answer.print(args, held.as_ref(), &mut io::stdout().lock()) {
        Ok(()) => ExitCode::from(u8::from(answer.scope.is_finding())),
        // Whoever reads us went away, e.g. `head`: there is nobody left to tell.
        Err(_) => ExitCode::from(2),
    }
}

/// The answer and what it took.
#[derive(Serialize)]
struct Answer {
    #[serde(flatten)]
    scope: Scope,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<Recalled>,
    ms: u64,
    peak_mb: Option<u64>,
}

impl Answer {
    fn print(&self, args: &LedgerArgs, inventory: Option<&Held>, out: &mut dyn Write) -> io::Result<()> {
        if args.json {
            let whole = With { answer: self, inventory };
            return writeln!(out, "{}", serde_json::to_string_pretty(&whole)?);
        }
        in_words::print(&self.scope, args.lang, out)?;
        self.index.iter().try_for_each(|index| print_recalled(index, args.lang, out))?;
        inventory.map_or(Ok(()), |held| held::print(held, args.lang, out))
    }
}

impl LedgerArgs {
    fn recall(&self) -> Recall<'_> {
        match &self.index {
            _ if self.no_index => Recall::Never,
            Some(path) => Recall::At(path),
            None => Recall::Beside,
        }
    }

    fn answer(&self) -> Result<(Scope, Option<Recalled>), String> {
        let mut people = people::of(&self.ledger).map_err(|error| error.to_string())?;
        let question = self.question(people.as_ref())?;
        let gathered =
            ledger_read::gather(&self.ledger, &question, self.recall()).map_err(|error| error.to_string())?;
        let Gathered { ledger, size, index } = gathered;
        let affected = ledger.affected(size);
        if let Some(file) = &self.documents {
            list(file, &affected).map_err(|error| format!("{}: {error}", file.display()))?;
        }
        let scope = match &mut people {
            Some(people) => affected.count(Some(people)).map_err(|error| error.to_string())?,
            None => affected.count(None::<&mut NoMembers>).unwrap_or_else(|never| match never {}),
        };
        Ok((scope, index))
    }

    /// A finding says itself whose looks are meant, and when.
    fn require_one_say_of_people(&self) -> Result<(), String> {
        let findings = self.by.iter().filter(|by| matches!(by, By::Finding(_))).count();
        let people = self.by.iter().any(|by| matches!(by, By::Reviewer(_) | By::Named(_)));
        if findings > 1 || (findings == 1 && people) {
            return Err("a finding says itself whose looks are meant: ask about one alone, without a reviewer".into());
        }
        Ok(())
    }

    fn question(&self, people: Option<&People>) -> Result<Question, String> {
        let second = |at: i64| u64::try_from(at).map(Timestamp).map_err(|_| "there was nothing before 1970");
        let window = Window { from: self.from.map(second).transpose()?, to: self.to.map(second).transpose()? };
        if window.from.zip(window.to).is_some_and(|(from, to)| from > to) {
            return Err("--from lies behind --to: nothing can be in that window".into());
        }
        self.require_one_say_of_people()?;
        let mut question = Question { window, ..Question::default() };
        for by in &self.by {
            match by {
                By::Reviewer(staff) => question.people.push(*staff),
                By::Named(name) => question.people.extend(named(people, name)?),
                By::Session(session) => question.sessions.push(*session),
                By::Device(device) => question.devices.push(*device),
                By::Network(network) => question.networks.push(*network),
                By::Site(site) => question.sites.push(site.clone()),
                By::Finding(place) => question = self.about(*place, question)?,
            }
        }
        Ok(question)
    }

    /// The question about the finding at `place`.
    fn about(&self, place: u64, question: Question) -> Result<Question, String> {
        let body = ledger_read::find(&self.ledger, place, self.recall()).map_err(|error| error.to_string())?;
        let found = body.and_then(|body| Event::from_bytes(&body).ok());
        match found {
            Some(Event { at, what: What::Found { finding }, .. }) => {
                question.about(&finding, at).map_err(|why| format!("entry {place}: {why}"))
            }
            _ => Err(format!("entry {place} is no finding; `sekisho watch replay --json` tells their places")),
        }
    }
}

fn named(people: Option<&People>, name: &str) -> Result<Vec<StaffId>, String> {
    let known = people.map_or(Ok(Vec::new()), |people| people.named(name)).map_err(|error| error.to_string())?;
    if known.is_empty() {
        return Err(format!("nobody of the name {name} works here; write the id, stf_ and 26 characters"));
    }
    Ok(known)
}

fn list(file: &Path, affected: &Affected) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(file)?);
    affected.write_csv(&mut out)?;
    out.flush()
}
