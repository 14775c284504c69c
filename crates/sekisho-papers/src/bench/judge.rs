//! One picture, judged: what the program said of it, and what it would have kept.

use std::{fs, path::Path};

use image::DynamicImage;
use serde::{Deserialize, Serialize};

use super::{
    answer::{Answer, Verdict},
    readers, stored,
};
use crate::{kinds::Kind, truth::Truth};

/// How a thing was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// Rightly.
    Right,
    /// Not at all, or as unsure.
    Not,
    /// Wrongly, as if it were sure.
    Wrong,
}

/// What became of a My Number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leak {
    /// Whether every digit and the code are covered, or nothing was kept.
    pub covered: bool,
    /// Readers that still read it in what was kept.
    pub read_by: Vec<String>,
}

/// A judgement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// Its file, from which the seed can be read.
    pub file: String,
    /// What it is; nothing for specimens of kinds that aren't drawn here.
    pub kind: Option<Kind>,
    /// `clean`, `mild`, `hard`, or `specimen`.
    pub severity: String,
    /// Whether it was looked at while the program was made.
    pub development: bool,
    /// What became of it.
    pub verdict: Verdict,
    /// Why.
    pub reason: String,
    /// The birth date.
    pub birth: Told,
    /// The last day, of the machine-readable zone.
    pub expiry: Told,
    /// The machine-readable lines, letter by letter; nothing where there are none.
    pub mrz: Option<Told>,
    /// The kind of document.
    pub kind_told: Told,
    /// How sure it was of the kind, 0 to 1.
    pub kind_confidence: f32,
    /// The My Number; nothing where there is none.
    pub leak: Option<Leak>,
    /// Fields that had to be hidden and can be seen in what would be stored.
    pub seen: Vec<String>,
    /// What the stored file has beside pixels.
    pub side_data: Vec<String>,
    /// Whether anything was stored.
    pub stored: bool,
    /// Whether print was read.
    pub was_read: bool,
    /// Milliseconds to the answer.
    pub ms: f64,
    /// MiB at most.
    pub peak_mb: f64,
}

/// Above this a kind counts as told for sure.
pub const SURE: f32 = 0.8;

/// The kind's name in the registry of kinds, if it has one: what the program calls it.
pub const fn registered(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::DrivingLicence => Some("jp-driving-licence"),
        Kind::MyNumberFront | Kind::MyNumberBack => Some("jp-my-number-card"),
        Kind::NotificationCard => Some("jp-notification-card"),
        Kind::Passport => Some("jp-passport"),
        Kind::ResidenceCard => Some("jp-residence-card"),
        Kind::SpecialPermanentResidentCertificate => Some("jp-special-permanent-resident-certificate"),
        Kind::EligibilityCertificate => Some("jp-eligibility-certificate"),
        Kind::HealthInsuranceCard => Some("jp-health-insurance-card"),
        Kind::ResidentRecord | Kind::Td1Back | Kind::Other => None,
    }
}

/// Judges what was said of a generated picture; `kept` is the file that would be stored, if there is one.
pub fn judge(truth: &Truth, answer: &Answer, kept: &Path, development: bool) -> Judged {
    let bytes = fs::read(kept).ok();
    let picture = bytes.as_deref().and_then(|bytes| image::load_from_memory(bytes).ok());
    let (kind_told, kind_confidence) = kind(Some(truth.kind), answer);
    Judged {
        file: truth.file.clone(),
        kind: Some(truth.kind),
        severity: truth.severity.name().into(),
        development,
        verdict: answer.verdict.unwrap_or(Verdict::Retake),
        reason: answer.reason.clone().unwrap_or_else(|| "reader_ended".into()),
        birth: day(answer.birth_date.as_ref().map(|birth| birth.value.as_str()), truth.birth_date.as_deref()),
        expiry: expiry(answer, truth.expiry_date.as_deref()),
        mrz: (!truth.mrz.is_empty()).then(|| lines(answer, &truth.mrz)),
        kind_told,
        kind_confidence,
        leak: truth.my_number.as_ref().map(|number| leak(truth, &number.digits, picture.as_ref(), kept)),
        seen: picture.as_ref().map(|picture| stored::seen(&picture.to_rgb8(), truth)).unwrap_or_default(),
        side_data: bytes.as_deref().map(stored::side_data).unwrap_or_default(),
        stored: bytes.is_some(),
        was_read: answer.was_read,
        ms: answer.ms,
        peak_mb: answer.peak_mb,
    }
}

