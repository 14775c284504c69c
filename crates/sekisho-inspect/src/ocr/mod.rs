//! Print, read from a picture: two networks find the lines and read them, and what is before, between and after is here.
//!
//! Detection gives for each pixel how likely it is part of a line (DB, Liao et al. 2020); recognition gives for each
//! step along a line how likely each letter is (CTC, Graves et al. 2006). The networks are PP-OCRv6 small. Which
//! library computes them is behind [`Engine`].

mod alike;
mod crop;
mod ctc;
mod detect;
mod dictionary;
mod engine;
mod forced;
mod lines;
mod models;
#[cfg(feature = "ocr")]
mod network;
mod rectangle;
mod regions;
#[cfg(all(test, feature = "ocr"))]
pub(crate) mod testing;
mod turns;
mod vote;
mod zone;

pub use engine::{Engine, EngineError, Planes};
pub use models::{FILES, ModelFiles, Models, ModelsError, WHEEL};

use image::RgbImage;

use self::dictionary::{Dictionary, Reach};
use crate::read::line::Line;

/// Reads print.
pub struct Reader {
    engine: Box<dyn Engine>,
    dictionary: Dictionary,
    reach: Reach,
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
    /// Lines read again as a machine-readable zone must be, in several ways, the likeliest first.
    pub zones: Vec<Vec<Line>>,
    /// Quarter turns, clockwise, after which its print stands upright: 0 to 3.
    pub turns: u8,
}

impl Page {
    /// The same page with its corners in another picture: where `to` says that they lie.
    pub fn placed(mut self, to: impl Fn((f32, f32)) -> (f32, f32)) -> Self {
        for line in self.lines.iter_mut().chain(self.zones.iter_mut().flatten()) {
            line.quad = line.quad.map(&to);
        }
        self
    }
}

#[cfg(test)]
impl Page {
    /// An upright page with these lines and no zone.
    pub(crate) fn of(lines: Vec<Line>) -> Self {
        Self { lines, zones: Vec::new(), turns: 0 }
    }
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
        let reach = dictionary.reach();
        Ok(Self { engine, dictionary, reach })
    }

    /// The lines of `picture`, from top to bottom.
    pub fn lines(&self, picture: &RgbImage) -> Vec<Line> {
        self.page(picture).lines
    }

    /// The lines of `picture` and how it lies. A picture that the networks can't bear has none.
    pub fn page(&self, picture: &RgbImage) -> Page {
        turns::page(self, picture).unwrap_or(Page { lines: Vec::new(), zones: Vec::new(), turns: 0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sees one line across the middle third of the picture, and reads `ab` in it.
    struct Blind;

    impl Engine for Blind {
        fn detect(&self, picture: Planes) -> Result<Vec<f32>, EngineError> {
            let third = picture.height / 3;
            let likely = |at: usize| (third..2 * third).contains(&(at / picture.width));
            Ok((0..picture.width * picture.height).map(|at| if likely(at) { 0.9 } else { 0.0 }).collect())
        }

        fn recognise(&self, _strip: Planes) -> Result<Vec<f32>, EngineError> {
            Ok([[0.0, 0.95, 0.0, 0.0], [0.0, 0.0, 0.97, 0.0]].concat())
        }

        fn letters(&self) -> &str {
            "a\nb"
        }
    }

    #[test]
    fn any_engine_will_do() {
        let page = Reader::with(Box::new(Blind)).unwrap().page(&RgbImage::new(600, 100));
        let [line] = &page.lines[..] else { panic!("{page:?}") };
        assert_eq!((line.text.as_str(), page.turns, line.letters.len()), ("ab", 0, 2));
        assert!(line.place.2 > 590.0 && line.quad[0].1 < 40.0, "{line:?}");
    }

    #[cfg(feature = "ocr")]
    #[test]
    fn print_is_read_whichever_way_the_picture_lies() {
        let Some(reader) = testing::reader() else { return };
        let upright = testing::printed(&["DATE OF BIRTH", "31 MAR 1986", "NUMBER 4711"]);
        let turned = [
            upright.clone(),
            image::imageops::rotate270(&upright),
            image::imageops::rotate180(&upright),
            image::imageops::rotate90(&upright),
        ];
        for (turns, picture) in turned.iter().enumerate() {
            let page = reader.page(picture);
            let texts: Vec<&str> = page.lines.iter().map(|line| line.text.as_str()).collect();
            assert_eq!((texts, page.turns), (vec!["DATE OF BIRTH", "31 MAR 1986", "NUMBER 4711"], turns as u8));
            let (side, corner) = (picture.width() as f32, page.lines[0].quad[0]);
            assert!(
                page.lines[0].quad.iter().all(|(x, y)| *x >= 0.0 && *x <= side && *y >= 0.0),
                "{turns}: {corner:?}"
            );
            assert!(page.lines.iter().all(|line| line.certainty().is_some_and(|sure| sure > 0.8)), "{turns}");
        }
    }
}
