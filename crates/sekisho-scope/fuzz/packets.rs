//! Hostile captures. What must not be: a panic, a hang, a packet or a byte of which nobody knows what became, a body or a
//! reason without its line, a found value in an output, an answer that depends on threads, on the order of files, on the
//! room in memory or on the key.

use std::{io::Write, path::PathBuf, sync::LazyLock};

use regex::bytes::Regex;
use sekisho_scope::{
    Progress,
    packets::{Answer, KNOWN, Kinds, Plan, Question, scope},
};

use crate::{
    account::{accounted_for, listed, lists},
    alter::{alter, below, one},
    chance::Chance,
    run::{Case, Target},
    wire::{Packet, Wire, card, get, pcap, response},
};

/// Captures of some connections.
pub(crate) struct Packets;

impl Target for Packets {
    fn case(&self, chance: &mut Chance) -> Box<dyn Case> {
        Box::new(Capture::new(chance))
    }
}

/// Files, and what is asked of them.
struct Capture {
    files: Vec<Vec<u8>>,
    question: Question,
    requests: bool,
    content: u64,
    threads: usize,
}

impl Capture {
    fn new(chance: &mut Chance) -> Self {
        let mut packets: Vec<Packet> = (0..=chance.below(4)).flat_map(|nth| connection(chance, nth as u16)).collect();
        (0..chance.below(6)).for_each(|_| harm(chance, &mut packets));
        let mut files = vec![Vec::new(); 1 + below(chance, 3)];
        for packet in packets {
            one_of(chance, &mut files).push(packet);
        }
        let files = files.iter().map(|packets| written(chance, packets)).collect();
        let (requests, content) = (chance.below(2) == 0, one(chance, &[1 << 30, 1 << 30, 3000]));
        Self { files, question: question(chance), requests, content, threads: 2 + below(chance, 3) }
    }

    /// The answer and the lists.
    fn ask(&self, files: &[PathBuf], plan: Plan) -> Result<(Answer, [String; 3]), String> {
        let folder = tempfile::tempdir().map_err(|why| why.to_string())?;
        let plan = Plan {
            question: self.question.clone(),
            kinds: KINDS.clone(),
            requests: self.requests,
            content: self.content,
            objects: Some(folder.path().join("list")),
            ..plan
        };
        let answer = scope(files, &plan, &Progress::default()).map_err(|why| format!("no answer: {why}"))?;
        Ok((answer, lists(&folder.path().join("list"))))
    }

    fn differs(&self, files: &[PathBuf]) -> Result<Option<String>, String> {
        let reversed: Vec<_> = files.iter().rev().cloned().collect();
        let (answer, lists) = self.ask(files, Plan::new([1; 32]))?;
        // Half of it is more than any of the connections has.
        let other = Plan { threads: self.threads, memory: 140_000, ..Plan::new([2; 32]) };
        let (again, lists_again) = self.ask(&reversed, other)?;
        let text = |answer: &Answer| serde_json::to_string(answer).map_err(|why| why.to_string());
        if text(&answer)? != text(&again)? || lists != lists_again {
            return Ok(Some(format!("{} threads, another order or little memory make a difference", self.threads)));
        }
        // Both fall with what is wrong, which is a find.
        accounted_for(&answer);
        listed(&answer, &lists);
        let said = text(&answer)? + &lists.concat();
        Ok(said.contains(SECRET).then(|| "a found value is told".into()))
    }
}

impl Case for Capture {
    fn files(&self) -> Vec<Vec<u8>> {
        self.files.clone()
    }

    fn objection(&self, files: &[PathBuf]) -> Option<String> {
        self.differs(files).unwrap_or_else(Some)
    }
}

/// What is looked for; made once, since patterns take long to make.
static KINDS: LazyLock<Kinds> = LazyLock::new(|| {
    let columns = vec![("name".into(), "name".into())];
    Kinds::new(&KNOWN.map(String::from), vec![], columns).expect("they are some")
});

/// The beginning of every card that is sent.
const SECRET: &str = "4000000000";

fn one_of<'a, T>(chance: &mut Chance, all: &'a mut [T]) -> &'a mut T {
    let at = below(chance, all.len());
    &mut all[at]
}

