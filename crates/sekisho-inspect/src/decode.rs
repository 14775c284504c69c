//! Bytes to pixels, with limits before memory.
//!
//! Only pixels go on from here: EXIF is read for the orientation and dropped
//! with everything else that isn't a pixel.

use std::io::Cursor;

use image::{
    DynamicImage, ImageDecoder, ImageError, RgbImage,
    codecs::{png::PngDecoder, webp::WebPDecoder},
    metadata::Orientation,
};

use crate::{
    advice::Code,
    paint::PAINT,
    sniff::{self, Claim, Format},
    wire::Limits,
};

/// Why bytes are not a picture that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", Code::from(*self).as_str())]
pub enum DecodeError {
    /// No bytes.
    Empty,
    /// More than [`Limits::bytes`].
    FileTooLarge,
    /// No known beginning.
    NotAPicture,
    /// A known format that isn't read.
    FormatNotRead,
    /// More than one frame.
    Animated,
    /// More than [`Limits::pixels`], [`Limits::side`] or [`Limits::memory`].
    TooManyPixels,
    /// The end is missing.
    Truncated,
    /// The bytes contradict themselves.
    Damaged,
}

impl From<DecodeError> for Code {
    fn from(error: DecodeError) -> Code {
        match error {
            DecodeError::Empty => Code::Empty,
            DecodeError::FileTooLarge => Code::FileTooLarge,
            DecodeError::NotAPicture => Code::NotAPicture,
            DecodeError::FormatNotRead => Code::FormatNotRead,
            DecodeError::Animated => Code::Animated,
            DecodeError::TooManyPixels => Code::TooManyPixels,
            DecodeError::Truncated => Code::Truncated,
            DecodeError::Damaged => Code::Damaged,
        }
    }
}

/// Bytes that a PNG's lines and side data may take: two lines of 16,384 16-bit RGBA pixels, and a profile.
const PNG_HEADER: u64 = 4_000_000;

/// A decoded picture, upright, opaque, without anything but pixels.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// The pixels.
    pub pixels: RgbImage,
    /// What it was encoded in.
    pub format: Format,
}

/// Decodes `bytes`.
///
/// # Errors
/// See [`DecodeError`]. Sizes are read from the header and checked before any
/// memory is given to pixels.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Picture, DecodeError> {
    let format = admissible(bytes, limits)?;
    let allowed = |width: u32, height: u32| within(limits, width, height);
    let (mut picture, orientation) = match format {
        Format::Jpeg => crate::jpeg::decode(bytes, allowed)?,
        Format::Png => png(bytes, limits, allowed)?,
        Format::WebP => webp(bytes, limits, allowed)?,
    };
    picture.apply_orientation(orientation);
    Ok(Picture { pixels: opaque(picture), format })
}

/// What can be said before any decoder sees the bytes.
fn admissible(bytes: &[u8], limits: &Limits) -> Result<Format, DecodeError> {
    if bytes.is_empty() {
        return Err(DecodeError::Empty);
    }
    if bytes.len() > limits.bytes {
        return Err(DecodeError::FileTooLarge);
    }
    match sniff::claim(bytes) {
        Claim::NotRead => Err(DecodeError::FormatNotRead),
        Claim::Unknown => Err(DecodeError::NotAPicture),
        Claim::Read(format) if sniff::is_whole(format, bytes) => Ok(format),
        Claim::Read(_) => Err(DecodeError::Truncated),
    }
}

fn within(limits: &Limits, width: u32, height: u32) -> Result<(), DecodeError> {
    let fits = width.max(height) <= limits.side && u64::from(width) * u64::from(height) <= limits.pixels;
    if fits { Ok(()) } else { Err(DecodeError::TooManyPixels) }
}

fn png(
    bytes: &[u8],
    limits: &Limits,
    allowed: impl Fn(u32, u32) -> Result<(), DecodeError>,
) -> Result<(DynamicImage, Orientation), DecodeError> {
    // The PNG reader holds this limit against all but the pixels: lines, and
    // colour profiles, which are compressed and may swell a thousandfold.
    let mut header = image_limits(limits);
    header.max_alloc = Some(PNG_HEADER);
    let decoder = PngDecoder::with_limits(Cursor::new(bytes), header).map_err(reason)?;
    if decoder.is_apng().map_err(reason)? {
        return Err(DecodeError::Animated);
    }
    read(decoder, limits, allowed)
}

fn webp(
    bytes: &[u8],
    limits: &Limits,
    allowed: impl Fn(u32, u32) -> Result<(), DecodeError>,
) -> Result<(DynamicImage, Orientation), DecodeError> {
    let decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(reason)?;
    if decoder.has_animation() {
        return Err(DecodeError::Animated);
    }
    read(decoder, limits, allowed)
}

