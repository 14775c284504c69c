//! The last look at what will be stored: it is read anew, as a thief would, and compared with what may be open.
//!
//! Whoever painted it, and however: a picture that is open anywhere else, or that is more than pixels, goes no further.

use std::io::Cursor;

use png::{BitDepth, ColorType, Decoder};

use super::Masks;
use crate::{paint::PAINT, wire::Boxed};

/// What is wrong with a picture that was to be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Open {
    /// It is not the PNG of header, data and end that we write: something else stands in it, or behind it.
    #[error("not_ours")]
    NotOurs,
    /// It is larger than the picture that it was made from.
    #[error("wrong_size")]
    WrongSize,
    /// A pixel outside the boxes, or under a cover, has another colour than [`PAINT`].
    #[error("open_pixel")]
    Pixel,
}

/// Looks through `png`, made from a picture of `size` of which `masks` may be open.
///
/// # Errors
/// See [`Open`].
pub fn check(png: &[u8], masks: &Masks, size: (u32, u32)) -> Result<(), Open> {
    if !is_only_pixels(png) {
        return Err(Open::NotOurs);
    }
    let mut reader = Decoder::new(Cursor::new(png)).read_info().map_err(|_| Open::NotOurs)?;
    let info = reader.info();
    let stored = (info.width, info.height);
    if (info.color_type, info.bit_depth, info.interlaced) != (ColorType::Rgb, BitDepth::Eight, false) {
        return Err(Open::NotOurs);
    }
    if stored.0 > size.0 || stored.1 > size.1 {
        return Err(Open::WrongSize);
    }
    let boxes: Vec<_> = masks.boxes.iter().map(|kept| outwards(kept, size, stored)).collect();
    let covers: Vec<_> = masks.covers.iter().map(|cover| inwards(cover, size, stored)).collect();
    let mut closed = vec![true; stored.0 as usize];
    for y in 0..stored.1 {
        let row = reader.next_row().map_err(|_| Open::NotOurs)?.ok_or(Open::NotOurs)?;
        mark(&mut closed, y, &boxes, &covers);
        let pixels = row.data().as_chunks::<3>().0;
        if pixels.len() != closed.len()
            || pixels.iter().zip(&closed).any(|(pixel, closed)| *closed && *pixel != PAINT.0)
        {
            return Err(Open::Pixel);
        }
    }
    Ok(())
}

/// Marks which pixels of row `y` must be closed.
fn mark(closed: &mut [bool], y: u32, boxes: &[Boxed], covers: &[Boxed]) {
    closed.fill(true);
    for (parts, value) in [(boxes, false), (covers, true)] {
        for part in parts.iter().filter(|part| (part.y..part.y.saturating_add(part.h)).contains(&y)) {
            let end = (part.x.saturating_add(part.w) as usize).min(closed.len());
            closed[(part.x as usize).min(end)..end].fill(value);
        }
    }
}

/// The pixels of a smaller picture that hold anything of `part`.
fn outwards(part: &Boxed, size: (u32, u32), stored: (u32, u32)) -> Boxed {
    let along = |from: u32, length: u32, full: u32, small: u32| {
        let (full, small) = (u64::from(full.max(1)), u64::from(small));
        let start = u64::from(from) * small / full;
        let end = ((u64::from(from) + u64::from(length)) * small).div_ceil(full).min(small);
        (start, end.saturating_sub(start))
    };
    boxed(along(part.x, part.w, size.0, stored.0), along(part.y, part.h, size.1, stored.1))
}

/// The pixels of a smaller picture that hold nothing but `part`: at its edges a pixel is mixed with its neighbours.
fn inwards(part: &Boxed, size: (u32, u32), stored: (u32, u32)) -> Boxed {
    let along = |from: u32, length: u32, full: u32, small: u32| {
        let (full, small) = (u64::from(full.max(1)), u64::from(small));
        let edge = u64::from(small < full);
        let start = (u64::from(from) * small).div_ceil(full) + edge;
        let end = ((u64::from(from) + u64::from(length)) * small / full).saturating_sub(edge);
        (start, end.saturating_sub(start))
    };
    boxed(along(part.x, part.w, size.0, stored.0), along(part.y, part.h, size.1, stored.1))
}

fn boxed((x, w): (u64, u64), (y, h): (u64, u64)) -> Boxed {
    let [x, y, w, h] = [x, y, w, h].map(|value| u32::try_from(value).unwrap_or(u32::MAX));
    Boxed { x, y, w, h }
}

