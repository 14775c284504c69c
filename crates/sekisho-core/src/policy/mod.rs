//! A policy: under which law, what may be asked, and how long it is kept.
//!
//! Law changes; a policy is dated data. This is its shape; reading it from TOML
//! belongs to the program, judging it to [`lint::lint`].

pub mod lint;
pub mod question;
#[cfg(test)]
pub(crate) mod sample;
mod tightening;

use alloc::{string::String, vec::Vec};

use serde::{Deserialize, Serialize};

use crate::id::{KindName, PolicyName};

/// The most hours that any picture may live, whatever the policy: the keeper has no key for longer.
pub const MAX_PICTURE_HOURS: u16 = 72;

/// Days after leaving that need no reason.
pub const PLAIN_MEMBER_DAYS: u16 = 90;

/// A text in the languages that members and reviewers read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Japanese.
    pub ja: String,
    /// English.
    pub en: String,
}

/// A calendar day, `YYYY-MM-DD`, on Japan's calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub jiff::civil::Date);

/// One policy, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Its name, e.g. `jp-dating-site`.
    pub name: PolicyName,
    /// Its version, from 1; every change is a new version.
    pub version: u32,
    /// What it is called.
    pub title: Text,
    /// The first day on which it may be used.
    pub valid_from: Day,
    /// The last day on which it may be used.
    pub valid_to: Option<Day>,
    /// Why it is lawful to ask.
    pub basis: Basis,
    /// The documents that it accepts.
    pub kinds: Vec<AcceptedKind>,
    /// What may stay visible; all else is covered before sealing.
    pub visible: Vec<Field>,
    /// The claim that it makes.
    pub age: AgeRule,
    /// What the reviewer answers. `{date}` stands for the latest birth date that is old enough.
    pub question: Text,
    /// How many reviewers must agree.
    pub reviewers: u8,
    /// How long things are kept.
    pub retention: Retention,
    /// When reviewers work.
    pub hours: ReviewHours,
}

/// Why it is lawful to ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Basis {
    /// What sort of duty it is. It decides what may be kept.
    pub class: BasisClass,
    /// The law.
    pub law: Text,
    /// The article.
    pub article: Text,
    /// What for, in one sentence for the member.
    pub purpose: Text,
    /// Where this was read.
    pub source: String,
}

/// What sort of duty a basis is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BasisClass {
    /// Only the age is asked for. A picture may live 72 hours, no longer.
    Age,
    /// A person's identity is asked for.
    Identity,
    /// A record is kept, never a picture.
    Record,
}

/// A document that a policy accepts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptedKind {
    /// Its kind.
    pub kind: KindName,
    /// What members call it.
    pub name: Text,
    /// What must be hidden on it, in one sentence for the member.
    pub hide: Text,
    /// The last day on which it is accepted.
    pub valid_to: Option<Day>,
}

/// A part of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The birth date.
    BirthDate,
    /// The age, where it is printed.
    Age,
    /// What the document is called.
    Title,
    /// Who issued it.
    Issuer,
    /// The name of the person.
    Name,
    /// The portrait.
    Portrait,
    /// The address.
    Address,
    /// The document's own number.
    Number,
    /// 個人番号, in digits or in a code.
    MyNumber,
    /// 保険者番号 of a health insurance.
    InsurerNumber,
    /// 記号・番号・枝番 of a health insurance.
    InsuranceSymbol,
    /// The QR code that shows them.
    InsuranceCode,
    /// 基礎年金番号.
    PensionNumber,
    /// 住民票コード.
    ResidentCode,
    /// 本籍.
    Domicile,
    /// The sex.
    Sex,
    /// 臓器提供の欄.
    OrganDonor,
    /// The four digits of セキュリティコード.
    SecurityCode,
    /// The machine-readable lines.
    MachineLines,
    /// 国籍・地域.
    Nationality,
    /// 在留資格, its period and what it permits.
    Residence,
    /// 免許の条件等, and classes of vehicles.
    Conditions,
    /// A signature.
    Signature,
}

impl Field {
    /// What no policy may leave visible, whatever its basis: a law forbids asking for it or writing it down. Which law
    /// and where it was read stands in the registry of kinds.
    pub const FORBIDDEN: [Field; 6] = [
        Self::MyNumber,
        Self::InsurerNumber,
        Self::InsuranceSymbol,
        Self::InsuranceCode,
        Self::PensionNumber,
        Self::ResidentCode,
    ];

    /// Its name in a policy file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BirthDate => "birth_date",
            Self::Age => "age",
            Self::Title => "title",
            Self::Issuer => "issuer",
            Self::Name => "name",
            Self::Portrait => "portrait",
            Self::Address => "address",
            Self::Number => "number",
            Self::MyNumber => "my_number",
            Self::InsurerNumber => "insurer_number",
            Self::InsuranceSymbol => "insurance_symbol",
            Self::InsuranceCode => "insurance_code",
            Self::PensionNumber => "pension_number",
            Self::ResidentCode => "resident_code",
            Self::Domicile => "domicile",
            Self::Sex => "sex",
            Self::OrganDonor => "organ_donor",
            Self::SecurityCode => "security_code",
            Self::MachineLines => "machine_lines",
            Self::Nationality => "nationality",
            Self::Residence => "residence",
            Self::Conditions => "conditions",
            Self::Signature => "signature",
        }
    }
}

impl core::fmt::Display for Field {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name())
    }
}

/// The claim `age_over_N` and how age is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgeRule {
    /// The age that must have been reached, in years.
    pub at_least: u8,
    /// When a year of age is complete.
    pub reached: Reached,
    /// When somebody born on 29 February comes of age in a common year.
    pub leap_day: LeapDay,
}

/// When a year of age is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reached {
    /// At the end of the day before the birthday, and so counted from the birthday's own first second.
    Birthday,
    /// Counted as already reached throughout the day before the birthday.
    DayBefore,
}

/// When somebody born on 29 February comes of age in a common year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeapDay {
    /// With the end of 28 February: the first day of the new age is 1 March.
    March1,
    /// 28 February itself stands for the birthday.
    February28,
}

/// How long things are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Hours from submission after which a picture is gone, decided or not.
    pub picture_hours: u16,
    /// Hours from submission after which the queue is warned.
    pub warn_hours: u16,
    /// Days after leaving until what ties a record to a person is erased.
    pub member_days: u16,
    /// Why `member_days` is more than 90, in an officer's words.
    #[serde(default)]
    pub member_days_reason: Option<String>,
}

impl Retention {
    /// The hours that a picture is sure to live, for whoever asks whether a reviewer sees it in time.
    ///
    /// Fewer than `picture_hours`: deadlines are whole hours, and a picture may arrive under an intake key that is
    /// almost two hours old, whose 72 hours count from the start of its own.
    pub const fn sure_hours(&self) -> u16 {
        let by_policy = self.picture_hours.saturating_sub(1);
        let by_key = MAX_PICTURE_HOURS - 2;
        if by_policy < by_key { by_policy } else { by_key }
    }
}

/// When reviewers work, in Japan's time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewHours {
    /// Opening hours of each weekday, Monday first; empty for a closed day.
    pub week: [Vec<Window>; 7],
    /// Whether Japan's public holidays are closed days.
    pub closed_on_holidays: bool,
    /// Further closed days.
    #[serde(default)]
    pub closed: Vec<Day>,
}

/// A span of a day in minutes from midnight; `to` is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// First minute.
    pub from: u16,
    /// The minute after the last, 1440 at most.
    pub to: u16,
}

impl Serialize for Day {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
