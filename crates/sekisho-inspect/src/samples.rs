//! Pictures for tests, drawn here: no picture of a document is kept in the repository.

use std::io::Cursor;

use embedded_graphics::{
    mono_font::{MonoTextStyle, ascii::FONT_10X20},
    pixelcolor::Gray8,
    prelude::*,
    text::{Baseline, Text},
};
use image::{DynamicImage, GrayImage, ImageFormat, Luma, RgbImage, imageops};
use qrcode::{Color, QrCode};
use sekisho_core::testing::Chance;

use crate::{sniff::Format, wire::Boxed};

/// What is planted where it must not survive.
pub(crate) const PLANTED: &[u8] = b"PLANTED-35.6895N-139.6917E-SAKURA";

/// Numbers that look random and come again with their seed.
pub(crate) struct Dice(Chance);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(Chance::new(seed))
    }

    pub(crate) const fn below(&mut self, bound: u64) -> u64 {
        self.0.below(bound)
    }

    /// A number in `0.0..1.0`.
    pub(crate) const fn share(&mut self) -> f32 {
        (self.0.draw() >> 40) as f32 / (1u64 << 24) as f32
    }
}

struct Page(GrayImage);

impl OriginDimensions for Page {
    fn size(&self) -> Size {
        Size::new(self.0.width(), self.0.height())
    }
}

impl DrawTarget for Page {
    type Color = Gray8;
    type Error = std::convert::Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Gray8>>>(&mut self, pixels: I) -> Result<(), Self::Error> {
        for Pixel(at, grey) in pixels {
            if let Some(pixel) = self.0.get_pixel_mut_checked(at.x as u32, at.y as u32) {
                *pixel = Luma([grey.luma()]);
            }
        }
        Ok(())
    }
}

/// White paper covered with print.
pub(crate) fn text_page(width: u32, height: u32) -> RgbImage {
    let mut page = Page(GrayImage::from_pixel(width, height, Luma([255])));
    let style = MonoTextStyle::new(&FONT_10X20, Gray8::new(20));
    let line = "The quick brown fox 1990-04-01 jumps over 0123456789 lazy dogs ".repeat(width as usize / 600 + 1);
    for y in (4..height).step_by(24) {
        let Ok(_) = Text::with_baseline(&line, Point::new(4, y as i32), style, Baseline::Top).draw(&mut page);
    }
    DynamicImage::ImageLuma8(page.0).into_rgb8()
}

pub(crate) fn encode(format: Format, pixels: &RgbImage) -> Vec<u8> {
    let format = match format {
        Format::Jpeg => ImageFormat::Jpeg,
        Format::Png => ImageFormat::Png,
        Format::WebP => ImageFormat::WebP,
    };
    let mut out = Vec::new();
    pixels.write_to(&mut Cursor::new(&mut out), format).unwrap();
    out
}

/// `jpeg` with one more segment right after its beginning.
pub(crate) fn with_segment(jpeg: &[u8], marker: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xFF, marker], &length, body, &jpeg[2..]].concat()
}

/// An EXIF segment's body: an orientation, and a description with [`PLANTED`] in it.
pub(crate) fn exif(orientation: u8) -> Vec<u8> {
    let count = u8::try_from(PLANTED.len()).unwrap();
    let mut out = b"Exif\0\0MM\0*\0\0\0\x08\0\x02".to_vec();
    out.extend_from_slice(&[0x01, 0x0E, 0, 2, 0, 0, 0, count, 0, 0, 0, 38]);
    out.extend_from_slice(&[0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    out.extend_from_slice(&[0, 0, 0, 0]);
    out.extend_from_slice(PLANTED);
    out
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}

/// A PNG chunk.
pub(crate) fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let named = [name.as_slice(), body].concat();
    [&(body.len() as u32).to_be_bytes(), named.as_slice(), &crc(&named).to_be_bytes()].concat()
}

/// The names of a PNG's chunks.
pub(crate) fn png_chunks(png: &[u8]) -> Vec<[u8; 4]> {
    let mut rest = &png[8..];
    let mut out = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        out.push(*after.first_chunk().unwrap());
        rest = &after[u32::from_be_bytes(*length) as usize + 8..];
    }
    out
}

