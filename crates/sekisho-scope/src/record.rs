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

/// The lowest bits of a record's mark are its class; these say what follows its head.
const IDENTITY: u8 = 8;
const FIRST: u8 = 16;
const STATED: u8 = 32;
const LONG: u8 = 64;

/// Hash, bytes, the key's length, mark.
const HEAD: usize = 8 + 4 + 2 + 1;

/// Appends a record. Millions of them wait for their tables, so they are written short; numbers that don't fit follow.
#[inline]
pub(crate) fn put(out: &mut Vec<u8>, record: &Record<'_>) {
    let Share { class, bytes, first, stated } = record.share;
    let (short, length) = (u32::try_from(bytes), u16::try_from(record.key.len()));
    let flag = |is_there: bool, flag: u8| if is_there { flag } else { 0 };
    let mark = class as u8
        | flag(record.identity.is_some(), IDENTITY)
        | flag(first.is_some(), FIRST)
        | flag(stated.is_some(), STATED)
        | flag(short.is_err() || length.is_err(), LONG);
    let mut head = [0; HEAD];
    head[..8].copy_from_slice(&record.hash.to_le_bytes());
    head[8..12].copy_from_slice(&short.unwrap_or_default().to_le_bytes());
    head[12..14].copy_from_slice(&length.unwrap_or_default().to_le_bytes());
    head[14] = mark;
    out.extend_from_slice(&head);
    let long = (mark & LONG != 0).then_some([bytes, record.key.len() as u64]);
    let numbers = long.into_iter().flatten().chain(first).chain(stated);
    numbers.for_each(|number| out.extend_from_slice(&number.to_le_bytes()));
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
        let hash = self.number()?;
        let (mut bytes, mut length) =
            (u32::from_le_bytes(self.take()?).into(), u16::from_le_bytes(self.take()?).into());
        let [mark] = self.take()?;
        if mark & LONG != 0 {
            (bytes, length) = (self.number()?, self.number()?);
        }
        let first = if mark & FIRST != 0 { Some(self.number()?) } else { None };
        let stated = if mark & STATED != 0 { Some(self.number()?) } else { None };
        let identity = if mark & IDENTITY != 0 {
            Some(Identity { hash: u128::from_le_bytes(self.take()?), file: u32::from_le_bytes(self.take()?) })
        } else {
            None
        };
        let (key, rest) = self.0.split_at_checked(usize::try_from(length).ok()?)?;
        self.0 = rest;
        let share = Share { class: *Class::ALL.get(usize::from(mark & 7))?, bytes, first, stated };
        Some(Record { key, hash, share, identity })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_out_as_they_went_in() {
        let share = |class, first, stated| Share { class, bytes: 7, first, stated };
        let large = |bytes| Share { bytes, ..share(Class::Whole, None, None) };
        let identity = Some(Identity { hash: 1 << 100, file: 3 });
        let records = [
            Record { key: b"a", hash: 1, share: share(Class::Witness, None, None), identity: None },
            Record { key: b"", hash: u64::MAX, share: share(Class::Part, Some(5), None), identity },
            Record { key: b"b", hash: 2, share: large(u64::from(u32::MAX)), identity: None },
            Record { key: b"c", hash: 3, share: large(1 << 32), identity },
            Record { key: &[7; 65_535], hash: 4, share: large(u64::MAX), identity: None },
            Record { key: &[7; 65_536], hash: 5, share: large(0), identity: None },
            Record { key: &[255; 300], hash: 9, share: share(Class::Unclear, Some(0), Some(u64::MAX - 1)), identity },
        ];
        let mut bytes = Vec::new();
        records.iter().for_each(|record| put(&mut bytes, record));
        assert!(Records(&bytes).eq(records));
        assert_eq!(Records(&bytes[..bytes.len() - 1]).count(), records.len() - 1, "a record that is cut off is none");
    }

    #[test]
    fn parts_of_an_identity_are_not_glued_together() {
        assert_ne!(wide_hash(&[b"ab", b"c"]), wide_hash(&[b"a", b"bc"]));
        assert_eq!(wide_hash(&[b"ab", b"c"]), wide_hash(&[b"ab", b"c"]));
    }
}
