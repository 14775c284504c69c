//! The readers: two of different make, over pictures turned black and white in different ways.

use std::cell::OnceCell;

use image::GrayImage;
use rxing::{
    Binarizer, DecodeHints, Luma8Source, Point,
    common::{BitMatrix, DetectorRXingResult, GlobalHistogramBinarizer, cpp_essentials::ConcentricPattern},
    multi::qrcode::detector::MultiDetector,
    qrcode::{
        cpp_port::{
            decoder::Decode,
            detector::{FindFinderPatterns, FinderPatternSet, GenerateFinderPatternSets, SampleQR},
        },
        decoder::qrcode_decoder,
    },
};
use zeroize::Zeroizing;

use super::{bits::Bits, finders, local, rings, running};

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

/// A picture at one size.
pub(super) struct Level<'a> {
    grey: &'a GrayImage,
    local: OnceCell<Option<(Bits, BitMatrix)>>,
}

impl<'a> Level<'a> {
    pub(super) const fn new(grey: &'a GrayImage) -> Self {
        Self { grey, local: OnceCell::new() }
    }

    /// Width and height in pixels, the longer.
    pub(super) fn longest(&self) -> u32 {
        self.grey.width().max(self.grey.height())
    }

    /// The picture in black and white, black being what is darker than its surroundings, made once for both readers
    /// that want it. Nothing where a picture is too small for surroundings.
    fn local(&self) -> Option<&(Bits, BitMatrix)> {
        let make = || local::bits(self.grey).and_then(|bits| bits.matrix().map(|matrix| (bits, matrix)));
        self.local.get_or_init(make).as_ref()
    }

    /// The picture in black and white, black being what is darker than one level for the whole picture.
    fn whole(&self) -> Option<BitMatrix> {
        let source = Luma8Source::new_with_slice(self.grey.as_raw(), self.grey.width(), self.grey.height()).ok()?;
        GlobalHistogramBinarizer::new(source).get_black_matrix().ok().cloned()
    }
}

