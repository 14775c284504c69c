//! `cargo xtask promise`: performs every drill, and writes what they printed into the promise table and beside it.

use std::{fs, path::Path, process::Command};

use crate::{
    install::{self, C_COMPILER, OPENBAO},
    sh::{self, Failure, cargo},
    wheel,
};

/// What the drills printed, as they printed it.
const PRINTED: &str = "docs/promise.json";
/// The tables: where each stands, what it is called there, and what prints it.
const TABLES: [(&str, &str, &str); 2] =
    [("README.md", "promise", "--table"), ("docs/COMPARISON.md", "comparison", "--comparison")];

/// Performs the drills and writes docs/promise.json and the tables that are made of it.
pub fn run() -> Result<(), Failure> {
    install::ensure(&[C_COMPILER, OPENBAO]);
    if !sh::succeeds(&mut cargo(&["build", "--locked", "--package", "sekisho"])) {
        return Err(Failure::finding("it does not build".into()));
    }
    let printed = sh::root().join(PRINTED);
    let (rows, kept) = told(&["drill", "--json"])?;
    write(&printed, &rows)?;
    for (file, name, option) in TABLES {
        let (table, _) = told(&["drill", option, PRINTED])?;
        put(file, name, &table)?;
        eprintln!("{file} says what the drills printed");
    }
    if kept { Ok(()) } else { Err(Failure::finding("a promise was broken".into())) }
}

/// What the program printed, and whether it was content. Anything but content or a finding is a failure of ours.
fn told(words: &[&str]) -> Result<(String, bool), Failure> {
    let mut command = Command::new(sh::root().join("target/debug/sekisho"));
    command.args(words).current_dir(sh::root()).stderr(std::process::Stdio::inherit());
    if let Some(bao) = wheel::OPENBAO.found() {
        command.env(wheel::OPENBAO.variable, bao);
    }
    eprintln!("$ {}", sh::typed(&command));
    let output = command.output().map_err(|why| Failure::usage(format!("it does not run: {why}")))?;
    match output.status.code() {
        Some(code @ (0 | 1)) => Ok((String::from_utf8_lossy(&output.stdout).into_owned(), code == 0)),
        _ => Err(Failure::usage("the drills could not be performed".into())),
    }
}

fn put(file: &str, name: &str, table: &str) -> Result<(), Failure> {
    let path = sh::root().join(file);
    let text = fs::read_to_string(&path).map_err(|why| Failure::usage(format!("{file}: {why}")))?;
    let text = spliced(&text, name, table);
    write(&path, &text.ok_or_else(|| Failure::usage(format!("{file} has no place for the table")))?)
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|why| Failure::usage(format!("{}: {why}", path.display())))
}

/// The text with the table in its place.
fn spliced(text: &str, name: &str, table: &str) -> Option<String> {
    let (begin, end) = (format!("<!-- {name}:begin -->\n"), format!("<!-- {name}:end -->"));
    let (before, rest) = text.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}{table}{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_replaces_the_one_before_and_nothing_else() {
        let text = "a\n<!-- promise:begin -->\nold\n<!-- promise:end -->\nb";
        assert_eq!(
            spliced(text, "promise", "new\n").unwrap(),
            "a\n<!-- promise:begin -->\nnew\n<!-- promise:end -->\nb"
        );
        assert_eq!(spliced("no place", "promise", "new\n"), None);
    }
}
