//! A document's bytes under its own key.
//!
//! `header ‖ message`: 48 bytes that say whose it is, then the document as a
//! Cobblestone-256 message (see [`crate::chunked`]). The header is not secret
//! and needs no signature: it is compared with the context, and the context is
//! bound by the message.

use sekisho_core::{
    entropy::{self, Entropy},
    id::{DocumentId, KeeperId},
    time::Timestamp,
};

use crate::{
    OpenError,
    chunked::{self, COBBLESTONE_256},
    context::{Context, FormatVersion},
    secret::{DocumentKey, Plaintext, Wiped},
};

const MAGIC: &[u8; 7] = b"SEKISHO";
const PURPOSE: &str = "sekisho document";

/// What can be read of a sealed document without any key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// The format it is in.
    pub version: FormatVersion,
    /// The keeper that may open it.
    pub keeper: KeeperId,
    /// Which document it is.
    pub document: DocumentId,
    /// When nothing opens it any more.
    pub deadline: Timestamp,
}

impl Header {
    /// Its length in bytes: magic (7), version (1), keeper (16), document (16), deadline (8, big-endian seconds).
    pub const LEN: usize = 48;

    /// Reads the header of a sealed document.
    ///
    /// It is a claim until the document opened: anybody can write one.
    ///
    /// # Errors
    /// [`OpenError::NotSealed`] or [`OpenError::Version`].
    pub fn read(sealed: &[u8]) -> Result<Self, OpenError> {
        let rest = sealed.strip_prefix(MAGIC).ok_or(OpenError::NotSealed)?;
        let (&[version], rest) = split(rest)?;
        let (keeper, rest) = split(rest)?;
        let (document, rest) = split(rest)?;
        let (deadline, _) = split(rest)?;
        Ok(Self {
            version: known(version)?,
            keeper: KeeperId::from_bytes(*keeper),
            document: DocumentId::from_bytes(*document),
            deadline: Timestamp(u64::from_be_bytes(*deadline)),
        })
    }

    fn of(context: &Context) -> Self {
        let Context { version, keeper, document, deadline, .. } = *context;
        Self { version, keeper, document, deadline }
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(MAGIC);
        out.push(self.version as u8);
        out.extend_from_slice(self.keeper.as_bytes());
        out.extend_from_slice(self.document.as_bytes());
        out.extend_from_slice(&self.deadline.0.to_be_bytes());
    }
}

fn split<const N: usize>(bytes: &[u8]) -> Result<(&[u8; N], &[u8]), OpenError> {
    bytes.split_first_chunk().ok_or(OpenError::NotSealed)
}

fn known(version: u8) -> Result<FormatVersion, OpenError> {
    if version == FormatVersion::V1 as u8 { Ok(FormatVersion::V1) } else { Err(OpenError::Version(version)) }
}

/// The length in bytes of a sealed document whose own bytes are `plain` long.
pub const fn sealed_len(plain: usize) -> usize {
    Header::LEN + chunked::sealed_len(plain)
}

/// Seals a document's bytes under its key, bound to `context`.
pub fn seal_document(key: &DocumentKey, context: &Context, plain: &[u8], entropy: &mut dyn Entropy) -> Vec<u8> {
    let mut out = Vec::with_capacity(sealed_len(plain.len()));
    Header::of(context).write(&mut out);
    let salt = entropy::fresh(entropy);
    chunked::seal(&COBBLESTONE_256, key.expose(), &context.encode(PURPOSE), &salt, plain, &mut out);
    out
}

/// Opens a sealed document that the caller keeps.
///
/// # Errors
/// [`OpenError`] if it is not exactly what was sealed under `key` and `context`.
pub fn open_document(key: &DocumentKey, context: &Context, sealed: &[u8]) -> Result<Plaintext, OpenError> {
    open_document_in_place(key, context, sealed.to_vec())
}

/// Opens a sealed document in the memory it lies in, so that no second copy of it is made.
///
/// # Errors
/// As [`open_document`]. Whatever was opened until then is wiped.
pub fn open_document_in_place(key: &DocumentKey, context: &Context, sealed: Vec<u8>) -> Result<Plaintext, OpenError> {
    let mut buffer = Wiped::new(sealed);
    if Header::read(&buffer)? != Header::of(context) {
        return Err(OpenError::OtherDocument);
    }
    chunked::open(&COBBLESTONE_256, key.expose(), &context.encode(PURPOSE), &mut buffer, Header::LEN)?;
    Ok(Plaintext::from_wiped(buffer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{SeededEntropy, context};

    #[test]
    fn the_header_can_be_read_without_a_key() {
        let (context, mut entropy) = (context(3), SeededEntropy::new(3));
        let key = DocumentKey::fresh(&mut entropy);
        let sealed = seal_document(&key, &context, b"x", &mut entropy);
        let header = Header::read(&sealed).unwrap();
        assert_eq!(
            (header.keeper, header.document, header.deadline),
            (context.keeper, context.document, context.deadline)
        );
        assert_eq!(sealed.len(), sealed_len(1));
    }

    #[test]
    fn an_unknown_version_is_named() {
        let mut sealed =
            seal_document(&DocumentKey::from_bytes(&[1; 32]), &context(1), b"", &mut SeededEntropy::new(1));
        sealed[7] = 2;
        assert_eq!(Header::read(&sealed), Err(OpenError::Version(2)));
    }

    #[test]
    fn bytes_that_were_never_sealed_are_refused_whatever_their_length() {
        for len in 0..200 {
            let opened = open_document(&DocumentKey::from_bytes(&[1; 32]), &context(1), &vec![0; len]);
            assert_eq!(opened.unwrap_err(), OpenError::NotSealed);
        }
    }

    #[test]
    fn opening_in_place_moves_no_document_to_other_memory() {
        let (context, key, mut entropy) = (context(1), DocumentKey::from_bytes(&[1; 32]), SeededEntropy::new(1));
        let sealed = seal_document(&key, &context, &[7; 100_000], &mut entropy);
        let place = sealed.as_ptr();
        let plain = open_document_in_place(&key, &context, sealed).unwrap();
        assert_eq!((plain.as_bytes().as_ptr(), plain.as_bytes()), (place, &[7; 100_000][..]));
    }
}
