//! Lines of text across a picture, so that a photograph of a screen says whose it was.

use embedded_graphics::{
    mono_font::{MonoTextStyle, ascii::FONT_10X20},
    pixelcolor::BinaryColor,
    prelude::*,
    text::{Baseline, Text},
};
use image::RgbImage;

/// Width of one letter of the font, in its own pixels.
const LETTER: usize = 10;
/// Height of one line.
const LINE: usize = 20;
/// Blank pixels around a repetition: as much as leaves a date between two of them readable.
const GAP: usize = 46;
/// Longer lines are cut.
const LETTERS_AT_MOST: usize = 64;
/// More lines are left out.
const LINES_AT_MOST: usize = 4;
/// How strongly the letters show, of 256. Half would hide thin print beneath.
const STRENGTH: u16 = 100;
/// How strongly the rim around letters shows, of 256. It keeps them legible on patterned ground.
const RIM: u16 = 70;
/// The long side in pixels at which the letters are drawn at their own size; larger pictures get larger letters, since
/// a screen shows them smaller.
const SIDE_PER_SIZE: f32 = 800.0;
/// The slope of the lines: rise 1 to 2, off the axes along which documents are printed.
const SLOPE: (f32, f32) = (0.894_427_2, -0.447_213_6);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ink {
    None,
    Rim,
    Letter,
}

/// Marks `pixels` with `lines`, repeated over the whole picture.
pub(crate) fn mark(pixels: &mut RgbImage, lines: &[String]) {
    let lines: Vec<String> = lines.iter().take(LINES_AT_MOST).map(|line| printable(line)).collect();
    if lines.iter().all(String::is_empty) {
        return;
    }
    let tile = Tile::of(&lines);
    let size = (pixels.width().max(pixels.height()) as f32 / SIDE_PER_SIZE).max(1.0);
    for (x, y, pixel) in pixels.enumerate_pixels_mut() {
        let (x, y) = (x as f32 / size, y as f32 / size);
        let on_dark = is_dark(pixel.0);
        match tile.at(x * SLOPE.0 + y * SLOPE.1, y * SLOPE.0 - x * SLOPE.1) {
            Ink::None => {}
            Ink::Rim => blend(&mut pixel.0, if on_dark { [0, 0, 0] } else { [255, 255, 255] }, RIM),
            Ink::Letter => blend(&mut pixel.0, if on_dark { [255, 236, 236] } else { [176, 0, 32] }, STRENGTH),
        }
    }
}

/// Whether light letters show better than dark ones. The paint over what is covered is dark in this sense.
fn is_dark([red, green, blue]: [u8; 3]) -> bool {
    u16::from(red) + u16::from(green) + u16::from(blue) < 3 * 140
}

/// The font has ASCII only; anything else becomes `?` rather than nothing.
fn printable(line: &str) -> String {
    let letter = |letter: char| if letter == ' ' || letter.is_ascii_graphic() { letter } else { '?' };
    line.chars().take(LETTERS_AT_MOST).map(letter).collect()
}

fn blend(pixel: &mut [u8; 3], ink: [u8; 3], strength: u16) {
    for (channel, ink) in pixel.iter_mut().zip(ink) {
        *channel = ((u16::from(*channel) * (256 - strength) + u16::from(ink) * strength) >> 8) as u8;
    }
}

/// One repetition of the text with the gap around it.
struct Tile {
    width: usize,
    height: usize,
    inks: Vec<Ink>,
}

impl Tile {
    fn of(lines: &[String]) -> Tile {
        let longest = lines.iter().map(String::len).max().unwrap_or_default();
        let (width, height) = (longest * LETTER + GAP, lines.len() * LINE + GAP);
        let mut tile = Tile { width, height, inks: vec![Ink::None; width * height] };
        let style = MonoTextStyle::new(&FONT_10X20, BinaryColor::On);
        for (number, line) in lines.iter().enumerate() {
            let at = Point::new(2, (2 + number * LINE) as i32);
            let Ok(_) = Text::with_baseline(line, at, style, Baseline::Top).draw(&mut tile);
        }
        tile.rim();
        tile
    }

