//! In which language a command says what it found.

use clap::ValueEnum;

/// A language, as `--lang` takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Language {
    En,
    Ja,
}
