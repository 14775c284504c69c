//! How well cards are found on drawn photographs, in numbers. Prints; judges nothing.
//!
//! `cargo run -p sekisho-inspect --example cards -- find [PARITY] [COUNT]`, `… scans [PARITY] [COUNT]`, `… cut …`,
//! `… folder DIR OUT`, `… cost`. Parity 0 is for setting what is held certain enough, 1 for reporting.

#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a measurement speaks, and ends where it can't go on")]

// What the samples name by these paths.
use sekisho_inspect::{my_number, sniff, wire};

#[allow(dead_code, unreachable_pub, reason = "some of the samples are for tests only")]
#[path = "../src/samples.rs"]
mod samples;
#[allow(dead_code, unreachable_pub, reason = "some of the scenes are for tests only")]
#[path = "../src/card/scene.rs"]
mod scene;

use std::{env, fs, path::Path, time::Duration};

use image::{Rgb, RgbImage, imageops};
use rustix::time::{ClockId, clock_gettime};
use scene::Severity;
use sekisho_inspect::card::{self, Found};

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let number = |place: usize, otherwise| arguments.get(place).and_then(|word| word.parse().ok()).unwrap_or(otherwise);
    match arguments.first().map(String::as_str) {
        Some("find") => [Severity::Clean, Severity::Mild, Severity::Hard]
            .into_iter()
            .for_each(|s| find(s, number(1, 0), number(2, 60))),
        Some("scans") => scans(number(1, 0), number(2, 100)),
        Some("cut") => cut(number(1, 0), number(2, 60)),
        Some("folder") => folder(&arguments[1], &arguments[2]),
        Some("cost") => cost(),
        _ => println!("cards find [PARITY] [COUNT] | scans [PARITY] [COUNT] | folder DIR OUT | cost"),
    }
}

/// Cards on tables: found where they are, found elsewhere, or not found.
fn find(severity: Severity, parity: u64, count: u64) {
    let (mut right, mut wrong, mut none) = (0, 0, 0);
    for number in 0..count {
        let scene = scene::scene(number * 2 + parity, severity, 1200, 900);
        match card::find(&scene.picture) {
            Some(found) if off(&found, scene.corners) < 0.05 => right += 1,
            Some(found) => {
                wrong += 1;
                println!(
                    "  elsewhere by {:.2}, certainty {:.2}: {}",
                    off(&found, scene.corners),
                    found.certainty,
                    scene.terms
                );
                save(&scene.picture, Some(&found), &format!("/{}", scene.terms.replace(' ', "_")));
            }
            None => {
                none += 1;
                println!("  not found: {}", scene.terms);
                save(&scene.picture, None, &format!("/{}", scene.terms.replace(' ', "_")));
            }
        }
    }
    println!("{severity:?}: found {right}, elsewhere {wrong}, not found {none}, of {count}");
}

/// The farthest of the corners from where it is, whichever one it is called, as a share of the longer side.
fn off(found: &Found, corners: [(f32, f32); 4]) -> f32 {
    let far = |turn: usize| {
        let pairs = (0..4).map(|at| (found.corners[at], corners[(at + turn) % 4]));
        pairs.map(|(one, other)| (one.0 - other.0).hypot(one.1 - other.1)).fold(0.0, f32::max)
    };
    (0..4).map(far).fold(f32::MAX, f32::min) / found.long_side()
}

/// Scans that the card fills: nothing should be found that cuts any of it away.
fn scans(parity: u64, count: u64) {
    let (mut none, mut whole, mut cut) = (0, 0, 0);
    for number in 0..count {
        let picture = scene::scan(number * 2 + parity);
        match card::find(&picture) {
            None => none += 1,
            Some(found) if share(&found, &picture) > 0.95 => whole += 1,
            Some(found) => {
                cut += 1;
                println!("  cut to {:.2}, certainty {:.2}: {number}", share(&found, &picture), found.certainty);
                save(&picture, Some(&found), &format!("/scan_{number}"));
            }
        }
    }
    println!("scans: taken as they are {none}, whole {whole}, cut {cut}, of {count}");
}

fn share(found: &Found, picture: &RgbImage) -> f32 {
    let c = found.corners;
    let twice: f32 = (0..4).map(|at| c[at].0 * c[(at + 1) % 4].1 - c[(at + 1) % 4].0 * c[at].1).sum();
    twice.abs() / 2.0 / (picture.width() * picture.height()) as f32
}

