//! Signed notes: C2SP `signed-note`, with Ed25519 keys (type 0x01).
//!
//! This half verifies. Who signs makes the signature over [`Note::text`] and
//! adds it, so that a signing key never comes here.

use alloc::{
    borrow::ToOwned as _,
    string::{String, ToString as _},
    vec::Vec,
};
use core::fmt;

use super::text;
pub use super::vkey::{KeyId, VerifierKey, VerifierKeyError};
use super::vkey::{Named, is_name};

/// The most signatures that are read; the format asks for at least 16.
pub const MAX_SIGNATURES: usize = 64;

/// The longest note that is read, in bytes.
pub const MAX_LEN: usize = 1 << 20;

/// One signature line of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    /// The name of the key.
    pub name: String,
    /// The id of the key.
    pub id: KeyId,
    /// The signature, in the form of the key's type.
    pub signature: Vec<u8>,
}

impl NoteSignature {
    pub(super) fn new(key: &Named, signature: Vec<u8>) -> Self {
        Self { name: key.name.clone(), id: key.id, signature }
    }

    /// Whether it claims to be of `key`.
    pub(super) fn is_of(&self, key: &Named) -> bool {
        self.name == key.name && self.id == key.id
    }
}

impl fmt::Display for NoteSignature {
    /// The line as it stands in a note, without its newline.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [self.id.as_slice(), &self.signature].concat();
        write!(f, "\u{2014} {} {}", self.name, text::base64(&bytes))
    }
}

/// A text and its signatures, none of which is verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

/// Why a text is not a note, or not to be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// It has not the form of a signed note.
    #[error("not a signed note")]
    Form,
    /// The known key has not signed it.
    #[error("the note carries no signature of the known key")]
    NotSigned,
    /// A signature under the known key's name and id is wrong.
    #[error("the signature is wrong")]
    WrongSignature,
}

impl Note {
    /// A note without signatures so far; nothing if `text` can't be signed as it is.
    ///
    /// A text ends in a newline and holds no other control character.
    pub fn new(text: String) -> Option<Self> {
        let clean = text.ends_with('\n') && text.bytes().all(|byte| byte >= b' ' || byte == b'\n');
        clean.then_some(Self { text, signatures: Vec::new() })
    }

    /// The text: what is signed, the final newline included.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signatures, verified or not.
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// The same text with those signatures alone that `keep` keeps.
    pub fn only(mut self, keep: impl FnMut(&NoteSignature) -> bool) -> Self {
        self.signatures.retain(keep);
        self
    }

    /// Adds the 64 bytes that the holder of `key` made over [`Self::text`].
    pub fn add_ed25519(&mut self, key: &VerifierKey, signature: &[u8; 64]) {
        self.signatures.push(NoteSignature::new(&key.0, signature.to_vec()));
    }

    /// The signatures under a key's name and id, right or wrong.
    pub(super) fn of<'a>(&'a self, key: &'a Named) -> impl Iterator<Item = &'a [u8]> {
        self.signatures.iter().filter(|line| line.is_of(key)).map(|line| line.signature.as_slice())
    }

    /// Puts `line` in the place of every signature of the same key.
    pub(super) fn replace(&mut self, line: NoteSignature) {
        self.signatures.retain(|other| (&other.name, other.id) != (&line.name, line.id));
        self.signatures.push(line);
    }

    /// Reads a note with at least one signature.
    ///
    /// # Errors
    /// When it has another form, or passes [`MAX_LEN`] or [`MAX_SIGNATURES`].
    pub fn parse(note: &str) -> Result<Self, NoteError> {
        if note.len() > MAX_LEN {
            return Err(NoteError::Form);
        }
        // The last empty line divides, since a text may hold empty lines itself.
        let at = note.rfind("\n\n").ok_or(NoteError::Form)?;
        let mut parsed = Self::new(note[..=at].to_owned()).ok_or(NoteError::Form)?;
        parsed.signatures = signature_lines(&note[at + 2..])?;
        Ok(parsed)
    }

    /// Verifies that the holder of `key` signed the text.
    ///
    /// Signatures of other keys are passed over, as the format demands.
    ///
    /// # Errors
    /// When there is no signature under the key's name and id, or one of them is wrong.
    pub fn verify(&self, key: &VerifierKey) -> Result<(), NoteError> {
        let mut found = false;
        for signature in self.of(&key.0) {
            found = key.0.verifies(self.text.as_bytes(), signature);
            if !found {
                return Err(NoteError::WrongSignature);
            }
        }
        if found { Ok(()) } else { Err(NoteError::NotSigned) }
    }
}

/// Reads signature lines, at least one and at most [`MAX_SIGNATURES`], and nothing after them.
pub(super) fn signature_lines(lines: &str) -> Result<Vec<NoteSignature>, NoteError> {
    let lines = lines.strip_suffix('\n').ok_or(NoteError::Form)?.split('\n').take(MAX_SIGNATURES + 1);
    let read = lines.map(parse_signature).collect::<Option<Vec<_>>>().ok_or(NoteError::Form)?;
    if read.len() > MAX_SIGNATURES { Err(NoteError::Form) } else { Ok(read) }
}

