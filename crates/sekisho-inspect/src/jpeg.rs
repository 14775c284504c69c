//! JPEG (ITU-T T.81), strict about the end.
//!
//! Where coded data ends early the decoder fills the rest with grey and reports
//! success, in its strict mode too. So the end is looked for here, before it is asked.

use image::{DynamicImage, GrayImage, RgbImage, metadata::Orientation};
use zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions};
use zune_jpeg::JpegDecoder;

use crate::decode::DecodeError;

/// Start of scan.
const SOS: u8 = 0xDA;
/// End of image.
const EOI: u8 = 0xD9;

/// Whether the segments lead to an end-of-image marker.
///
/// Whatever follows that marker (trailers of telephones, a second picture) is
/// not looked at. A thumbnail's own end lies inside a segment and is skipped.
pub(crate) fn is_whole(bytes: &[u8]) -> bool {
    let mut at = 2;
    while let Some((marker, after)) = next_marker(bytes, at) {
        at = match marker {
            EOI => return true,
            // Markers without a length: TEM, RST0 to RST7, SOI.
            0x01 | 0xD0..=0xD8 => after,
            SOS => end_of_scan(bytes, after + length(bytes, after)),
            _ => after + length(bytes, after),
        };
    }
    false
}

/// The next marker at or after `at`, and where its data begin.
fn next_marker(bytes: &[u8], at: usize) -> Option<(u8, usize)> {
    let start = at + bytes.get(at..)?.iter().position(|&byte| byte == 0xFF)?;
    let code = start + bytes[start..].iter().position(|&byte| byte != 0xFF)?;
    Some((bytes[code], code + 1))
}

/// The length of a segment, its two length bytes included; the whole rest if that is cut off.
fn length(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at..at + 2) {
        Some(field) => usize::from(u16::from_be_bytes([field[0], field[1]])).max(2),
        None => bytes.len(),
    }
}

/// The position of the marker that ends the coded data at `at`. Stuffed zeros and restarts don't.
fn end_of_scan(bytes: &[u8], at: usize) -> usize {
    let data = bytes.get(at..).unwrap_or_default();
    let ends = |&start: &usize| data.get(start + 1).is_some_and(|code| !matches!(code, 0x00 | 0xD0..=0xD7 | 0xFF));
    memchr::memchr_iter(0xFF, data).find(ends).map_or(bytes.len(), |offset| at + offset)
}

/// Decodes the pixels and reads the orientation; `allowed` is asked about the size first.
pub(crate) fn decode(
    bytes: &[u8],
    allowed: impl Fn(u32, u32) -> Result<(), DecodeError>,
) -> Result<(DynamicImage, Orientation), DecodeError> {
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options());
    decoder.decode_headers().map_err(|_| DecodeError::Damaged)?;
    let (width, height) = decoder.dimensions().ok_or(DecodeError::Damaged)?;
    let (width, height) = (side(width)?, side(height)?);
    allowed(width, height)?;
    let orientation = decoder.exif().and_then(|exif| Orientation::from_exif_chunk(exif));
    let grey = decoder.input_colorspace() == Some(ColorSpace::Luma);
    let colour = if grey { ColorSpace::Luma } else { ColorSpace::RGB };
    decoder.set_options(options().jpeg_set_out_colorspace(colour));
    let pixels = decoder.decode().map_err(|_| DecodeError::Damaged)?;
    let picture = if grey {
        GrayImage::from_raw(width, height, pixels).map(DynamicImage::ImageLuma8)
    } else {
        RgbImage::from_raw(width, height, pixels).map(DynamicImage::ImageRgb8)
    };
    Ok((picture.ok_or(DecodeError::Damaged)?, orientation.unwrap_or(Orientation::NoTransforms)))
}

/// Lenient about headers, since cameras write odd ones; the size is `allowed`'s to judge.
fn options() -> DecoderOptions {
    DecoderOptions::default().set_strict_mode(false).set_max_width(usize::MAX).set_max_height(usize::MAX)
}

fn side(pixels: usize) -> Result<u32, DecodeError> {
    u32::try_from(pixels).map_err(|_| DecodeError::TooManyPixels)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{samples, sniff::Format};

    fn any(_: u32, _: u32) -> Result<(), DecodeError> {
        Ok(())
    }

    #[test]
    fn a_thumbnails_own_end_is_not_the_end() {
        let whole = samples::encode(Format::Jpeg, &samples::text_page(64, 48));
        let planted = samples::with_segment(&whole, 0xE1, &whole);
        assert!(is_whole(&planted));
        assert!(!is_whole(&planted[..whole.len() + 40]));
    }

    #[test]
    fn what_follows_the_end_does_no_harm() {
        let mut bytes = samples::encode(Format::Jpeg, &samples::text_page(64, 48));
        bytes.extend_from_slice(b"trailer of a telephone");
        assert!(is_whole(&bytes) && decode(&bytes, any).is_ok());
    }
}
