//! Cosignatures: C2SP `tlog-cosignature`, the timestamped Ed25519 ones (type 0x04).
//!
//! A cosignature says: at this time, this was the largest tree of this log that I
//! had seen, and it continued every one that I had seen before. As with
//! signatures, this half verifies; who signs does so over [`cosigned_message`].

use alloc::{string::String, vec::Vec};
use core::{fmt, str::FromStr};

use super::{
    Note,
    note::{NoteError, NoteSignature, signature_lines},
    vkey::{KeyId, Named, VerifierKeyError},
};
use crate::time::Timestamp;

/// The type byte of keys whose holders cosign checkpoints.
const COSIGNS: u8 = 4;

/// The latest time that a cosignature may name.
const LATEST: u64 = i64::MAX as u64;

/// The key of a witness, in the textual form of a [`super::VerifierKey`] but of type 0x04.
#[derive(Clone, PartialEq, Eq)]
pub struct WitnessKey(Named);

impl WitnessKey {
    /// The key `public` (32 bytes, RFC 8032) under `name`.
    ///
    /// # Errors
    /// When the name can't stand in a note, or the key is not a usable one.
    pub fn new(name: &str, public: &[u8; 32]) -> Result<Self, VerifierKeyError> {
        Named::new(COSIGNS, name, public).map(Self)
    }

    /// The witness's name.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The key's id.
    pub const fn id(&self) -> KeyId {
        self.0.id
    }

    /// The public key, 32 bytes (RFC 8032). A cosignature does not commit to the
    /// name, so two witnesses with one key are one witness.
    pub fn public(&self) -> &[u8; 32] {
        self.0.public()
    }

    /// The signature line, without its newline, of the cosignature made at `time`.
    pub fn line(&self, time: Timestamp, signature: &[u8; 64]) -> String {
        alloc::format!("{}", self.signature(time, signature))
    }

    fn signature(&self, time: Timestamp, signature: &[u8; 64]) -> NoteSignature {
        NoteSignature::new(&self.0, [time.0.to_be_bytes().as_slice(), signature].concat())
    }
}

impl fmt::Display for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for WitnessKey {
    type Err = VerifierKeyError;

    fn from_str(vkey: &str) -> Result<Self, VerifierKeyError> {
        Named::parse(COSIGNS, vkey).map(Self)
    }
}

/// What a witness signs to cosign the note whose text is `note_text`, its final newline included.
pub fn cosigned_message(time: Timestamp, note_text: &str) -> String {
    alloc::format!("cosignature/v1\ntime {}\n{note_text}", time.0)
}

impl Note {
    /// Adds the 64 bytes that the witness `key` made over [`cosigned_message`] at `time`,
    /// in place of an earlier cosignature of it.
    pub fn add_cosignature(&mut self, key: &WitnessKey, time: Timestamp, signature: &[u8; 64]) {
        self.replace(key.signature(time, signature));
    }

    /// Adds the cosignature of `key` out of `lines`, which is what a witness answers to
    /// `add-checkpoint`; answers with its time. Other keys' lines are passed over.
    ///
    /// # Errors
    /// When they are no signature lines, or hold none of `key` that verifies; the note is then as before.
    pub fn adopt_cosignature(&mut self, lines: &str, key: &WitnessKey) -> Result<Timestamp, NoteError> {
        let ours = |line: &NoteSignature| line.is_of(&key.0);
        let ours: Vec<_> = signature_lines(lines)?.into_iter().filter(ours).collect();
        let mut latest: Option<(Timestamp, NoteSignature)> = None;
        for line in ours {
            let time = self.verify_one(key, &line.signature)?;
            if latest.as_ref().is_none_or(|(known, _)| time > *known) {
                latest = Some((time, line));
            }
        }
        let (time, line) = latest.ok_or(NoteError::NotSigned)?;
        self.replace(line);
        Ok(time)
    }

