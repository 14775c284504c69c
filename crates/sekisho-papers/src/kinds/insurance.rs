//! 資格確認書 and the 被保険者証 that it followed.

use super::{Known, TODAY, specimen};
use crate::{
    canvas::{Area, Colour, Face, Ink, Paper},
    dice::Dice,
    words::{
        day::{self, Digits, Fill, Style},
        number,
        people::Person,
    },
};

/// Insurers and the titles of their cards: of employees, of residents, of those over 75.
const INSURERS: [(&str, &str); 4] = [
    ("全国健康保険協会", "健康保険"),
    ("関東信越情報健康保険組合", "健康保険"),
    ("国民健康保険", "国民健康保険"),
    ("後期高齢者医療広域連合", "後期高齢者医療"),
];

pub(super) fn eligibility(paper: &mut Paper<'_>, dice: &mut Dice, known: &mut Known) {
    paper.waves(dice, [250, 240, 222], [240, 246, 232]);
    let (insurer, branch) = dice.one(&INSURERS);
    let title = dice.one(&["資格確認書", "健康保険資格確認書"]);
    let title = if branch == "健康保険" { title.to_owned() } else { format!("{branch}資格確認書") };
    whole(paper, dice, known, (&title, insurer), true);
}

pub(super) fn card(paper: &mut Paper<'_>, dice: &mut Dice, known: &mut Known) {
    let (from, to): (Colour, Colour) = dice.one(&[
        ([214, 232, 246], [230, 238, 246]),
        ([250, 226, 226], [250, 238, 228]),
        ([228, 240, 214], [240, 246, 230]),
    ]);
    paper.waves(dice, from, to);
    let (insurer, branch) = dice.one(&INSURERS);
    whole(paper, dice, known, (&format!("{branch}被保険者証"), insurer), branch != "健康保険");
}

fn whole(paper: &mut Paper<'_>, dice: &mut Dice, known: &mut Known, what: (&str, &str), ends: bool) {
    let (title, insurer) = what;
    let person = Person::japanese(dice, TODAY);
    let digits = dice.one(&[Digits::Half, Digits::Half, Digits::Full, Digits::Kanji]);
    let style = Style::era(digits, dice.one(&[Fill::None, Fill::Blank]));
    let ink = Ink::new(Face::SansBold, 3.0);
    let written = paper.write_within(ink.spaced(0.3), (4.0, 6.2), 40.0, title);
    paper.mark("title", title, written.area);
    let holder = dice.one(&["本人(被保険者)", "家族(被扶養者)"]);
    paper.write(Ink::new(Face::Sans, 2.2), (written.end + 2.0, 6.0), holder);
    let issued = day::around(dice, TODAY, 1400, 1);
    let text = format!("{}交付", day::written(style, issued));
    let at = paper.write_to(Ink::new(Face::Gothic, 2.1), (82.0, 9.8), &text);
    paper.mark("issue_date", text, at.area);
    symbols(paper, dice);
    holder_rows(paper, dice, known, (&person, style));
    if ends {
        end(paper, dice, known, style);
    }
    foot(paper, dice, (insurer, &person));
    specimen(paper, Area::new(52.0, 31.4, 30.0, 5.0));
}

/// 記号, 番号, 枝番.
fn symbols(paper: &mut Paper<'_>, dice: &mut Dice) {
    let (label, print) = (Ink::new(Face::Sans, 1.9), Ink::new(Face::Gothic, 2.6));
    paper.write(label, (4.0, 14.2), "記号");
    paper.field("insured_symbol", print, (10.0, 14.4), &number::digits(dice, 8));
    paper.write(label, (34.0, 14.2), "番号");
    paper.field("insured_number", print, (40.0, 14.4), &number::digits(dice, 7));
    paper.write(label, (62.0, 14.2), "(枝番)");
    paper.field("branch", print, (70.0, 14.4), &number::digits(dice, 2));
}

fn holder_rows(paper: &mut Paper<'_>, dice: &mut Dice, known: &mut Known, whose: (&Person, Style)) {
    let (person, style) = whose;
    let (label, print) = (Ink::new(Face::Sans, 1.9), Ink::new(dice.one(&[Face::Gothic, Face::Mincho]), 2.6));
    paper.field("name", Ink::new(Face::Gothic, 1.6), (18.0, 17.4), &person.kana);
    paper.write(label, (4.0, 20.2), "氏名");
    paper.field("name", print.spaced(0.4), (18.0, 20.4), &person.name);
    let birth = known.born(person, style);
    paper.write(label, (4.0, 25.4), "生年月日");
    let written = paper.field("birth_date", print, (18.0, 25.6), &birth);
    if dice.once_in(40) {
        paper.write(print, (written.end, 25.6), "生");
    }
    paper.write(label, (62.0, 25.4), "性別");
    paper.field("sex", print, (69.0, 25.6), person.sex());
    paper.write(label, (4.0, 30.6), "資格取得年月日");
    let acquired = day::written(style, day::around(dice, TODAY, 6000, 1));
    paper.field("acquired", print, (20.0, 30.8), &acquired);
}

/// 有効期限, and what those over 75 pay.
fn end(paper: &mut Paper<'_>, dice: &mut Dice, known: &mut Known, style: Style) {
    let (label, print) = (Ink::new(Face::Sans, 1.9), Ink::new(Face::Gothic, 2.6));
    let expiry = day::around(dice, TODAY, 700, 1600);
    known.expiry = Some(expiry);
    paper.write(label, (4.0, 35.8), "有効期限");
    paper.field("expiry_date", print, (18.0, 36.0), &day::written(style, expiry));
}

fn foot(paper: &mut Paper<'_>, dice: &mut Dice, of: (&str, &Person)) {
    let (insurer, person) = of;
    let (label, print) = (Ink::new(Face::Sans, 1.9), Ink::new(Face::Gothic, 2.5));
    paper.fill(Area::new(4.0, 38.0, 77.6, 0.12), [120, 120, 120]);
    paper.write(label, (4.0, 41.6), "保険者番号");
    paper.field("insurer_number", print.spaced(0.3), (20.0, 41.8), &number::digits(dice, 8));
    paper.write(label, (4.0, 46.0), "保険者名称");
    let name = match insurer {
        "国民健康保険" => person.city.clone(),
        "後期高齢者医療広域連合" => format!("{}{insurer}", person.prefecture),
        "全国健康保険協会" => {
            format!("{insurer} {}支部", person.prefecture.trim_end_matches(['都', '府', '県']))
        }
        _ => insurer.to_owned(),
    };
    paper.field("issuer", print, (20.0, 46.2), &name);
    paper.write(label, (4.0, 50.2), "保険者所在地");
    let address = paper.write_within(Ink { size: 2.0, ..print }, (20.0, 50.3), 46.0, &person.address());
    paper.mark("insurer_address", person.address(), address.area);
    if dice.once_in(30) {
        // A code that says nothing of a My Number: the insurer's.
        let side = 10.0;
        paper.code((71.0, 40.6), side, &format!("{},{}", number::digits(dice, 8), number::digits(dice, 7)));
        paper.mark("insured_code", "", Area::new(71.0, 40.6, side, side));
    } else {
        paper.seal(Ink::new(Face::Serif, 1.0), Area::new(75.0, 44.0, 5.6, 5.6), "保険者之印章");
    }
}
