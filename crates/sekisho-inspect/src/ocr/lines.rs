//! Reading lines that were found.

use image::RgbImage;

use super::{EngineError, Reader, crop, ctc, forced::Lattice, rectangle::Rectangle};
use crate::read::line::Letter;

/// A line that was found and read.
pub(super) struct Found {
    pub(super) rectangle: Rectangle,
    pub(super) text: String,
    pub(super) letters: Vec<Letter>,
    /// What it may say if it is a line of a machine-readable zone; nothing, if it isn't like one.
    pub(super) lattice: Option<Lattice>,
}

/// A line of a zone has 30 letters or more; one that was read badly has fewer.
const LETTERS_OF_A_ZONE: usize = 22;

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
    let found = as_zone(reader, picture, rectangle, upside_down)?;
    let like_a_zone = is_like_a_zone(&found.text);
    Ok(Found { lattice: found.lattice.filter(|_| like_a_zone), ..found })
}

/// Reads one line as what may be one of a zone, however it reads otherwise.
pub(super) fn as_zone(
    reader: &Reader,
    picture: &RgbImage,
    rectangle: Rectangle,
    upside_down: bool,
) -> Result<Found, EngineError> {
    let scores = reader.engine.recognise(crop::strip(picture, &rectangle, upside_down))?;
    let (text, letters) = ctc::decode(&scores, &reader.dictionary);
    let lattice = Some(Lattice::of(&scores, &reader.reach));
    Ok(Found { rectangle, text, letters, lattice })
}

fn is_like_a_zone(text: &str) -> bool {
    text.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '<').count() >= LETTERS_OF_A_ZONE
}
