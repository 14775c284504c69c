//! What is not exactly what was sealed does not open.

#![allow(clippy::unwrap_used, reason = "a test")]

use proptest::prelude::*;
use sekisho_core::{
    id::{CheckId, DocumentId, KeeperId},
    time::Timestamp,
};
use sekisho_seal::{
    testing::{SeededEntropy, context, neighbours},
    *,
};

const CHUNK: usize = 16 * 1024;
const SEALED_CHUNK: usize = CHUNK + 16;
/// Where the first chunk begins: header, salt, commitment.
const FIRST: usize = Header::LEN + 24 + 32;

/// Key and sealed document of `len` bytes under `context(1)`.
fn document(len: usize) -> (DocumentKey, Vec<u8>) {
    let mut entropy = SeededEntropy::new(len as u64);
    let key = DocumentKey::fresh(&mut entropy);
    let plain: Vec<u8> = (0..len).map(|at| (at % 251) as u8).collect();
    let sealed = seal_document(&key, &context(1), &plain, &mut entropy);
    (key, sealed)
}

fn refusal(key: &DocumentKey, sealed: &[u8]) -> Option<OpenError> {
    open_document(key, &context(1), sealed).err()
}

/// An intake key, and a document key sealed to it under `context(1)`.
fn sealed_key() -> (IntakeSecret, Vec<u8>) {
    let mut entropy = SeededEntropy::new(77);
    let secret = IntakeSecret::fresh(&mut entropy);
    let key = DocumentKey::fresh(&mut entropy);
    let sealed = seal_key(&secret.public(), &context(1), &key, &mut entropy);
    (secret, sealed)
}

#[test]
fn every_flipped_bit_of_a_small_document_is_refused() {
    let (key, sealed) = document(60);
    assert_eq!(refusal(&key, &sealed), None);
    for bit in 0..sealed.len() * 8 {
        let mut changed = sealed.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(refusal(&key, &changed).is_some(), "bit {bit}");
    }
}

#[test]
fn a_flipped_bit_in_any_chunk_or_tag_is_refused() {
    let (key, sealed) = document(3 * CHUNK + 5);
    let edges = (0..4).map(|chunk| FIRST + chunk * SEALED_CHUNK).flat_map(|at| [at, at + 4, at - 1, at - 16]);
    for at in edges.chain((0..sealed.len()).step_by(1021)).chain([sealed.len() - 1]) {
        let mut changed = sealed.clone();
        changed[at] ^= 0x10;
        assert!(refusal(&key, &changed).is_some(), "byte {at}");
    }
}

#[test]
fn a_document_cut_at_any_chunk_boundary_or_beside_it_is_refused() {
    let (key, sealed) = document(3 * CHUNK);
    for boundary in (0..=3).map(|chunk| FIRST + chunk * SEALED_CHUNK) {
        for cut in boundary - 17..=boundary + 17 {
            let refused = refusal(&key, &sealed[..cut.min(sealed.len())]).is_some();
            assert_eq!(refused, cut < sealed.len(), "{cut} of {}", sealed.len());
        }
        assert_eq!(refusal(&key, &sealed[..boundary]), Some(OpenError::Length));
    }
}

#[test]
fn a_small_document_cut_anywhere_is_refused() {
    let (key, sealed) = document(60);
    for cut in 0..sealed.len() {
        assert!(refusal(&key, &sealed[..cut]).is_some(), "{cut}");
    }
}

#[test]
fn whatever_is_appended_a_document_is_refused() {
    for len in [0, 60, CHUNK - 1, CHUNK, 2 * CHUNK + 1] {
        let (key, sealed) = document(len);
        let tails = [&[0][..], &[0xff], &[0; 16], &[0; 17], &sealed[FIRST..], &sealed];
        for tail in tails {
            assert!(refusal(&key, &[&sealed[..], tail].concat()).is_some(), "{} after {len}", tail.len());
        }
    }
}

#[test]
fn a_chunk_left_out_or_sent_twice_is_refused() {
    let (key, sealed) = document(2 * CHUNK + 9);
    let (first, rest) = (&sealed[FIRST..FIRST + SEALED_CHUNK], &sealed[FIRST + SEALED_CHUNK..]);
    assert_eq!(refusal(&key, &[&sealed[..FIRST], rest].concat()), Some(OpenError::Altered));
    assert_eq!(refusal(&key, &[&sealed[..FIRST], first, first, rest].concat()), Some(OpenError::Altered));
}

#[test]
fn a_document_opens_in_no_other_context() {
    let (key, sealed) = document(60);
    for (what, other) in neighbours(&context(1)) {
        assert!(open_document(&key, &other, &sealed).is_err(), "{what}");
    }
}

