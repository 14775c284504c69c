//! Walls against other people's crates.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    process::Command,
};

use crate::{Breach, assert_none, tree::root};

/// Below this many crates the keeper's dependencies can be read by one person.
const KEEPER_LIMIT: usize = 100;

/// Not beneath the keeper: HTTP, HTML, pictures, a runtime, another database.
const NOT_BENEATH_THE_KEEPER: [&str; 12] = [
    "askama",
    "axum",
    "http",
    "hyper",
    "image",
    "openssl",
    "reqwest",
    "rustls",
    "sqlx",
    "tokio",
    "tokio-postgres",
    "tower",
];

/// The crates in the output of `cargo tree --prefix none`, by name and version, without our own.
fn listed(output: &str) -> BTreeSet<(&str, &str)> {
    output.lines().filter_map(entry).filter(|(name, _)| !name.starts_with("sekisho")).collect()
}

/// `name vVERSION`, and perhaps a path or a mark behind it.
fn entry(line: &str) -> Option<(&str, &str)> {
    let mut words = line.split_whitespace();
    Some((words.next()?, words.next()?))
}

/// What is built into the keeper: no build scripts, no procedural macros, no tests.
fn beneath_the_keeper() -> String {
    let arguments = ["tree", "-p", "sekisho-keeper", "-e", "normal,no-proc-macro", "--prefix", "none"];
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("cargo speaks UTF-8")
}

fn unwelcome(crates: &BTreeSet<(&str, &str)>) -> Vec<Breach> {
    let named = crates.iter().filter(|(name, _)| NOT_BENEATH_THE_KEEPER.contains(name));
    named.map(|(name, version)| Breach::new("sekisho-keeper", format!("has {name} {version} beneath it"))).collect()
}

/// The crates that `deny.toml` bans, each with those that may have it all the same.
fn banned() -> BTreeMap<String, Vec<String>> {
    let text = fs::read_to_string(root().join("deny.toml")).expect("deny.toml is there");
    let deny: toml::Table = text.parse().expect("deny.toml is TOML");
    let bans = deny["bans"]["deny"].as_array().expect("a list of bans");
    bans.iter()
        .map(|ban| (ban["crate"].as_str().expect("a ban names a crate").to_owned(), texts(ban.get("wrappers"))))
        .collect()
}

fn texts(list: Option<&toml::Value>) -> Vec<String> {
    let entries = list.and_then(|list| list.as_array()).into_iter().flatten();
    entries.filter_map(|entry| entry.as_str()).map(str::to_owned).collect()
}

/// Every edge of a `Cargo.lock` that ends at a banned crate, but for those from its wrappers.
fn locked(lock: &str, banned: &BTreeMap<String, Vec<String>>) -> Vec<Breach> {
    let lock: toml::Table = lock.parse().expect("Cargo.lock is TOML");
    let mut breaches = Vec::new();
    for package in lock["package"].as_array().expect("a list of packages") {
        let name = package["name"].as_str().expect("a package has a name");
        for dependency in texts(package.get("dependencies")) {
            // An entry is `name`, or `name version` where there are several.
            let dependency = dependency.split(' ').next().unwrap_or_default();
            let is_breach =
                banned.get(dependency).is_some_and(|wrappers| !wrappers.iter().any(|wrapper| wrapper == name));
            breaches.extend(
                is_breach
                    .then(|| Breach::new("Cargo.lock", format!("{name} needs {dependency}, which deny.toml bans"))),
            );
        }
    }
    breaches
}

#[test]
fn fewer_than_a_hundred_crates_lie_beneath_the_keeper() {
    let output = beneath_the_keeper();
    let count = listed(&output).len();
    assert!(count > 20, "only {count}: the list was not read");
    assert!(count < KEEPER_LIMIT, "{count} crates, and the limit is {KEEPER_LIMIT}");
}

#[test]
fn the_keeper_has_no_http_no_html_and_no_pictures_beneath_it() {
    assert_none(&unwelcome(&listed(&beneath_the_keeper())));
}

/// Even where `cargo deny` is not installed.
#[test]
fn no_banned_crate_is_locked() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).expect("Cargo.lock is there");
    assert_none(&locked(&lock, &banned()));
}

#[test]
fn the_counter_counts_each_crate_once_and_ours_not_at_all() {
    let output = "sekisho-keeper v0.1.0 (/x)\na v1.0.0\nb v2.0.0\na v1.0.0 (*)\na v2.0.0\n\n";
    assert_eq!(listed(output).len(), 3);
}

#[test]
fn a_planted_web_server_beneath_the_keeper_is_found() {
    assert_eq!(unwelcome(&listed("sekisho-keeper v0.1.0 (/x)\naxum v0.8.9\nserde v1.0.0\n")).len(), 1);
}

#[test]
fn a_planted_banned_crate_is_found_unless_its_wrapper_brings_it() {
    let banned = BTreeMap::from([("sharks".to_owned(), vec!["tank".to_owned()])]);
    let lock = |name: &str| format!("[[package]]\nname = \"{name}\"\ndependencies = [\"sea\", \"sharks 0.5.0\"]\n");
    assert_eq!(locked(&lock("beach"), &banned).len(), 1);
    assert_none(&locked(&lock("tank"), &banned));
}

#[test]
fn deny_toml_bans_what_it_should() {
    let banned = banned();
    for name in ["backoff", "bincode", "instant", "paste", "rsa", "rustls-pemfile", "serde_yml", "sharks"] {
        assert!(banned.contains_key(name), "{name}");
    }
}
