//! `sekisho doctor`: what is weak in an installation on this machine.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use sekisho_core::{calendar::text, time::Clock};
use sekisho_sys::{clock::SystemClock, confine::only_read, secret};
use serde::Serialize;

use super::{language::Language, refuse};
use crate::{
    client::{Client, Limits},
    doctor::{self, Kernel, Machine, Remark, Severity, Subject, Url},
};

const EXAMPLES: &str = "\
Works on a running installation and on a stopped one, and changes nothing: before it looks, it gives up the right to \
write. Run it as root; as another user it says what it could not read (\"cannot tell\", which is not \"fine\").

Examples:
  sekisho doctor --data /var/lib/sekisho --keystore /var/lib/sekisho-keys/keystore
  sekisho doctor --data /var/lib/sekisho --keystore /var/lib/sekisho-keys/keystore --gate https://check.example
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
    /// Where members reach the gate: a body is sent there slowly, to see whether a proxy keeps it back, and its
    /// certificate is looked at
    #[arg(long, value_name = "URL")]
    gate: Option<Url>,
    /// Where the staff reaches the desk: its certificate is looked at
    #[arg(long, value_name = "URL")]
    desk: Option<Url>,
    /// Certificates, PEM, whose last day is looked at; may be given more than once
    #[arg(long = "cert", value_name = "FILE")]
    certificates: Vec<PathBuf>,
    /// Believe these certificates, PEM, instead of the public web's when speaking to the gate
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
    /// Print one JSON object, in both languages
    #[arg(long)]
    json: bool,
    /// The language
    #[arg(long, value_enum, default_value = "en")]
    lang: Language,
}

/// What is told of an installation.
#[derive(Debug, Serialize)]
struct Report {
    /// When it was looked at, RFC 3339.
    at: String,
    versions: Versions,
    findings: usize,
    untold: usize,
    notes: usize,
    remarks: Vec<Remark>,
}

/// What it was looked at with, and on.
#[derive(Debug, Serialize)]
struct Versions {
    sekisho: &'static str,
    sqlite: &'static str,
    kernel: String,
    /// Landlock's ABI, 0 for none.
    landlock: u32,
}

impl Versions {
    fn new(subject: &Subject) -> Self {
        let kernel = subject.machine.line("/proc/sys/kernel/osrelease").unwrap_or_default();
        let (sekisho, sqlite) = (env!("CARGO_PKG_VERSION"), sekisho_keeper::survey::sqlite_version());
        Self { sekisho, sqlite, kernel, landlock: subject.kernel.landlock }
    }
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
    let subject = subject(args)?;
    let (now, remarks) = (subject.now, doctor::examine(&subject));
    let count = |severity| remarks.iter().filter(|remark| remark.severity == severity).count();
    let (findings, untold, notes) = (count(Severity::Finding), count(Severity::CannotTell), count(Severity::Note));
    Ok(Report { at: text::rfc3339(now), versions: Versions::new(&subject), findings, untold, notes, remarks })
}

fn subject(args: &DoctorArgs) -> Result<Subject, String> {
    let (data, keystore) = (resolved("--data", &args.data)?, resolved("--keystore", &args.keystore)?);
    if fs::metadata(data.join("keeper")).is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
        return Err(format!("--data {}: there is no installation in it; say where it lies", data.display()));
    }
    let client = client(args)?;
    let secret_memory = secret::is_available();
    // Before any thread exists, and before anything of the installation is opened.
    let landlock = only_read().map_err(|error| format!("can't give up writing: {error}"))?;
    Ok(Subject {
        machine: Machine::here(),
        kernel: Kernel { landlock, secret_memory },
        data,
        keystore,
        now: SystemClock.read().wall,
        gate: args.gate.clone(),
        desk: args.desk.clone(),
        certificates: args.certificates.clone(),
        client,
    })
}

#[cfg(feature = "tls")]
fn client(args: &DoctorArgs) -> Result<Client, String> {
    use crate::client::tls::{Trust, from_pem};
    let trust = match &args.trust {
        None => Trust::public_web(),
        Some(path) => {
            let text = fs::read(path).map_err(|error| format!("--trust {}: {error}", path.display()))?;
            let certificates = from_pem(&text);
            Trust::only(&certificates.iter().map(Vec::as_slice).collect::<Vec<_>>())
        }
    };
    Ok(Client::with_tls(Limits::default(), trust.map_err(|error| format!("--trust: {error}"))?))
}

#[cfg(not(feature = "tls"))]
fn client(_: &DoctorArgs) -> Result<Client, String> {
    Ok(Client::plain(Limits::default()))
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
    let Report { findings, untold, notes, versions, .. } = report;
    let Versions { sekisho, sqlite, kernel, landlock } = versions;
    writeln!(out, "sekisho {sekisho}, SQLite {sqlite}, Linux {kernel}, Landlock ABI {landlock}")?;
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