/// A connection of some exchanges, pipelined or not, closed or not.
fn connection(chance: &mut Chance, nth: u16) -> Vec<Packet> {
    let mut wire = Wire::open(40_000 + nth, 1_627_873_200 + chance.below(4000));
    for _ in 0..=chance.below(5) {
        let (mut request, mut response) = exchange(chance);
        let is_altered = chance.below(6) == 0;
        if is_altered {
            let altered = if chance.below(2) == 0 { &mut request } else { &mut response };
            alter(chance, altered, 4);
        }
        if chance.below(8) > 0 { wire.exchange(&request, &response) } else { wire.say(0, &request) }
    }
    if chance.below(4) == 0 { wire.packets } else { wire.close() }
}

fn rows(chance: &mut Chance) -> Vec<u8> {
    let (first, count) = (chance.below(1000), one(chance, &[0, 1, 20, 200]));
    let name = one(chance, &["", "name,card\r\n", "{\"name\":\"taro\"}"]);
    let rows = (first..first + count).map(|at| format!("taro,{},12/27,03-1234-5678\r\n", card(at)));
    [name.to_owned()].into_iter().chain(rows).collect::<String>().into_bytes()
}

/// A request, and a response in one of the ways in which a body can be sent.
fn exchange(chance: &mut Chance) -> (Vec<u8>, Vec<u8>) {
    let body = rows(chance);
    let target = one(chance, &["/", "/a?q=1", "/users/taro", "/dump", "*"]);
    let request = match chance.below(5) {
        0 => format!("HEAD {target} HTTP/1.1\r\n\r\n").into_bytes(),
        1 => [b"POST /form HTTP/1.1\r\nContent-Length: 28\r\n\r\ncard=".as_slice(), card(7).as_bytes(), b"&x=y+z%"]
            .concat(),
        _ => get(target),
    };
    let length = body.len();
    let answer = match chance.below(8) {
        0 => chunked(&body),
        1 => response(&gzip(&body), "Content-Encoding: gzip\r\n"),
        2 => response(&zstd::encode_all(&body[..], 1).expect("memory takes it"), "Content-Encoding: zstd\r\n"),
        3 => [&b"HTTP/1.1 200 OK\r\n\r\n"[..], &body].concat(),
        4 => b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 304 Not Modified\r\n\r\n".to_vec(),
        5 => {
            let half = length / 2;
            let head = format!(
                "HTTP/1.1 206 Partial Content\r\nETag: a\r\nContent-Range: bytes {half}-{}/{length}\r\nContent-Length: {}\r\n\r\n",
                length.saturating_sub(1),
                length - half
            );
            [head.as_bytes(), &body[half..]].concat()
        }
        6 => b"HTTP/1.1 101 Switching Protocols\r\n\r\n\x01\x02\x03".to_vec(),
        _ => response(&body, "Content-Type: text/csv\r\n"),
    };
    (request, answer)
}

fn chunked(body: &[u8]) -> Vec<u8> {
    let chunks =
        body.chunks(700).flat_map(|chunk| [format!("{:x}\r\n", chunk.len()).as_bytes(), chunk, b"\r\n"].concat());
    let chunks: Vec<u8> = chunks.collect();
    [&b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"[..], &chunks, b"0\r\n\r\n"].concat()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(bytes).and_then(|()| out.finish()).expect("memory takes it")
}

/// What a network, a full disk or somebody does to packets.
fn harm(chance: &mut Chance, packets: &mut Vec<Packet>) {
    let (at, other) = (below(chance, packets.len()), below(chance, packets.len()));
    match chance.below(7) {
        0 if packets.len() > 1 => drop(packets.remove(at)),
        1 => packets.push(packets[at].clone()),
        2 => packets[at].bytes.truncate(below(chance, 1600)),
        3 => alter(chance, &mut packets[at].bytes, 3),
        // A packet begins as one and goes on as another.
        4 => {
            let cut = below(chance, packets[at].bytes.len().min(packets[other].bytes.len()));
            let tail = packets[other].bytes[cut..].to_vec();
            packets[at].bytes.truncate(cut);
            packets[at].bytes.extend(tail);
        }
        5 => packets[at].at = packets[other].at,
        _ => (1..packets.len()).rev().for_each(|at| packets.swap(at, below(chance, at + 1))),
    }
}

/// A file of packets, in either format, packed now and then, and then perhaps damaged.
fn written(chance: &mut Chance, packets: &[Packet]) -> Vec<u8> {
    let mut file = if chance.below(3) == 0 { pcapng(packets) } else { pcap(packets) };
    if chance.below(4) == 0 {
        file = gzip(&file);
    }
    if chance.below(4) == 0 {
        alter(chance, &mut file, 4);
    }
    file
}

/// The same as pcapng (draft-ietf-opsawg-pcapng): a section, an interface that counts nanoseconds, packets.
fn pcapng(packets: &[Packet]) -> Vec<u8> {
    let block = |kind: u32, body: &[u8]| {
        let length = (12 + body.len() as u32).to_le_bytes();
        [&kind.to_le_bytes()[..], &length, body, &length].concat()
    };
    let section = [&0x1a2b_3c4d_u32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xff; 8]].concat();
    let interface = [1, 0, 0, 0, 0xff, 0xff, 0, 0, 9, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0];
    let mut file = [block(0x0a0d_0d0a, &section), block(1, &interface)].concat();
    for Packet { at, bytes } in packets {
        let length = bytes.len() as u32;
        let head = [0, (at >> 32) as u32, *at as u32, length, length].map(u32::to_le_bytes).concat();
        let padding = vec![0; bytes.len().next_multiple_of(4) - bytes.len()];
        file.extend(block(6, &[&head[..], bytes, &padding].concat()));
    }
    file
}