/// `png` with one more chunk after its header.
pub(crate) fn with_chunk(png: &[u8], name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    [&png[..33], &chunk(name, body), &png[33..]].concat()
}

pub(crate) fn animated_png() -> Vec<u8> {
    with_chunk(&encode(Format::Png, &text_page(32, 32)), b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0])
}

fn riff(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut body = b"WEBP".to_vec();
    for (name, bytes) in chunks {
        body.extend_from_slice(*name);
        body.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        body.extend_from_slice(bytes);
        body.resize(body.len().next_multiple_of(2), 0);
    }
    [b"RIFF", &(body.len() as u32).to_le_bytes()[..], &body].concat()
}

/// A WebP with side data: `flags` of its header, and the chunks after the pixels.
pub(crate) fn extended_webp(pixels: &RgbImage, flags: u8, side: (&[u8; 4], &[u8])) -> Vec<u8> {
    let plain = encode(Format::WebP, pixels);
    let size = |side: u32| (side - 1).to_le_bytes();
    let (width, height) = (size(pixels.width()), size(pixels.height()));
    let header = [&[flags, 0, 0, 0], &width[..3], &height[..3]].concat();
    riff(&[(b"VP8X", &header), (b"VP8L", &plain[20..]), side])
}

pub(crate) fn animated_webp() -> Vec<u8> {
    let plain = encode(Format::WebP, &text_page(32, 32));
    let frame = [&[0; 6][..], &[31, 0, 0, 31, 0, 0, 100, 0, 0, 0], &plain[12..]].concat();
    let header = [0x02, 0, 0, 0, 31, 0, 0, 31, 0, 0];
    riff(&[(b"VP8X", &header), (b"ANIM", &[0; 6]), (b"ANMF", &frame)])
}

