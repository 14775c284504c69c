//! From where on print can't be read: drawn documents made smaller, blurred and lit, with what is measured of each.
//!
//! `cargo run -p sekisho-inspect --features ocr --example legible -- MODELS DOCUMENTS [PARITY] [COUNT]`, where DOCUMENTS
//! was made by `cargo xtask make-documents`. One line for each picture: what was done to it, by how much, whether the
//! birth date was read, and the measures of `quality`. Parity 0 is for setting thresholds, 1 for reporting.

#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a measurement speaks, and ends where it can't go on")]

use std::{env, fs, path::Path};

use image::{Rgb, RgbImage, imageops};
use sekisho_inspect::{
    decode,
    ocr::{ModelFiles, Models, Reader},
    quality,
    read::date::dates,
    wire::{Boxed, Limits},
};
use serde_json::Value;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [models, documents, rest @ ..] = &arguments[..] else {
        println!("legible MODELS DOCUMENTS [PARITY] [COUNT]");
        return;
    };
    let number = |place: usize, otherwise| rest.get(place).and_then(|word| word.parse().ok()).unwrap_or(otherwise);
    let (parity, count): (u64, usize) = (number(0, 0), number(1, 20) as usize);
    let reader = Reader::load(Models::read(ModelFiles::open(Path::new(models)).unwrap()).unwrap()).unwrap();
    let truths = fs::read_to_string(Path::new(documents).join("truth.jsonl")).unwrap();
    let all = truths.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let wanted = |truth: &Value| {
        truth["seed"].as_u64().unwrap() % 2 == parity && truth["severity"] != "hard" && field(truth).is_some()
    };
    println!("how\tby\tread\tsharpness\tglare\tfile");
    for truth in all.filter(wanted).take(count) {
        let bytes = fs::read(Path::new(documents).join(truth["file"].as_str().unwrap())).unwrap();
        let picture = decode::decode(&bytes, &Limits::UPLOAD).unwrap().pixels;
        sweep(&reader, &truth, &picture);
    }
}

fn field(truth: &Value) -> Option<&Value> {
    truth["fields"].as_array()?.iter().find(|field| field["name"] == "birth_date")
}

fn sweep(reader: &Reader, truth: &Value, picture: &RgbImage) {
    let long = long_side(&truth["card"]);
    for width in [200, 250, 300, 350, 400, 450, 500, 600, 800, 1000] {
        if (width as f32) < long {
            look(reader, truth, picture, ("width", width as f32), |part| part);
        }
    }
    for blur in [1_u8, 2, 3, 4, 5, 6, 8, 10, 12, 16] {
        let sigma = f32::from(blur) / 2.0;
        look(reader, truth, picture, ("blur", sigma), |part| imageops::fast_blur(&part, sigma));
    }
    for light in [2_u8, 4, 5, 6, 7, 8, 9] {
        let share = f32::from(light) / 10.0;
        look(reader, truth, picture, ("glare", share), |part| lit(part, share));
    }
}

/// Makes the card a thousand pixels wide, or as many as is said, does it, and tells what comes of it.
fn look(
    reader: &Reader,
    truth: &Value,
    picture: &RgbImage,
    (how, by): (&str, f32),
    wear: impl Fn(RgbImage) -> RgbImage,
) {
    let width = if how == "width" { by } else { 1000.0 };
    let scale = (width / long_side(&truth["card"])).min(1.0);
    let side = |pixels: u32| ((pixels as f32 * scale) as u32).max(1);
    let small =
        imageops::resize(picture, side(picture.width()), side(picture.height()), imageops::FilterType::Triangle);
    let [x, y, w, h] = bounds(&field(truth).unwrap()["quad"], scale);
    let (left, top) = ((x - 2.0 * h).max(0.0) as u32, (y - 2.0 * h).max(0.0) as u32);
    let part = imageops::crop_imm(&small, left, top, (w + 4.0 * h) as u32, (5.0 * h) as u32).to_image();
    let part = wear(part);
    let lines = reader.lines(&part);
    let day = truth["birth_date"].as_str().unwrap();
    let read = lines
        .iter()
        .any(|line| dates(&line.text).iter().any(|date| date.days.iter().any(|one| one.to_string() == day)));
    let kept = Boxed { x: x as u32 - left, y: y as u32 - top, w: (w as u32).max(1), h: (h as u32).max(1) };
    let kept = Boxed { w: kept.w.min(part.width() - kept.x), h: kept.h.min(part.height() - kept.y), ..kept };
    let quality = quality::measure(&part, &[kept]);
    println!("{how}\t{by}\t{}\t{:.1}\t{:.3}\t{}", u8::from(read), quality.sharpness, quality.glare, truth["file"]);
}

fn lit(mut part: RgbImage, share: f32) -> RgbImage {
    part.pixels_mut()
        .for_each(|pixel| *pixel = Rgb(pixel.0.map(|level| (f32::from(level) * (1.0 - share) + 255.0 * share) as u8)));
    part
}

fn long_side(quad: &Value) -> f32 {
    let at = |place: usize| {
        let corner = &quad[place % 4];
        (corner[0].as_f64().unwrap() as f32, corner[1].as_f64().unwrap() as f32)
    };
    (0..4).map(|place| (at(place).0 - at(place + 1).0).hypot(at(place).1 - at(place + 1).1)).fold(0.0, f32::max)
}

fn bounds(quad: &Value, scale: f32) -> [f32; 4] {
    let of = |axis: usize| (0..4).map(move |place| quad[place][axis].as_f64().unwrap() as f32 * scale);
    let (left, top) = (of(0).fold(f32::MAX, f32::min), of(1).fold(f32::MAX, f32::min));
    [left, top, of(0).fold(0.0, f32::max) - left, of(1).fold(0.0, f32::max) - top]
}
