//! Small files that say they are huge pictures.

use image::{ExtendedColorType, ImageEncoder, codecs::jpeg::JpegEncoder, codecs::png::PngEncoder};

/// A bomb.
pub struct Bomb {
    /// Its file's name.
    pub name: &'static str,
    /// What it is made of.
    pub bytes: Vec<u8>,
}

/// All of them: a header that lies, a real one that unpacks two hundredfold, a JPEG of the largest size there is.
pub fn all() -> Vec<Bomb> {
    vec![
        Bomb { name: "says-100000.png", bytes: png_that_says(100_000) },
        Bomb { name: "white-12000.png", bytes: white_png(12_000) },
        Bomb { name: "says-65500.jpg", bytes: jpeg_that_says(65_500) },
    ]
}

/// A header of so many pixels a side, with hardly any data.
fn png_that_says(side: u32) -> Vec<u8> {
    let mut bytes = white_png(8);
    bytes[16..20].copy_from_slice(&side.to_be_bytes());
    bytes[20..24].copy_from_slice(&side.to_be_bytes());
    let crc = crc(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&crc.to_be_bytes());
    bytes
}

/// White all over, so that it packs well.
fn white_png(side: u32) -> Vec<u8> {
    let mut out = Vec::new();
    let white = vec![255_u8; (side * side) as usize];
    PngEncoder::new(&mut out).write_image(&white, side, side, ExtendedColorType::L8).expect("memory takes it");
    out
}

fn jpeg_that_says(side: u16) -> Vec<u8> {
    let mut out = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut out, 80);
    encoder.write_image(&[200_u8; 64 * 64], 64, 64, ExtendedColorType::L8).expect("memory takes it");
    let frame = out.windows(2).position(|pair| pair == [0xFF, 0xC0]).expect("a JPEG has a frame");
    out[frame + 5..frame + 7].copy_from_slice(&side.to_be_bytes());
    out[frame + 7..frame + 9].copy_from_slice(&side.to_be_bytes());
    out
}

/// PNG's own: W3C PNG, annex D.
pub(crate) fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::ImageReader;

    use super::*;

    #[test]
    fn each_is_small_and_says_it_is_large() {
        for Bomb { name, bytes } in all() {
            assert!(bytes.len() < 1_000_000, "{name}: {}", bytes.len());
            let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().unwrap();
            let (width, height) = reader.into_dimensions().unwrap();
            assert!(u64::from(width) * u64::from(height) > 100_000_000, "{name}");
        }
    }
}
