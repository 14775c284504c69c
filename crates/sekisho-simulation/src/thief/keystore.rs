//! What a thief reads out of a keystore's bytes: the formats once more, by somebody who trusts no label.

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    digest::{SHA256, digest},
    hkdf::{HKDF_SHA256, KeyType, Salt},
};
use sekisho_core::{id::KeeperId, time::Hour};
use serde::Deserialize;

/// Bytes of one record.
pub const RECORD: usize = 512;
const SLOTS_FROM: u32 = 16;
const SLOTS: u32 = 96;
/// A wrapped secret: 32 bytes and a tag.
const SEALED: usize = 48;
/// A record whose labels were overwritten is tried with those of so many hours around the present.
const GUESSED_HOURS: u64 = 120;

/// A secret of 32 bytes.
pub type Secret = [u8; 32];

/// Whether a place of the keystore holds roots.
pub const fn is_root_place(index: u32) -> bool {
    index == 4 || index == 5
}

/// Whether a place of the keystore holds slots.
pub const fn is_slot_place(index: u32) -> bool {
    index >= SLOTS_FROM && index < SLOTS_FROM + SLOTS
}

/// Whether bytes are an intact record, by the check at their end.
pub fn is_record(bytes: &[u8]) -> bool {
    bytes.len() == RECORD && digest(&SHA256, &bytes[..496]).as_ref()[..16] == bytes[496..] && bytes[0] != 0
}

/// Whether a place of the keystore holds intake secrets.
pub const fn is_intake_place(index: u32) -> bool {
    index >= 8 && index < 12
}

/// Whether a place of the keystore holds the waiting key.
pub const fn is_waiting_place(index: u32) -> bool {
    index == 12
}

/// Hours of the waiting key that stands intact in a keystore, with its place. Needs no key.
pub fn waiting_hours(bytes: &[u8]) -> Vec<(u32, Hour)> {
    hours(bytes, is_waiting_place, 6)
}

/// Hours of the slots that stand intact in a keystore, with their places. Needs no key.
pub fn slot_hours(bytes: &[u8]) -> Vec<(u32, Hour)> {
    hours(bytes, is_slot_place, 3)
}

/// Hours of the intake secrets that stand intact in a keystore, with their places. Needs no key.
pub fn intake_hours(bytes: &[u8]) -> Vec<(u32, Hour)> {
    hours(bytes, is_intake_place, 4)
}

fn hours(bytes: &[u8], is_place: fn(u32) -> bool, kind: u8) -> Vec<(u32, Hour)> {
    let records = bytes.chunks_exact(RECORD).zip(0..);
    let such = records.filter(|(record, index)| is_place(*index) && is_record(record) && record[0] == kind);
    such.map(|(record, index)| (index, hour_of(record))).collect()
}

fn hour_of(record: &[u8]) -> Hour {
    Hour(record[2..10].try_into().map_or(0, u64::from_be_bytes))
}

#[derive(Deserialize)]
struct Header {
    _magic: [u8; 8],
    keeper: KeeperId,
    test: bool,
    memory_kib: u32,
    passes: u32,
    salt: [u8; 16],
    nonce: [u8; 12],
    wrapped: Vec<u8>,
}

/// The keeper and its master key, by the passphrase.
pub fn master(bytes: &[u8], passphrase: &[u8]) -> Option<(KeeperId, Secret)> {
    let (header, _) = postcard::take_from_bytes::<Header>(bytes.get(..RECORD)?).ok()?;
    let params = argon2::Params::new(header.memory_kib, header.passes, 1, Some(32)).ok()?;
    let argon = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    let mut key = [0; 32];
    argon.hash_password_into(passphrase, &header.salt, &mut key).ok()?;
    let mut aad = [u8::from(header.test); 17];
    aad[..16].copy_from_slice(header.keeper.as_bytes());
    Some((header.keeper, unseal(&key, header.nonce, &aad, &header.wrapped)?))
}

/// Opens 32 bytes that AES-256-GCM sealed.
pub(super) fn unseal(key: &Secret, nonce: [u8; 12], aad: &[u8], sealed: &[u8]) -> Option<Secret> {
    let cipher = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).ok()?);
    let mut opened = sealed.to_vec();
    let plain = cipher.open_in_place(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut opened).ok()?;
    (&*plain).try_into().ok()
}