fn read(
    mut decoder: impl ImageDecoder,
    limits: &Limits,
    allowed: impl Fn(u32, u32) -> Result<(), DecodeError>,
) -> Result<(DynamicImage, Orientation), DecodeError> {
    let (width, height) = decoder.dimensions();
    allowed(width, height)?;
    if decoder.total_bytes() > limits.memory {
        return Err(DecodeError::TooManyPixels);
    }
    // An orientation that can't be read is none, not a reason to send a member away.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    decoder.set_limits(image_limits(limits)).map_err(reason)?;
    Ok((DynamicImage::from_decoder(decoder).map_err(reason)?, orientation))
}

fn image_limits(limits: &Limits) -> image::Limits {
    let mut out = image::Limits::no_limits();
    out.max_image_width = Some(limits.side);
    out.max_image_height = Some(limits.side);
    out.max_alloc = Some(limits.memory);
    out
}

fn reason(error: ImageError) -> DecodeError {
    match error {
        ImageError::Limits(_) => DecodeError::TooManyPixels,
        ImageError::Unsupported(_) => DecodeError::FormatNotRead,
        _ => DecodeError::Damaged,
    }
}

/// Lays transparent pixels on the paint's colour.
///
/// Dropping the alpha channel instead would bring back what a member erased:
/// editors leave the colours under "transparent" as they were.
fn opaque(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let from = picture.into_rgba8();
    let mut out = RgbImage::new(from.width(), from.height());
    for (to, from) in out.pixels_mut().zip(from.pixels()) {
        let alpha = u16::from(from.0[3]);
        for (channel, value) in to.0.iter_mut().enumerate() {
            let mixed = u16::from(from.0[channel]) * alpha + u16::from(PAINT.0[channel]) * (255 - alpha);
            *value = (mixed / 255) as u8;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use image::{Rgba, RgbaImage};

    fn refusal(bytes: &[u8]) -> DecodeError {
        decode(bytes, &Limits::UPLOAD).err().expect("refused")
    }

    #[test]
    fn every_format_is_read() {
        let page = samples::text_page(320, 200);
        for format in [Format::Jpeg, Format::Png, Format::WebP] {
            let picture = decode(&samples::encode(format, &page), &Limits::UPLOAD).unwrap();
            assert_eq!((picture.format, picture.pixels.dimensions()), (format, (320, 200)));
        }
    }

    #[test]
    fn every_wrong_input_has_its_own_reason() {
        assert_eq!(refusal(b""), DecodeError::Empty);
        assert_eq!(refusal("こんにちは".as_bytes()), DecodeError::NotAPicture);
        assert_eq!(refusal(b"%PDF-1.7\n"), DecodeError::FormatNotRead);
        assert_eq!(refusal(b"\0\0\0\x24ftypheic\0\0\0\0mif1heic"), DecodeError::FormatNotRead);
        assert!(Code::FormatNotRead.advice().ja.contains("HEIC"), "that is what telephones send unasked");
        assert_eq!(refusal(&vec![0; 25_000_001]), DecodeError::FileTooLarge);
        assert_eq!(refusal(&samples::animated_webp()), DecodeError::Animated);
        assert_eq!(refusal(&samples::animated_png()), DecodeError::Animated);
    }

    #[test]
    fn a_cut_picture_is_refused_wherever_it_was_cut() {
        let page = samples::text_page(320, 200);
        for format in [Format::Jpeg, Format::Png, Format::WebP] {
            let whole = samples::encode(format, &page);
            for cut in (12..whole.len()).step_by(97) {
                assert_eq!(refusal(&whole[..cut]), DecodeError::Truncated, "{format:?} at {cut}");
            }
        }
    }

    #[test]
    fn a_bomb_is_refused_before_it_takes_memory() {
        for (number, bomb) in samples::bombs().iter().enumerate() {
            // By its header: what it costs is measured by the `measure` example, not here.
            assert_eq!(refusal(bomb), DecodeError::TooManyPixels, "{number}");
        }
    }

    #[test]
    fn a_turned_photograph_comes_out_upright() {
        let page = samples::text_page(320, 200);
        let bytes = samples::with_segment(&samples::encode(Format::Jpeg, &page), 0xE1, &samples::exif(6));
        assert_eq!(decode(&bytes, &Limits::UPLOAD).unwrap().pixels.dimensions(), (200, 320));
    }

    #[test]
    fn what_was_erased_to_transparent_stays_erased() {
        let secret = Rgba([200, 10, 10, 0]);
        let mut bytes = Vec::new();
        let picture = DynamicImage::ImageRgba8(RgbaImage::from_pixel(8, 8, secret));
        picture.write_to(&mut Cursor::new(&mut bytes), image::ImageFormat::Png).unwrap();
        let read = decode(&bytes, &Limits::UPLOAD).unwrap();
        assert!(read.pixels.pixels().all(|pixel| *pixel == PAINT));
    }
}
