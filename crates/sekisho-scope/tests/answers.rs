//! Whole answers: from files on disk to the three sets.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use sekisho_scope::{Answer, Plan, Progress, Question, ScopeError, objects_file, scope};
use tempfile::TempDir;

/// The `n`th second of 20 April 2021 in Japan, as web servers write it.
fn at(second: u32) -> String {
    format!("20/Apr/2021:{:02}:{:02}:{:02} +0900", second / 3600, second / 60 % 60, second % 60)
}

/// A line of the combined format.
fn line(client: &str, second: u32, path: &str, status: u16, bytes: u64) -> String {
    format!("{client} - - [{}] \"GET {path} HTTP/1.1\" {status} {bytes} \"-\" \"curl\"\n", at(second))
}

fn plan(question: Question) -> Plan {
    Plan { question, ..Plan::default() }
}

fn from(network: &str) -> Question {
    Question { clients: vec![network.parse().unwrap()], methods: vec!["GET".into()], ..Question::default() }
}

struct Ground(TempDir);

impl Ground {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }
}

fn ask(files: &[PathBuf], plan: &Plan) -> Answer {
    scope(files, plan, &Progress::default()).unwrap()
}

fn keys(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

fn counts(answer: &Answer) -> [u64; 3] {
    [answer.sent.set.objects, answer.possibly.objects, answer.cannot_tell.set.objects]
}

fn reasons(answer: &Answer) -> Vec<&'static str> {
    answer.cannot_tell.reasons.iter().map(|reason| reason.reason).collect()
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

#[test]
fn three_sets_and_every_line_accounted_for() {
    let ground = Ground::new();
    let log = [
        line("203.0.113.9", 1, "/photo/whole", 200, 1000),
        line("203.0.113.9", 2, "/photo/cut", 200, 400),
        line("198.51.100.1", 3, "/photo/cut", 200, 1000),
        line("203.0.113.9", 4, "/photo/kept", 304, 0),
        line("203.0.113.9", 5, "/photo/none", 404, 162),
        line("crawler.example.com", 6, "/photo/who", 200, 10),
        "nonsense\n".into(),
        line("203.0.113.9", 7300, "/photo/late", 200, 10),
    ];
    let file = ground.file("access.log", log.concat());
    let out = ground.0.path().join("keys");
    let question = Question { to: Some(1_618_844_400 + 3600), ..from("203.0.113.0/24") };
    let answer = ask(&[file], &Plan { objects: Some(out.clone()), ..plan(question) });
    assert_eq!(counts(&answer), [1, 2, 1]);
    let lists = sekisho_scope::Verdict::ALL.map(|verdict| keys(&objects_file(&out, verdict)));
    assert_eq!(lists, ["/photo/whole\n", "/photo/cut\n/photo/kept\n", "/photo/who\n"]);
    let lines = &answer.lines;
    assert_eq!((lines.read, lines.parsed, lines.unparsed, lines.out_of_window), (8, 7, 1, 1));
    assert_eq!((lines.other, lines.nothing_sent, lines.unclear, lines.duplicate), (1, 1, 1, 0));
    assert_eq!((&lines.samples[0].line[..], lines.samples[0].offset > 0), ("nonsense", true));
    assert_eq!(answer.sent.sizes_unknown, 1);
    assert_eq!(reasons(&answer), ["silence", "unparsed", "unclear"]);
    assert_eq!(answer.cannot_tell.intervals[0].from, "2021-04-20T00:01:00+09:00");
}

#[test]
fn the_list_says_whose_and_of_which_size() {
    let ground = Ground::new();
    let log: String = (0..10).map(|at| line("203.0.113.9", at, &format!("/p/{at}"), 200, 500)).collect();
    let file = ground.file("access.log", log);
    let mut list = "key,member,kind,size\n".to_owned();
    for at in 0..8 {
        list += &format!("{at},m{},{},{}\n", at / 2, ["licence", "card"][at % 2], if at < 5 { 500 } else { 501 });
    }
    let join = ground.file("members.csv", list + "9,,,big\n77,m77,card,1\n");
    let question =
        Question { object: Some(regex::bytes::Regex::new("^/p/([0-9]+)").unwrap()), ..from("203.0.113.0/24") };
    let answer = ask(&[file], &Plan { join: Some(join), ..plan(question) });
    assert_eq!(counts(&answer), [7, 3, 0]);
    let (sent, possibly) = (answer.sent.set, answer.possibly);
    assert_eq!((sent.members, sent.unjoined), (Some(3), Some(2)), "m0, m1 and m2, once each");
    assert_eq!((possibly.members, possibly.unjoined), (Some(1), Some(0)), "m3; m2 is among the certain");
    assert_eq!((answer.by_kind["licence"].sent, answer.by_kind["licence"].possibly), (3, 1));
    assert_eq!((answer.by_kind["card"].sent, answer.by_kind["card"].possibly), (2, 2));
    let joined = answer.joined.unwrap();
    assert_eq!((joined.rows, joined.unread, answer.sent.sizes_unknown), (10, 1, 2));
}

#[test]
fn a_list_without_keys_is_refused() {
    let ground = Ground::new();
    let (file, list) =
        (ground.file("access.log", line("1.1.1.1", 1, "/", 200, 1)), ground.file("list.csv", "id,member\n1,2\n"));
    let plan = Plan { join: Some(list), ..plan(Question::default()) };
    assert!(matches!(scope(&[file], &plan, &Progress::default()), Err(ScopeError::Join(_))));
}

#[test]
fn what_two_files_both_hold_is_told_once() {
    let ground = Ground::new();
    let twice = line("203.0.113.9", 1, "/a", 200, 5).repeat(2);
    let rest: String = (0..100).map(|at| line("203.0.113.9", at, &format!("/{at}"), 404, 5)).collect();
    let (one, two) =
        (ground.file("one.log", format!("{twice}{rest}")), ground.file("two.log.gz", gz((twice + &rest).as_bytes())));
    let alone = ask(std::slice::from_ref(&one), &plan(from("203.0.113.0/24")));
    assert_eq!((alone.sent.set.requests, alone.lines.duplicate), (2, 0), "two requests in one second are two");
    let both = ask(&[one, two], &plan(from("203.0.113.0/24")));
    assert_eq!((both.sent.set.requests, both.lines.duplicate, both.lines.read), (2, 102, 204));
}

#[test]
fn an_identifier_makes_a_duplicate_wherever_it_stands() {
    let ground = Ground::new();
    let event = |id: &str, key: &str| {
        format!(
            r#"{{"eventVersion":"1.08","eventTime":"2021-04-20T00:00:00Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","sourceIPAddress":"203.0.113.9","requestParameters":{{"key":"{key}","bucketName":"b"}},"additionalEventData":{{"bytesTransferredOut":5}},"eventID":"{id}","eventCategory":"Data"}}"#
        )
    };
    let document = format!("{{ \"Records\" : [{},{}\n, {}]}}", event("1", "a"), event("1", "a"), event("2", "a"));
    let answer = ask(&[ground.file("trail.json.gz", gz(document.as_bytes()))], &plan(Question::default()));
    assert_eq!((counts(&answer), answer.sent.set.requests, answer.lines.duplicate), ([1, 0, 0], 2, 1));
    assert_eq!((&*answer.files[0].format, answer.files[0].lines), ("cloudtrail", 3));
}

#[test]
fn an_audit_trail_without_data_events_can_not_tell() {
    let ground = Ground::new();
    let event = r#"{"eventVersion":"1.08","eventTime":"2021-04-20T00:00:00Z","eventSource":"s3.amazonaws.com","eventName":"ListBuckets","managementEvent":true,"eventCategory":"Management"}"#;
    let file = ground.file("trail.json", format!("{{\"Records\":[{event},{event},broken {event}]}}"));
    let question = Question { from: Some(1_618_876_000), to: Some(1_618_880_000), ..Question::default() };
    let answer = ask(&[file], &plan(question));
    assert_eq!(reasons(&answer), ["data_events_off", "silence", "unparsed"]);
    assert_eq!((answer.cannot_tell.intervals.len(), answer.lines.read, answer.lines.unparsed), (1, 4, 1));
    assert!(answer.is_finding() && counts(&answer) == [0, 0, 0]);
}

#[test]
fn order_threads_and_memory_make_no_difference() {
    let ground = Ground::new();
    let mut logs = vec![String::new(); 4];
    for second in 0..60_000u32 {
        let client = format!("203.0.{}.{}", second % 7, second % 251);
        let bytes = 1000 + u64::from(second % 3) * 100;
        let text = match second % 1000 {
            7 => "not a line\n".into(),
            8 => "x".repeat(3000) + "\n",
            _ => line(
                &client,
                second,
                &format!("/p/{}", second.wrapping_mul(7919) % 20_000),
                [200, 206, 304, 200][second as usize % 4],
                bytes,
            ),
        };
        logs[second as usize % 3] += &text;
        if second % 5 == 0 {
            logs[3] += &text;
        }
    }
    let mut files = vec![ground.file("a.log", &logs[0]), ground.file("b.log.gz", gz(logs[1].as_bytes()))];
    files.push(ground.file("c.log.zst", zstd::encode_all(logs[2].as_bytes(), 1).unwrap()));
    files.push(ground.file("d.log", &logs[3]));
    let out = ground.0.path().join("keys");
    let mut first: Option<(String, [String; 3])> = None;
    for (threads, memory) in [(1, usize::MAX), (4, usize::MAX), (3, 1 << 20)] {
        files.rotate_left(1);
        let base = plan(Question { from: Some(1_618_844_400 + 100), ..from("203.0.0.0/22") });
        let answer = ask(&files, &Plan { threads, memory, objects: Some(out.clone()), ..base });
        let said = serde_json::to_string_pretty(&answer).unwrap();
        let lists = sekisho_scope::Verdict::ALL.map(|verdict| keys(&objects_file(&out, verdict)));
        let (before, lists_before) = first.get_or_insert((said.clone(), lists.clone()));
        assert!(said == *before && lists == *lists_before, "{threads} threads, {memory} bytes: {said}");
        assert!(answer.sent.set.objects > 1000 && answer.possibly.objects > 1000 && answer.lines.duplicate > 1000);
    }
}

#[test]
fn a_packed_file_that_breaks_off_is_told() {
    let ground = Ground::new();
    let log: String = (0..5000).map(|at| line("203.0.113.9", at, &format!("/p/{at}"), 200, 500)).collect();
    let whole = gz(log.as_bytes());
    let answer = ask(&[ground.file("cut.gz", &whole[..whole.len() / 2])], &plan(Question::default()));
    assert!(reasons(&answer).contains(&"damaged"), "{:?}", answer.cannot_tell.reasons);
    assert!((1000..5000).contains(&answer.sent.set.objects));
    let two = ask(&[ground.file("two.gz", [&whole[..], &whole].concat())], &plan(Question::default()));
    assert_eq!((two.lines.read, two.sent.set.objects), (10_000, 5000), "members of a packed file follow each other");
}

#[test]
fn a_file_that_nobody_can_read_is_counted_whole() {
    let ground = Ground::new();
    let answer = ask(&[ground.file("what", "one\n\ntwo\r\nthree")], &plan(Question::default()));
    assert_eq!((&*answer.files[0].format, answer.lines.read, answer.lines.unparsed), ("unknown", 3, 3));
    assert_eq!(reasons(&answer), ["nothing_read", "unparsed"]);
    let none = ask(&[ground.file("empty", "")], &plan(Question::default()));
    assert_eq!((reasons(&none), none.lines.read), (vec!["nothing_read"], 0));
}
