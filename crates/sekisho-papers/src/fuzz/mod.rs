//! Hostile pictures: small documents, altered by chance, given to the real program in its confinement.
//!
//! What must not be: a reader that ends before its answer (it fell, or was ended for its time or memory), one that is
//! slow, one that grows. Chance is not guided by what the program's code does with it.

mod alter;
mod corpus;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

pub use self::corpus::corpus;
use crate::{
    bench::{
        answer::Answer,
        program::{Program, ProgramError},
    },
    dice::Dice,
};

/// More milliseconds than this, for a picture of at most a megapixel, are a hang. Busy machines are slow, too.
const SLOW: f64 = 20_000.0;
/// More MiB than this are growth: 600 are the bar for the largest picture.
const LARGE: f64 = 600.0;

/// Why there is no round.
#[derive(Debug, thiserror::Error)]
pub enum FuzzError {
    /// A file of its own couldn't be written.
    #[error("a file of its own: {0}")]
    Files(#[from] io::Error),
    /// The program gave no answer.
    #[error(transparent)]
    Program(#[from] ProgramError),
}

/// Who is attacked, with what, and where.
pub struct Fuzz<'a> {
    /// The program.
    pub program: &'a Program,
    /// What is altered.
    pub corpus: &'a [Vec<u8>],
    /// A folder of its own.
    pub ground: &'a Path,
}

/// A picture that the program didn't bear.
#[derive(Debug, Clone, PartialEq)]
pub struct Find {
    /// Its seed: the same one makes the same bytes.
    pub seed: u64,
    /// What came of it.
    pub what: String,
}

impl Fuzz<'_> {
    /// The bytes of a seed.
    pub fn bytes(&self, seed: u64) -> Vec<u8> {
        alter::altered(&mut Dice::new(seed, "fuzz"), self.corpus)
    }

    /// Gives the program the pictures of these seeds, with or without networks to read them.
    ///
    /// # Errors
    /// See [`FuzzError`].
    pub fn round(&self, seeds: std::ops::Range<u64>, read: bool) -> Result<Vec<Find>, FuzzError> {
        let files: Vec<PathBuf> = seeds.clone().map(|seed| self.ground.join(format!("{seed}.bin"))).collect();
        for (seed, file) in seeds.clone().zip(&files) {
            fs::write(file, self.bytes(seed))?;
        }
        let answers = self.program.attacked(&files, read)?;
        files.iter().try_for_each(fs::remove_file)?;
        let finds = seeds.zip(&answers).filter_map(|(seed, answer)| Some(Find { seed, what: objection(answer)? }));
        Ok(finds.collect())
    }
}

/// What an answer shows that must not be.
fn objection(answer: &Answer) -> Option<String> {
    let Answer { reason, ms, peak_mb, .. } = answer;
    match reason.as_deref() {
        None | Some("reader_ended") => Some("its reader ended before it answered".into()),
        _ if *ms > SLOW => Some(format!("it took {ms:.0} ms")),
        _ if *peak_mb > LARGE => Some(format!("it took {peak_mb:.0} MiB")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Option<String> {
        objection(&serde_json::from_str(text).unwrap())
    }

    #[test]
    fn one_that_ended_hung_or_grew_is_a_find_and_one_that_was_refused_is_none() {
        assert_eq!(said(r#"{"file":"a","verdict":"retake","reason":"damaged","ms":3,"peak_mb":20}"#), None);
        for text in [
            r#"{"file":"a","verdict":"retake","reason":"reader_ended"}"#,
            r#"{"file":"a","verdict":"retake","reason":"damaged","ms":30000}"#,
            r#"{"file":"a","verdict":"retake","reason":"ok","ms":3,"peak_mb":700}"#,
            r#"{"file":"a"}"#,
        ] {
            assert!(said(text).is_some(), "{text}");
        }
    }
}
