//! Logs as Docker, Kubernetes, syslog and agents keep them: they say what the bare log says, and what can't be unwrapped is
//! told.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

mod wrapping;

use std::{fs, io::Write, path::PathBuf};

use sekisho_scope::{Answer, Format, Named, Plan, Progress, Question, Verdict, objects_file, scope};
use wrapping::{WRAPPERS, quoted};

/// Files in a folder of their own.
struct Ground(tempfile::TempDir);

impl Ground {
    fn new(files: &[impl AsRef<[u8]>]) -> (Self, Vec<PathBuf>) {
        let folder = tempfile::tempdir().unwrap();
        let file = |(at, bytes): (usize, &_)| {
            let path = folder.path().join(format!("{at}.log"));
            fs::write(&path, AsRef::<[u8]>::as_ref(bytes)).unwrap();
            path
        };
        let paths = files.iter().enumerate().map(file).collect();
        (Self(folder), paths)
    }

    /// The answer, and the lists of keys.
    fn ask(&self, files: &[PathBuf], plan: Plan) -> (Answer, [String; 3]) {
        let out = self.0.path().join("keys");
        let answer = scope(files, &Plan { objects: Some(out.clone()), ..plan }, &Progress::default()).unwrap();
        (answer, Verdict::ALL.map(|verdict| fs::read_to_string(objects_file(&out, verdict)).unwrap()))
    }
}

fn ask(texts: &[impl AsRef<[u8]>], question: Question) -> Answer {
    let (ground, files) = Ground::new(texts);
    ground.ask(&files, Plan { question, ..Plan::default() }).0
}

fn of_clients() -> Question {
    let clients = vec!["203.0.113.0/24".parse().unwrap()];
    Question { clients, from: Some(1_618_844_400), to: Some(1_618_848_000), ..Question::default() }
}

fn named(name: &str) -> Option<Format> {
    Some(name.parse::<Named>().unwrap().format(None, &[]).unwrap())
}

/// Certainly, possibly, cannot tell.
fn counts(answer: &Answer) -> [u64; 3] {
    [answer.sent.set.objects, answer.possibly.objects, answer.cannot_tell.set.objects]
}

fn reasons(answer: &Answer) -> Vec<&'static str> {
    answer.cannot_tell.reasons.iter().map(|reason| reason.reason).collect()
}

/// A line of the combined format.
fn line(at: usize) -> String {
    of_client(["203.0.113.9", "198.51.100.7", "crawler.example.com"][at % 3], at)
}

fn of_client(client: &str, at: usize) -> String {
    let (status, bytes) = [(200, 900), (206, 100), (304, 0), (404, 162), (200, 1000)][at % 5];
    let minute = at / 60;
    format!(
        "{client} - - [20/Apr/2021:00:{minute:02}:{:02} +0900] \"GET /写/{} HTTP/1.1\" {status} {bytes} \"-\" \"a\\x22 \\\\ 1\"",
        at % 60,
        at / 2
    )
}

