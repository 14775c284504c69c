//! Lines as an attacker, a crash or a full disk leaves them: nothing panics and nothing disappears.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

mod wrapping;

use std::fs;

use proptest::prelude::*;
use sekisho_scope::{Answer, Fields, Format, Named, Plan, Progress, Question, scope};
use wrapping::WRAPPERS;

/// A good line of each format.
const GOOD: [&str; 6] = [
    r#"203.0.113.9 - - [20/Apr/2021:00:00:00 +0900] "GET /photo/1?w=2 HTTP/1.1" 200 1234 "-" "curl/7.68.0" "1.1.1.1""#,
    r#"h2 2021-04-19T15:00:00.948827Z app/lb/1 192.0.2.7:44740 10.0.0.6:9000 0.000 0.002 0.000 200 200 5 257 "GET https://a:1/b HTTP/2.0" "curl" - - -"#,
    r#"o b [20/Apr/2021:00:00:00 +0900] 192.0.2.3 r 3E57 REST.GET.OBJECT p/%25E5.jpg "GET /b/p HTTP/1.1" 206 - 500 2000 7 6 "-" "cli" - s9 -"#,
    r#"{"time":"2021-04-20T00:00:00Z","client":"192.0.2.3","object":"a","status":206,"content_range":"bytes 0-4/9","sent":5}"#,
    r#"{"eventVersion":"1","eventTime":"2021-04-19T15:00:00Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","requestParameters":{"key":"k"},"additionalEventData":{"bytesTransferredOut":5}}"#,
    r#"192.0.2.7:5 [20/Apr/2021:00:00:00.655] f b/s 1/0/3/6/1509 200 2750 - - ---- 1/1/1/1/0 0/0 {a} "GET /photo/1 HTTP/1.1""#,
];

/// What one does to a line.
#[derive(Debug, Clone)]
enum Harm {
    Cut(usize),
    Put(usize, Vec<u8>),
    Remove(usize, usize),
    Double(usize, usize),
}

fn harm() -> impl Strategy<Value = Harm> {
    let bytes = prop_oneof![
        proptest::collection::vec(any::<u8>(), 1..6),
        Just(b"\"".to_vec()),
        Just(b"\\x22".to_vec()),
        Just(b" [".to_vec()),
        Just(b"99999999999999999999".to_vec()),
        Just(b"-".to_vec()),
        Just(b"{\"Records\":[".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"\\n".to_vec()),
        Just(b" P ".to_vec()),
        Just(b"<190>1 ".to_vec()),
    ];
    prop_oneof![
        (0usize..300).prop_map(Harm::Cut),
        ((0usize..300), bytes).prop_map(|(at, bytes)| Harm::Put(at, bytes)),
        ((0usize..300), 1usize..20).prop_map(|(at, length)| Harm::Remove(at, length)),
        ((0usize..300), 1usize..20).prop_map(|(at, length)| Harm::Double(at, length)),
    ]
}

fn harmed(line: &str, harms: &[Harm]) -> Vec<u8> {
    let mut line = line.as_bytes().to_vec();
    for harm in harms {
        let place = |at: &usize| *at % (line.len() + 1);
        match harm {
            Harm::Cut(at) => line.truncate(place(at)),
            Harm::Put(at, bytes) => {
                let at = place(at);
                line.splice(at..at, bytes.iter().copied());
            }
            Harm::Remove(at, length) => {
                let at = place(at);
                line.drain(at..(at + length).min(line.len()));
            }
            Harm::Double(at, length) => {
                let at = place(at);
                let part = line[at..(at + length).min(line.len())].to_vec();
                line.splice(at..at, part);
            }
        }
    }
    line
}

fn ask(bytes: &[u8], format: Option<Format>, threads: usize) -> Answer {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log");
    fs::write(&file, bytes).unwrap();
    let clients = vec!["192.0.2.0/24".parse().unwrap()];
    let question = Question { clients, from: Some(1_600_000_000), ..Question::default() };
    scope(&[file], &Plan { question, format, threads, ..Plan::default() }, &Progress::default()).unwrap()
}

