//! 在留カード, laid out as in 出入国管理及び難民認定法施行規則, form 72.

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

const NOUGHTS: Style = Style::common(Digits::Half, Fill::Nought);
const LABEL: [u8; 3] = [60, 90, 70];

pub(super) fn print(paper: &mut Paper<'_>, dice: &mut Dice, known: &mut Known) {
    paper.waves(dice, [232, 240, 244], [244, 236, 242]);
    let person = Person::foreign(dice, TODAY);
    head(paper, dice);
    holder(paper, known, &person);
    status(paper, dice, known);
    let area = Area::new(63.6, 9.4, 18.0, 24.0);
    paper.portrait(dice, area);
    paper.mark("portrait", "", area);
    specimen(paper, Area::new(60.0, 34.4, 24.0, 4.0));
}

fn head(paper: &mut Paper<'_>, dice: &mut Dice) {
    let (label, bold) = (Ink::new(Face::Sans, 1.5).coloured(LABEL), Ink::new(Face::SansBold, 2.6));
    paper.write(label, (3.0, 3.6), "日本国政府 GOVERNMENT OF JAPAN");
    let title = paper.write(bold.spaced(0.5), (3.0, 7.2), "在留カード");
    paper.mark("title", "在留カード", title.area);
    paper.write(label, (20.0, 7.0), "RESIDENCE CARD");
    paper.write(label, (49.5, 4.4), "番号 NO.");
    let number = format!("{}{}{}", number::capitals(dice, 2), number::digits(dice, 8), number::capitals(dice, 2));
    paper.field("card_number", Ink::new(Face::OcrB, 2.8), (57.8, 4.8), &number);
}

fn holder(paper: &mut Paper<'_>, known: &mut Known, person: &Person) {
    let (label, print) = (Ink::new(Face::Sans, 1.3).coloured(LABEL), Ink::new(Face::Gothic, 2.4));
    paper.write(label, (3.0, 10.4), "氏名 NAME");
    paper.field("name", print, (12.5, 10.8), &person.name);
    let birth = known.born(person, NOUGHTS);
    paper.write(label, (3.0, 14.6), "生年月日 DATE OF BIRTH");
    let written = paper.field("birth_date", print, (20.5, 14.9), &birth);
    paper.write(label, (written.end + 2.0, 14.6), "Y   M   D");
    paper.write(label, (46.5, 14.6), "性別 SEX");
    let sex = if person.woman { "女 F." } else { "男 M." };
    paper.field("sex", print, (53.5, 14.9), sex);
    paper.write(label, (3.0, 18.6), "国籍・地域 NATIONALITY/REGION");
    paper.field("nationality", print, (26.5, 18.9), person.country_in_japanese());
    paper.write(label, (3.0, 22.6), "住居地 ADDRESS");
    let address = paper.write_within(Ink { size: 2.2, ..print }, (14.5, 22.9), 46.0, &person.address());
    paper.mark("address", person.address(), address.area);
}

fn status(paper: &mut Paper<'_>, dice: &mut Dice, known: &mut Known) {
    let (label, print) = (Ink::new(Face::Sans, 1.3).coloured(LABEL), Ink::new(Face::Gothic, 2.4));
    let (status, work) = dice.one(&[
        ("留学 Student", "就労不可"),
        ("技術・人文知識・国際業務", "在留資格に基づく就労活動のみ可"),
        ("永住者 Permanent Resident", "就労制限なし"),
        ("家族滞在 Dependent", "就労不可"),
    ]);
    paper.write(label, (3.0, 26.8), "在留資格 STATUS");
    paper.field("status", print, (15.5, 27.2), status);
    paper.write(label, (15.5, 30.2), "就労制限の有無");
    paper.field("work", print, (27.0, 30.6), work);
    let expiry = day::around(dice, TODAY, 100, 1700);
    let granted = day::around(dice, TODAY, 1500, 1);
    let span = dice.one(&["1年", "3年", "4年3月", "5年"]);
    paper.write(label, (3.0, 34.2), "在留期間(満了日) PERIOD OF STAY");
    let last = day::written(NOUGHTS, expiry);
    paper.field("stay_until", print, (29.5, 34.6), &format!("{span}({last})"));
    paper.write(label, (3.0, 38.0), "許可の種類");
    let text = "在留期間更新許可(東京出入国在留管理局長)";
    let permission = paper.write_within(print, (13.0, 38.4), 45.0, text);
    paper.mark("permission", text, permission.area);
    paper.write(label, (3.0, 41.8), "許可年月日");
    let granted = day::written(NOUGHTS, granted);
    paper.field("granted", print, (11.5, 42.2), &granted);
    paper.write(label, (34.0, 41.8), "交付年月日");
    paper.field("issue_date", print, (42.5, 42.2), &granted);
    validity(paper, known, &last, expiry);
}

fn validity(paper: &mut Paper<'_>, known: &mut Known, last: &str, expiry: jiff::civil::Date) {
    let (small, bold) = (Ink::new(Face::Sans, 1.9), Ink::new(Face::SansBold, 2.5));
    known.expiry = Some(expiry);
    let before = paper.write(small, (3.0, 46.6), "このカードは");
    let written = paper.field("expiry_date", bold, (before.end + 0.6, 46.8), last);
    paper.write(small, (written.end + 0.6, 46.6), "まで有効です。");
    paper.write(Ink::new(Face::Sans, 1.2).coloured(LABEL), (3.0, 48.8), "PERIOD OF VALIDITY OF THIS CARD");
    let issuer = paper.write(Ink::new(Face::Serif, 2.3), (53.0, 50.6), "出入国在留管理庁長官");
    paper.mark("issuer", "出入国在留管理庁長官", issuer.area);
    paper.seal(Ink::new(Face::Serif, 1.0), Area::new(77.8, 47.2, 4.8, 4.8), "出入国在留管理長官");
}
