//! Backs of cards with three machine-readable lines (ICAO Doc 9303-5), as other countries have them.

use super::{Known, TODAY, specimen};
use crate::{
    canvas::{Area, Face, Ink, Paper},
    dice::Dice,
    words::{day, number, people::Person, zone::Zone},
};

pub(super) fn print(paper: &mut Paper<'_>, dice: &mut Dice, known: &mut Known) {
    paper.waves(dice, [226, 236, 246], [246, 236, 228]);
    let person = Person::foreign(dice, TODAY);
    let expiry = day::around(dice, TODAY, 500, 3300);
    let kind = dice.one(&["I<", "ID", "IR", "AC"]);
    let count = dice.one(&[7, 9]);
    let number = format!("{}{}", number::capitals(dice, 2), number::digits(dice, count - 2));
    let extra = if dice.once_in(40) { number::digits(dice, 11) } else { String::new() };
    let sex = dice.one(&['F', 'M', '<']);
    let zone = Zone {
        kind,
        issuer: person.country,
        surname: person.surname,
        given: person.given,
        number: &number,
        country: person.country,
        birth: person.birth,
        sex,
        expiry,
        extra: &extra,
    };
    above(paper, dice, &person);
    lines(paper, known, &zone);
    known.birth = Some(person.birth);
    known.birth_as_written = known.mrz[1][..6].to_owned();
    known.expiry = Some(expiry);
}

fn above(paper: &mut Paper<'_>, dice: &mut Dice, person: &Person) {
    let (label, print) = (Ink::new(Face::Sans, 1.6), Ink::new(Face::Sans, 2.3));
    paper.write(label, (4.0, 5.0), "Place of birth / Lieu de naissance");
    paper.field("place_of_birth", print, (4.0, 8.2), person.domicile);
    paper.write(label, (4.0, 12.2), "Address / Adresse");
    paper.field("address", print, (4.0, 15.4), &format!("{} HARBOUR STREET", dice.below(200) + 1));
    paper.write(label, (4.0, 19.4), "Authority / Autorité");
    paper.field("issuer", print, (4.0, 22.6), "MINISTRY OF THE INTERIOR");
    specimen(paper, Area::new(50.0, 12.0, 32.0, 6.0));
}

/// The three lines, ten letters to an inch.
fn lines(paper: &mut Paper<'_>, known: &mut Known, zone: &Zone<'_>) {
    let ink = Ink::new(Face::OcrB, 3.5);
    let ink = ink.spaced(2.54 - paper.width_of(ink, "<"));
    let lines = zone.td1();
    for (row, line) in lines.iter().enumerate() {
        paper.field("mrz", ink, (4.7, 37.4 + 5.2 * row as f32), line);
    }
    known.mrz = lines.into();
}
