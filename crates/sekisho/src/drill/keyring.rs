//! A keystore in the thief's hands: read with full knowledge of its format, and with the passphrase.
//!
//! It is read here anew, record by record and without the keeper's own reader, so that a record which the keeper would
//! pass over opens as well as any other. The format is described in the keeper's `keystore::header` and `record`.

use std::collections::BTreeSet;

use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    hkdf::{HKDF_SHA256, KeyType, Salt},
};
use sekisho_core::{id::KeeperId, time::Hour};
use serde::Deserialize;

use super::crack::KeyLike;

const RECORD: usize = 512;
/// Labels of a record that are in clear and bound to it.
const LABELS: usize = 26;
const BODY_AT: usize = 40;
/// Hours from an intake key's hour to the slot of its deadline.
const DEADLINE_HOURS: u64 = 72;

#[derive(Deserialize)]
struct Header {
    _magic: [u8; 8],
    keeper: KeeperId,
    test: bool,
    cost: (u32, u32),
    salt: [u8; 16],
    nonce: [u8; 12],
    wrapped: Vec<u8>,
}

/// Everything that a keystore's file gives to whoever knows its passphrase.
pub(super) struct Keyring {
    keeper: KeeperId,
    master: KeyLike,
    seeds: Vec<KeyLike>,
    /// Roots by their hours.
    pub roots: Vec<(Hour, KeyLike)>,
    /// Slots by their deadline hours.
    pub slots: Vec<(Hour, KeyLike)>,
    /// Intake secrets by their hours.
    pub intakes: Vec<(Hour, KeyLike)>,
    /// The roots as they lie in the file, sealed.
    pub sealed_roots: Vec<Vec<u8>>,
}

impl Keyring {
    /// Reads a whole file; nothing for another passphrase.
    pub(super) fn open(file: &[u8], passphrase: &[u8]) -> Option<Self> {
        let (header, _) = postcard::take_from_bytes::<Header>(file).ok()?;
        let master = master(&header, passphrase)?;
        let (keeper, empty) = (header.keeper, Vec::new);
        let (seeds, sealed_roots) = (Vec::new(), Vec::new());
        let mut ring = Self { keeper, master, seeds, roots: empty(), slots: empty(), intakes: empty(), sealed_roots };
        for record in file.chunks_exact(RECORD).enumerate().skip(1) {
            ring.take(record);
        }
        // Only now all slots are known that intake secrets need.
        for record in file.chunks_exact(RECORD).enumerate().skip(1) {
            ring.take_intake(record);
        }
        Some(ring)
    }

    fn take(&mut self, record: (usize, &[u8])) {
        let Some(content) = open(record, self.keeper, &self.master) else { return };
        let (kind, hour) = labels(record.1);
        let secrets: Vec<KeyLike> = content.chunks_exact(32).filter_map(|part| part.try_into().ok()).collect();
        match (kind, &secrets[..]) {
            (2, [root]) => {
                self.roots.push((hour, *root));
                self.sealed_roots.push(record.1[BODY_AT..BODY_AT + 48].to_vec());
            }
            (3, [slot]) => self.slots.push((hour, *slot)),
            (1, seeds) => self.seeds.extend(seeds),
            _ => {}
        }
    }

    fn take_intake(&mut self, record: (usize, &[u8])) {
        let (_, hour) = labels(record.1);
        let slots = self.slots.iter().filter(|(deadline, _)| *deadline == hour.plus(DEADLINE_HOURS));
        let keys = slots.map(|(_, slot)| derive(&self.master, slot, b"sekisho intake record v1"));
        let found = keys.filter_map(|key| open(record, self.keeper, &key)?.as_slice().try_into().ok());
        let found: Vec<KeyLike> = found.collect();
        self.intakes.extend(found.into_iter().map(|secret| (hour, secret)));
    }

    /// The keys that document keys hang on: every root with every slot.
    pub(super) fn wrapping_keys(&self) -> BTreeSet<KeyLike> {
        let pairs = self.roots.iter().flat_map(|root| self.slots.iter().map(move |slot| (root, slot)));
        pairs.map(|((at, root), (deadline, slot))| derive(root, slot, &self.label(*at, *deadline))).collect()
    }

