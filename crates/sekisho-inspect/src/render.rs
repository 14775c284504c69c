//! Draws a sealed picture for one person: smaller, marked, fresh.
//!
//! What was sealed is as hostile as an upload. A gate in wrong hands may have
//! sealed anything, so the same limits hold here, and only what an upload
//! inspector makes (PNG) is read at all.

use image::{ExtendedColorType, ImageEncoder, RgbImage, codecs::jpeg::JpegEncoder, imageops};
use sekisho_core::render::{AgeAsked, Proposal, RenderAnswer, RenderRequest};

use crate::{
    age, decode,
    document::{self, Document},
    frame,
    ocr::Reader,
    paint::PAINT,
    sniff::{self, Claim, Format},
    watermark,
    wire::{Boxed, Limits},
};

/// JPEG quality of a viewing: print stays sharp, a screen's worth stays near a quarter megabyte.
const QUALITY: u8 = 85;

/// The bounds of [`RenderRequest::max_side`]; what lies outside is clamped.
const SIDES: std::ops::RangeInclusive<u32> = 200..=4096;

/// Pixels of the paint that are read with what it leaves open: print is found less well at an edge.
const AROUND: u32 = 16;

/// Draws `sealed` as `request` says.
///
/// Where a `reader` is and an age is asked for, what it reads is proposed, and the birth date that says so is framed. It
/// is read here because here the picture is open anyway: whoever took it in learns no date and no verdict, nothing more
/// is sealed or kept, and the day on which somebody is old enough is the confirmed one of the viewing.
///
/// The answer is [`RenderAnswer::Unreadable`] if and only if there is no picture.
pub fn render(
    sealed: &[u8],
    request: &RenderRequest,
    limits: &Limits,
    reader: Option<&Reader>,
) -> (RenderAnswer, Option<Vec<u8>>) {
    match draw(sealed, request, limits, reader) {
        Some((jpeg, proposal)) => (RenderAnswer::Drawn { media_type: "image/jpeg".into(), proposal }, Some(jpeg)),
        None => (RenderAnswer::Unreadable, None),
    }
}

fn draw(
    sealed: &[u8],
    request: &RenderRequest,
    limits: &Limits,
    reader: Option<&Reader>,
) -> Option<(Vec<u8>, Option<Proposal>)> {
    if sniff::claim(sealed) != Claim::Read(Format::Png) {
        return None;
    }
    let picture = decode::decode(sealed, limits).ok()?.pixels;
    let reading = reader.zip(request.age).map(|(reader, asked)| read(&picture, reader, &asked));
    let width = picture.width();
    let mut pixels = fitted(picture, request.max_side);
    watermark::mark(&mut pixels, &request.watermark);
    if let Some(quad) = reading.and_then(|reading| reading.evidence) {
        let scale = pixels.width() as f32 / width as f32;
        frame::around(&mut pixels, quad.map(|(x, y)| (x * scale, y * scale)));
    }
    Some((to_jpeg(&pixels)?, reading.map(|reading| reading.proposal)))
}

/// Only what is not painted over is read: that is little, and so soon done.
fn read(picture: &RgbImage, reader: &Reader, asked: &AgeAsked) -> age::Reading {
    let Some(Boxed { x, y, w, h }) = visible(picture) else { return age::propose(&Document::unread(), asked) };
    let part = imageops::crop_imm(picture, x, y, w, h).to_image();
    let reading = age::propose(&document::read(&part, Some(reader), asked.today), asked);
    let there = |corner: (f32, f32)| (corner.0 + x as f32, corner.1 + y as f32);
    age::Reading { evidence: reading.evidence.map(|quad| quad.map(there)), ..reading }
}

