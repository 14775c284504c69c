//! Sealing a picture, beside the bare cipher.

use std::{hint::black_box, time::Duration};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use sekisho_core::{
    entropy::{Entropy, fresh},
    id::{CheckId, DocumentId, KeeperId},
    time::Timestamp,
};
use sekisho_seal::{Context, DocumentKey, FormatVersion, seal_document};
use sekisho_sys::entropy::SystemEntropy;

use super::{
    Bench, Done,
    record::{Goal, Measured, Table},
    stats::{Samples, timed},
};

const PICTURE: usize = 2_000_000;
const CHUNK: usize = 16 * 1024;
const TAG: usize = 16;

/// Takes it.
pub(crate) fn take(bench: &Bench) -> Done<Measured> {
    let mut picture = vec![0; PICTURE];
    SystemEntropy.fill(&mut picture);
    let (context, key) = (context(), DocumentKey::fresh(&mut SystemEntropy));
    let ours = || black_box(seal_document(&key, &context, black_box(&picture), &mut SystemEntropy)).len();
    let bare = || black_box(bare(black_box(&picture))).len();
    let (mut sealed, mut alone, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..bench.sizes.rounds * 40 {
        // Who goes first changes, so that neither always finds the caches as the other left them.
        let (a, b) = if round % 2 == 0 {
            let a = timed(ours).0;
            (a, timed(bare).0)
        } else {
            let b = timed(bare).0;
            (timed(ours).0, b)
        };
        // The first few fill caches and wake the processor.
        if round >= 4 {
            sealed.push(a);
            alone.push(b);
            ratios.push(b.as_secs_f64() / a.as_secs_f64());
        }
    }
    Ok(told(sealed, alone, Samples::new(ratios)))
}

fn told(sealed: Vec<Duration>, alone: Vec<Duration>, ratios: Samples) -> Measured {
    let mut measured = Measured::new(
        "sealing",
        "Sealing a 2 MB picture",
        &[
            "`seal_document` whole: header, salt, key derivation, commitment, chunks of 16 KiB, into fresh memory. Beside it \
           AES-256-GCM of aws-lc-rs alone over the same chunks, into fresh memory. One thread; in turns.",
        ],
    );
    let mut table = Table::new(&["what", "median, ms", "p99, ms", "GB/s"]);
    for (what, durations) in [("sealed", sealed), ("the cipher alone", alone)] {
        let samples = Samples::of_millis(durations);
        table.row(what, [samples.median(), samples.at(0.99), PICTURE as f64 / samples.median() / 1e6]);
    }
    measured.tables.push(table);
    let [least, most] = [ratios.at(0.05), ratios.at(0.95)];
    measured.how.push(format!("The share is the median over pairs; nine in ten lie between {least:.2} and {most:.2}."));
    measured.goals.push(Goal::at_least("throughput as a share of the cipher's alone", ratios.median(), 0.9));
    measured
}

fn context() -> Context {
    Context {
        version: FormatVersion::V1,
        keeper: KeeperId::random(&mut SystemEntropy),
        site: "sample-site".parse().expect("a name"),
        check: CheckId::random(&mut SystemEntropy),
        document: DocumentId::random(&mut SystemEntropy),
        deadline: Timestamp(1_795_240_800),
    }
}

fn bare(picture: &[u8]) -> Vec<u8> {
    let key: [u8; 32] = fresh(&mut SystemEntropy);
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).expect("AES-256 takes 32 bytes"));
    let mut out = Vec::with_capacity(picture.len() + (picture.len() / CHUNK + 1) * TAG);
    for (number, chunk) in picture.chunks(CHUNK).enumerate() {
        let mut nonce = [0; 12];
        nonce[4..].copy_from_slice(&(number as u64).to_be_bytes());
        let at = out.len();
        out.extend_from_slice(chunk);
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = key.seal_in_place_separate_tag(nonce, Aad::empty(), &mut out[at..]);
        out.extend_from_slice(tag.expect("AES-GCM seals 16 KiB").as_ref());
    }
    out
}