fn parse_signature(line: &str) -> Option<NoteSignature> {
    let (name, signature) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
    let bytes = text::from_base64(signature)?;
    let (id, signature) = bytes.split_first_chunk::<4>()?;
    (is_name(name) && !signature.is_empty()).then(|| NoteSignature {
        name: name.to_string(),
        id: *id,
        signature: signature.to_vec(),
    })
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

#[cfg(test)]
pub(super) mod testing {
    //! A key that signs, for the tests of this module and its neighbours.

    use alloc::string::{String, ToString as _};

    use ed25519_dalek::{Signer as _, SigningKey};

    use super::{
        super::{cosignature, cosignature::WitnessKey},
        Note, VerifierKey,
    };
    use crate::time::Timestamp;

    pub(in super::super) struct Key(SigningKey, pub VerifierKey);

    pub(in super::super) fn key(name: &str) -> Key {
        let secret = SigningKey::from_bytes(&[3; 32]);
        let public = VerifierKey::new(name, secret.verifying_key().as_bytes()).unwrap();
        Key(secret, public)
    }

    pub(in super::super) struct Witness(SigningKey, pub WitnessKey);

    /// A witness with a key of its own for each `number`.
    pub(in super::super) fn witness(name: &str, number: u8) -> Witness {
        let secret = SigningKey::from_bytes(&[number; 32]);
        let public = WitnessKey::new(name, secret.verifying_key().as_bytes()).unwrap();
        Witness(secret, public)
    }

    impl Witness {
        pub(in super::super) fn cosign(&self, signed: &str, time: u64) -> String {
            let mut note = Note::parse(signed).unwrap();
            let message = cosignature::cosigned_message(Timestamp(time), note.text());
            let signature = self.0.sign(message.as_bytes()).to_bytes();
            note.add_cosignature(&self.1, Timestamp(time), &signature);
            note.to_string()
        }
    }

    impl Key {
        pub(in super::super) fn sign(&self, text: String) -> String {
            let mut note = Note::new(text).unwrap();
            let signature = self.0.sign(note.text().as_bytes()).to_bytes();
            note.add_ed25519(&self.1, &signature);
            note.to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{testing::key, *};

    /// Key and note are the example of C2SP `signed-note`.
    const VKEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    const NOTE: &str = "This is an example message.\n\n\u{2014} example.com/foo \
         Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

    #[test]
    fn the_example_of_the_specification_verifies() {
        let key: VerifierKey = VKEY.parse().unwrap();
        assert_eq!(key.to_string(), VKEY);
        let note = Note::parse(NOTE).unwrap();
        assert_eq!(note.verify(&key), Ok(()));
        assert_eq!(note.to_string(), NOTE);
    }

    #[test]
    fn any_other_character_in_a_note_is_refused() {
        let key: VerifierKey = VKEY.parse().unwrap();
        for (at, character) in NOTE.char_indices() {
            let replacement = if character == 'A' { 'B' } else { 'A' };
            let mut changed = NOTE.to_owned();
            changed.replace_range(at..at + character.len_utf8(), replacement.encode_utf8(&mut [0; 4]));
            let believed = Note::parse(&changed).and_then(|note| note.verify(&key));
            assert!(believed.is_err(), "changed at {at}");
        }
    }

    #[test]
    fn signatures_of_unknown_keys_are_passed_over() {
        let known: VerifierKey = VKEY.parse().unwrap();
        let with_witness = alloc::format!("{NOTE}\u{2014} witness.example Y29zaWduYXR1cmU=\n");
        assert_eq!(Note::parse(&with_witness).unwrap().verify(&known), Ok(()));
        let by_another = key("example.com/foo").sign("This is an example message.\n".to_owned());
        assert_eq!(Note::parse(&by_another).unwrap().verify(&known), Err(NoteError::NotSigned));
    }

    #[test]
    fn a_wrong_signature_beside_a_right_one_is_refused() {
        let known: VerifierKey = VKEY.parse().unwrap();
        let mut note = Note::parse(NOTE).unwrap();
        note.add_ed25519(&known, &[1; 64]);
        assert_eq!(note.verify(&known), Err(NoteError::WrongSignature));
    }

    #[test]
    fn what_is_no_note_is_refused() {
        let signature = &NOTE[NOTE.find('\u{2014}').unwrap()..];
        let wrong = [
            String::new(),
            "text\n".to_owned(),
            "text\n\n".to_owned(),
            alloc::format!("text\n{signature}"),
            alloc::format!("te\rxt\n\n{signature}"),
            alloc::format!("text\n\n{}", signature.trim_end()),
            alloc::format!("text\n\n{signature}\n"),
            alloc::format!("text\n\n{}", signature.replace('\u{2014}', "-")),
            alloc::format!("text\n\n{}", signature.repeat(MAX_SIGNATURES + 1)),
        ];
        for text in wrong {
            assert_eq!(Note::parse(&text), Err(NoteError::Form), "{text:?}");
        }
        assert!(Note::parse(&alloc::format!("text\n\n{}", signature.repeat(16))).is_ok());
    }
}
