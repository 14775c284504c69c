//! What becomes of a picture for the sake of a My Number: all that may say so, put together. It fails closed.

use crate::{
    qr::Codes,
    read::{
        kind::{Kind, SURE, Told},
        line::{Line, Quad},
        number,
    },
    wire::{Boxed, Code},
};

/// What becomes of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Nothing of it may be kept, and this is why.
    Refuse(Code),
    /// It may be kept if these places are covered, even inside a box that the member drew. Mostly there are none.
    Cover(Vec<Quad>),
}

/// A code that was not read is covered with this much around it, as a share of its sides.
const MARGIN: f32 = 0.15;

/// What becomes of a picture with these codes and lines on it, which seems to be of this kind.
///
/// Refused: a My Number in a code; print that says so (see [`number::signs`]); the kinds that are made to show one; a
/// code that could not be read, unless the document is surely of a kind that has no My Number anywhere. Covered: such a
/// code on one of those kinds, and on a document of no sure kind each long number that the reader was not sure of.
/// A picture of which no print was read has no lines and no kind, and so any code that could not be read is refused.
pub fn verdict(codes: &Codes, lines: &[Line], kind: Option<Told>) -> Verdict {
    // One that may be such a card is one; one that may be none must be sure.
    let made_to_show_one = kind.is_some_and(|told| matches!(told.kind, Kind::MyNumberBack | Kind::NotificationCard));
    let kind = kind.filter(|told| told.confidence >= SURE).map(|told| told.kind);
    if codes.my_number || made_to_show_one || !number::signs(lines).is_empty() {
        return Verdict::Refuse(Code::MyNumber);
    }
    match kind {
        Some(kind) if never_shows_one(kind) => Verdict::Cover(codes.unread.iter().map(around).collect()),
        _ if !codes.unread.is_empty() => Verdict::Refuse(Code::UnreadableCode),
        _ => Verdict::Cover(lines.iter().filter(|line| number::is_doubtful(line)).map(|line| line.quad).collect()),
    }
}

/// Neither side of these has one. Both sides of the My Number card lie on one picture now and then.
const fn never_shows_one(kind: Kind) -> bool {
    match kind {
        Kind::DrivingLicence
        | Kind::Passport
        | Kind::ResidenceCard
        | Kind::SpecialPermanentResidentCertificate
        | Kind::EligibilityCertificate
        | Kind::HealthInsuranceCard => true,
        Kind::MyNumberFront | Kind::MyNumberBack | Kind::NotificationCard => false,
    }
}

fn around(place: &Boxed) -> Quad {
    let [x, y, w, h] = [place.x, place.y, place.w, place.h].map(|pixels| pixels as f32);
    let (left, right) = (x - w * MARGIN, x + w * (1.0 + MARGIN));
    let (top, bottom) = (y - h * MARGIN, y + h * (1.0 + MARGIN));
    [(left, top), (right, top), (right, bottom), (left, bottom)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::line::page;

    const PLACE: Boxed = Boxed { x: 100, y: 200, w: 40, h: 40 };

    fn unread() -> Codes {
        Codes { unread: vec![PLACE], ..Codes::default() }
    }

    fn told(kind: Kind) -> Option<Told> {
        Some(Told { kind, confidence: 0.9 })
    }

    const MY_NUMBER: Verdict = Verdict::Refuse(Code::MyNumber);

    /// M3.
    #[test]
    fn a_code_print_or_kind_that_says_so_is_refused_each_alone() {
        let code = Codes { my_number: true, ..Codes::default() };
        assert_eq!(verdict(&code, &[], told(Kind::DrivingLicence)), MY_NUMBER);
        assert_eq!(verdict(&Codes::default(), &page(&["個人番号", "1234 5678 9018"]), None), MY_NUMBER);
        for kind in [Kind::MyNumberBack, Kind::NotificationCard] {
            assert_eq!(verdict(&Codes::default(), &[], told(kind)), MY_NUMBER);
        }
    }

    /// M3.
    #[test]
    fn a_code_that_could_not_be_read_is_covered_on_a_kind_that_has_none_and_else_refused() {
        let covered = verdict(&unread(), &[], told(Kind::EligibilityCertificate));
        assert_eq!(covered, Verdict::Cover(vec![[(94.0, 194.0), (146.0, 194.0), (146.0, 246.0), (94.0, 246.0)]]));
        let doubtful = Some(Told { kind: Kind::EligibilityCertificate, confidence: 0.3 });
        for kind in [None, told(Kind::MyNumberFront), doubtful] {
            assert_eq!(verdict(&unread(), &[], kind), Verdict::Refuse(Code::UnreadableCode));
        }
    }

    /// M3.
    #[test]
    fn a_long_number_of_which_nobody_is_sure_is_covered_where_the_kind_is_not() {
        let lines = page(&["氏名 日本 花子", "12345678901"]);
        assert_eq!(verdict(&Codes::default(), &lines, None), Verdict::Cover(vec![lines[1].quad]));
        assert_eq!(verdict(&Codes::default(), &lines, told(Kind::MyNumberFront)), Verdict::Cover(vec![lines[1].quad]));
    }

    /// M3: one in ten of a licence's numbers has the right check digit.
    #[test]
    fn a_licence_is_not_refused_whatever_its_number_is() {
        for number in ["123456789018", "1234 5678 9018", "012345678900"] {
            let text = format!("第 {number} 号");
            let lines = page(&["運転免許証", &text, "東京都公安委員会"]);
            assert_eq!(verdict(&Codes::default(), &lines, told(Kind::DrivingLicence)), Verdict::Cover(vec![]));
        }
    }
}
