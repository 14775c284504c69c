//! Lines, frames, and what cards have in their background.

use std::f32::consts::TAU;

use image::Rgb;

use super::{Area, Colour, Ink, Paper};
use crate::dice::Dice;

impl Paper<'_> {
    /// Fills an area; pixels at its edges are covered by their share.
    pub fn fill(&mut self, area: Area, colour: Colour) {
        let (left, top) = (area.x * self.scale, area.y * self.scale);
        let (right, bottom) = (left + area.w * self.scale, top + area.h * self.scale);
        for y in top.floor() as i32..bottom.ceil() as i32 {
            let rows = (bottom.min(y as f32 + 1.0) - top.max(y as f32)).max(0.0);
            for x in left.floor() as i32..right.ceil() as i32 {
                let columns = (right.min(x as f32 + 1.0) - left.max(x as f32)).max(0.0);
                self.blend(x, y, colour, rows * columns);
            }
        }
    }

    /// Draws an area's frame, `width` millimetres wide, inside of it.
    pub fn frame(&mut self, area: Area, width: f32, colour: Colour) {
        let Area { x, y, w, h } = area;
        self.fill(Area::new(x, y, w, width), colour);
        self.fill(Area::new(x, y + h - width, w, width), colour);
        self.fill(Area::new(x, y, width, h), colour);
        self.fill(Area::new(x + w - width, y, width, h), colour);
    }

    /// Fills an ellipse that touches the area's sides.
    pub fn oval(&mut self, area: Area, colour: Colour) {
        let scaled = |millimetres: f32| millimetres * self.scale;
        let (half_w, half_h) = (scaled(area.w / 2.0), scaled(area.h / 2.0));
        let (middle_x, middle_y) = (scaled(area.x) + half_w, scaled(area.y) + half_h);
        for y in (middle_y - half_h) as i32..=(middle_y + half_h) as i32 {
            for x in (middle_x - half_w) as i32..=(middle_x + half_w) as i32 {
                let (dx, dy) = ((x as f32 + 0.5 - middle_x) / half_w, (y as f32 + 0.5 - middle_y) / half_h);
                // One pixel of slope at the rim.
                let inside = (1.0 - dx.hypot(dy)) * half_w.min(half_h) + 0.5;
                self.blend(x, y, colour, inside.clamp(0.0, 1.0));
            }
        }
    }

    /// Fine waves all over the paper, as against copiers, and a slow change of colour from left to right.
    pub fn waves(&mut self, dice: &mut Dice, from: Colour, to: Colour) {
        let (pitch, height) = (dice.between(0.8, 1.6), dice.between(0.5, 2.0));
        let (length, phase) = (dice.between(9.0, 30.0), dice.between(0.0, TAU));
        let (strength, width) = (dice.between(0.03, 0.10), self.size.0);
        let scale = self.scale;
        for (x, y, pixel) in self.pixels.enumerate_pixels_mut() {
            let (x, y) = (x as f32 / scale, y as f32 / scale);
            let wave = (y + height * (x / length * TAU + phase).sin()) / pitch * TAU;
            let dark = 1.0 - strength * wave.sin().abs();
            let share = x / width;
            let mixed = |place: usize| f32::from(from[place]) * (1.0 - share) + f32::from(to[place]) * share;
            *pixel = Rgb([0, 1, 2].map(|place| (mixed(place) * dark).round() as u8));
        }
    }

    /// A drawn portrait: nobody's.
    pub fn portrait(&mut self, dice: &mut Dice, area: Area) {
        let Area { x, y, w, h } = area;
        let backdrop = dice.one(&[[150, 185, 220], [205, 215, 225], [235, 235, 235]]);
        let hair = dice.one(&[[30, 26, 26], [60, 45, 38], [110, 110, 112]]);
        let coat = dice.one(&[[40, 45, 60], [120, 60, 50], [70, 90, 70], [25, 25, 25]]);
        self.fill(area, backdrop);
        let long = if dice.once_in(50) { 0.62 } else { 0.40 };
        self.oval(Area::new(x + w * 0.23, y + h * 0.10, w * 0.54, h * long), hair);
        self.oval(Area::new(x + w * 0.08, y + h * 0.68, w * 0.84, h * 0.60).cut(area), coat);
        self.fill(Area::new(x + w * 0.42, y + h * 0.56, w * 0.16, h * 0.14), [226, 190, 166]);
        self.oval(Area::new(x + w * 0.29, y + h * 0.19, w * 0.42, h * 0.44), [236, 202, 178]);
        for eye in [0.38, 0.55] {
            self.oval(Area::new(x + w * eye, y + h * 0.38, w * 0.07, h * 0.03), [40, 30, 30]);
        }
        self.fill(Area::new(x + w * 0.44, y + h * 0.53, w * 0.12, h * 0.012), [170, 90, 85]);
    }

    /// A square seal with letters in it, in vermilion.
    pub fn seal(&mut self, ink: Ink, area: Area, text: &str) {
        let red = [215, 70, 50];
        self.frame(area, area.w * 0.06, red);
        let letters: Vec<char> = text.chars().collect();
        let rows = (letters.len() as f32).sqrt().ceil().max(1.0) as usize;
        let cell = area.w * 0.84 / rows as f32;
        for (place, letter) in letters.iter().enumerate() {
            // Columns run from the right.
            let column = (rows - 1 - place / rows) as f32;
            let at = (area.x + area.w * 0.08 + cell * column, area.y + area.h * 0.08 + cell * (place % rows) as f32);
            let ink = Ink { size: cell, ..ink }.coloured(red);
            self.write(ink, (at.0, at.1 + cell * 0.86), &letter.to_string());
        }
    }
}

impl Area {
    /// Its part within `other`, from above.
    fn cut(self, other: Area) -> Area {
        Area { h: self.h.min(other.y + other.h - self.y), ..self }
    }
}
