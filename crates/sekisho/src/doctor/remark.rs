//! What is said of an installation.

use serde::{Serialize, Serializer, ser::SerializeStruct};

/// How much a remark weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Something is weak and can be mended: exit code 1.
    Finding,
    /// It could not be looked at. Never to be read as "fine".
    CannotTell,
    /// Something to know.
    Note,
}

impl Severity {
    /// As it is printed.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Finding => "finding",
            Self::CannotTell => "cannot tell",
            Self::Note => "note",
        }
    }
}

/// The same sentence in the two languages that operators read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Words {
    /// English.
    pub en: String,
    /// Japanese.
    pub ja: String,
}

/// A sentence that is always the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Fixed {
    /// English.
    pub en: &'static str,
    /// Japanese.
    pub ja: &'static str,
}

/// One thing that is looked for. Its id is stable: scripts may name it.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    /// Its id, `D-` and words.
    pub id: &'static str,
    /// What it weighs when it is seen.
    pub severity: Severity,
    /// Why it matters.
    pub why: Fixed,
    /// How to mend it.
    pub mend: Fixed,
}

/// One thing that was seen, or could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// What was looked for.
    pub row: &'static Row,
    /// What this one weighs: the row's severity, or [`Severity::CannotTell`].
    pub severity: Severity,
    /// The evidence, or why it could not be had. Nothing personal, no secret.
    pub seen: Words,
}

impl Words {
    /// In both languages.
    pub fn new(en: impl Into<String>, ja: impl Into<String>) -> Self {
        Self { en: en.into(), ja: ja.into() }
    }
}

impl Row {
    /// It was seen.
    pub fn seen(&'static self, en: impl Into<String>, ja: impl Into<String>) -> Remark {
        Remark { row: self, severity: self.severity, seen: Words::new(en, ja) }
    }

    /// It could not be looked at.
    pub fn untold(&'static self, why: &CannotTell) -> Remark {
        Remark { row: self, severity: Severity::CannotTell, seen: why.0.clone() }
    }
}

/// Why something could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CannotTell(pub Words);

impl CannotTell {
    /// For this reason.
    pub fn new(en: impl Into<String>, ja: impl Into<String>) -> Self {
        Self(Words::new(en, ja))
    }

    /// A place that is not to be read.
    pub fn at(place: &std::path::Path, error: &std::io::Error) -> Self {
        let place = place.display();
        Self::new(format!("{place}: {error}"), format!("{place} を読めません({error})"))
    }
}

/// What was looked at, or why it could not be.
pub type Told<T> = Result<T, CannotTell>;

impl Serialize for Remark {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Remark", 5)?;
        object.serialize_field("id", self.row.id)?;
        object.serialize_field("severity", &self.severity)?;
        object.serialize_field("seen", &self.seen)?;
        object.serialize_field("why", &self.row.why)?;
        object.serialize_field("mend", &self.row.mend)?;
        object.end()
    }
}

#[cfg(test)]
pub(super) mod testing {
    use super::*;

    /// The ids of remarks, those that could not be looked at with a question mark.
    pub(in super::super) fn ids(remarks: &[Remark]) -> Vec<String> {
        let mark = |remark: &Remark| if remark.severity == Severity::CannotTell { "?" } else { "" };
        remarks.iter().map(|remark| format!("{}{}", remark.row.id, mark(remark))).collect()
    }
}