/// Small files that say they are huge pictures.
pub(crate) fn bombs() -> Vec<Vec<u8>> {
    let png = |side: u32| {
        let header = [&side.to_be_bytes()[..], &side.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
        [b"\x89PNG\r\n\x1a\n", &chunk(b"IHDR", &header)[..], &chunk(b"IDAT", &[0; 9]), &chunk(b"IEND", &[])].concat()
    };
    let jpeg = |side: u16| {
        let mut bytes = encode(Format::Jpeg, &text_page(64, 48));
        let frame = bytes.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
        bytes[frame + 5..frame + 7].copy_from_slice(&side.to_be_bytes());
        bytes[frame + 7..frame + 9].copy_from_slice(&side.to_be_bytes());
        bytes
    };
    let webp = {
        let mut bytes = encode(Format::WebP, &text_page(64, 48));
        // VP8L: fourteen bits each of width and height, less one.
        bytes[21..25].copy_from_slice(&(15_999u32 << 14 | 15_999).to_le_bytes());
        bytes
    };
    vec![png(100_000), png(16_000), png(i32::MAX as u32), jpeg(65_500), jpeg(16_000), webp]
}

/// A photograph of a QR code on paper.
#[derive(Clone)]
pub(crate) struct Shot {
    pub(crate) text: String,
    /// Degrees.
    pub(crate) angle: f32,
    /// Pixels to a module.
    pub(crate) module: f32,
    /// Blur, as a share of a module.
    pub(crate) blur: f32,
    /// Greatest deviation of a pixel, in grey levels.
    pub(crate) noise: f32,
    /// Grey level of the code's dark modules; the paper is 235.
    pub(crate) dark: f32,
    /// Whether its data, though not its patterns, are beyond repair.
    pub(crate) torn: bool,
    pub(crate) seed: u64,
}

impl Shot {
    pub(crate) fn plain(text: &str) -> Shot {
        Shot { text: text.into(), angle: 17.0, module: 6.0, blur: 0.0, noise: 0.0, dark: 20.0, torn: false, seed: 1 }
    }

    /// What it was made from, without the text.
    pub(crate) fn terms(&self) -> String {
        format!("{:.0}° {:.1}px blur {:.2} noise {:.0}", self.angle, self.module, self.blur, self.noise)
    }

    fn code(&self) -> QrCode {
        QrCode::new(self.text.as_bytes()).unwrap()
    }

    /// Where the code lies if it isn't turned.
    pub(crate) fn upright_area(&self) -> Boxed {
        let side = (self.code().width() as f32 * self.module) as u32;
        Boxed { x: 500 - side / 2, y: 400 - side / 2, w: side, h: side }
    }

    pub(crate) fn grey(&self) -> GrayImage {
        let mut out = DynamicImage::ImageRgb8(text_page(1000, 800)).into_luma8();
        let code = self.code();
        let (sin, cos) = self.angle.to_radians().sin_cos();
        let half = code.width() as f32 / 2.0;
        for (x, y, pixel) in out.enumerate_pixels_mut() {
            let (dx, dy) = ((x as f32 + 0.5 - 500.0) / self.module, (y as f32 + 0.5 - 400.0) / self.module);
            let (u, v) = (dx * cos + dy * sin + half, dy * cos - dx * sin + half);
            if u.min(v) >= -4.0 && u.max(v) < code.width() as f32 + 4.0 {
                let inside = u.min(v) >= 0.0 && u.max(v) < code.width() as f32;
                let torn = self.torn && u.min(v) > 9.0;
                let dark = inside && (code[(u as usize, v as usize)] == Color::Dark) != torn;
                *pixel = Luma([if dark { self.dark as u8 } else { 235 }]);
            }
        }
        self.worn(out)
    }

    fn worn(&self, mut out: GrayImage) -> GrayImage {
        if self.blur > 0.0 {
            out = imageops::fast_blur(&out, self.blur * self.module);
        }
        let mut dice = Dice::new(self.seed);
        if self.noise > 0.0 {
            let shaken = |grey: u8, by: f32| (f32::from(grey) + (by - 0.5) * 2.0 * self.noise).clamp(0.0, 255.0) as u8;
            out.pixels_mut().for_each(|pixel| pixel.0[0] = shaken(pixel.0[0], dice.share()));
        }
        out
    }
}

/// Made-up My Numbers: eleven digits by the dice, the twelfth as it must be.
pub(crate) fn made_up_number(dice: &mut Dice) -> String {
    let mut digits = [0; 12];
    digits[..11].iter_mut().for_each(|digit| *digit = dice.below(10) as u8);
    let right = (0..10).find(|&last| {
        digits[11] = last;
        crate::my_number::has_right_check_digit(&digits)
    });
    assert!(right.is_some());
    digits.iter().map(|digit| char::from(b'0' + digit)).collect()
}

/// Photographs of codes with made-up My Numbers: turned any way, scaled, lightly blurred.
pub(crate) fn shots(count: u64) -> Vec<Shot> {
    let mut dice = Dice::new(2026);
    let shot = |seed| Shot {
        text: made_up_number(&mut dice),
        angle: dice.share() * 360.0,
        module: 4.5 + dice.share() * 5.0,
        blur: dice.share() * 0.25,
        noise: dice.share() * 12.0,
        dark: 15.0 + dice.share() * 60.0,
        torn: false,
        seed,
    };
    (0..count).map(shot).collect()
}

/// Photographs nearer to the edge of what can be read: from 3 pixels to a module, blurred up to 0.4 of one, noisy.
pub(crate) fn hard_shots(seed: u64, count: u64) -> Vec<Shot> {
    let mut dice = Dice::new(seed);
    let shot = |number| Shot {
        text: made_up_number(&mut dice),
        angle: dice.share() * 360.0,
        module: 3.0 + dice.share() * 6.0,
        blur: dice.share() * 0.4,
        noise: dice.share() * 20.0,
        dark: 15.0 + dice.share() * 60.0,
        torn: false,
        seed: seed.wrapping_mul(1_000_003) + number,
    };
    (0..count).map(shot).collect()
}
