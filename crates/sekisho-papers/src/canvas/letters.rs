//! Writing: letters one after the other, or one below the other.

use swash::{
    scale::{Render, ScaleContext, Scaler, Source, image::Image},
    zeno::{Format, Transform, Vector},
};

use super::{Area, Ink, Paper};

/// What was written.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Written {
    /// Where all of its ink lies.
    pub area: Area,
    /// Where each letter's ink lies; an empty area for a blank.
    pub letters: Vec<Area>,
    /// Where the next letter would stand.
    pub end: f32,
}

impl Paper<'_> {
    /// Writes `text` from `at`, the left end of its base line.
    pub fn write(&mut self, ink: Ink, at: (f32, f32), text: &str) -> Written {
        let (mut x, y) = at;
        let mut written = Written::default();
        for letter in text.chars() {
            let (area, advance) = self.letter(ink, (x, y), letter);
            written.area = written.area.with(area);
            written.letters.push(area);
            x += advance + ink.space;
        }
        written.end = x;
        written
    }

    /// Writes the field `name`.
    pub fn field(&mut self, name: &'static str, ink: Ink, at: (f32, f32), text: &str) -> Written {
        let written = self.write(ink, at, text);
        self.mark(name, text, written.area);
        written
    }

    /// How wide `text` is, from its first letter to where the next would stand.
    pub fn width_of(&self, ink: Ink, text: &str) -> f32 {
        let font = self.fonts.face(ink.face);
        let (charmap, metrics) = (font.charmap(), font.glyph_metrics(&[]).scale(ink.size));
        let advance = |letter| metrics.advance_width(charmap.map(letter)) * ink.width + ink.space;
        text.chars().map(advance).sum()
    }

    /// Writes `text` so that it ends at `at`.
    pub fn write_to(&mut self, ink: Ink, at: (f32, f32), text: &str) -> Written {
        let width = self.width_of(ink, text) - ink.space;
        self.write(ink, (at.0 - width, at.1), text)
    }

    /// Writes `text` around the middle of its base line.
    pub fn write_around(&mut self, ink: Ink, at: (f32, f32), text: &str) -> Written {
        let width = self.width_of(ink, text) - ink.space;
        self.write(ink, (at.0 - width / 2.0, at.1), text)
    }

    /// Writes `text` from `at`, narrower if it would be wider than `room`.
    pub fn write_within(&mut self, ink: Ink, at: (f32, f32), room: f32, text: &str) -> Written {
        let width = self.width_of(ink, text);
        let narrow = if width > room { ink.widened(ink.width * room / width) } else { ink };
        self.write(narrow, at, text)
    }

    /// Writes `text` downwards; `at` is the left end of its first letter's base line.
    pub fn write_down(&mut self, ink: Ink, at: (f32, f32), text: &str) -> Written {
        let (x, mut y) = at;
        let mut written = Written::default();
        for letter in text.chars() {
            let (area, _) = self.letter(ink, (x, y), letter);
            written.area = written.area.with(area);
            written.letters.push(area);
            y += ink.size + ink.space;
        }
        written.end = y;
        written
    }

    /// Draws one letter; where its ink lies and how far it is to the next.
    fn letter(&mut self, ink: Ink, at: (f32, f32), letter: char) -> (Area, f32) {
        let font = self.fonts.face(ink.face);
        let glyph = font.charmap().map(letter);
        let pixels = ink.size * self.scale;
        let advance = font.glyph_metrics(&[]).scale(pixels).advance_width(glyph) * ink.width / self.scale;
        let mut context = ScaleContext::new();
        let mut scaler = context.builder(font).size(pixels).build();
        let (x, y) = (at.0 * self.scale, at.1 * self.scale);
        let image = drawn(&mut scaler, glyph, ink.width, (x.fract(), y.fract()));
        let area = image.map_or(Area::default(), |image| self.stamp(ink, (x.floor() as i32, y.floor() as i32), &image));
        (area, advance)
    }

    fn stamp(&mut self, ink: Ink, at: (i32, i32), image: &Image) -> Area {
        let (left, top) = (at.0 + image.placement.left, at.1 - image.placement.top);
        let width = image.placement.width.max(1) as usize;
        for (place, cover) in image.data.iter().enumerate().filter(|(_, cover)| **cover > 0) {
            let (x, y) = (left + (place % width) as i32, top + (place / width) as i32);
            self.blend(x, y, ink.colour, f32::from(*cover) / 255.0);
        }
        let millimetres = |pixels: i32| pixels as f32 / self.scale;
        let (w, h) = (image.placement.width as i32, image.placement.height as i32);
        Area::new(millimetres(left), millimetres(top), millimetres(w), millimetres(h))
    }
}

/// A glyph's cover, moved by a part of a pixel; nothing for a blank.
fn drawn(scaler: &mut Scaler<'_>, glyph: u16, width: f32, part: (f32, f32)) -> Option<Image> {
    let mut render = Render::new(&[Source::Outline]);
    render.format(Format::Alpha).transform(Some(Transform::scale(width, 1.0))).offset(Vector::new(part.0, -part.1));
    render.render(scaler, glyph).filter(|image| image.placement.width > 0)
}
