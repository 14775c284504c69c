//! What kind of document a page is, by the words that are printed on it.

use zeroize::Zeroizing;

use super::{
    fold::{compact, folded},
    label::{may_differ, places},
    line::Line,
    number::Sign,
    zone::Zone,
};

/// A kind of document, or a side of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// 運転免許証.
    DrivingLicence,
    /// 個人番号カード, the side with the portrait.
    MyNumberFront,
    /// 個人番号カード, the side with the number: never to be sent.
    MyNumberBack,
    /// 通知カード: never to be sent.
    NotificationCard,
    /// 旅券, the page with the portrait.
    Passport,
    /// 在留カード.
    ResidenceCard,
    /// 特別永住者証明書.
    SpecialPermanentResidentCertificate,
    /// 資格確認書.
    EligibilityCertificate,
    /// 健康保険被保険者証, which ended on 2025-12-01.
    HealthInsuranceCard,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 9] = [
        Kind::DrivingLicence,
        Kind::MyNumberFront,
        Kind::MyNumberBack,
        Kind::NotificationCard,
        Kind::Passport,
        Kind::ResidenceCard,
        Kind::SpecialPermanentResidentCertificate,
        Kind::EligibilityCertificate,
        Kind::HealthInsuranceCard,
    ];

    /// Its name in the registry of kinds; both sides of the My Number card have the same.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::DrivingLicence => "jp-driving-licence",
            Kind::MyNumberFront | Kind::MyNumberBack => "jp-my-number-card",
            Kind::NotificationCard => "jp-notification-card",
            Kind::Passport => "jp-passport",
            Kind::ResidenceCard => "jp-residence-card",
            Kind::SpecialPermanentResidentCertificate => "jp-special-permanent-resident-certificate",
            Kind::EligibilityCertificate => "jp-eligibility-certificate",
            Kind::HealthInsuranceCard => "jp-health-insurance-card",
        }
    }

    /// Words that only this kind has as its title, and words that stand on it and on few others.
    const fn words(self) -> (&'static [&'static str], &'static [&'static str]) {
        match self {
            Kind::DrivingLicence => (&["運転免許証"], &["公安委員会", "免許の条件等", "二・小・原", "免許証番号"]),
            Kind::MyNumberFront => {
                (&["個人番号カード"], &["臓器提供意思", "電子証明書の有効期限", "セキュリティコード"])
            }
            Kind::MyNumberBack => (&[], &["個人番号"]),
            Kind::NotificationCard => (&["通知カード"], &["個人番号", "発行日"]),
            Kind::Passport => (&["旅券番号", "日本国旅券"], &["PASSPORT", "JAPAN", "外務大臣", "本籍"]),
            Kind::ResidenceCard => {
                (&["在留カード"], &["在留資格", "在留期間", "就労制限の有無", "国籍・地域", "出入国在留管理庁長官"])
            }
            Kind::SpecialPermanentResidentCertificate => {
                (&["特別永住者証明書"], &["国籍・地域", "法務大臣", "次回確認"])
            }
            Kind::EligibilityCertificate => {
                (&["資格確認書"], &["保険者番号", "記号", "枝番", "資格取得年月日", "負担割合"])
            }
            Kind::HealthInsuranceCard => {
                (&["被保険者証", "健康保険証"], &["保険者番号", "記号", "枝番", "資格取得年月日"])
            }
        }
    }
}

/// A kind and how sure it is, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Told {
    /// The kind.
    pub kind: Kind,
    /// How sure: 1 less the share of what speaks for the next kind, and less where little speaks at all.
    pub confidence: f32,
}

/// A title alone is worth so much, another word 1.
const TITLE: f32 = 4.0;
/// Less than this is nothing.
const LITTLE: f32 = 2.0;

/// The kind of document that the lines, the zone and the signs of a My Number speak for; nothing if they don't, or for
/// two of them alike.
pub fn kind(lines: &[Line], zone: Option<&Zone>, signs: &[Sign]) -> Option<Told> {
    let mut texts: Vec<_> = lines.iter().map(|line| compact(&line.text)).collect();
    texts.extend(stacked(lines));
    let weight = |kind| of_words(kind, &texts) + of_zone(kind, zone) + of_signs(kind, signs);
    let mut speaks: Vec<(f32, Kind)> = Kind::ALL.into_iter().map(|kind| (weight(kind), kind)).collect();
    speaks.sort_by(|one, other| other.0.total_cmp(&one.0));
    let [(first, kind), (second, _), ..] = speaks[..] else { return None };
    let confidence = (1.0 - second / first.max(1.0)) * (first / TITLE).min(1.0);
    (first >= LITTLE && first > second).then_some(Told { kind, confidence })
}

/// Letters of the longest line that a title is broken after.
const BROKEN_AFTER: usize = 6;

/// Short lines with what stands below them: titles are printed in two lines where there is no room, 個人番号 over カード.
fn stacked(lines: &[Line]) -> Vec<Zeroizing<Vec<char>>> {
    let mut out = Vec::new();
    for upper in lines.iter().filter(|line| line.text.chars().count() <= BROKEN_AFTER) {
        for lower in lines.iter().filter(|lower| lower.is_below(upper)) {
            let mut both = compact(&upper.text);
            both.extend_from_slice(&compact(&lower.text));
            out.push(both);
        }
    }
    out
}

