//! An answer as people read it.

use std::{
    io::{self, Write},
    path::Path,
};

use sekisho_scope::{Answer, Sample, Set, Verdict, objects_file};

use super::telling::open;
use crate::cli::language::Language;

/// Prints the three sets, what became of the lines, and why there may be more.
pub(super) fn print(answer: &Answer, lang: Language, objects: Option<&Path>, out: &mut dyn Write) -> io::Result<()> {
    let word = |en: &'static str, ja: &'static str| lang.pick(ja, en);
    let sets = [
        (word("certainly sent", "確実に送信"), answer.sent.set),
        (word("possibly sent", "送信の可能性"), answer.possibly),
        (word("can't tell", "判別不能"), answer.cannot_tell.set),
    ];
    for ((name, set), verdict) in sets.into_iter().zip(Verdict::ALL) {
        writeln!(out, "{name}: {}", counts(set, lang))?;
        list(objects, verdict, out)?;
    }
    if answer.sent.sizes_unknown > 0 {
        let (count, says) = (
            answer.sent.sizes_unknown,
            word("of those certainly sent have a size that nobody stated", "件は大きさが不明"),
        );
        writeln!(out, "    {count} {says}")?;
    }
    for (kind, of) in &answer.by_kind {
        writeln!(out, "  {kind}: {} / {} / {}", of.sent, of.possibly, of.cannot_tell)?;
    }
    lines(answer, lang, out)?;
    open(&answer.cannot_tell.reasons, &answer.cannot_tell.intervals, lang, out)
}

/// Prints the name of a set's list, if there is one.
pub(super) fn list(objects: Option<&Path>, verdict: Verdict, out: &mut dyn Write) -> io::Result<()> {
    objects.map_or(Ok(()), |path| writeln!(out, "    {}", objects_file(path, verdict).display()))
}

fn counts(set: Set, lang: Language) -> String {
    let Set { objects, requests, members, .. } = set;
    match (lang, members) {
        (Language::En, None) => format!("{objects} objects in {requests} requests"),
        (Language::En, Some(members)) => format!("{objects} objects of {members} members in {requests} requests"),
        (Language::Ja, None) => format!("対象 {objects}件（要求 {requests}件）"),
        (Language::Ja, Some(members)) => format!("対象 {objects}件、会員 {members}人（要求 {requests}件）"),
    }
}

fn lines(answer: &Answer, lang: Language, out: &mut dyn Write) -> io::Result<()> {
    let sekisho_scope::Lines { read, parsed, unparsed, duplicate, out_of_window, .. } = answer.lines;
    match lang {
        Language::En => writeln!(
            out,
            "{read} lines: {parsed} understood, {unparsed} not; {duplicate} told twice, {out_of_window} out of the window"
        ),
        Language::Ja => {
            writeln!(out, "記録 {read}行: 解読 {parsed}、解読不能 {unparsed}、重複 {duplicate}、期間外 {out_of_window}")
        }
    }?;
    samples(&answer.lines.samples, out)
}

/// Prints lines that were not understood.
pub(super) fn samples(samples: &[Sample], out: &mut dyn Write) -> io::Result<()> {
    samples
        .iter()
        .try_for_each(|Sample { file, offset, fault, line }| writeln!(out, "    {file} +{offset} ({fault}): {line}"))
}
