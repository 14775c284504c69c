//! Proofs that stand on their own: `c2sp.org/tlog-proof@v1`.

use alloc::{string::String, vec::Vec};
use core::{fmt, str::FromStr};

use super::{
    Checkpoint, Cosigned, Hash, VerifierKey, Witnesses,
    checkpoint::CheckpointError,
    quorum::QuorumError,
    text,
    tree::{self, NotProven},
};

const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// The longest path that a tree can ask for.
const MAX_PATH: usize = 64;

/// That an entry is in a log, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlogProof {
    /// Bytes for the application; nothing vouches for them.
    pub extra: Option<Vec<u8>>,
    /// The entry's place in the log, from 0.
    pub index: u64,
    /// The inclusion proof, from the leaf's sibling upwards.
    pub path: Vec<Hash>,
    /// The signed checkpoint, word for word.
    pub checkpoint: String,
}

/// A text is not a proof in this format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a proof in the format {HEADER}")]
pub struct ParseProofError;

/// Why a proof does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// Its checkpoint is not to be believed.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// Its path does not lead from the entry to the checkpoint's root.
    #[error(transparent)]
    Path(#[from] NotProven),
    /// Its checkpoint lacks witnesses.
    #[error(transparent)]
    Witnesses(#[from] QuorumError),
}

impl TlogProof {
    /// Verifies that `entry` is in the log whose key is `key`; answers with the checkpoint that says so.
    ///
    /// # Errors
    /// When the checkpoint is not signed by that key, or the entry is not shown to be under it.
    pub fn verify(&self, entry: &[u8], key: &VerifierKey) -> Result<Checkpoint, ProofError> {
        let checkpoint = Checkpoint::open(&self.checkpoint, key)?;
        let leaf = Hash::leaf(entry);
        tree::verify_inclusion(leaf, self.index, checkpoint.size(), &self.path, checkpoint.root())?;
        Ok(checkpoint)
    }

    /// As [`Self::verify`], and that so many witnesses cosigned the checkpoint as are needed; answers which too.
    ///
    /// # Errors
    /// As [`Self::verify`], or when witnesses are lacking.
    pub fn verify_witnessed(
        &self,
        entry: &[u8],
        key: &VerifierKey,
        witnesses: &Witnesses,
    ) -> Result<(Checkpoint, Vec<Cosigned>), ProofError> {
        let checkpoint = self.verify(entry, key)?;
        Ok((checkpoint, witnesses.check(&self.checkpoint)?))
    }
}

impl fmt::Display for TlogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", text::base64(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        for hash in &self.path {
            writeln!(f, "{hash}")?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}

impl FromStr for TlogProof {
    type Err = ParseProofError;

    fn from_str(text: &str) -> Result<Self, ParseProofError> {
        parse(text).ok_or(ParseProofError)
    }
}

