//! Records on their way from the threads that read to the tables that add up, as bytes.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;

use crate::object::{Class, Share};

/// One request, or a witness to a size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Record<'a> {
    pub(crate) key: &'a [u8],
    pub(crate) hash: u64,
    pub(crate) share: Share,
    pub(crate) identity: Option<Identity>,
}

/// By what a request is known again when another line tells it too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Identity {
    pub(crate) hash: u128,
    /// The file that the line stands in; [`Identity::OWN`] if the request has an identifier of its own, which makes
    /// every second line a duplicate. A line without one is a duplicate only where another file has it as often.
    pub(crate) file: u32,
}

impl Identity {
    pub(crate) const OWN: u32 = u32::MAX;
}

/// The hash by which keys are spread and found. It decides nothing: keys are compared whole.
#[inline]
pub(crate) fn hash_of(key: &[u8]) -> u64 {
    FixedState::with_seed(0x5ec1).hash_one(key)
}

/// A hash that two different lines don't share by chance.
pub(crate) fn wide_hash(parts: &[&[u8]]) -> u128 {
    let half = |seed| u128::from(FixedState::with_seed(seed).hash_one(parts));
    half(0x0001_5ec1) << 64 | half(0x0002_5ec1)
}

const IDENTITY: u8 = 1;
const FIRST: u8 = 2;
const STATED: u8 = 4;

/// Appends a record.
#[inline]
pub(crate) fn put(out: &mut Vec<u8>, record: &Record<'_>) {
    let Share { class, bytes, first, stated } = record.share;
    let flag = |is_there: bool, flag: u8| if is_there { flag } else { 0 };
    let flags =
        flag(record.identity.is_some(), IDENTITY) | flag(first.is_some(), FIRST) | flag(stated.is_some(), STATED);
    let mut head = [0; 22];
    head[..8].copy_from_slice(&record.hash.to_le_bytes());
    head[8..16].copy_from_slice(&bytes.to_le_bytes());
    // Lines are shorter than four gigabytes by far.
    head[16..20].copy_from_slice(&(record.key.len() as u32).to_le_bytes());
    (head[20], head[21]) = (class as u8, flags);
    out.extend_from_slice(&head);
    [first, stated].into_iter().flatten().for_each(|number| out.extend_from_slice(&number.to_le_bytes()));
    if let Some(identity) = record.identity {
        out.extend_from_slice(&identity.hash.to_le_bytes());
        out.extend_from_slice(&identity.file.to_le_bytes());
    }
    out.extend_from_slice(record.key);
}

/// The records in what [`put`] wrote.
pub(crate) struct Records<'a>(pub(crate) &'a [u8]);

impl<'a> Records<'a> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }

    fn number(&mut self) -> Option<u64> {
        self.take().map(u64::from_le_bytes)
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    #[inline]
    fn next(&mut self) -> Option<Record<'a>> {
        let (hash, bytes) = (self.number()?, self.number()?);
        let length = u32::from_le_bytes(self.take()?) as usize;
        let [class, flags] = self.take()?;
        let first = if flags & FIRST != 0 { Some(self.number()?) } else { None };
        let stated = if flags & STATED != 0 { Some(self.number()?) } else { None };
        let identity = if flags & IDENTITY != 0 {
            Some(Identity { hash: u128::from_le_bytes(self.take()?), file: u32::from_le_bytes(self.take()?) })
        } else {
            None
        };
        let (key, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        let share = Share { class: *Class::ALL.get(usize::from(class))?, bytes, first, stated };
        Some(Record { key, hash, share, identity })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_out_as_they_went_in() {
        let share = |class, first, stated| Share { class, bytes: 7, first, stated };
        let identity = Some(Identity { hash: 1 << 100, file: 3 });
        let records = [
            Record { key: b"a", hash: 1, share: share(Class::Witness, None, None), identity: None },
            Record { key: b"", hash: u64::MAX, share: share(Class::Part, Some(5), None), identity },
            Record { key: &[255; 300], hash: 9, share: share(Class::Unclear, Some(0), Some(u64::MAX - 1)), identity },
        ];
        let mut bytes = Vec::new();
        records.iter().for_each(|record| put(&mut bytes, record));
        assert!(Records(&bytes).eq(records));
        assert_eq!(Records(&bytes[..bytes.len() - 1]).count(), 2, "a record that is cut off is none");
    }

    #[test]
    fn parts_of_an_identity_are_not_glued_together() {
        assert_ne!(wide_hash(&[b"ab", b"c"]), wide_hash(&[b"a", b"bc"]));
        assert_eq!(wide_hash(&[b"ab", b"c"]), wide_hash(&[b"ab", b"c"]));
    }
}
