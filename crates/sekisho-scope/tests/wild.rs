//! Logs as others write them: what isn't understood, or leaves open what was sent, is told and never taken for nothing.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

use std::{fs, path::PathBuf};

use sekisho_scope::{Answer, Format, Plan, Progress, Question, scope};

/// The answer to a question about files with these texts; each file's format is guessed unless it is said.
fn ask(texts: &[&str], format: Option<Format>, question: Question) -> Answer {
    let ground = tempfile::tempdir().unwrap();
    let file = |(at, text): (usize, &&str)| {
        let path = ground.path().join(format!("{at}.log"));
        fs::write(&path, text).unwrap();
        path
    };
    let files: Vec<PathBuf> = texts.iter().enumerate().map(file).collect();
    scope(&files, &Plan { question, format, ..Plan::default() }, &Progress::default()).unwrap()
}

fn get() -> Question {
    Question { methods: vec!["GET".into()], ..Question::default() }
}

/// Certainly, possibly, cannot tell.
fn counts(answer: &Answer) -> [u64; 3] {
    [answer.sent.set.objects, answer.possibly.objects, answer.cannot_tell.set.objects]
}

#[test]
fn a_log_whose_fields_nobody_knows_is_not_a_log_of_nothing() {
    let line = r#"{"when":"2021-04-20T00:00:00Z","peer":"192.0.2.3","how":"GET","doc":"/a","code":200,"out":9}"#;
    let unknown = ask(&[line], None, get());
    assert_eq!((counts(&unknown), unknown.lines.unparsed, unknown.is_finding()), ([0, 0, 0], 1, true));
    let named = |fields: &[&str]| {
        let fields: Vec<_> = fields.iter().map(|field| field.parse().unwrap()).collect();
        ask(&[line], Some(Format::Json(sekisho_scope::Fields::new(&fields))), get())
    };
    assert_eq!(counts(&named(&["object=doc"])), [0, 0, 1], "neither how it was asked for, nor what came of it");
    assert_eq!(counts(&named(&["object=doc", "method=how"])), [0, 1, 0]);
    assert_eq!(counts(&named(&["object=doc", "method=how", "status=code"])), [0, 1, 0], "of unknown length");
    assert_eq!(counts(&named(&["object=doc", "method=how", "status=code", "sent=out"])), [1, 0, 0]);
}

#[test]
fn a_format_of_ones_own_without_method_or_status_leaves_open_what_was_sent() {
    let of = |format: &str, line: &str, question| {
        counts(&ask(&[line], Some(Format::Template(format.parse().unwrap())), question))
    };
    let (bare, line) = ("$remote_addr $request_uri $status $body_bytes_sent", "192.0.2.3 /a 200 9");
    assert_eq!(of(bare, line, Question::default()), [0, 1, 0]);
    assert_eq!(of(bare, line, get()), [0, 0, 1]);
    assert_eq!(of("$remote_addr \"$request\"", "192.0.2.3 \"GET /a HTTP/1.1\"", get()), [0, 1, 0]);
    assert_eq!(of("$remote_addr \"$request\" $status", "192.0.2.3 \"GET /a HTTP/1.1\" 404", get()), [0, 0, 0]);
}

#[test]
fn a_trail_in_other_wrappings_is_one_trail() {
    let event = |at: u32, service: &str| {
        format!(
            r#"{{"eventVersion":"1.09","eventTime":"2021-04-20T00:00:0{at}Z","eventSource":"{service}.amazonaws.com",
            "eventName":"GetObject","sourceIPAddress":"192.0.2.3","requestParameters":{{"bucketName":"b","key":"k/{at}"}},
            "additionalEventData":{{"bytesTransferredOut":9.0}},"eventID":"e{at}","eventCategory":"Data"}}"#
        )
    };
    let list = format!("[\n{},\n{}\n]\n", event(1, "s3"), event(2, "s3express"));
    let handed_on = format!("{{\"version\":\"0\",\"detail\":{}}}\n", event(3, "s3-object-lambda"));
    let document = format!("{{\"Records\":[{},{}]}}", event(1, "s3"), event(4, "s3-outposts"));
    let digest = r#"{"awsAccountId":"1","digestEndTime":"2021-04-20T00:05:00Z","logFiles":[]}"#;
    let answer = ask(&[&list, &handed_on, &document, digest], None, get());
    assert!(answer.files.iter().all(|file| file.format == "cloudtrail"), "{:?}", answer.files);
    let lines = &answer.lines;
    assert_eq!((counts(&answer), lines.read, lines.unparsed, lines.duplicate), ([4, 0, 0], 6, 0, 1));
    let alone = ask(&[digest], None, get());
    let reasons: Vec<_> = alone.cannot_tell.reasons.iter().map(|reason| reason.reason).collect();
    assert!(alone.is_finding() && reasons.contains(&"data_events_off"), "{reasons:?}");
}

#[test]
fn what_is_no_access_log_is_told_as_such() {
    for text in [
        "[Sun Dec 04 04:47:44 2005] [error] mod_jk child workerEnv in error state 6\n",
        "2021/12/01 13:53:33 [error] 31#31: *1 open() \"/a\" failed, client: 192.0.2.3, request: \"GET /a HTTP/1.1\"\n",
        "Apr 20 00:00:00 host sshd[7]: Accepted publickey for eve from 192.0.2.3 port 4 ssh2\n",
        "tls 2.0 2021-04-20T00:00:00 net/lb/1 2 192.0.2.3:1 10.0.0.1:80 5 2 98 246 - - - TLS tlsv12 - a - - -\n",
        "{\"level\":\"info\",\"msg\":\"server listening\",\"port\":8080}\n",
    ] {
        let answer = ask(&[text], None, Question::default());
        let first = answer.cannot_tell.reasons[0].reason;
        assert_eq!((answer.lines.unparsed, first, answer.is_finding()), (1, "nothing_read", true), "{text}");
    }
}
