//! One record of the keystore: 512 bytes, sealed on its own, overwritten on its own.
//!
//! ```text
//! offset  0  kind        1 byte
//!         1  version     1 byte, 1
//!         2  hour        8 bytes, big-endian: which hour it belongs to, in clear
//!        10  id         16 bytes: of what it holds, in clear; zero where there is none
//!        26  nonce      12 bytes
//!        38  length      2 bytes, big-endian: of the ciphertext with its tag
//!        40  ciphertext
//!       496  check      16 bytes: SHA-256 of all before, cut short
//! ```
//!
//! What is in clear is what has to be known without any key: which slot is
//! overdue. The check tells a whole record from a torn write, which may have left
//! most of a secret; it is not a secret and protects nothing else. What replaces
//! a record is random but for its kind, 0, its version and its check. The
//! ciphertext is AES-256-GCM; bytes 0 to 26, the keeper and the place are its
//! additional data, so a record copied elsewhere does not open.

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    digest::{SHA256, digest},
};
use sekisho_core::{
    entropy::{Entropy, fresh},
    id::KeeperId,
    time::Hour,
};
use zeroize::Zeroizing;

/// Bytes of one record: a sector, so that one write is one write.
pub(super) const SIZE: usize = 512;
const VERSION: u8 = 1;
const CHECK_AT: usize = SIZE - 16;
const HEAD: usize = 26;
const BODY_AT: usize = 40;
/// The most that one record can hold.
pub(super) const CAPACITY: usize = CHECK_AT - BODY_AT - 16;

/// What a record holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    /// The keeper's own signing seeds.
    Identity = 1,
    /// The root of an hour.
    Root = 2,
    /// The secret of a deadline hour.
    Slot = 3,
    /// The secret of an intake key.
    Intake = 4,
    /// How far the published ledger had come.
    Head = 5,
    /// The secret of the key for what comes while the keeper is locked.
    Waiting = 6,
}

impl Kind {
    fn from_byte(byte: u8) -> Option<Self> {
        let kinds = [Self::Identity, Self::Root, Self::Slot, Self::Intake, Self::Head, Self::Waiting];
        kinds.into_iter().find(|kind| *kind as u8 == byte)
    }
}

/// Where a record lies and whose it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// The keeper.
    pub keeper: KeeperId,
    /// The record's number in the file.
    pub index: u32,
}

/// A record as it lies in the file: its labels can be read by anybody, its content can't.
#[derive(Clone)]
pub(super) struct Record {
    bytes: [u8; SIZE],
    /// What it holds.
    pub kind: Kind,
    /// Its hour.
    pub hour: Hour,
    /// Its id.
    pub id: [u8; 16],
}

/// The content of a record did not open: another key, another place, or altered bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a keystore record does not open under this key")]
pub(super) struct SealError;

impl Record {
    /// Reads the labels. Nothing for random bytes or a torn write.
    pub(super) fn parse(bytes: [u8; SIZE]) -> Option<Self> {
        let intact = check(&bytes) == bytes[CHECK_AT..] && bytes[1] == VERSION;
        let kind = Kind::from_byte(bytes[0]).filter(|_| intact)?;
        let hour = Hour(u64::from_be_bytes(bytes[2..10].try_into().ok()?));
        let id = bytes[10..HEAD].try_into().ok()?;
        Some(Self { bytes, kind, hour, id })
    }

    /// Seals `content`, at most [`CAPACITY`] bytes, for its place.
    pub(super) fn seal(
        labels: (Kind, Hour, [u8; 16]),
        place: Place,
        key: &[u8; 32],
        content: &[u8],
        entropy: &mut dyn Entropy,
    ) -> Result<[u8; SIZE], SealError> {
        let (kind, hour, id) = labels;
        let mut bytes = [0; SIZE];
        entropy.fill(&mut bytes);
        bytes[0] = kind as u8;
        bytes[1] = VERSION;
        bytes[2..10].copy_from_slice(&hour.0.to_be_bytes());
        bytes[10..HEAD].copy_from_slice(&id);
        let nonce: [u8; 12] = fresh(entropy);
        bytes[HEAD..38].copy_from_slice(&nonce);
        let mut sealed = Zeroizing::new(content.to_vec());
        let aad = additional_data(&bytes, place);
        cipher(key)
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut *sealed)
            .map_err(|_| SealError)?;
        let room = bytes.get_mut(BODY_AT..BODY_AT + sealed.len()).filter(|_| content.len() <= CAPACITY);
        room.ok_or(SealError)?.copy_from_slice(&sealed);
        bytes[38..BODY_AT].copy_from_slice(&(sealed.len() as u16).to_be_bytes());
        let check = check(&bytes);
        bytes[CHECK_AT..].copy_from_slice(&check);
        Ok(bytes)
    }

    /// Opens the content.
    ///
    /// # Errors
    /// [`SealError`] under another key or in another place.
    pub(super) fn open(&self, place: Place, key: &[u8; 32]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let length = usize::from(u16::from_be_bytes([self.bytes[38], self.bytes[39]]));
        let body = self.bytes[..CHECK_AT].get(BODY_AT..BODY_AT + length).ok_or(SealError)?;
        let nonce = Nonce::try_assume_unique_for_key(&self.bytes[HEAD..38]).map_err(|_| SealError)?;
        let mut content = Zeroizing::new(body.to_vec());
        let aad = additional_data(&self.bytes, place);
        let opened = cipher(key).open_in_place(nonce, Aad::from(aad), &mut content).map_err(|_| SealError)?.len();
        content.truncate(opened);
        Ok(content)
    }
}

