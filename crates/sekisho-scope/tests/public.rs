//! Logs that nobody here wrote, and what awk and jq say of them.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

mod others;

use regex::bytes::Regex;
use sekisho_scope::{Answer, Plan, Progress, Question, scope};

fn ask(name: &str, question: Question) -> Option<Answer> {
    let plan = Plan { question, threads: 2, ..Plan::default() };
    others::file(name).map(|path| scope(&[path], &plan, &Progress::default()).unwrap())
}

fn got(client: &str) -> Question {
    let clients = if client.is_empty() { Vec::new() } else { vec![client.parse().unwrap()] };
    Question { clients, methods: vec!["GET".into()], statuses: vec![(200, 200)], ..Question::default() }
}

/// Objects in either set, and requests.
fn either(answer: &Answer) -> (u64, u64) {
    (answer.sent.set.objects + answer.possibly.objects, answer.sent.set.requests + answer.possibly.requests)
}

const APACHE: &str = "elastic-examples/apache_logs";

/// awk counts every answer with status 200. One of those objects never had a body: /robots.txt, 180 times, `200 -`.
/// Nothing of it was sent to anybody, so it is in no set; the requests are counted as ones that sent nothing.
fn assert_awk(answer: &Answer, requests: u64, objects: u64) {
    let (objects_here, requests_here) = either(answer);
    assert_eq!(requests_here + answer.lines.nothing_sent, requests);
    assert_eq!(objects_here + 1, objects);
}

#[test]
fn the_known_counts_of_a_public_web_server_log_come_out() {
    let Some(all) = ask(APACHE, got("")) else { return };
    assert_eq!((all.lines.read, all.lines.unparsed), (10_000, 0));
    assert_awk(&all, 9091, 1340);
    let Some(one) = ask(APACHE, got("66.249.73.135")) else { return };
    assert_awk(&one, 420, 292);
    assert_eq!((one.sent.set.objects, one.possibly.objects), (291, 0), "nobody else got a longer body of them");
}

#[test]
fn the_one_object_that_differs_from_awk_never_had_a_body() {
    let object = Some(Regex::new("^/robots.txt$").unwrap());
    let Some(robots) = ask(APACHE, Question { object, ..got("") }) else { return };
    assert_eq!((either(&robots), robots.lines.nothing_sent), ((0, 0), 180));
}

#[test]
fn a_day_of_it_with_and_without_queries() {
    let day = |object: Option<&str>| {
        let object = object.map(|pattern| Regex::new(pattern).unwrap());
        // 18 May 2015 in UTC.
        Question { from: Some(1_431_907_200), to: Some(1_431_993_599), object, ..got("") }
    };
    let Some(with) = ask(APACHE, day(None)) else { return };
    assert_awk(&with, 2523, 626);
    let Some(without) = ask(APACHE, day(Some("^([^?]*)"))) else { return };
    assert_awk(&without, 2523, 592);
}

#[test]
fn every_line_of_the_others_is_read_or_told() {
    for (name, format, read, unparsed) in [
        ("crowdsec-hub/aws-alb-logs.log", "alb", 14, 0),
        ("crowdsec-hub/aws-cloudtrail.log", "cloudtrail", 2, 0),
        ("crowdsec-hub/aws-cloudtrail-postexploit.log", "cloudtrail", 4, 0),
        ("crowdsec-hub/nginx-http-malformed.log", "combined", 12, 0),
        ("crowdsec-hub/nginx-http-sqli-probing.log", "combined", 16, 0),
        ("crowdsec-hub/nginx_http-logs.log", "combined", 9, 1),
        ("awsdocs/s3_server_access_examples.log", "s3", 5, 0),
        ("crowdsec-hub/aws-cloudfront-logs.log", "w3c", 2, 0),
    ] {
        let Some(answer) = ask(name, Question::default()) else { return };
        assert_eq!(
            (&*answer.files[0].format, answer.lines.read, answer.lines.unparsed),
            (format, read, unparsed),
            "{name}: {:?}",
            answer.lines.samples
        );
    }
}
