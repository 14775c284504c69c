//! `sekisho scope inventory`: which data lie where, and which of it a scope's reports show as reached.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, Subcommand};
use sekisho_scope::inventory::{Check, Held, Reach, Remark, Report, check, hold};
use serde::Serialize;

use super::held;
use crate::cli::{language::Language, refuse};

/// Which data lie where: stores, classes, fields, periods, whose, how many
#[derive(Debug, Args)]
pub(super) struct InventoryArgs {
    #[command(subcommand)]
    command: InventoryCommand,
}

#[derive(Debug, Subcommand)]
enum InventoryCommand {
    /// Look through an inventory for faults and gaps
    Check(CheckArgs),
    /// Hold reports against it: which stores were reached, which weren't looked at
    Hold(HoldArgs),
}

const FORM: &str = "\
An inventory is TOML, or the same as JSON:

  name = \"our shop\"
  [[store]]
  name = \"photos\"                 # a bucket, a table, a repository, a machine
  seen_by = [\"logs\"]              # which scopes could show it: ledger, logs, packets; without any, none
  [[store.class]]
  name = \"licences\"
  whose = \"members\"               # members, merchants, staff, contractors, others
  fields = [\"name\", \"photograph\"]
  from = \"2018-01-31\"             # a day, a month or a year; leave out what isn't known
  to = \"2021-04-20\"
  count = 1711756
  kinds = [\"driving-licence\"]     # what reports call them; without any, the class's name
  [[published]]                   # each statement stays when a later one corrects it
  on = \"2021-05-21\"
  total = 1711756
  counts = { licences = 1711756 }
  # not_told_by_class = 0, and from the second on: why = \"…\"";

/// What to look through.
#[derive(Debug, Args)]
#[command(after_long_help = FORM, after_help = "\
Examples:
  sekisho scope inventory check shop.toml
  sekisho scope inventory check shop.toml --json | jq .gaps

--help tells the file's form. Exit status: 0 no fault, 1 a fault, 2 the file is no inventory.")]
struct CheckArgs {
    /// The inventory
    #[arg(value_name = "FILE")]
    inventory: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// What to hold against what.
#[derive(Debug, Args)]
#[command(after_help = "\
What two reports both tell of is not added up: the larger one counts.

Examples:
  sekisho scope logs access.log* --join photos.csv --json > logs.json
  sekisho scope inventory hold shop.toml logs.json ledger.json

Exit status: 0 nothing was reached and nothing is left open, 1 something was or may have been, 2 a file can't be read.")]
struct HoldArgs {
    /// The inventory
    #[arg(value_name = "FILE")]
    inventory: PathBuf,
    /// What `sekisho scope ledger`, `logs` or `packets` printed with --json
    #[arg(value_name = "REPORT", required = true)]
    reports: Vec<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// The language
    #[arg(long, value_enum, default_value = "en")]
    lang: Language,
}

/// Runs `sekisho scope inventory …`.
pub(super) fn run(args: &InventoryArgs) -> ExitCode {
    match &args.command {
        InventoryCommand::Check(args) => match held::read(&args.inventory) {
            Ok(inventory) => args.say(&check(&inventory), &mut io::stdout().lock()),
            Err(why) => refuse(why),
        },
        InventoryCommand::Hold(args) => match args.hold() {
            Ok(held) => args.say(&held, &mut io::stdout().lock()),
            Err(why) => refuse(why),
        },
    }
}

/// 2 if whoever reads us went away: there is nobody left to tell.
fn said(written: io::Result<()>, is_finding: bool) -> ExitCode {
    ExitCode::from(written.map_or(2, |()| u8::from(is_finding)))
}

fn json(what: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", serde_json::to_string_pretty(what)?)
}

impl CheckArgs {
    fn say(&self, found: &Check, out: &mut dyn Write) -> ExitCode {
        let written = if self.json { json(found, out) } else { in_words(found, out) };
        said(written, !found.faults.is_empty())
    }
}

fn in_words(found: &Check, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "records counted: {}", found.total)?;
    found.counted.iter().try_for_each(|(whose, count)| writeln!(out, "  {}: {count}", whose.as_str()))?;
    let all = found.faults.iter().map(|one| ("fault", one)).chain(found.gaps.iter().map(|one| ("open", one)));
    all.into_iter().try_for_each(|(sort, Remark { about, says })| writeln!(out, "{sort}: {about}: {says}"))
}

impl HoldArgs {
    fn hold(&self) -> Result<Held, String> {
        let inventory = held::read(&self.inventory)?;
        let reports = self.reports.iter().map(|file| report(file)).collect::<Result<Vec<_>, _>>()?;
        Ok(hold(&inventory, &reports))
    }

    fn say(&self, held: &Held, out: &mut dyn Write) -> ExitCode {
        let written = if self.json { json(held, out) } else { held::print(held, self.lang, out) };
        said(written, held.stores.iter().any(|store| store.reach >= Reach::CannotTell))
    }
}

fn report(file: &Path) -> Result<Report, String> {
    let named = |why: &dyn std::fmt::Display| format!("{}: {why}", file.display());
    let text = fs::read(file).map_err(|why| named(&why))?;
    let said = serde_json::from_slice(&text).map_err(|why| named(&why))?;
    Report::of(&said).map_err(|why| named(&why))
}
