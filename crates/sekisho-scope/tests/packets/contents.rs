//! What responses and requests hold, however it is written, packed, cut up and sent.

use std::{fs, io::Write as _};

use etherparse::{IpFragOffset, Ipv4Header, PacketBuilder};
use sekisho_scope::{
    Progress,
    packets::{Answer, Kinds, Plan, scope},
};

use crate::{
    account::accounted_for,
    wire::{Packet, Wire, card, get, pcap, response},
};

fn ask(file: &[u8], change: impl FnOnce(&mut Plan)) -> Answer {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pcap");
    fs::write(&path, file).unwrap();
    let mut plan = Plan::new([7; 32]);
    change(&mut plan);
    let answer = scope(&[path], &plan, &Progress::default()).unwrap();
    accounted_for(&answer);
    answer
}

fn exchanges(all: &[(Vec<u8>, Vec<u8>)]) -> Vec<Packet> {
    let mut wire = Wire::open(40_000, 1_627_873_200);
    all.iter().for_each(|(request, response)| wire.exchange(request, response));
    wire.close()
}

fn confirmed(answer: &Answer) -> Vec<(String, u64)> {
    answer.by_kind.iter().map(|(kind, records)| (kind.clone(), records.confirmed.unwrap())).collect()
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(text).unwrap();
    packed.finish().unwrap()
}

/// RFC 7932 without compressing anything: one block as it is, and an empty last one.
fn brotli(text: &[u8]) -> Vec<u8> {
    let length = text.len() - 1;
    let head = [0x0b | ((length & 1) << 7), (length >> 1) & 0xff, (length >> 9) | 0x80].map(|byte| byte as u8);
    [&head[..], text, &[3]].concat()
}

#[test]
fn every_coding_is_undone_and_a_broken_or_unknown_one_confirms_nothing() {
    let (mut zlib, mut raw) = (
        flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast()),
        flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast()),
    );
    zlib.write_all(card(3).as_bytes()).unwrap();
    raw.write_all(card(4).as_bytes()).unwrap();
    let broken = gzip(card(9).as_bytes());
    let all = [
        (gzip(card(1).as_bytes()), "gzip"),
        (brotli(card(2).as_bytes()), "br"),
        (zlib.finish().unwrap(), "deflate"),
        (raw.finish().unwrap(), "deflate"),
        (zstd::encode_all(card(5).as_bytes(), 1).unwrap(), "zstd"),
        (gzip(&brotli(card(6).as_bytes())), "br, gzip"),
        // A dump that was packed before it was sent.
        (gzip(card(7).as_bytes()), "identity"),
        (broken[..broken.len() - 6].to_vec(), "gzip"),
        (card(10).into_bytes(), "aes128gcm"),
    ];
    let talk: Vec<_> = all
        .iter()
        .map(|(body, coding)| (get("/"), response(body, &format!("Content-Encoding: {coding}\r\n"))))
        .collect();
    let answer = ask(&pcap(&exchanges(&talk)), |_| {});
    assert_eq!((answer.records.confirmed, answer.records.at_most), (Some(7), None), "{answer:?}");
    assert_eq!((answer.bodies.whole, answer.bodies.partial), (7, 2));
    let reasons: Vec<_> = answer.cannot_tell.reasons.iter().map(|reason| reason.reason).collect();
    assert_eq!(reasons, ["coding_broken", "coding_not_known"]);
}

#[test]
fn a_content_without_measure_is_searched_up_to_the_limit_and_told() {
    let bomb = gzip(&vec![b' '; 40 << 20]);
    let talk = [(get("/"), response(&bomb, "Content-Encoding: gzip\r\n"))];
    let answer = ask(&pcap(&exchanges(&talk)), |plan| plan.content = 1 << 20);
    assert_eq!(answer.cannot_tell.reasons[0].reason, "content_too_large");
    assert_eq!(answer.bodies.partial, 1);
}

