//! `cargo xtask screenshots`: a picture of every page.

use std::{fs, path::Path, process::Command};

use crate::{
    install::{self, CHROMIUM, JAPANESE_FONTS},
    sh::{self, Failure},
};

/// A page, and the name of its picture.
struct Page {
    name: &'static str,
    url: &'static str,
}

/// Pages that need nobody to be signed in. Empty until the demo can be asked for its addresses.
const PAGES: &[Page] = &[];

/// A telephone's width, on which most members will see it.
const SIZE: &str = "--window-size=412,1100";

/// Takes the pictures, into the folder that is named or `target/screenshots`.
pub fn run(arguments: &[String]) -> Result<(), Failure> {
    if let [missing, ..] = &install::ensure(&[CHROMIUM, JAPANESE_FONTS])[..] {
        return Err(Failure::usage(format!("{} is needed for {}", missing.name, missing.purpose)));
    }
    if PAGES.is_empty() {
        return Err(Failure::usage("no page is listed in xtask/src/screenshots.rs yet".into()));
    }
    let folder = arguments.first().map_or_else(|| sh::root().join("target/screenshots"), Into::into);
    fs::create_dir_all(&folder).map_err(|error| Failure::usage(format!("{}: {error}", folder.display())))?;
    PAGES.iter().try_for_each(|page| shoot(page, &folder))
}

fn shoot(page: &Page, folder: &Path) -> Result<(), Failure> {
    let browser = install::browser().ok_or_else(|| Failure::usage("no browser".into()))?;
    let picture = folder.join(format!("{}.png", page.name));
    let mut command = Command::new(browser);
    command.args(["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", SIZE]);
    command.arg(format!("--screenshot={}", picture.display())).arg(page.url);
    let taken = sh::succeeds(&mut command) && picture.exists();
    if taken { Ok(()) } else { Err(Failure::finding(format!("no picture of {}", page.url))) }
}
