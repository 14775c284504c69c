//! 特別永住者証明書, laid out as in 出入国管理特例法施行規則, form 3.

use super::{Known, TODAY, specimen};
use crate::{
    canvas::{Area, Face, Ink, Paper},
    dice::Dice,
    words::{
        day::{self, Digits, Fill, Style},
        number,
        people::Person,
    },
};

const LABEL: [u8; 3] = [110, 70, 60];

pub(super) fn print(paper: &mut Paper<'_>, dice: &mut Dice, known: &mut Known) {
    paper.waves(dice, [246, 238, 226], [238, 232, 244]);
    let person = Person::foreign(dice, TODAY);
    let (label, bold) = (Ink::new(Face::Sans, 1.5).coloured(LABEL), Ink::new(Face::SansBold, 2.5));
    paper.write(label, (3.0, 3.6), "日本国政府 GOVERNMENT OF JAPAN");
    let title = paper.write(bold.spaced(0.2), (3.0, 7.4), "特別永住者証明書");
    paper.mark("title", "特別永住者証明書", title.area);
    paper.write(Ink { size: 1.2, ..label }, (26.0, 7.1), "SPECIAL PERMANENT RESIDENT CERTIFICATE");
    paper.write(label, (49.5, 4.2), "番号 NO.");
    let number = format!("{}{}{}", number::capitals(dice, 2), number::digits(dice, 8), number::capitals(dice, 2));
    paper.field("card_number", Ink::new(Face::OcrB, 2.7), (57.8, 4.5), &number);
    holder(paper, known, &person);
    validity(paper, dice, known, &person);
    let area = Area::new(63.6, 9.4, 18.0, 24.0);
    paper.portrait(dice, area);
    paper.mark("portrait", "", area);
    specimen(paper, Area::new(3.0, 33.0, 44.0, 6.0));
}

fn holder(paper: &mut Paper<'_>, known: &mut Known, person: &Person) {
    let (label, print) = (Ink::new(Face::Sans, 1.4).coloured(LABEL), Ink::new(Face::Gothic, 2.5));
    paper.write(label, (3.0, 12.2), "氏名 NAME");
    paper.field("name", print, (13.5, 12.5), &person.name);
    let birth = known.born(person, Style::common(Digits::Half, Fill::Nought));
    paper.write(label, (3.0, 17.4), "生年月日 DATE OF BIRTH");
    paper.field("birth_date", print, (21.0, 17.7), &birth);
    paper.write(label, (44.5, 17.4), "性別 SEX");
    paper.field("sex", print, (52.0, 17.7), if person.woman { "女 F." } else { "男 M." });
    paper.write(label, (3.0, 22.6), "国籍・地域 NATIONALITY/REGION");
    paper.field("nationality", print, (27.5, 22.9), person.country_in_japanese());
    paper.write(label, (3.0, 27.8), "住居地 ADDRESS");
    let address = paper.write_within(Ink { size: 2.2, ..print }, (15.0, 28.1), 46.0, &person.address());
    paper.mark("address", person.address(), address.area);
}

/// Cards until 2012 and children's end on the sixteenth birthday; others on the seventh after the issue.
fn validity(paper: &mut Paper<'_>, dice: &mut Dice, known: &mut Known, person: &Person) {
    let issued = day::around(dice, TODAY, 2500, 1);
    let expiry = day::years_later(person.birth, issued.year() - person.birth.year() + 7);
    known.expiry = Some(expiry);
    let (small, bold) = (Ink::new(Face::Sans, 1.9), Ink::new(Face::SansBold, 2.5));
    let before = paper.write(small, (3.0, 44.4), "この証明書は");
    let last = day::written(Style::common(Digits::Half, Fill::Nought), expiry);
    let written = paper.field("expiry_date", bold, (before.end + 0.6, 44.6), &last);
    paper.write(small, (written.end + 0.6, 44.4), "まで有効です。");
    paper.write(Ink::new(Face::Sans, 1.2).coloured(LABEL), (3.0, 46.8), "PERIOD OF VALIDITY OF THIS CERTIFICATE");
    paper.write(small, (3.0, 50.8), "交付年月日");
    let issued = day::written(Style::common(Digits::Half, Fill::Nought), issued);
    paper.field("issue_date", Ink::new(Face::Gothic, 2.2), (14.0, 50.9), &issued);
    let issuer = paper.write(Ink::new(Face::Serif, 2.4), (64.0, 50.6), "法務大臣");
    paper.mark("issuer", "法務大臣", issuer.area);
    paper.seal(Ink::new(Face::Serif, 1.0), Area::new(77.4, 47.0, 4.8, 4.8), "法務大臣之印");
}
