//! QR codes (ISO/IEC 18004) anywhere on a picture.
//!
//! Two readers of different make look at several sizes of the whole picture,
//! not only at what stays visible: the back of a My Number card is refused even
//! if the code on it was about to be covered. A reader that fails on one size
//! often succeeds on the next, and what one misses the other may find.

use image::{GrayImage, imageops};
use rxing::{
    BinaryBitmap, DecodeHints, Luma8Source, RXingResult,
    common::{GlobalHistogramBinarizer, HybridBinarizer},
    multi::{MultipleBarcodeReader, qrcode::QRCodeMultiReader},
    qrcode::cpp_port::QrReader,
};
use zeroize::Zeroizing;

use crate::{my_number, wire::Boxed};

/// The longest side that readers look at. A code that is only legible beyond it
/// covers less than a hundredth of a card's width.
const LARGEST: u32 = 4096;

/// The longest side of the smallest size that readers look at.
const SMALLEST: u32 = 500;

/// What the codes on a picture come to. It holds no text of theirs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Codes {
    /// Whether one of them carries a My Number.
    pub my_number: bool,
    /// Where codes lie, readable or not, in pixels of the picture.
    pub areas: Vec<Boxed>,
}

/// Looks for codes; stops at the first My Number.
pub fn find(grey: &GrayImage) -> Codes {
    let mut codes = Codes::default();
    let (width, height) = grey.dimensions();
    let mut shrink = f64::from(width.max(height)) / f64::from(width.max(height).min(LARGEST));
    loop {
        let smaller = scaled(grey, shrink);
        let level = smaller.as_ref().unwrap_or(grey);
        look(level, shrink, &mut codes);
        shrink *= 2.0;
        if codes.my_number || f64::from(width.max(height)) / shrink < f64::from(SMALLEST) {
            return codes;
        }
    }
}

fn scaled(grey: &GrayImage, shrink: f64) -> Option<GrayImage> {
    let side = |pixels: u32| ((f64::from(pixels) / shrink) as u32).max(1);
    (shrink > 1.0).then(|| imageops::thumbnail(grey, side(grey.width()), side(grey.height())))
}

/// One size, all readers, the cheaper ones first.
fn look(level: &GrayImage, shrink: f64, codes: &mut Codes) {
    let readers: [fn(&GrayImage) -> Vec<Found>; 3] = [by_rqrr, by_finder_patterns, by_concentric_patterns];
    for reader in readers {
        for found in reader(level) {
            codes.my_number |= found.text.as_deref().is_some_and(|text| my_number::stands_in(text));
            codes.note(&found.corners, shrink);
        }
        if codes.my_number {
            return;
        }
    }
}

impl Codes {
    /// Notes the area around `corners`, with a margin for the modules beyond
    /// the corners that readers report.
    fn note(&mut self, corners: &[(f32, f32)], shrink: f64) {
        let Some(&first) = corners.first() else { return };
        let least = corners.iter().fold(first, |at, corner| (at.0.min(corner.0), at.1.min(corner.1)));
        let most = corners.iter().fold(first, |at, corner| (at.0.max(corner.0), at.1.max(corner.1)));
        // Finder patterns are reported by their centres, 3.5 modules inside:
        // a quarter of the side of the smallest code.
        let margin = (most.0 - least.0).max(most.1 - least.1) * 0.27;
        let place = |at: f32| (f64::from(at) * shrink).max(0.0) as u32;
        let (x, y) = (place(least.0 - margin), place(least.1 - margin));
        let area = Boxed { x, y, w: place(most.0 + margin) - x, h: place(most.1 + margin) - y };
        if !self.areas.contains(&area) {
            self.areas.push(area);
        }
    }
}

/// A code: its corners, and its text if it could be read.
struct Found {
    corners: Vec<(f32, f32)>,
    text: Option<Zeroizing<String>>,
}

