//! What a sealed document is bound to.

use sekisho_core::{
    id::{CheckId, DocumentId, KeeperId, SiteName},
    time::Timestamp,
};

/// A version of the sealed format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum FormatVersion {
    /// Cobblestone-256 for the document, HPKE X-Wing / HKDF-SHA256 / AES-256-GCM for its key.
    V1 = 1,
}

/// What a sealed document and its sealed key are bound to.
///
/// Both layers take it in, so bytes that were moved to another check, site or
/// keeper, or whose deadline was changed, do not open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// The format it was sealed in.
    pub version: FormatVersion,
    /// The keeper that may open it.
    pub keeper: KeeperId,
    /// The site whose check it serves.
    pub site: SiteName,
    /// The check it serves.
    pub check: CheckId,
    /// The document itself.
    pub document: DocumentId,
    /// When nothing opens it any more.
    pub deadline: Timestamp,
}

impl Context {
    /// Encodes `purpose` and the context, so that no two different pairs give the same bytes.
    ///
    /// Fields of one length stand bare, the others behind their length: purpose
    /// length (8 bytes), purpose, version (1), keeper (16), check (16), document
    /// (16), deadline (8), site length (8), site. Numbers are big-endian.
    ///
    /// Each use of the context has a `purpose` of its own, so that bytes made for
    /// one layer mean nothing in another.
    pub fn encode(&self, purpose: &str) -> Vec<u8> {
        let mut out = Vec::with_capacity(160);
        put_text(&mut out, purpose);
        out.push(self.version as u8);
        out.extend_from_slice(self.keeper.as_bytes());
        out.extend_from_slice(self.check.as_bytes());
        out.extend_from_slice(self.document.as_bytes());
        out.extend_from_slice(&self.deadline.0.to_be_bytes());
        put_text(&mut out, self.site.as_str());
        out
    }
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(&(text.len() as u64).to_be_bytes());
    out.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use crate::testing::{context, neighbours};

    #[test]
    fn every_field_and_the_purpose_change_the_encoding() {
        let base = context(1);
        let mut seen = vec![base.encode("a"), base.encode("b"), base.encode("")];
        seen.extend(neighbours(&base).iter().map(|(_, other)| other.encode("a")));
        let count = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), count);
    }

    #[test]
    fn the_encoding_is_the_documented_one() {
        let base = context(1);
        let mut expected = [&[0, 0, 0, 0, 0, 0, 0, 1][..], b"p", &[1]].concat();
        expected.extend([*base.keeper.as_bytes(), *base.check.as_bytes(), *base.document.as_bytes()].as_flattened());
        expected.extend(base.deadline.0.to_be_bytes());
        expected.extend([0, 0, 0, 0, 0, 0, 0, 6]);
        expected.extend(b"site-a");
        assert_eq!(base.encode("p"), expected);
    }
}