    /// Verifies that the witness `key` cosigned the text, and answers when: the latest time, if it did so often.
    ///
    /// # Errors
    /// When there is no signature under the key's name and id, or one of them is wrong.
    pub fn verify_cosignature(&self, key: &WitnessKey) -> Result<Timestamp, NoteError> {
        let mut latest = None;
        for signature in self.of(&key.0) {
            latest = latest.max(Some(self.verify_one(key, signature)?));
        }
        latest.ok_or(NoteError::NotSigned)
    }

    fn verify_one(&self, key: &WitnessKey, signature: &[u8]) -> Result<Timestamp, NoteError> {
        let (time, signature) = signature.split_first_chunk::<8>().ok_or(NoteError::WrongSignature)?;
        let time = u64::from_be_bytes(*time);
        let message = cosigned_message(Timestamp(time), self.text());
        // A cosignature without a time would vouch for no order.
        let right = (1..=LATEST).contains(&time) && key.0.verifies(message.as_bytes(), signature);
        if right { Ok(Timestamp(time)) } else { Err(NoteError::WrongSignature) }
    }
}

#[cfg(test)]
mod tests {
    use alloc::{borrow::ToOwned as _, string::ToString as _};

    use proptest::prelude::*;

    use super::{
        super::note::testing::{key, witness},
        *,
    };

    const TEXT: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

    /// The example of C2SP `tlog-cosignature`, whose keys the text does not tell.
    const EXAMPLE: &str = "example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
";

    fn signed() -> String {
        key("example.com/behind-the-sofa").sign(TEXT.to_owned())
    }

    #[test]
    fn the_message_is_that_of_the_specification() {
        let lines = "cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\n\
             CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        assert_eq!(cosigned_message(Timestamp(1_679_315_147), TEXT), lines);
    }

    #[test]
    fn the_example_of_the_specification_has_our_form() {
        let note = Note::parse(EXAMPLE).unwrap();
        assert_eq!((note.text(), note.to_string().as_str()), (TEXT, EXAMPLE));
        let (time, rest) = note.signatures()[1].signature.split_first_chunk::<8>().unwrap();
        assert_eq!((u64::from_be_bytes(*time), rest.len()), (1_679_315_147, 64));
    }

    /// Made with another program: Ed25519 of Python's `cryptography`, over the specification's words.
    #[test]
    fn a_cosignature_made_elsewhere_verifies() {
        let key: WitnessKey = VECTOR_KEY.parse().unwrap();
        assert_eq!(key.to_string(), VECTOR_KEY);
        let mut note = Note::parse(&signed()).unwrap();
        let lines = alloc::format!("{VECTOR_LINE}\n");
        assert_eq!(note.adopt_cosignature(&lines, &key), Ok(Timestamp(1_679_315_147)));
        assert_eq!(note.verify_cosignature(&key), Ok(Timestamp(1_679_315_147)));
        let ours = witness("witness.example.com/w1", 9);
        assert_eq!(ours.1.to_string(), VECTOR_KEY);
        assert!(ours.cosign(&signed(), 1_679_315_147).contains(VECTOR_LINE));
    }

    const VECTOR_KEY: &str = "witness.example.com/w1+4bdc7eaa+BP0XJDhaoMdbZPt4zWAvodmR/ev3axPFjtcC6sg16fYY";
    const VECTOR_LINE: &str = "— witness.example.com/w1 S9x+qgAAAABkGFDLSEwbtADY9t5XeSzDTVuiqYN5nZfoc9NQOUgkPYm4wwjIUL68Nczz1tpzCjnpmnRXttgqVVwOg3WfE7AXqa+DAg==";

    #[test]
    fn a_logs_key_is_no_witnesss_key() {
        let log = key("example.com/log").1.to_string();
        assert_eq!(log.parse::<WitnessKey>(), Err(VerifierKeyError::Type));
        let witness = witness("example.com/log", 3).1;
        assert_eq!(witness.to_string().parse::<super::super::VerifierKey>(), Err(VerifierKeyError::Type));
        assert_ne!(witness.id(), key("example.com/log").1.id());
    }

