//! Well-formed pictures to begin with: small, of each format that is taken, some with side data, some that lie.

use std::io::Cursor;

use image::{ImageFormat, imageops};

use crate::{bench::bombs, canvas::Fonts, kinds::Kind, make, shoot::Severity};

/// The longer side of a picture in pixels: small ones are altered in more places that matter.
const SIDE: u32 = 720;

/// Kinds with a code, a zone, and neither.
const KINDS: [Kind; 4] = [Kind::MyNumberBack, Kind::Passport, Kind::DrivingLicence, Kind::Other];

/// All of them.
pub fn corpus(fonts: &Fonts) -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> =
        bombs::all().into_iter().map(|bomb| bomb.bytes).filter(|bytes| bytes.len() < 4096).collect();
    for (seed, kind) in (1..).zip(KINDS) {
        let made = make::one(fonts, seed, kind, Severity::Hard);
        let picture = image::load_from_memory(&made.jpeg).expect("what was drawn can be read");
        let small = picture.resize(SIDE, SIDE, imageops::FilterType::Triangle);
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            let mut bytes = Cursor::new(Vec::new());
            small.write_to(&mut bytes, format).expect("memory takes it");
            all.push(bytes.into_inner());
        }
        // As the camera wrote it, with side data now and then.
        all.push(made.jpeg);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_that_is_taken_is_in_it() {
        let Some(fonts) = Fonts::for_tests() else { return };
        let all = corpus(&fonts);
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            assert!(
                all.iter().any(|bytes| image::guess_format(bytes).is_ok_and(|found| found == format)),
                "{format:?}"
            );
        }
    }
}