/// What a record is overwritten with: random bytes that say of themselves that they are whole.
pub(super) fn noise(entropy: &mut dyn Entropy) -> [u8; SIZE] {
    let mut bytes: [u8; SIZE] = fresh(entropy);
    (bytes[0], bytes[1]) = (0, VERSION);
    let check = check(&bytes);
    bytes[CHECK_AT..].copy_from_slice(&check);
    bytes
}

/// Whether a write came to its place in part: neither never written nor whole.
pub(super) fn is_torn(bytes: &[u8; SIZE]) -> bool {
    bytes.iter().any(|byte| *byte != 0) && check(bytes) != bytes[CHECK_AT..]
}

fn cipher(key: &[u8; 32]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).expect("AES-256 takes 32 bytes"))
}

fn additional_data(bytes: &[u8; SIZE], place: Place) -> [u8; HEAD + 20] {
    let mut aad = [0; HEAD + 20];
    aad[..HEAD].copy_from_slice(&bytes[..HEAD]);
    aad[HEAD..HEAD + 16].copy_from_slice(place.keeper.as_bytes());
    aad[HEAD + 16..].copy_from_slice(&place.index.to_be_bytes());
    aad
}

fn check(bytes: &[u8; SIZE]) -> [u8; 16] {
    let mut short = [0; 16];
    short.copy_from_slice(&digest(&SHA256, &bytes[..CHECK_AT]).as_ref()[..16]);
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use sekisho_seal::testing::SeededEntropy;

    const PLACE: Place = Place { keeper: KeeperId::from_bytes([1; 16]), index: 7 };

    fn sealed() -> [u8; SIZE] {
        let labels = (Kind::Slot, Hour(5), [2; 16]);
        Record::seal(labels, PLACE, &[3; 32], b"secret", &mut SeededEntropy::new(1)).unwrap()
    }

    #[test]
    fn a_record_opens_in_its_place_under_its_key() {
        let record = Record::parse(sealed()).unwrap();
        assert_eq!((record.kind, record.hour, record.id), (Kind::Slot, Hour(5), [2; 16]));
        assert_eq!(&**record.open(PLACE, &[3; 32]).unwrap(), b"secret");
        assert!(record.open(PLACE, &[4; 32]).is_err());
        assert!(record.open(Place { index: 8, ..PLACE }, &[3; 32]).is_err());
        assert!(record.open(Place { keeper: KeeperId::from_bytes([9; 16]), index: 7 }, &[3; 32]).is_err());
    }

    #[test]
    fn any_flipped_bit_makes_it_no_record() {
        for bit in 0..SIZE * 8 {
            let mut bytes = sealed();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(Record::parse(bytes).is_none(), "bit {bit}");
        }
    }

    #[test]
    fn random_bytes_are_no_record() {
        let mut bytes = [0; SIZE];
        SeededEntropy::new(4).fill(&mut bytes);
        assert!(Record::parse(bytes).is_none());
        assert!(Record::parse([0; SIZE]).is_none());
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let labels = (Kind::Root, Hour(0), [0; 16]);
        let big = [0; CAPACITY + 1];
        assert!(Record::seal(labels, PLACE, &[3; 32], &big, &mut SeededEntropy::new(1)).is_err());
        assert!(Record::seal(labels, PLACE, &[3; 32], &big[1..], &mut SeededEntropy::new(1)).is_ok());
    }
}
