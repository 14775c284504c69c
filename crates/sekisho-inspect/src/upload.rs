//! One upload, from a stranger's bytes to a report and a clean picture.

use crate::{
    decode::{self, Picture},
    paint, qr, quality,
    wire::{Boxed, Code, Facts, Limits, UploadReport, UploadRequest, Verdict},
};

/// What came of an upload.
pub struct Inspection {
    /// What is reported.
    pub report: UploadReport,
    /// The clean picture as PNG; there if and only if the verdict is accept.
    pub clean: Option<Vec<u8>>,
}

/// Inspects one upload.
///
/// The order matters: a My Number is refused before anything else is said about
/// the picture, so that nobody is asked to send it again with better boxes.
pub fn inspect(bytes: &[u8], request: &UploadRequest, limits: &Limits) -> Inspection {
    let mut facts = Facts::default();
    let (code, clean) = match clean(bytes, request, limits, &mut facts) {
        Ok(png) => (Code::Ok, Some(png)),
        Err(code) => (code, None),
    };
    let report = UploadReport::of(code, facts);
    debug_assert_eq!(report.verdict == Verdict::Accept, clean.is_some());
    Inspection { report, clean }
}

fn clean(bytes: &[u8], request: &UploadRequest, limits: &Limits, facts: &mut Facts) -> Result<Vec<u8>, Code> {
    let picture = decode::decode(bytes, limits)?;
    let size = picture.pixels.dimensions();
    let boxes = paint::clamp(&request.boxes, size);
    note(facts, &picture, &boxes);
    let grey = image::imageops::grayscale(&picture.pixels);
    let codes = qr::find(&grey);
    drop(grey);
    facts.codes = u32::try_from(codes.areas.len()).unwrap_or(u32::MAX);
    if codes.my_number {
        return Err(Code::MyNumber);
    }
    if size.0.max(size.1) < quality::LONG_SIDE_AT_LEAST {
        return Err(Code::TooSmall);
    }
    paint::objection(&boxes, size, limits).map_or(Ok(()), Err)?;
    let quality = quality::measure(&picture.pixels, &boxes);
    (facts.sharpness, facts.glare) = (Some(quality.sharpness), Some(quality.glare));
    quality::objection(quality).map_or(Ok(()), Err)?;
    let painted = paint::paint(picture.pixels, boxes, &codes.areas).at_most(limits.clean_pixels);
    let png = paint::to_png(painted.pixels()).map_err(|_| Code::Damaged)?;
    if png.len() <= limits.clean_bytes { Ok(png) } else { Err(Code::BoxesTooLarge) }
}

fn note(facts: &mut Facts, picture: &Picture, boxes: &[Boxed]) {
    let size = picture.pixels.dimensions();
    (facts.width, facts.height) = size;
    facts.format = Some(picture.format.as_str().into());
    facts.boxes = u32::try_from(boxes.len()).unwrap_or(u32::MAX);
    facts.visible = paint::visible_share(boxes, size) as f32;
}
