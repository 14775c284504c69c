//! `sekisho scope logs`: whose objects were sent, from logs that are not ours.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::Args;
use sekisho_scope::{Engine, Field, Fields, Format, Named, Plan, Template, emit, scope};

use super::{conditions::Conditions, report, telling::Telling, working::Means};
use crate::cli::refuse;

/// Which objects were certainly sent, which possibly, and what can't be told
#[derive(Debug, Args)]
#[command(after_help = "\
Reads nginx and Apache (combined and kin), IIS and CloudFront (W3C's extended format), balancers' (ALB, HAProxy), S3 \
server access logs, CloudTrail and lines of JSON, also packed with gzip or zstd, and as Docker, Kubernetes, syslog, agents \
and CloudWatch's exports keep them; many files in any order. It needs no service and no installation, and changes nothing.

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
  sekisho scope logs /var/log/pods/web*/*/*.log --format cri+combined --client 203.0.113.0/24 --json
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
    /// The format of all files; without it, each is known by what it holds: combined, alb, haproxy, s3, cloudtrail, w3c
    /// (IIS, CloudFront) or json; before it what its lines are wrapped in, of docker, cri, syslog, agent and time, the
    /// outermost first (docker+combined), or that alone beside --log-format or --field
    #[arg(long, value_name = "NAME")]
    format: Option<Named>,
    /// A format of your own: nginx's log_format, or Apache's LogFormat
    #[arg(long, value_name = "TEXT")]
    log_format: Option<Template>,
    /// Which field of a line of JSON says what, e.g. time=ts, client=net.peer, object=key
    #[arg(long, value_name = "ROLE=FIELD", conflicts_with = "log_format")]
    field: Vec<Field>,
    #[command(flatten)]
    means: Means,
    /// Ask nothing; print the question for an engine that holds the logs already (`--format` combined, which it is
    /// without that, s3 or alb)
    #[arg(long, value_name = "sql", value_parser = ["sql"], requires = "engine")]
    emit: Option<String>,
    /// Which engine: duckdb, clickhouse or athena; for athena, FILE is a table with one column, `line`
    #[arg(long, value_name = "NAME", requires = "emit")]
    engine: Option<Engine>,
    #[command(flatten)]
    telling: Telling,
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
    args.telling.tell(
        |progress| scope(&args.files, &plan, progress),
        |answer, lang, out| report::print(answer, lang, args.objects.as_deref(), out),
    )
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
            silence: self.means.silence(),
        })
    }

    fn format(&self) -> Result<Option<Format>, String> {
        match (&self.format, &self.log_format) {
            (Some(named), own) => named.format(own.as_ref(), &self.field).map(Some).map_err(|why| why.to_string()),
            (None, Some(own)) => Ok(Some(Format::Template(own.clone()))),
            (None, None) if !self.field.is_empty() => Ok(Some(Format::Json(Fields::new(&self.field)))),
            (None, None) => Ok(None),
        }
    }

    fn emit(&self, plan: &Plan, engine: Engine) -> ExitCode {
        if self.join.is_some() || self.objects.is_some() {
            return refuse("--join and --objects can't be asked in SQL; leave them out, or read the logs here");
        }
        let format = plan.format.as_ref().unwrap_or(&Format::Combined);
        let places: Vec<_> = self.files.iter().map(|file| file.display().to_string()).collect();
        match emit(&plan.question, format, engine, &places).map(|sql| write!(io::stdout().lock(), "{sql}")) {
            Ok(Ok(())) => ExitCode::SUCCESS,
            Ok(Err(_)) => ExitCode::from(2),
            Err(why) => refuse(why),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::working::parsed, *};

    fn plan(words: &str) -> Result<Plan, String> {
        parsed::<LogsArgs>(words).and_then(|args| args.plan())
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
        for (words, name) in [
            ("--format docker+combined", "docker+combined"),
            ("--format time+agent+json --field time=ts", "time+agent+json"),
            ("--format cri --field time=ts", "cri+json"),
            ("--format syslog --log-format $remote_addr|$status", "syslog+log-format"),
        ] {
            assert_eq!(plan(words).unwrap().format.unwrap().name(), name, "{words}");
        }
    }

    #[test]
    fn what_is_asked_wrongly_is_refused_with_a_way_out() {
        for (words, part) in [
            ("--from 2021-04-21 --to 2021-04-20", "--from lies behind --to"),
            ("--trust-proxy 10.0.0.0/8", "only with --client"),
            ("--client 1.2.3", "write 203.0.113.0/24"),
            ("--field time=ts --format s3", "--format json"),
            ("--format nginx", "docker+combined"),
            ("--format docker", "what is in `docker`?"),
            ("--format s3 --log-format $status", "says the format already"),
            ("--object (", "unclosed group"),
            ("--log-format $a$b", "nothing stands between"),
            ("--from yesterday", "write 2021-04-20"),
        ] {
            let why = plan(words).unwrap_err();
            assert!(why.contains(part), "{words}: {why}");
        }
    }
}
