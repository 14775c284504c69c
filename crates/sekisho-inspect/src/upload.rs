//! One upload, from a stranger's bytes to a report and a clean picture.

use crate::{
    card::Found,
    decode::{self, Picture},
    examine::{Eyes, Findings},
    luma,
    mask::{self, Keep, Masks},
    my_number,
    ocr::Reader,
    paint::{self, Rows},
    png, qr, quality,
    wire::{Boxed, Code, ExamineRequest, Facts, Intake, Limits, UploadReport, UploadRequest, Verdict},
};

/// What came of an upload.
pub struct Inspection {
    /// What is reported.
    pub report: UploadReport,
    /// The clean picture as PNG; there if and only if the verdict is accept.
    pub clean: Option<Vec<u8>>,
}

/// Inspects one upload without reading print.
///
/// The order matters: a My Number is refused before anything else is said about
/// the picture, so that nobody is asked to send it again with better boxes.
pub fn inspect(bytes: &[u8], request: &UploadRequest, limits: &Limits) -> Inspection {
    inspected(bytes, &request.boxes, &Keep::default(), limits, &mut Eyes::closed())
}

/// Inspects one upload as a gate asks for it. What is read decides what stays, and is told to nobody; without a reader
/// only what was drawn can stay.
pub fn take_in(bytes: &[u8], intake: &Intake, limits: &Limits, reader: Option<&Reader>) -> Inspection {
    let mut eyes = reader.map_or_else(Eyes::closed, |reader| Eyes::open(Some(reader), intake.today));
    inspected(bytes, &intake.boxes, &Keep::of(&intake.visible), limits, &mut eyes)
}

/// Inspects one upload and tells what was read; nothing of that where it can't be decoded.
pub fn examine(
    bytes: &[u8],
    request: &ExamineRequest,
    limits: &Limits,
    reader: Option<&Reader>,
) -> (Inspection, Option<Findings>) {
    let mut eyes = Eyes::open(reader, request.today);
    let inspection = inspected(bytes, &request.boxes, &Keep::default(), limits, &mut eyes);
    (inspection, eyes.findings())
}

fn inspected(bytes: &[u8], boxes: &[Boxed], keep: &Keep, limits: &Limits, eyes: &mut Eyes<'_>) -> Inspection {
    let mut facts = Facts::default();
    let (code, clean) = match clean(bytes, boxes, keep, limits, &mut facts, eyes) {
        Ok(png) => (Code::Ok, Some(png)),
        Err(code) => (code, None),
    };
    let report = UploadReport::of(code, facts);
    debug_assert_eq!(report.verdict == Verdict::Accept, clean.is_some());
    Inspection { report, clean }
}

fn clean(
    bytes: &[u8],
    boxes: &[Boxed],
    keep: &Keep,
    limits: &Limits,
    facts: &mut Facts,
    eyes: &mut Eyes<'_>,
) -> Result<Vec<u8>, Code> {
    let picture = decode::decode(bytes, limits)?;
    let size = picture.pixels.dimensions();
    let boxes = paint::clamp(boxes, size);
    note(facts, &picture, &boxes);
    let grey = luma::grey(&picture.pixels);
    let codes = qr::find(&grey);
    drop(grey);
    facts.codes = u32::try_from(codes.areas.len() + codes.unread.len()).unwrap_or(u32::MAX);
    eyes.look(&picture.pixels, &boxes, &codes);
    let document = eyes.document();
    let small = size.0.max(size.1) < quality::LONG_SIDE_AT_LEAST;
    let covers = match my_number::verdict(&codes, &document.lines, document.kind) {
        my_number::Verdict::Refuse(code) if code == Code::MyNumber || !small => return Err(code),
        _ if small => return Err(Code::TooSmall),
        my_number::Verdict::Refuse(code) => return Err(code),
        my_number::Verdict::Cover(quads) => quads,
    };
    let card = quality::card(&picture.pixels);
    if card.as_ref().is_some_and(quality::is_too_small) {
        return Err(Code::TooSmall);
    }
    let mut masks = mask::kept(document, &boxes, keep, size).map_err(|code| told_better(code, card))?;
    masks.covers.extend(paint::clamp(&covers.iter().map(mask::around).collect::<Vec<_>>(), size));
    paint::objection(&masks.wholes, &masks.boxes, size, limits).map_or(Ok(()), Err)?;
    let quality = quality::measure(&picture.pixels, &masks.wholes);
    (facts.sharpness, facts.glare) = (Some(quality.sharpness), Some(quality.glare));
    quality::objection(quality).map_or(Ok(()), Err)?;
    masks.covers.extend(paint::clamp(&codes.areas, size));
    let painted = paint::paint(picture.pixels, masks.boxes.clone(), &masks.covers).at_most(limits.clean_pixels);
    sealable(&painted, &masks, size, limits)
}

