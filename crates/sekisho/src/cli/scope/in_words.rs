//! What a ledger's scope says, as people read it at a terminal.

use std::io::{self, Write};

use sekisho_scope::ledger::{Count, Counted, Period, Scope, in_words};

use crate::cli::language::Language;

/// So many gaps are shown; the rest is counted.
const SHOWN: usize = 10;

/// Prints the numbers, what they are made of, and what can't be told.
pub(super) fn print(scope: &Scope, lang: Language, out: &mut dyn Write) -> io::Result<()> {
    let word = |ja: &'static str, en: &'static str| lang.pick(ja, en);
    writeln!(out, "{}: {}", word("開かれた書類", "documents opened"), count(scope.documents, lang))?;
    if let Some(members) = scope.members {
        writeln!(out, "{}: {}", word("会員", "members"), count(members.known, lang))?;
        if members.erased.at_most > 0 {
            let says = word("退会し、結びつきが消された確認", "checks of members who left and whose tie was erased");
            writeln!(out, "  {says}: {}", count(members.erased, lang))?;
        }
    }
    writeln!(out, "{}: {}", word("閲覧の回数", "looks"), scope.looks)?;
    let parts = [(word("種類", "by kind"), &scope.by_kind), (word("サイト", "by site"), &scope.by_site)];
    parts.into_iter().try_for_each(|(name, part)| table(name, part, lang, out))?;
    writeln!(out, "{}", word("期間の終わりの状態", "at the end of the window"))?;
    scope.then.iter().try_for_each(|(then, number)| row(then.as_str(), *number, lang, out))?;
    period(word("提出", "submitted"), &scope.submitted, out)?;
    period(word("閲覧", "looked at"), &scope.looked, out)?;
    open(scope, lang, out)
}

fn count(count: Count, lang: Language) -> String {
    let Count { confirmed, at_most } = count;
    match lang {
        Language::Ja => format!("確認済み {confirmed}、最大 {at_most}"),
        Language::En => format!("{confirmed} confirmed, {at_most} at most"),
    }
}

fn table(name: &str, part: &Counted, lang: Language, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{name}")?;
    part.iter().try_for_each(|(of, number)| row(of, *number, lang, out))
}

fn row(of: &str, number: Count, lang: Language, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  {of}: {}", count(number, lang))
}

fn period(name: &str, period: &Period, out: &mut dyn Write) -> io::Result<()> {
    let Some((first, last)) = period.first.zip(period.last) else { return Ok(()) };
    writeln!(out, "{name}: {} – {}", in_words(first), in_words(last))
}

fn open(scope: &Scope, lang: Language, out: &mut dyn Write) -> io::Result<()> {
    let word = |ja: &'static str, en: &'static str| lang.pick(ja, en);
    let open = &scope.cannot_tell;
    writeln!(out, "{}: {} / {}", word("読めた記録", "entries read"), scope.read, scope.entries)?;
    if open.looks > 0 {
        let says = word("該当するか決められない閲覧", "looks that the ledger leaves open");
        writeln!(out, "{says}: {}", open.looks)?;
    }
    if open.broken.lines > 0 {
        let says = word("壊れていて読めない行", "lines that are broken and can't be read");
        let places: Vec<_> = open.broken.first.iter().take(SHOWN).map(ToString::to_string).collect();
        let more = if open.broken.lines > places.len() as u64 { ", …" } else { "" };
        writeln!(out, "{says}: {} ({} {}{more})", open.broken.lines, word("行", "line"), places.join(", "))?;
    }
    if open.entries > 0 {
        let says = word("本文がなく、判別できない記録", "entries without a body, which can't be told");
        writeln!(out, "{says}: {}", open.entries)?;
    }
    for gap in open.gaps.iter().take(SHOWN) {
        let at = |at| Option::map_or(at, "…".into(), in_words);
        writeln!(out, "  {} +{}: {} – {}", gap.place, gap.entries, at(gap.from), at(gap.to))?;
    }
    match open.gaps.len().saturating_sub(SHOWN) {
        0 => Ok(()),
        more => writeln!(out, "  {} {more}", word("ほか（--json で全件）", "and more, all in --json:")),
    }
}
