//! `cargo xtask make-documents`: test documents that nobody holds.

use crate::{
    install::{self, Need},
    sh::{self, Failure, cargo},
};

/// The fonts they are printed in.
pub const FONTS: [Need; 3] = [install::NOTO_CJK, install::IPA_FONTS, install::OCR_B];

/// Gets the fonts, builds the generator and hands `arguments` on to it.
pub fn run(arguments: &[String]) -> Result<(), Failure> {
    if let [missing, ..] = &install::ensure(&FONTS)[..] {
        return Err(Failure::usage(format!("{} are needed for {}", missing.name, missing.purpose)));
    }
    let mut command =
        cargo(&["run", "--locked", "--quiet", "--package", "sekisho-papers", "--bin", "sekisho-papers", "--"]);
    // Where it is called from is where its folder is meant to be.
    command.args(arguments).current_dir(".");
    if sh::succeeds(&mut command) { Ok(()) } else { Err(Failure::usage(String::new())) }
}