    /// M16.
    #[test]
    fn any_other_character_in_a_cosigned_note_is_refused() {
        let witness = witness("witness.example/w1", 9);
        let cosigned = witness.cosign(&signed(), 7);
        let logs_line = cosigned.find('\u{2014}').unwrap();
        let witness_line = cosigned.rfind('\u{2014}').unwrap();
        for (at, character) in cosigned.char_indices().filter(|(at, _)| *at < logs_line || *at >= witness_line) {
            let replacement = if character == 'A' { 'B' } else { 'A' };
            let mut changed = cosigned.clone();
            changed.replace_range(at..at + character.len_utf8(), replacement.encode_utf8(&mut [0; 4]));
            let believed = Note::parse(&changed).and_then(|note| note.verify_cosignature(&witness.1));
            assert!(believed.is_err(), "changed at {at}");
        }
    }

    #[test]
    fn the_latest_of_several_cosignatures_counts_and_a_wrong_one_spoils_all() {
        let witness = witness("witness.example/w1", 9);
        let line = |time| witness.cosign(&signed(), time).lines().last().unwrap().to_owned();
        let note = |lines: &[String]| Note::parse(&alloc::format!("{}{}\n", signed(), lines.join("\n"))).unwrap();
        let read = note(&[line(8), line(9), line(7)]);
        assert_eq!(read.verify_cosignature(&witness.1), Ok(Timestamp(9)));
        let mut spoilt = read.clone();
        spoilt.replace(witness.1.signature(Timestamp(9), &[1; 64]));
        assert_eq!(spoilt.verify_cosignature(&witness.1), Err(NoteError::WrongSignature));
        let mut adopted = Note::parse(&signed()).unwrap();
        let answer = alloc::format!("{}\n{}\n", line(9), line(8));
        assert_eq!(adopted.adopt_cosignature(&answer, &witness.1), Ok(Timestamp(9)));
        assert_eq!(adopted.signatures().len(), 2);
    }

    #[test]
    fn an_answer_without_the_witnesss_line_changes_nothing() {
        let (known, other) = (witness("witness.example/w1", 9), witness("witness.example/w1", 10));
        let lines = other.cosign(&signed(), 7).lines().last().unwrap().to_owned() + "\n";
        let mut note = Note::parse(&signed()).unwrap();
        assert_eq!(note.adopt_cosignature(&lines, &known.1), Err(NoteError::NotSigned));
        assert_eq!(note.adopt_cosignature("", &known.1), Err(NoteError::Form));
        assert_eq!(note.adopt_cosignature("<html>\n", &known.1), Err(NoteError::Form));
        assert_eq!(note.adopt_cosignature(lines.trim_end(), &known.1), Err(NoteError::Form));
        assert_eq!(note, Note::parse(&signed()).unwrap());
    }

    #[test]
    fn a_time_outside_the_format_is_refused() {
        let witness = witness("witness.example/w1", 9);
        let believed = |time| Note::parse(&witness.cosign(&signed(), time)).unwrap().verify_cosignature(&witness.1);
        assert_eq!(believed(LATEST), Ok(Timestamp(LATEST)));
        assert_eq!(believed(0), Err(NoteError::WrongSignature));
        assert_eq!(believed(LATEST + 1), Err(NoteError::WrongSignature));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_cosignature_is_written_read_back_and_holds(number in 1u8.., time in 1..=LATEST) {
            let witness = witness("witness.example/w1", number);
            let note = Note::parse(&witness.cosign(&signed(), time)).unwrap();
            prop_assert_eq!(note.verify_cosignature(&witness.1), Ok(Timestamp(time)));
            prop_assert_eq!(witness.1.to_string().parse(), Ok(witness.1));
        }

        #[test]
        fn a_flipped_bit_in_a_cosignature_is_refused(time in 1..=LATEST, place in 0usize..72, bit in 0u8..8) {
            let witness = witness("witness.example/w1", 9);
            let mut note = Note::parse(&witness.cosign(&signed(), time)).unwrap();
            let mut line = note.signatures()[1].clone();
            line.signature[place] ^= 1 << bit;
            note.replace(line);
            prop_assert_eq!(note.verify_cosignature(&witness.1), Err(NoteError::WrongSignature));
        }
    }
}
