//! 個人番号カード: the side with the portrait, and the side with the number.

use super::{Known, TODAY, my_number, my_number_digits, specimen, sticker};
use crate::{
    canvas::{Area, Face, Ink, Paper},
    dice::Dice,
    words::{
        day::{self, Digits, Fill, Style},
        number,
        people::Person,
    },
};

pub(super) fn front(paper: &mut Paper<'_>, dice: &mut Dice, known: &mut Known) {
    paper.waves(dice, [250, 226, 224], [236, 240, 214]);
    let person = Person::japanese(dice, TODAY);
    let (label, print) = (Ink::new(Face::SansBold, 1.9), Ink::new(Face::Gothic, 2.5));
    paper.write(label, (2.6, 6.4), "氏名");
    paper.field("name", print.spaced(0.4), (8.6, 6.6), &person.name);
    paper.write(label, (2.6, 12.0), "住所");
    let address = paper.write_within(print, (8.6, 12.1), 60.0, &person.address());
    paper.mark("address", person.address(), address.area);
    paper.write(label, (71.5, 15.2), "性別");
    paper.field("sex", print, (78.4, 15.2), person.sex());
    logo(paper);
    dates(paper, dice, known, &person);
    donor(paper);
    let area = Area::new(4.4, 18.4, 19.8, 25.0);
    paper.portrait(dice, area);
    paper.mark("portrait", "", area);
    paper.field("serial", Ink::new(Face::OcrB, 1.7), (4.4, 52.0), &serial(dice));
    paper.field("security_code", Ink::new(Face::OcrB, 2.1), (27.0, 52.0), &number::digits(dice, 4));
    specimen(paper, Area::new(38.0, 30.0, 36.0, 6.0));
}

/// Its letters and digits at the foot.
fn serial(dice: &mut Dice) -> String {
    (0..16).map(|_| char::from(dice.one(b"0123456789ABCDEFGH"))).collect()
}

fn logo(paper: &mut Paper<'_>) {
    paper.oval(Area::new(75.6, 2.6, 5.0, 5.0), [255, 255, 255]);
    paper.oval(Area::new(77.0, 3.8, 2.2, 2.4), [200, 210, 190]);
    let ink = Ink::new(Face::SansBold, 1.8);
    let one = paper.write_around(ink, (78.2, 9.7), "個人番号");
    let other = paper.write_around(ink, (78.2, 12.0), "カード");
    paper.mark("title", "個人番号カード", one.area.with(other.area));
}

fn dates(paper: &mut Paper<'_>, dice: &mut Dice, known: &mut Known, person: &Person) {
    let ink = Ink::new(Face::Gothic, 2.3);
    let fill = dice.one(&[Fill::Blank, Fill::None]);
    let birth = known.born(person, Style::era(Digits::Half, fill));
    let written = paper.field("birth_date", ink, (27.0, 19.6), &birth);
    paper.write(ink, (written.end, 19.6), "生");
    let expiry = day::around(dice, TODAY, 200, 3000);
    known.expiry = Some(expiry);
    let style = Style::common(Digits::Half, fill);
    let text = day::written(style, expiry);
    let written = paper.field("expiry_date", ink, (54.6, 19.6), &text);
    paper.write(ink, (written.end, 19.6), "まで有効");
    let mayor = format!("{}長", person.city);
    paper.field("issuer", ink, (42.0, 24.2), &mayor);
    paper.fill(Area::new(56.0, 21.8, 10.0, 4.8), [20, 20, 20]);
    let white = Ink::new(Face::SansBold, 1.5).coloured([250, 250, 250]);
    paper.write(white, (57.2, 23.8), "電子証明書");
    paper.write(white, (57.2, 25.8), "の有効期限");
    let certificate = day::written(style, day::around(dice, TODAY, 100, 1800));
    paper.field("certificate_expiry", Ink::new(Face::Gothic, 2.2), (66.8, 25.2), &certificate);
}

