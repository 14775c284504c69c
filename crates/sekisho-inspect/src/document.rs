//! A picture of a document, read as a whole: what kind it is, what it says and where.

mod fields;

pub(crate) use fields::printed;

use core::fmt;

use image::RgbImage;
use sekisho_core::calendar::Day;

use crate::{
    card,
    ocr::{Page, Reader},
    read::{
        birth::{self, Birth},
        kind::{self, Told},
        line::{Line, Quad},
        number::{self, Sign},
        pieces,
        zone::{self, Zone},
    },
};

/// A part of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The birth date.
    BirthDate,
    /// What the document is called.
    Title,
    /// Who issued it.
    Issuer,
    /// Its last day.
    Expiry,
    /// The machine-readable zone, with name, number and birth date in it.
    Zone,
    /// A line with a My Number, or what may be one.
    MyNumber,
}

impl Part {
    /// Its name for programs; that of the policy's field where there is one.
    pub const fn name(self) -> &'static str {
        match self {
            Part::BirthDate => "birth_date",
            Part::Title => "title",
            Part::Issuer => "issuer",
            Part::Expiry => "expiry",
            Part::Zone => "mrz",
            Part::MyNumber => "my_number",
        }
    }
}

/// Where a part stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Field {
    /// Which part.
    pub name: Part,
    /// Its corners in the upright picture.
    pub quad: Quad,
    /// Whether what was read leaves no doubt that it is this part and nothing else.
    pub proven: bool,
}

/// What a picture of a document says. It is personal, is never printed, and its texts are wiped.
#[derive(Clone, PartialEq)]
pub struct Document {
    /// Whether print was read at all. Without a reader all that follows is empty and says nothing.
    pub was_read: bool,
    /// The kind of document, if it can be told.
    pub kind: Option<Told>,
    /// Quarter turns, clockwise, by which the upright picture must be turned for its print to stand upright: 0 to 3.
    pub turns: u8,
    /// The lines of print. Their places are in the picture as it was read, straightened; their corners in the upright one.
    pub lines: Vec<Line>,
    /// The machine-readable zone, if there is one.
    pub zone: Option<Zone>,
    /// Its lines with their places, if all of its check digits are right.
    pub zone_lines: Vec<Line>,
    /// What the lines say of a birth date; the zone says it apart.
    pub birth: Birth,
    /// Its last day, if it is sure.
    pub expiry: Option<Day>,
    /// What says that it shows a My Number; codes are looked for elsewhere.
    pub my_number: Vec<Sign>,
    /// The card in the upright picture, if one can be told from what surrounds it.
    pub card: Option<card::Found>,
    /// Where its parts stand.
    pub fields: Vec<Field>,
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document")
            .field("was_read", &self.was_read)
            .field("kind", &self.kind)
            .field("lines", &self.lines.len())
            .field("fields", &self.fields)
            .finish_non_exhaustive()
    }
}

impl Document {
    /// One of which nothing was read.
    pub fn unread() -> Self {
        Document {
            was_read: false,
            kind: None,
            turns: 0,
            lines: Vec::new(),
            zone: None,
            zone_lines: Vec::new(),
            birth: Birth::Unwritten,
            expiry: None,
            my_number: Vec::new(),
            card: None,
            fields: Vec::new(),
        }
    }

    /// Whether it says what decides: where its birth date stands, or that it has a My Number.
    fn tells(&self) -> bool {
        let birth = |field: &Field| field.proven && field.name == Part::BirthDate;
        !self.my_number.is_empty() || self.fields.iter().any(birth)
    }

    /// What a page says to whoever reads it on `today`.
    pub(crate) fn of(page: Page, today: Day) -> Self {
        let Page { lines, zones, turns } = page;
        let lines = pieces::joined(lines);
        let (zone, zone_lines) = zone(&lines, zones, today);
        let my_number = number::signs(&lines);
        let mut document = Document {
            was_read: true,
            kind: kind::kind(&lines, zone.as_ref(), &my_number),
            turns,
            birth: birth::birth(&lines, today),
            expiry: zone.as_ref().filter(|zone| zone.checks).and_then(|zone| zone.expiry),
            zone,
            zone_lines,
            my_number,
            card: None,
            fields: Vec::new(),
            lines,
        };
        document.fields = fields::fields(&document);
        document
    }
}

/// Reads `picture`, which stands upright as decoded, on `today`. Without a reader nothing is read, and the document
/// says so.
pub fn read(picture: &RgbImage, reader: Option<&Reader>, today: Day) -> Document {
    match reader {
        Some(reader) => seen(picture, reader, today),
        None => Document::unread(),
    }
}

/// A card is read straightened, if so much is read on it that it is one. Where that says neither when somebody was born nor
/// that the picture must be refused, the whole picture is read: what was taken for the card may be a part of it.
fn seen(picture: &RgbImage, reader: &Reader, today: Day) -> Document {
    let card = card::find(picture);
    let straight = card.and_then(|card| straightened(picture, reader, &card));
    let of_card = straight.map(|page| Document { card, ..Document::of(page, today) });
    let whole = || Document::of(reader.page(picture), today);
    match of_card {
        Some(document) => told(document, whole),
        None => Document { card, ..whole() },
    }
}

