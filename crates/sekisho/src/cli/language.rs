//! In which language a command says what it found.

use clap::ValueEnum;

/// A language, as `--lang` takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Language {
    En,
    Ja,
}

impl Language {
    /// The one of both that is in this language.
    pub(super) const fn pick<'a>(self, ja: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Ja => ja,
            Self::En => en,
        }
    }
}
