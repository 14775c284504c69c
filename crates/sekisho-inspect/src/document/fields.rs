//! Where the parts of a document stand.

use sekisho_core::calendar::Day;

use super::{Document, Field, Part};
use crate::read::{
    birth::Birth,
    fold::compact,
    kind::SURE,
    line::{Line, Quad},
    role::roles,
    zone::birth_columns,
};

/// All that can be told. A part is proven where nothing else can stand in its place.
pub(super) fn fields(document: &Document) -> Vec<Field> {
    let mut found: Vec<Field> = birth(document).or_else(|| birth_of_zone(document)).into_iter().collect();
    found.extend(zone(document));
    for line in &document.lines {
        found.extend(named(line, document));
    }
    found
}

fn birth(document: &Document) -> Option<Field> {
    let Birth::On { line, letters, .. } = &document.birth else { return None };
    let line = document.lines.get(*line)?;
    Some(Field { name: Part::BirthDate, quad: line.part(letters.clone()), proven: true })
}

/// The birth date of a zone whose check digits are right, where no print beside it is called one: as print that is no
/// other day, which is easier to read, or else as its six digits in the zone. Print that is called a birth date and that
/// nobody can tell is never overruled.
fn birth_of_zone(document: &Document) -> Option<Field> {
    let day = document.zone.as_ref()?.birth()?;
    let quad = match &document.birth {
        Birth::On { .. } | Birth::Unsure(_) => return None,
        Birth::Unnamed(days) if days.contains(&day) => printed(document, day).or_else(|| digits(document)),
        Birth::Unnamed(_) | Birth::Unwritten => digits(document),
    }?;
    Some(Field { name: Part::BirthDate, quad, proven: true })
}

fn digits(document: &Document) -> Option<Quad> {
    let lines = &document.zone_lines;
    lines.get(1).map(|line| line.part(birth_columns(lines.len())))
}

/// Where `day` stands in print that can't be read as another day and that nothing calls something else.
pub(crate) fn printed(document: &Document, day: Day) -> Option<Quad> {
    let of_line = |line: &Line| {
        let written = roles(&line.text).into_iter().find(|(date, role)| role.is_none() && date.day() == Some(day));
        written.map(|(date, _)| line.part(date.letters))
    };
    document.lines.iter().find_map(of_line)
}

/// A zone whose check digits are right, as one place.
fn zone(document: &Document) -> Option<Field> {
    let (first, last) = (document.zone_lines.first()?, document.zone_lines.last()?);
    let quad = [first.quad[0], first.quad[1], last.quad[2], last.quad[3]];
    Some(Field { name: Part::Zone, quad, proven: true })
}

/// A line that is nothing but a title, or nothing but an issuer.
fn named(line: &Line, document: &Document) -> Option<Field> {
    let text: String = compact(&line.text).iter().collect();
    let told = document.kind.is_some_and(|told| told.confidence >= SURE);
    let name = if TITLES.contains(&text.as_str()) {
        Part::Title
    } else if ISSUERS.iter().any(|end| text.ends_with(end)) && text.chars().count() <= LONGEST_ISSUER {
        Part::Issuer
    } else {
        return None;
    };
    Some(Field { name, quad: line.quad, proven: told && !text.chars().any(|letter| letter.is_ascii_digit()) })
}

const TITLES: [&str; 12] = [
    "運転免許証",
    "個人番号カード",
    "日本国旅券",
    "在留カード",
    "特別永住者証明書",
    "資格確認書",
    "健康保険資格確認書",
    "国民健康保険資格確認書",
    "後期高齢者医療資格確認書",
    "健康保険被保険者証",
    "国民健康保険被保険者証",
    "後期高齢者医療被保険者証",
];

const ISSUERS: [&str; 10] = [
    "公安委員会",
    "市長",
    "区長",
    "町長",
    "村長",
    "出入国在留管理庁長官",
    "法務大臣",
    "健康保険組合",
    "全国健康保険協会",
    "後期高齢者医療広域連合",
];

/// Letters of the longest issuer; a longer line says something else too.
const LONGEST_ISSUER: usize = 14;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ocr::Page, read::line::page};

    fn parts(texts: &[&str]) -> Vec<(Part, bool)> {
        let document = Document::of(Page::of(page(texts)), "2026-11-22".parse().unwrap());
        document.fields.iter().map(|field| (field.name, field.proven)).collect()
    }

    #[test]
    fn birth_date_title_and_issuer_of_a_licence_are_proven() {
        let found = parts(&["氏名 日本 花子", "昭和61年 3月31日生", "運転免許証", "愛知県公安委員会", "免許の条件等"]);
        assert_eq!(found, [(Part::BirthDate, true), (Part::Title, true), (Part::Issuer, true)]);
    }

    #[test]
    fn on_a_page_of_no_known_kind_only_the_birth_date_is() {
        assert_eq!(
            parts(&["生年月日 昭和61年 3月31日", "名古屋市長"]),
            [(Part::BirthDate, true), (Part::Issuer, false)]
        );
    }

    #[test]
    fn where_no_print_says_a_date_that_of_a_right_zone_is_proven() {
        let zone =
            page(&["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"]);
        let read = |texts: &[&str]| {
            let page = Page { zones: vec![zone.clone()], ..Page::of(self::page(texts)) };
            Document::of(page, "2026-11-22".parse().unwrap()).fields
        };
        let fields = read(&["PASSPORT"]);
        assert_eq!(fields.iter().map(|field| field.name).collect::<Vec<_>>(), [Part::BirthDate, Part::Zone]);
        assert!(fields.iter().all(|field| field.proven));
        let (left, right) = (fields[0].quad[0].0, fields[0].quad[1].0);
        assert!((left - 300.0 * 13.0 / 44.0).abs() < 1.0 && (right - 300.0 * 19.0 / 44.0).abs() < 1.0, "{fields:?}");
        let beside = read(&["Date of birth 12 AUG 1974"]);
        assert!(beside[0].quad[0].1 < 20.0 && beside[0].quad[1].0 > 290.0, "print is easier to read: {beside:?}");
        let unnamed = read(&["15 APR 2002", "UTO 12 AUG 1974"]);
        assert!(unnamed[0].proven && (unnamed[0].quad[0].1 - 30.0).abs() < 1.0 && unnamed[0].quad[0].0 > 60.0);
        let others = read(&["15 APR 2002", "15 APR 2012"]);
        assert_eq!(others[0], fields[0], "no print says that day");
        for contradicts in ["Date of birth 13 AUG 1974", "生年月日 2年4月1日"] {
            let found = read(&[contradicts]);
            let of_zone = found.iter().any(|field| field.name == Part::BirthDate && field.quad == fields[0].quad);
            assert!(!of_zone, "{contradicts}");
        }
    }

    #[test]
    fn a_line_that_says_more_than_an_issuer_is_none() {
        assert_eq!(parts(&["運転免許証の条件", "この人の住所を確かめたのは次の人である名古屋市長"]), []);
    }
}
