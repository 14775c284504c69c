//! The readers: two of different make, over pictures turned black and white in different ways.

use image::GrayImage;
use rxing::{
    Binarizer, BinaryBitmap, DecodeHints, Luma8Source, Point, RXingResult,
    common::{
        BitMatrix, DetectorRXingResult, GlobalHistogramBinarizer, HybridBinarizer, cpp_essentials::ConcentricPattern,
    },
    multi::{MultipleBarcodeReader, qrcode::QRCodeMultiReader},
    qrcode::cpp_port::{
        decoder::Decode,
        detector::{FindFinderPatterns, FinderPatternSet, GenerateFinderPatternSets, SampleQR},
    },
};
use zeroize::Zeroizing;

/// How many triples of finder patterns are tried on one picture. A code is among the first; a page of squares makes
/// thousands.
const TRIPLES_AT_MOST: usize = 60;

/// A code: where it lies, and its text if it could be read.
pub(super) struct Found {
    /// Points on its rim or in its corners.
    pub(super) corners: Vec<(f32, f32)>,
    /// What it says.
    pub(super) text: Option<Zeroizing<String>>,
}

/// A way to read codes.
pub(super) type Reader = fn(&GrayImage) -> Vec<Found>;

/// Those that between them read nearly all and cost some ten milliseconds for a million pixels.
pub(super) const QUICK: [Reader; 2] = [by_lines, by_local_contrast];

/// Those that see some codes which the quick ones don't, at several times the cost.
pub(super) const SLOW: [Reader; 2] = [by_one_level, by_rqrr];

/// rqrr, with its own running threshold.
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
    // Print makes grids too; those with the format that every code carries twice are taken for codes.
    let grids = prepared.detect_grids().into_iter().filter(|grid| grid.get_raw_data().is_ok());
    grids.map(|grid| Found { corners: corners(&grid), text: read(&grid) }).collect()
}

/// rxing's newer reader, black being what is darker than its surroundings.
fn by_local_contrast(level: &GrayImage) -> Vec<Found> {
    source(level).map_or_else(Vec::new, |source| by_triples(&BinaryBitmap::new(HybridBinarizer::new(source))))
}

/// rxing's newer reader, black being what is darker than one level for the whole picture.
fn by_one_level(level: &GrayImage) -> Vec<Found> {
    source(level).map_or_else(Vec::new, |source| by_triples(&BinaryBitmap::new(GlobalHistogramBinarizer::new(source))))
}

/// rxing's older reader, which finds the patterns line by line.
fn by_lines(level: &GrayImage) -> Vec<Found> {
    let Some(source) = source(level) else { return Vec::new() };
    let mut bitmap = BinaryBitmap::new(HybridBinarizer::new(source));
    let hints = DecodeHints { TryHarder: Some(true), ..DecodeHints::default() };
    let corners = |result: &RXingResult| result.getPoints().iter().map(|point| (point.x, point.y)).collect();
    let text = |result: &RXingResult| Some(Zeroizing::new(result.getText().to_owned()));
    let all = QRCodeMultiReader::default().decode_multiple_with_hints(&mut bitmap, &hints).unwrap_or_default();
    all.iter().map(|result| Found { corners: corners(result), text: text(result) }).collect()
}

fn source(level: &GrayImage) -> Option<Luma8Source<'_>> {
    Luma8Source::new_with_slice(level.as_raw(), level.width(), level.height()).ok()
}

/// Tries each triple of finder patterns; one that belongs to a code that was read is not tried again.
fn by_triples<B: Binarizer>(bitmap: &BinaryBitmap<B>) -> Vec<Found> {
    let matrix = bitmap.get_black_matrix();
    let mut patterns = FindFinderPatterns(matrix, true, 0);
    let (mut out, mut used) = (Vec::new(), Vec::new());
    for triple in GenerateFinderPatternSets(&mut patterns).iter().take(TRIPLES_AT_MOST) {
        let three = [triple.tl, triple.tr, triple.bl];
        if three.iter().any(|pattern| used.contains(pattern)) {
            continue;
        }
        let Ok(sampled) = SampleQR(matrix, triple) else { continue };
        let text = text(sampled.getBits());
        if text.is_some() || is_square(triple) {
            used.extend(text.iter().flat_map(|_| three));
            out.push(Found { corners: spread(triple), text });
        }
    }
    out
}

fn text(modules: &BitMatrix) -> Option<Zeroizing<String>> {
    let read = Decode(modules).ok()?;
    read.isValid().then(|| Zeroizing::new(read.text()))
}

/// Whether three patterns are of one size and stand as on a code seen from the front: what print rarely does.
fn is_square(triple: &FinderPatternSet) -> bool {
    let sizes = [triple.tl.size, triple.tr.size, triple.bl.size];
    let (least, most) = sizes.iter().fold((i32::MAX, 0), |(least, most), &size| (least.min(size), most.max(size)));
    let (right, down) = (between(triple.tl, triple.tr), between(triple.tl, triple.bl));
    let (across, along) = (right.0.hypot(right.1), down.0.hypot(down.1));
    let cosine = (right.0 * down.0 + right.1 * down.1) / (across * along);
    most as f32 <= least as f32 * 1.4 && across.max(along) <= across.min(along) * 1.3 && cosine.abs() <= 0.3
}

fn between(from: ConcentricPattern, to: ConcentricPattern) -> (f32, f32) {
    (to.p.x - from.p.x, to.p.y - from.p.y)
}

/// The three centres and where a fourth would be.
fn spread(triple: &FinderPatternSet) -> Vec<(f32, f32)> {
    let place = |point: Point| (point.x, point.y);
    let (right, down) = (between(triple.tl, triple.tr), between(triple.tl, triple.bl));
    let (x, y) = place(triple.tl.p);
    vec![(x, y), place(triple.tr.p), place(triple.bl.p), (x + right.0 + down.0, y + right.1 + down.1)]
}
