//! Paper that is drawn on in millimetres, and that knows where each field was written.

mod code;
mod ink;
mod letters;
mod shapes;

use image::{Rgb, RgbImage};

pub use self::{
    ink::{Face, Fonts, FontsError, Ink},
    letters::Written,
};

/// Red, green and blue.
pub type Colour = [u8; 3];

/// A part of the paper, in millimetres from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Area {
    /// Its left edge.
    pub x: f32,
    /// Its upper edge.
    pub y: f32,
    /// Its width.
    pub w: f32,
    /// Its height.
    pub h: f32,
}

impl Area {
    /// An area.
    pub const fn new(x: f32, y: f32, w: f32, h: f32) -> Self {
        Self { x, y, w, h }
    }

    /// The smallest that holds both; an empty one adds nothing.
    #[must_use]
    pub fn with(self, other: Area) -> Area {
        if self.w <= 0.0 || other.w <= 0.0 {
            return if self.w <= 0.0 { other } else { self };
        }
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let (right, bottom) = ((self.x + self.w).max(other.x + other.w), (self.y + self.h).max(other.y + other.h));
        Area { x, y, w: right - x, h: bottom - y }
    }

    /// Its corners: upper left, upper right, lower right, lower left.
    pub fn corners(self) -> [(f32, f32); 4] {
        let (right, bottom) = (self.x + self.w, self.y + self.h);
        [(self.x, self.y), (right, self.y), (right, bottom), (self.x, bottom)]
    }

    /// Whether the two have a point in common.
    pub fn meets(self, other: Area) -> bool {
        let apart = |from: f32, size: f32, other: f32, extent: f32| from + size < other || other + extent < from;
        !apart(self.x, self.w, other.x, other.w) && !apart(self.y, self.h, other.y, other.h)
    }
}

/// A field that was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Which one.
    pub name: &'static str,
    /// What was written.
    pub text: String,
    /// Where its ink lies.
    pub area: Area,
}

/// A sheet or a card.
pub struct Paper<'a> {
    fonts: &'a Fonts,
    /// Pixels to a millimetre.
    scale: f32,
    /// Width and height in millimetres.
    size: (f32, f32),
    pixels: RgbImage,
    marks: Vec<Mark>,
}

/// What was drawn.
pub struct Drawn {
    /// The paper, flat.
    pub pixels: RgbImage,
    /// Its pixels to a millimetre.
    pub scale: f32,
    /// Every field on it.
    pub marks: Vec<Mark>,
    /// The radius of its corners in millimetres: cards have round ones.
    pub roundness: f32,
}

impl<'a> Paper<'a> {
    /// Paper of `size` millimetres and one colour, with `scale` pixels to a millimetre.
    pub fn new(fonts: &'a Fonts, size: (f32, f32), scale: f32, colour: Colour) -> Self {
        let pixels = |millimetres: f32| (millimetres * scale).round().max(1.0) as u32;
        let pixels = RgbImage::from_pixel(pixels(size.0), pixels(size.1), Rgb(colour));
        Self { fonts, scale, size, pixels, marks: Vec::new() }
    }

    /// Width and height in millimetres.
    pub const fn size(&self) -> (f32, f32) {
        self.size
    }

    /// Remembers that `text` stands at `area` as the field `name`.
    pub fn mark(&mut self, name: &'static str, text: impl Into<String>, area: Area) {
        self.marks.push(Mark { name, text: text.into(), area });
    }

    /// What was written so far.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// The paper as it is now.
    pub fn finish(self) -> Drawn {
        // ISO/IEC 7810: 3.18 mm. Sheets and slips are cut straight.
        let roundness = if self.size.0 > self.size.1 { 3.18 } else { 0.0 };
        Drawn { pixels: self.pixels, scale: self.scale, marks: self.marks, roundness }
    }

    /// Puts `share` (0 to 1) of `colour` over a pixel; beyond the paper's edge nothing happens.
    fn blend(&mut self, x: i32, y: i32, colour: Colour, share: f32) {
        let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else { return };
        let Some(pixel) = self.pixels.get_pixel_mut_checked(x, y) else { return };
        for (old, new) in pixel.0.iter_mut().zip(colour) {
            *old = (f32::from(*old) + (f32::from(new) - f32::from(*old)) * share).round() as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_are_joined_and_compared() {
        let (one, other) = (Area::new(1.0, 1.0, 2.0, 2.0), Area::new(4.0, 0.0, 1.0, 1.0));
        assert_eq!(one.with(other), Area::new(1.0, 0.0, 4.0, 3.0));
        assert_eq!((one.with(Area::default()), Area::default().with(one)), (one, one));
        assert!(!one.meets(other) && one.meets(Area::new(2.0, 2.0, 5.0, 5.0)));
    }
}
