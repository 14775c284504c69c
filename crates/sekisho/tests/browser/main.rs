//! A real installation in a real browser, from the founding link to the receipt.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

mod album;
#[path = "../common/bent.rs"]
mod bent;
#[path = "../common/browser.rs"]
mod browser;
mod cached;
mod covered;
mod drawn;
mod locked;
mod people;
mod plain;
mod refusals;
mod way;
mod wire;
mod witnessed;

use std::path::PathBuf;

use sekisho::demo::{Build, House};

/// The built binary in a throwaway installation.
fn house(unstaffed: bool) -> House {
    let program = Some(PathBuf::from(env!("CARGO_BIN_EXE_sekisho")));
    House::build_as(Build { program, unstaffed, ..Build::default() }).unwrap()
}

/// Nothing was refused by a page's own policy, no script failed, nothing was missing.
fn assert_untroubled(browser: &mut browser::Browser) {
    assert_eq!(browser.complaints(), Vec::<String>::new());
}
