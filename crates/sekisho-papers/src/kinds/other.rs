//! What people send by mistake: a student card, a business card, a receipt, a form, a note.

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

pub(super) fn print(paper: &mut Paper<'_>, dice: &mut Dice, known: &mut Known) {
    let person = Person::japanese(dice, TODAY);
    let (width, height) = paper.size();
    if width < height {
        receipt(paper, dice);
    } else if dice.once_in(60) {
        student(paper, dice, known, &person);
    } else {
        business(paper, dice, &person);
    }
    specimen(paper, Area::new(width * 0.1, height * 0.86, width * 0.5, height * 0.06));
}

/// A card with a birth date that no registry of documents knows.
fn student(paper: &mut Paper<'_>, dice: &mut Dice, known: &mut Known, person: &Person) {
    paper.fill(Area::new(0.0, 0.0, 91.0, 9.0), [90, 40, 60]);
    let white = Ink::new(Face::SansBold, 3.6).coloured([250, 250, 250]).spaced(2.0);
    paper.write(white, (6.0, 6.4), dice.one(&["学生証", "社員証", "会員証"]));
    let area = Area::new(6.0, 13.0, 18.0, 23.0);
    paper.portrait(dice, area);
    paper.mark("portrait", "", area);
    let print = Ink::new(Face::Gothic, 2.6);
    paper.field("name", print, (30.0, 17.0), &person.name);
    paper.field("number", print, (30.0, 22.0), &format!("番号 {}", number::digits(dice, 10)));
    let birth = known.born(person, Style::common(Digits::Half, Fill::None));
    let before = paper.write(print, (30.0, 27.0), "生年月日 ");
    paper.field("birth_date", print, (before.end, 27.0), &birth);
    paper.field("issuer", print, (30.0, 34.0), "関所工業大学");
}

fn business(paper: &mut Paper<'_>, dice: &mut Dice, person: &Person) {
    let print = Ink::new(Face::Mincho, 2.4);
    paper.write(print, (8.0, 10.0), "株式会社ひのき企画 営業部");
    paper.field("name", Ink::new(Face::Mincho, 5.0).spaced(1.0), (8.0, 24.0), &person.name);
    paper.field("address", print, (8.0, 35.0), &person.address());
    let phone = format!("電話 03-{}-{}", number::digits(dice, 4), number::digits(dice, 4));
    paper.field("number", print, (8.0, 40.0), &phone);
}

/// Twelve digits in groups too, which are no My Number: one in eleven of them checks.
fn receipt(paper: &mut Paper<'_>, dice: &mut Dice) {
    let (print, width) = (Ink::new(Face::Gothic, 3.2), paper.size().0);
    paper.write_around(Ink::new(Face::SansBold, 5.0), (width / 2.0, 14.0), "領収書");
    let when = day::around(dice, TODAY, 60, 1);
    let text = day::written(Style::common(Digits::Half, Fill::None), when);
    paper.field("issue_date", print, (8.0, 24.0), &text);
    let mut y = 36.0;
    for name in ["緑茶", "おにぎり", "乾電池", "切手", "牛乳"] {
        let price = format!("{name}  ¥{}", dice.below(900) + 80);
        paper.write(print, (8.0, y), &price);
        y += 7.0;
    }
    let groups = [4, 4, 4].map(|count| number::digits(dice, count)).join(" ");
    paper.field("number", print, (8.0, y + 8.0), &format!("伝票番号 {groups}"));
}