fn formats() -> Vec<Option<Format>> {
    let template = "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent \"$http_range\"";
    let own = Format::Template(template.parse().unwrap());
    let known = [Format::Combined, Format::Alb, Format::HaProxy, Format::S3, Format::Json(Fields::new(&[])), own];
    known.into_iter().map(Some).chain([None]).collect()
}

/// What W3C's files consist of: directives, of which two name columns, and a line for each of those.
const COLUMNS: [&str; 5] = [
    "#Fields: date time c-ip cs-method cs-uri-stem cs-uri-query sc-status sc-bytes cs(User-Agent)",
    "2021-04-19 15:00:00 192.0.2.3 GET /a w=1 200 999 Mozilla/5.0+(X11)",
    "#Fields: c-ip cs-uri sc-status",
    "192.0.2.3 http://a.example/b 200",
    "#Date: 2021-04-19 15:00:00",
];

fn named(name: &str) -> Format {
    name.parse::<Named>().unwrap().format(None, &[]).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_line_is_understood_or_counted_as_not(
        lines in proptest::collection::vec((0..GOOD.len(), proptest::collection::vec(harm(), 0..4)), 0..12),
    ) {
        let bytes: Vec<_> = lines.iter().map(|(good, harms)| harmed(GOOD[*good], harms)).collect::<Vec<_>>().join(&b'\n');
        let count = bytes.split(|byte| *byte == b'\n').filter(|line| !matches!(line, [] | [b'\r'])).count() as u64;
        for format in formats() {
            // A document, or a list of events: what is read of those are events, not lines.
            let may_be_trail = format.is_none() && matches!(bytes.trim_ascii_start(), [b'{' | b'[', ..]);
            let answer = ask(&bytes, format, 1);
            let is_trail = may_be_trail && answer.files[0].format == Format::CloudTrail.name();
            let told = &answer.lines;
            prop_assert!(is_trail || told.read == count, "{} lines, {told:?}", count);
            prop_assert_eq!(told.parsed + told.unparsed, told.read);
            prop_assert!(told.out_of_window + told.other + told.nothing_sent + told.unclear <= told.parsed);
            prop_assert_eq!(told.samples.len() as u64, told.unparsed.min(10));
        }
    }

    #[test]
    fn every_line_of_columns_is_understood_or_counted_as_not(
        lines in proptest::collection::vec((0..COLUMNS.len(), proptest::collection::vec(harm(), 0..2)), 0..20),
    ) {
        let bytes: Vec<_> = lines.iter().map(|(line, harms)| harmed(COLUMNS[*line], harms)).collect::<Vec<_>>().join(&b'\n');
        let is_none = |line: &[u8]| matches!(line, [] | [b'\r'] | [b'#', ..] | [0xef, 0xbb, 0xbf, b'#', ..]);
        let count = bytes.split(|byte| *byte == b'\n').filter(|line| !is_none(line)).count() as u64;
        let one = ask(&bytes, Some(Format::W3c), 1);
        let told = &one.lines;
        prop_assert_eq!((told.read, told.parsed + told.unparsed), (count, count));
        prop_assert!(told.out_of_window + told.other + told.nothing_sent + told.unclear <= told.parsed);
        prop_assert_eq!(told.samples.len() as u64, told.unparsed.min(10));
        let several = ask(&bytes, Some(Format::W3c), 3);
        prop_assert_eq!((&several.lines.parsed, several.sent, several.possibly), (&told.parsed, one.sent, one.possibly));
        let guessed = ask(&bytes, None, 2);
        prop_assert_eq!(guessed.lines.parsed + guessed.lines.unparsed, guessed.lines.read);
    }

    #[test]
    fn every_wrapped_line_is_understood_or_counted_as_not(
        wrapper in 0..WRAPPERS.len(), inner in 0..GOOD.len(),
        lines in proptest::collection::vec(
            (proptest::collection::vec(harm(), 0..3), proptest::collection::vec(harm(), 0..3)), 1..12,
        ),
    ) {
        let (wrapper, wrap) = WRAPPERS[wrapper];
        let name = format!("{wrapper}+{}", ["combined", "alb", "s3", "json", "cloudtrail", "haproxy"][inner]);
        let mut good = 0;
        // Harmed before it was wrapped, or behind that.
        let wrapped = lines.iter().map(|(before, behind)| {
            good += u64::from(before.is_empty() && behind.is_empty());
            let inner = harmed(GOOD[inner], before);
            harmed(&wrap(&String::from_utf8_lossy(&inner).replace('\n', " ")), behind)
        });
        let bytes: Vec<_> = wrapped.collect::<Vec<_>>().join(&b'\n');
        let count = bytes.split(|byte| *byte == b'\n').filter(|line| !matches!(line, [] | [b'\r'])).count() as u64;
        for format in [Some(named(&name)), None] {
            let is_trail = format.is_none() && matches!(bytes.trim_ascii_start(), [b'{' | b'[', ..]);
            let (is_said, one) = (format.is_some(), ask(&bytes, format.clone(), 1));
            let told = &one.lines;
            prop_assert!(is_trail || told.read == count, "{} lines, {told:?}", count);
            prop_assert!(!is_said || told.parsed >= good, "{good} were as good as before, {told:?}");
            prop_assert_eq!(told.parsed + told.unparsed, told.read);
            prop_assert!(told.out_of_window + told.other + told.nothing_sent + told.unclear <= told.parsed);
            prop_assert_eq!(told.samples.len() as u64, told.unparsed.min(10));
            let several = Answer { files: one.files.clone(), ..ask(&bytes, format, 3) };
            prop_assert_eq!(&several.lines.parsed, &told.parsed);
            prop_assert_eq!((several.sent, several.possibly), (one.sent, one.possibly));
        }
    }

    #[test]
    fn events_that_are_broken_take_no_other_with_them(
        before in 0usize..5, after in 0usize..5, harms in proptest::collection::vec(harm(), 1..4),
    ) {
        let event = |id: usize| format!("{{\"eventVersion\":\"1\",\"eventID\":\"{id}\",{}", &GOOD[4][20..]);
        let mut events: Vec<_> = (0..before).map(|id| event(id).into_bytes()).collect();
        events.push(harmed(&event(77), &harms));
        events.extend((0..after).map(|id| event(before + id).into_bytes()));
        let document = [&b"{\"Records\":["[..], &events.join(&b','), b"]}"].concat();
        let answer = ask(&document, Some(Format::CloudTrail), 1);
        // What is put in may open a text or an object that takes in the event behind it.
        prop_assert!(answer.lines.parsed >= before as u64, "{:?}", answer.lines);
        prop_assert_eq!(answer.lines.parsed + answer.lines.unparsed, answer.lines.read);
        prop_assert!(answer.lines.read >= before as u64);
    }
}

