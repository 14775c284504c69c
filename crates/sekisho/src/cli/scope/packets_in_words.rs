//! What a scope of packets says, as people read it at a terminal.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use sekisho_scope::packets::{Answer, Named, Records};

use crate::cli::language::Language;

/// Prints the numbers, by kind and by store, what became of the packets, and why there may be more.
pub(super) fn print(answer: &Answer, lang: Language, out: &mut dyn Write) -> io::Result<()> {
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
    for reason in &answer.cannot_tell.reasons {
        writeln!(out, "{} ({}): {}", reason.reason, reason.count, reason.says)?;
    }
    Ok(())
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

fn read(answer: &Answer, lang: Language, out: &mut dyn Write) -> io::Result<()> {
    let (flows, packets, payload) = (&answer.flows, &answer.packets, &answer.payload);
    let (asked, bodies) = (answer.exchanges, answer.bodies);
    let unread: u64 = payload.unread.values().sum();
    match lang {
        Language::En => {
            writeln!(
                out,
                "{} requests, {} responses; bodies: {} whole, {} partial",
                answer.requests, answer.responses, bodies.whole, bodies.partial
            )?;
            writeln!(out, "not asked about: {} out of the windows, {} others", asked.out_of_window, asked.other)?;
            writeln!(out, "{} connections: {} in HTTP{}", flows.read, flows.http, list(&flows.others))?;
            writeln!(
                out,
                "{} packets: {} used, {} between others{}",
                packets.read,
                packets.used,
                packets.other,
                list(&packets.unused)
            )?;
            writeln!(
                out,
                "{} bytes: {} in HTTP, {} captured again, {unread} unread{}",
                payload.read,
                payload.http,
                payload.duplicate,
                list(&payload.unread)
            )?;
        }
        Language::Ja => {
            writeln!(
                out,
                "要求 {}件、応答 {}件、本文: 完全 {}、部分 {}",
                answer.requests, answer.responses, bodies.whole, bodies.partial
            )?;
            writeln!(out, "対象外: 期間外 {}、その他 {}", asked.out_of_window, asked.other)?;
            writeln!(out, "接続 {}本: HTTP {}{}", flows.read, flows.http, list(&flows.others))?;
            writeln!(
                out,
                "パケット {}個: 使用 {}、対象外の通信 {}{}",
                packets.read,
                packets.used,
                packets.other,
                list(&packets.unused)
            )?;
            writeln!(
                out,
                "データ {}バイト: HTTP {}、重複 {}、解読不能 {unread}{}",
                payload.read,
                payload.http,
                payload.duplicate,
                list(&payload.unread)
            )?;
        }
    }
    let Some(log) = answer.log else { return Ok(()) };
    match lang {
        Language::En => writeln!(
            out,
            "log: {} lines, {} not understood; {} requests, {} of them without packets",
            log.read, log.unparsed, log.requests, log.without_packets
        ),
        Language::Ja => writeln!(
            out,
            "アクセスログ {}行（解読不能 {}）: 該当する要求 {}件、うちパケットなし {}件",
            log.read, log.unparsed, log.requests, log.without_packets
        ),
    }
}

fn list(all: &Named) -> String {
    all.iter().map(|(name, count)| format!(", {count} {name}")).collect()
}
