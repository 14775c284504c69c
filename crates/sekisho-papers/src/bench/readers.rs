//! Readers that are not ours, asked whether a My Number can still be read.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use image::{GrayImage, imageops};
use rxing::helpers;

/// Digits of a number that must stand in a row for it to count as read: as many as leave no more than ten thousand.
const ROW: usize = 8;

/// Who still reads `digits` in the picture of this file: names of readers. Each looks at it upright and turned.
pub fn who_reads(file: &Path, picture: &GrayImage, digits: &str) -> Vec<String> {
    let mut readers = Vec::new();
    for (turns, turned) in [(0, picture.clone()), (1, imageops::rotate90(picture))] {
        if by_rxing(&turned).iter().chain(&by_rqrr(&turned)).any(|text| holds(text, digits)) {
            readers.push(format!("a reader of codes ({} quarter turns)", turns));
        }
    }
    if by_tesseract(file).is_some_and(|text| holds(&text, digits)) {
        readers.push("Tesseract".into());
    }
    readers
}

/// Whether so many digits of the number stand in the text in a row, whatever parts them.
fn holds(text: &str, digits: &str) -> bool {
    let plain: String = text.chars().filter_map(|letter| letter.to_digit(10)).map(|digit| digit.to_string()).collect();
    (0..=digits.len().saturating_sub(ROW)).any(|start| plain.contains(&digits[start..start + ROW]))
}

fn by_rxing(picture: &GrayImage) -> Vec<String> {
    let (width, height) = picture.dimensions();
    let found = helpers::detect_multiple_in_luma(picture.as_raw().clone(), width, height);
    found.map(|codes| codes.iter().map(|code| code.getText().to_owned()).collect()).unwrap_or_default()
}

fn by_rqrr(picture: &GrayImage) -> Vec<String> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let level = |x: usize, y: usize| picture.get_pixel(x as u32, y as u32).0[0];
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, level);
    prepared.detect_grids().iter().filter_map(|grid| grid.decode().ok().map(|(_, text)| text)).collect()
}

/// What Tesseract reads on a page, Japanese and English; nothing if it isn't there. It turns the page by itself where it
/// can (mode 12, sparse text with orientation).
fn by_tesseract(file: &Path) -> Option<String> {
    let mut command = Command::new("tesseract");
    command.arg(file).args(["stdout", "-l", "jpn+eng", "--psm", "12"]).stderr(Stdio::null());
    let output = command.env("OMP_THREAD_LIMIT", "1").output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Tesseract's version, if it is there.
pub fn tesseract_version() -> Option<String> {
    let output = Command::new("tesseract").arg("--version").output().ok()?;
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    told.lines().next()?.split_whitespace().nth(1).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{canvas::Fonts, kinds::Kind, make, shoot::Severity};

    #[test]
    fn eight_digits_in_a_row_are_a_number_read_and_seven_are_not() {
        assert!(holds("個人番号 1234 5678 9018", "123456789018"));
        assert!(holds("x 3456 7890", "123456789018"));
        assert!(!holds("1234567", "123456789018") && !holds("", "123456789018"));
    }

    /// The control: where nothing is hidden, they do read it.
    #[test]
    fn a_number_that_nobody_hid_is_read() {
        let Some(fonts) = Fonts::for_tests() else { return };
        let made = (1..).map(|seed| make::one(&fonts, seed, Kind::MyNumberBack, Severity::Clean));
        let coded = |made: &make::Made| made.truth.my_number.as_ref().is_some_and(|number| number.in_code);
        let made = made.into_iter().find(coded).expect("most have a code");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("open.jpg");
        std::fs::write(&file, &made.jpeg).unwrap();
        let picture = image::load_from_memory(&made.jpeg).unwrap().into_luma8();
        let digits = made.truth.my_number.unwrap().digits;
        assert!(!who_reads(&file, &picture, &digits).is_empty());
        assert_eq!(who_reads(&file, &GrayImage::new(200, 200), "000000000000").len(), 0);
    }
}