#[test]
fn lines_without_an_end_are_counted_and_take_no_memory() {
    let mut bytes = vec![b'x'; 5 << 20];
    bytes.push(b'\n');
    bytes.extend_from_slice(GOOD[0].as_bytes());
    for threads in [1, 3] {
        let answer = ask(&bytes, Some(Format::Combined), threads);
        assert_eq!((answer.lines.read, answer.lines.parsed), (2, 1));
        assert_eq!(answer.lines.samples[0].fault, "longer than any line that is read");
    }
}

#[test]
fn a_file_that_breaks_off_within_an_event_takes_none_from_the_next_file() {
    let folder = tempfile::tempdir().unwrap();
    let files = ["a.json", "b.json"].map(|name| folder.path().join(name));
    fs::write(&files[0], [GOOD[4], &GOOD[4].replace(':', "?")].join("\n")).unwrap();
    fs::write(&files[1], [&GOOD[4].replace("eventVersion", "eventKind"), GOOD[4]].join("\n")).unwrap();
    let plan = Plan { format: Some(Format::CloudTrail), ..Plan::default() };
    let answer = scope(&files, &plan, &Progress::default()).unwrap();
    let told: Vec<_> = answer.files.iter().map(|file| (file.lines, file.unparsed)).collect();
    assert_eq!(told, [(2, 1), (2, 0)]);
}