#[test]
fn text_of_japan_is_read_in_the_charset_that_is_said() {
    let row = "氏名,電話,住所,メール\n山田 太郎,０３−１２３４−５６７８,東京都千代田区千代田1-1,taro@example.jp\n";
    let of = |encoding: &'static encoding_rs::Encoding| {
        let (body, ..) = encoding.encode(row);
        response(&body, &format!("Content-Type: text/csv; charset={}\r\n", encoding.name()))
    };
    let json = r#"{"氏名":"\u5c71\u7530 \u592a\u90ce","tel":"03-1234-5678"}"#;
    let talk = [
        (get("/1"), of(encoding_rs::SHIFT_JIS)),
        (get("/2"), of(encoding_rs::EUC_JP)),
        (get("/3"), of(encoding_rs::UTF_8)),
        (get("/4"), response(json.as_bytes(), "Content-Type: application/json\r\n")),
    ];
    let answer = ask(&pcap(&exchanges(&talk)), |plan| {
        let known = sekisho_scope::packets::KNOWN.map(String::from);
        plan.kinds = Kinds::new(&known, vec![], vec![("name".into(), "氏名".into())]).unwrap();
    });
    let once = ["address", "mail", "name", "phone"].map(|kind| (kind.to_owned(), 1));
    assert_eq!(confirmed(&answer), once, "the same four, four times");
}

