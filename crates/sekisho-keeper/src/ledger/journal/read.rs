//! Reading a journal, batch by batch, and telling what a crash tore from what something else broke.

use std::io;

use sekisho_core::ledger::leaf;

use super::{HASHED_HEADER, HEADER, Header, JournalError, MAGIC, MAX_PAYLOAD, StoredEntry, hash};
use crate::ledger::{LedgerFiles, files::RESERVE};

/// Reads a journal from its beginning, batch by batch.
pub(in crate::ledger) struct Reader<'a> {
    files: &'a mut dyn LedgerFiles,
    offset: u64,
    len: u64,
    next: u64,
}

impl<'a> Reader<'a> {
    pub(in crate::ledger) fn new(files: &'a mut dyn LedgerFiles) -> Result<Self, JournalError> {
        let len = files.journal_len()?;
        Ok(Self { files, offset: 0, len, next: 0 })
    }

    /// The same, behind batches that were found sound: where they end, and the entry that follows them.
    pub(super) const fn behind(self, offset: u64, next: u64) -> Self {
        Self { offset, next, ..self }
    }

    /// The end of the sound batches that were read so far.
    pub(in crate::ledger) const fn sound_len(&self) -> u64 {
        self.offset
    }

    /// How many entries were read so far.
    pub(in crate::ledger) const fn entries(&self) -> u64 {
        self.next
    }

    /// The entries of the next batch; nothing at the end, be it torn or not.
    pub(in crate::ledger) fn next_batch(&mut self) -> Result<Option<Vec<StoredEntry>>, JournalError> {
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
    pub(in crate::ledger) fn is_blank_behind(&mut self) -> io::Result<bool> {
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

fn decode_entries(numbers: &Header, payload: &[u8]) -> Option<Vec<StoredEntry>> {
    let mut entries = Vec::new();
    decode(numbers, payload, |index, salt, body| {
        entries.push(StoredEntry { index, salt: *salt, body: body.to_vec() })
    })?;
    Some(entries)
}

/// Shows `see` each entry of a batch; nothing if it is not as its numbers say.
pub(super) fn decode(numbers: &Header, mut payload: &[u8], mut see: impl FnMut(u64, &leaf::Salt, &[u8])) -> Option<()> {
    let mut count = 0;
    while !payload.is_empty() {
        let (salt, rest) = payload.split_first_chunk()?;
        let (length, rest) = rest.split_first_chunk()?;
        let (body, rest) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        see(numbers.first.checked_add(u64::from(count))?, salt, body);
        count = u32::checked_add(count, 1)?;
        payload = rest;
    }
    (count == numbers.count && count > 0).then_some(())
}
