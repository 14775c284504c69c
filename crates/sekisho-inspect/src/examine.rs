//! What a picture says, for `sekisho inspect` alone: a gate is told nothing of what was read.

use core::fmt;

use image::RgbImage;
use sekisho_core::calendar::Day;
use serde::{Deserialize, Serialize};

use crate::{
    document::{self, Document},
    ocr::Reader,
    qr::Codes,
    quality,
    read::{
        birth::Birth,
        line::Quad,
        number::Sign,
        zone::{Zone, birth_columns},
    },
    wire::Boxed,
};

/// What was read from a picture. It is personal and never printed by itself; no digit of a My Number is in it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Findings {
    /// Whether print was read. If not, only codes were looked for.
    pub was_read: bool,
    /// The kind of document, if it can be told.
    pub kind: Option<KindFound>,
    /// The machine-readable zone.
    pub mrz: Option<ZoneFound>,
    /// The birth date, if there is one that is sure.
    pub birth_date: Option<BirthFound>,
    /// Days that may be the birth date, where it isn't sure.
    pub birth_dates_in_doubt: Vec<Day>,
    /// What says that it shows a My Number.
    pub my_number: MyNumberFound,
    /// How well it can be read, measured over the member's boxes, or the whole picture without any.
    pub quality: QualityFound,
    /// Where its parts stand, in pixels of the upright picture.
    pub boxes: Vec<BoxFound>,
}

/// A kind of document and how sure it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KindFound {
    /// Its name in the registry of kinds.
    pub value: String,
    /// From 0 to 1.
    pub confidence: f32,
}

/// What a zone says.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct ZoneFound {
    /// Its lines, repaired.
    pub lines: Vec<String>,
    /// Whether all of its check digits are right.
    pub check_digits_ok: bool,
    /// Its holder's birth date, if it is sure.
    pub birth_date: Option<Day>,
    /// Its last day.
    pub expiry_date: Option<Day>,
    /// Who issued it, as it is written.
    pub issuing_state: String,
    /// Letters that no check digit confirms, as line and column from 0.
    pub unconfirmed: Vec<(usize, usize)>,
    /// Whether it calls itself a specimen.
    pub specimen: bool,
}

/// A birth date.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct BirthFound {
    /// The day.
    pub value: Day,
    /// As it is printed.
    pub as_written: String,
    /// `mrz` or `text`.
    pub source: String,
    /// From 0 to 1.
    pub confidence: f32,
}

/// Whether a My Number is on the picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MyNumberFound {
    /// Whether anything says so.
    pub present: bool,
    /// What does: `qr`, `digits`, `layout`.
    pub by: Vec<String>,
}

/// Measurements.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QualityFound {
    /// Variance of the Laplacian, see [`crate::quality`]. Higher is sharper.
    pub sharpness: f32,
    /// Share of saturated pixels, 0 to 1.
    pub glare: f32,
}

/// Where a part stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BoxFound {
    /// Which: `birth_date`, `title`, `issuer`, `expiry`, `mrz`, `my_number`.
    pub field: String,
    /// Its corners, clockwise from the upper left one as it is read.
    pub quad: Quad,
    /// Whether nothing else can stand there.
    pub proven: bool,
}

impl fmt::Debug for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Findings").field("was_read", &self.was_read).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// Whoever reads print, and what they read.
pub(crate) struct Eyes<'a> {
    reader: Option<&'a Reader>,
    today: Option<Day>,
    document: Document,
    seen: Option<Seen>,
}

/// What is told beside what print says.
struct Seen {
    /// Whether a code holds a My Number.
    code: bool,
    quality: QualityFound,
}

impl<'a> Eyes<'a> {
    /// Those of somebody who wants to know what is to be read on `today`.
    pub(crate) fn open(reader: Option<&'a Reader>, today: Day) -> Self {
        Self { reader, today: Some(today), ..Self::closed() }
    }

    /// Those of somebody who reads nothing.
    pub(crate) fn closed() -> Self {
        Self { reader: None, today: None, document: Document::unread(), seen: None }
    }

    /// Reads `picture`, on which the member drew `boxes`, and on which these codes lie.
    pub(crate) fn look(&mut self, picture: &RgbImage, boxes: &[Boxed], codes: &Codes) {
        if let Some(today) = self.today {
            self.document = document::read(picture, self.reader, today);
            self.seen = Some(Seen { code: codes.my_number, quality: measured(picture, boxes) });
        }
    }

    /// What was read.
    pub(crate) fn document(&self) -> &Document {
        &self.document
    }

    /// What was found; nothing if nobody looked.
    pub(crate) fn findings(self) -> Option<Findings> {
        let document = self.document;
        self.seen.map(|seen| found(&document, seen))
    }
}

fn found(document: &Document, seen: Seen) -> Findings {
    let Seen { code, quality } = seen;
    let (birth_date, in_doubt) = birth(document);
    Findings {
        was_read: document.was_read,
        kind: document.kind.map(|told| KindFound { value: told.kind.name().into(), confidence: told.confidence }),
        mrz: document.zone.as_ref().map(zone),
        birth_date,
        birth_dates_in_doubt: in_doubt,
        my_number: my_number(document, code),
        quality,
        boxes: document.fields.iter().map(placed).collect(),
    }
}

fn placed(field: &document::Field) -> BoxFound {
    BoxFound { field: field.name.name().into(), quad: field.quad, proven: field.proven }
}

