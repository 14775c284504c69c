//! The real networks, for tests; and pages of print that are drawn, not photographed.

#![allow(clippy::print_stdout, clippy::unwrap_used)] // Of tests alone.

use std::{env, path::PathBuf, sync::OnceLock};

use embedded_graphics::{
    mono_font::{MonoTextStyle, ascii::FONT_10X20},
    pixelcolor::BinaryColor,
    prelude::*,
    text::{Baseline, Text},
};
use image::{Rgb, RgbImage};

use super::{ModelFiles, Models, Reader, WHEEL};

/// A reader with the real networks; nothing, and loudly so, where they are not.
pub(crate) fn reader() -> Option<&'static Reader> {
    static READER: OnceLock<Option<Reader>> = OnceLock::new();
    READER.get_or_init(load).as_ref()
}

fn load() -> Option<Reader> {
    let cache = || Some(PathBuf::from(env::var_os("HOME")?).join(".cache/sekisho").join(WHEEL));
    let folder = env::var_os("SEKISHO_MODELS").map(PathBuf::from).or_else(cache)?;
    let Ok(files) = ModelFiles::open(&folder) else {
        assert!(env::var_os("SEKISHO_REQUIRE_MODELS").is_none(), "the networks are not here");
        println!("not run: the networks that read print are not here (`cargo xtask models`)");
        return None;
    };
    Some(Reader::load(Models::read(files).unwrap()).unwrap())
}

/// A page with these lines, dark on light, in letters 30 pixels wide.
pub(crate) fn printed(lines: &[&str]) -> RgbImage {
    const SIZE: u32 = 3;
    let columns = lines.iter().map(|line| line.len()).max().unwrap_or(0) as u32 * 10;
    let mut page = Page(RgbImage::from_pixel(columns + 40, lines.len() as u32 * 36 + 20, Rgb([230, 232, 228])));
    for (row, line) in lines.iter().enumerate() {
        let style = MonoTextStyle::new(&FONT_10X20, BinaryColor::On);
        let Ok(_) =
            Text::with_baseline(line, Point::new(20, row as i32 * 36 + 18), style, Baseline::Top).draw(&mut page);
    }
    let (width, height) = page.0.dimensions();
    image::imageops::resize(&page.0, width * SIZE, height * SIZE, image::imageops::FilterType::CatmullRom)
}

struct Page(RgbImage);

impl Dimensions for Page {
    fn bounding_box(&self) -> embedded_graphics::primitives::Rectangle {
        embedded_graphics::primitives::Rectangle::new(Point::zero(), Size::new(self.0.width(), self.0.height()))
    }
}

impl DrawTarget for Page {
    type Color = BinaryColor;
    type Error = core::convert::Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<BinaryColor>>>(&mut self, pixels: I) -> Result<(), Self::Error> {
        for Pixel(at, colour) in pixels {
            let place = u32::try_from(at.x).ok().zip(u32::try_from(at.y).ok());
            let pixel = place.and_then(|(x, y)| self.0.get_pixel_mut_checked(x, y));
            if let (Some(pixel), BinaryColor::On) = (pixel, colour) {
                *pixel = Rgb([30, 32, 40]);
            }
        }
        Ok(())
    }
}