fn parse(proof: &str) -> Option<TlogProof> {
    // Nothing before the checkpoint holds an empty line, so the first one ends the path.
    let (head, checkpoint) = proof.split_once("\n\n")?;
    let mut lines = head.split('\n').peekable();
    lines.next().filter(|line| *line == HEADER)?;
    let extra = match lines.peek()?.strip_prefix("extra ") {
        Some(extra) => Some(text::from_base64(extra)?),
        None => None,
    };
    if extra.is_some() {
        lines.next();
    }
    let index = text::decimal(lines.next()?.strip_prefix("index ")?)?;
    let path = lines.map(|line| line.parse().ok()).collect::<Option<Vec<Hash>>>()?;
    (path.len() <= MAX_PATH).then(|| TlogProof { extra, index, path, checkpoint: checkpoint.into() })
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use proptest::prelude::*;

    use super::{
        super::{
            note::testing::{key, witness},
            tree::{Head, naive},
        },
        *,
    };

    fn proof(index: usize, size: u64) -> (TlogProof, VerifierKey) {
        let leaves = naive::leaves(size);
        let key = key("example.com/log");
        let head = Head { size, root: naive::root(&leaves) };
        let checkpoint = key.sign(Checkpoint { origin: "example.com/log".into(), head }.to_string());
        (TlogProof { extra: None, index: index as u64, path: naive::path(index, &leaves), checkpoint }, key.1)
    }

    #[test]
    fn a_proof_has_the_lines_of_the_format() {
        let (mut proof, _) = proof(1, 2);
        proof.extra = Some(b"extra".to_vec());
        let text = proof.to_string();
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some("c2sp.org/tlog-proof@v1"));
        assert_eq!(lines.next(), Some("extra ZXh0cmE="));
        assert_eq!(lines.next(), Some("index 1"));
        assert_eq!(lines.next(), Some(proof.path[0].to_base64().as_str()));
        assert_eq!(lines.next(), Some(""));
        assert_eq!(lines.next(), Some("example.com/log"));
        assert_eq!(text.parse(), Ok(proof));
    }

    #[test]
    fn what_is_no_proof_is_refused() {
        let (proof, _) = proof(5, 9);
        let text = proof.to_string();
        let wrong = [
            text.replace("@v1", "@v2"),
            text.replace("index 5", "index 05"),
            text.replace("index 5", "Index 5"),
            text.replace("index 5", "extra !\nindex 5"),
            text.replace("index 5\n", ""),
            text.replace("index 5", "index 5\nAAAA"),
            text.replacen("\n\n", "\n", 1).replacen("\n\n", "\n", 1),
            alloc::format!("\n{text}"),
        ];
        for text in wrong {
            assert_eq!(text.parse::<TlogProof>(), Err(ParseProofError), "{text}");
        }
    }

    /// M16.
    #[test]
    fn a_proof_that_witnesses_cosigned_holds_for_who_needs_them() {
        let (mut proof, key) = proof(5, 9);
        let entry = 5u64.to_be_bytes();
        let w1 = witness("w1", 1);
        let needed = Witnesses::new(alloc::vec![w1.1.clone()], 1).unwrap();
        let lacking = proof.verify_witnessed(&entry, &key, &needed);
        assert_eq!(lacking, Err(ProofError::Witnesses(QuorumError::TooFew { found: 0, needed: 1 })));
        proof.checkpoint = w1.cosign(&proof.checkpoint, 77);
        let read: TlogProof = proof.to_string().parse().unwrap();
        let (checkpoint, cosigned) = read.verify_witnessed(&entry, &key, &needed).unwrap();
        assert_eq!((checkpoint.size(), cosigned[0].witness.as_str(), cosigned[0].time.0), (9, "w1", 77));
        assert!(read.verify_witnessed(b"another entry", &key, &needed).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_proof_is_written_read_back_and_holds(size in 1u64..300, pick: prop::sample::Index, extra: Option<Vec<u8>>) {
            let at = pick.index(size as usize);
            let (mut proof, key) = proof(at, size);
            proof.extra = extra;
            let read: TlogProof = proof.to_string().parse().unwrap();
            prop_assert_eq!(&read, &proof);
            let checkpoint = read.verify(&(at as u64).to_be_bytes(), &key).unwrap();
            prop_assert_eq!(checkpoint.size(), size);
            prop_assert!(read.verify(&(at as u64 + 1).to_be_bytes(), &key).is_err());
        }

        #[test]
        fn a_flipped_bit_is_refused(size in 2u64..40, pick: prop::sample::Index, place: prop::sample::Index, bit in 0u8..7) {
            let at = pick.index(size as usize);
            let (proof, key) = proof(at, size);
            let mut bytes = proof.to_string().into_bytes();
            let place = place.index(bytes.len());
            bytes[place] ^= 1 << bit;
            let holds = String::from_utf8(bytes).ok().and_then(|text| text.parse::<TlogProof>().ok())
                .and_then(|proof| proof.verify(&(at as u64).to_be_bytes(), &key).ok());
            prop_assert_eq!(holds, None);
        }
    }
}