/// Rewriting the header to suit does not help: the context is bound below it.
#[test]
fn a_header_rewritten_for_another_document_is_refused() {
    let (key, sealed) = document(60);
    for (what, other) in neighbours(&context(1)) {
        let header = &seal_document(&key, &other, b"", &mut SeededEntropy::new(1))[..Header::LEN];
        let moved = [header, &sealed[Header::LEN..]].concat();
        assert_eq!(open_document(&key, &other, &moved).unwrap_err(), OpenError::Commitment, "{what}");
    }
}

#[test]
fn another_key_opens_nothing() {
    let (_, sealed) = document(60);
    assert_eq!(refusal(&DocumentKey::from_bytes(&[8; 32]), &sealed), Some(OpenError::Commitment));
}

#[test]
fn one_picture_sealed_twice_gives_different_bytes() {
    let (key, mut entropy) = (DocumentKey::from_bytes(&[8; 32]), SeededEntropy::new(1));
    let mut seal = || seal_document(&key, &context(1), b"the same", &mut entropy);
    assert_ne!(seal()[Header::LEN..], seal()[Header::LEN..]);
}

#[test]
fn every_changed_byte_of_a_sealed_key_is_refused() {
    let (secret, sealed) = sealed_key();
    assert!(open_key(&secret, &context(1), &sealed).is_ok());
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1 << (at % 8);
        assert_eq!(open_key(&secret, &context(1), &changed).unwrap_err(), OpenError::Altered, "byte {at}");
    }
}

/// X25519 ignores the top bit of a public value; X-Wing must not.
#[test]
fn every_flipped_bit_of_the_x25519_half_is_refused() {
    let (secret, sealed) = sealed_key();
    for bit in (1120 - 32) * 8..1120 * 8 {
        let mut changed = sealed.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(open_key(&secret, &context(1), &changed).is_err(), "bit {bit}");
    }
}

#[test]
fn a_sealed_key_of_another_length_is_refused() {
    let (secret, sealed) = sealed_key();
    for cut in [0, 1, 1119, 1120, 1152, SEALED_KEY_LEN - 1] {
        assert_eq!(open_key(&secret, &context(1), &sealed[..cut]).unwrap_err(), OpenError::Length);
    }
    let longer = [&sealed[..], &[0]].concat();
    assert_eq!(open_key(&secret, &context(1), &longer).unwrap_err(), OpenError::Length);
}

#[test]
fn a_sealed_key_opens_in_no_other_context() {
    let (secret, sealed) = sealed_key();
    for (what, other) in neighbours(&context(1)) {
        assert_eq!(open_key(&secret, &other, &sealed).unwrap_err(), OpenError::Altered, "{what}");
    }
}

prop_compose! {
    fn any_context()(
        ids in any::<[[u8; 16]; 3]>(),
        site in "[a-z0-9][a-z0-9.-]{0,63}",
        deadline in any::<u64>(),
    ) -> Context {
        Context {
            version: FormatVersion::V1,
            keeper: KeeperId::from_bytes(ids[0]),
            site: site.parse().expect("the pattern is that of a name"),
            check: CheckId::from_bytes(ids[1]),
            document: DocumentId::from_bytes(ids[2]),
            deadline: Timestamp(deadline),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_sealed_opens_to_itself(
        context in any_context(),
        plain in proptest::collection::vec(any::<u8>(), 0..40_000),
        seed in any::<u64>(),
    ) {
        let mut entropy = SeededEntropy::new(seed);
        let (secret, key) = (IntakeSecret::fresh(&mut entropy), DocumentKey::fresh(&mut entropy));
        let sealed = seal_document(&key, &context, &plain, &mut entropy);
        prop_assert_eq!(sealed.len(), sealed_len(plain.len()));
        let sealed_key = seal_key(&secret.public(), &context, &key, &mut entropy);
        let key = open_key(&secret, &context, &sealed_key).unwrap();
        let copied = open_document(&key, &context, &sealed).unwrap();
        let in_place = open_document_in_place(&key, &context, sealed).unwrap();
        prop_assert_eq!((copied.as_bytes(), in_place.as_bytes()), (&plain[..], &plain[..]));
    }

    #[test]
    fn a_strangers_bytes_are_refused_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        let (key, secret) = (DocumentKey::from_bytes(&[1; 32]), IntakeSecret::from_seed(&[1; 32]));
        // Half of them look like ours at the beginning.
        let dressed = [&document(0).1[..Header::LEN], &bytes].concat();
        prop_assert!(open_document(&key, &context(1), &bytes).is_err());
        prop_assert!(open_document(&key, &context(1), &dressed).is_err());
        prop_assert!(open_key(&secret, &context(1), &bytes).is_err());
    }
}
