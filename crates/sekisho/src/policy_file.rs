//! Policies and the registry of kinds as TOML files.
//!
//! The keeper and the gate know a [`Policy`] only as a value; its file form, with hours as people write them, ends
//! here. A file with an unknown word in it is refused: a misspelt retention must not mean none.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use sekisho_core::{
    calendar::Day,
    id::PolicyName,
    kinds::Registry,
    policy::{AcceptedKind, AgeRule, Basis, Field, Policy, Retention, ReviewHours, Text, Window},
};
use serde::{Deserialize, Deserializer, de, de::DeserializeOwned};

/// The policies that ship with the program, by file name.
const SHIPPED: [(&str, &str); 2] = [
    ("jp-dating-site.toml", include_str!("../../../policies/jp-dating-site.toml")),
    ("jp-age-restricted-sale.toml", include_str!("../../../policies/jp-age-restricted-sale.toml")),
];

const KINDS: &str = include_str!("../../../policies/kinds.toml");

/// Why a file is not a policy.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file can't be read at all.
    #[error("{}: can't be read ({source}); check the path and its permissions", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The file is no TOML, or not this kind of TOML.
    #[error("{}:{line}:{column}: {message}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The column in characters, from 1.
        column: usize,
        /// What is wrong there and what to do.
        message: String,
    },
}

/// Reads a policy from a file. It is not judged: see [`sekisho_core::policy::lint::lint`].
///
/// # Errors
/// When the file can't be read or isn't a policy.
pub fn read(path: &Path) -> Result<Policy, ReadError> {
    let text =
        std::fs::read_to_string(path).map_err(|source| ReadError::Unreadable { path: path.to_path_buf(), source })?;
    parse(&text, path)
}

/// Reads a policy from its text; `path` is what errors call it.
///
/// # Errors
/// When the text isn't a policy.
pub fn parse(text: &str, path: &Path) -> Result<Policy, ReadError> {
    toml::<PolicyInFile>(text, path).map(Into::into)
}

/// The policies that ship with the program.
pub fn built_in() -> Vec<Policy> {
    let parsed = SHIPPED.map(|(name, text)| parse(text, Path::new(name)));
    parsed.into_iter().map(|policy| policy.expect("a test reads every shipped policy")).collect()
}

/// The registry of kinds that ships with the program.
pub fn kinds() -> Registry {
    toml(KINDS, Path::new("kinds.toml")).expect("a test reads the shipped registry")
}

fn toml<T: DeserializeOwned>(text: &str, path: &Path) -> Result<T, ReadError> {
    toml::from_str(text).map_err(|error| malformed(&error, text, path))
}

fn malformed(error: &toml::de::Error, text: &str, path: &Path) -> ReadError {
    let before = text.get(..error.span().map_or(0, |span| span.start)).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    ReadError::Malformed {
        path: path.to_path_buf(),
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
        message: with_advice(error.message()),
    }
}

/// Says what to do where the parser only says what it met.
fn with_advice(message: &str) -> String {
    let advice = match message {
        found if found.starts_with("unknown field") => "; correct the spelling or remove it",
        found if found.starts_with("missing field") => "; add it (see policies/jp-dating-site.toml)",
        found if found.contains("expected a string") => "; write it in quotes, days as \"2026-11-21\"",
        _ => "",
    };
    format!("{}{advice}", message.trim_end().replace('\n', "; "))
}

/// A policy as a file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyInFile {
    name: PolicyName,
    version: u32,
    title: Text,
    valid_from: Day,
    valid_to: Option<Day>,
    basis: Basis,
    kinds: Vec<AcceptedKind>,
    visible: Vec<Field>,
    age: AgeRule,
    question: Text,
    reviewers: u8,
    retention: Retention,
    hours: HoursInFile,
}

/// Review hours as a file has them: a day that isn't named is closed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HoursInFile {
    #[serde(default)]
    monday: Vec<WindowInFile>,
    #[serde(default)]
    tuesday: Vec<WindowInFile>,
    #[serde(default)]
    wednesday: Vec<WindowInFile>,
    #[serde(default)]
    thursday: Vec<WindowInFile>,
    #[serde(default)]
    friday: Vec<WindowInFile>,
    #[serde(default)]
    saturday: Vec<WindowInFile>,
    #[serde(default)]
    sunday: Vec<WindowInFile>,
    closed_on_holidays: bool,
    #[serde(default)]
    closed: Vec<Day>,
}

/// `"09:00-21:00"`.
struct WindowInFile(Window);

impl<'de> Deserialize<'de> for WindowInFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Hours)
    }
}

struct Hours;

impl de::Visitor<'_> for Hours {
    type Value = WindowInFile;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("hours like \"09:00-21:00\", 24:00 at the latest")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<WindowInFile, E> {
        let window = text.split_once('-').and_then(|(from, to)| Some(Window { from: minute(from)?, to: minute(to)? }));
        window.map(WindowInFile).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
    }
}

/// Minutes from midnight of `HH:MM`, up to 24:00.
fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let two_digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !two_digits(hour) || !two_digits(minute) {
        return None;
    }
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    (minute < 60 && hour * 60 + minute <= 1440).then_some(hour * 60 + minute)
}

impl From<HoursInFile> for ReviewHours {
    fn from(file: HoursInFile) -> Self {
        let HoursInFile { monday, tuesday, wednesday, thursday, friday, saturday, sunday, closed_on_holidays, closed } =
            file;
        let week = [monday, tuesday, wednesday, thursday, friday, saturday, sunday];
        let week = week.map(|day| day.into_iter().map(|window| window.0).collect());
        Self { week, closed_on_holidays, closed }
    }
}

impl From<PolicyInFile> for Policy {
    fn from(file: PolicyInFile) -> Self {
        Self {
            name: file.name,
            version: file.version,
            title: file.title,
            valid_from: file.valid_from,
            valid_to: file.valid_to,
            basis: file.basis,
            kinds: file.kinds,
            visible: file.visible,
            age: file.age,
            question: file.question,
            reviewers: file.reviewers,
            retention: file.retention,
            hours: file.hours.into(),
        }
    }
}

#[cfg(test)]
mod tests;
