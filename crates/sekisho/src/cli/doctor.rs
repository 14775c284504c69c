//! `sekisho doctor`: what is weak in an installation on this machine.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, ValueEnum};
use sekisho_core::{calendar::text, time::Clock};
use sekisho_sys::{clock::SystemClock, confine::only_read};
use serde::Serialize;

use super::refuse;
use crate::doctor::{self, Machine, Remark, Severity, Subject};

const EXAMPLES: &str = "\
Works on a running installation and on a stopped one, and changes nothing: before it looks, it gives up the right to \
write. Run it as root; as another user it says what it could not read (\"cannot tell\", which is not \"fine\").

Examples:
  sekisho doctor --data /var/lib/sekisho --keystore /var/lib/sekisho-keys/keystore
  sekisho doctor --data ./data --keystore ./keys/keystore --json | jq '.remarks[].id'
  sekisho doctor --lang ja

Exit status: 0 nothing was found (notes or not), 1 something was, 2 a file or option is wrong. What each id means \
stands in docs/OPERATIONS.md.";

/// What to look at.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct DoctorArgs {
    /// The folder with the state
    #[arg(long, default_value = "./data")]
    data: PathBuf,
    /// The keystore's file
    #[arg(long, default_value = "./keys/keystore")]
    keystore: PathBuf,
    /// Print one JSON object, in both languages
    #[arg(long)]
    json: bool,
    /// The language
    #[arg(long, value_enum, default_value = "en")]
    lang: Language,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Language {
    En,
    Ja,
}

/// What is told of an installation.
#[derive(Debug, Serialize)]
struct Report {
    /// When it was looked at, RFC 3339.
    at: String,
    findings: usize,
    untold: usize,
    notes: usize,
    remarks: Vec<Remark>,
}

/// Exit 0 when nothing was found, 1 when something was, 2 when there is nothing to look at.
pub(super) fn run(args: DoctorArgs) -> ExitCode {
    match examine(&args) {
        Ok(report) => {
            // Whoever reads us went away, e.g. `head`: there is nobody left to tell.
            let _ = print(&report, &args, &mut io::stdout().lock());
            ExitCode::from(u8::from(report.findings > 0))
        }
        Err(why) => refuse(why),
    }
}

fn examine(args: &DoctorArgs) -> Result<Report, String> {
    let (data, keystore) = (resolved("--data", &args.data)?, resolved("--keystore", &args.keystore)?);
    // Before any thread exists, and before anything of the installation is opened.
    only_read().map_err(|error| format!("can't give up writing: {error}"))?;
    let now = SystemClock.read().wall;
    let remarks = doctor::examine(&Subject { machine: Machine::here(), data, keystore, now });
    let count = |severity| remarks.iter().filter(|remark| remark.severity == severity).count();
    let (findings, untold, notes) = (count(Severity::Finding), count(Severity::CannotTell), count(Severity::Note));
    Ok(Report { at: text::rfc3339(now), findings, untold, notes, remarks })
}

/// A path without links. One that may not be looked at from here is kept as it is: what is in it can't be told.
fn resolved(option: &str, path: &Path) -> Result<PathBuf, String> {
    match fs::canonicalize(path) {
        Ok(path) => Ok(path),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            std::path::absolute(path).map_err(|error| format!("{option} {}: {error}", path.display()))
        }
        Err(error) => Err(format!("{option} {}: {error}; say where the installation lies", path.display())),
    }
}

fn print(report: &Report, args: &DoctorArgs, out: &mut dyn Write) -> io::Result<()> {
    if args.json {
        serde_json::to_writer(&mut *out, report)?;
        return writeln!(out);
    }
    report.remarks.iter().try_for_each(|remark| print_remark(remark, args.lang, out))?;
    let Report { findings, untold, notes, .. } = report;
    match args.lang {
        Language::En => writeln!(out, "{findings} findings, {untold} that could not be told, {notes} notes"),
        Language::Ja => writeln!(out, "要対応 {findings}件、確かめられないもの {untold}件、お知らせ {notes}件"),
    }
}

fn print_remark(remark: &Remark, lang: Language, out: &mut dyn Write) -> io::Result<()> {
    let Remark { row, severity, seen } = remark;
    let (severity, seen, [why, mend], words) = match lang {
        Language::En => (severity.word(), &seen.en, [row.why.en, row.mend.en], ["why ", "mend"]),
        Language::Ja => (japanese(*severity), &seen.ja, [row.why.ja, row.mend.ja], ["理由", "対処"]),
    };
    writeln!(out, "{} [{severity}] {seen}", row.id)?;
    writeln!(out, "    {}  {why}", words[0])?;
    writeln!(out, "    {}  {mend}\n", words[1])
}

fn japanese(severity: Severity) -> &'static str {
    match severity {
        Severity::Finding => "要対応",
        Severity::CannotTell => "確認できません",
        Severity::Note => "お知らせ",
    }
}
