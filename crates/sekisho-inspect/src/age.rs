//! Whether somebody is old enough, as far as print says: a proposal, with the place where it stands.

use sekisho_core::{
    calendar::Day,
    render::{Age, AgeAsked, Proposal},
};

use crate::{
    document::{Document, Part, printed},
    read::{birth::Birth, line::Quad},
};

/// A proposal and its evidence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// What is proposed. No date is in it.
    pub proposal: Proposal,
    /// Where the birth date stands that says so, in pixels of the picture that was read.
    pub evidence: Option<Quad>,
}

/// What `document` says to the question.
///
/// A date counts that is called a birth date, and a zone with right check digits. Where a date may be several days, or
/// where text and zone both speak, all must come to the same; else nobody can tell. Where neither speaks, a date that
/// nothing names is proposed if there is no other: what is left open of a document is its birth date without the label.
/// That counts as no reading, so that nothing is ever decided by it. Where no place can be framed nothing is proposed: the
/// reviewer is told to look there.
pub fn propose(document: &Document, asked: &AgeAsked) -> Reading {
    let text: &[Day] = match &document.birth {
        Birth::On { day, .. } => core::slice::from_ref(day),
        Birth::Unnamed(days) if document.zone.is_none() && days.len() == 1 => return unnamed(document, days[0], asked),
        Birth::Unsure(_) | Birth::Unnamed(_) | Birth::Unwritten => &[],
    };
    let zone = document.zone.as_ref().filter(|zone| zone.checks).map_or(&[][..], |zone| &zone.births);
    let age = of_days(text.iter().chain(zone), asked);
    let agree = !text.is_empty() && text == zone;
    let contradict = !text.is_empty() && !zone.is_empty() && !text.iter().any(|day| zone.contains(day));
    if age == Age::CannotTell || contradict {
        return UNTOLD;
    }
    let place = |part| document.fields.iter().find(|field| field.name == part).map(|field| field.quad);
    // Of a zone alone its birth date, where that is sure: the reviewer is to find one date within the frame.
    match place(Part::BirthDate).or_else(|| place(Part::Zone)) {
        Some(quad) => Reading { proposal: Proposal { age, readings: 1 + u8::from(agree) }, evidence: Some(quad) },
        None => UNTOLD,
    }
}

/// Nobody can tell, and nothing is framed.
const UNTOLD: Reading = Reading { proposal: Proposal { age: Age::CannotTell, readings: 0 }, evidence: None };

fn unnamed(document: &Document, day: Day, asked: &AgeAsked) -> Reading {
    match printed(document, day) {
        Some(quad) => {
            let proposal = Proposal { age: of_days(core::iter::once(&day), asked), readings: 0 };
            Reading { proposal, evidence: Some(quad) }
        }
        None => UNTOLD,
    }
}

fn of_days<'a>(days: impl Iterator<Item = &'a Day>, asked: &AgeAsked) -> Age {
    let (mut early, mut late) = (false, false);
    days.for_each(|day| if *day <= asked.born_by { early = true } else { late = true });
    match (early, late) {
        (true, false) => Age::OldEnough,
        (false, true) => Age::NotOldEnough,
        _ => Age::CannotTell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ocr::Page, read::line::page};

    const ASKED_ON: &str = "2026-11-22";

    fn asked() -> AgeAsked {
        AgeAsked { born_by: "2008-11-22".parse().unwrap(), today: ASKED_ON.parse().unwrap() }
    }

    fn proposed(texts: &[&str]) -> (Age, u8, bool) {
        let document = Document::of(Page::of(page(texts)), ASKED_ON.parse().unwrap());
        let reading = propose(&document, &asked());
        (reading.proposal.age, reading.proposal.readings, reading.evidence.is_some())
    }

    /// M4.
    #[test]
    fn a_birth_date_in_any_calendar_is_held_against_the_day_that_is_asked_for() {
        assert_eq!(proposed(&["平成20年11月22日生"]), (Age::OldEnough, 1, true));
        assert_eq!(proposed(&["平成20年11月23日生"]), (Age::NotOldEnough, 1, true));
        assert_eq!(proposed(&["生年月日", "1961年3月31日"]), (Age::OldEnough, 1, true));
    }

    #[test]
    fn a_date_that_nothing_names_is_proposed_alone_and_counts_as_no_reading() {
        assert_eq!(proposed(&["1961年3月31日", "公安委員会"]), (Age::OldEnough, 0, true));
        assert_eq!(proposed(&["2009年3月31日"]), (Age::NotOldEnough, 0, true));
        assert_eq!(proposed(&["1961年3月31日", "2020年3月31日"]), (Age::CannotTell, 0, false));
    }

    #[test]
    fn what_is_called_something_else_or_may_be_several_days_tells_nothing() {
        for texts in [&["交付 平成20年1月1日"][..], &["生年月日 20年11月22日"], &[]] {
            assert_eq!(proposed(texts), (Age::CannotTell, 0, false), "{texts:?}");
        }
        assert_eq!(propose(&Document::unread(), &asked()).proposal.age, Age::CannotTell);
    }

    const ZONE: [&str; 2] =
        ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"];

    #[test]
    fn two_readings_that_agree_are_counted_and_two_that_differ_tell_nothing() {
        assert_eq!(proposed(&ZONE), (Age::CannotTell, 0, false), "among other lines nobody knows where it stands");
        assert_eq!(proposed(&["Date of birth 12 AUG 1974", ZONE[0], ZONE[1]]), (Age::OldEnough, 2, true));
        assert_eq!(proposed(&["Date of birth 13 AUG 1974", ZONE[0], ZONE[1]]), (Age::CannotTell, 0, false));
        let wrong = "L898902C36UTO7508122F1204159ZE184226B<<<<<10";
        assert_eq!(
            proposed(&["Date of birth 12 AUG 1974", ZONE[0], wrong]).1,
            1,
            "a zone with a wrong check digit is none"
        );
    }

    /// A reviewer would find the day of expiry in the zone, too.
    #[test]
    fn of_a_zone_alone_the_six_digits_of_the_birth_date_are_framed_and_nothing_else() {
        let page = Page { zones: vec![page(&ZONE)], ..Page::of(page(&["PASSPORT"])) };
        let reading = propose(&Document::of(page, ASKED_ON.parse().unwrap()), &asked());
        assert_eq!(reading.proposal, Proposal { age: Age::OldEnough, readings: 1 });
        let [(left, top), (right, _), (_, low), _] = reading.evidence.unwrap();
        let letter = 300.0 / ZONE[1].len() as f32;
        assert!((left - 13.0 * letter).abs() < 1.0 && (right - 19.0 * letter).abs() < 1.0, "{left} to {right}");
        assert_eq!((top, low), (30.0, 50.0), "its second line");
    }

    #[test]
    fn no_date_is_in_what_is_proposed() {
        let document = Document::of(Page::of(page(&["昭和61年3月31日生"])), ASKED_ON.parse().unwrap());
        let said = format!("{:?}", propose(&document, &asked()).proposal);
        assert!(!said.contains("1986") && !said.contains("61"), "{said}");
    }
}