fn zone(zone: &Zone) -> ZoneFound {
    ZoneFound {
        lines: zone.lines.iter().map(|line| line.to_string()).collect(),
        check_digits_ok: zone.checks,
        birth_date: zone.birth(),
        expiry_date: zone.expiry.filter(|_| zone.checks),
        issuing_state: zone.issuer.clone(),
        unconfirmed: zone.unconfirmed.clone(),
        specimen: zone.specimen,
    }
}

/// The zone's birth date, whose check digit is right, before that of the text. Two that differ are both in doubt.
fn birth(document: &Document) -> (Option<BirthFound>, Vec<Day>) {
    let of_zone = document.zone.as_ref().and_then(|zone| zone.birth().map(|day| (day, zone)));
    match (of_zone, &document.birth) {
        (Some((day, _)), Birth::On { day: other, .. }) if day != *other => (None, vec![day, *other]),
        (Some((day, zone)), _) => (Some(of_a_zone(day, zone)), Vec::new()),
        (None, Birth::On { day, line, letters }) => {
            let line = &document.lines[*line];
            let as_written = line.text.chars().skip(letters.start).take(letters.len()).collect();
            let confidence = line.certainty_of(letters.clone()).unwrap_or(1.0);
            (Some(BirthFound { value: *day, as_written, source: "text".into(), confidence }), Vec::new())
        }
        (None, Birth::Unsure(days) | Birth::Unnamed(days)) => (None, days.clone()),
        (None, Birth::Unwritten) => (None, Vec::new()),
    }
}

fn of_a_zone(day: Day, zone: &Zone) -> BirthFound {
    let as_written = zone.lines.get(1).and_then(|second| second.get(birth_columns(zone.lines.len())));
    BirthFound { value: day, as_written: as_written.unwrap_or_default().into(), source: "mrz".into(), confidence: 1.0 }
}

fn my_number(document: &Document, code: bool) -> MyNumberFound {
    let mut by = Vec::new();
    if code {
        by.push("qr".to_owned());
    }
    if document.my_number.iter().any(|sign| matches!(sign, Sign::Digits | Sign::Labelled)) {
        by.push("digits".to_owned());
    }
    if document.my_number.contains(&Sign::NotificationCard) {
        by.push("layout".to_owned());
    }
    MyNumberFound { present: !by.is_empty(), by }
}

fn measured(picture: &RgbImage, boxes: &[Boxed]) -> QualityFound {
    let whole = [Boxed { x: 0, y: 0, w: picture.width(), h: picture.height() }];
    let quality = quality::measure(picture, if boxes.is_empty() { &whole } else { boxes });
    QualityFound { sharpness: quality.sharpness, glare: quality.glare }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ocr::Page,
        read::line::page,
        samples,
        sniff::Format,
        upload,
        wire::{Code, ExamineRequest, Limits},
    };

    fn request() -> ExamineRequest {
        ExamineRequest { boxes: Vec::new(), today: "2026-11-22".parse().unwrap() }
    }

    fn of(texts: &[&str]) -> Findings {
        let document = Document::of(Page::of(page(texts)), request().today);
        let quality = measured(&samples::text_page(200, 100), &[]);
        found(&document, Seen { code: false, quality })
    }

    const ZONE: [&str; 2] =
        ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"];

    #[test]
    fn a_birth_date_is_told_with_how_it_is_written_and_where_it_was_read() {
        let text = of(&["生年月日 昭和61年 3月31日"]).birth_date.unwrap();
        assert_eq!((text.value.to_string().as_str(), text.source.as_str()), ("1986-03-31", "text"));
        assert_eq!(text.as_written, "昭和61年 3月31日");
        let zone = of(&ZONE).birth_date.unwrap();
        assert_eq!((zone.as_written.as_str(), zone.source.as_str()), ("740812", "mrz"));
    }

    #[test]
    fn a_zone_and_a_text_that_differ_are_both_in_doubt() {
        let found = of(&["Date of birth 13 AUG 1974", ZONE[0], ZONE[1]]);
        assert!(found.birth_date.is_none() && found.birth_dates_in_doubt.len() == 2);
    }

    /// M3: what is said of a My Number is that it is there.
    #[test]
    fn no_digit_of_a_my_number_is_in_what_is_found() {
        let found = of(&["個人番号", "1234 5678 9018"]);
        assert_eq!((found.my_number.present, &found.my_number.by), (true, &vec!["digits".to_owned()]));
        let said = format!("{:?}", postcard::to_allocvec(&found).unwrap());
        assert!(!said.contains(&format!("{:?}", b"5678").trim_matches(['[', ']']).to_owned()), "{said}");
    }

    #[test]
    fn without_a_reader_codes_are_still_looked_for() {
        let shot = samples::Shot::plain("123456789018");
        let picture = image::DynamicImage::ImageLuma8(shot.grey()).into_rgb8();
        let bytes = samples::encode(Format::Png, &picture);
        let (inspection, found) = upload::examine(&bytes, &request(), &Limits::UPLOAD, None);
        let found = found.unwrap();
        assert_eq!((found.was_read, found.my_number.by), (false, vec!["qr".to_owned()]));
        assert_eq!(inspection.report.code, Code::MyNumber);
        assert!(upload::examine(b"text", &request(), &Limits::UPLOAD, None).1.is_none());
    }

    #[test]
    fn what_it_says_is_not_printed() {
        assert!(!format!("{:?}", of(&ZONE)).contains("ERIKSSON"));
    }
}
