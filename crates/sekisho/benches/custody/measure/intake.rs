//! What a photograph costs on its way in, beside decoding and encoding it.

use std::hint::black_box;

use image::{
    ExtendedColorType, ImageEncoder, RgbImage,
    codecs::{
        jpeg::JpegEncoder,
        png::{CompressionType, FilterType, PngEncoder},
    },
    imageops,
};
use rustix::time::{ClockId, clock_gettime};
use sekisho::specimen;
use sekisho_core::{
    id::{CheckId, DocumentId, KeeperId},
    time::Timestamp,
};
use sekisho_inspect::{
    decode, luma, qr, upload,
    wire::{Boxed, Limits, UploadRequest},
};
use sekisho_seal::{Context, DocumentKey, FormatVersion, IntakeSecret, seal_document, seal_key};
use sekisho_sys::entropy::SystemEntropy;
use zune_core::bytestream::ZCursor;
use zune_jpeg::JpegDecoder;

use super::{
    Bench, Done,
    record::{Goal, Measured, Table},
    stats::Samples,
};

/// Takes it.
pub(crate) fn take(bench: &Bench) -> Done<Measured> {
    let (jpeg, boxes) = photograph(bench.sizes.photograph)?;
    let request = UploadRequest { boxes };
    let clean = upload::inspect(&jpeg, &request, &Limits::UPLOAD);
    let png = clean.clean.ok_or_else(|| format!("the photograph is turned away: {:?}", clean.report.code))?;
    let kept = decode::decode(&png, &Limits::UPLOAD)?.pixels;
    let whole = decode::decode(&jpeg, &Limits::UPLOAD)?.pixels;
    let mut columns: [Vec<f64>; 7] = Default::default();
    for _ in 0..bench.sizes.rounds * 2 {
        let decoded = cpu(|| drop(black_box(decoded(&jpeg))));
        let encoded = cpu(|| drop(black_box(encoded(&kept))));
        let inspected = cpu(|| drop(black_box(upload::inspect(&jpeg, &request, &Limits::UPLOAD))));
        let searched = cpu(|| drop(black_box(qr::find(&luma::grey(&whole)))));
        let sealed = cpu(|| seal(&png));
        let ratio = |taken_in: f64| (taken_in + sealed) / (decoded + encoded);
        let figures = [decoded, encoded, inspected, searched, sealed, ratio(inspected - searched), ratio(inspected)];
        for (column, figure) in columns.iter_mut().zip(figures) {
            column.push(figure);
        }
    }
    Ok(told(columns.map(Samples::new), (jpeg.len(), bench.sizes.photograph), (png.len(), kept.dimensions())))
}

/// The bytes of a picture, and its width and height.
type Size = (usize, (u32, u32));

fn told(
    [decoded, encoded, inspected, searched, sealed, without, whole]: [Samples; 7],
    sent: Size,
    kept: Size,
) -> Measured {
    let mut measured = Measured::new(
        "intake",
        "Taking in a photograph of 12 megapixels",
        &[
            "Processor time of one thread. Taken in: `sekisho_inspect::upload::inspect` (looked at for a whole end, \
           decoded, searched for codes at several sizes, measured for sharpness and glare, painted over outside of the \
           boxes, encoded as PNG), then sealed, the key sealed to an intake key. Beside it the JPEG decoded by the same \
           library and the picture that is kept encoded by the same library. The process around it (fork, walls) is not \
           included.",
            "Without the search for codes: what is left of each round when the search alone, made grey included, is taken \
           off. The goal was set for decoding and encoding with little beside them and presumes no search; M3 asks for \
           one, over seven sizes of the whole picture, which reads more pixels than decoding writes.",
        ],
    );
    let ((jpeg, (width, height)), (png, (kept_width, kept_height))) = (sent, kept);
    measured.how.push(format!(
        "The photograph: our specimen card enlarged to {width} × {height}, {} kB of JPEG; kept: {kept_width} × \
         {kept_height}, {} kB of PNG.",
        jpeg / 1000,
        png / 1000
    ));
    let mut table = Table::new(&["what", "median, ms", "least", "most"]);
    let rows = [
        ("decoding alone", decoded),
        ("encoding alone", encoded),
        ("inspected", inspected),
        ("of which the search for codes", searched),
        ("sealed", sealed),
    ];
    for (what, samples) in rows {
        let [least, most] = samples.spread();
        table.row(what, [samples.median(), least, most]);
    }
    measured.tables.push(table);
    for (what, ratio) in [("without the search for codes", without), ("search included", whole)] {
        let what = format!("processor time to take in, {what}, as a multiple of decoding and encoding");
        measured.goals.push(Goal::at_most(&what, ratio.median(), 1.25));
    }
    measured
}

fn photograph(size: (u32, u32)) -> Done<(Vec<u8>, Vec<Boxed>)> {
    let card = decode::decode(specimen::CARD, &Limits::UPLOAD)?.pixels;
    let scale = |value: u32, (to, from): (u32, u32)| (u64::from(value) * u64::from(to) / u64::from(from)) as u32;
    let (x, y) = ((size.0, card.width()), (size.1, card.height()));
    let boxes =
        specimen::BOXES.map(|it| Boxed { x: scale(it.x, x), y: scale(it.y, y), w: scale(it.w, x), h: scale(it.h, y) });
    let large: RgbImage = match card.dimensions() == size {
        true => card,
        false => imageops::resize(&card, size.0, size.1, imageops::FilterType::CatmullRom),
    };
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 90).encode_image(&large)?;
    Ok((jpeg, boxes.to_vec()))
}

fn decoded(jpeg: &[u8]) -> Option<Vec<u8>> {
    JpegDecoder::new(ZCursor::new(jpeg)).decode().ok()
}

fn encoded(kept: &RgbImage) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut out, CompressionType::Fast, FilterType::Adaptive);
    encoder.write_image(kept, kept.width(), kept.height(), ExtendedColorType::Rgb8).ok()?;
    Some(out)
}

fn seal(png: &[u8]) {
    let context = Context {
        version: FormatVersion::V1,
        keeper: KeeperId::random(&mut SystemEntropy),
        site: "sample-site".parse().expect("a name"),
        check: CheckId::random(&mut SystemEntropy),
        document: DocumentId::random(&mut SystemEntropy),
        deadline: Timestamp(1_795_240_800),
    };
    let intake = IntakeSecret::from_seed(&[7; 32]).public();
    let key = DocumentKey::fresh(&mut SystemEntropy);
    black_box(seal_document(&key, &context, png, &mut SystemEntropy));
    black_box(seal_key(&intake, &context, &key, &mut SystemEntropy));
}

/// Milliseconds of this thread's processor time.
fn cpu(work: impl FnOnce()) -> f64 {
    let now = || {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
    };
    let begun = now();
    work();
    now() - begun
}
