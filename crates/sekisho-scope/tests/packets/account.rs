//! Nothing was dropped without being counted, and nothing that is counted lacks its line.

use std::{collections::BTreeMap, fs, path::Path};

use sekisho_scope::{
    Verdict, objects_file,
    packets::{Answer, Named},
};

fn sum(all: &Named) -> u64 {
    all.values().sum()
}

/// Packets, bytes, connections and requests add up.
pub(crate) fn accounted_for(answer: &Answer) {
    let (packets, payload, flows) = (&answer.packets, &answer.payload, &answer.flows);
    assert_eq!(answer.files.iter().map(|file| file.packets).sum::<u64>(), packets.read);
    assert_eq!(packets.read, packets.used + packets.other + sum(&packets.unused), "{packets:?}");
    assert_eq!(payload.read, payload.http + payload.duplicate + payload.astray + sum(&payload.unread), "{payload:?}");
    assert_eq!(flows.read, flows.http + sum(&flows.others), "{flows:?}");
    let asked = answer.exchanges.meet + answer.exchanges.unclear;
    assert!(answer.requests <= asked && asked <= answer.requests + answer.responses, "{:?}", answer.exchanges);
}

/// The lists of the three sets, as text.
pub(crate) fn lists(path: &Path) -> [String; 3] {
    Verdict::ALL.map(|set| fs::read_to_string(objects_file(path, set)).expect("each set has its list"))
}

/// Reasons that concern no single place in a connection, and two of which responses without a body have no line.
const OF_NO_LINE: [&str; 17] = [
    "nothing_read",
    "silence",
    "files_broken",
    "fragments_left",
    "fragment_cut_off",
    "fragment",
    "link_cut_off",
    "link_not_known",
    "link_encrypted",
    "tunnel_not_read",
    "quic",
    "ip_malformed",
    "tcp_malformed",
    "log_unparsed",
    "parts_not_joined",
    "unclear",
    "unpaired",
];

/// A list's lines, taken apart (RFC 4180).
fn fields(list: &str) -> Vec<csv::StringRecord> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(list.as_bytes());
    reader.records().map(|row| row.expect("a list is CSV")).collect()
}

/// Every body and every reason has a line, and no other has.
pub(crate) fn listed(answer: &Answer, lists: &[String; 3]) {
    let rows: Vec<_> = lists.iter().flat_map(|list| fields(list)).collect();
    let is_response = |row: &&csv::StringRecord| &row[1] == "response" && &row[7] != "unanswered";
    assert_eq!(rows.iter().filter(is_response).count() as u64, answer.bodies.whole + answer.bodies.partial);
    let mut told = BTreeMap::<&str, u64>::new();
    for row in &rows {
        let why = row[7].split("; ").filter(|why| !why.is_empty() && !OF_NO_LINE.contains(why));
        why.for_each(|why| *told.entry(why).or_default() += 1);
    }
    let known = answer.cannot_tell.reasons.iter().filter(|one| !OF_NO_LINE.contains(&one.reason));
    assert_eq!(told, known.map(|one| (one.reason, one.count)).collect(), "{lists:?}");
    let mut sorted = lists.clone().map(|list| list.lines().map(String::from).collect::<Vec<_>>());
    sorted.iter_mut().for_each(|lines| lines.sort_unstable());
    assert_eq!(sorted.map(|lines| lines.iter().map(|line| format!("{line}\n")).collect::<String>()), *lists);
}
