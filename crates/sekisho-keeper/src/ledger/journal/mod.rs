//! The journal: each entry's salt and body once more, in a file of its own.
//!
//! It is a sequence of batches; behind the last one there may be zeros, which
//! are reserved for the next ones. One batch is what one group commit appended;
//! numbers are unsigned and big-endian:
//!
//! | at | bytes | |
//! |---|---|---|
//! | 0 | 4 | `SKJ1` |
//! | 4 | 4 | length of what follows the hash, *n* |
//! | 8 | 8 | index of the first entry |
//! | 16 | 4 | number of entries |
//! | 20 | 32 | SHA-256 over bytes 0 to 19 and the *n* bytes that follow |
//! | 52 | *n* | per entry: salt (32), length of the body (4), body |
//!
//! A crash can tear only the batch that was being appended, which nobody had
//! acknowledged: a broken last batch is cut, and `keeper.db` has its entries if
//! they were committed. A broken batch with a sound one after it was not torn by
//! a crash; it is an error.

mod alone;
pub mod blocks;
mod read;

use std::{fmt, io};

use aws_lc_rs::digest::{Context, SHA256};
use sekisho_core::ledger::leaf;

pub use self::alone::{each, entries_from, size};
pub(super) use self::read::Reader;

const MAGIC: [u8; 4] = *b"SKJ1";
const HASHED_HEADER: usize = 20;
const HEADER: usize = HASHED_HEADER + 32;

/// The most bytes of entries in one batch.
const MAX_PAYLOAD: usize = 16 << 20;

/// The longest body in bytes.
pub const MAX_BODY: usize = 1 << 20;

/// One entry of the ledger with what its leaf commits to.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredEntry {
    /// Its place, from 0.
    pub index: u64,
    /// The leaf's salt.
    pub salt: leaf::Salt,
    /// The event's JSON, byte for byte.
    pub body: Vec<u8>,
}

impl fmt::Debug for StoredEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Whoever has salt and body can tie a public leaf to an event.
        f.debug_struct("StoredEntry").field("index", &self.index).finish_non_exhaustive()
    }
}

impl StoredEntry {
    const fn encoded_len(&self) -> usize {
        leaf::SALT_LEN + 4 + self.body.len()
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend(self.salt);
        out.extend((self.body.len() as u32).to_be_bytes());
        out.extend(&self.body);
    }
}

/// Why the journal can't be gone on with.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The medium failed.
    #[error("the ledger's journal can't be read")]
    Io(#[from] io::Error),
    /// A batch is broken although a sound one follows it.
    #[error("the ledger's journal is damaged at byte {offset}, not by a crash; restore it from a backup")]
    Damaged {
        /// Where the broken batch begins.
        offset: u64,
    },
    /// A batch does not begin where the one before it ended.
    #[error("the ledger's journal has entry {found} where {expected} should be")]
    OutOfOrder {
        /// The index that should have come.
        expected: u64,
        /// The index that came.
        found: u64,
    },
}

/// Encodes successive entries as batches: one, unless they pass the bound of a batch.
pub(super) fn encode(entries: &[StoredEntry]) -> Vec<Vec<u8>> {
    let mut batches = Vec::new();
    let mut rest = entries;
    while !rest.is_empty() {
        let (now, later) = rest.split_at(fitting(rest));
        batches.push(encode_batch(now));
        rest = later;
    }
    batches
}

/// How many of `entries` go into one batch; the first one always does.
fn fitting(entries: &[StoredEntry]) -> usize {
    let mut length = 0;
    let fits = |entry: &&StoredEntry| {
        length += entry.encoded_len();
        length <= MAX_PAYLOAD
    };
    entries.iter().take_while(fits).count().max(1)
}

fn encode_batch(entries: &[StoredEntry]) -> Vec<u8> {
    let mut payload = Vec::new();
    entries.iter().for_each(|entry| entry.encode(&mut payload));
    let mut batch = Vec::with_capacity(HEADER + payload.len());
    batch.extend(MAGIC);
    batch.extend((payload.len() as u32).to_be_bytes());
    batch.extend(entries.first().map_or(0, |entry| entry.index).to_be_bytes());
    batch.extend((entries.len() as u32).to_be_bytes());
    let hash = hash(&batch, &payload);
    batch.extend(hash);
    batch.extend(payload);
    batch
}

fn hash(header: &[u8], payload: &[u8]) -> [u8; 32] {
    let mut hash = Context::new(&SHA256);
    hash.update(header);
    hash.update(payload);
    hash.finish().as_ref().try_into().expect("SHA-256 has 32 bytes")
}

/// The numbers before a batch's hash.
struct Header {
    payload: usize,
    first: u64,
    count: u32,
}

