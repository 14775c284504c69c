//! One small picture through everything, before the walls go up.

use image::{ImageFormat, Rgb, RgbImage};
use sekisho_core::render::RenderRequest;

use crate::{
    render, upload,
    wire::{Boxed, Limits, UploadRequest},
};

/// A version 1 QR code that says `WARM`: one row per number, the leftmost module highest.
const CODE: [u32; 21] = [
    0x1fc67f, 0x105841, 0x17455d, 0x174b5d, 0x17515d, 0x104d41, 0x1fd57f, 0x000700, 0x154612, 0x068c4f, 0x0e7d1c,
    0x02984f, 0x04ed50, 0x001aac, 0x1fc6e3, 0x1043bb, 0x1752e5, 0x174046, 0x175111, 0x104447, 0x1fd155,
];

/// Modules of white around it (ISO/IEC 18004 asks for four).
const QUIET: u32 = 4;
/// Pixels to a module.
const SCALE: u32 = 16;

/// Decodes, reads codes, paints, encodes and draws once.
pub(crate) fn exercise() {
    let picture = picture();
    let kept = Boxed { x: 0, y: 0, w: picture.width(), h: picture.height() / 2 };
    let request = UploadRequest { boxes: vec![kept] };
    for format in [ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Png] {
        let mut bytes = Vec::new();
        let written = picture.write_to(&mut std::io::Cursor::new(&mut bytes), format);
        let inspection = upload::inspect(&bytes, &request, &Limits::UPLOAD);
        debug_assert!(written.is_ok() && inspection.clean.is_some(), "{:?}", inspection.report.code);
        let viewing = RenderRequest { watermark: vec!["warm".into()], max_side: 300, age: None };
        let _drawn = render::render(&inspection.clean.unwrap_or_default(), &viewing, &Limits::UPLOAD, None);
    }
}

fn picture() -> RgbImage {
    let side = (CODE.len() as u32 + 2 * QUIET) * SCALE;
    RgbImage::from_fn(side, side, |x, y| {
        let (column, row) = ((x / SCALE).checked_sub(QUIET), (y / SCALE).checked_sub(QUIET));
        let bits = row.and_then(|row| CODE.get(row as usize)).copied().unwrap_or(0);
        let dark = column.is_some_and(|column| column < 21 && bits >> (20 - column) & 1 == 1);
        Rgb(if dark { [20; 3] } else { [235; 3] })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::qr;

    #[test]
    fn the_picture_holds_the_code_it_says() {
        let code = qrcode::QrCode::new("WARM").unwrap();
        let row = |y: usize| (0..21).fold(0, |bits, x| bits << 1 | u32::from(code[(x, y)] == qrcode::Color::Dark));
        let drawn: Vec<u32> = (0..code.width()).map(row).collect();
        assert_eq!(CODE.as_slice(), drawn, "{drawn:#08x?}");
    }

    #[test]
    fn the_code_is_found_so_the_readers_tables_are_touched() {
        assert!(!qr::find(&image::imageops::grayscale(&picture())).areas.is_empty());
        exercise();
    }
}
