//! What bytes claim to be, by their first bytes, and whether their end is there.
//!
//! A name or a media type that came with an upload says nothing; only the bytes count.

/// A format that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// ITU-T T.81.
    Jpeg,
    /// W3C PNG.
    Png,
    /// RFC 9649.
    WebP,
}

impl Format {
    /// Its name in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::WebP => "webp",
        }
    }
}

/// What bytes claim to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// One of the formats that are read.
    Read(Format),
    /// A picture or paper format that people do send, but that isn't read.
    NotRead,
    /// Nothing known.
    Unknown,
}

/// Beginnings of formats that members send by mistake, so that they are told so.
const NOT_READ: [&[u8]; 7] = [b"GIF8", b"%PDF", b"BM", b"II*\0", b"MM\0*", b"\xff\x0a", b"8BPS"];

/// What `bytes` claim to be.
pub fn claim(bytes: &[u8]) -> Claim {
    if bytes.starts_with(b"\xff\xd8\xff") {
        Claim::Read(Format::Jpeg)
    } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Claim::Read(Format::Png)
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Claim::Read(Format::WebP)
    // HEIC and AVIF are ISO base media files: a box `ftyp` at offset 4.
    } else if bytes.get(4..8) == Some(b"ftyp") || NOT_READ.iter().any(|start| bytes.starts_with(start)) {
        Claim::NotRead
    } else {
        Claim::Unknown
    }
}

/// Whether the end that `format` prescribes is there.
///
/// Decoders fill what is missing with grey rather than fail; a half picture
/// would then go to a reviewer as if the member had sent it so.
pub fn is_whole(format: Format, bytes: &[u8]) -> bool {
    match format {
        Format::Jpeg => crate::jpeg::is_whole(bytes),
        Format::Png => png_ends(bytes),
        Format::WebP => webp_ends(bytes),
    }
}

/// Walks the chunks (length, type, data, CRC) until `IEND`.
fn png_ends(bytes: &[u8]) -> bool {
    let mut rest = bytes.get(8..).unwrap_or_default();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        if after.starts_with(b"IEND") {
            return after.len() >= 8;
        }
        let skip = 8 + u32::from_be_bytes(*length) as usize;
        rest = after.get(skip..).unwrap_or_default();
    }
    false
}

/// Compares the length in the RIFF header with what came.
fn webp_ends(bytes: &[u8]) -> bool {
    let length = bytes.get(4..8).and_then(|field| field.try_into().ok()).map(u32::from_le_bytes);
    length.is_some_and(|length| bytes.len() >= length as usize + 8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn a_format_is_known_by_its_bytes_alone() {
        for format in [Format::Jpeg, Format::Png, Format::WebP] {
            assert_eq!(claim(&samples::encode(format, &samples::text_page(64, 48))), Claim::Read(format));
        }
        assert_eq!(claim(b"\0\0\0\x18ftypheic"), Claim::NotRead);
        assert_eq!(claim(b"%PDF-1.7"), Claim::NotRead);
        assert_eq!(claim(b"hello"), Claim::Unknown);
        assert_eq!(claim(b""), Claim::Unknown);
    }

    #[test]
    fn a_cut_anywhere_is_seen() {
        for format in [Format::Jpeg, Format::Png, Format::WebP] {
            let whole = samples::encode(format, &samples::text_page(64, 48));
            assert!(is_whole(format, &whole), "{format:?}");
            for cut in 12..whole.len() {
                assert!(!is_whole(format, &whole[..cut]), "{format:?} at {cut} of {}", whole.len());
            }
        }
    }
}
