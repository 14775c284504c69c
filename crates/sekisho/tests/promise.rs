//! README's promise table says what the drills printed, and nothing else.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

use std::{collections::BTreeSet, fs, path::Path};

use sekisho::drill::{Printed, comparison, names, table};

const ADVICE: &str = "run `cargo xtask promise`, which performs the drills and writes what they print";

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)).unwrap()
}

fn printed() -> Vec<Printed> {
    serde_json::from_str(&read("docs/promise.json")).unwrap()
}

fn in_readme() -> String {
    let text = read("README.md");
    let (_, rest) = text.split_once("<!-- promise:begin -->\n").unwrap();
    rest.split_once("<!-- promise:end -->").unwrap().0.to_owned()
}

/// M39: the table is generated.
#[test]
fn the_promise_table_is_what_the_drills_printed() {
    assert_eq!(in_readme(), table(&printed()), "README.md differs from docs/promise.json: {ADVICE}");
}

/// So is what stood beside us.
#[test]
fn the_comparison_is_what_the_drills_printed() {
    let text = read("docs/COMPARISON.md");
    let (_, rest) = text.split_once("<!-- comparison:begin -->\n").unwrap();
    let made = comparison(&serde_json::from_str(&read("docs/promise.json")).unwrap()).unwrap();
    assert_eq!(rest.split_once("<!-- comparison:end -->").unwrap().0, made, "{ADVICE}");
}

/// M39: a new drill, or one that went, is in the table.
#[test]
fn every_drill_was_performed_for_the_table() {
    let performed: BTreeSet<_> = printed().into_iter().map(|row| row.name).collect();
    let there: BTreeSet<_> = names().into_iter().map(String::from).collect();
    assert_eq!(performed, there, "{ADVICE}");
}

/// A table of broken promises would not be shown.
#[test]
fn every_promise_in_the_table_was_kept() {
    let broken: Vec<_> = printed().into_iter().filter(|row| !row.kept).map(|row| row.name).collect();
    assert!(broken.is_empty(), "{broken:?}");
}
