//! An answer as people read it.

use std::{
    io::{self, Write},
    path::Path,
};

use sekisho_scope::{Answer, Set, Verdict, objects_file};

use crate::cli::language::Language;

/// So many silences are shown; the rest is counted.
const SHOWN: usize = 10;

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
        if let Some(path) = objects {
            writeln!(out, "    {}", objects_file(path, verdict).display())?;
        }
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
    open(answer, lang, out)
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
    answer.lines.samples.iter().try_for_each(|sample| {
        writeln!(out, "    {} +{} ({}): {}", sample.file, sample.offset, sample.fault, sample.line)
    })
}

fn open(answer: &Answer, lang: Language, out: &mut dyn Write) -> io::Result<()> {
    let open = &answer.cannot_tell;
    for reason in &open.reasons {
        writeln!(out, "{} ({}): {}", reason.reason, reason.count, reason.says)?;
    }
    for silence in open.intervals.iter().take(SHOWN) {
        writeln!(out, "    {} – {}", silence.from, silence.to)?;
    }
    match (open.intervals.len().saturating_sub(SHOWN), lang) {
        (0, _) => Ok(()),
        (more, Language::En) => writeln!(out, "    and {more} more; --json has all"),
        (more, Language::Ja) => writeln!(out, "    ほか {more}件（--json で全件）"),
    }
}