/// Lines of each format, and its name.
fn bare() -> [(&'static str, Vec<String>); 6] {
    let each = |make: fn(usize) -> String| (0..90).map(make).collect::<Vec<_>>();
    [
        ("combined", each(line)),
        (
            "alb",
            each(|at| {
                let client = ["203.0.113.9", "198.51.100.7"][at % 2];
                format!(
                    "h2 2021-04-19T15:00:{:02}.9Z app/lb/1 {client}:447 10.0.0.6:90 0.0 0.0 0.0 200 200 5 {} \"GET https://a:1/b/{} HTTP/2.0\" \"curl\" - - -",
                    at % 60,
                    at + 1,
                    at / 3
                )
            }),
        ),
        (
            "haproxy",
            each(|at| {
                let client = ["203.0.113.9", "198.51.100.7"][at % 2];
                format!(
                    "{client}:447 [20/Apr/2021:00:00:{:02}.655] f b/s 1/0/3/6/15 200 {} - - ---- 1/1/1/1/0 0/0 {{a b}} \"GET /b/{} HTTP/1.1\"",
                    at % 60,
                    at + 1,
                    at / 3
                )
            }),
        ),
        (
            "s3",
            each(|at| {
                let client = ["203.0.113.9", "198.51.100.7"][at % 2];
                format!(
                    "o b [20/Apr/2021:00:00:{:02} +0900] {client} r 3E{at} REST.GET.OBJECT p/%25E5{} \"GET /b/p HTTP/1.1\" 206 - 500 2000 7 6 \"-\" \"cli\" - s9 -",
                    at % 60,
                    at / 3
                )
            }),
        ),
        (
            "json",
            each(|at| {
                let client = ["203.0.113.9", "198.51.100.7"][at % 2];
                format!(
                    r#"{{"time":"2021-04-20T00:00:{:02}+09:00","remote_addr":"{client}","request":"GET /a\u0022\\/{} HTTP/1.1","status":200,"body_bytes_sent":{at}}}"#,
                    at % 60,
                    at / 3
                )
            }),
        ),
        (
            "cloudtrail",
            each(|at| {
                let client = ["203.0.113.9", "198.51.100.7"][at % 2];
                format!(
                    r#"{{"eventVersion":"1.08","eventTime":"2021-04-19T15:00:{:02}Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","sourceIPAddress":"{client}","requestParameters":{{"bucketName":"b","key":"k/{}"}},"additionalEventData":{{"bytesTransferredOut":5}},"eventID":"e{at}"}}"#,
                    at % 60,
                    at / 3
                )
            }),
        ),
    ]
}

/// Everything that an answer says of requests.
fn told(answer: &Answer) -> String {
    let lines = &answer.lines;
    format!("{:?} {:?} {:?} {:?} {:?}", counts(answer), answer.sent, answer.possibly, lines, reasons(answer))
}

#[test]
fn a_log_says_the_same_bare_and_in_every_wrapper() {
    for (name, lines) in bare() {
        let (ground, files) = Ground::new(&[lines.join("\n")]);
        let question = of_clients();
        let (bare, keys) = ground.ask(&files, Plan { question: question.clone(), ..Plan::default() });
        assert_eq!((&*bare.files[0].format, bare.lines.unparsed), (name, 0), "{:?}", bare.lines.samples);
        assert!(counts(&bare).iter().sum::<u64>() > 9, "{bare:?}");
        for (wrapper, wrap) in WRAPPERS {
            let wrapped: Vec<_> = lines.iter().map(|line| wrap(line) + "\n").collect();
            let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            gz.write_all(wrapped.concat().as_bytes()).unwrap();
            let (ground, files) = Ground::new(&[wrapped.concat().into_bytes(), gz.finish().unwrap()]);
            for (file, threads, memory) in [(0, 1, 1 << 20), (0, 3, 0), (1, 2, 0)] {
                let plan = Plan { question: question.clone(), threads, memory, ..Plan::default() };
                let (answer, wrapped_keys) = ground.ask(&files[file..=file], plan);
                assert_eq!(answer.files[0].format, format!("{wrapper}+{name}"), "{}", wrapped[0]);
                assert_eq!((told(&answer), &wrapped_keys), (told(&bare), &keys), "{}", wrapped[0]);
                assert_eq!(answer.files[0].first, bare.files[0].first);
            }
            let plan =
                Plan { question: question.clone(), format: named(&format!("{wrapper}+{name}")), ..Plan::default() };
            assert_eq!(told(&ground.ask(&files[..1], plan).0), told(&bare), "said, not guessed: {wrapper}");
        }
    }
}

#[test]
fn a_wrapped_and_a_bare_copy_of_a_log_count_once() {
    for (name, lines) in bare() {
        let alone = ask(&[lines.join("\n")], Question::default());
        for (_, wrap) in WRAPPERS {
            let wrapped: Vec<_> = lines.iter().map(|line| wrap(line)).collect();
            let both = ask(&[lines.join("\n"), wrapped.join("\n")], Question::default());
            assert_eq!((counts(&both), both.sent), (counts(&alone), alone.sent), "{name}: {}", wrapped[0]);
            assert_eq!(both.lines.duplicate, lines.len() as u64, "{name}: {}", wrapped[0]);
        }
    }
}

#[test]
fn what_is_not_understood_within_a_wrapper_is_told() {
    let good = line(0);
    let docker = |log: &str| format!(r#"{{"log":{},"stream":"stdout","time":"2021-04-20T00:00:00Z"}}"#, quoted(log));
    let long = format!("{good} \"{}", "x".repeat(16_384));
    let texts = [
        docker(&format!("{good}\n")),
        docker(&long),
        docker(" the rest\"\n"),
        docker("2021/04/20 00:00:00 [error] 7#7: open() failed\n"),
        docker(&format!("{good}\n{good}\n")),
        docker("\n"),
        good.clone(),
        docker(&format!("{good}\n"))[..50].to_owned(),
    ];
    let answer = ask(&[texts.join("\n")], Question::default());
    let faults: Vec<_> = answer.lines.samples.iter().map(|sample| &sample.fault[..]).collect();
    let none = ["a piece of a line", "no time", "no time", "several lines in one", "no time", "not JSON", "not JSON"];
    assert_eq!((faults, answer.lines.read, answer.lines.parsed), (none.to_vec(), 8, 1));
    assert_eq!((&*answer.files[0].format, reasons(&answer).contains(&"unparsed")), ("docker+combined", true));

    let cri = |rest: &str| format!("2021-04-20T00:00:00.1Z {rest}");
    let texts = [
        cri(&format!("stdout F {good}")),
        cri(&format!("stdout P {good}")),
        cri("stderr F 2021/04/20 00:00:00 [error] 7#7: open() failed"),
        cri("stdout F "),
        cri(&good),
    ];
    let answer = ask(&[texts.join("\n")], Question::default());
    let faults: Vec<_> = answer.lines.samples.iter().map(|sample| &sample.fault[..]).collect();
    let none = ["a piece of a line", "no time", "no time", "not in what the others are wrapped in"];
    assert_eq!((faults, answer.lines.read, answer.lines.parsed), (none.to_vec(), 5, 1));
    let trail = &bare()[4].1;
    let two = WRAPPERS[0].1(&format!("{} {}", trail[0], trail[1]));
    let answer = ask(&[[WRAPPERS[0].1(&trail[0]), two].join("\n")], Question::default());
    assert_eq!((answer.lines.parsed, answer.lines.unparsed), (1, 1), "the second of two events isn't passed over");
}

#[test]
fn a_wrapper_around_what_nobody_understands_is_unknown_as_before() {
    for (wrapper, wrap) in WRAPPERS {
        for app in ["server listening on 8080", r#"{"level":"info","msg":"listening"}"#, r#"{"url":"/a","took":7}"#, ""]
        {
            let answer = ask(&[format!("{0}\n{0}\n", wrap(app))], Question::default());
            let format = &*answer.files[0].format;
            assert!(matches!(format, "unknown" | "json"), "{wrapper}: {format}: {}", wrap(app));
            // An agent's own field is an object, as it was before; nothing says that it was sent.
            let parsed = if wrap(app).starts_with("{\"path\"") { 2 } else { 0 };
            assert_eq!((answer.lines.parsed, answer.lines.read, answer.sent.set.objects), (parsed, 2, 0));
        }
    }
}

#[test]
fn what_is_understood_as_it_is_is_not_unwrapped() {
    let other = of_client("198.51.100.7", 0);
    let whole = format!(
        r#"{{"time":"2021-04-20T00:00:00+09:00","client":"203.0.113.9","method":"GET","object":"/own","status":200,"sent":5,"message":{}}}"#,
        quoted(&other)
    );
    let classic = format!(
        "2021-04-19T15:00:00.9Z lb 203.0.113.9:447 10.0.0.6:90 0.0 0.0 0.0 200 200 5 7 \"GET https://a:1/own HTTP/1.1\" \"{}\" - -",
        "x - - [20/Apr/2021:00:00:00 +0900] \\\"GET /a HTTP/1.1\\\" 200 5"
    );
    for (text, name) in [(whole, "json"), (classic, "alb")] {
        let answer = ask(&[text], of_clients());
        assert_eq!((&*answer.files[0].format, counts(&answer).iter().sum::<u64>()), (name, 1), "{answer:?}");
    }
}

#[test]
fn what_stands_around_a_line_says_nothing_of_its_request() {
    let timeless = r#"{"client":"203.0.113.9","method":"GET","object":"/a","status":200,"sent":5}"#;
    for (wrapper, wrap) in WRAPPERS {
        let answer = ask(&[wrap(timeless)], of_clients());
        assert_eq!(answer.files[0].format, format!("{wrapper}+json"));
        assert_eq!((counts(&answer), answer.lines.unclear), ([0, 0, 1], 1), "when it was written is not when it ended");
        assert_eq!(answer.files[0].first, None);
    }
}

#[test]
fn a_log_far_behind_other_lines_is_found() {
    let noise = |at: usize| format!("Apr 20 00:00:{:02} web-1 sshd[{at}]: Accepted publickey for eve\n", at % 60);
    let mut text: String = (0..300).map(noise).collect();
    (0..5).for_each(|at| text += &(WRAPPERS[3].1(&line(at)) + "\n"));
    let answer = ask(&[text], Question::default());
    assert_eq!((&*answer.files[0].format, answer.lines.parsed, answer.lines.unparsed), ("syslog+combined", 5, 300));
}

#[test]
fn reasons_hold_for_what_is_wrapped_too() {
    let [_, alb, haproxy, s3, _, trail] = bare();
    let docker =
        |(_, lines): &(&str, Vec<String>)| lines.iter().map(|line| WRAPPERS[0].1(line) + "\n").collect::<String>();
    for counted in [alb, haproxy] {
        assert!(reasons(&ask(&[docker(&counted)], Question::default())).contains(&"headers_counted"));
    }
    assert!(reasons(&ask(&[docker(&s3)], Question::default())).contains(&"best_effort"));
    let event = trail.1[0].replace("GetObject", "ListBuckets");
    let answer = ask(&[WRAPPERS[0].1(&event)], Question::default());
    assert!(reasons(&answer).contains(&"data_events_off"), "{answer:?}");
}

#[test]
fn a_format_of_ones_own_is_read_in_a_wrapper_that_is_named() {
    let own = "$remote_addr|$time_iso8601|$request|$status|$body_bytes_sent".parse().unwrap();
    let line = "203.0.113.9|2021-04-20T00:00:00+09:00|GET /a HTTP/1.1|200|9";
    for (wrapper, wrap) in WRAPPERS {
        let format = wrapper.parse::<Named>().unwrap().format(Some(&own), &[]).unwrap();
        let (ground, files) = Ground::new(&[wrap(line)]);
        let (answer, keys) =
            ground.ask(&files, Plan { question: of_clients(), format: Some(format), ..Plan::default() });
        assert_eq!((counts(&answer), &*keys[0]), ([1, 0, 0], "/a\n"), "{}", wrap(line));
        assert_eq!(answer.files[0].format, format!("{wrapper}+log-format"));
    }
}
