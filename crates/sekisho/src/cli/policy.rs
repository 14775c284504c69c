//! `sekisho policy`: judge policies before they are used.

mod budget;

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, Subcommand};
use sekisho_core::{
    calendar::Day,
    policy::{
        Policy,
        lint::{self, Finding, Severity},
    },
    time::Clock,
};
use sekisho_sys::clock::SystemClock;
use serde::Serialize;

use super::language::Language;
use crate::policy_file::{self, ReadError};

/// Policies: under which law, what may be asked, how long it is kept.
#[derive(Debug, Args)]
pub(super) struct PolicyArgs {
    #[command(subcommand)]
    command: PolicyCommand,
}

#[derive(Debug, Subcommand)]
enum PolicyCommand {
    /// Say whether policy files may be used, and what is doubtful about them.
    #[command(after_help = "Examples:
  sekisho policy check policies/jp-dating-site.toml
  sekisho policy check --on 2027-05-01 --json policies/*.toml
  sekisho policy check --budget budget.toml --reviewers 12

A budget's file has the tables person, device, again, site, site_at_most and slack, each with minute, hour, day and \
72_hours, the table relief with after_hours and day_at_most, and again_percent; what is left out is the default.

Exit status: 0 everything may be used (warnings or not), 1 something is refused, 2 a file can't be read.")]
    Check(CheckArgs),
}

#[derive(Debug, Args)]
struct CheckArgs {
    /// Policy files (TOML).
    #[arg(required_unless_present = "budget", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// A file of budgets (TOML): say how many documents it would allow in a minute, an hour, a day and 72 hours.
    #[arg(long, value_name = "FILE")]
    budget: Option<PathBuf>,
    /// How many reviewers there are, for --budget.
    #[arg(long, value_name = "N", default_value_t = 40)]
    reviewers: u64,
    /// Print one JSON array, an object per file.
    #[arg(long)]
    json: bool,
    /// Judge as of this day in Japan rather than today.
    #[arg(long, value_name = "YYYY-MM-DD")]
    on: Option<Day>,
    /// The language of the findings; JSON has both.
    #[arg(long, value_enum, default_value = "en")]
    lang: Language,
}

/// Runs `sekisho policy …` and writes to standard output.
pub(super) fn run(args: PolicyArgs) -> ExitCode {
    let PolicyCommand::Check(args) = args.command;
    let today = args.on.unwrap_or_else(|| Day::of(SystemClock.read().wall));
    match check(&args, today, &mut io::stdout().lock()) {
        Ok(status) => ExitCode::from(status),
        // Whoever reads us went away, e.g. `head`: there is nobody left to tell.
        Err(_) => ExitCode::from(2),
    }
}

/// What is said of one file.
#[derive(Serialize)]
#[serde(untagged)]
enum Report {
    Judged { file: PathBuf, policy: String, version: u32, usable: bool, findings: Vec<Finding> },
    Failed { file: PathBuf, error: String },
    Budget { budget: budget::Report },
}

impl Report {
    fn of(file: &Path, today: Day) -> Self {
        match policy_file::read(file) {
            Ok(policy) => Self::judged(file, &policy, today),
            Err(error) => Self::failed(file, &error),
        }
    }

    fn judged(file: &Path, policy: &Policy, today: Day) -> Self {
        let mut findings = lint::lint(policy, today);
        findings.extend(policy_file::kinds().lint(policy));
        findings.sort_by_key(|finding| finding.severity);
        Self::Judged {
            file: file.to_path_buf(),
            policy: policy.name.to_string(),
            version: policy.version,
            usable: !lint::is_refused(&findings),
            findings,
        }
    }

    fn failed(file: &Path, error: &ReadError) -> Self {
        Self::Failed { file: file.to_path_buf(), error: error.to_string() }
    }

    fn status(&self) -> u8 {
        match self {
            Self::Failed { .. } => 2,
            Self::Judged { usable: false, .. } => 1,
            Self::Judged { .. } => 0,
            Self::Budget { budget } => budget.status(),
        }
    }
}

fn check(args: &CheckArgs, today: Day, out: &mut dyn Write) -> io::Result<u8> {
    let budget = args.budget.iter().map(|file| Report::Budget { budget: budget::Report::of(file, args.reviewers) });
    let reports: Vec<_> = args.files.iter().map(|file| Report::of(file, today)).chain(budget).collect();
    if args.json {
        serde_json::to_writer_pretty(&mut *out, &reports)?;
        writeln!(out)?;
    } else {
        reports.iter().try_for_each(|report| print(report, args.lang, out))?;
    }
    Ok(reports.iter().map(Report::status).max().unwrap_or(0))
}

fn print(report: &Report, language: Language, out: &mut dyn Write) -> io::Result<()> {
    let (file, policy, version, usable, findings) = match report {
        Report::Failed { error, .. } => return writeln!(out, "{error}"),
        Report::Budget { budget } => return budget.print(language, out),
        Report::Judged { file, policy, version, usable, findings } => (file, policy, version, usable, findings),
    };
    for finding in findings {
        print_finding(file, finding, language, out)?;
    }
    let answer = if *usable { "may be used" } else { "is refused" };
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    let (errors, warnings) = (counted(errors, "error"), counted(findings.len() - errors, "warning"));
    writeln!(out, "{}: {policy} version {version} {answer} ({errors}, {warnings})", file.display())
}

fn print_finding(file: &Path, finding: &Finding, language: Language, out: &mut dyn Write) -> io::Result<()> {
    let severity = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let message = match language {
        Language::En => &finding.message_en,
        Language::Ja => &finding.message_ja,
    };
    writeln!(out, "{}: {severity} [{}] {}: {message}", file.display(), finding.code, finding.field)
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use clap::{Parser, error::ErrorKind};
    use serde_json::Value;

    use super::*;

    #[derive(Debug, Parser)]
    struct Cli {
        #[command(flatten)]
        policy: PolicyArgs,
    }

    fn shipped(name: &str) -> String {
        format!("{}/../../policies/{name}", env!("CARGO_MANIFEST_DIR"))
    }

    /// A file of its own for a test, gone with it.
    struct Written(PathBuf);

    impl Written {
        fn new(name: &str, text: &str) -> Self {
            let path = std::env::temp_dir().join(format!("sekisho-policy-{}-{name}.toml", std::process::id()));
            std::fs::write(&path, text).unwrap();
            Self(path)
        }
    }

    impl Drop for Written {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.0);
        }
    }

    fn over_long(name: &str) -> Written {
        let text = std::fs::read_to_string(shipped("jp-dating-site.toml")).unwrap();
        Written::new(name, &text.replace("picture_hours = 72", "picture_hours = 1000"))
    }

    fn ran(args: &[&str]) -> (u8, String) {
        let args = ["sekisho", "check", "--on", "2026-11-21"].iter().chain(args);
        let cli = Cli::try_parse_from(args).unwrap();
        let PolicyCommand::Check(args) = cli.policy.command;
        let mut out = Vec::new();
        let status = check(&args, args.on.unwrap(), &mut out).unwrap();
        (status, String::from_utf8(out).unwrap())
    }

    #[test]
    fn shipped_policies_may_be_used() {
        let (status, said) = ran(&[&shipped("jp-dating-site.toml"), &shipped("jp-age-restricted-sale.toml")]);
        assert_eq!(status, 0);
        assert_eq!(said.matches("may be used (0 errors, 0 warnings)").count(), 2, "{said}");
    }

    /// M10, M13
    #[test]
    fn an_over_long_policy_is_refused_with_exit_1_beside_one_that_is_not() {
        let written = over_long("refused");
        let file = written.0.display().to_string();
        let (status, said) = ran(&[&shipped("jp-dating-site.toml"), &file]);
        assert_eq!(status, 1);
        assert!(said.contains("error [picture_too_long] retention.picture_hours: No law"), "{said}");
        assert!(said.contains("is refused (1 error, 0 warnings)"), "{said}");
        assert!(ran(&["--lang", "ja", &file]).1.contains("72時間以内にしてください"));
    }

    /// M4: a policy of another basis may see more, but not what a law forbids, and not beyond its law's last day.
    #[test]
    fn a_policy_of_another_basis_is_told_what_it_may_see_and_why_not_the_rest() {
        let text = std::fs::read_to_string(shipped("jp-dating-site.toml")).unwrap();
        let identity = text.replace("class = \"age\"", "class = \"identity\"");
        let asks = |name: &str, visible: &str, end: &str| {
            let visible = format!("visible = [\"birth_date\", \"title\", \"issuer\", {visible}]");
            let text = identity.replace("visible = [\"birth_date\", \"age\", \"title\", \"issuer\"]", &visible);
            let text = text.replacen("valid_from", &format!("valid_to = \"{end}\"\nvalid_from"), 1);
            let written = Written::new(name, &text);
            ran(&[&written.0.display().to_string()])
        };
        let (status, said) = asks("may", "\"name\", \"address\", \"portrait\"", "2027-03-31");
        assert_eq!(status, 0, "{said}");
        let (status, said) = asks("may-not", "\"name\", \"my_number\", \"sex\"", "2027-03-31");
        assert_eq!(status, 1);
        assert!(said.contains("error [visible_forbidden] visible[4]: A law forbids asking for my_number"), "{said}");
        assert!(said.contains("error [visible_without_basis] visible[5]: No duty of this class"), "{said}");
        let (status, said) = asks("too-long", "\"name\"", "2027-04-01");
        assert_eq!(status, 1);
        assert!(said.contains("error [picture_ends_by_law] valid_to:"), "{said}");
    }

    #[test]
    fn a_program_gets_one_object_per_file() {
        let written = over_long("json");
        let (status, said) = ran(&["--json", &written.0.display().to_string(), "/nonexistent.toml"]);
        let reports: Value = serde_json::from_str(&said).unwrap();
        assert_eq!(status, 2);
        assert_eq!(reports[0]["policy"], "jp-dating-site");
        assert_eq!(reports[0]["usable"], false);
        assert_eq!(reports[0]["findings"][0]["code"], "picture_too_long");
        assert_eq!(reports[0]["findings"][0]["severity"], "error");
        assert!(reports[1]["error"].as_str().unwrap().contains("check the path"));
    }

    #[test]
    fn a_budget_is_judged_beside_policies() {
        let written = Written::new("budget", "again_percent = 10\n");
        let budget = written.0.display().to_string();
        let (status, said) = ran(&["--json", &shipped("jp-dating-site.toml"), "--budget", &budget]);
        let reports: Value = serde_json::from_str(&said).unwrap();
        assert_eq!((status, &reports[1]["budget"]["allows"]["person"]["day"]), (0, &150.into()));
        assert_eq!(reports[1]["budget"]["allows"]["all"]["72_hours"], 40 * 450);
    }

    #[test]
    fn the_day_can_be_given() {
        let text = std::fs::read_to_string(shipped("jp-dating-site.toml")).unwrap();
        let ending = text.replacen("valid_from", "valid_to = \"2027-06-30\"\nvalid_from", 1);
        let written = Written::new("ending", &ending);
        let file = written.0.display().to_string();
        assert_eq!(ran(&[&file]).1.matches("policy_ends_soon").count(), 0);
        let cli = Cli::try_parse_from(["sekisho", "check", "--on", "2027-05-01", &file]).unwrap();
        let PolicyCommand::Check(args) = cli.policy.command;
        let mut out = Vec::new();
        assert_eq!(check(&args, args.on.unwrap(), &mut out).unwrap(), 0, "a warning doesn't refuse");
        assert!(String::from_utf8(out).unwrap().contains("warning [policy_ends_soon] valid_to"));
    }

    #[test]
    fn a_file_is_required_and_a_day_must_be_on_the_calendar() {
        let refused = |args: &[&str]| Cli::try_parse_from(args).unwrap_err().kind();
        assert_eq!(refused(&["sekisho", "check"]), ErrorKind::MissingRequiredArgument);
        assert_eq!(refused(&["sekisho", "check", "--on", "2026-11-31", "x"]), ErrorKind::ValueValidation);
    }
}