/// Cards of which a side lies beyond the picture, by a seventh to half of it: told so, or found as if whole.
fn cut(parity: u64, count: u64) {
    let (mut told, mut whole) = (0, 0);
    for number in 0..count {
        let scene = scene::scene(number * 2 + parity, Severity::Clean, 1200, 900);
        let [left, top, right, bottom] = bounds(scene.corners);
        let by = 0.5 + 0.35 * (number as f32 / count as f32);
        let (width, height) =
            if number % 2 == 0 { (left + (right - left) * by, 900.0) } else { (1200.0, top + (bottom - top) * by) };
        let part = imageops::crop_imm(&scene.picture, 0, 0, width as u32, height as u32).to_image();
        match card::find(&part) {
            Some(found) if found.cut_off => told += 1,
            Some(found) => {
                whole += 1;
                save(&part, Some(&found), &format!("/cut_{number}"));
            }
            None => save(&part, None, &format!("/cut_{number}")),
        }
    }
    println!("cut off: told {told}, taken as whole {whole}, of {count}");
}

/// The smallest and largest of the corners' places.
fn bounds(corners: [(f32, f32); 4]) -> [f32; 4] {
    corners
        .iter()
        .fold([f32::MAX, f32::MAX, 0.0, 0.0], |[a, b, c, d], &(x, y)| [a.min(x), b.min(y), c.max(x), d.max(y)])
}

/// Each picture of a folder with what was found on it drawn in, into another folder.
fn folder(from: &str, to: &str) {
    let mut names: Vec<_> =
        fs::read_dir(from).unwrap().flatten().map(|file| file.path()).filter(|path| path.is_file()).collect();
    names.sort();
    for path in names {
        let bytes = fs::read(&path).unwrap();
        let Ok(picture) = sekisho_inspect::decode::decode(&bytes, &wire::Limits::UPLOAD) else { continue };
        let found = card::find(&picture.pixels);
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        match found {
            Some(found) => println!("{name}: {:.2} {:?} {}", found.certainty, found.corners, found.cut_off),
            None => println!("{name}: -"),
        }
        if let Some(found) = found {
            drawn(&picture.pixels, Some(&found)).save(Path::new(to).join(format!("{name}.png"))).unwrap();
        }
    }
}

/// Where `SEKISHO_SCENES` names a folder, what went wrong is drawn there.
fn save(picture: &RgbImage, found: Option<&Found>, name: &str) {
    if let Ok(folder) = env::var("SEKISHO_SCENES") {
        drawn(picture, found).save(format!("{folder}{name}.png")).unwrap();
    }
}

fn drawn(picture: &RgbImage, found: Option<&Found>) -> RgbImage {
    let mut out = picture.clone();
    let thick = (picture.width() / 300).max(1) as i32;
    for (from, to) in found.iter().flat_map(|found| (0..4).map(|at| (found.corners[at], found.corners[(at + 1) % 4]))) {
        for step in 0..2000 {
            let share = step as f32 / 2000.0;
            let (x, y) = (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share);
            for (dx, dy) in (-thick..=thick).flat_map(|dx| (-thick..=thick).map(move |dy| (dx, dy))) {
                if let Some(pixel) = out.get_pixel_mut_checked((x as i32 + dx) as u32, (y as i32 + dy) as u32) {
                    *pixel = Rgb([255, 0, 60]);
                }
            }
        }
    }
    let by = (out.width().max(out.height()) / 500).max(1);
    imageops::thumbnail(&out, out.width() / by, out.height() / by)
}

/// Processor time of finding and straightening on twelve megapixels.
fn cost() {
    let scene = scene::scene(1, Severity::Mild, 4000, 3000);
    let began = processor_time();
    let found = card::find(&scene.picture);
    let middle = processor_time();
    let straight = found.map(|found| card::straighten(&scene.picture, &found));
    println!("found {} in {:?}, straightened in {:?}", straight.is_some(), middle - began, processor_time() - middle);
    let noise = {
        let mut dice = samples::Dice::new(3);
        RgbImage::from_fn(4000, 3000, |_, _| Rgb([dice.below(256) as u8; 3]))
    };
    let began = processor_time();
    println!("noise: {} in {:?}", card::find(&noise).is_some(), processor_time() - began);
}

fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}
