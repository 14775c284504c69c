//! Photographs of our own specimen card in the sizes that telephones make, and files that are none.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, RgbImage, codecs::jpeg::JpegEncoder, imageops};
use sekisho::specimen;
use sekisho_inspect::wire::Boxed;

use crate::dice::Dice;

/// A file and the boxes that its member draws on it.
#[derive(Debug, Clone)]
pub(crate) struct Picture {
    pub(crate) bytes: Vec<u8>,
    pub(crate) boxes: Vec<Boxed>,
    /// What it is, for counting.
    pub(crate) kind: &'static str,
    /// Whether it should be taken.
    pub(crate) good: bool,
}

/// The card as it is: 1.6 megapixels, 135 KB.
pub(crate) fn card() -> Picture {
    Picture { bytes: specimen::CARD.to_vec(), boxes: specimen::BOXES.to_vec(), kind: "card", good: true }
}

/// Sizes of telephones' pictures: 2, 5, 8 and 12 megapixels.
const SIZES: [(u32, u32, &str); 4] =
    [(1632, 1224, "2 MP"), (2592, 1944, "5 MP"), (3264, 2448, "8 MP"), (4000, 3000, "12 MP")];

/// Good pictures of the first `count` sizes. Made once: encoding twelve megapixels takes longer than sending them.
pub(crate) fn photographs(count: usize, dice: &mut Dice) -> Vec<Picture> {
    let card = image::load_from_memory(specimen::CARD).unwrap().into_rgb8();
    SIZES[..count].iter().map(|(width, height, kind)| photograph(&card, *width, *height, kind, dice)).collect()
}

/// The card fills the width of a photograph with the grain that a sensor leaves.
fn photograph(card: &RgbImage, width: u32, height: u32, kind: &'static str, dice: &mut Dice) -> Picture {
    let scale = f64::from(width) / f64::from(card.width());
    let tall = (f64::from(card.height()) * scale) as u32;
    let mut out = RgbImage::from_pixel(width, height, image::Rgb([118, 104, 92]));
    let top = (height - tall) / 2;
    let card = imageops::resize(card, width, tall, imageops::FilterType::CatmullRom);
    imageops::replace(&mut out, &card, 0, i64::from(top));
    let grain: Vec<u8> = (0..4093).map(|_| (dice.next() % 9) as u8).collect();
    for (channel, grain) in out.iter_mut().zip(grain.iter().cycle()) {
        *channel = channel.saturating_add(*grain).saturating_sub(4);
    }
    let scaled = |at: u32| (f64::from(at) * scale) as u32;
    let boxes = specimen::BOXES.map(|kept| Boxed {
        x: scaled(kept.x),
        y: scaled(kept.y) + top,
        w: scaled(kept.w),
        h: scaled(kept.h),
    });
    Picture { bytes: jpeg(out), boxes: boxes.to_vec(), kind, good: true }
}

fn jpeg(picture: RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 90).encode_image(&DynamicImage::ImageRgb8(picture)).unwrap();
    bytes
}

/// What should be turned away: cut off, no picture, blurred, a claim of a billion pixels, no boxes, too large.
pub(crate) fn bad_ones(dice: &mut Dice) -> Vec<Picture> {
    let bad = |bytes: Vec<u8>, kind| Picture { bytes, boxes: specimen::BOXES.to_vec(), kind, good: false };
    let half = specimen::CARD[..specimen::CARD.len() / 2].to_vec();
    let noise = (0..300_000).map(|_| dice.next() as u8).collect();
    let large = (0..25_000_001).map(|at: u32| at as u8).collect();
    vec![
        bad(half, "cut off"),
        bad(noise, "no picture"),
        bad(blurred(), "blurred"),
        bad(claims_a_billion(), "a billion pixels"),
        Picture { boxes: Vec::new(), ..bad(specimen::CARD.to_vec(), "no boxes") },
        bad(large, "too large"),
    ]
}

fn blurred() -> Vec<u8> {
    let card = image::load_from_memory(specimen::CARD).unwrap().into_rgb8();
    jpeg(imageops::fast_blur(&card, 12.0))
}

/// A PNG whose head says 32,000 × 32,000.
fn claims_a_billion() -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    RgbImage::new(8, 8).write_to(&mut bytes, ImageFormat::Png).unwrap();
    let mut bytes = bytes.into_inner();
    bytes[16..20].copy_from_slice(&32_000_u32.to_be_bytes());
    bytes[20..24].copy_from_slice(&32_000_u32.to_be_bytes());
    bytes
}
