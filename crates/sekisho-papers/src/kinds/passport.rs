//! 旅券: a page of TD3 (ICAO Doc 9303-4), laid out as in Japan since 1992, in the versions until 2025 and after.

use super::{Known, TODAY, specimen};
use crate::{
    canvas::{Area, Face, Ink, Paper},
    dice::Dice,
    words::{day, number, people::Person, zone::Zone},
};

const LABEL: [u8; 3] = [70, 70, 140];

pub(super) fn print(paper: &mut Paper<'_>, dice: &mut Dice, known: &mut Known) {
    paper.waves(dice, [222, 226, 244], [246, 238, 236]);
    let person = Person::japanese(dice, TODAY);
    let (kind, digits) = if dice.once_in(40) { ("PP", "P") } else { ("P<", "P") };
    let number = format!("{}{}", number::capitals(dice, 2), number::digits(dice, 7));
    let shown = if kind == "PP" { "PP" } else { digits };
    head(paper, shown, &number);
    let years = dice.one(&[5, 10]);
    let issued = day::around(dice, TODAY, 365 * 9, 1);
    let expiry = day::years_later(issued, years);
    holder(paper, &person, issued, expiry);
    known.birth = Some(person.birth);
    known.birth_as_written = day::of_passport(person.birth);
    known.expiry = Some(expiry);
    portrait(paper, dice);
    let sex = if person.woman { 'F' } else { 'M' };
    let (surname, given) = (person.surname, person.given);
    let number = number.as_str();
    let zone = Zone {
        kind,
        issuer: "JPN",
        surname,
        given,
        number,
        country: "JPN",
        birth: person.birth,
        sex,
        expiry,
        extra: "",
    };
    lines(paper, known, &zone);
}

fn head(paper: &mut Paper<'_>, kind: &str, number: &str) {
    let (label, print) = (Ink::new(Face::Sans, 1.75).coloured(LABEL), Ink::new(Face::OcrB, 3.4));
    let title = Ink::new(Face::SansBold, 3.2).coloured(LABEL);
    paper.fill(Area::new(9.8, 10.2, 8.6, 5.4), [190, 160, 90]);
    paper.oval(Area::new(12.6, 11.4, 3.0, 3.0), [240, 235, 220]);
    let one = paper.write(title, (20.6, 12.6), "旅券");
    let other = paper.write(Ink { size: 2.9, ..title }, (20.6, 15.8), "PASSPORT");
    paper.mark("title", "旅券 PASSPORT", one.area.with(other.area));
    paper.write(title.spaced(4.0), (53.0, 9.8), "日本国");
    paper.write(Ink { size: 3.0, ..title }.spaced(1.4), (89.0, 10.2), "JAPAN");
    paper.write(label, (42.0, 14.0), "型/Type");
    paper.write(print, (42.0, 18.3), kind);
    paper.write(label, (55.2, 14.0), "発行国/Issuing country");
    paper.write(print, (55.2, 18.3), "JPN");
    paper.write(label, (84.4, 14.0), "旅券番号/Passport No.");
    paper.field("passport_number", print, (84.4, 18.3), number);
}

fn holder(paper: &mut Paper<'_>, person: &Person, issued: jiff::civil::Date, expiry: jiff::civil::Date) {
    let (label, print) = (Ink::new(Face::Sans, 1.75).coloured(LABEL), Ink::new(Face::OcrB, 3.3));
    let sex = if person.woman { "F" } else { "M" };
    let (birth, issued, expiry) = (day::of_passport(person.birth), day::of_passport(issued), day::of_passport(expiry));
    let fields = [
        (42.0, 21.8, "姓/Surname", "name", person.surname),
        (42.0, 28.1, "名/Given name", "name", person.given),
        (42.0, 34.4, "国籍/Nationality", "nationality", "JAPAN"),
        (62.2, 34.4, "生年月日/Date of birth", "birth_date", &birth),
        (42.0, 40.7, "性別/Sex", "sex", sex),
        (62.2, 40.7, "本籍/Registered Domicile", "domicile", person.domicile),
        (42.0, 47.0, "発行年月日/Date of issue", "issue_date", &issued),
        (42.0, 53.3, "有効期間満了日/Date of expiry", "expiry_date", &expiry),
    ];
    for (x, y, name, mark, text) in fields {
        paper.write(label, (x, y), name);
        paper.field(mark, print, (x, y + 3.9), text);
    }
    paper.write(label, (42.0, 59.6), "発行官庁/Authority");
    let small = Ink { size: 2.2, ..print };
    let one = paper.write(small, (42.0, 62.2), "MINISTRY OF");
    let other = paper.write(small, (42.0, 64.7), "FOREIGN AFFAIRS");
    paper.mark("issuer", "MINISTRY OF FOREIGN AFFAIRS", one.area.with(other.area));
    paper.write(label, (79.0, 47.0), "所持人自署/Signature of bearer");
    let signed = paper.write(Ink::new(Face::Mincho, 5.0), (80.0, 58.0), &person.name);
    paper.mark("signature", &person.name, signed.area);
}

fn portrait(paper: &mut Paper<'_>, dice: &mut Dice) {
    let area = Area::new(4.4, 22.0, 34.5, 42.8);
    paper.portrait(dice, area);
    paper.mark("portrait", "", area);
    specimen(paper, Area::new(84.0, 22.0, 36.0, 6.5));
}

/// The two lines, as wide as Doc 9303-4 has them: ten letters to an inch.
fn lines(paper: &mut Paper<'_>, known: &mut Known, zone: &Zone<'_>) {
    let ink = Ink::new(Face::OcrB, 3.6);
    // 2.54 mm from letter to letter.
    let ink = ink.spaced(2.54 - paper.width_of(ink, "<"));
    let lines = zone.td3();
    for (row, line) in lines.iter().enumerate() {
        paper.field("mrz", ink, (6.0, 75.4 + 6.3 * row as f32), line);
    }
    known.mrz = lines.into();
}
