//! Photographs of papers: from a flat drawing to what a member's phone sends.

mod exif;
mod ground;
mod lens;
mod light;
mod view;
mod wear;

use image::{RgbImage, codecs::jpeg::JpegEncoder, imageops};
use serde::{Deserialize, Serialize};

pub use self::{
    exif::PLANTED,
    view::{Homography, View},
    wear::{Severity, Wear},
};
use crate::{
    canvas::{Area, Drawn},
    dice::Dice,
};

/// A photograph, and where things are in it.
pub struct Shot {
    /// The file: JPEG.
    pub jpeg: Vec<u8>,
    /// Width and height of the upright picture.
    pub size: (u32, u32),
    /// From the paper's pixels to the upright picture's.
    pub homography: Homography,
    /// Pixels to a millimetre, on average over the paper.
    pub density: f32,
    /// What happened to it.
    pub wear: Wear,
    /// As it is written into the file's side data; 1 for upright.
    pub orientation: u8,
}

/// Four corners in pixels of the upright picture: upper left of the paper first, then clockwise on the paper.
pub type Quad = [[f32; 2]; 4];

impl Shot {
    /// Where an area of the paper is in the upright picture; `scale` is the drawing's pixels to a millimetre.
    pub fn quad(&self, area: Area, scale: f32) -> Quad {
        area.corners().map(|(x, y)| {
            let (x, y) = self.homography.map(f64::from(x * scale), f64::from(y * scale));
            [x as f32, y as f32]
        })
    }
}

/// How a shot is set up before anything is drawn, so that the drawing is made as fine as it takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Setup {
    /// The longer side of the photograph in pixels.
    pub long_side: u32,
    /// What happens to it.
    pub wear: Wear,
}

impl Setup {
    /// Chance sets a shot of this severity up.
    pub fn new(dice: &mut Dice, severity: Severity) -> Self {
        let wear = Wear::new(dice, severity);
        let (least, most) = match severity {
            Severity::Clean => (1000.0, 4000.0),
            Severity::Mild => (1000.0, 3600.0),
            Severity::Hard => (640.0, 3000.0),
        };
        Self { long_side: dice.between_by_ratio(least, most) as u32, wear }
    }

    /// How long the paper's longer side is drawn, in pixels.
    pub fn drawing(&self) -> f32 {
        (self.long_side as f32 * self.wear.share).clamp(500.0, 3600.0)
    }
}

/// Takes the photograph of a drawing.
pub fn shoot(dice: &mut Dice, setup: &Setup, drawn: &Drawn) -> Shot {
    let wear = setup.wear.clone();
    let view = View::new(dice, &wear, setup.long_side, drawn.pixels.dimensions(), drawn.roundness * drawn.scale);
    let mut picture = ground::with_paper(dice, &wear, &view, &drawn.pixels);
    ground::fingers(dice, &wear, &view, drawn, &mut picture);
    light::shine(dice, &wear, &mut picture);
    let picture = lens::blurred(picture, wear.blur * view.scale() * drawn.scale);
    let picture = lens::noisy(dice, picture, wear.noise);
    let orientation = if wear.side_data { dice.one(&[1, 1, 3, 6, 8]) } else { 1 };
    let size = picture.dimensions();
    let jpeg = encoded(&wear, &stored(picture, orientation));
    let jpeg = if wear.side_data { exif::planted(&jpeg, orientation) } else { jpeg };
    Shot { jpeg, size, density: view.scale() * drawn.scale, homography: view.homography, wear, orientation }
}

/// The picture as a camera that writes this orientation stores it.
fn stored(picture: RgbImage, orientation: u8) -> RgbImage {
    match orientation {
        3 => imageops::rotate180(&picture),
        6 => imageops::rotate270(&picture),
        8 => imageops::rotate90(&picture),
        _ => picture,
    }
}

fn encoded(wear: &Wear, picture: &RgbImage) -> Vec<u8> {
    let mut out = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut out, wear.jpeg_quality);
    picture.write_with_encoder(encoder).expect("memory takes what is written");
    out
}
