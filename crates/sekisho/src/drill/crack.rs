//! An attacker who knows the formats and tries every key-like thing they hold.

use std::collections::BTreeSet;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use sekisho_core::id::DocumentId;
use sekisho_seal::{Context, DocumentKey, Header, OpenError, open_document};

/// A chunked message's salt, commitment, and the tag of an empty last chunk.
const SHORTEST_MESSAGE: usize = 24 + 32 + 16;
/// Of larger files every position is too many: then every sixteenth, and the ends whole.
const EVERY_POSITION: usize = 16 << 10;

/// A key, or something as long as one.
pub(super) type KeyLike = [u8; 32];

/// One document in the attacker's hands.
pub(super) struct Sealed {
    /// Which.
    pub document: DocumentId,
    /// What it is bound to; guessing a key is all that is left.
    pub context: Context,
    /// Its bytes.
    pub ciphertext: Vec<u8>,
    /// Its key as it lies in the keeper's database, or lay there at one time and another.
    pub wrapped: Vec<Vec<u8>>,
}

impl Sealed {
    /// Opens it with the first of `keys` that does.
    pub(super) fn open(&self, keys: &BTreeSet<KeyLike>) -> Option<Vec<u8>> {
        let unwrapped = keys.iter().filter_map(|key| self.unwrap(key));
        let opened = keys.iter().copied().chain(unwrapped).find_map(|key| self.open_with(&key));
        opened.map(|plain| plain.as_bytes().to_vec())
    }

    fn open_with(&self, key: &KeyLike) -> Option<sekisho_seal::Plaintext> {
        let key = DocumentKey::from_bytes(key);
        self.is_committed_to(&key).then(|| open_document(&key, &self.context, &self.ciphertext).ok())?
    }

    /// The format says soon whether a key is right: the commitment stands before the first chunk. So a cut-off message
    /// tells as much as a whole one, and thousands of keys a second are tried.
    fn is_committed_to(&self, key: &DocumentKey) -> bool {
        let Some(front) = self.ciphertext.get(..Header::LEN + SHORTEST_MESSAGE) else { return false };
        matches!(open_document(key, &self.context, front), Ok(_) | Err(OpenError::Altered))
    }

    /// Its key, if it hangs on this one.
    pub(super) fn unwrap(&self, key: &KeyLike) -> Option<KeyLike> {
        let cipher = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).ok()?);
        self.wrapped.iter().find_map(|wrapped| unwrapped(&cipher, wrapped, self.document))
    }
}

fn unwrapped(cipher: &LessSafeKey, wrapped: &[u8], document: DocumentId) -> Option<KeyLike> {
    let (nonce, sealed) = wrapped.split_at_checked(12)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut opened = sealed.to_vec();
    let plain = cipher.open_in_place(nonce, Aad::from(*document.as_bytes()), &mut opened).ok()?;
    (&*plain).try_into().ok()
}

/// Everything in `bytes` that could be a key: as it stands, in base64 and in hex.
pub(super) fn key_like(bytes: &[u8]) -> BTreeSet<KeyLike> {
    let mut found: BTreeSet<KeyLike> = raw(bytes).filter_map(|part| part.try_into().ok()).collect();
    let texts = bytes.split(|byte| !(byte.is_ascii_alphanumeric() || b"+/-_".contains(byte)));
    found.extend(texts.filter_map(in_text));
    found
}

fn raw(bytes: &[u8]) -> Box<dyn Iterator<Item = &[u8]> + '_> {
    if bytes.len() <= EVERY_POSITION {
        return Box::new(bytes.windows(32));
    }
    let (front, back) = (&bytes[..EVERY_POSITION / 2], &bytes[bytes.len() - EVERY_POSITION / 2..]);
    Box::new(front.windows(32).chain(back.windows(32)).chain(bytes.windows(32).step_by(16)))
}

fn in_text(text: &[u8]) -> Option<KeyLike> {
    let text = std::str::from_utf8(text).ok()?;
    match text.len() {
        43 => decoded(&text.replace('-', "+").replace('_', "/")),
        64 => unhex(text),
        _ => None,
    }
}

fn decoded(text: &str) -> Option<KeyLike> {
    use base64ct::{Base64Unpadded, Encoding};
    let mut out = [0; 32];
    (Base64Unpadded::decode(text, &mut out).ok()?.len() == 32).then_some(out)
}

fn unhex(text: &str) -> Option<KeyLike> {
    let mut out = [0; 32];
    for (byte, pair) in out.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sekisho_core::{entropy::fresh, id::CheckId, id::KeeperId, time::Timestamp};
    use sekisho_seal::{FormatVersion, seal_document};
    use sekisho_sys::entropy::SystemEntropy;

    fn sealed(key: &KeyLike) -> Sealed {
        let context = Context {
            version: FormatVersion::V1,
            keeper: KeeperId::from_bytes([1; 16]),
            site: "site-a".parse().unwrap(),
            check: CheckId::from_bytes([2; 16]),
            document: DocumentId::from_bytes([3; 16]),
            deadline: Timestamp(1_790_000_000),
        };
        let ciphertext = seal_document(&DocumentKey::from_bytes(key), &context, &[7; 40_000], &mut SystemEntropy);
        Sealed { document: DocumentId::from_bytes([3; 16]), context, ciphertext, wrapped: Vec::new() }
    }

    #[test]
    fn a_key_that_lies_about_opens_what_it_seals() {
        let key = fresh::<32>(&mut SystemEntropy);
        let sealed = sealed(&key);
        let dump = [&[0; 777][..], &key, &[1; 99]].concat();
        assert_eq!(sealed.open(&key_like(&dump)).unwrap(), vec![7; 40_000]);
        assert!(sealed.open(&key_like(&[5; 900])).is_none());
    }

    #[test]
    fn a_key_in_base64_or_hex_is_found() {
        use base64ct::{Base64UrlUnpadded, Encoding};
        let key = fresh::<32>(&mut SystemEntropy);
        let text = format!("{{\"k\":\"{}\"}}", Base64UrlUnpadded::encode_string(&key));
        assert!(key_like(text.as_bytes()).contains(&key));
        let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(key_like(hex.as_bytes()).contains(&key));
    }
}
