//! What kind of document a page is, by the words that are printed on it.

mod words;

use zeroize::Zeroizing;

use self::words::Words;
use super::{
    fold::compact,
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
}

/// A kind and how sure it is, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Told {
    /// The kind.
    pub kind: Kind,
    /// How sure: its share among all kinds and none of them, by the odds that the words speak of.
    pub confidence: f32,
}

/// From here on a kind may be relied on.
pub const SURE: f32 = 0.8;

/// A kind that is less sure than this is not told.
const LIKELY: f32 = 0.6;

/// What words speak for, as logarithms of odds. A title, what only one kind has, what some kinds have.
const TITLE: f32 = 5.0;
const OWN: f32 = 3.0;
const COMMON: f32 = 1.0;
/// That a picture shows no document of the registry, before anything is read on it.
const NOTHING: f32 = 2.0;

/// Letters of the longest line that a title stands in: a longer one only speaks of it.
const TITLED: usize = 24;

/// The kind of document that the lines, the zone and the signs of a My Number speak for; nothing if they speak for
/// none, or for two alike.
pub fn kind(lines: &[Line], zone: Option<&Zone>, signs: &[Sign]) -> Option<Told> {
    let mut texts: Vec<_> = lines.iter().map(|line| looks(&line.text)).collect();
    texts.extend(stacked(lines));
    let titled: Vec<_> = texts.iter().filter_map(|text| titled(text)).collect();
    let weight = |words: &Words| {
        of_words(words, &texts, &titled) + of_zone(words.of, zone, lines) + of_signs(words.of, signs, lines)
    };
    let weights: Vec<(f32, Option<Kind>)> = words::ALL.iter().map(|words| (weight(words), words.of)).collect();
    let (most, kind) = weights.iter().copied().max_by(|one, other| one.0.total_cmp(&other.0))?;
    let confidence = 1.0 / weights.iter().map(|(weight, _)| (weight - most).exp()).sum::<f32>();
    kind.filter(|_| confidence >= LIKELY).map(|kind| Told { kind, confidence })
}

/// A text without blanks, folded, and with one letter for those that look alike, so that 力一ド is カード.
fn looks(text: &str) -> Zeroizing<Vec<char>> {
    let mut letters = compact(text);
    letters.iter_mut().for_each(|letter| *letter = look(*letter));
    letters
}

const fn look(letter: char) -> char {
    match letter {
        '力' | 'ヵ' => 'カ',
        '一' | '-' | '|' => 'ー',
        '二' => 'ニ',
        '口' => 'ロ',
        '工' => 'エ',
        '卜' => 'ト',
        '夕' => 'タ',
        'a'..='z' => letter.to_ascii_uppercase(),
        _ => letter,
    }
}

/// Letters of the longest line that a title is broken after.
const BROKEN_AFTER: usize = 6;

/// Short lines with what stands below them: titles are printed in two lines where there is no room, 個人番号 over カード.
fn stacked(lines: &[Line]) -> Vec<Zeroizing<Vec<char>>> {
    let mut out = Vec::new();
    for upper in lines.iter().filter(|line| line.text.chars().count() <= BROKEN_AFTER) {
        for lower in lines.iter().filter(|lower| lower.is_below(upper)) {
            let mut both = looks(&upper.text);
            both.extend_from_slice(&looks(&lower.text));
            out.push(both);
        }
    }
    out
}

fn of_words(words: &Words, texts: &[Zeroizing<Vec<char>>], titled: &[Option<Kind>]) -> f32 {
    let stands = |word: &&&str| texts.iter().any(|text| stands_in(text, word));
    let count = |words: &[&str]| words.iter().filter(stands).count() as f32;
    let title = if titled.contains(&words.of) { TITLE } else { 0.0 };
    let nothing = if words.of.is_none() { NOTHING } else { 0.0 };
    nothing + title + OWN * count(words.own) + COMMON * count(words.common)
}

/// What the line is the title of. The longest title that stands there letter by letter goes before all others: a
/// 介護保険被保険者証 is no 被保険者証.
fn titled(text: &[char]) -> Option<Option<Kind>> {
    if text.len() > TITLED {
        return None;
    }
    let titles = words::ALL.iter().flat_map(|words| words.titles.iter().map(|title| (looks(title), words.of)));
    let found = titles.filter_map(|(title, of)| Some(((as_title(text, &title)?, title.len()), of)));
    found.max_by_key(|(how, _)| *how).map(|(_, of)| of)
}

