//! What a log sends to a witness: the request of C2SP `tlog-witness`, `add-checkpoint`.

use alloc::{string::String, vec::Vec};
use core::{fmt, str::FromStr};

use super::{Hash, text};

/// Where a witness takes it, below the prefix of its address.
pub const PATH: &str = "/add-checkpoint";

/// The media type of the answer 409, whose body is a size and a newline.
pub const SIZE_TYPE: &str = "text/x.tlog.size";

/// The most lines of a consistency proof.
pub const MAX_PROOF: usize = 63;

/// The longest request that is read, in bytes: a proof, and a checkpoint with many large signatures.
pub const MAX_LEN: usize = 256 << 10;

/// A checkpoint for a witness to cosign, and the proof that it continues the one it knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// The size that the witness last cosigned, or 0.
    pub old: u64,
    /// The proof from there to the checkpoint's size (RFC 6962, section 2.1.2).
    pub proof: Vec<Hash>,
    /// The signed checkpoint, word for word; not verified.
    pub checkpoint: String,
}

/// A text is not such a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a request as add-checkpoint takes it")]
pub struct ParseAddCheckpointError;

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

impl FromStr for AddCheckpoint {
    type Err = ParseAddCheckpointError;

    fn from_str(body: &str) -> Result<Self, ParseAddCheckpointError> {
        parse(body).ok_or(ParseAddCheckpointError)
    }
}

fn parse(body: &str) -> Option<AddCheckpoint> {
    if body.len() > MAX_LEN {
        return None;
    }
    // No line before the checkpoint is empty, so the first empty one ends the proof.
    let (head, checkpoint) = body.split_once("\n\n")?;
    let mut lines = head.split('\n');
    let old = text::decimal(lines.next()?.strip_prefix("old ")?)?;
    let proof = lines.take(MAX_PROOF + 1).map(|line| line.parse().ok()).collect::<Option<Vec<Hash>>>()?;
    (proof.len() <= MAX_PROOF).then(|| AddCheckpoint { old, proof, checkpoint: checkpoint.into() })
}

/// The body of the answer 409: the size that the witness last cosigned.
pub fn conflict_body(size: u64) -> String {
    alloc::format!("{size}\n")
}

/// Reads the body of the answer 409; nothing if it is none.
pub fn parse_conflict(body: &str) -> Option<u64> {
    text::decimal(body.strip_suffix('\n')?)
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use proptest::prelude::*;

    use super::*;

    /// The example of C2SP `tlog-witness`.
    const EXAMPLE: &str = "old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
";

    #[test]
    fn the_example_of_the_specification_is_read_and_written() {
        let request: AddCheckpoint = EXAMPLE.parse().unwrap();
        assert_eq!((request.old, request.proof.len()), (20_852_014, 4));
        assert!(request.checkpoint.starts_with("example.com/behind-the-sofa\n20852163\n"));
        assert_eq!(request.to_string(), EXAMPLE);
    }

    #[test]
    fn what_is_no_request_is_refused() {
        let hash = "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n";
        let wrong = [
            String::new(),
            "old 1\n".into(),
            EXAMPLE.replacen("\n\n", "\n", 1),
            EXAMPLE.replace("old 20852014", "old 020852014"),
            EXAMPLE.replace("old 20852014", "old -1"),
            EXAMPLE.replace("old 20852014", "old  1"),
            EXAMPLE.replace("old 20852014", "Old 1"),
            EXAMPLE.replace("old 20852014\n", "old 20852014\r\n"),
            EXAMPLE.replace("old 20852014", "old 18446744073709551616"),
            EXAMPLE.replacen("PlRN", " PlRN", 1),
            EXAMPLE.replacen("PlRN", "", 1),
            EXAMPLE.replacen(hash, &hash.repeat(MAX_PROOF - 2), 1),
            alloc::format!("\n{EXAMPLE}"),
            alloc::format!("{EXAMPLE}{}", "x".repeat(MAX_LEN)),
        ];
        for body in wrong {
            assert_eq!(body.parse::<AddCheckpoint>(), Err(ParseAddCheckpointError), "{body:.90}");
        }
        assert!(EXAMPLE.replacen(hash, &hash.repeat(MAX_PROOF - 3), 1).parse::<AddCheckpoint>().is_ok());
    }

    #[test]
    fn the_size_in_a_conflict_is_read_strictly() {
        assert_eq!(conflict_body(20), "20\n");
        assert_eq!(parse_conflict("20\n"), Some(20));
        for wrong in ["", "20", "020\n", "20\n\n", " 20\n", "-1\n"] {
            assert_eq!(parse_conflict(wrong), None, "{wrong:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_request_is_written_and_read_back(old: u64, hashes in prop::collection::vec(any::<[u8; 32]>(), 0..=MAX_PROOF), checkpoint in "[a-z\n]{0,80}") {
            let request = AddCheckpoint { old, proof: hashes.into_iter().map(Hash).collect(), checkpoint };
            prop_assert_eq!(request.to_string().parse(), Ok(request));
        }

        #[test]
        fn nothing_that_is_sent_makes_it_panic(body in any::<String>()) {
            if let Ok(request) = body.parse::<AddCheckpoint>() {
                prop_assert_eq!(request.to_string(), body);
            }
        }
    }
}
