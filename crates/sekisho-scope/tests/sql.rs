//! The question as SQL: engines that are not ours answer it as we do.
//!
//! DuckDB and ClickHouse (chdb) are called through Python, from the folder that `SEKISHO_ENGINES` names. Athena is a
//! service and is not asked: its text is held against what its documentation has.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

use std::{env, fs, path::Path, process::Command};

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

/// A log with a bit of everything.
fn log(path: &Path) {
    let (mut text, mut state) = (String::new(), 7u64);
    let mut below = |bound: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % bound
    };
    for at in 0..20_000u64 {
        let client = match below(20) {
            0 => "crawler.example.com".into(),
            1 => format!("2001:db8::{:x}", below(99)),
            2..12 => format!("203.0.{}.{}", 112 + below(4), below(256)),
            _ => format!("198.51.100.{}", below(256)),
        };
        let method = ["GET", "GET", "GET", "GET", "POST", "HEAD", "PUT"][below(7) as usize];
        let status = [200, 200, 200, 200, 206, 304, 404, 499][below(8) as usize];
        let bytes = if status == 304 { 0 } else { 500 + below(3) * 100 };
        let agent = ["curl/7", "it's \\x22 \\ '", "-"][below(3) as usize];
        let (day, hour, minute, second) = (20 + at / 4000, at / 170 % 24, at % 60, below(60));
        let object = below(3000);
        text += &match below(200) {
            0 => "nonsense\n".into(),
            1 => format!(
                "{client} - - [{day}/Apr/2021:{hour:02}:{minute:02}:{second:02} +0900] \"\\x16\\x03\" 400 157 \"-\" \"-\"\n"
            ),
            2 => format!(
                "{client} - - [{day}/Apx/2021:{hour:02}:{minute:02}:{second:02} +0900] \"GET / HTTP/1.1\" 200 157 \"-\" \"-\"\n"
            ),
            _ => format!(
                "{client} - eve [{day}/Apr/2021:{hour:02}:{minute:02}:{second:02} +0900] \"{method} /photo/{object}?w={} HTTP/1.1\" {status} {bytes} \"-\" \"{agent}\"\n",
                below(2)
            ),
        };
    }
    fs::write(path, text).unwrap();
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

/// S3's lines with a bit of everything: identifiers twice, sizes, copies, keys that are encoded, dashes.
fn s3_log(path: &Path) {
    let (mut text, mut state) = (String::new(), 11u64);
    let mut below = |bound: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % bound
    };
    for at in 0..20_000u64 {
        let client = match below(20) {
            0 => "-".into(),
            1..12 => format!("203.0.{}.{}", 112 + below(4), below(256)),
            _ => format!("198.51.100.{}", below(256)),
        };
        let operation = [
            "REST.GET.OBJECT",
            "REST.GET.OBJECT",
            "REST.GET.OBJECT",
            "WEBSITE.GET.OBJECT",
            "REST.HEAD.OBJECT",
            "REST.PUT.PART",
            "REST.COPY.OBJECT_GET",
            "REST.GET.ACL",
            "REST.POST.OBJECT",
            "REST.SELECT.OBJECT",
            "S3.EXPIRE.OBJECT",
        ][below(11) as usize];
        let status = ["200", "200", "200", "206", "304", "404", "-", "204"][below(8) as usize];
        let object = below(3000);
        let size = ["500", "600", "0", "-"][(object % 4) as usize];
        let sent = ["0", "-", "500", "600", "600", "600"][below(6) as usize];
        let key = ["photo", "photo%2520a", "ph%2525+o", "%25E5%25B1%25B1", "bad%2"][(object / 5 % 5) as usize];
        let who = ["-", "eve", "arn:aws:iam::1:user/eve"][below(3) as usize];
        let agent = ["\"curl/7\"", "\"it's \\x22 \\ '\"", "\"-\"", "-"][below(4) as usize];
        let asked = ["-", "\"GET /b/a\"b HTTP/1.1\"", "\"GET /b/photo HTTP/1.1\""][below(3) as usize];
        let id = if below(9) == 0 { "-".into() } else { format!("{:04X}", below(15_000)) };
        let time = format!("{}/Apr/2021:{:02}:{:02}:{:02} +0000", 19 + at / 4000, at / 170 % 24, at % 60, below(60));
        text += &match below(100) {
            0 => "nonsense\n".into(),
            1 => format!("o b [{time}] {client} {who} {id} {operation} {key} \"never closed 200 - 5 5 1 1 \"-\n"),
            _ => format!(
                "o b [{time}] {client} {who} {id} {operation} {key}/{object} {asked} {status} - {sent} {size} 7 6 \"-\" \
                 {agent} - s9lz= SigV4 ECDHE AuthHeader b.s3.amazonaws.com TLSv1.2 - -\n"
            ),
        };
    }
    fs::write(path, text).unwrap();
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

fn agrees(engine: Engine, program: &str) {
    agrees_on(engine, program, &Format::Combined, log, questions());
    agrees_on(engine, program, &Format::S3, s3_log, s3_questions());
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
        assert!(answer.sent.set.objects > 0 && answer.possibly.objects > 0 && answer.lines.unparsed > 0);
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
    for (format, question) in all.chain(s3_questions().into_iter().map(|question| (Format::S3, question))) {
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