/// A day that was told against the one that is so.
pub fn day(told: Option<&str>, so: Option<&str>) -> Told {
    match told {
        None => Told::Not,
        Some(told) if Some(told) == so => Told::Right,
        Some(_) => Told::Wrong,
    }
}

/// The expiry date of a zone whose check digits are right.
pub fn expiry(answer: &Answer, so: Option<&str>) -> Told {
    let zone = answer.mrz.as_ref().filter(|zone| zone.check_digits_ok);
    day(zone.and_then(|zone| zone.expiry_date.as_deref()), so)
}

/// Lines against lines, letter by letter; wrong ones count as such only where the check digits are said to be right.
pub fn lines(answer: &Answer, so: &[String]) -> Told {
    match &answer.mrz {
        Some(zone) if zone.lines == so => Told::Right,
        Some(zone) if zone.check_digits_ok => Told::Wrong,
        _ => Told::Not,
    }
}

/// What it is called against what it is. What has no name in the registry is told rightly by none.
pub fn kind(so: Option<Kind>, answer: &Answer) -> (Told, f32) {
    let so = so.and_then(registered);
    match (&answer.kind, so) {
        (Some(told), Some(so)) if told.value == so => (Told::Right, told.confidence),
        (Some(told), _) => (Told::Wrong, told.confidence),
        (None, None) => (Told::Right, 1.0),
        (None, Some(_)) => (Told::Not, 0.0),
    }
}

fn leak(truth: &Truth, digits: &str, picture: Option<&DynamicImage>, kept: &Path) -> Leak {
    let Some(picture) = picture else { return Leak { covered: true, read_by: Vec::new() } };
    Leak {
        covered: stored::number_is_covered(&picture.to_rgb8(), truth),
        read_by: readers::who_reads(kept, &picture.to_luma8(), digits),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{canvas::Fonts, make, shoot::Severity};

    fn answer(text: &str) -> Answer {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_wrong_date_counts_only_when_it_is_told_as_the_date() {
        assert_eq!(day(None, Some("1990-01-01")), Told::Not);
        assert_eq!(day(Some("1990-01-01"), Some("1990-01-01")), Told::Right);
        assert_eq!(day(Some("1990-01-02"), Some("1990-01-01")), Told::Wrong);
        assert_eq!(day(Some("1990-01-02"), None), Told::Wrong);
        let unsure = answer(r#"{"file":"a","mrz":{"lines":["A"],"check_digits_ok":false,"expiry_date":"2030-01-01"}}"#);
        assert_eq!((expiry(&unsure, Some("2031-01-01")), lines(&unsure, &["B".into()])), (Told::Not, Told::Not));
    }

    /// The control: a picture that is kept as it came shows everything, and that is found.
    #[test]
    fn what_was_not_hidden_is_found() {
        let Some(fonts) = Fonts::for_tests() else { return };
        let folder = tempfile::tempdir().unwrap();
        let open = folder.path().join("open.png");
        let made = make::one(&fonts, 2, Kind::NotificationCard, Severity::Clean);
        let picture = image::load_from_memory(&made.jpeg).unwrap();
        picture.save_with_format(&open, image::ImageFormat::Png).unwrap();
        let said = answer(r#"{"file":"open.jpg","verdict":"accept","reason":"ok"}"#);
        let judged = judge(&made.truth, &said, &open, true);
        assert!(judged.seen.contains(&"name".to_owned()) && judged.seen.contains(&"my_number".to_owned()));
        let leak = judged.leak.unwrap();
        assert!(!leak.covered && judged.stored);
        let judged = judge(&made.truth, &said, &folder.path().join("none"), true);
        assert!(judged.leak.unwrap().covered && !judged.stored);
    }
}