/// A way to read codes.
pub(super) type Reader = fn(&Level<'_>) -> Vec<Found>;

/// Those that between them read nearly all and cost some milliseconds for a million pixels.
pub(super) const QUICK: [Reader; 2] = [by_lines, by_local_contrast];

/// Those that see some codes which the quick ones don't, at several times the cost.
pub(super) const SLOW: [Reader; 2] = [by_one_level, by_rqrr];

/// rqrr, with its own running threshold.
fn by_rqrr(level: &Level<'_>) -> Vec<Found> {
    let bits = running::bits(level.grey);
    if !rings::are_three(&bits) {
        return Vec::new();
    }
    let mut prepared = rqrr::PreparedImage::prepare_from_bitmap(bits.width(), bits.height(), |x, y| bits.at(x, y));
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
fn by_local_contrast(level: &Level<'_>) -> Vec<Found> {
    match level.local() {
        Some((bits, matrix)) => by_triples(matrix, finders::patterns(bits, matrix)),
        None => by_one_level(level),
    }
}

/// rxing's newer reader, black being what is darker than one level for the whole picture.
fn by_one_level(level: &Level<'_>) -> Vec<Found> {
    let matrix = level.whole();
    matrix.map_or_else(Vec::new, |matrix| by_triples(&matrix, FindFinderPatterns(&matrix, true, 0)))
}

/// rxing's older reader, which finds the patterns line by line.
fn by_lines(level: &Level<'_>) -> Vec<Found> {
    match level.local() {
        Some((bits, matrix)) if finders::are_three(bits, matrix) => by_three(matrix),
        Some(_) => Vec::new(),
        None => level.whole().map_or_else(Vec::new, |matrix| by_three(&matrix)),
    }
}

/// rxing's older reader, wherever it finds three patterns in black and white.
fn by_three(matrix: &BitMatrix) -> Vec<Found> {
    let hints = DecodeHints { TryHarder: Some(true), ..DecodeHints::default() };
    let seen = MultiDetector::new(matrix).detectMulti(&hints).unwrap_or_default();
    let read = seen.iter().filter_map(|code| {
        let text = qrcode_decoder::decode_bitmatrix_with_hints(code.getBits(), &hints).ok()?;
        let corners = code.getPoints().iter().map(|point| (point.x, point.y)).collect();
        Some(Found { corners, text: Some(Zeroizing::new(text.getText().to_owned())) })
    });
    read.collect()
}

/// Tries each triple of finder patterns; one that belongs to a code that was read is not tried again.
fn by_triples(matrix: &BitMatrix, mut patterns: Vec<ConcentricPattern>) -> Vec<Found> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{self, Shot};
    use image::imageops;
    use rxing::{
        BinaryBitmap,
        common::HybridBinarizer,
        multi::{MultipleBarcodeReader, qrcode::QRCodeMultiReader},
    };

    type Seen = Vec<(Vec<(f32, f32)>, Option<String>)>;

    fn seen(found: Vec<Found>) -> Seen {
        found.into_iter().map(|found| (found.corners, found.text.map(|text| text.to_string()))).collect()
    }

    fn hybrid(grey: &GrayImage) -> BinaryBitmap<HybridBinarizer<Luma8Source<'_>>> {
        let source = Luma8Source::new_with_slice(grey.as_raw(), grey.width(), grey.height()).unwrap();
        BinaryBitmap::new(HybridBinarizer::new(source))
    }

    /// rxing's older reader, left to itself.
    fn lines_alone(grey: &GrayImage) -> Seen {
        let hints = DecodeHints { TryHarder: Some(true), ..DecodeHints::default() };
        let all =
            QRCodeMultiReader::default().decode_multiple_with_hints(&mut hybrid(grey), &hints).unwrap_or_default();
        let points = |points: &[Point]| points.iter().map(|point| (point.x, point.y)).collect();
        all.iter().map(|code| (points(code.getPoints()), Some(code.getText().to_owned()))).collect()
    }

    /// rxing's newer reader, with patterns of its own.
    fn contrast_alone(grey: &GrayImage) -> Seen {
        let hybrid = hybrid(grey);
        let matrix = hybrid.get_black_matrix();
        seen(by_triples(matrix, FindFinderPatterns(matrix, true, 0)))
    }

    /// What rqrr reads, left to itself.
    fn rqrr_alone(grey: &GrayImage) -> Vec<String> {
        let (width, height) = (grey.width() as usize, grey.height() as usize);
        let mut prepared =
            rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| grey.as_raw()[y * width + x]);
        prepared.detect_grids().iter().filter_map(|grid| grid.decode().ok()).map(|(_, text)| text).collect()
    }

    /// A photograph as it is and at three quarters.
    fn sizes(shot: &Shot) -> [GrayImage; 2] {
        let grey = shot.grey();
        [imageops::thumbnail(&grey, grey.width() * 3 / 4, grey.height() * 3 / 4), grey]
    }

    /// M3: what is done here in their stead loses nothing.
    #[test]
    fn each_reader_sees_what_its_library_sees_by_itself() {
        let mut read = [0; 3];
        for grey in samples::hard_shots(12, 40).iter().flat_map(sizes) {
            let level = Level::new(&grey);
            let (lines, contrast, rqrr) =
                (seen(by_lines(&level)), seen(by_local_contrast(&level)), seen(by_rqrr(&level)));
            assert!(lines == lines_alone(&grey) && contrast == contrast_alone(&grey));
            let texts: Vec<String> = rqrr.into_iter().filter_map(|(_, text)| text).collect();
            assert_eq!(texts.len(), rqrr_alone(&grey).len());
            let any = |seen: &Seen| usize::from(seen.iter().any(|(_, text)| text.is_some()));
            read = [read[0] + any(&lines), read[1] + any(&contrast), read[2] + texts.len().min(1)];
        }
        assert!(read.iter().all(|&count| count > 5), "{read:?}");
    }
}