/// Every key that can be had from a keystore.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keyring {
    keeper: Option<KeeperId>,
    /// Roots by their hour.
    pub roots: Vec<(Hour, Secret)>,
    /// Slots by their hour.
    pub slots: Vec<(Hour, Secret)>,
    /// Intake seeds by their hour.
    pub intakes: Vec<(Hour, Secret)>,
    /// Seeds of waiting keys by their hour.
    pub waiting: Vec<(Hour, Secret)>,
}

impl Keyring {
    /// Reads all that the master key opens, in records whole or torn, of hours around `now`.
    pub fn read(bytes: &[u8], keeper: KeeperId, master: &Secret, now: Hour) -> Self {
        let mut ring = Self { keeper: Some(keeper), ..Self::default() };
        let records = || bytes.chunks_exact(RECORD).zip(0..);
        for (record, index) in records().filter(|(_, index)| is_root_place(*index) || is_slot_place(*index)) {
            let Some((hour, secret)) = ring.any_hour(record, index, master, now) else { continue };
            if is_root_place(index) { ring.roots.push((hour, secret)) } else { ring.slots.push((hour, secret)) }
        }
        for (record, index) in records().filter(|(_, index)| is_intake_place(*index) || is_waiting_place(*index)) {
            let opened = ring.slots.iter().find_map(|(_, slot)| {
                let key = derive(master, slot, b"sekisho intake record v1");
                Some((hour_of(record), ring.opened(record, index, &record[..26], &key)?))
            });
            if is_waiting_place(index) { ring.waiting.extend(opened) } else { ring.intakes.extend(opened) }
        }
        ring
    }

    /// The newest root's hour.
    pub fn newest_root(&self) -> Option<Hour> {
        self.roots.iter().map(|(hour, _)| *hour).max()
    }

    /// A secret under its own labels; if they were overwritten, under all that it may have had.
    fn any_hour(&self, record: &[u8], index: u32, master: &Secret, now: Hour) -> Option<(Hour, Secret)> {
        if let Some(secret) = self.opened(record, index, &record[..26], master) {
            return Some((hour_of(record), secret));
        }
        // Zeros were never written; an intact record of another kind has its own labels.
        if is_record(record) || record.iter().all(|byte| *byte == 0) {
            return None;
        }
        let hours = (now.0.saturating_sub(GUESSED_HOURS)..now.0 + GUESSED_HOURS).map(Hour);
        let fits = |hour: &Hour| is_root_place(index) || (hour.0 % u64::from(SLOTS)) as u32 == index - SLOTS_FROM;
        hours.filter(fits).find_map(|hour| {
            let mut labels = [0; 26];
            labels[..2].copy_from_slice(&[if is_root_place(index) { 2 } else { 3 }, 1]);
            labels[2..10].copy_from_slice(&hour.0.to_be_bytes());
            Some((hour, self.opened(record, index, &labels, master)?))
        })
    }

    fn opened(&self, record: &[u8], index: u32, labels: &[u8], key: &Secret) -> Option<Secret> {
        let aad = [labels, self.keeper?.as_bytes(), &index.to_be_bytes()].concat();
        unseal(key, record[26..38].try_into().ok()?, &aad, &record[40..40 + SEALED])
    }

    /// The key that wraps documents of one deadline hour under one root.
    pub fn wrapping_key(&self, root: Hour, deadline: Hour) -> Option<Secret> {
        let of = |all: &[(Hour, Secret)], hour| all.iter().find(|(held, _)| *held == hour).map(|(_, secret)| *secret);
        let mut label = b"sekisho wrap v1\0".to_vec();
        label.extend(self.keeper?.as_bytes());
        label.extend([root.0.to_be_bytes(), deadline.0.to_be_bytes()].as_flattened());
        Some(derive(&of(&self.roots, root)?, &of(&self.slots, deadline)?, &label))
    }
}

fn derive(first: &Secret, second: &Secret, label: &[u8]) -> Secret {
    struct Len32;
    impl KeyType for Len32 {
        fn len(&self) -> usize {
            32
        }
    }
    let mut out = [0; 32];
    let material = [*first, *second];
    let derived = Salt::new(HKDF_SHA256, b"sekisho keystore").extract(material.as_flattened());
    let filled = derived.expand(&[label], Len32).and_then(|okm| okm.fill(&mut out));
    filled.expect("HKDF-SHA256 gives 32 bytes");
    out
}
