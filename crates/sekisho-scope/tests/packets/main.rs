//! Records out of packets: made ones, others' and hostile ones.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

mod contents;
mod harm;
mod hostile;
mod listing;
#[path = "../others/mod.rs"]
mod others;
mod processor;
mod public;
mod wire;

use sekisho_scope::packets::{Answer, Named};

fn sum(all: &Named) -> u64 {
    all.values().sum()
}

/// Nothing was dropped without being counted.
fn accounted_for(answer: &Answer) {
    let (packets, payload, flows) = (&answer.packets, &answer.payload, &answer.flows);
    assert_eq!(answer.files.iter().map(|file| file.packets).sum::<u64>(), packets.read);
    assert_eq!(packets.read, packets.used + packets.other + sum(&packets.unused), "{packets:?}");
    assert_eq!(payload.read, payload.http + payload.duplicate + payload.astray + sum(&payload.unread), "{payload:?}");
    assert_eq!(flows.read, flows.http + sum(&flows.others), "{flows:?}");
    let asked = answer.exchanges.meet + answer.exchanges.unclear;
    assert!(answer.requests <= asked && asked <= answer.requests + answer.responses, "{:?}", answer.exchanges);
}
