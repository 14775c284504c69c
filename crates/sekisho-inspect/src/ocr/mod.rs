//! Print, read from a picture: two networks find the lines and read them, and what is before, between and after is here.
//!
//! Detection gives for each pixel how likely it is part of a line (DB, Liao et al. 2020); recognition gives for each
//! step along a line how likely each letter is (CTC, Graves et al. 2006). The networks are PP-OCRv6 small. Which
//! library computes them is behind [`Engine`].

mod crop;
mod ctc;
mod detect;
mod dictionary;
mod engine;
mod lines;
mod models;
#[cfg(feature = "ocr")]
mod network;
mod rectangle;
mod regions;
mod turns;

pub use engine::{Engine, EngineError, Planes};
pub use models::{FILES, Models, ModelsError};

use image::RgbImage;

use self::dictionary::Dictionary;
use crate::read::line::Line;

/// Reads print.
pub struct Reader {
    engine: Box<dyn Engine>,
    dictionary: Dictionary,
}

/// Why there is no reader.
#[derive(Debug, thiserror::Error)]
pub enum ReaderError {
    /// The program was built without the feature `ocr`.
    #[error("this program was built without the feature `ocr`")]
    NotBuilt,
    /// The networks can't be used.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// They don't say which letters they know.
    #[error("the network that reads lines doesn't say which letters it knows")]
    NoDictionary,
}

/// What was read from a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Its lines, from top to bottom as they are read. Their corners lie in the picture as it was given, their places
    /// in the picture turned and deskewed.
    pub lines: Vec<Line>,
    /// Quarter turns, clockwise, after which its print stands upright: 0 to 3.
    pub turns: u8,
}

impl Reader {
    /// Builds the networks. It starts no thread if none may be started, so that a process of one thread stays one:
    /// call it where starting one is forbidden if that process will fork.
    ///
    /// # Errors
    /// When the program has no engine, or the networks are none that it can compute.
    #[cfg(feature = "ocr")]
    pub fn load(models: Models) -> Result<Self, ReaderError> {
        Self::with(Box::new(network::Networks::load(models)?))
    }

    /// Says that there is no engine.
    ///
    /// # Errors
    /// Always: this program was built without the feature `ocr`.
    #[cfg(not(feature = "ocr"))]
    pub fn load(_models: Models) -> Result<Self, ReaderError> {
        Err(ReaderError::NotBuilt)
    }

    /// A reader over `engine`.
    ///
    /// # Errors
    /// When the engine doesn't say which letters it knows.
    pub fn with(engine: Box<dyn Engine>) -> Result<Self, ReaderError> {
        let dictionary = Dictionary::of(engine.letters()).ok_or(ReaderError::NoDictionary)?;
        Ok(Self { engine, dictionary })
    }

    /// The lines of `picture`, from top to bottom.
    pub fn lines(&self, picture: &RgbImage) -> Vec<Line> {
        self.page(picture).lines
    }

    /// The lines of `picture` and how it lies. A picture that the networks can't bear has none.
    pub fn page(&self, picture: &RgbImage) -> Page {
        turns::page(self, picture).unwrap_or(Page { lines: Vec::new(), turns: 0 })
    }
}