fn of_words(kind: Kind, texts: &[Zeroizing<Vec<char>>]) -> f32 {
    let (titles, others) = kind.words();
    let stands = |word: &&&str| texts.iter().any(|text| stands_in(text, word));
    let entitled = |text: &&Zeroizing<Vec<char>>| titles.iter().any(|title| stands_in(text, title));
    let title = if texts.iter().filter(entitled).any(|text| !is_entitled_otherwise(kind, text)) { TITLE } else { 0.0 };
    let others = others.iter().filter(stands).count() as f32;
    title + others
}

/// Whether the line is, letter by letter, the title of another kind: 健康保険資格確認書 is nearly 健康保険証.
fn is_entitled_otherwise(kind: Kind, text: &[char]) -> bool {
    let titles = |kind: Kind| kind.words().0.iter().map(|title| folded(title));
    let stands = |title: Vec<char>| text.windows(title.len()).any(|window| window == title);
    !titles(kind).any(stands) && Kind::ALL.into_iter().any(|other| titles(other).any(stands))
}

/// 個人番号 in 個人番号カード is the title of the harmless side.
fn stands_in(text: &[char], word: &str) -> bool {
    let folded = folded(word);
    let word: String = folded.iter().collect();
    let goes_on = |at: usize| word == "個人番号" && text.get(at + folded.len()) == Some(&'カ');
    places(text, &word, may_differ(&word)).any(|at| !goes_on(at))
}

/// A zone of a passport's kind speaks for one from Japan or from elsewhere.
fn of_zone(kind: Kind, zone: Option<&Zone>) -> f32 {
    let is_passport =
        zone.and_then(|zone| zone.lines.first()).is_some_and(|line| line.starts_with('P') && line.len() == 44);
    if kind == Kind::Passport && is_passport { TITLE } else { 0.0 }
}

/// A My Number speaks for the side that has no title, unless the card is another one.
fn of_signs(kind: Kind, signs: &[Sign]) -> f32 {
    let shown = !signs.is_empty() && !signs.contains(&Sign::NotificationCard);
    if kind == Kind::MyNumberBack && shown { TITLE } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::{line::page, number::signs, zone::zone};

    fn told(texts: &[&str]) -> Option<Kind> {
        let zone = zone(texts, "2026-11-22".parse().unwrap());
        kind(&page(texts), zone.as_ref(), &signs(&page(texts))).map(|told| told.kind)
    }

    /// M2
    #[test]
    fn each_kind_is_told_by_its_words() {
        for (texts, expected) in [
            (&["運転免許証", "昭和61年3月31日生", "東京都公安委員会"][..], Kind::DrivingLicence),
            (&["運転免許正", "免許の条件等"], Kind::DrivingLicence),
            (&["個人番号カード", "臓器提供意思"], Kind::MyNumberFront),
            (&["個人番号", "1234 5678 9018", "昭和61年3月31日生"], Kind::MyNumberBack),
            (&["通知カード", "個人番号 1234 5678 9018"], Kind::NotificationCard),
            (&["日本国 JAPAN", "旅券 PASSPORT", "旅券番号/Passport No."], Kind::Passport),
            (
                &["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"],
                Kind::Passport,
            ),
            (&["在留カード", "国籍・地域", "在留資格 留学"], Kind::ResidenceCard),
            (&["特別永住者証明書", "国籍・地域"], Kind::SpecialPermanentResidentCertificate),
            (&["資格確認書", "記号 12", "保険者番号"], Kind::EligibilityCertificate),
            (&["健康保険資格確認書", "本人(被保険者)", "記号 12", "保険者番号"], Kind::EligibilityCertificate),
            (&["健康保険被保険者証", "記号 12", "保険者番号"], Kind::HealthInsuranceCard),
        ] {
            assert_eq!(told(texts), Some(expected), "{texts:?}");
        }
    }

    #[test]
    fn a_title_in_two_lines_is_one_title() {
        for texts in [&["個人番号", "カード", "横浜市長"][..], &["氏名 日本 花子", "個人番号", "カード"]]
        {
            assert_eq!(told(texts), Some(Kind::MyNumberFront), "{texts:?}");
        }
        assert_ne!(told(&["個人番号", "1234 5678 9018"]), Some(Kind::MyNumberFront));
    }

    #[test]
    fn what_speaks_for_two_or_for_none_is_not_told() {
        for texts in [&[][..], &["学生証", "東京大学"], &["国籍・地域"], &["保険者番号", "記号", "枝番"]]
        {
            assert_eq!(told(texts), None, "{texts:?}");
        }
    }

    #[test]
    fn every_kind_is_in_the_registry() {
        let registry = include_str!("../../../../policies/kinds.toml");
        for kind in Kind::ALL {
            assert!(registry.contains(&format!("kind = \"{}\"", kind.name())), "{kind:?}");
        }
    }
}