impl Header {
    fn decode(bytes: &[u8; HEADER]) -> Option<Self> {
        let (magic, rest) = bytes.split_first_chunk::<4>()?;
        let (payload, rest) = rest.split_first_chunk::<4>()?;
        let (first, rest) = rest.split_first_chunk::<8>()?;
        let (count, _) = rest.split_first_chunk::<4>()?;
        let payload = u32::from_be_bytes(*payload) as usize;
        (*magic == MAGIC && payload <= MAX_PAYLOAD).then_some(Self {
            payload,
            first: u64::from_be_bytes(*first),
            count: u32::from_be_bytes(*count),
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::{super::testing::MemoryFiles, *};

    pub(super) fn entries(from: u64, to: u64) -> Vec<StoredEntry> {
        (from..to)
            .map(|index| StoredEntry { index, salt: [index as u8; 32], body: vec![b'x'; index as usize] })
            .collect()
    }

    pub(super) fn journal(batches: &[&[StoredEntry]]) -> Vec<u8> {
        batches.iter().flat_map(|batch| encode(batch)).flatten().collect()
    }

    fn read(bytes: &[u8]) -> Result<(Vec<StoredEntry>, u64), JournalError> {
        let mut files = MemoryFiles::with_journal(bytes);
        let mut reader = Reader::new(&mut files)?;
        let mut all = Vec::new();
        while let Some(batch) = reader.next_batch()? {
            all.extend(batch);
        }
        Ok((all, reader.sound_len()))
    }

    #[test]
    fn what_was_appended_is_read_back() {
        let all = entries(0, 9);
        let bytes = journal(&[&all[..1], &all[1..4], &all[4..]]);
        assert_eq!(read(&bytes).unwrap(), (all, bytes.len() as u64));
        assert_eq!(read(&[]).unwrap(), (vec![], 0));
    }

    #[test]
    fn a_batch_torn_at_any_byte_is_as_if_it_had_not_begun() {
        let all = entries(0, 6);
        let (sound, whole) = (journal(&[&all[..3]]), journal(&[&all[..3], &all[3..]]));
        for end in sound.len()..whole.len() {
            assert_eq!(read(&whole[..end]).unwrap(), (all[..3].to_vec(), sound.len() as u64), "cut at {end}");
        }
    }

    #[test]
    fn a_batch_whose_blocks_did_not_all_reach_the_disk_is_torn() {
        let all = entries(0, 6);
        let (sound, mut whole) = (journal(&[&all[..3]]), journal(&[&all[..3], &all[3..]]));
        whole[sound.len()..sound.len() + 60].fill(0);
        assert_eq!(read(&whole).unwrap(), (all[..3].to_vec(), sound.len() as u64));
    }

    #[test]
    fn zeros_behind_the_last_batch_are_not_of_the_journal() {
        let all = entries(0, 6);
        let (sound, mut whole) = (journal(&[&all[..3]]), journal(&[&all[..3], &all[3..]]));
        let reserved = [&sound[..], &[0; 5000]].concat();
        assert_eq!(read(&reserved).unwrap(), (all[..3].to_vec(), sound.len() as u64));
        // Nor do they make a batch before them sound, or a broken one before a sound one a torn one.
        whole[HEADER] ^= 1;
        whole.extend([0; 5000]);
        assert!(matches!(read(&whole), Err(JournalError::Damaged { offset: 0 })));
    }

    #[test]
    fn a_flipped_bit_before_the_last_batch_is_an_error() {
        let all = entries(0, 6);
        let (first, whole) = (journal(&[&all[..3]]), journal(&[&all[..3], &all[3..]]));
        for at in 0..first.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            assert!(matches!(read(&damaged), Err(JournalError::Damaged { offset: 0 })), "flipped at {at}");
        }
    }

    #[test]
    fn a_batch_that_is_missing_is_noticed() {
        let all = entries(0, 6);
        let bytes = journal(&[&all[..2], &all[4..]]);
        assert!(matches!(read(&bytes), Err(JournalError::OutOfOrder { expected: 2, found: 4 })));
    }

    #[test]
    fn entries_beyond_the_bound_go_into_several_batches() {
        let entry = |index| StoredEntry { index, salt: [0; 32], body: vec![0; MAX_BODY] };
        let many: Vec<_> = (0..20).map(entry).collect();
        let batches = encode(&many);
        assert_eq!(batches.len(), 2);
        assert_eq!(read(&batches.concat()).unwrap().0, many);
    }

    #[test]
    fn an_entry_does_not_print_what_it_commits_to() {
        assert_eq!(format!("{:?}", entries(3, 4)), "[StoredEntry { index: 3, .. }]");
    }
}