fn by_rqrr(level: &GrayImage) -> Vec<Found> {
    let at = |x: usize, y: usize| level.as_raw()[y * level.width() as usize + x];
    let (width, height) = (level.width() as usize, level.height() as usize);
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, at);
    let read = |grid: &rqrr::Grid<_>| {
        let mut bytes = Zeroizing::new(Vec::with_capacity(8192));
        let whole = grid.decode_to(&mut *bytes).is_ok();
        whole.then(|| Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned()))
    };
    let corners = |grid: &rqrr::Grid<_>| grid.bounds.iter().map(|point| (point.x as f32, point.y as f32)).collect();
    prepared.detect_grids().iter().map(|grid| Found { corners: corners(grid), text: read(grid) }).collect()
}

fn by_finder_patterns(level: &GrayImage) -> Vec<Found> {
    let Some(source) = source(level) else { return Vec::new() };
    let mut bitmap = BinaryBitmap::new(HybridBinarizer::new(source));
    found(QRCodeMultiReader::default().decode_multiple_with_hints(&mut bitmap, &hints()))
}

fn by_concentric_patterns(level: &GrayImage) -> Vec<Found> {
    let local = source(level).map(|source| BinaryBitmap::new(HybridBinarizer::new(source)));
    let global = source(level).map(|source| BinaryBitmap::new(GlobalHistogramBinarizer::new(source)));
    let mut out = Vec::new();
    if let Some(mut bitmap) = local {
        out.extend(found(QrReader.decode_multiple_with_hints(&mut bitmap, &hints())));
    }
    if let Some(mut bitmap) = global {
        out.extend(found(QrReader.decode_multiple_with_hints(&mut bitmap, &hints())));
    }
    out
}

fn source(level: &GrayImage) -> Option<Luma8Source<'_>> {
    Luma8Source::new_with_slice(level.as_raw(), level.width(), level.height()).ok()
}

fn hints() -> DecodeHints {
    DecodeHints { TryHarder: Some(true), AlsoInverted: Some(true), ..DecodeHints::default() }
}

fn found(results: rxing::common::Result<Vec<RXingResult>>) -> Vec<Found> {
    let corners = |result: &RXingResult| result.getPoints().iter().map(|point| (point.x, point.y)).collect();
    let text = |result: &RXingResult| Some(Zeroizing::new(result.getText().to_owned()));
    let all = results.unwrap_or_default();
    all.iter().map(|result| Found { corners: corners(result), text: text(result) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{self, Shot};

    #[test]
    fn a_page_without_codes_has_none() {
        assert_eq!(find(&image::DynamicImage::ImageRgb8(samples::text_page(900, 600)).into_luma8()), Codes::default());
    }

    #[test]
    fn an_area_covers_the_whole_code() {
        let shot = Shot { angle: 0.0, ..Shot::plain("https://example.test/") };
        let codes = find(&shot.grey());
        let code = shot.upright_area();
        assert!(!codes.areas.is_empty());
        for area in &codes.areas {
            assert!(area.x <= code.x && area.y <= code.y, "{area:?} {code:?}");
            assert!(area.x + area.w >= code.x + code.w && area.y + area.h >= code.y + code.h, "{area:?} {code:?}");
        }
    }

    /// M3.
    #[test]
    fn a_my_number_in_a_code_is_found_turned_scaled_and_lightly_blurred() {
        let shots = samples::shots(60);
        let missed: Vec<_> = shots.iter().filter(|shot| !find(&shot.grey()).my_number).map(Shot::terms).collect();
        assert!(missed.is_empty(), "{} of {} missed: {missed:?}", missed.len(), shots.len());
    }

    /// M3: a driving licence carries twelve digits too.
    #[test]
    fn twelve_digits_with_a_wrong_check_digit_are_let_through() {
        for text in ["123456789017", "第 012345678900 号", "305512345671"] {
            assert!(!my_number::stands_in(text));
            assert!(!find(&Shot::plain(text).grey()).my_number);
        }
    }
}
