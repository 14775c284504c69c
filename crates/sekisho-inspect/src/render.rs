//! Draws a sealed picture for one person: smaller, marked, fresh.
//!
//! What was sealed is as hostile as an upload. A gate in wrong hands may have
//! sealed anything, so the same limits hold here, and only what an upload
//! inspector makes (PNG) is read at all.

use image::{ExtendedColorType, ImageEncoder, RgbImage, codecs::jpeg::JpegEncoder, imageops};
use sekisho_core::render::{RenderAnswer, RenderRequest};

use crate::{
    decode,
    sniff::{self, Claim, Format},
    watermark,
    wire::Limits,
};

/// JPEG quality of a viewing: print stays sharp, a screen's worth stays near a quarter megabyte.
const QUALITY: u8 = 85;

/// The bounds of [`RenderRequest::max_side`]; what lies outside is clamped.
const SIDES: std::ops::RangeInclusive<u32> = 200..=4096;

/// Draws `sealed` as `request` says.
///
/// The answer is [`RenderAnswer::Unreadable`] if and only if there is no picture.
pub fn render(sealed: &[u8], request: &RenderRequest, limits: &Limits) -> (RenderAnswer, Option<Vec<u8>>) {
    match draw(sealed, request, limits) {
        Some(jpeg) => (RenderAnswer::Drawn { media_type: "image/jpeg".into() }, Some(jpeg)),
        None => (RenderAnswer::Unreadable, None),
    }
}

fn draw(sealed: &[u8], request: &RenderRequest, limits: &Limits) -> Option<Vec<u8>> {
    if sniff::claim(sealed) != Claim::Read(Format::Png) {
        return None;
    }
    let mut pixels = fitted(decode::decode(sealed, limits).ok()?.pixels, request.max_side);
    watermark::mark(&mut pixels, &request.watermark);
    to_jpeg(&pixels)
}

fn fitted(pixels: RgbImage, max_side: u32) -> RgbImage {
    let side = max_side.clamp(*SIDES.start(), *SIDES.end());
    let (width, height) = pixels.dimensions();
    let longest = width.max(height);
    if longest <= side {
        return pixels;
    }
    let scaled = |pixels: u32| (u64::from(pixels) * u64::from(side) / u64::from(longest)).max(1) as u32;
    imageops::resize(&pixels, scaled(width), scaled(height), imageops::FilterType::Triangle)
}

fn to_jpeg(pixels: &RgbImage) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut out, QUALITY);
    encoder.write_image(pixels, pixels.width(), pixels.height(), ExtendedColorType::Rgb8).ok()?;
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn request() -> RenderRequest {
        RenderRequest { watermark: vec!["vwg_0123 reviewer".into(), "2026-11-21 10:00:00Z".into()], max_side: 800 }
    }

    #[test]
    fn a_sealed_picture_is_drawn_no_larger_than_asked_and_marked() {
        let page = samples::text_page(1600, 1000);
        let (answer, jpeg) = render(&samples::encode(Format::Png, &page), &request(), &Limits::UPLOAD);
        assert_eq!(answer, RenderAnswer::Drawn { media_type: "image/jpeg".into() });
        let drawn = decode::decode(&jpeg.unwrap(), &Limits::UPLOAD).unwrap();
        assert_eq!((drawn.format, drawn.pixels.dimensions()), (Format::Jpeg, (800, 500)));
        let plain = imageops::resize(&page, 800, 500, imageops::FilterType::Triangle);
        let changed = drawn.pixels.pixels().zip(plain.pixels()).filter(|(a, b)| a.0[1].abs_diff(b.0[1]) > 40).count();
        assert!(changed > 2_000 && changed < 120_000, "{changed} of 400000");
    }

    #[test]
    fn what_no_upload_inspector_makes_is_not_drawn() {
        let page = samples::text_page(320, 200);
        let png = samples::encode(Format::Png, &page);
        for sealed in [samples::encode(Format::Jpeg, &page), b"text".to_vec(), Vec::new(), png[..200].to_vec()] {
            assert_eq!(render(&sealed, &request(), &Limits::UPLOAD), (RenderAnswer::Unreadable, None));
        }
        for bomb in samples::bombs() {
            assert_eq!(render(&bomb, &request(), &Limits::UPLOAD).0, RenderAnswer::Unreadable);
        }
    }

    #[test]
    fn a_small_picture_is_not_enlarged() {
        let png = samples::encode(Format::Png, &samples::text_page(320, 200));
        let jpeg = render(&png, &request(), &Limits::UPLOAD).1.unwrap();
        assert_eq!(decode::decode(&jpeg, &Limits::UPLOAD).unwrap().pixels.dimensions(), (320, 200));
    }
}
