//! Each kind of document: its size, its print, and what is known of it.
//!
//! Fields stand where they stand on the real ones. No emblem, pattern or picture of a real document is imitated, and
//! every paper says 見本 and SPECIMEN.

mod insurance;
mod licence;
mod my_number;
mod notification;
mod other;
mod passport;
mod record;
mod residence;
mod special;
mod td1;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    canvas::{Area, Drawn, Face, Fonts, Ink, Paper},
    dice::Dice,
    words::{day, number, people::Person},
};

/// The day on which documents are thought to be shown.
pub const TODAY: Date = Date::constant(2026, 11, 22);

/// What a paper is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// 運転免許証.
    DrivingLicence,
    /// 個人番号カード, the side with the portrait.
    MyNumberFront,
    /// 個人番号カード, the side with the number.
    MyNumberBack,
    /// 通知カード.
    NotificationCard,
    /// 旅券, the page with the portrait.
    Passport,
    /// 在留カード.
    ResidenceCard,
    /// 特別永住者証明書.
    SpecialPermanentResidentCertificate,
    /// 資格確認書.
    EligibilityCertificate,
    /// 健康保険被保険者証.
    HealthInsuranceCard,
    /// 住民票の写し, mostly with a My Number on it.
    ResidentRecord,
    /// The back of a card of another country, with three machine-readable lines.
    Td1Back,
    /// No document that anybody asks for.
    Other,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 12] = [
        Kind::DrivingLicence,
        Kind::MyNumberFront,
        Kind::MyNumberBack,
        Kind::NotificationCard,
        Kind::Passport,
        Kind::ResidenceCard,
        Kind::SpecialPermanentResidentCertificate,
        Kind::EligibilityCertificate,
        Kind::HealthInsuranceCard,
        Kind::ResidentRecord,
        Kind::Td1Back,
        Kind::Other,
    ];

    /// Its name on command lines and in files.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::DrivingLicence => "driving-licence",
            Kind::MyNumberFront => "my-number-front",
            Kind::MyNumberBack => "my-number-back",
            Kind::NotificationCard => "notification-card",
            Kind::Passport => "passport",
            Kind::ResidenceCard => "residence-card",
            Kind::SpecialPermanentResidentCertificate => "special-permanent-resident-certificate",
            Kind::EligibilityCertificate => "eligibility-certificate",
            Kind::HealthInsuranceCard => "health-insurance-card",
            Kind::ResidentRecord => "resident-record",
            Kind::Td1Back => "td1-back",
            Kind::Other => "other",
        }
    }

    /// The kind of this name.
    pub fn named(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Width and height in millimetres.
    fn size(self, dice: &mut Dice) -> (f32, f32) {
        match self {
            Kind::Passport => (125.0, 88.0),
            Kind::ResidentRecord => (210.0, 297.0),
            Kind::Other => dice.one(&[(85.6, 54.0), (91.0, 55.0), (105.0, 148.0), (80.0, 140.0)]),
            _ => (85.6, 54.0),
        }
    }
}

/// A My Number that a paper carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MyNumber {
    /// Its twelve digits, which nobody holds.
    pub digits: String,
    /// Whether they are printed where they can be seen.
    pub printed: bool,
    /// Whether a code that can be seen says them.
    pub in_code: bool,
}

/// What is known of a paper.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Known {
    /// Birth date.
    pub birth: Option<Date>,
    /// As it stands there.
    pub birth_as_written: String,
    /// Its last day.
    pub expiry: Option<Date>,
    /// Machine-readable lines.
    pub mrz: Vec<String>,
    /// The My Number on it.
    pub my_number: Option<MyNumber>,
    /// How many modules its code has to a side.
    pub modules: Option<usize>,
}

/// A paper and all that is known of it.
pub struct Sheet {
    /// As it looks, flat.
    pub drawn: Drawn,
    /// What it says.
    pub known: Known,
}

/// Draws a paper of this kind, so large that its longer side has `pixels`.
pub fn draw(fonts: &Fonts, kind: Kind, dice: &mut Dice, pixels: f32) -> Sheet {
    let size = kind.size(dice);
    let paper = dice.one(&[[248, 246, 240], [250, 250, 250], [240, 244, 248], [250, 244, 244]]);
    let mut paper = Paper::new(fonts, size, pixels / size.0.max(size.1), paper);
    let mut known = Known::default();
    let print = match kind {
        Kind::DrivingLicence => licence::print,
        Kind::MyNumberFront => my_number::front,
        Kind::MyNumberBack => my_number::back,
        Kind::NotificationCard => notification::print,
        Kind::Passport => passport::print,
        Kind::ResidenceCard => residence::print,
        Kind::SpecialPermanentResidentCertificate => special::print,
        Kind::EligibilityCertificate => insurance::eligibility,
        Kind::HealthInsuranceCard => insurance::card,
        Kind::ResidentRecord => record::print,
        Kind::Td1Back => td1::print,
        Kind::Other => other::print,
    };
    print(&mut paper, dice, &mut known);
    Sheet { drawn: paper.finish(), known }
}

