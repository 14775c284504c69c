//! Roots and proofs: RFC 6962, section 2.1; their verification: RFC 9162, sections 2.1.3.2 and 2.1.4.2.
//!
//! Making a proof needs hashes of subtrees, which a [`HashSource`] finds;
//! verifying one needs nothing but the proof.

use alloc::vec::Vec;

use super::Hash;

/// Where hashes of whole subtrees are found.
pub trait HashSource {
    /// Why one could not be found.
    type Error;

    /// The hash over the leaves from `index × 2^level` up to, not including,
    /// `(index + 1) × 2^level`. It is asked only for subtrees that are complete.
    ///
    /// # Errors
    /// When the hash can't be found.
    fn node(&mut self, level: u32, index: u64) -> Result<Hash, Self::Error>;
}

/// Why a proof could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProveError<E> {
    /// The leaf or the older tree does not lie within the tree.
    #[error("not within the tree")]
    OutOfRange,
    /// A hash could not be found.
    #[error("a hash of the tree could not be read")]
    Source(#[from] E),
}

/// The proof does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the proof does not lead to the root")]
pub struct NotProven;

/// The largest power of two below `count`, which is at least two.
const fn split(count: u64) -> u64 {
    1 << (63 - (count - 1).leading_zeros())
}

/// The hash over the leaves from `from` up to `to`, as RFC 6962 divides a tree.
fn range<S: HashSource + ?Sized>(source: &mut S, from: u64, to: u64) -> Result<Hash, S::Error> {
    let count = to - from;
    if count.is_power_of_two() {
        let level = count.trailing_zeros();
        return source.node(level, from >> level);
    }
    let middle = from + split(count);
    let left = range(source, from, middle)?;
    Ok(Hash::node(&left, &range(source, middle, to)?))
}

/// The root of the tree of the first `size` leaves.
///
/// # Errors
/// When the source fails.
pub fn root<S: HashSource + ?Sized>(source: &mut S, size: u64) -> Result<Hash, S::Error> {
    if size == 0 { Ok(Hash::of_nothing()) } else { range(source, 0, size) }
}

