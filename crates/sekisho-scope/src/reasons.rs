//! Why there may be more than the logs show, and when they are silent.

use crate::{
    answer::{Interval, Reason},
    format::Format,
    question::Question,
    reader::Found,
    source::Source,
    when::say,
};

/// The reasons that hold, and the silences: at least so many seconds long.
pub(crate) fn reasons(
    sources: &[Source],
    question: &Question,
    found: &Found,
    silence: i64,
) -> (Vec<Reason>, Vec<Interval>) {
    let tally = &found.tally;
    let intervals = silences(question, found, silence);
    let is_any = |format: &Format| {
        u64::from(sources.iter().any(|source| source.format.as_ref().map(Format::bare) == Some(format)))
    };
    let of_edge = u64::from(found.scratch.table.of_edge);
    let damaged = tally.files.iter().filter(|file| file.damaged).count();
    let (events, of_data) = tally.trail;
    let counts = [
        u64::from(tally.read() == tally.unread()),
        u64::from(events > 0 && of_data == 0),
        intervals.len() as u64,
        tally.unread(),
        tally.unclear,
        damaged as u64,
        is_any(&Format::S3) | of_edge,
        is_any(&Format::Alb) | is_any(&Format::HaProxy) | is_any(&Format::W3c) | of_edge,
        u64::from(found.scratch.several_buckets),
    ];
    let reasons = KNOWN.iter().zip(counts).filter(|(_, count)| *count > 0);
    (reasons.map(|((reason, says), count)| Reason { reason, count, says }).collect(), intervals)
}

const KNOWN: [(&str, &str); 9] = [
    ("nothing_read", "no line was understood: the logs say nothing about anybody"),
    ("data_events_off", "the audit trail records no data events: who fetched objects was not logged"),
    ("silence", "nothing was logged in the intervals: whether nothing was asked or nothing written can't be told"),
    ("unparsed", "lines were not understood; each may be a request that is asked for"),
    ("unclear", "lines lack what a condition asks for (address, time, agent, principal, status)"),
    ("damaged", "packed files break off; what came behind is not known"),
    (
        "best_effort",
        "S3 and CloudFront deliver their access logs as best effort: what they show is the least that happened",
    ),
    (
        "headers_counted",
        "balancers, CloudFront and IIS count a header's bytes too: a body cut short by fewer than those seems whole",
    ),
    ("several_buckets", "the logs are of several buckets; a key that is in two of them counts as one object"),
];

fn silences(question: &Question, found: &Found, least: i64) -> Vec<Interval> {
    let times = || found.tally.files.iter().flat_map(|file| [file.first, file.last]).flatten();
    let (from, to) = match found.coverage.is_empty() {
        false => (question.from, question.to),
        // Nothing of the kind that counts: all the time that the logs are of is silent.
        true => (question.from.or(times().min()), question.to.or(times().max())),
    };
    let silent = found.coverage.silences(from, to, least);
    silent.into_iter().map(|(from, to)| Interval { from: say(from), to: say(to) }).collect()
}
