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

use std::{fmt, fs::File, io, os::unix::fs::FileExt as _, path::Path};

use aws_lc_rs::digest::{Context, SHA256};
use sekisho_core::ledger::leaf;

use super::{LedgerFiles, files::RESERVE};

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

/// Reads a journal from its beginning, batch by batch.
pub(super) struct Reader<'a> {
    files: &'a mut dyn LedgerFiles,
    offset: u64,
    len: u64,
    next: u64,
}

impl<'a> Reader<'a> {
    pub(super) fn new(files: &'a mut dyn LedgerFiles) -> Result<Self, JournalError> {
        let len = files.journal_len()?;
        Ok(Self { files, offset: 0, len, next: 0 })
    }

    /// The end of the sound batches that were read so far.
    pub(super) const fn sound_len(&self) -> u64 {
        self.offset
    }

    /// The entries of the next batch; nothing at the end, be it torn or not.
    pub(super) fn next_batch(&mut self) -> Result<Option<Vec<StoredEntry>>, JournalError> {
        let Some((entries, end)) = self.batch_at(self.offset)? else {
            return if self.is_sound_later()? { Err(JournalError::Damaged { offset: self.offset }) } else { Ok(None) };
        };
        if let Some(first) = entries.first().filter(|first| first.index != self.next) {
            return Err(JournalError::OutOfOrder { expected: self.next, found: first.index });
        }
        self.next += entries.len() as u64;
        self.offset = end;
        Ok(Some(entries))
    }

    /// The sound batch that begins at `offset` and where it ends; nothing if none begins there.
    fn batch_at(&mut self, offset: u64) -> Result<Option<(Vec<StoredEntry>, u64)>, JournalError> {
        let mut header = [0; HEADER];
        if self.len - offset < HEADER as u64 {
            return Ok(None);
        }
        self.files.read_journal(offset, &mut header)?;
        let Some(numbers) = Header::decode(&header) else { return Ok(None) };
        let begin = offset + HEADER as u64;
        if self.len - begin < numbers.payload as u64 {
            return Ok(None);
        }
        let mut payload = vec![0; numbers.payload];
        self.files.read_journal(begin, &mut payload)?;
        let sound = hash(&header[..HASHED_HEADER], &payload) == header[HASHED_HEADER..];
        let entries = if sound { decode_entries(&numbers, &payload) } else { None };
        Ok(entries.map(|entries| (entries, begin + numbers.payload as u64)))
    }

    /// Whether nothing was ever appended behind the sound batches that were read so far.
    pub(super) fn is_blank_behind(&mut self) -> io::Result<bool> {
        Ok(self.rest()?.iter().all(|byte| *byte == 0))
    }

    fn rest(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; (self.len - self.offset) as usize];
        self.files.read_journal(self.offset, &mut bytes)?;
        Ok(bytes)
    }

    /// Whether a sound batch lies somewhere behind the broken one at the present offset.
    fn is_sound_later(&mut self) -> Result<bool, JournalError> {
        if self.len - self.offset > (HEADER + MAX_PAYLOAD) as u64 + RESERVE {
            // More than one append can have torn.
            return Ok(true);
        }
        let bytes = self.rest()?;
        for at in 1..bytes.len() {
            if bytes[at..].starts_with(&MAGIC) && self.batch_at(self.offset + at as u64)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The entries from place `from` on in the journal that lies at `path`, which nobody writes any more. A torn last
/// batch was never acknowledged and is passed over.
///
/// # Errors
/// [`JournalError`].
pub fn entries_from(path: &Path, from: u64) -> Result<Vec<StoredEntry>, JournalError> {
    let mut found = Vec::new();
    each(path, |entry| found.extend((entry.index >= from).then_some(entry)))?;
    Ok(found)
}

/// Shows `read` every entry of the journal at `path`, one batch in memory at a time. Whoever writes it may go on; a
/// last batch that is not whole is passed over.
///
/// # Errors
/// [`JournalError`].
pub fn each(path: &Path, read: impl FnMut(StoredEntry)) -> Result<(), JournalError> {
    let mut file = JournalAlone(File::open(path)?);
    let (mut reader, mut read) = (Reader::new(&mut file)?, read);
    while let Some(batch) = reader.next_batch()? {
        batch.into_iter().for_each(&mut read);
    }
    Ok(())
}

/// How many entries the journal at `path` holds.
///
/// # Errors
/// [`JournalError`].
pub fn size(path: &Path) -> Result<u64, JournalError> {
    let mut file = JournalAlone(File::open(path)?);
    let mut reader = Reader::new(&mut file)?;
    while reader.next_batch()?.is_some() {}
    Ok(reader.next)
}

/// A journal without the public files beside it, to read.
struct JournalAlone(File);

impl LedgerFiles for JournalAlone {
    fn journal_len(&mut self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn read_journal(&mut self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        self.0.read_exact_at(buf, offset)
    }

    fn append_journal(&mut self, _: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::PermissionDenied.into())
    }

    fn truncate_journal(&mut self, _: u64) -> io::Result<()> {
        Err(io::ErrorKind::PermissionDenied.into())
    }

    fn put(&mut self, _: &str, _: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::PermissionDenied.into())
    }

    fn put_durably(&mut self, _: &str, _: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::PermissionDenied.into())
    }

    fn get(&mut self, _: &str) -> io::Result<Option<Vec<u8>>> {
        Ok(None)
    }

    fn remove_partials(&mut self, _: &str) -> io::Result<()> {
        Err(io::ErrorKind::PermissionDenied.into())
    }
}

fn decode_entries(numbers: &Header, mut payload: &[u8]) -> Option<Vec<StoredEntry>> {
    let mut entries = Vec::new();
    while !payload.is_empty() {
        let (salt, rest) = payload.split_first_chunk()?;
        let (length, rest) = rest.split_first_chunk()?;
        let (body, rest) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        let index = numbers.first.checked_add(entries.len() as u64)?;
        entries.push(StoredEntry { index, salt: *salt, body: body.to_vec() });
        payload = rest;
    }
    (entries.len() == numbers.count as usize && !entries.is_empty()).then_some(entries)
}

#[cfg(test)]
mod tests {
    use super::{super::testing::MemoryFiles, *};

    fn entries(from: u64, to: u64) -> Vec<StoredEntry> {
        (from..to)
            .map(|index| StoredEntry { index, salt: [index as u8; 32], body: vec![b'x'; index as usize] })
            .collect()
    }

    fn journal(batches: &[&[StoredEntry]]) -> Vec<u8> {
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
