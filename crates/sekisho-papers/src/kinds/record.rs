//! 住民票の写し: a page of A4, with a My Number or with a line that it was left out.

use super::{Known, MyNumber, TODAY, my_number_digits, specimen};
use crate::{
    canvas::{Area, Face, Ink, Paper},
    dice::Dice,
    words::{
        day::{self, Digits, Fill, Style, full},
        number,
        people::Person,
    },
};

const LINE: [u8; 3] = [60, 60, 60];
/// The table's left and right edge.
const EDGES: (f32, f32) = (20.0, 190.0);

pub(super) fn print(paper: &mut Paper<'_>, dice: &mut Dice, known: &mut Known) {
    if dice.once_in(50) {
        paper.waves(dice, [238, 246, 240], [244, 246, 238]);
    }
    let person = Person::japanese(dice, TODAY);
    let digits = dice.one(&[Digits::Half, Digits::Full, Digits::Kanji]);
    let style = Style::era(digits, dice.one(&[Fill::None, Fill::Blank]));
    let face = dice.one(&[Face::Mincho, Face::Gothic]);
    let title = paper.write_around(Ink::new(face, 8.0).spaced(6.0), (105.0, 28.0), "住民票");
    paper.mark("title", "住民票", title.area);
    paper.write_to(Ink::new(face, 4.0), (190.0, 38.0), &person.city);
    table(paper, known, dice, (&person, style, face));
    certified(paper, dice, &person, face);
    specimen(paper, Area::new(110.0, 240.0, 78.0, 13.0));
}

fn table(paper: &mut Paper<'_>, known: &mut Known, dice: &mut Dice, of: (&Person, Style, Face)) {
    let (person, style, face) = of;
    let (label, print) = (Ink::new(face, 3.4), Ink::new(face, 4.4));
    let birth = known.born(person, style);
    let (since, address) = (day::written(style, day::around(dice, TODAY, 7000, 1)), person.address());
    let rows = [
        ("氏名", "name", person.name.as_str()),
        ("生年月日", "birth_date", birth.as_str()),
        ("性別", "sex", person.sex()),
        ("続柄", "relation", "世帯主"),
        ("住民となった年月日", "since", since.as_str()),
        ("住所", "address", address.as_str()),
        ("本籍", "domicile", "省略"),
    ];
    let mut y = 46.0;
    for (name, mark, text) in rows {
        row(paper, y, label, name);
        paper.field(mark, print, (64.0, y + 9.0), text);
        y += 13.0;
    }
    row(paper, y, label, "個人番号");
    if dice.once_in(80) {
        known.my_number = Some(numbered(paper, dice, print, (64.0, y + 9.0)));
    } else {
        paper.write(print, (64.0, y + 9.0), "省略");
    }
    row(paper, y + 13.0, label, "住民票コード");
    paper.write(print, (64.0, y + 22.0), "省略");
}

fn row(paper: &mut Paper<'_>, y: f32, label: Ink, name: &str) {
    paper.frame(Area::new(EDGES.0, y, EDGES.1 - EDGES.0, 13.0), 0.25, LINE);
    paper.fill(Area::new(60.0, y, 0.2, 13.0), LINE);
    paper.write_within(label, (23.0, y + 8.6), 35.0, name);
}

/// Grouped or not, in half or full width.
fn numbered(paper: &mut Paper<'_>, dice: &mut Dice, ink: Ink, at: (f32, f32)) -> MyNumber {
    let digits = number::my_number(dice);
    let text = number::grouped(&digits, dice.one(&["", " ", "-", " "]));
    let text = if dice.once_in(35) { full(&text) } else { text };
    my_number_digits(paper, ink, at, &text);
    MyNumber { digits: number::plain(&digits), printed: true, in_code: false }
}

fn certified(paper: &mut Paper<'_>, dice: &mut Dice, person: &Person, face: Face) {
    let print = Ink::new(face, 4.2);
    paper.write(print, (24.0, 205.0), "この写しは、世帯の一部の住民票の原本と相違ないことを証明する。");
    let issued = day::written(Style::era(Digits::Half, Fill::None), day::around(dice, TODAY, 80, 1));
    paper.field("issue_date", print, (24.0, 220.0), &issued);
    let mayor = format!("{}長", person.city);
    paper.field("issuer", Ink { size: 5.5, ..print }.spaced(1.0), (100.0, 222.0), &mayor);
    paper.seal(Ink::new(Face::Serif, 1.0), Area::new(168.0, 210.0, 18.0, 18.0), "市長職務印");
}