/// The inclusion proof of leaf `index` in the tree of `size` leaves, from the leaf's sibling upwards.
///
/// # Errors
/// When the leaf is not in that tree, or the source fails.
pub fn inclusion<S>(source: &mut S, index: u64, size: u64) -> Result<Vec<Hash>, ProveError<S::Error>>
where
    S: HashSource + ?Sized,
{
    if index >= size {
        return Err(ProveError::OutOfRange);
    }
    let (mut from, mut to) = (0, size);
    let mut path = Vec::new();
    while to - from > 1 {
        let middle = from + split(to - from);
        if index < middle {
            path.push(range(source, middle, to)?);
            to = middle;
        } else {
            path.push(range(source, from, middle)?);
            from = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// The proof that the tree of `old` leaves is a beginning of the tree of `new` leaves.
///
/// # Errors
/// When `old` is larger than `new`, or the source fails.
pub fn consistency<S>(source: &mut S, old: u64, new: u64) -> Result<Vec<Hash>, ProveError<S::Error>>
where
    S: HashSource + ?Sized,
{
    if old > new {
        return Err(ProveError::OutOfRange);
    }
    let (mut from, mut to) = (0, new);
    let mut path = Vec::new();
    while old != 0 && old != to {
        let middle = from + split(to - from);
        if old <= middle {
            path.push(range(source, middle, to)?);
            to = middle;
        } else {
            path.push(range(source, from, middle)?);
            from = middle;
        }
    }
    // A subtree that begins at the first leaf is the old root, which the verifier has.
    if old != 0 && from != 0 {
        path.push(range(source, from, to)?);
    }
    path.reverse();
    Ok(path)
}

/// The way from a leaf to the root: the leaf's place and the last leaf's, level by level.
struct Climb {
    place: u64,
    last: u64,
}

impl Climb {
    const fn up(&mut self) {
        self.place >>= 1;
        self.last >>= 1;
    }

    /// Whether the next sibling stands on the left.
    const fn joins_left(&self) -> bool {
        self.place & 1 == 1 || self.place == self.last
    }

    /// Passes the levels on which a subtree at the right edge has no sibling.
    const fn skip_edge(&mut self) {
        while self.place & 1 == 0 && self.place != 0 {
            self.up();
        }
    }
}

/// Verifies an inclusion proof.
///
/// # Errors
/// When `path` does not lead from `leaf` at `index` to the `root` of a tree of `size` leaves.
pub fn verify_inclusion(leaf: Hash, index: u64, size: u64, path: &[Hash], root: Hash) -> Result<(), NotProven> {
    if index >= size {
        return Err(NotProven);
    }
    let mut climb = Climb { place: index, last: size - 1 };
    let mut hash = leaf;
    for sibling in path {
        if climb.last == 0 {
            return Err(NotProven);
        }
        if climb.joins_left() {
            hash = Hash::node(sibling, &hash);
            climb.skip_edge();
        } else {
            hash = Hash::node(&hash, sibling);
        }
        climb.up();
    }
    if climb.last == 0 && hash == root { Ok(()) } else { Err(NotProven) }
}

/// The size of a tree and its root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// How many leaves it has.
    pub size: u64,
    /// The hash over all of them.
    pub root: Hash,
}

/// Verifies that the tree `old` is a beginning of the tree `new`.
///
/// # Errors
/// When `path` does not show it.
pub fn verify_consistency(old: Head, new: Head, path: &[Hash]) -> Result<(), NotProven> {
    if old.size == new.size || old.size == 0 {
        let same = if old.size == 0 { Hash::of_nothing() } else { new.root };
        return if path.is_empty() && old.root == same && old.size <= new.size { Ok(()) } else { Err(NotProven) };
    }
    if old.size > new.size {
        return Err(NotProven);
    }
    let (first, rest) = begin(old, path).ok_or(NotProven)?;
    climb_both(old, new, first, rest)
}

/// Where a consistency proof begins: at the old root if that is a whole subtree of the new tree.
fn begin(old: Head, path: &[Hash]) -> Option<(Hash, &[Hash])> {
    if old.size.is_power_of_two() {
        return (!path.is_empty()).then_some((old.root, path));
    }
    path.split_first().map(|(first, rest)| (*first, rest))
}

fn climb_both(old: Head, new: Head, first: Hash, rest: &[Hash]) -> Result<(), NotProven> {
    let mut climb = Climb { place: old.size - 1, last: new.size - 1 };
    while climb.place & 1 == 1 {
        climb.up();
    }
    let (mut old_hash, mut new_hash) = (first, first);
    for sibling in rest {
        if climb.last == 0 {
            return Err(NotProven);
        }
        if climb.joins_left() {
            old_hash = Hash::node(sibling, &old_hash);
            new_hash = Hash::node(sibling, &new_hash);
            climb.skip_edge();
        } else {
            new_hash = Hash::node(&new_hash, sibling);
        }
        climb.up();
    }
    if climb.last == 0 && old_hash == old.root && new_hash == new.root { Ok(()) } else { Err(NotProven) }
}

#[cfg(test)]
pub(super) mod naive {
    //! A tree as RFC 6962 defines it: slow, and with nothing in common with the code it judges.

    use alloc::vec::Vec;

    use super::{Hash, HashSource};

    pub(in super::super) fn leaves(count: u64) -> Vec<Hash> {
        (0..count).map(|number| Hash::leaf(&number.to_be_bytes())).collect()
    }

    pub(in super::super) fn root(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => Hash::of_nothing(),
            [only] => *only,
            _ => {
                let half = leaves.len().next_power_of_two() / 2;
                Hash::node(&root(&leaves[..half]), &root(&leaves[half..]))
            }
        }
    }

    /// PATH(m, D[n]) of section 2.1.1.
    pub(in super::super) fn path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
        if leaves.len() == 1 {
            return Vec::new();
        }
        let half = leaves.len().next_power_of_two() / 2;
        let (mut path, sibling) = if index < half {
            (path(index, &leaves[..half]), root(&leaves[half..]))
        } else {
            (path(index - half, &leaves[half..]), root(&leaves[..half]))
        };
        path.push(sibling);
        path
    }

    /// SUBPROOF(m, D[n], b) of section 2.1.2.
    pub(in super::super) fn subproof(old: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
        if old == leaves.len() {
            return if whole { Vec::new() } else { [root(leaves)].to_vec() };
        }
        let half = leaves.len().next_power_of_two() / 2;
        let (mut proof, sibling) = if old <= half {
            (subproof(old, &leaves[..half], whole), root(&leaves[half..]))
        } else {
            (subproof(old - half, &leaves[half..], false), root(&leaves[..half]))
        };
        proof.push(sibling);
        proof
    }

    pub(in super::super) struct Leaves<'a>(pub &'a [Hash]);

    impl HashSource for Leaves<'_> {
        type Error = core::convert::Infallible;

        fn node(&mut self, level: u32, index: u64) -> Result<Hash, Self::Error> {
            let from = (index << level) as usize;
            Ok(root(&self.0[from..from + (1 << level)]))
        }
    }
}

#[cfg(test)]
mod tests;