    /// Gives each letter a rim one pixel wide.
    fn rim(&mut self) {
        for at in 0..self.inks.len() {
            let near = [at.wrapping_sub(1), at + 1, at.wrapping_sub(self.width), at + self.width];
            let touches = near.iter().any(|&near| self.inks.get(near) == Some(&Ink::Letter));
            if self.inks[at] == Ink::None && touches {
                self.inks[at] = Ink::Rim;
            }
        }
    }

    /// The ink at a point of the endless plane that the tile covers. Every
    /// other row is moved half a tile, so that no column stays blank.
    fn at(&self, u: f32, v: f32) -> Ink {
        let (width, height) = (self.width as f32, self.height as f32);
        let row = (v / height).floor();
        let shift = if row.rem_euclid(2.0) >= 1.0 { width / 2.0 } else { 0.0 };
        let (x, y) = ((u + shift).rem_euclid(width) as usize, (v - row * height) as usize);
        self.inks.get(y.min(self.height - 1) * self.width + x.min(self.width - 1)).copied().unwrap_or(Ink::None)
    }
}

impl OriginDimensions for Tile {
    fn size(&self) -> Size {
        Size::new(self.width as u32, self.height as u32)
    }
}

impl DrawTarget for Tile {
    type Color = BinaryColor;
    type Error = std::convert::Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<BinaryColor>>>(&mut self, pixels: I) -> Result<(), Self::Error> {
        for Pixel(point, colour) in pixels {
            let (Ok(x), Ok(y)) = (usize::try_from(point.x), usize::try_from(point.y)) else { continue };
            if colour.is_on() && x < self.width && y < self.height {
                self.inks[y * self.width + x] = Ink::Letter;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    #[test]
    fn every_part_of_a_picture_is_marked() {
        let mut pixels = RgbImage::from_pixel(900, 700, Rgb([200; 3]));
        mark(&mut pixels, &["vwg_0123456789".into(), "2026-11-21".into()]);
        for (left, top) in [(0, 0), (600, 0), (0, 400), (600, 400), (300, 200)] {
            let part = image::imageops::crop_imm(&pixels, left, top, 300, 300);
            assert!(part.to_image().pixels().any(|pixel| pixel.0[1] < 160), "{left},{top}");
        }
    }

    #[test]
    fn most_of_the_picture_stays_as_it_was() {
        let mut pixels = RgbImage::from_pixel(900, 700, Rgb([90; 3]));
        mark(&mut pixels, &["vwg_0123456789".into(), "reviewer".into()]);
        let untouched = pixels.pixels().filter(|pixel| pixel.0 == [90; 3]).count();
        assert!(untouched * 100 > 900 * 700 * 75, "{untouched}");
    }

    #[test]
    fn letters_stand_out_from_paper_from_print_and_from_paint() {
        for ground in [Rgb([235; 3]), Rgb([20; 3]), crate::paint::PAINT] {
            let mut pixels = RgbImage::from_pixel(600, 400, ground);
            mark(&mut pixels, &["vwg_0123456789".into()]);
            let stands_out = |pixel: &&Rgb<u8>| pixel.0[1].abs_diff(ground.0[1]) >= 48;
            assert!(pixels.pixels().filter(stands_out).count() > 5_000, "{ground:?}");
        }
    }

    #[test]
    fn odd_lines_do_no_harm() {
        let mut pixels = RgbImage::new(30, 20);
        mark(&mut pixels, &[]);
        mark(&mut pixels, &[String::new()]);
        assert!(pixels.pixels().all(|pixel| pixel.0 == [0; 3]));
        mark(&mut pixels, &vec!["関所\n".repeat(500); 50]);
    }
}
