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
mod tests {
    use sekisho_core::{
        kinds::{Back, NotAccepted},
        policy::{BasisClass, lint::lint, question::question},
    };

    use super::*;

    fn today() -> Day {
        "2026-11-21".parse().unwrap()
    }

    fn parsed(text: &str) -> Result<Policy, String> {
        parse(text, Path::new("p.toml")).map_err(|error| error.to_string())
    }

    /// M55
    #[test]
    fn every_shipped_policy_lints_clean() {
        let policies = built_in();
        assert_eq!(policies.len(), SHIPPED.len());
        for (policy, (file, _)) in policies.iter().zip(SHIPPED) {
            assert_eq!(lint(policy, today()), [], "{file}");
            assert_eq!(kinds().lint(policy), [], "{file}");
            assert_eq!(format!("{}.toml", policy.name), file);
            assert_eq!(policy.basis.class, BasisClass::Age);
        }
    }

    /// M55
    #[test]
    fn each_shipped_policy_asks_for_its_own_age() {
        let asked: Vec<_> = built_in().iter().map(|policy| question(policy, today())).collect();
        assert_eq!(asked[0].text.ja, "2008年(平成20年)11月21日以前に生まれましたか。");
        assert_eq!(asked[1].text.en, "Born on or before 21 November 2006 (平成18年)?");
    }

    /// M10, M13: the policy of 2021, ten years after leaving, in hours of a picture and in days of a member.
    #[test]
    fn an_over_long_age_policy_is_refused() {
        let shipped = SHIPPED[0].1;
        let changed = |from: &str, to: &str| {
            assert!(shipped.contains(from));
            let policy = parsed(&shipped.replace(from, to)).unwrap();
            lint(&policy, today()).into_iter().map(|finding| finding.code).collect::<Vec<_>>()
        };
        assert_eq!(changed("picture_hours = 72", "picture_hours = 73"), ["picture_too_long"]);
        assert_eq!(changed("picture_hours = 72", "picture_hours = 65535"), ["picture_too_long"]);
        assert_eq!(changed("member_days = 90", "member_days = 3653"), ["member_days_without_reason"]);
    }

    /// M2
    #[test]
    fn the_registry_knows_every_kind_and_its_statutory_masks() {
        let registry = kinds();
        for name in ["jp-health-insurance-card", "jp-eligibility-certificate"] {
            let kind = registry.get(&name.parse().unwrap()).unwrap();
            let masks: Vec<_> = kind.statutory().map(|hidden| hidden.what.ja.as_str()).collect();
            assert_eq!(masks, ["保険者番号", "記号・番号・枝番", "QRコード"], "{name}");
        }
        let my_number = registry.get(&"jp-my-number-card".parse().unwrap()).unwrap();
        assert_eq!(my_number.back, Back::Refuse);
        for name in ["jp-notification-card", "jp-pension-book", "jp-disability-certificate"] {
            let name = name.parse().unwrap();
            assert!(matches!(registry.accepted(&name, today()), Err(NotAccepted::Refused(_))), "{name}");
        }
    }

    /// M2
    #[test]
    fn the_health_insurance_card_ended_on_its_day() {
        let (registry, name) = (kinds(), "jp-health-insurance-card".parse().unwrap());
        let last: Day = "2025-12-01".parse().unwrap();
        assert!(registry.accepted(&name, last).is_ok());
        let refused = registry.accepted(&name, last.plus(1)).unwrap_err();
        assert!(matches!(refused, NotAccepted::Ended { last: day, why: Some(_) } if day == last));
    }

    #[test]
    fn no_kind_is_listed_twice() {
        let registry = kinds();
        for (index, kind) in registry.kinds.iter().enumerate() {
            assert!(!registry.kinds[..index].iter().any(|earlier| earlier.kind == kind.kind), "{}", kind.kind);
        }
    }

    #[test]
    fn a_misspelt_word_is_refused_with_its_place_and_what_to_do() {
        let text = SHIPPED[0].1.replace("picture_hours", "picture_hour");
        let line = text.lines().position(|line| line.starts_with("picture_hour ")).unwrap() + 1;
        let error = parsed(&text).unwrap_err();
        assert!(error.starts_with(&format!("p.toml:{line}:1: unknown field `picture_hour`")), "{error}");
        assert!(error.contains("correct the spelling"), "{error}");
    }

    #[test]
    fn each_mistake_is_named_where_it_is() {
        for (from, to, expected) in [
            ("09:00-21:00", "9-21", "\"09:00-21:00\""),
            ("09:00-21:00", "09:00-24:01", "\"09:00-21:00\""),
            ("valid_from = \"2026-11-01\"", "valid_from = 2026-11-01", "in quotes"),
            ("valid_from = \"2026-11-01\"", "valid_from = \"2026-11-31\"", "YYYY-MM-DD"),
            ("valid_from = \"2026-11-01\"", "", "missing field `valid_from`; add it"),
            ("class = \"age\"", "class = \"ages\"", "unknown variant `ages`"),
            ("reviewers = 1", "reviewers = -1", "invalid value"),
        ] {
            let error = parsed(&SHIPPED[0].1.replacen(from, to, 1)).unwrap_err();
            assert!(error.contains(expected), "{to}: {error}");
        }
    }

    #[test]
    fn a_day_that_is_not_named_is_closed() {
        let text = SHIPPED[0].1.replace("sunday = [\"09:00-21:00\"]\n", "");
        assert!(parsed(&text).unwrap().hours.week[6].is_empty());
    }

    #[test]
    fn a_file_that_is_not_there_says_so() {
        let error = read(Path::new("/nonexistent/policy.toml")).unwrap_err();
        assert!(error.to_string().contains("check the path"), "{error}");
    }
}
