//! `sekisho scope logs`: whose objects were sent, from logs that are not ours.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
    time::Instant,
};

use clap::{Args, ValueEnum};
use sekisho_scope::{Answer, Engine, Field, Fields, Format, Plan, Template, emit, inventory::Held, scope};

use super::{
    conditions::Conditions,
    held::{self, With},
    report,
    working::{Means, peak_mb, watched},
};
use crate::cli::{language::Language, refuse};

/// Which objects were certainly sent, which possibly, and what can't be told
#[derive(Debug, Args)]
#[command(after_help = "\
Reads nginx and Apache (combined and kin), balancers' (ALB), S3 server access logs, CloudTrail and lines of JSON, also \
packed with gzip or zstd; many files in any order. It needs no service and no installation, and changes nothing.

Three sets. Certainly sent: a whole body came, or ranges that add up to one. Possibly sent: a part, or what the log \
leaves open. Can't tell: nothing was logged, or not whose request it was. docs/SCOPE.md says what counts how.

The list for --join is CSV or TSV; its first line names the columns key, member, kind, size, of which only key must be. \
--objects FILE writes the keys that were certainly sent to FILE, those possibly sent to FILE.possibly, and those of \
which it can't be told to FILE.cannot_tell; sorted, one a line.

Examples:
  sekisho scope logs access.log* --client 203.0.113.0/24 --method GET --from 2021-04-20 --to 2021-04-26T11:59:59
  sekisho scope logs trail/*.json.gz --principal AKIAEXAMPLE --join members.csv --objects keys.txt --json
  sekisho scope logs lb.log --log-format '$remote_addr [$time_iso8601] \"$request\" $status $body_bytes_sent' \\
    --object '^/photo/([0-9]+)'
  sekisho scope logs access.log --client 203.0.113.0/24 --emit sql --engine duckdb | duckdb

Exit status: 0 nothing was sent and the logs leave nothing open, 1 something was or may have been, 2 a file can't be \
read or something was asked wrongly.")]
pub(super) struct LogsArgs {
    /// The logs
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    conditions: Conditions,
    /// Whose the objects are, of what kind, and how large: CSV with columns key, member, kind, size
    #[arg(long, value_name = "FILE")]
    join: Option<PathBuf>,
    /// Write the keys of each set
    #[arg(long, value_name = "FILE")]
    objects: Option<PathBuf>,
    /// The format of all files; without it, each is known by what it holds
    #[arg(long, value_enum)]
    format: Option<Named>,
    /// A format of your own: nginx's log_format, or Apache's LogFormat
    #[arg(long, value_name = "TEXT", conflicts_with = "format")]
    log_format: Option<Template>,
    /// Which field of a line of JSON says what, e.g. time=ts, client=net.peer, object=key
    #[arg(long, value_name = "ROLE=FIELD", conflicts_with = "log_format")]
    field: Vec<Field>,
    /// Tell silences of so many minutes
    #[arg(long, value_name = "MINUTES", default_value = "15", value_parser = clap::value_parser!(i64).range(1..))]
    silence: i64,
    #[command(flatten)]
    means: Means,
    /// Ask nothing; print the question for an engine that holds the logs (combined format) already
    #[arg(long, value_name = "sql", value_parser = ["sql"], requires = "engine")]
    emit: Option<String>,
    /// Which engine: duckdb, clickhouse or athena; for athena, FILE is a table with one column, `line`
    #[arg(long, value_name = "NAME", requires = "emit")]
    engine: Option<Engine>,
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

/// A format by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Named {
    Combined,
    Alb,
    S3,
    Cloudtrail,
    Json,
}

/// Runs `sekisho scope logs …`.
pub(super) fn run(args: &LogsArgs) -> ExitCode {
    let plan = match args.plan() {
        Ok(plan) => plan,
        Err(why) => return refuse(why),
    };
    if let Some(engine) = args.engine {
        return args.emit(&plan, engine);
    }
    let inventory = match held::named(args.inventory.as_deref()) {
        Ok(inventory) => inventory,
        Err(why) => return refuse(why),
    };
    let begun = Instant::now();
    let mut answer = match watched(|progress| scope(&args.files, &plan, progress)) {
        Ok(answer) => answer,
        Err(why) => return refuse(why),
    };
    if !args.no_figures {
        answer.ms = u64::try_from(begun.elapsed().as_millis()).ok();
        answer.peak_mb = peak_mb();
    }
    let held = match held::against(inventory.as_ref(), &answer) {
        Ok(held) => held,
        Err(why) => return refuse(why),
    };
    match args.print(&answer, held.as_ref(), &mut io::stdout().lock()) {
        Ok(()) => ExitCode::from(u8::from(answer.is_finding())),
        // Whoever reads us went away, e.g. `head`: there is nobody left to tell.
        Err(_) => ExitCode::from(2),
    }
}

impl LogsArgs {
    fn plan(&self) -> Result<Plan, String> {
        Ok(Plan {
            question: self.conditions.question()?,
            format: self.format()?,
            join: self.join.clone(),
            objects: self.objects.clone(),
            threads: self.means.threads(),
            memory: self.means.memory(),
            spill: self.means.spill.clone(),
            silence: self.silence * 60,
        })
    }

    fn format(&self) -> Result<Option<Format>, String> {
        Ok(match (self.format, &self.log_format) {
            (_, Some(template)) => Some(Format::Template(template.clone())),
            (Some(Named::Json), _) => Some(Format::Json(Fields::new(&self.field))),
            (None, _) if !self.field.is_empty() => Some(Format::Json(Fields::new(&self.field))),
            (Some(_), _) if !self.field.is_empty() => return Err("--field is for --format json".into()),
            (named, _) => named.and_then(Named::format),
        })
    }

    fn emit(&self, plan: &Plan, engine: Engine) -> ExitCode {
        if self.join.is_some() || self.objects.is_some() {
            return refuse("--join and --objects can't be asked in SQL; leave them out, or read the logs here");
        }
        if plan.format.as_ref().is_some_and(|format| *format != Format::Combined) {
            return refuse("only logs in the combined format can be asked about in SQL");
        }
        let places: Vec<_> = self.files.iter().map(|file| file.display().to_string()).collect();
        match emit(&plan.question, engine, &places).map(|sql| write!(io::stdout().lock(), "{sql}")) {
            Ok(Ok(())) => ExitCode::SUCCESS,
            Ok(Err(_)) => ExitCode::from(2),
            Err(why) => refuse(why),
        }
    }

    fn print(&self, answer: &Answer, inventory: Option<&Held>, out: &mut dyn Write) -> io::Result<()> {
        if self.json {
            serde_json::to_writer_pretty(&mut *out, &With { answer, inventory })?;
            return writeln!(out);
        }
        report::print(answer, self.lang, self.objects.as_deref(), out)?;
        inventory.map_or(Ok(()), |held| held::print(held, self.lang, out))
    }
}

impl Named {
    /// `None` for JSON, which takes a map.
    fn format(self) -> Option<Format> {
        match self {
            Self::Combined => Some(Format::Combined),
            Self::Alb => Some(Format::Alb),
            Self::S3 => Some(Format::S3),
            Self::Cloudtrail => Some(Format::CloudTrail),
            Self::Json => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        args: LogsArgs,
    }

    fn plan(words: &str) -> Result<Plan, String> {
        let line = Line::try_parse_from(["logs", "a.log"].into_iter().chain(words.split_whitespace()));
        line.map_err(|why| why.to_string()).and_then(|line| line.args.plan())
    }

    #[test]
    fn conditions_become_a_question() {
        let plan = plan("--client 203.0.113.0/24 --client 2001:db8::/32 --method get,POST --status 2xx --from 2021-04-20 --to 2021-04-20").unwrap();
        assert_eq!((plan.question.clients.len(), plan.question.statuses), (2, vec![(200, 299)]));
        assert_eq!(plan.question.methods, ["GET", "POST"]);
        assert_eq!(plan.question.to.zip(plan.question.from).map(|(to, from)| to - from), Some(86_399));
        assert_eq!((plan.memory, plan.silence, plan.format), (512 << 20, 900, None));
    }

    #[test]
    fn a_format_is_said_by_name_or_by_example() {
        assert_eq!(plan("--format s3").unwrap().format.unwrap().name(), "s3");
        assert_eq!(plan("--field time=ts").unwrap().format.unwrap().name(), "json");
        assert_eq!(plan("--log-format $remote_addr|$status").unwrap().format.unwrap().name(), "log-format");
    }

    #[test]
    fn what_is_asked_wrongly_is_refused_with_a_way_out() {
        for (words, part) in [
            ("--from 2021-04-21 --to 2021-04-20", "--from lies behind --to"),
            ("--trust-proxy 10.0.0.0/8", "only with --client"),
            ("--client 1.2.3", "write 203.0.113.0/24"),
            ("--field time=ts --format s3", "--format json"),
            ("--object (", "unclosed group"),
            ("--log-format $a$b", "nothing stands between"),
            ("--from yesterday", "write 2021-04-20"),
        ] {
            let why = plan(words).unwrap_err();
            assert!(why.contains(part), "{words}: {why}");
        }
    }
}
