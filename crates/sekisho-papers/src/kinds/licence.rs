//! 運転免許証, laid out as in 道路交通法施行規則, form 14.

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

const LINE: [u8; 3] = [40, 40, 40];
const BLUE: [u8; 3] = [40, 130, 190];
const RED: [u8; 3] = [215, 70, 50];

pub(super) fn print(paper: &mut Paper<'_>, dice: &mut Dice, known: &mut Known) {
    if dice.once_in(60) {
        paper.waves(dice, [244, 246, 250], [250, 244, 246]);
    }
    let person = Person::japanese(dice, TODAY);
    let fill = dice.one(&[Fill::Blank, Fill::Nought, Fill::None]);
    frames(paper);
    holder(paper, &person, known, Style::era(Digits::Half, fill));
    validity(paper, dice, known, &person);
    conditions(paper, dice);
    numbers(paper, dice);
    portrait(paper, dice, &person);
    specimen(paper, Area::new(30.0, 32.6, 23.0, 4.2));
}

fn frames(paper: &mut Paper<'_>) {
    paper.frame(Area::new(3.4, 3.4, 79.1, 4.1), 0.15, LINE);
    paper.frame(Area::new(3.4, 11.4, 79.1, 39.6), 0.15, LINE);
    paper.fill(Area::new(9.8, 3.4, 0.12, 4.1), LINE);
    paper.fill(Area::new(53.6, 3.4, 0.12, 4.1), LINE);
    paper.fill(Area::new(9.8, 11.4, 0.12, 7.7), LINE);
    paper.fill(Area::new(3.4, 15.2, 54.5, 0.12), LINE);
    paper.fill(Area::new(3.4, 19.1, 54.5, 0.12), LINE);
    let label = Ink::new(Face::Sans, 2.0);
    for (y, text) in [(6.2, "氏名"), (14.0, "住所"), (17.9, "交付")] {
        paper.write(label, (4.7, y), text);
    }
}

fn holder(paper: &mut Paper<'_>, person: &Person, known: &mut Known, style: Style) {
    let print = Ink::new(Face::Gothic, 2.7);
    paper.field("name", print.spaced(0.7), (10.8, 6.6), &person.name);
    let birth = known.born(person, style);
    let ink = Ink::new(Face::Gothic, 2.5);
    paper.field("birth_date", ink, (54.5, 6.5), &birth);
    let end = 54.5 + paper.width_of(ink, &birth);
    paper.write(Ink::new(Face::Sans, 2.0), (end + 0.2, 6.4), "生");
    let address = paper.write_within(Ink::new(Face::Gothic, 2.5), (10.8, 14.2), 70.0, &person.address());
    paper.mark("address", person.address(), address.area);
}

/// 交付, and the coloured strip.
fn validity(paper: &mut Paper<'_>, dice: &mut Dice, known: &mut Known, person: &Person) {
    let issued = day::around(dice, TODAY, 1500, 1);
    let strip = dice.one(&[[176, 140, 84], [120, 180, 120], [110, 160, 215]]);
    let ink = Ink::new(Face::Gothic, 2.4);
    let digits = day::written(Style::era(Digits::Half, Fill::Nought), issued);
    paper.field("issue_date", ink, (13.0, 18.0), &digits);
    paper.field("inquiry_number", ink, (41.5, 18.0), &number::digits(dice, 5));
    paper.fill(Area::new(3.4, 19.2, 50.2, 4.7), strip);
    // A month after the birthday in the third to fifth year.
    let years = dice.one(&[3, 4, 5]);
    let expiry = day::earlier(day::years_later(person.birth, issued.year() - person.birth.year() + years), -30);
    known.expiry = Some(expiry);
    let (era, year) = day::era(expiry).expect("after 1912");
    let fill = |part: i8| format!("{part:02}");
    let (month, date) = (fill(expiry.month()), fill(expiry.day()));
    let text = match dice.below(3) {
        0 => format!("{}年({era}{year:02}年){month}月{date}日", expiry.year()),
        1 => format!("{}年{month}月{date}日", expiry.year()),
        _ => day::written(Style::era(Digits::Half, Fill::Nought), expiry),
    };
    let bold = Ink::new(Face::SansBold, 3.2).widened(0.78);
    let room = 48.5 - paper.width_of(bold, "まで有効");
    let written = paper.write_within(bold, (4.4, 22.7), room, &text);
    paper.mark("expiry_date", text, written.area);
    paper.write(bold, (written.end, 22.7), "まで有効");
}