/// Whether these bytes are a PNG of one header, data and an end, and nothing else.
fn is_only_pixels(png: &[u8]) -> bool {
    const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
    let Some(mut rest) = png.strip_prefix(SIGNATURE) else { return false };
    let mut last = None;
    while let Some((length, name, after)) = chunk(rest) {
        let in_order = match &name {
            b"IHDR" => last.is_none() && length == 13,
            b"IDAT" => matches!(last, Some(before) if before == *b"IHDR" || before == *b"IDAT"),
            b"IEND" => last == Some(*b"IDAT") && length == 0,
            _ => false,
        };
        if !in_order {
            return false;
        }
        (last, rest) = (Some(name), after);
    }
    last == Some(*b"IEND") && rest.is_empty()
}

/// The first chunk: its length, its name and what comes after it.
fn chunk(bytes: &[u8]) -> Option<(usize, [u8; 4], &[u8])> {
    let length = u32::from_be_bytes(*bytes.first_chunk()?) as usize;
    let name = *bytes.get(4..)?.first_chunk()?;
    // Four bytes of length, four of name, four of a checksum.
    Some((length, name, bytes.get(length.checked_add(12)?..)?))
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
    use proptest::prelude::*;

    use super::*;
    use crate::{paint, png as ours, samples};

    const KEPT: Boxed = Boxed { x: 10, y: 20, w: 60, h: 35 };
    const COVER: Boxed = Boxed { x: 30, y: 30, w: 20, h: 10 };

    fn masks() -> Masks {
        Masks { boxes: vec![KEPT], covers: vec![COVER], wholes: vec![KEPT] }
    }

    fn painted() -> RgbImage {
        paint::paint(samples::text_page(100, 80), vec![KEPT], &[COVER]).to_image()
    }

    fn encoded(pixels: &RgbImage) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        DynamicImage::ImageRgb8(pixels.clone()).write_to(&mut out, ImageFormat::Png).unwrap();
        out.into_inner()
    }

    fn looked(png: &[u8]) -> Result<(), Open> {
        check(png, &masks(), (100, 80))
    }

    /// M4
    #[test]
    fn one_pixel_that_is_open_anywhere_else_is_seen() {
        assert_eq!(looked(&encoded(&painted())), Ok(()));
        for (x, y) in [(0, 0), (9, 20), (70, 54), (10, 19), (10, 55), (99, 79), (30, 30), (49, 39)] {
            let mut pixels = painted();
            pixels.put_pixel(x, y, Rgb([PAINT.0[0], PAINT.0[1] ^ 1, PAINT.0[2]]));
            assert_eq!(looked(&encoded(&pixels)), Err(Open::Pixel), "{x},{y}");
        }
        let mut inside = painted();
        inside.put_pixel(10, 20, Rgb([1, 2, 3]));
        assert_eq!(looked(&encoded(&inside)), Ok(()), "the control: a box is open");
    }

    /// M4
    #[test]
    fn whatever_could_carry_a_word_beside_the_pixels_is_seen() {
        let png = encoded(&painted());
        for bytes in [
            samples::with_chunk(&png, b"tEXt", samples::PLANTED),
            samples::with_chunk(&png, b"eXIf", samples::PLANTED),
            samples::with_chunk(&png, b"prVt", b""),
            [&png[..], samples::PLANTED].concat(),
            png[..png.len() - 12].to_vec(),
            samples::encode(crate::sniff::Format::Jpeg, &painted()),
        ] {
            assert_eq!(looked(&bytes), Err(Open::NotOurs));
        }
        let mut grey = Cursor::new(Vec::new());
        DynamicImage::ImageRgb8(painted()).into_luma8().write_to(&mut grey, ImageFormat::Png).unwrap();
        assert_eq!(looked(grey.get_ref()), Err(Open::NotOurs));
    }

    #[test]
    fn a_picture_that_grew_is_seen() {
        assert_eq!(check(&encoded(&painted()), &masks(), (99, 80)), Err(Open::WrongSize));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// M4: what we paint passes, at its own size and shrunk.
        #[test]
        fn what_is_painted_well_passes_at_every_size(
            parts in prop::collection::vec((0u32..210, 0u32..190, 0u32..300, 0u32..300), 0..6),
            kept in 0usize..6,
            pixels in 1u64..40_000,
        ) {
            let parts: Vec<_> = parts.into_iter().map(|(x, y, w, h)| Boxed { x, y, w, h }).collect();
            let (boxes, covers) = parts.split_at(kept.min(parts.len()));
            let size = (190, 170);
            let masks = Masks { boxes: paint::clamp(boxes, size), covers: paint::clamp(covers, size), wholes: vec![] };
            let page = samples::text_page(size.0, size.1);
            let painted = paint::paint(page, masks.boxes.clone(), &masks.covers).at_most(pixels);
            prop_assert_eq!(check(&ours::encode(&painted).unwrap(), &masks, size), Ok(()));
        }
    }
}
