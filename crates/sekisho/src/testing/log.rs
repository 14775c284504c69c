//! A log with its private key in hand: what an operator, or whoever robbed one, can sign.

use std::convert::Infallible;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use sekisho_core::ledger::{
    AddCheckpoint, Checkpoint, Hash, VerifierKey,
    tree::{self, HashSource, Head},
};

/// Leaves and the key that signs for them.
pub struct Log {
    pair: Ed25519KeyPair,
    key: VerifierKey,
    leaves: Vec<Hash>,
}

impl Log {
    /// An empty log named `origin` whose key grows from `seed`.
    ///
    /// # Panics
    /// When the origin can't stand in a note.
    pub fn new(origin: &str, seed: [u8; 32]) -> Self {
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).expect("32 bytes are a seed");
        let public = pair.public_key().as_ref().try_into().expect("an Ed25519 key has 32 bytes");
        let key = VerifierKey::new(origin, public).expect("the origin is a name");
        Self { pair, key, leaves: Vec::new() }
    }

    /// Its verifier key.
    pub const fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// Appends `count` leaves.
    pub fn grow(&mut self, count: u64) {
        let from = self.size();
        self.leaves.extend((from..from + count).map(|at| Hash::leaf(&at.to_be_bytes())));
    }

    /// Puts another leaf in the place of the one at `index`.
    pub fn rewrite(&mut self, index: usize) {
        self.leaves[index] = Hash::leaf(b"rewritten");
    }

    /// Forgets every leaf from `size` on.
    pub fn cut(&mut self, size: usize) {
        self.leaves.truncate(size);
    }

    /// How many leaves it has.
    pub fn size(&self) -> u64 {
        self.leaves.len() as u64
    }

    /// The tree of the first `size` leaves.
    pub fn head(&self, size: u64) -> Head {
        let Ok(root) = tree::root(&mut Leaves(&self.leaves), size);
        Head { size, root }
    }

    /// The signed checkpoint over the first `size` leaves.
    ///
    /// # Panics
    /// Never: the origin can stand in a note.
    pub fn checkpoint(&self, size: u64) -> String {
        let checkpoint = Checkpoint { origin: self.key.name().to_owned(), head: self.head(size) };
        let mut note = checkpoint.to_note().expect("the origin is a name");
        let made = self.pair.sign(note.text().as_bytes());
        note.add_ed25519(&self.key, made.as_ref().try_into().expect("an Ed25519 signature has 64 bytes"));
        note.to_string()
    }

    /// What a log sends to a witness that knows `old` of its leaves and shall know `new`.
    pub fn request(&self, old: u64, new: u64) -> AddCheckpoint {
        let proof = tree::consistency(&mut Leaves(&self.leaves), old, new).unwrap_or_default();
        AddCheckpoint { old, proof, checkpoint: self.checkpoint(new) }
    }
}

struct Leaves<'a>(&'a [Hash]);

impl HashSource for Leaves<'_> {
    type Error = Infallible;

    fn node(&mut self, level: u32, index: u64) -> Result<Hash, Infallible> {
        let from = (index << level) as usize;
        Ok(joined(&self.0[from..from + (1 << level)]))
    }
}

/// The hash over a whole subtree.
fn joined(leaves: &[Hash]) -> Hash {
    match leaves {
        [only] => *only,
        _ => {
            let (left, right) = leaves.split_at(leaves.len() / 2);
            Hash::node(&joined(left), &joined(right))
        }
    }
}
