//! For tests: randomness that repeats, and contexts to seal to.
//!
//! Behind the feature `testing`, so that no production build contains a
//! generator that anybody can predict.

use aws_lc_rs::digest::{SHA256, digest};
use sekisho_core::{
    entropy::Entropy,
    id::{CheckId, DocumentId, KeeperId},
    time::Timestamp,
};

use crate::{Context, FormatVersion};

/// Bytes that follow from a seed: SHA-256 over the seed and a counter.
#[derive(Debug, Clone)]
pub struct SeededEntropy {
    seed: u64,
    blocks: u64,
}

impl SeededEntropy {
    /// The sequence of `seed`, from its beginning.
    pub const fn new(seed: u64) -> Self {
        Self { seed, blocks: 0 }
    }

    fn block(&mut self) -> [u8; 32] {
        let input = [self.seed.to_be_bytes(), self.blocks.to_be_bytes()].concat();
        self.blocks += 1;
        digest(&SHA256, &input).as_ref().try_into().expect("SHA-256 gives 32 bytes")
    }
}

impl Entropy for SeededEntropy {
    fn fill(&mut self, out: &mut [u8]) {
        for piece in out.chunks_mut(32) {
            piece.copy_from_slice(&self.block()[..piece.len()]);
        }
    }
}

/// The context number `n`.
pub fn context(n: u8) -> Context {
    Context {
        version: FormatVersion::V1,
        keeper: KeeperId::from_bytes([n; 16]),
        site: "site-a".parse().expect("a name"),
        check: CheckId::from_bytes([n ^ 0x40; 16]),
        document: DocumentId::from_bytes([n ^ 0x80; 16]),
        deadline: Timestamp(1_795_000_000 + u64::from(n)),
    }
}

/// Contexts that differ from `base` in the one field that is named, the version apart: there is only one.
pub fn neighbours(base: &Context) -> Vec<(&'static str, Context)> {
    let other = |change: fn(&mut Context)| {
        let mut context = base.clone();
        change(&mut context);
        context
    };
    vec![
        ("keeper", other(|c| c.keeper = KeeperId::from_bytes([0xee; 16]))),
        ("site", other(|c| c.site = "site-b".parse().expect("a name"))),
        ("a longer site", other(|c| c.site = "site-a0".parse().expect("a name"))),
        ("check", other(|c| c.check = CheckId::from_bytes([0xee; 16]))),
        ("document", other(|c| c.document = DocumentId::from_bytes([0xee; 16]))),
        ("a later deadline", other(|c| c.deadline = c.deadline + 1)),
        ("an earlier deadline", other(|c| c.deadline = c.deadline - 1)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_gives_one_sequence() {
        let take = |seed| SeededEntropy::new(seed).bytes::<77>();
        assert_eq!(take(1), take(1));
        assert_ne!(take(1), take(2));
    }
}
