//! Fragments of IP packets (RFC 791, 3.2; RFC 8200, 4.5), put together where all of them were captured.

use std::{collections::BTreeMap, io};

use super::{
    pile::{HEAPS, Pile},
    segment::take,
};

/// Fragments that lie further apart are of two packets with one number (RFC 791 lets a packet live so long).
const APART: i64 = 120_000_000_000;

/// No packet of IP is longer.
const LONGEST: u32 = 65_535;

/// Which packet a fragment is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Whose {
    /// From and to.
    pub(super) ends: [u128; 2],
    pub(super) id: u32,
    pub(super) protocol: u8,
}

/// One fragment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fragment<'a> {
    pub(super) whose: Whose,
    pub(super) at: i64,
    /// Where in the packet's payload it begins.
    pub(super) offset: u32,
    /// Whether more follow.
    pub(super) more: bool,
    pub(super) data: &'a [u8],
}

impl<'a> Fragment<'a> {
    /// Adds it to the heap of its packet.
    pub(super) fn add_to(&self, pile: &Pile<'_>) -> io::Result<()> {
        let [from, to] = self.whose.ends.map(u128::to_be_bytes);
        let (id, at, offset) = (self.whose.id.to_be_bytes(), self.at.to_be_bytes(), self.offset.to_be_bytes());
        let head = [&from[..], &to, &id, &at, &offset, &[self.whose.protocol, u8::from(self.more)]].concat();
        pile.add(crate::record::hash_of(&head[..36]), &head, self.data)
    }

    fn read(mut rest: &'a [u8]) -> Self {
        let ends = [(); 2].map(|()| u128::from_be_bytes(take(&mut rest)));
        let id = u32::from_be_bytes(take(&mut rest));
        let at = i64::from_be_bytes(take(&mut rest));
        let offset = u32::from_be_bytes(take(&mut rest));
        let [protocol, more] = take(&mut rest);
        Self { whose: Whose { ends, id, protocol }, at, offset, more: more == 1, data: rest }
    }
}

/// Puts fragments together and shows each packet that is whole: whose, when, its payload, and of how many fragments.
/// Gives how many fragments are left.
pub(super) fn each_whole(
    pile: &Pile<'_>,
    mut see: impl FnMut(&Whose, i64, &[u8], u64) -> io::Result<()>,
) -> io::Result<u64> {
    let mut left = 0;
    for heap in 0..HEAPS {
        let mut all = Vec::new();
        pile.each(heap, |item| all.push(item.to_vec()))?;
        pile.clear(heap);
        let mut packets: BTreeMap<Whose, Vec<Fragment<'_>>> = BTreeMap::new();
        for fragment in all.iter().map(|item| Fragment::read(item)) {
            packets.entry(fragment.whose).or_default().push(fragment);
        }
        for (whose, mut fragments) in packets {
            fragments.sort_unstable();
            for group in fragments.chunk_by(|a, b| b.at.saturating_sub(a.at) < APART) {
                match together(group) {
                    Some(payload) => see(&whose, group[0].at, &payload, group.len() as u64)?,
                    None => left += group.len() as u64,
                }
            }
        }
    }
    Ok(left)
}

/// The payload, if the fragments cover all of it and say the same where two of them do.
fn together(group: &[Fragment<'_>]) -> Option<Vec<u8>> {
    let end = |fragment: &Fragment<'_>| fragment.offset + u32::try_from(fragment.data.len()).unwrap_or(u32::MAX / 2);
    let length = group.iter().find(|fragment| !fragment.more).map(end).filter(|length| *length <= LONGEST)?;
    let mut parts: Vec<_> = group.iter().collect();
    parts.sort_unstable_by_key(|fragment| fragment.offset);
    let mut payload = Vec::with_capacity(length as usize);
    for part in parts {
        let known = payload.get(part.offset as usize..)?;
        let common = known.len().min(part.data.len());
        if known[..common] != part.data[..common] {
            return None;
        }
        payload.extend_from_slice(&part.data[common..]);
    }
    (payload.len() == length as usize).then_some(payload)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spill::Spill;

    const WHOSE: Whose = Whose { ends: [1, 2], id: 3, protocol: 6 };

    fn part(at: i64, offset: u32, more: bool, data: &[u8]) -> Fragment<'_> {
        Fragment { whose: WHOSE, at, offset, more, data }
    }

    fn put(parts: &[Fragment<'_>]) -> (Vec<String>, u64) {
        let spill = Spill::new(None, usize::MAX).unwrap();
        let (pile, mut whole) = (Pile::new(&spill), Vec::new());
        parts.iter().for_each(|part| part.add_to(&pile).unwrap());
        let see = |_: &Whose, _, payload: &[u8], _| {
            whole.push(String::from_utf8_lossy(payload).into_owned());
            Ok(())
        };
        let left = each_whole(&pile, see).unwrap();
        (whole, left)
    }

    #[test]
    fn fragments_make_a_packet_in_any_order_and_told_twice() {
        let parts = [part(3, 8, false, b" world"), part(1, 0, true, b"hello, "), part(2, 0, true, b"hello, ")];
        assert_eq!(put(&parts), (vec![], 3), "a hole of one byte");
        let parts = [part(3, 6, false, b" world"), part(1, 0, true, b"hello,"), part(2, 0, true, b"hello,")];
        assert_eq!(put(&parts), (vec!["hello, world".into()], 0));
    }

    #[test]
    fn fragments_that_contradict_each_other_or_lack_the_last_are_left() {
        assert_eq!(put(&[part(1, 0, true, b"hello,"), part(2, 4, false, b"x, you")]), (vec![], 2));
        assert_eq!(put(&[part(1, 0, true, b"hello,")]), (vec![], 1));
    }

    #[test]
    fn a_number_that_is_used_again_later_is_another_packet() {
        let again = APART + 9;
        let parts = [
            part(1, 0, true, b"ab"),
            part(1, 2, false, b"c"),
            part(again, 0, true, b"xy"),
            part(again, 2, false, b"z"),
        ];
        assert_eq!(put(&parts), (vec!["abc".into(), "xyz".into()], 0));
    }
}
