use proptest::prelude::*;

use super::{
    naive::{self, Leaves},
    *,
};

fn head(leaves: &[Hash]) -> Head {
    Head { size: leaves.len() as u64, root: naive::root(leaves) }
}

fn flip(hash: &Hash, bit: usize) -> Hash {
    let mut flipped = *hash;
    flipped.0[bit / 8 % 32] ^= 1 << (bit % 8);
    flipped
}

#[test]
fn every_small_tree_proves_every_leaf_and_every_beginning() {
    for size in 0..=40 {
        let leaves = naive::leaves(size);
        let new = head(&leaves);
        assert_eq!(root(&mut Leaves(&leaves), size), Ok(new.root));
        for index in 0..size {
            let path = inclusion(&mut Leaves(&leaves), index, size).unwrap();
            assert_eq!(path, naive::path(index as usize, &leaves));
            assert_eq!(verify_inclusion(leaves[index as usize], index, size, &path, new.root), Ok(()));
        }
        for old in 0..=size {
            let path = consistency(&mut Leaves(&leaves), old, size).unwrap();
            assert_eq!(verify_consistency(head(&leaves[..old as usize]), new, &path), Ok(()), "{old} of {size}");
        }
    }
}

#[test]
fn nothing_is_proven_of_what_is_not_in_the_tree() {
    let leaves = naive::leaves(5);
    assert_eq!(inclusion(&mut Leaves(&leaves), 5, 5), Err(ProveError::OutOfRange));
    assert_eq!(consistency(&mut Leaves(&leaves), 6, 5), Err(ProveError::OutOfRange));
    assert_eq!(verify_inclusion(leaves[0], 5, 5, &[], leaves[0]), Err(NotProven));
    assert_eq!(verify_consistency(head(&leaves), head(&leaves[..3]), &[]), Err(NotProven));
}

proptest! {
    #[test]
    fn proofs_are_those_of_the_definition(size in 1u64..300, pick: prop::sample::Index) {
        let leaves = naive::leaves(size);
        let at = pick.index(size as usize);
        prop_assert_eq!(inclusion(&mut Leaves(&leaves), at as u64, size).unwrap(), naive::path(at, &leaves));
        let old = at + 1;
        let proof = consistency(&mut Leaves(&leaves), old as u64, size).unwrap();
        prop_assert_eq!(proof, naive::subproof(old, &leaves, true));
    }

    #[test]
    fn a_flipped_bit_in_an_inclusion_proof_is_refused(size in 2u64..300, pick: prop::sample::Index, bit in 0usize..2560) {
        let leaves = naive::leaves(size);
        let at = pick.index(size as usize);
        let (leaf, index, root) = (leaves[at], at as u64, naive::root(&leaves));
        let path = naive::path(at, &leaves);
        let place = bit / 256 % path.len();
        let mut wrong = path.clone();
        wrong[place] = flip(&path[place], bit);
        prop_assert_eq!(verify_inclusion(leaf, index, size, &wrong, root), Err(NotProven));
        prop_assert_eq!(verify_inclusion(flip(&leaf, bit), index, size, &path, root), Err(NotProven));
        prop_assert_eq!(verify_inclusion(leaf, index, size, &path, flip(&root, bit)), Err(NotProven));
        prop_assert_eq!(verify_inclusion(leaf, index, size, &path[1..], root), Err(NotProven));
        let other = (index + 1) % size;
        prop_assert_eq!(verify_inclusion(leaf, other, size, &path, root), Err(NotProven));
    }

    #[test]
    fn a_flipped_bit_in_a_consistency_proof_is_refused(new in 2u64..300, pick: prop::sample::Index, bit in 0usize..2560) {
        let leaves = naive::leaves(new);
        let old = 1 + pick.index(new as usize - 1);
        let (old_head, new_head) = (head(&leaves[..old]), head(&leaves));
        let path = naive::subproof(old, &leaves, true);
        let mut wrong = path.clone();
        let place = bit / 256 % path.len();
        wrong[place] = flip(&path[place], bit);
        prop_assert_eq!(verify_consistency(old_head, new_head, &wrong), Err(NotProven));
        let flipped = |head: Head| Head { root: flip(&head.root, bit), ..head };
        prop_assert_eq!(verify_consistency(flipped(old_head), new_head, &path), Err(NotProven));
        prop_assert_eq!(verify_consistency(old_head, flipped(new_head), &path), Err(NotProven));
        prop_assert_eq!(verify_consistency(old_head, new_head, &path[1..]), Err(NotProven));
    }

    #[test]
    fn a_rewritten_leaf_breaks_consistency(new in 2u64..200, old_pick: prop::sample::Index, leaf_pick: prop::sample::Index) {
        let leaves = naive::leaves(new);
        let old = 1 + old_pick.index(new as usize - 1);
        let mut rewritten = leaves.clone();
        rewritten[leaf_pick.index(old)] = Hash::leaf(b"rewritten");
        let path = naive::subproof(old, &rewritten, true);
        prop_assert_eq!(verify_consistency(head(&leaves[..old]), head(&rewritten), &path), Err(NotProven));
    }
}
