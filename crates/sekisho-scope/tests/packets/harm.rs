//! What a network, a full disk or somebody does to packets.

use proptest::prelude::*;

use crate::wire::{Packet, Wire, card, get, response};

/// Numbers that look like chance (SplitMix64).
#[derive(Debug, Clone)]
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % below
    }
}

/// So many cards in each body that are in none of the others.
pub(crate) const CARDS: u64 = 150;

/// Bodies of several kinds.
fn bodies() -> Vec<Vec<u8>> {
    let rows =
        |nth: u64| (0..CARDS).map(|at| format!("{} row\r\n", card(nth * 1_000_003 + at * 17))).collect::<String>();
    let chunked = |text: &str| {
        let chunks: String = text
            .as_bytes()
            .chunks(999)
            .map(|chunk| format!("{:x}\r\n{}\r\n", chunk.len(), String::from_utf8_lossy(chunk)))
            .collect();
        format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}0\r\nDigest: x\r\n\r\n").into_bytes()
    };
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, rows(2).as_bytes()).unwrap();
    vec![
        response(rows(0).as_bytes(), ""),
        chunked(&rows(1)),
        response(&packed.finish().unwrap(), "Content-Encoding: gzip\r\n"),
        format!("HTTP/1.1 200 OK\r\n\r\n{}", rows(3)).into_bytes(),
    ]
}

/// One connection with all of them, the last until it closes.
pub(crate) fn capture() -> Vec<Packet> {
    let mut wire = Wire::open(40_000, 1_627_873_200);
    for (nth, body) in bodies().iter().enumerate() {
        wire.exchange(&get(&format!("/{nth}")), body);
    }
    wire.close()
}

pub(crate) const ALL: u64 = 4 * CARDS;

/// One of those things.
#[derive(Debug, Clone)]
pub(crate) enum Harm {
    Lose(usize),
    Double(usize),
    /// The capture kept so many bytes of it.
    Cut(usize, usize),
    /// A byte of it was changed.
    Change(usize, usize, u8),
    /// All in another order.
    Shuffle(u64),
}

pub(crate) fn any() -> impl Strategy<Value = Harm> {
    prop_oneof![
        (0usize..999).prop_map(Harm::Lose),
        (0usize..999).prop_map(Harm::Double),
        ((0usize..999), (0usize..1500)).prop_map(|(at, length)| Harm::Cut(at, length)),
        ((0usize..999), (0usize..1500), proptest::prelude::any::<u8>())
            .prop_map(|(at, place, byte)| Harm::Change(at, place, byte)),
        proptest::prelude::any::<u64>().prop_map(Harm::Shuffle),
    ]
}

pub(crate) fn done(mut packets: Vec<Packet>, harms: &[Harm]) -> Vec<Packet> {
    for harm in harms {
        let place = |at: &usize| *at % packets.len();
        match harm {
            Harm::Lose(at) => drop(packets.remove(place(at))),
            Harm::Double(at) => packets.push(packets[place(at)].clone()),
            Harm::Cut(at, length) => {
                let at = place(at);
                packets[at].bytes.truncate(*length);
            }
            Harm::Change(at, within, byte) => {
                let at = place(at);
                if let Some(changed) = packets[at].bytes.get_mut(*within) {
                    *changed = *byte;
                }
            }
            Harm::Shuffle(seed) => shuffle(&mut packets, *seed),
        }
    }
    packets
}

pub(crate) fn shuffle(packets: &mut [Packet], seed: u64) {
    let mut dice = Dice(seed);
    for at in (1..packets.len()).rev() {
        packets.swap(at, dice.roll(at as u64 + 1) as usize);
    }
}