/// What the card says, or the whole picture if that alone says what decides.
fn told(of_card: Document, whole: impl FnOnce() -> Document) -> Document {
    if of_card.tells() {
        return of_card;
    }
    Some(whole()).filter(Document::tells).unwrap_or(of_card)
}

fn straightened(picture: &RgbImage, reader: &Reader, card: &card::Found) -> Option<Page> {
    let straight = card::straighten(picture, card);
    let page = reader.page(&straight.picture);
    (page.lines.len() >= LINES_OF_A_CARD).then(|| page.placed(|(x, y)| straight.back(x, y)))
}

/// A straightened part with fewer lines is no card.
const LINES_OF_A_CARD: usize = 4;

/// The zone, by preference one that was read as zones must be and whose check digits are right.
fn zone(lines: &[Line], zones: Vec<Vec<Line>>, today: Day) -> (Option<Zone>, Vec<Line>) {
    fn texts(lines: &[Line]) -> Vec<&str> {
        lines.iter().map(|line| line.text.as_str()).collect()
    }
    for candidate in zones {
        if let Some(zone) = zone::forced(&texts(&candidate), &texts(lines), &guessed(&candidate), today) {
            return (Some(zone), candidate);
        }
    }
    (zone::zone(&texts(lines), today), Vec::new())
}

/// Letters that were taken for what must stand there, and hardly look like it: something covers them, or nothing is there.
fn guessed(zone: &[Line]) -> Vec<(usize, usize)> {
    let of_line = |(row, line): (usize, &Line)| {
        let letters = line.letters.iter().enumerate().filter(|(_, letter)| letter.certainty < GUESSED);
        letters.map(|(column, _)| (row, column)).collect::<Vec<_>>()
    };
    zone.iter().enumerate().flat_map(of_line).collect()
}

/// A letter of a zone that is less sure was guessed: one that can be read is nearly always surer than 0.9.
const GUESSED: f32 = 0.3;

#[cfg(test)]
mod tests {
    use core::ops::Range;

    use super::*;
    use crate::read::line::{Letter, page};

    #[test]
    fn without_a_reader_nothing_is_said_of_a_document() {
        let document = read(&RgbImage::new(40, 40), None, "2026-11-22".parse().unwrap());
        assert_eq!(document, Document::unread());
        assert!(!document.was_read && document.kind.is_none() && document.birth == Birth::Unwritten);
    }

    #[test]
    fn the_whole_picture_is_read_where_the_card_does_not_say_what_decides() {
        let of = |texts: &[&str]| Document::of(Page::of(page(texts)), "2026-11-22".parse().unwrap());
        let (birth, none) = (of(&["昭和61年3月31日生"]), of(&["KEK KH"]));
        let refused = of(&["個人番号 1234 5678 9018"]);
        for tells in [&birth, &refused] {
            assert_eq!(&told(tells.clone(), || panic!("nothing more is needed")), tells);
            assert_eq!(&told(none.clone(), || tells.clone()), tells);
        }
        assert_eq!(told(none.clone(), || of(&["AUTHORITY"])), none);
    }

    /// A zone whose year of birth an issuer painted over: the check digit agrees with what was guessed there.
    #[test]
    fn a_birth_date_that_was_guessed_proves_nothing() {
        let lines =
            page(&["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"]);
        let of = |unsure: Range<usize>| {
            let letters = (0..44).map(|at| Letter {
                certainty: if unsure.contains(&at) { 0.1 } else { 0.99 },
                middle: at as f32 / 44.0,
            });
            let letters: Vec<_> = letters.collect();
            let zone = lines.iter().map(|line| line.read_again(line.text.as_str(), letters.clone())).collect();
            let page = Page { zones: vec![zone], ..Page::of(page(&["PASSPORT", lines[0].text.as_str()])) };
            Document::of(page, "2026-11-22".parse().unwrap())
        };
        assert!(of(0..0).tells() && of(0..9).tells());
        let unconfirmed = of(8..10).zone.unwrap().unconfirmed;
        let of_name: Vec<_> = unconfirmed.into_iter().filter(|(row, _)| *row == 0).collect();
        assert_eq!(of_name, [(0, 8), (0, 9)], "no check digit covers a name");
        let guessed = of(13..15);
        assert!(guessed.zone.is_none() && !guessed.tells());
    }

    #[test]
    fn what_it_says_is_not_printed() {
        let lines = page(&["運転免許証", "昭和61年3月31日生", "愛知県公安委員会"]);
        let said = format!("{:?}", Document::of(Page::of(lines), "2026-11-22".parse().unwrap()));
        assert!(!said.contains("61") && !said.contains("1986") && said.contains("BirthDate"), "{said}");
    }
}
