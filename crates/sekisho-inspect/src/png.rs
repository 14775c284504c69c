//! PNG (W3C) of what was painted, row by row: header, data, end, and no other chunk.

use std::io::Write;

use image::ImageFormat;
use png::{BitDepth, ColorType, Compression, Encoder, EncodingError, Filter};

use crate::paint::Rows;

/// Encodes a painted picture losslessly.
///
/// Rows without a box are all alike, and most are; no filter is looked for where the row above says it all.
///
/// # Errors
/// When the encoder fails, which takes a picture without pixels.
pub(crate) fn encode(painted: &impl Rows) -> Result<Vec<u8>, image::ImageError> {
    let (width, height) = painted.size();
    let raw = (width as usize * 3 + 1) * height as usize;
    let fast = compressed(painted, Compression::Fast).map_err(reason)?;
    // The fast way makes noise larger.
    if fast.len() <= raw { Ok(fast) } else { compressed(painted, Compression::NoCompression).map_err(reason) }
}

fn compressed(painted: &impl Rows, compression: Compression) -> Result<Vec<u8>, EncodingError> {
    let (width, height) = painted.size();
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, width, height);
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(compression);
    let mut header = encoder.write_header()?;
    let mut rows = header.stream_writer()?;
    let mut row = vec![0; width as usize * 3];
    for y in 0..height {
        let repeated = y > 0 && painted.is_blank(y) && painted.is_blank(y - 1);
        rows.set_filter(if repeated { Filter::Up } else { Filter::Adaptive });
        painted.row(y, &mut row);
        rows.write_all(&row)?;
    }
    rows.finish()?;
    header.finish()?;
    Ok(out)
}

fn reason(error: EncodingError) -> image::ImageError {
    let format = ImageFormat::Png.into();
    image::ImageError::Encoding(image::error::EncodingError::new(format, error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{paint, samples, wire::Boxed};
    use image::RgbImage;

    const KEPT: Boxed = Boxed { x: 10, y: 20, w: 30, h: 15 };

    fn read(png: &[u8]) -> RgbImage {
        image::load_from_memory_with_format(png, ImageFormat::Png).unwrap().into_rgb8()
    }

    /// M4.
    #[test]
    fn a_clean_picture_has_no_chunk_that_could_carry_a_word() {
        let png = encode(&paint::paint(samples::text_page(100, 80), vec![KEPT], &[])).unwrap();
        let chunks = samples::png_chunks(&png);
        assert!(chunks.iter().all(|name| matches!(name, b"IHDR" | b"IDAT" | b"IEND")), "{chunks:?}");
    }

    /// M4.
    #[test]
    fn every_pixel_is_read_as_it_was_painted() {
        for boxes in [vec![], vec![KEPT], vec![Boxed { x: 0, y: 0, w: 100, h: 80 }], vec![KEPT; 3]] {
            let painted = paint::paint(samples::text_page(100, 80), boxes, &[]);
            assert!(read(&encode(&painted).unwrap()) == painted.to_image());
        }
    }

    #[test]
    fn noise_takes_no_more_than_its_own_size() {
        let mut dice = samples::Dice::new(3);
        let noise = RgbImage::from_fn(200, 150, |_, _| image::Rgb([(); 3].map(|()| dice.below(256) as u8)));
        let whole = Boxed { x: 0, y: 0, w: 200, h: 150 };
        let png = encode(&paint::paint(noise.clone(), vec![whole], &[])).unwrap();
        assert!(png.len() < 200 * 150 * 3 + 1000, "{}", png.len());
        assert!(read(&png) == noise);
    }
}
