//! The question as SQL: engines that are not ours answer it as we do.
//!
//! DuckDB and ClickHouse (chdb) are called through Python, from the folder that `SEKISHO_ENGINES` names. Athena is a
//! service and is not asked: its text is held against what its documentation has.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

mod logs;

use std::{env, fs, path::Path, process::Command};

use logs::{alb_log, log, s3_log};
use regex::bytes::Regex;
use sekisho_scope::{Answer, Engine, Format, Plan, Progress, Question, emit, scope};

const DUCKDB: &str = "
import sys, duckdb
duckdb.execute('set enable_progress_bar = false')
for row in duckdb.execute(sys.stdin.read()).fetchall(): print(*row, sep='\\t')
";

const CHDB: &str = "
import sys, chdb
print(chdb.query(sys.stdin.read().rstrip().rstrip(';'), 'TSV'), end='')
";

/// Asks an engine; `None`, and a word on it, where there is none.
#[allow(clippy::print_stderr, reason = "what could not run is told")]
fn asked(program: &str, sql: &str) -> Option<String> {
    let Some(folder) = env::var_os("SEKISHO_ENGINES") else {
        assert!(env::var_os("SEKISHO_REQUIRE_ENGINES").is_none(), "SEKISHO_ENGINES names no folder");
        eprintln!("NOT RUN: SEKISHO_ENGINES names no folder with duckdb and chdb");
        return None;
    };
    let folder_of_run = tempfile::tempdir().unwrap();
    let query = folder_of_run.path().join("query.sql");
    fs::write(&query, sql).unwrap();
    let mut python = Command::new("python3");
    python.args(["-c", program]).env("PYTHONPATH", folder).stdin(fs::File::open(query).unwrap());
    let output = python.output().unwrap();
    assert!(output.status.success(), "{sql}\n{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

/// What our answer would be as the engines' rows.
fn rows(answer: &Answer) -> String {
    let sets = [("cannot_tell", answer.cannot_tell.set), ("possibly", answer.possibly), ("sent", answer.sent.set)];
    let sets = sets.into_iter().filter(|(_, set)| set.objects > 0);
    let sets: String = sets.map(|(name, set)| format!("{name}\t{}\t{}\n", set.objects, set.requests)).collect();
    format!("{sets}unparsed\t0\t{}\n", answer.lines.unparsed)
}

fn questions() -> Vec<Question> {
    let networks = vec!["203.0.113.0/24".parse().unwrap(), "203.0.114.0/25".parse().unwrap()];
    let narrow =
        Question { clients: networks, from: Some(1_618_844_400), to: Some(1_619_100_000), ..Question::default() };
    let object = Some(Regex::new(r"^/photo/(\d+)").unwrap());
    let agents = vec!["it's \\x22 \\ '".into(), "curl".into()];
    let methods = vec!["GET".into(), "POST".into()];
    vec![
        Question::default(),
        narrow.clone(),
        Question { object: object.clone(), agents, ..narrow.clone() },
        Question { object, methods, statuses: vec![(200, 206)], principals: vec!["eve".into()], ..narrow },
    ]
}

/// Questions about keys in a bucket.
fn s3_questions() -> Vec<Question> {
    let mut all = questions();
    let object = Some(Regex::new("^photo a?/(\\d+)").unwrap());
    all.push(Question { object, ..Question::default() });
    all.push(Question { object: Some(Regex::new("^(?:山|ph%[+]o)/\\d+").unwrap()), ..Question::default() });
    all.push(Question { methods: vec!["POST".into()], ..Question::default() });
    all.iter_mut().skip(2).take(2).for_each(|question| question.object = None);
    all
}

/// Questions about balancers' logs; the last asks who it was, which they don't tell.
fn alb_questions() -> Vec<Question> {
    let mut all = questions();
    let post = Question { methods: vec!["POST".into()], ..Question::default() };
    all.extend([post.clone(), Question { principals: vec!["eve".into()], ..post }]);
    all.iter_mut().take(4).for_each(|question| question.principals.clear());
    all
}

fn agrees(engine: Engine, program: &str) {
    agrees_on(engine, program, &Format::Combined, log, questions());
    agrees_on(engine, program, &Format::S3, s3_log, s3_questions());
    agrees_on(engine, program, &Format::Alb, alb_log, alb_questions());
}

fn agrees_on(engine: Engine, program: &str, format: &Format, log: fn(&Path), questions: Vec<Question>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("access.log");
    log(&path);
    let place = [path.display().to_string()];
    for question in questions {
        let sql = emit(&question, format, engine, &place).unwrap();
        let Some(said) = asked(program, &sql) else { return };
        let plan = Plan { question, format: Some(format.clone()), ..Plan::default() };
        let answer = scope(std::slice::from_ref(&path), &plan, &Progress::default()).unwrap();
        let [sent, possibly, open] = [answer.sent.set, answer.possibly, answer.cannot_tell.set];
        let asks_who = !plan.question.principals.is_empty() && *format == Format::Alb;
        assert!(if asks_who { open.objects > 0 } else { sent.objects > 0 && possibly.objects > 0 });
        assert!(answer.lines.unparsed > 0);
        assert_eq!(said, rows(&answer), "{sql}");
    }
}

#[test]
fn duckdb_answers_as_we_do() {
    agrees(Engine::DuckDb, DUCKDB);
}

#[test]
fn clickhouse_answers_as_we_do() {
    agrees(Engine::ClickHouse, CHDB);
}

/// Athena's functions as its engine's documentation (Trino) names them, and nothing of the other two.
#[test]
fn athena_is_told_in_its_own_words() {
    // Patterns have words before brackets too.
    let literal = regex::Regex::new("'(?:[^']|'')*'").unwrap();
    let all = questions().into_iter().map(|question| (Format::Combined, question));
    let all = all.chain(s3_questions().into_iter().map(|question| (Format::S3, question)));
    for (format, question) in all.chain(alb_questions().into_iter().map(|question| (Format::Alb, question))) {
        let sql = emit(&question, &format, Engine::Athena, &["logs.access_lines".into()]).unwrap();
        let bare = literal.replace_all(&sql, "''");
        let words: Vec<_> = bare
            .match_indices('(')
            .map(|(at, _)| bare[..at].rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap())
            .collect();
        let known = [
            "",
            "as",
            "coalesce",
            "regexp_extract",
            "regexp_like",
            "to_unixtime",
            "try",
            "parse_datetime",
            "try_cast",
            "count",
            "max",
            "filter",
            "sum",
            "contains",
            "strpos",
            "cast",
            "concat",
            "distinct",
            "replace",
            "url_decode",
            "nullif",
            "greatest",
            "from_iso8601_timestamp",
            "in",
            "and",
            "or",
            "not",
            "where",
            "select",
        ];
        let strange: Vec<_> = words.iter().filter(|word| !known.contains(*word)).collect();
        assert!(strange.is_empty(), "{strange:?}");
        assert!(sql.contains("from logs.access_lines") && !sql.contains("read_csv") && !sql.contains("OrNull"));
    }
}