impl Known {
    /// Somebody's birth date, written in a style; gives the text.
    fn born(&mut self, person: &Person, style: day::Style) -> String {
        self.birth = Some(person.birth);
        self.birth_as_written = day::written(style, person.birth);
        self.birth_as_written.clone()
    }
}

/// 見本 and SPECIMEN in pale red, within an area that is free of fields.
fn specimen(paper: &mut Paper<'_>, area: Area) {
    let pale = Ink::new(Face::SansBold, area.h * 0.8).coloured([232, 150, 140]).spaced(0.2);
    let text = "見本 SPECIMEN";
    let room = area.w.min(paper.width_of(pale, text));
    paper.write_within(pale, (area.x, area.y + area.h * 0.82), room, text);
}

/// Twelve digits as a My Number, each of them a field of its own.
fn my_number_digits(paper: &mut Paper<'_>, ink: Ink, at: (f32, f32), text: &str) -> Area {
    let written = paper.write(ink, at, text);
    for (letter, area) in text.chars().zip(&written.letters) {
        if letter.is_ascii_digit() || ('０'..='９').contains(&letter) {
            paper.mark("my_number_digit", letter, *area);
        }
    }
    paper.mark("my_number", text, written.area);
    written.area
}

/// Makes up a number and says whether it is to be printed, to be in a code, or both.
fn my_number(dice: &mut Dice) -> (String, MyNumber) {
    let digits = number::my_number(dice);
    let (printed, in_code) = dice.one(&[(true, true), (true, true), (true, false), (false, true)]);
    (number::grouped(&digits, " "), MyNumber { digits: number::plain(&digits), printed, in_code })
}

/// A strip of paper that somebody stuck over an area.
fn sticker(paper: &mut Paper<'_>, dice: &mut Dice, area: Area) {
    let colour = dice.one(&[[250, 250, 245], [30, 30, 30], [245, 225, 120]]);
    paper.fill(Area::new(area.x - 1.0, area.y - 0.8, area.w + 2.0, area.h + 1.6), colour);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheets(kind: Kind) -> Vec<Sheet> {
        let Some(fonts) = Fonts::for_tests() else { return Vec::new() };
        (0..6).map(|seed| draw(&fonts, kind, &mut Dice::new(seed, "paper"), 600.0)).collect()
    }

    #[test]
    fn every_kind_is_found_by_its_name() {
        assert!(Kind::ALL.iter().all(|kind| Kind::named(kind.name()) == Some(*kind)));
        assert_eq!(Kind::named("jp-passport"), None);
    }

    #[test]
    fn every_document_of_a_person_has_a_birth_date_that_stands_on_it() {
        for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Other) {
            for Sheet { drawn, known } in sheets(kind) {
                let marked = drawn.marks.iter().find(|mark| mark.name == "birth_date");
                assert!(known.birth.is_some(), "{kind:?}");
                assert!(marked.is_some() || known.mrz.len() == 3, "{kind:?}");
            }
        }
    }

    #[test]
    fn nothing_is_written_beyond_the_paper() {
        for kind in Kind::ALL {
            for Sheet { drawn, .. } in sheets(kind) {
                let (width, height) = drawn.pixels.dimensions();
                let edge = (width as f32 / drawn.scale, height as f32 / drawn.scale);
                for mark in drawn.marks {
                    let Area { x, y, w, h } = mark.area;
                    assert!(x >= 0.0 && y >= 0.0 && x + w <= edge.0 && y + h <= edge.1, "{kind:?} {mark:?}");
                }
            }
        }
    }

    #[test]
    fn a_my_number_is_where_its_digits_and_its_code_are() {
        for kind in [Kind::MyNumberBack, Kind::NotificationCard, Kind::ResidentRecord] {
            for Sheet { drawn, known } in sheets(kind) {
                let count = |name| drawn.marks.iter().filter(|mark| mark.name == name).count();
                let (printed, coded) = known.my_number.map_or((0, 0), |my| (my.printed.into(), my.in_code.into()));
                assert_eq!((count("my_number_digit"), count("my_number_code")), (12 * printed, coded), "{kind:?}");
            }
        }
    }
}
