//! 通知カード: paper, handed out from 2015 to 2020.

use super::{Known, TODAY, my_number, my_number_digits, specimen, sticker};
use crate::{
    canvas::{Area, Face, Ink, Paper},
    dice::Dice,
    words::{
        day::{self, Digits, Fill, Style},
        people::Person,
    },
};

pub(super) fn print(paper: &mut Paper<'_>, dice: &mut Dice, known: &mut Known) {
    paper.waves(dice, [226, 240, 226], [240, 244, 224]);
    let person = Person::japanese(dice, TODAY);
    title(paper);
    numbers(paper, dice, known);
    holder(paper, dice, known, &person);
    specimen(paper, Area::new(4.0, 45.6, 34.0, 5.0));
}

fn title(paper: &mut Paper<'_>) {
    paper.field("title", Ink::new(Face::SansBold, 3.4).spaced(1.0), (31.0, 6.6), "通知カード");
    paper.fill(Area::new(4.0, 8.2, 77.6, 0.2), [90, 140, 90]);
}

fn numbers(paper: &mut Paper<'_>, dice: &mut Dice, known: &mut Known) {
    let (text, number) = my_number(dice);
    paper.write(Ink::new(Face::Sans, 2.3), (4.0, 13.8), "個人番号");
    let face = dice.one(&[Face::Gothic, Face::OcrB, Face::SansBold]);
    let ink = Ink::new(face, dice.between(3.6, 4.6)).spaced(dice.between(0.0, 0.5));
    if number.printed {
        my_number_digits(paper, ink, (16.0, 14.2), &text);
    } else {
        sticker(paper, dice, Area::new(16.0, 10.6, 46.0, 4.0));
    }
    if number.in_code {
        let (side, at) = (dice.between(9.0, 11.5), (70.0, 35.0));
        let at = (at.0 - side / 8.0, at.1);
        known.modules = Some(paper.code(at, side, &number.digits));
        paper.mark("my_number_code", "", Area::new(at.0, at.1, side, side));
    }
    known.my_number = Some(number);
}

fn holder(paper: &mut Paper<'_>, dice: &mut Dice, known: &mut Known, person: &Person) {
    let (label, print) = (Ink::new(Face::Sans, 2.0), Ink::new(dice.one(&[Face::Gothic, Face::Mincho]), 2.6));
    paper.write(label, (4.0, 20.2), "氏名");
    paper.field("name", print, (16.0, 20.4), &person.name);
    paper.write(label, (4.0, 26.0), "住所");
    let address = paper.write_within(print, (16.0, 26.2), 60.0, &person.address());
    paper.mark("address", person.address(), address.area);
    let digits = dice.one(&[Digits::Half, Digits::Full]);
    let birth = known.born(person, Style::era(digits, Fill::None));
    paper.write(label, (4.0, 32.0), "生年月日");
    let written = paper.field("birth_date", print, (16.0, 32.2), &birth);
    paper.write(print, (written.end, 32.2), "生");
    paper.write(label, (52.0, 32.0), "性別");
    paper.field("sex", print, (58.0, 32.2), person.sex());
    let issued = day::earlier(TODAY, 2400 + dice.below(1500) as i32);
    paper.write(label, (4.0, 38.0), "発行日");
    let text = day::written(Style::era(Digits::Half, Fill::None), issued);
    paper.field("issue_date", print, (16.0, 38.2), &text);
    paper.field("issuer", print, (16.0, 43.6), &format!("{}長", person.city));
}
