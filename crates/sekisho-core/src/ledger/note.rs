//! Signed notes: C2SP `signed-note`, with Ed25519 keys (type 0x01).
//!
//! This half verifies. Who signs makes the signature over [`Note::text`] and
//! adds it, so that a signing key never comes here.

use alloc::{
    borrow::ToOwned as _,
    string::{String, ToString as _},
    vec::Vec,
};
use core::{fmt, str::FromStr};

use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest as _, Sha256};

use super::text;

/// The type byte of Ed25519 keys.
const ED25519: u8 = 1;

/// The most signatures that are read; the format asks for at least 16.
pub const MAX_SIGNATURES: usize = 64;

/// The longest note that is read, in bytes.
pub const MAX_LEN: usize = 1 << 20;

/// The first four bytes of a hash over a key's name, type and bytes.
pub type KeyId = [u8; 4];

/// A key that verifies notes, as `<name>+<id in hex>+<base 64 of type and key>`.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: KeyId,
    key: VerifyingKey,
}

/// Why a text is not a verifier key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifierKeyError {
    /// It is not of the form `<name>+<id>+<key>`.
    #[error("not of the form name+id+key")]
    Form,
    /// Its name is empty or holds a space, a plus or a control character.
    #[error("a key's name must not be empty and holds no space, plus or control character")]
    Name,
    /// Its type is not Ed25519.
    #[error("not an Ed25519 key")]
    Type,
    /// The key is not a point of the curve, or a weak one.
    #[error("not a usable Ed25519 public key")]
    Key,
    /// The id is not that of this name and key.
    #[error("the id does not belong to this name and key")]
    Id,
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+')
}

fn ed25519_id(name: &str, key: &[u8; 32]) -> KeyId {
    let digest: [u8; 32] =
        Sha256::new().chain_update(name).chain_update([b'\n', ED25519]).chain_update(key).finalize().into();
    [digest[0], digest[1], digest[2], digest[3]]
}

impl VerifierKey {
    /// The key `public` (32 bytes, RFC 8032) under `name`.
    ///
    /// # Errors
    /// When the name can't stand in a note, or the key is not a usable one.
    pub fn new(name: &str, public: &[u8; 32]) -> Result<Self, VerifierKeyError> {
        if !is_name(name) {
            return Err(VerifierKeyError::Name);
        }
        let key = VerifyingKey::from_bytes(public).map_err(|_| VerifierKeyError::Key)?;
        if key.is_weak() {
            return Err(VerifierKeyError::Key);
        }
        Ok(Self { name: name.to_owned(), id: ed25519_id(name, public), key })
    }

    /// Its name; for a log, the origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its id.
    pub const fn id(&self) -> KeyId {
        self.id
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = u32::from_be_bytes(self.id);
        let key = [&[ED25519], self.key.as_bytes().as_slice()].concat();
        write!(f, "{}+{id:08x}+{}", self.name, text::base64(&key))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for VerifierKey {
    type Err = VerifierKeyError;

    fn from_str(vkey: &str) -> Result<Self, VerifierKeyError> {
        let (name, rest) = vkey.split_once('+').ok_or(VerifierKeyError::Form)?;
        // Base 64 may itself hold a plus, so only the first two divide.
        let (id, key) = rest.split_once('+').ok_or(VerifierKeyError::Form)?;
        let key = text::from_base64(key).ok_or(VerifierKeyError::Form)?;
        let (&kind, key) = key.split_first().ok_or(VerifierKeyError::Form)?;
        if kind != ED25519 {
            return Err(VerifierKeyError::Type);
        }
        let known = Self::new(name, key.try_into().map_err(|_| VerifierKeyError::Key)?)?;
        if alloc::format!("{:08x}", u32::from_be_bytes(known.id)) == id { Ok(known) } else { Err(VerifierKeyError::Id) }
    }
}

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

    /// Adds the 64 bytes that the holder of `key` made over [`Self::text`].
    pub fn add_ed25519(&mut self, key: &VerifierKey, signature: &[u8; 64]) {
        let (name, id, signature) = (key.name.clone(), key.id, signature.to_vec());
        self.signatures.push(NoteSignature { name, id, signature });
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
        let lines = note[at + 2..].strip_suffix('\n').ok_or(NoteError::Form)?;
        for line in lines.split('\n') {
            parsed.signatures.push(parse_signature(line).ok_or(NoteError::Form)?);
        }
        if parsed.signatures.len() > MAX_SIGNATURES { Err(NoteError::Form) } else { Ok(parsed) }
    }

    /// Verifies that the holder of `key` signed the text.
    ///
    /// Signatures of other keys are passed over, as the format demands.
    ///
    /// # Errors
    /// When there is no signature under the key's name and id, or one of them is wrong.
    pub fn verify(&self, key: &VerifierKey) -> Result<(), NoteError> {
        let mut found = false;
        for line in self.signatures.iter().filter(|line| line.name == key.name && line.id == key.id) {
            let signature = Signature::from_slice(&line.signature).map_err(|_| NoteError::WrongSignature)?;
            key.key.verify_strict(self.text.as_bytes(), &signature).map_err(|_| NoteError::WrongSignature)?;
            found = true;
        }
        if found { Ok(()) } else { Err(NoteError::NotSigned) }
    }
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
        for line in &self.signatures {
            let bytes = [line.id.as_slice(), &line.signature].concat();
            writeln!(f, "\u{2014} {} {}", line.name, text::base64(&bytes))?;
        }
        Ok(())
    }
}

#[cfg(test)]
pub(super) mod testing {
    //! A key that signs, for the tests of this module and its neighbours.

    use alloc::string::{String, ToString as _};

    use ed25519_dalek::{Signer as _, SigningKey};

    use super::{Note, VerifierKey};

    pub(in super::super) struct Key(SigningKey, pub VerifierKey);

    pub(in super::super) fn key(name: &str) -> Key {
        let secret = SigningKey::from_bytes(&[3; 32]);
        let public = VerifierKey::new(name, secret.verifying_key().as_bytes()).unwrap();
        Key(secret, public)
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

    #[test]
    fn a_key_with_another_id_type_or_name_is_refused() {
        let key = |text: &str| text.parse::<VerifierKey>().unwrap_err();
        assert_eq!(key(&VKEY.replace("530d903a", "530d903b")), VerifierKeyError::Id);
        assert_eq!(key(&VKEY.replace("530d903a", "530D903A")), VerifierKeyError::Id);
        assert_eq!(key(&VKEY.replace("foo", "fo")), VerifierKeyError::Id);
        assert_eq!(key(&VKEY.replace("foo", "f o")), VerifierKeyError::Name);
        assert_eq!(key(&VKEY.replace("+Ae", "+Be")), VerifierKeyError::Type);
        assert_eq!(key("example.com/foo"), VerifierKeyError::Form);
        assert_eq!(VerifierKey::new("weak", &[0; 32]).unwrap_err(), VerifierKeyError::Key);
    }
}