    fn label(&self, root: Hour, deadline: Hour) -> Vec<u8> {
        let (mut label, keeper) = (b"sekisho wrap v1\0".to_vec(), self.keeper.as_bytes());
        label.extend_from_slice(keeper);
        label.extend(root.0.to_be_bytes());
        label.extend(deadline.0.to_be_bytes());
        label
    }

    /// Every secret in it.
    pub(super) fn secrets(&self) -> BTreeSet<KeyLike> {
        let kept = [&self.roots, &self.slots, &self.intakes].into_iter().flatten().map(|(_, secret)| *secret);
        kept.chain(self.seeds.iter().copied()).chain([self.master]).collect()
    }

    /// Everything in it that may open something.
    pub(super) fn keys(&self) -> BTreeSet<KeyLike> {
        self.wrapping_keys().into_iter().chain(self.secrets()).collect()
    }
}

fn master(header: &Header, passphrase: &[u8]) -> Option<KeyLike> {
    let params = Params::new(header.cost.0, header.cost.1, 1, Some(32)).ok()?;
    let mut key = KeyLike::default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase, &header.salt, &mut key)
        .ok()?;
    let mut bound = [u8::from(header.test); 17];
    bound[..16].copy_from_slice(header.keeper.as_bytes());
    unsealed(&key, &header.nonce, &bound, &header.wrapped)?.as_slice().try_into().ok()
}

fn labels(record: &[u8]) -> (u8, Hour) {
    let hour = record[2..10].try_into().map_or(0, u64::from_be_bytes);
    (record[0], Hour(hour))
}

fn open((index, record): (usize, &[u8]), keeper: KeeperId, key: &KeyLike) -> Option<Vec<u8>> {
    let length = usize::from(u16::from_be_bytes([record[38], record[39]]));
    let body = record.get(BODY_AT..BODY_AT + length)?;
    let place = u32::try_from(index).ok()?.to_be_bytes();
    let bound = [&record[..LABELS], &keeper.as_bytes()[..], &place].concat();
    unsealed(key, &record[LABELS..38], &bound, body)
}

fn unsealed(key: &KeyLike, nonce: &[u8], bound: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let cipher = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).ok()?);
    let mut opened = sealed.to_vec();
    let plain = cipher.open_in_place(Nonce::try_assume_unique_for_key(nonce).ok()?, Aad::from(bound), &mut opened);
    plain.ok().map(|plain| plain.to_vec())
}

struct Len32;

impl KeyType for Len32 {
    fn len(&self) -> usize {
        32
    }
}

fn derive(first: &KeyLike, second: &KeyLike, label: &[u8]) -> KeyLike {
    let (material, labels) = ([&first[..], second].concat(), [label]);
    let mut out = KeyLike::default();
    let extracted = Salt::new(HKDF_SHA256, b"sekisho keystore").extract(&material);
    extracted.expand(&labels, Len32).and_then(|okm| okm.fill(&mut out)).expect("HKDF-SHA256 gives 32 bytes");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use sekisho_keeper::keystore::{Cost, KEYSTORE_SIZE, Keystore, MemoryMedium};
    use sekisho_sys::entropy::SystemEntropy;

    const NOW: Hour = Hour(500_000);

    /// The two readers, written apart, agree; else a drill's zero would be worth nothing.
    #[test]
    fn a_thief_reads_a_keystore_as_the_keeper_does() {
        let (keeper, medium) = (KeeperId::from_bytes([7; 16]), MemoryMedium::new(KEYSTORE_SIZE));
        let founding = (keeper, true, NOW);
        let mut entropy = SystemEntropy;
        let mut keystore =
            Keystore::create(Box::new(medium.clone()), founding, b"pass", Cost::TEST, &mut entropy).unwrap();
        let mut keys = keystore.unlock(b"pass").unwrap().0;
        keystore.add_intake(&mut keys, NOW, &mut entropy).unwrap();
        let ring = Keyring::open(&medium.snapshot(), b"pass").unwrap();
        let mine = ring.wrapping_keys();
        let theirs = (1..=74).filter_map(|ahead| keys.wrapping_key(keeper, NOW, NOW.plus(ahead)));
        assert_eq!(mine, theirs.map(|key| *key).collect());
        assert_eq!(mine.len(), 74);
        assert_eq!(ring.intakes, [(NOW, *keys.intake_of(NOW).unwrap().1)]);
        assert!(Keyring::open(&medium.snapshot(), b"other").is_none());
    }
}