fn donor(paper: &mut Paper<'_>) {
    paper.frame(Area::new(30.5, 27.4, 50.2, 14.6), 0.12, [120, 120, 120]);
    for row in 1..4 {
        paper.fill(Area::new(30.5, 27.4 + 3.65 * row as f32, 50.2, 0.08), [150, 150, 150]);
    }
    let tiny = Ink::new(Face::Sans, 1.35);
    let lines = [
        "●臓器提供意思【1脳死後及び心停止した死後/2心停止した死後のみ/3提供せず】",
        "《1・2で提供したくない臓器があれば×》【心臓・肺・肝臓・腎臓・膵臓・小腸・眼球】",
        "署名年月日　　　　年　　月　　日　　　署名",
    ];
    for (row, line) in lines.into_iter().enumerate() {
        paper.write_within(tiny, (32.4, 44.2 + 2.0 * row as f32), 49.5, line);
    }
}

pub(super) fn back(paper: &mut Paper<'_>, dice: &mut Dice, known: &mut Known) {
    paper.waves(dice, [246, 232, 236], [232, 240, 226]);
    let person = Person::japanese(dice, TODAY);
    let (text, number) = my_number(dice);
    chip(paper);
    let face = dice.one(&[Face::OcrB, Face::Gothic, Face::SansBold]);
    let ink = Ink::new(face, dice.between(3.4, 4.4)).spaced(dice.between(0.0, 0.4));
    paper.write(Ink::new(Face::Sans, 1.8), (24.5, 6.2), "個人番号");
    if number.printed {
        my_number_digits(paper, ink, (24.5, 11.2), &text);
    } else {
        sticker(paper, dice, Area::new(24.5, 7.6, 40.0, 4.0));
    }
    let print = Ink::new(Face::Gothic, 2.3);
    paper.write(Ink::new(Face::Sans, 1.7), (24.5, 16.4), "氏名");
    paper.field("name", print, (30.5, 16.5), &person.name);
    let birth = known.born(&person, Style::era(Digits::Half, dice.one(&[Fill::None, Fill::Blank])));
    let written = paper.field("birth_date", print, (24.5, 21.0), &birth);
    paper.write(print, (written.end, 21.0), "生");
    corner(paper, dice, known, &number.digits, number.in_code);
    foot(paper);
    specimen(paper, Area::new(24.5, 23.6, 36.0, 5.0));
    known.my_number = Some(number);
}

fn chip(paper: &mut Paper<'_>) {
    let gold = [206, 176, 110];
    paper.fill(Area::new(8.0, 18.0, 12.6, 11.0), gold);
    for row in 0..4 {
        paper.fill(Area::new(8.0, 20.4 + 2.4 * row as f32, 12.6, 0.15), [120, 95, 50]);
    }
    paper.frame(Area::new(11.6, 20.4, 5.4, 6.2), 0.15, [120, 95, 50]);
}

/// The code at the right edge, or what somebody stuck over it.
fn corner(paper: &mut Paper<'_>, dice: &mut Dice, known: &mut Known, digits: &str, in_code: bool) {
    let side = dice.between(9.5, 13.0);
    let at = (85.6 - side - dice.between(5.0, 8.0), dice.between(6.0, 12.0));
    let area = Area::new(at.0, at.1, side, side);
    if in_code {
        known.modules = Some(paper.code(at, side, digits));
        paper.mark("my_number_code", "", area);
    } else {
        sticker(paper, dice, area);
    }
}

fn foot(paper: &mut Paper<'_>) {
    let tiny = Ink::new(Face::Sans, 1.4);
    let lines = [
        "番号法に定められた場合を除き、個人番号が書かれたこの面をコピーすることはできません。",
        "個人番号カードを紛失したときは コールセンター 0120-95-0178 (24時間)",
    ];
    for (row, line) in lines.into_iter().enumerate() {
        paper.write_within(tiny, (8.0, 34.0 + 2.3 * row as f32), 70.0, line);
    }
    paper.fill(Area::new(0.0, 40.5, 85.6, 9.5), [36, 32, 32]);
}
