//! What a scope of packets says, as people read it at a terminal.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    path::Path,
};

use sekisho_scope::{
    Verdict,
    packets::{Answer, Named, Records},
};

use super::{
    report::{list as objects_list, samples},
    telling::open,
};
use crate::cli::language::Language;

/// Prints the numbers, by kind and by store, what became of the packets, and why there may be more.
pub(super) fn print(answer: &Answer, lang: Language, objects: Option<&Path>, out: &mut dyn Write) -> io::Result<()> {
    let word = |ja: &'static str, en: &'static str| lang.pick(ja, en);
    writeln!(out, "{}: {}", word("送信された記録", "records sent"), count(answer.records, lang))?;
    kinds(&answer.by_kind, "  ", lang, out)?;
    if answer.possibly_with_expiry > 0 {
        let says = word("うち有効期限も送信された可能性", "of those confirmed, possibly with an expiry too");
        writeln!(out, "  {says}: {}", answer.possibly_with_expiry)?;
    }
    for store in &answer.stores {
        let within = store.within.as_ref().map_or(String::new(), |outer| format!(" ⊂ {outer}"));
        let requests = word("要求", "requests");
        writeln!(out, "{}{within}: {} ({requests} {})", store.store, count(store.records, lang), store.requests)?;
        kinds(&store.by_kind, "  ", lang, out)?;
    }
    for (kind, values) in answer.revealed.iter().flatten() {
        writeln!(out, "{kind}")?;
        values.iter().try_for_each(|value| writeln!(out, "  {value}"))?;
    }
    read(answer, lang, out)?;
    Verdict::ALL.into_iter().try_for_each(|set| objects_list(objects, set, out))?;
    open(&answer.cannot_tell.reasons, &answer.cannot_tell.intervals, lang, out)
}

fn count(records: Records, lang: Language) -> String {
    let Records { confirmed, possibly, at_most } = records;
    let known = |number: Option<u64>| number.map_or_else(|| lang.pick("不明", "unknown").into(), |all| all.to_string());
    let (confirmed, at_most) = (known(confirmed), known(at_most));
    match lang {
        Language::Ja => format!("確認済み {confirmed}、可能性 {possibly}、最大 {at_most}"),
        Language::En => format!("{confirmed} confirmed, {possibly} possible, {at_most} at most"),
    }
}

fn kinds(all: &BTreeMap<String, Records>, indent: &str, lang: Language, out: &mut dyn Write) -> io::Result<()> {
    all.iter().try_for_each(|(kind, records)| writeln!(out, "{indent}{kind}: {}", count(*records, lang)))
}

/// Prints what became of requests, connections, packets and bytes.
fn read(answer: &Answer, lang: Language, out: &mut dyn Write) -> io::Result<()> {
    let (flows, packets, payload) = (&answer.flows, &answer.packets, &answer.payload);
    let (asked, bodies) = (answer.exchanges, answer.bodies);
    let unread = payload.unread.values().sum();
    let mut say = |ja, en, numbers: &[u64], others: Option<&Named>| {
        writeln!(out, "{}{}", filled(lang.pick(ja, en), numbers), others.map(list).unwrap_or_default())
    };
    say(
        "要求 {}件、応答 {}件、本文: 完全 {}、部分 {}",
        "{} requests, {} responses; bodies: {} whole, {} partial",
        &[answer.requests, answer.responses, bodies.whole, bodies.partial],
        None,
    )?;
    say(
        "対象外: 期間外 {}、その他 {}",
        "not asked about: {} out of the windows, {} others",
        &[asked.out_of_window, asked.other],
        None,
    )?;
    say("接続 {}本: HTTP {}", "{} connections: {} in HTTP", &[flows.read, flows.http], Some(&flows.others))?;
    say(
        "パケット {}個: 使用 {}、対象外の通信 {}",
        "{} packets: {} used, {} between others",
        &[packets.read, packets.used, packets.other],
        Some(&packets.unused),
    )?;
    say(
        "データ {}バイト: HTTP {}、重複 {}、解読不能 {}",
        "{} bytes: {} in HTTP, {} captured again, {} unread",
        &[payload.read, payload.http, payload.duplicate, unread],
        Some(&payload.unread),
    )?;
    let Some(log) = &answer.log else { return Ok(()) };
    say(
        "アクセスログ {}行（解読不能 {}）: 該当する要求 {}件、うちパケットなし {}件",
        "log: {} lines, {} not understood; {} requests, {} of them without packets",
        &[log.read, log.unparsed, log.requests, log.without_packets],
        None,
    )?;
    samples(&log.samples, out)
}

/// The text with the numbers in their places.
fn filled(text: &str, numbers: &[u64]) -> String {
    let numbers = numbers.iter().map(u64::to_string).chain([String::new()]);
    text.split("{}").zip(numbers).map(|(part, number)| format!("{part}{number}")).collect()
}

fn list(all: &Named) -> String {
    all.iter().map(|(name, count)| format!(", {count} {name}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_in_their_places() {
        assert_eq!(filled("{} of {} are read", &[3, 7]), "3 of 7 are read");
        assert_eq!(filled("接続 {}本", &[0]), "接続 0本");
    }
}