/// Conditions by chance.
fn question(chance: &mut Chance) -> Question {
    let mut question = Question::default();
    let mut maybe = |times: u64| chance.below(times) == 0;
    if maybe(4) {
        question.clients = vec!["203.0.113.0/24".parse().expect("one")];
    }
    if maybe(4) {
        question.servers = vec!["192.0.2.1:80".parse().expect("one")];
    }
    if maybe(4) {
        question.path = Some(Regex::new("^/(dump|users)?").expect("one"));
    }
    if maybe(6) {
        question.methods = vec!["GET".into()];
    }
    if maybe(3) {
        (question.from, question.to) = (Some(1_627_873_300), Some(1_627_875_000));
    }
    question
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(packets: &[Packet], file: impl Fn(&[Packet]) -> Vec<u8>) -> Answer {
        let path = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(path.path(), file(packets)).unwrap();
        scope(&[path.path().into()], &Plan::new([1; 32]), &Progress::default()).unwrap()
    }

    #[test]
    fn both_formats_say_the_same() {
        let packets = connection(&mut Chance::new(3), 0);
        let (one, other) = (asked(&packets, pcap), asked(&packets, pcapng));
        assert_eq!((one.files[0].format, other.files[0].format), ("pcap", "pcapng"));
        assert_eq!((&one.records, &one.payload, &one.flows), (&other.records, &other.payload, &other.flows));
        assert_eq!(one.packets.used, packets.len() as u64);
    }

    /// M29: cut, flipped, spliced, doubled and reordered packets and files.
    #[test]
    fn the_first_cases_find_nothing_and_much_of_them_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let asked = crate::run::Asked { minutes: 5, seed: 1, count: 200, keep: folder.path().into() };
        assert_eq!(crate::run::run(&Packets, &asked).unwrap().finds, 0);
        let confirmed: u64 = (1..100)
            .filter_map(|seed| {
                let case = Capture::new(&mut Chance::new(seed));
                let files = crate::run::write(&Packets, seed, folder.path()).unwrap();
                case.ask(&files, Plan::new([1; 32])).unwrap().0.records.confirmed
            })
            .sum();
        assert!(confirmed > 1000, "a target that finds nothing attacks nothing: {confirmed}");
    }

    #[test]
    fn a_value_that_is_told_is_objected_to() {
        let mut wire = Wire::open(40_000, 1_627_873_200);
        // A status that no server sends makes no line; a target is told as far as it is no value.
        wire.exchange(&get(&format!("/x{SECRET}")), &response(b"ok", ""));
        let files = vec![pcap(&wire.close())];
        let capture = Capture { files, question: Question::default(), requests: false, content: 1 << 20, threads: 2 };
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        std::fs::write(&file, &capture.files[0]).unwrap();
        assert_eq!(capture.objection(&[file]).as_deref(), Some("a found value is told"));
    }
}
