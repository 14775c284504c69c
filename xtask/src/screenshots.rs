//! `cargo xtask screenshots`: a picture of every page, taken on the way through a real installation.

use std::path::PathBuf;

use crate::{
    install::{self, CHROMIUM, JAPANESE_FONTS},
    sh::{self, Failure, cargo},
};

/// The tests that take the pictures as they go: the whole way, and what the desk says of witnesses; in each language.
const WAY: [&str; 9] = [
    "test",
    "--locked",
    "--package",
    "sekisho",
    "--test",
    "browser",
    "--",
    "from_the_founding_link_to_the_receipt",
    "what_the_desk_says_of_a_witness",
];

/// Takes the pictures, into the folder that is named or `out/screenshots`: every page in both languages, as wide as
/// a phone (390 × 844) and as a desk's screen (1280 × 800), and as high as it is.
pub fn run(arguments: &[String]) -> Result<(), Failure> {
    if let [missing, ..] = &install::ensure(&[CHROMIUM, JAPANESE_FONTS])[..] {
        return Err(Failure::usage(format!("{} is needed for {}", missing.name, missing.purpose)));
    }
    let folder = folder(arguments)?;
    let mut command = cargo(&WAY);
    command.env("SEKISHO_SCREENSHOTS", &folder).env("SEKISHO_REQUIRE_BROWSER", "1");
    if !sh::succeeds(&mut command) {
        return Err(Failure::finding("the way was not gone to its end".into()));
    }
    println!("{}", folder.display());
    Ok(())
}

/// Absolute, since the test runs in a folder of its own.
fn folder(arguments: &[String]) -> Result<PathBuf, Failure> {
    let named = arguments.first().map_or_else(|| sh::root().join("out/screenshots"), PathBuf::from);
    std::path::absolute(&named).map_err(|error| Failure::usage(format!("{}: {error}", named.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_go_where_they_are_asked_to_or_among_what_is_made() {
        assert!(folder(&[]).unwrap().ends_with("out/screenshots"));
        let named = folder(&["pictures".into()]).unwrap();
        assert!(named.is_absolute() && named.ends_with("pictures"));
    }
}
