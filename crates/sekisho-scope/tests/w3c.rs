//! Logs in W3C's extended format: what IIS and CloudFront write, and what a reader of lines alone would get wrong.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

use std::{fs, io::Write, path::PathBuf};

use sekisho_scope::{Answer, Plan, Progress, Question, scope};

const NARROW: &str = "#Fields: date time c-ip cs-method cs-uri-stem sc-status sc-bytes";
const WIDE: &str = "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query c-ip sc-status sc-win32-status sc-bytes";

fn packed(text: &str) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(text.as_bytes()).unwrap();
    out.finish().unwrap()
}

fn ask(files: &[Vec<u8>], threads: usize, question: Question) -> Answer {
    let ground = tempfile::tempdir().unwrap();
    let file = |(at, bytes): (usize, &Vec<u8>)| {
        let path = ground.path().join(format!("{at}.log"));
        fs::write(&path, bytes).unwrap();
        path
    };
    let files: Vec<PathBuf> = files.iter().enumerate().map(file).collect();
    scope(&files, &Plan { question, threads, ..Plan::default() }, &Progress::default()).unwrap()
}

fn of(clients: &str) -> Question {
    Question { clients: vec![clients.parse().unwrap()], methods: vec!["GET".into()], ..Question::default() }
}

/// Objects certainly and possibly sent, then lines read and not understood.
fn counts(answer: &Answer) -> [u64; 4] {
    [answer.sent.set.objects, answer.possibly.objects, answer.lines.read, answer.lines.unparsed]
}

fn reasons(answer: &Answer) -> Vec<&'static str> {
    answer.cannot_tell.reasons.iter().map(|reason| reason.reason).collect()
}

/// M28: a server that was restarted with other columns goes on in the same file. The lines behind the second directive
/// are as many fields long as read by the first they would have the server's address for the client.
#[test]
fn columns_that_change_within_a_file_are_followed_however_long_it_is() {
    const LINES: usize = 30_000;
    let line = |at: usize| match at < LINES / 2 {
        true => format!("2021-04-19 15:00:00 192.0.2.7 GET /photo/{at} 200 999\n"),
        false => format!("2021-04-19 15:00:01 192.0.2.1 GET /photo/{at} w=1 203.0.113.9 200 0 999\n"),
    };
    let lines = |range: std::ops::Range<usize>| range.map(line).collect::<String>();
    let text = format!("{NARROW}\n{}{WIDE}\n{}", lines(0..LINES / 2), lines(LINES / 2..LINES));
    assert!(text.len() > 1 << 20, "longer than a piece");
    for bytes in [text.clone().into_bytes(), packed(&text)] {
        for threads in [1, 3] {
            let inside = ask(std::slice::from_ref(&bytes), threads, of("192.0.2.0/24"));
            let half = LINES as u64 / 2;
            assert_eq!((&*inside.files[0].format, counts(&inside)), ("w3c", [half, 0, LINES as u64, 0]));
            assert_eq!(counts(&ask(std::slice::from_ref(&bytes), threads, of("203.0.113.9")))[0], half);
        }
    }
}

#[test]
fn a_file_has_its_own_columns_and_no_other_files() {
    let line = "2021-04-19 15:00:00 192.0.2.7 GET /a 200 999\n";
    let bare = format!("2021-04-19 15:00:00 192.0.2.7 GET /b 200 999\n{NARROW}\n{line}");
    let answer = ask(&[format!("{NARROW}\n{line}").into(), bare.into()], 1, of("192.0.2.7"));
    assert_eq!(counts(&answer), [1, 0, 3, 1], "nothing had named the columns of the second file's first line");
}

/// M28: IIS counts no bytes unless it is told to.
#[test]
fn what_iis_does_not_log_is_possibly_and_what_broke_off_too() {
    let usual = "#Fields: date time cs-method cs-uri-stem c-ip sc-status sc-win32-status\n\
                 2021-04-19 15:00:00 GET /a 192.0.2.7 200 0\n";
    assert_eq!(counts(&ask(&[usual.into()], 1, of("192.0.2.7"))), [0, 1, 1, 0]);
    let line =
        |object, win32, bytes| format!("2021-04-19 15:00:00 192.0.2.1 GET /{object} - 192.0.2.7 200 {win32} {bytes}\n");
    let told = format!("{WIDE}\n{}{}{}", line('a', 0, 999), line('b', 64, 999), line('c', 0, 0));
    let answer = ask(&[told.into()], 1, of("192.0.2.7"));
    assert_eq!((counts(&answer), answer.lines.nothing_sent), ([1, 1, 3, 0], 1));
    assert_eq!(reasons(&answer), ["headers_counted"]);
}

/// M28: CloudFront delivers many files, and an entry may be in two of them.
#[test]
fn entries_of_an_edge_are_told_once_and_as_best_effort() {
    let line = |object: &str, result: &str, id: &str| {
        format!(
            "2021-04-19\t15:00:00\tNRT57\t999\t192.0.2.7\tGET\td1\t/{object}\t200\t-\tcurl/7\t-\t-\t{result}\t{id}\tw\thttps\n"
        )
    };
    let head = "#Version: 1.0\n#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status \
                cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header \
                cs-protocol\n";
    let first = packed(&format!("{head}{}{}", line("a", "Hit", "1"), line("b", "Error", "2")));
    let second = packed(&format!("{head}{}{}", line("a", "Hit", "1"), line("a", "Hit", "3")));
    for threads in [1, 2] {
        let answer = ask(&[first.clone(), second.clone()], threads, of("192.0.2.7"));
        assert_eq!((counts(&answer), answer.lines.duplicate), ([1, 1, 4, 0], 1));
        assert_eq!((answer.sent.set.requests, reasons(&answer)), (2, vec!["best_effort", "headers_counted"]));
    }
    let json = r#"{"date":"2021-04-19","time":"15:00:00","x-edge-location":"NRT57","sc-bytes":"999","c-ip":"192.0.2.7",
        "cs-method":"GET","cs-uri-stem":"/a","sc-status":"200","cs(User-Agent)":"curl/7","cs-uri-query":"-",
        "x-edge-result-type":"Hit","x-edge-request-id":"1"}"#;
    let json = json.replace('\n', "") + "\n";
    let answer = ask(&[first.clone(), json.clone().into()], 1, of("192.0.2.7"));
    assert_eq!((counts(&answer), answer.lines.duplicate), ([1, 1, 3, 0], 1), "the same in JSON");
    let alone = ask(&[json.into()], 1, of("192.0.2.7"));
    assert_eq!((&*alone.files[0].format, reasons(&alone)), ("json", vec!["best_effort", "headers_counted"]));
    let without = line("a", "Hit", "1");
    assert_eq!(counts(&ask(&[without.into()], 1, of("192.0.2.7"))), [1, 0, 1, 0], "a part of a log has no head");
}

#[test]
fn a_log_that_lost_its_directives_is_unknown_and_says_so() {
    let answer = ask(&[b"2021-04-19 15:00:00 192.0.2.7 GET /a 200 999\n".to_vec()], 1, of("192.0.2.7"));
    assert_eq!((&*answer.files[0].format, counts(&answer)), ("unknown", [0, 0, 1, 1]));
    assert!(answer.is_finding() && reasons(&answer).contains(&"nothing_read"));
}