fn conditions(paper: &mut Paper<'_>, dice: &mut Dice) {
    let small = Ink::new(Face::Sans, 1.7);
    paper.write(small, (4.6, 26.6), "免許の");
    paper.write(small, (4.6, 29.2), "条件等");
    let texts = ["眼鏡等", "準中型で運転できる準中型車は準中型車(5t)に限る", "中型車は中型車(8t)に限る"];
    let text = dice.one(&texts);
    let written = paper.write_within(Ink::new(Face::Gothic, 2.3), (11.0, 26.8), 42.0, text);
    paper.mark("conditions", text, written.area);
    if dice.once_in(40) {
        paper.frame(Area::new(4.4, 31.6, 6.4, 3.4), 0.2, LINE);
        paper.write(Ink::new(Face::SansBold, 2.4), (5.2, 34.2), "優良");
    }
}

fn numbers(paper: &mut Paper<'_>, dice: &mut Dice) {
    let label = Ink::new(Face::Sans, 1.8);
    paper.fill(Area::new(3.4, 36.9, 54.5, 0.12), LINE);
    paper.write(label, (4.1, 39.6), "番号");
    let ink = Ink::new(dice.one(&[Face::Gothic, Face::OcrB, Face::Sans]), 3.4).spaced(0.55);
    let number = number::digits(dice, 12);
    paper.write(Ink::new(Face::Sans, 2.6), (9.6, 39.8), "第");
    let written = paper.field("licence_number", ink, (15.0, 40.0), &number);
    paper.write(Ink::new(Face::Sans, 2.4), (written.end.max(46.0), 39.8), "号");
    let style = Style::era(Digits::Half, Fill::Nought);
    for (row, name) in ["二・小・原", "他", "二種"].into_iter().enumerate() {
        let y = 44.4 + 2.9 * row as f32;
        paper.fill(Area::new(3.4, y - 2.9, 28.0, 0.1), LINE);
        paper.write_within(label, (3.7, y - 0.7), 4.2, name);
        let since = day::around(dice, TODAY, 9000, 1);
        let text = if dice.once_in(30) { "平成00年00月00日".to_owned() } else { day::written(style, since) };
        paper.field("since", Ink::new(Face::Gothic, 2.3), (8.4, y - 0.5), &text);
    }
    classes(paper, dice);
}

fn classes(paper: &mut Paper<'_>, dice: &mut Dice) {
    const CLASSES: [&str; 14] = [
        "大型",
        "中型",
        "準中",
        "普通",
        "大特",
        "大自",
        "普自",
        "小特",
        "原付",
        "大二",
        "中二",
        "普二",
        "大特二",
        "引",
    ];
    paper.write(Ink::new(Face::Sans, 1.8), (32.2, 44.8), "種");
    paper.write(Ink::new(Face::Sans, 1.8), (32.2, 49.2), "類");
    for (place, class) in CLASSES.into_iter().enumerate() {
        let (x, y) = (34.6 + (place % 7) as f32 * 2.75, 42.0 + (place / 7) as f32 * 4.4);
        paper.frame(Area::new(x, y, 2.75, 4.4), 0.1, [170, 90, 80]);
        let text = if dice.once_in(65) { "—" } else { class };
        paper.write_down(Ink::new(Face::Sans, 1.6).spaced(-0.2), (x + 0.5, y + 1.7), text);
    }
}

fn portrait(paper: &mut Paper<'_>, dice: &mut Dice, person: &Person) {
    let area = Area::new(59.0, 16.2, 19.6, 27.0);
    paper.portrait(dice, area);
    paper.mark("portrait", "", area);
    let title = Ink::new(Face::SansBold, 3.0).coloured(BLUE).spaced(0.75);
    let written = paper.write_down(title, (54.9, 25.4), "運転免許証");
    paper.mark("title", "運転免許証", written.area);
    let issuer = Ink::new(Face::Sans, 2.3).coloured(RED);
    let mut issued_by = person.prefecture.to_owned();
    let first = paper.write(issuer.spaced(0.4), (59.0, 46.6), person.prefecture);
    let second = paper.write(issuer, (59.0, 49.6), "公安委員会");
    issued_by.push_str("公安委員会");
    paper.mark("issuer", issued_by, first.area.with(second.area));
    paper.seal(Ink::new(Face::Serif, 1.0), Area::new(75.0, 44.9, 4.6, 4.6), "公安委員会之印");
}
