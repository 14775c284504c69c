//! The fonts of the system, and how a line is set.

use std::{fs, path::Path};

use swash::FontRef;

use super::Colour;

/// A typeface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// IPA Gothic: all letters of one width, as printers of cards and registers use it.
    Gothic,
    /// IPA Mincho.
    Mincho,
    /// Noto Sans CJK JP.
    Sans,
    /// Noto Sans CJK JP, bold.
    SansBold,
    /// Noto Serif CJK JP.
    Serif,
    /// OCR-B.
    OcrB,
}

/// Where Debian lays them, which of a collection's fonts, and the package they are in.
const FILES: [(&str, usize, &str); 6] = [
    ("/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf", 0, "fonts-ipafont-gothic"),
    ("/usr/share/fonts/opentype/ipafont-mincho/ipam.ttf", 0, "fonts-ipafont-mincho"),
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 0, "fonts-noto-cjk"),
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc", 0, "fonts-noto-cjk"),
    ("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc", 0, "fonts-noto-cjk"),
    ("/usr/share/fonts/opentype/ocr-b/OCRB.otf", 0, "fonts-ocr-b"),
];

/// Every typeface, read once.
pub struct Fonts {
    files: Vec<Vec<u8>>,
}

/// Why a font can't be had.
#[derive(Debug, thiserror::Error)]
#[error("{path} is no font that can be read: install the package {package}")]
pub struct FontsError {
    path: &'static str,
    package: &'static str,
}

impl Fonts {
    /// Reads them from where Debian lays them.
    ///
    /// # Errors
    /// When one isn't there; it names the package.
    pub fn of_the_system() -> Result<Self, FontsError> {
        let read = |&(path, index, package): &(&'static str, usize, &'static str)| {
            let bytes = fs::read(Path::new(path)).ok();
            let usable = bytes.filter(|bytes| FontRef::from_index(bytes, index).is_some());
            usable.ok_or(FontsError { path, package })
        };
        Ok(Self { files: FILES.iter().map(read).collect::<Result<_, _>>()? })
    }

    /// For tests: the fonts, or nothing, told, where they may be missing.
    #[cfg(test)]
    pub(crate) fn for_tests() -> Option<Self> {
        let fonts = Self::of_the_system();
        assert!(fonts.is_ok() || std::env::var_os("SEKISHO_REQUIRE_PAPERS").is_none(), "{:?}", fonts.err());
        fonts.inspect_err(|why| eprintln!("not run: what draws documents ({why})")).ok()
    }

    pub(super) fn face(&self, face: Face) -> FontRef<'_> {
        let place = face as usize;
        FontRef::from_index(&self.files[place], FILES[place].1).expect("it was a font when it was read")
    }
}

/// How letters are set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ink {
    /// The typeface.
    pub face: Face,
    /// The size of its em in millimetres.
    pub size: f32,
    /// Their colour.
    pub colour: Colour,
    /// What is added between letters, in millimetres.
    pub space: f32,
    /// How wide letters are beside how they were drawn.
    pub width: f32,
}

impl Ink {
    /// Black letters of this size.
    pub const fn new(face: Face, size: f32) -> Self {
        Self { face, size, colour: [25, 25, 28], space: 0.0, width: 1.0 }
    }

    /// The same in a colour.
    #[must_use]
    pub const fn coloured(self, colour: Colour) -> Self {
        Self { colour, ..self }
    }

    /// The same with more between letters.
    #[must_use]
    pub const fn spaced(self, space: f32) -> Self {
        Self { space, ..self }
    }

    /// The same, wider or narrower.
    #[must_use]
    pub const fn widened(self, width: f32) -> Self {
        Self { width, ..self }
    }
}