/// Where a birth date is missing because the card goes on beyond the picture, that is said. Nobody is sent back who drew
/// what must be seen: who photographs less shows less.
fn told_better(code: Code, card: Option<Found>) -> Code {
    let cut_off = card.is_some_and(|card| card.cut_off);
    if code == Code::NotProven && cut_off { Code::CutOff } else { code }
}

/// What will be sealed, after a last look that does not take the painter's word for anything.
fn sealable(painted: &impl Rows, masks: &Masks, size: (u32, u32), limits: &Limits) -> Result<Vec<u8>, Code> {
    let png = png::encode(painted).map_err(|_| Code::Damaged)?;
    mask::closed::check(&png, masks, size).map_err(|_| Code::NotClosed)?;
    if png.len() <= limits.clean_bytes { Ok(png) } else { Err(Code::BoxesTooLarge) }
}

fn note(facts: &mut Facts, picture: &Picture, boxes: &[Boxed]) {
    let size = picture.pixels.dimensions();
    (facts.width, facts.height) = size;
    facts.format = Some(picture.format.as_str().into());
    facts.boxes = u32::try_from(boxes.len()).unwrap_or(u32::MAX);
    facts.visible = paint::visible_share(boxes, size) as f32;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        samples::{self, PLANTED},
        sniff::Format,
    };
    use proptest::prelude::*;
    use std::path::Path;

    const KEPT: Boxed = Boxed { x: 40, y: 30, w: 500, h: 90 };

    fn run(bytes: &[u8], boxes: &[Boxed]) -> Inspection {
        inspect(bytes, &UploadRequest { boxes: boxes.to_vec() }, &Limits::UPLOAD)
    }

    fn holds(bytes: &[u8], planted: &[u8]) -> bool {
        bytes.windows(planted.len()).any(|part| part == planted)
    }

    /// Pictures that carry [`PLANTED`] in everything that isn't a pixel.
    fn planted() -> Vec<Vec<u8>> {
        let page = samples::text_page(800, 500);
        let jpeg = samples::encode(Format::Jpeg, &page);
        let png = samples::encode(Format::Png, &page);
        let note = [b"Comment\0", PLANTED].concat();
        let exif = samples::exif(1);
        vec![
            samples::with_segment(&jpeg, 0xE1, &exif),
            samples::with_segment(&jpeg, 0xE1, &[b"http://ns.adobe.com/xap/1.0/\0", PLANTED].concat()),
            samples::with_segment(&jpeg, 0xE2, &[b"ICC_PROFILE\0\x01\x01", PLANTED].concat()),
            samples::with_segment(&jpeg, 0xED, PLANTED),
            samples::with_segment(&jpeg, 0xFE, PLANTED),
            [jpeg.as_slice(), PLANTED].concat(),
            samples::with_chunk(&png, b"eXIf", &exif[6..]),
            samples::with_chunk(&png, b"tEXt", &note),
            samples::with_chunk(&png, b"iTXt", &[b"XML:com.adobe.xmp\0\0\0\0\0", PLANTED].concat()),
            [png.as_slice(), PLANTED].concat(),
            samples::extended_webp(&page, 0x08, (b"EXIF", &exif[6..])),
            samples::extended_webp(&page, 0x04, (b"XMP ", PLANTED)),
        ]
    }

    /// Reads a printed page without boxes, as a gate's upload with the real networks.
    #[cfg(feature = "ocr")]
    fn read_print(lines: &[&str], boxes: &[Boxed]) -> Option<Inspection> {
        let reader = crate::ocr::testing::reader()?;
        let page = samples::encode(Format::Png, &crate::ocr::testing::printed(lines));
        let visible = vec![sekisho_core::policy::Field::BirthDate];
        let intake = Intake { boxes: boxes.to_vec(), visible, today: "2026-11-22".parse().unwrap() };
        Some(take_in(&page, &intake, &Limits::UPLOAD, Some(reader)))
    }

    /// M4: only the birth date's line is left, though nobody drew.
    #[cfg(feature = "ocr")]
    #[test]
    fn where_nobody_drew_what_is_proven_by_reading_stays_alone() {
        let Some(inspection) = read_print(&["NAME HANAKO", "DATE OF BIRTH 31 MAR 1986", "NUMBER 4711 0815"], &[])
        else {
            return;
        };
        assert_eq!(inspection.report.code, Code::Ok);
        let stored = decode::decode(&inspection.clean.unwrap(), &Limits::UPLOAD).unwrap().pixels;
        let open = |y: &u32| (0..stored.width()).any(|x| *stored.get_pixel(x, *y) != paint::PAINT);
        let rows: Vec<u32> = (0..stored.height()).filter(open).collect();
        let (first, last) = (*rows.first().unwrap(), *rows.last().unwrap());
        assert!(first > 108 && last < 252, "the second line stands at 162 to 222, open is {first} to {last}");
        let told = postcard::to_allocvec(&inspection.report).unwrap();
        assert!(["1986", "31 MAR", "HANAKO", "0815"].iter().all(|read| !holds(&told, read.as_bytes())));
        assert_eq!(read_print(&["NAME HANAKO", "NUMBER 4711 0815"], &[]).unwrap().report.code, Code::NotProven);
    }

    /// M3: in a box or not; without a reader nobody sees it, which is why a reader is there.
    #[cfg(feature = "ocr")]
    #[test]
    fn a_my_number_in_print_is_refused_where_print_is_read() {
        let lines = ["BIRTH 31 MAR 1986", "1234 5678 9018"];
        let Some(inspection) = read_print(&lines, &[KEPT]) else { return };
        assert_eq!((inspection.report.code, inspection.clean), (Code::MyNumber, None));
        let page = samples::encode(Format::Png, &crate::ocr::testing::printed(&lines));
        assert_eq!(run(&page, &[KEPT]).report.code, Code::Ok, "the control");
    }

    /// M4.
    #[test]
    fn nothing_but_pixels_survives() {
        for (number, bytes) in planted().iter().enumerate() {
            assert!(holds(bytes, PLANTED));
            let inspection = run(bytes, &[KEPT]);
            let clean = inspection.clean.unwrap_or_else(|| panic!("{number}: {:?}", inspection.report.code));
            assert!(!holds(&clean, PLANTED), "{number}");
            assert_eq!(samples::png_chunks(&clean).first(), Some(b"IHDR"));
            assert!(samples::png_chunks(&clean).iter().all(|name| matches!(name, b"IHDR" | b"IDAT" | b"IEND")));
        }
    }

    /// M4.
    #[test]
    fn what_is_stored_is_one_colour_outside_the_boxes_and_lossless_inside() {
        let page = samples::text_page(800, 500);
        let clean = run(&samples::encode(Format::Png, &page), &[KEPT]).clean.unwrap();
        let stored = decode::decode(&clean, &Limits::UPLOAD).unwrap().pixels;
        assert!(paint::is_constant_outside(&stored, &[KEPT]));
        let inside = |x: u32, y: u32| stored.get_pixel(x, y) == page.get_pixel(x, y);
        assert!((KEPT.x..KEPT.x + KEPT.w).all(|x| (KEPT.y..KEPT.y + KEPT.h).all(|y| inside(x, y))));
    }

    /// A painter that leaves one pixel open, or all of a row.
    struct Broken<'a> {
        painted: &'a paint::Painted,
        page: &'a image::RgbImage,
        open: Vec<(u32, u32)>,
    }

    impl Rows for Broken<'_> {
        fn size(&self) -> (u32, u32) {
            self.painted.size()
        }

        fn is_blank(&self, y: u32) -> bool {
            !self.open.iter().any(|(_, row)| *row == y) && self.painted.is_blank(y)
        }

        fn row(&self, y: u32, row: &mut [u8]) {
            self.painted.row(y, row);
            for (x, _) in self.open.iter().filter(|(_, open)| *open == y) {
                row[*x as usize * 3..][..3].copy_from_slice(&self.page.get_pixel(*x, y).0);
            }
        }
    }

    /// M4: the invariant holds whoever paints.
    #[test]
    fn a_broken_painter_is_caught_before_anything_is_stored() {
        let page = samples::text_page(800, 500);
        let masks = Masks { boxes: vec![KEPT], covers: vec![], wholes: vec![KEPT] };
        let painted = paint::paint(page.clone(), masks.boxes.clone(), &masks.covers);
        let stored = |open: Vec<(u32, u32)>| {
            let broken = Broken { painted: &painted, page: &page, open };
            sealable(&broken, &masks, (800, 500), &Limits::UPLOAD).err()
        };
        assert_eq!(stored(vec![]), None, "the control: it paints well");
        for open in [(0, 0), (KEPT.x - 1, KEPT.y), (KEPT.x + KEPT.w, KEPT.y), (799, 499)] {
            assert_eq!(stored(vec![open]), Some(Code::NotClosed), "{open:?}");
        }
        assert_eq!(stored((0..800).map(|x| (x, KEPT.y + KEPT.h)).collect()), Some(Code::NotClosed));
    }

    /// M4.
    #[test]
    fn without_boxes_nothing_is_stored() {
        let inspection = run(&samples::encode(Format::Jpeg, &samples::text_page(800, 500)), &[]);
        assert_eq!((inspection.report.code, inspection.report.verdict), (Code::NoBoxes, Verdict::Retake));
        assert!(inspection.clean.is_none());
    }

    /// M3: even outside the boxes, and the digits stand in nothing that is said.
    #[test]
    fn a_my_number_anywhere_on_the_picture_is_refused_and_not_repeated() {
        for shot in samples::shots(6) {
            let picture = image::DynamicImage::ImageLuma8(shot.grey()).into_rgb8();
            let inspection = run(&samples::encode(Format::Jpeg, &picture), &[KEPT]);
            assert_eq!((inspection.report.code, inspection.report.verdict), (Code::MyNumber, Verdict::Refuse));
            assert!(inspection.clean.is_none());
            assert!(!format!("{:?}", inspection.report).contains(&shot.text));
        }
    }

    /// M3: what can't be read can't be told from a My Number card's code, wherever on the picture it lies.
    #[test]
    fn a_code_that_cannot_be_read_is_not_kept_with_or_without_a_box_around_it() {
        let shot = samples::Shot { torn: true, ..samples::Shot::plain("123456789018") };
        let picture = image::DynamicImage::ImageLuma8(shot.grey()).into_rgb8();
        let bytes = samples::encode(Format::Jpeg, &picture);
        for kept in [KEPT, Boxed { x: 300, y: 200, w: 400, h: 400 }] {
            let inspection = run(&bytes, &[kept]);
            assert_eq!((inspection.report.code, inspection.report.verdict), (Code::UnreadableCode, Verdict::Retake));
            assert!(inspection.clean.is_none() && inspection.report.facts.codes > 0);
        }
    }

    #[test]
    fn a_harmless_code_inside_a_box_is_covered() {
        let shot = samples::Shot { angle: 0.0, ..samples::Shot::plain("https://example.test/card") };
        let picture = image::DynamicImage::ImageLuma8(shot.grey()).into_rgb8();
        let kept = Boxed { x: 300, y: 200, w: 400, h: 400 };
        let clean = run(&samples::encode(Format::Png, &picture), &[kept]).clean.unwrap();
        let stored = decode::decode(&clean, &Limits::UPLOAD).unwrap().pixels;
        let code = shot.upright_area();
        let part = image::imageops::crop_imm(&stored, code.x, code.y, code.w, code.h).to_image();
        assert!(part.pixels().all(|pixel| *pixel == paint::PAINT));
    }

    #[test]
    fn a_huge_picture_is_stored_smaller_and_still_painted() {
        let mut limits = Limits::UPLOAD;
        limits.clean_pixels = 100_000;
        let request = UploadRequest { boxes: vec![KEPT] };
        let bytes = samples::encode(Format::Png, &samples::text_page(800, 500));
        let stored = decode::decode(&inspect(&bytes, &request, &limits).clean.unwrap(), &limits).unwrap().pixels;
        assert!(stored.width() * stored.height() <= 100_000);
        assert!(stored.pixels().filter(|pixel| **pixel != paint::PAINT).count() > 5_000);
    }

    /// Every specimen that lies beside the project is read and answered.
    #[test]
    fn specimens_beside_the_project_are_accepted_with_a_box_and_never_without() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/specimens");
        let Ok(kinds) = std::fs::read_dir(&root) else {
            println!("not run: no specimens beside the project");
            return;
        };
        let mut seen = 0;
        for file in kinds.flatten().flat_map(|kind| std::fs::read_dir(kind.path())).flatten().flatten() {
            let bytes = std::fs::read(file.path()).unwrap();
            let open = run(&bytes, &[]);
            let (width, height) = (open.report.facts.width, open.report.facts.height);
            assert!(open.clean.is_none() && width > 0, "{:?}: {:?}", file.path(), open.report.code);
            let half = Boxed { x: width / 10, y: height / 10, w: width * 7 / 10, h: height * 7 / 10 };
            let report = run(&bytes, &[half]).report;
            assert!(matches!(report.code, Code::Ok | Code::TooSmall), "{:?}: {report:?}", file.path());
            seen += 1;
        }
        println!("{seen} specimens");
        assert!(seen > 0);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn arbitrary_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
            prop_assert!(run(&bytes, &[KEPT]).clean.is_none());
        }

        #[test]
        fn altered_pictures_are_answered(
            format in prop::sample::select(vec![Format::Jpeg, Format::Png, Format::WebP]),
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        ) {
            let mut bytes = samples::encode(format, &samples::text_page(90, 60));
            let length = bytes.len().min(900);
            for (place, value) in changes {
                bytes[place.index(length)] = value;
            }
            let inspection = run(&bytes, &[KEPT]);
            prop_assert_eq!(inspection.clean.is_some(), inspection.report.verdict == Verdict::Accept);
        }
    }
}
