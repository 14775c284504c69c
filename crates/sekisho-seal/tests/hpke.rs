//! The sealed key, opened by another hand: RFC 9180's key schedule written out over aws-lc-rs.
//!
//! The KEM is checked against the draft's vector in `src/intake.rs`. Here it is
//! the suite, the order of the parts and the place of the context.

#![allow(clippy::unwrap_used, reason = "a test")]

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    hkdf::{HKDF_SHA256, KeyType, Prk},
    hmac,
};
use sekisho_seal::{
    testing::{SeededEntropy, context},
    *,
};
use x_wing::{Ciphertext, Decapsulate, DecapsulationKey};

/// "HPKE", then KEM X-Wing, KDF HKDF-SHA256, AEAD AES-256-GCM (RFC 9180, 5.1).
const SUITE: &[u8] = b"HPKE\x64\x7a\x00\x01\x00\x02";

fn labeled_extract(salt: &[u8], label: &str, ikm: &[u8]) -> Vec<u8> {
    let labeled = [b"HPKE-v1", SUITE, label.as_bytes(), ikm].concat();
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, salt), &labeled).as_ref().to_vec()
}

struct Wanted(usize);

impl KeyType for Wanted {
    fn len(&self) -> usize {
        self.0
    }
}

fn labeled_expand<const N: usize>(prk: &[u8], label: &str, info: &[u8]) -> [u8; N] {
    let length = (N as u16).to_be_bytes();
    let parts = [&length, &b"HPKE-v1"[..], SUITE, label.as_bytes(), info];
    let mut out = [0; N];
    Prk::new_less_safe(HKDF_SHA256, prk).expand(&parts, Wanted(N)).unwrap().fill(&mut out).unwrap();
    out
}

/// The first message's key and nonce (RFC 9180, 5.1, `KeySchedule` in base mode).
fn key_schedule(shared_secret: &[u8], info: &[u8]) -> (LessSafeKey, Nonce) {
    let psk_id_hash = labeled_extract(b"", "psk_id_hash", b"");
    let info_hash = labeled_extract(b"", "info_hash", info);
    let schedule = [&[0][..], &psk_id_hash, &info_hash].concat();
    let secret = labeled_extract(shared_secret, "secret", b"");
    let key: [u8; 32] = labeled_expand(&secret, "key", &schedule);
    let nonce = labeled_expand(&secret, "base_nonce", &schedule);
    (LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).unwrap()), Nonce::assume_unique_for_key(nonce))
}

#[test]
fn a_sealed_key_is_hpke_as_the_rfc_writes_it() {
    let mut entropy = SeededEntropy::new(1);
    let (secret, key) = (IntakeSecret::fresh(&mut entropy), DocumentKey::fresh(&mut entropy));
    let sealed = seal_key(&secret.public(), &context(1), &key, &mut entropy);

    let (encapsulated, ciphertext) = sealed.split_at(1120);
    let shared = DecapsulationKey::from(*secret.expose()).decapsulate(&Ciphertext::try_from(encapsulated).unwrap());
    let (aead, nonce) = key_schedule(&shared, &context(1).encode("sekisho document key"));
    let mut buffer = ciphertext.to_vec();
    assert_eq!(aead.open_in_place(nonce, Aad::empty(), &mut buffer).unwrap(), key.expose());
}
