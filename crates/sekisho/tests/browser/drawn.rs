//! A document drawn for one test: print where the kind of document has it, and a pattern everywhere else that must not
//! be seen by anybody. As a file, and as what a camera sees.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use image::{Rgb, RgbImage};
use sekisho::policy_file;
use sekisho_core::kinds::Layout;
use sekisho_inspect::wire::Boxed;

/// Its size in pixels: a card, and a narrow edge around it.
pub(crate) const SIZE: (u32, u32) = (1600, 1010);

/// Where the three parts of a driving licence stand on a picture that it fills.
pub(crate) fn parts(size: (u32, u32)) -> Vec<Boxed> {
    let place = |(x, y, w, h)| Boxed { x, y, w, h };
    layout().on(size).into_iter().map(place).collect()
}

fn layout() -> Layout {
    let kind = policy_file::kinds().kinds.into_iter().find(|kind| kind.kind.as_str() == "jp-driving-licence");
    kind.and_then(|kind| kind.layout).unwrap()
}

/// Whether a point lies in one of the boxes.
pub(crate) fn lies_in(boxes: &[Boxed], x: u32, y: u32) -> bool {
    boxes.iter().any(|kept| (kept.x..kept.x + kept.w).contains(&x) && (kept.y..kept.y + kept.h).contains(&y))
}

/// The document: print in its parts, a loud pattern elsewhere.
pub(crate) fn document(size: (u32, u32)) -> RgbImage {
    let parts = parts(size);
    RgbImage::from_fn(size.0, size.1, |x, y| {
        if !lies_in(&parts, x, y) {
            return Rgb([200, (x / 8 * 37 % 140) as u8, (y / 8 * 53 % 140) as u8]);
        }
        // Strokes like print: dark, two pixels to a pen, on light paper.
        let dark = (x / 6 + y / 14 % 2) % 3 == 0 && y % 28 > 6;
        if dark { Rgb([30, 30, 40]) } else { Rgb([235, 238, 230]) }
    })
}

/// Writes it as a file of the kind that its name says.
pub(crate) fn write(folder: &Path, name: &str, picture: &RgbImage) -> PathBuf {
    let path = folder.join(name);
    picture.save(&path).unwrap();
    path
}

/// What a camera sees that looks at `picture`: one frame of YUV4MPEG2, 4:2:0, which Chromium repeats.
pub(crate) fn write_for_camera(folder: &Path, picture: &RgbImage) -> PathBuf {
    let (width, height) = picture.dimensions();
    let [mut luma, mut blue, mut red] = [Vec::new(), Vec::new(), Vec::new()];
    for (x, y, pixel) in picture.enumerate_pixels() {
        // BT.601, as video has it.
        let [r, g, b] = pixel.0.map(f32::from);
        luma.push((16.0 + 0.257 * r + 0.504 * g + 0.098 * b) as u8);
        if x % 2 == 0 && y % 2 == 0 {
            blue.push((128.0 - 0.148 * r - 0.291 * g + 0.439 * b) as u8);
            red.push((128.0 + 0.439 * r - 0.368 * g - 0.071 * b) as u8);
        }
    }
    let path = folder.join("camera.y4m");
    let mut file = fs::File::create(&path).unwrap();
    write!(file, "YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420\nFRAME\n").unwrap();
    for plane in [luma, blue, red] {
        file.write_all(&plane).unwrap();
    }
    path
}

/// A JPEG that says in its EXIF that it lies so (TIFF tag 274: 1 to 8).
pub(crate) fn with_orientation(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xFF, 0xE1], &length, &exif, &jpeg[2..]].concat()
}
