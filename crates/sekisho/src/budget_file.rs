//! Files of budgets: TOML of [`Limits`], where what is left out is the default.

use std::path::Path;

use sekisho_core::budget::Limits;

/// Reads the limits in `file`. They are not judged.
///
/// # Errors
/// What is wrong with the file, in a sentence.
pub fn read(file: &Path) -> Result<Limits, String> {
    let text = std::fs::read_to_string(file).map_err(|why| format!("can't be read ({why}); check the path"))?;
    parse(&text)
}

/// Reads limits out of a file's text. They are not judged.
///
/// # Errors
/// What is wrong with it, in a sentence.
pub fn parse(text: &str) -> Result<Limits, String> {
    toml::from_str(text).map_err(|why| why.to_string().trim_end().to_owned())
}
