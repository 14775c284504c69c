//! Reading lines that were found.

use image::RgbImage;

use super::{EngineError, Reader, crop, ctc, rectangle::Rectangle};
use crate::read::line::Letter;

/// A line that was found and read.
pub(super) struct Found {
    pub(super) rectangle: Rectangle,
    pub(super) text: String,
    pub(super) letters: Vec<Letter>,
}

impl Found {
    /// The mean of its letters' certainties; 0 without letters.
    pub(super) fn certainty(&self) -> f32 {
        let sum: f32 = self.letters.iter().map(|letter| letter.certainty).sum();
        sum / self.letters.len().max(1) as f32
    }
}

/// Reads one line.
pub(super) fn read(
    reader: &Reader,
    picture: &RgbImage,
    rectangle: Rectangle,
    upside_down: bool,
) -> Result<Found, EngineError> {
    let scores = reader.engine.recognise(crop::strip(picture, &rectangle, upside_down))?;
    let (text, letters) = ctc::decode(&scores, &reader.dictionary);
    Ok(Found { rectangle, text, letters })
}