/// Whether `title` stands there, and if so whether exactly. A sentence that speaks of it is none.
fn as_title(text: &[char], title: &[char]) -> Option<bool> {
    let word: String = title.iter().collect();
    let ends_a_word = |at: usize| at > 0 && word.is_ascii() && text[at - 1].is_ascii_alphanumeric();
    let spoken_of = |at: usize| text.get(at + title.len()).is_some_and(|next| SPOKEN.contains(next));
    let stands = |may_differ: usize| places(text, &word, may_differ).any(|at| !spoken_of(at) && !ends_a_word(at));
    if stands(0) { Some(true) } else { stands(may_differ(&word)).then_some(false) }
}

/// What follows a word that is spoken of, in Japanese; and Passport No.
const SPOKEN: [char; 8] = ['の', 'を', 'が', 'は', 'に', 'と', 'で', 'N'];

/// 個人番号 in 個人番号カード is the title of the harmless side.
fn stands_in(text: &[char], word: &str) -> bool {
    let looked = looks(word);
    let goes_on = |at: usize| word == "個人番号" && text.get(at + looked.len()) == Some(&'カ');
    let word: String = looked.iter().collect();
    places(text, &word, may_differ(&word)).any(|at| !goes_on(at))
}

/// Letters of the shortest line that may be the first of a passport's zone, which has 44.
const OF_A_PASSPORT: usize = 36;

/// A zone of a passport's kind speaks for one from Japan or from elsewhere, and so does its first line alone, where the
/// second can't be read; another zone that is right speaks for none of ours.
fn of_zone(kind: Option<Kind>, zone: Option<&Zone>, lines: &[Line]) -> f32 {
    let first = zone.and_then(|zone| zone.lines.first());
    let passport = first.is_some_and(|line| line.starts_with('P') && line.len() == 44);
    let begins = |line: &Line| {
        let letters = looks(&line.text);
        letters.len() >= OF_A_PASSPORT && letters.starts_with(&['P']) && letters.ends_with(&['<'; 4])
    };
    match kind {
        Some(Kind::Passport) if passport => TITLE,
        Some(Kind::Passport) if lines.iter().any(begins) => OWN,
        None if !passport && zone.is_some_and(|zone| zone.checks) => TITLE,
        _ => 0.0,
    }
}

/// A My Number speaks for the side that has no title. A page with as many lines as a certificate is no card.
fn of_signs(kind: Option<Kind>, signs: &[Sign], lines: &[Line]) -> f32 {
    let shown = !signs.is_empty() && !signs.contains(&Sign::NotificationCard);
    let card = lines.len() <= LINES_OF_A_BACK;
    if kind == Some(Kind::MyNumberBack) && shown && card { TITLE } else { 0.0 }
}

/// What stands on a back: number, name, birth date and their labels, and some lines of advice.
const LINES_OF_A_BACK: usize = 16;

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

    /// Whoever insures is called nearly like the card that ended, and certificates of residence show a My Number too.
    #[test]
    fn what_only_sounds_like_a_title_is_none() {
        let sure = |texts: &[&str]| {
            let told = kind(&page(texts), None, &signs(&page(texts)))?;
            (told.confidence >= SURE).then_some(told.kind)
        };
        let insured = ["資格確認書 本人(被保陕者)", "記号 12", "保険者番号", "関東信越情報健康保険組合"];
        assert_eq!(sure(&insured), Some(Kind::EligibilityCertificate));
        let back = ["個人番号", "1234 5678 9018", "個人番号カードを紛失したときは"];
        assert_eq!(sure(&back), Some(Kind::MyNumberBack));
        for texts in [
            &["住民票", "世帯主", "個人番号", "1234 5678 9018", "この写しは、世帯の一部の住民票の原本と相違ない"][..],
            &["介護保険被保険者証", "被保険者番号"],
            &["運転経歴証明書", "東京都公安委員会"],
            &["個人番号カードの申請をされる方は", "電話 03-1234-5678"],
            &["Passport No.", "VISA"],
            &["NUMBER OF PASSPORT", "VISA"],
        ] {
            assert_eq!(told(texts), None, "{texts:?}");
        }
    }

    #[test]
    fn letters_that_look_alike_are_one() {
        assert_eq!(told(&["在留力一ド", "就労不可"]), Some(Kind::ResidenceCard));
    }

    /// A licence whose title runs down the side, where few read it.
    #[test]
    fn what_only_one_kind_has_will_do_without_its_title() {
        let texts = ["2029年07月02日まで有効", "免許の中型車は中型車(8t)に限る", "条件等", "公安委员会"];
        assert_eq!(told(&texts), Some(Kind::DrivingLicence));
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