/// The smallest box with all that is not painted over, and a little of the paint around it.
fn visible(picture: &RgbImage) -> Option<Boxed> {
    let mut bounds: Option<(u32, u32, u32, u32)> = None;
    for (x, y, _) in picture.enumerate_pixels().filter(|(_, _, pixel)| **pixel != PAINT) {
        let (left, top, right, bottom) = bounds.unwrap_or((x, y, x, y));
        bounds = Some((left.min(x), top.min(y), right.max(x), bottom.max(y)));
    }
    let (left, top, right, bottom) = bounds?;
    let (x, y) = (left.saturating_sub(AROUND), top.saturating_sub(AROUND));
    let (width, height) = picture.dimensions();
    Some(Boxed { x, y, w: (right + AROUND + 1).min(width) - x, h: (bottom + AROUND + 1).min(height) - y })
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
        RenderRequest {
            watermark: vec!["vwg_0123 reviewer".into(), "2026-11-21 10:00:00Z".into()],
            max_side: 800,
            age: None,
        }
    }

    #[test]
    fn a_sealed_picture_is_drawn_no_larger_than_asked_and_marked() {
        let page = samples::text_page(1600, 1000);
        let (answer, jpeg) = render(&samples::encode(Format::Png, &page), &request(), &Limits::UPLOAD, None);
        assert_eq!(answer, RenderAnswer::Drawn { media_type: "image/jpeg".into(), proposal: None });
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
            assert_eq!(render(&sealed, &request(), &Limits::UPLOAD, None), (RenderAnswer::Unreadable, None));
        }
        for bomb in samples::bombs() {
            assert_eq!(render(&bomb, &request(), &Limits::UPLOAD, None).0, RenderAnswer::Unreadable);
        }
    }

    #[test]
    fn a_small_picture_is_not_enlarged() {
        let png = samples::encode(Format::Png, &samples::text_page(320, 200));
        let jpeg = render(&png, &request(), &Limits::UPLOAD, None).1.unwrap();
        assert_eq!(decode::decode(&jpeg, &Limits::UPLOAD).unwrap().pixels.dimensions(), (320, 200));
    }

    #[test]
    fn what_is_read_is_what_the_paint_leaves_open() {
        let mut picture = RgbImage::from_pixel(400, 300, PAINT);
        assert_eq!(visible(&picture), None);
        picture.put_pixel(100, 50, image::Rgb([255; 3]));
        picture.put_pixel(199, 290, image::Rgb([255; 3]));
        assert_eq!(visible(&picture), Some(Boxed { x: 84, y: 34, w: 132, h: 266 }));
    }

    /// M4: the whole way, with the real networks. The date leaves the process only as pixels.
    #[cfg(feature = "ocr")]
    #[test]
    fn the_age_is_read_from_what_the_paint_leaves_open_and_the_date_framed() {
        use sekisho_core::render::Age;
        let Some(reader) = crate::ocr::testing::reader() else { return };
        let print = crate::ocr::testing::printed(&["Date of birth", "01 APR 1990"]);
        let mut picture = RgbImage::from_pixel(print.width() + 400, print.height() + 300, PAINT);
        imageops::replace(&mut picture, &print, 250, 120);
        let sealed = samples::encode(Format::Png, &picture);
        for (born_by, age) in [("2008-11-22", Age::OldEnough), ("1990-03-31", Age::NotOldEnough)] {
            let asked = AgeAsked { born_by: born_by.parse().unwrap(), today: "2026-11-22".parse().unwrap() };
            let request = RenderRequest { age: Some(asked), watermark: Vec::new(), max_side: 1200 };
            let (answer, jpeg) = render(&sealed, &request, &Limits::UPLOAD, Some(reader));
            let RenderAnswer::Drawn { proposal: Some(proposal), .. } = answer else { panic!("{answer:?}") };
            assert_eq!((proposal.age, proposal.readings), (age, 1));
            let drawn = decode::decode(&jpeg.unwrap(), &Limits::UPLOAD).unwrap().pixels;
            let blue = drawn.pixels().filter(|pixel| pixel.0[2] > 150 && pixel.0[0] < 90).count();
            assert!(blue > 1_000, "{blue}");
        }
    }
}