#[test]
fn what_was_sent_in_requests_counts_if_asked() {
    let form = format!("card={}&mail=taro%40example.jp", card(1));
    let post = format!(
        "POST /pay?tel=090-1234-5678 HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    let file = pcap(&exchanges(&[(post.into_bytes(), response(b"ok", ""))]));
    assert_eq!(confirmed(&ask(&file, |_| {})), []);
    let found = ["card", "mail", "phone"].map(|kind| (kind.to_owned(), 1));
    assert_eq!(confirmed(&ask(&file, |plan| plan.requests = true)), found);
}

#[test]
fn a_record_across_two_parts_of_an_object_is_found_where_they_meet() {
    let text: String = (0..200).map(|at| format!("{}\n", card(at * 13))).collect();
    let part = |first: usize, last: usize| {
        let head = format!(
            "HTTP/1.1 206 Partial Content\r\nETag: \"a\"\r\nContent-Range: bytes {first}-{last}/{}\r\nContent-Length: {}\r\n\r\n",
            text.len(),
            last + 1 - first
        );
        (get("/dump"), [head.as_bytes(), &text.as_bytes()[first..=last]].concat())
    };
    // 17 bytes for each: both cuts go through a number.
    let all = [part(2048, text.len() - 1), part(0, 1000), part(1001, 2047)];
    let answer = ask(&pcap(&exchanges(&all)), |_| {});
    assert_eq!((answer.records.confirmed, answer.statuses[&206]), (Some(200), 3));
    let without = ask(&pcap(&exchanges(&all[..2])), |_| {});
    let (sure, possibly) = (without.records.confirmed.unwrap(), without.records.possibly);
    assert!(sure < 138 && possibly > 0 && sure + possibly <= 138, "{:?}", without.records);
}

#[test]
fn fragments_of_packets_are_put_together_and_a_lost_one_is_told() {
    let whole = exchanges(&[(get("/"), response(format!("{}\n{}", card(1), "x".repeat(1200)).as_bytes(), ""))]);
    let cut: Vec<_> = whole.iter().flat_map(fragmented).collect();
    assert!(cut.len() > whole.len());
    let answer = ask(&pcap(&cut), |_| {});
    assert_eq!((answer.records.confirmed, answer.records.at_most), (Some(1), Some(1)), "{answer:?}");
    assert_eq!(answer.packets.used, cut.len() as u64);
    let lost: Vec<_> = cut.iter().enumerate().filter(|(at, _)| *at != 5).map(|(_, packet)| packet.clone()).collect();
    let answer = ask(&pcap(&lost), |_| {});
    assert_eq!((answer.records.confirmed, answer.packets.unused["fragments_left"]), (Some(0), 2), "{answer:?}");
    assert!(answer.records.at_most.is_none());
}

/// A packet with much payload, as three fragments.
fn fragmented(packet: &Packet) -> Vec<Packet> {
    let (link, ip) = packet.bytes.split_at(14);
    let (header, payload) = Ipv4Header::from_slice(ip).unwrap();
    if payload.len() < 1000 {
        return vec![packet.clone()];
    }
    let pieces: Vec<_> = payload.chunks(512).collect();
    let last = pieces.len() - 1;
    let piece = |(nth, piece): (usize, &&[u8])| {
        let mut header = header.clone();
        (header.identification, header.dont_fragment, header.more_fragments) = (77, false, nth < last);
        header.fragment_offset = IpFragOffset::try_new((nth * 64) as u16).unwrap();
        header.set_payload_len(piece.len()).unwrap();
        header.header_checksum = header.calc_header_checksum();
        let mut bytes = link.to_vec();
        header.write(&mut bytes).unwrap();
        bytes.extend_from_slice(piece);
        Packet { at: packet.at, bytes }
    };
    pieces.iter().enumerate().map(piece).collect()
}

#[test]
fn connections_in_tls_are_told_and_not_searched() {
    let mut wire = Wire::open(40_000, 1_627_873_200);
    wire.exchange(b"\x16\x03\x01\x00\x05hello", b"\x16\x03\x03\x00\x05hello");
    let answer = ask(&pcap(&wire.close()), |_| {});
    assert_eq!((answer.flows.others["tls"], answer.records.at_most), (1, None));
    assert!(answer.is_finding());
}

/// Of a time of which there are no packets, nobody can tell what was sent: before, between and behind them.
#[test]
fn time_of_which_nothing_was_captured_is_told_and_leaves_open_what_was_sent() {
    // 2021-08-02T12:00:00+09:00, and an hour later.
    const NOON: i64 = 1_627_873_200;
    let mut packets = exchanges(&[(get("/"), response(card(1).as_bytes(), ""))]);
    let mut later = Wire::open(40_001, NOON as u64 + 3600);
    later.exchange(&get("/"), &response(card(2).as_bytes(), ""));
    packets.extend(later.close());
    let file = pcap(&packets);
    let told = |change: fn(&mut Plan)| {
        let answer = ask(&file, change);
        let silent = answer.cannot_tell.intervals.iter();
        let silent: Vec<_> = silent.map(|one| format!("{} {}", &one.from[11..19], &one.to[11..19])).collect();
        let reasons = answer.cannot_tell.reasons.iter().filter(|one| one.reason == "silence");
        assert_eq!(reasons.map(|one| one.count).sum::<u64>(), silent.len() as u64);
        assert_eq!(answer.records.at_most.is_none(), !silent.is_empty(), "{answer:?}");
        silent.join(", ")
    };
    assert_eq!(told(|_| {}), "12:01:00 12:59:59");
    assert_eq!(told(|plan| plan.silence = 3600), "", "an hour's silence is longer than what there is");
    let around = told(|plan| (plan.question.from, plan.question.to) = (Some(NOON - 900), Some(NOON + 3600 + 959)));
    assert_eq!(around, "11:45:00 11:59:59, 12:01:00 12:59:59, 13:01:00 13:15:59");
    assert_eq!(told(|plan| plan.question.to = Some(NOON + 899)), "", "14 minutes are none");
}

/// A packet within VXLAN (RFC 7348), between two gateways.
fn tunnelled(packet: &Packet) -> Packet {
    let link = PacketBuilder::ethernet2([3; 6], [4; 6]).ipv4([10, 0, 0, 1], [10, 0, 0, 2], 64);
    let inner = [&[8, 0, 0, 0, 0, 0, 9, 0][..], &packet.bytes].concat();
    let mut bytes = Vec::new();
    link.udp(50_000, 4789).write(&mut bytes, &inner).unwrap();
    Packet { at: packet.at, bytes }
}

#[test]
fn a_capture_of_a_tunnel_tells_what_one_of_its_ends_tells_and_both_together_tell_it_once() {
    let whole = exchanges(&[(get("/"), response(format!("{}\n{}", card(1), "x".repeat(1300)).as_bytes(), ""))]);
    let through: Vec<_> = whole.iter().map(tunnelled).collect();
    let cut: Vec<_> = through.iter().flat_map(fragmented).collect();
    assert!(cut.len() > through.len());
    for packets in [through.clone(), cut, [whole.clone(), through].concat()] {
        let answer = ask(&pcap(&packets), |_| {});
        assert_eq!((answer.records.confirmed, answer.records.at_most), (Some(1), Some(1)), "{answer:?}");
        assert_eq!((answer.packets.used, answer.flows.read), (packets.len() as u64, 1));
    }
}

#[test]
fn connections_in_quic_are_told_unless_they_are_certainly_somebody_elses() {
    let mut packets = exchanges(&[(get("/"), response(b"ok", ""))]);
    let link = PacketBuilder::ethernet2([1; 6], [2; 6]).ipv4([203, 0, 113, 9], [192, 0, 2, 1], 64);
    let mut bytes = Vec::new();
    link.udp(50_000, 443).write(&mut bytes, &[0xc3, 0, 0, 0, 1, 8, 1, 2, 3]).unwrap();
    packets.push(Packet { at: packets[0].at, bytes });
    let file = pcap(&packets);
    let answer = ask(&file, |_| {});
    assert_eq!((answer.packets.unused["quic"], answer.records.at_most), (1, None));
    assert_eq!(answer.cannot_tell.reasons[0].reason, "quic");
    let answer = ask(&file, |plan| plan.question.servers = vec!["192.0.2.1:80".parse().unwrap()]);
    assert_eq!((answer.packets.unused["not_tcp"], answer.records.at_most), (1, Some(0)));
    let later = ask(&file, |plan| plan.question.from = Some(1_627_873_300));
    assert!(later.cannot_tell.reasons.iter().all(|one| one.reason != "quic"), "it was before: {later:?}");
}

/// What an attacker writes by hand is not what RFC 9112 allows, and servers answer it.
#[test]
fn requests_with_blanks_in_their_target_are_requests() {
    let file = pcap(&exchanges(&[(get("/up.php?cmd=cat /var/cards"), response(card(1).as_bytes(), ""))]));
    let answer = ask(&file, |plan| plan.question.path = Some(regex::bytes::Regex::new("cat /var/cards$").unwrap()));
    assert_eq!(
        (answer.requests, answer.records.confirmed, answer.records.at_most),
        (1, Some(1), Some(1)),
        "{answer:?}"
    );
}

#[test]
fn a_server_that_opens_the_connection_is_a_server() {
    let mut wire = Wire::open(40_000, 1_627_873_200);
    wire.say(1, &get("/"));
    wire.say(0, &response(card(1).as_bytes(), ""));
    let answer = ask(&pcap(&wire.close()), |_| {});
    assert_eq!((answer.requests, answer.responses, answer.records.confirmed), (1, 1, Some(1)), "{answer:?}");
}

#[test]
fn what_is_not_in_the_coding_that_it_says_it_is_in_is_searched_as_it_is() {
    let talk = [(get("/"), response(card(1).as_bytes(), "Content-Encoding: gzip\r\n"))];
    let answer = ask(&pcap(&exchanges(&talk)), |_| {});
    assert_eq!((answer.records.possibly, answer.bodies.partial), (1, 1), "{answer:?}");
    assert_eq!(answer.cannot_tell.reasons[0].reason, "coding_broken");
}
