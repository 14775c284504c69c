//! How well codes are found and what reading costs, in numbers. Prints; judges nothing.
//!
//! `cargo run --release -p sekisho-inspect --example measure -- recall [SEED] [COUNT]`, `… codeless`, `… cost`,
//! `… folder DIR`. Seed 1 is for trying changes, others for measuring them.

#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a measurement speaks, and ends where it can't go on")]

// What the samples name by these paths.
use sekisho_inspect::{my_number, qr, sniff, wire};

#[allow(dead_code, unreachable_pub, reason = "some of the samples are for tests only")]
#[path = "../src/samples.rs"]
mod samples;

use std::{env, fs, time::Duration};

use image::{DynamicImage, imageops};
use rustix::time::{ClockId, clock_gettime};
use wire::{Boxed, Limits, UploadRequest};

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let number = |place: usize, otherwise| arguments.get(place).and_then(|word| word.parse().ok()).unwrap_or(otherwise);
    match arguments.first().map(String::as_str) {
        Some("recall") => recall(number(1, 1), number(2, 400)),
        Some("codeless") => codeless(number(1, 1), number(2, 400)),
        Some("cost") => cost(),
        Some("folder") => folder(&arguments[1]),
        _ => println!("measure recall [SEED] [COUNT] | codeless [SEED] [COUNT] | cost | folder DIR"),
    }
}

/// Hard photographs of codes: read, found but not read, or missed.
fn recall(seed: u64, count: u64) {
    let (mut read, mut seen) = (0, 0);
    let began = processor_time();
    for shot in samples::hard_shots(seed, count) {
        let codes = qr::find(&shot.grey());
        read += u64::from(codes.my_number);
        let noticed = !codes.my_number && !codes.areas.is_empty();
        seen += u64::from(noticed);
        if !codes.my_number {
            println!("{}: {}", if noticed { "not read" } else { "missed" }, shot.terms());
        }
    }
    let per_picture = (processor_time() - began).as_millis() / u128::from(count.max(1));
    println!("read: {}", share(read, count));
    println!("read, or found and so covered or sent back: {}", share(read + seen, count));
    println!("{per_picture} ms of a processor for a picture, the drawing of it included");
}

/// Pages of print without a code: how often one is seen all the same.
fn codeless(seed: u64, count: u64) {
    let mut dice = samples::Dice::new(seed);
    let mut wrong = 0;
    for _ in 0..count {
        let page = samples::text_page(600 + dice.below(1400) as u32, 400 + dice.below(900) as u32);
        let page = imageops::fast_blur(&DynamicImage::ImageRgb8(page).into_luma8(), 0.1 + dice.share() * 2.0);
        wrong += u64::from(qr::find(&page) != qr::Codes::default());
    }
    println!("a code seen where there is none: {}", share(wrong, count));
}

/// Files of a folder: what is found on each that has something.
fn folder(name: &str) {
    let (mut files, mut with_codes) = (0, 0);
    for file in fs::read_dir(name).unwrap().flatten().filter(|file| file.path().is_file()) {
        let Ok(picture) = sekisho_inspect::decode::decode(&fs::read(file.path()).unwrap(), &Limits::UPLOAD) else {
            continue;
        };
        let codes = qr::find(&imageops::grayscale(&picture.pixels));
        files += 1;
        if codes != qr::Codes::default() {
            with_codes += 1;
            println!("{}: {codes:?}", file.file_name().display());
        }
    }
    println!("{name}: a code found on {with_codes} of {files}");
}

/// Processor time of whole uploads, the middle and the least of seven, and the most memory this process ever had.
fn cost() {
    let page = samples::text_page(4000, 3000);
    let kept = Boxed { x: 100, y: 100, w: 1500, h: 400 };
    let request = UploadRequest { boxes: vec![kept] };
    let upload = |name: &str, bytes: &[u8]| {
        let one = || {
            let began = processor_time();
            let code = sekisho_inspect::upload::inspect(bytes, &request, &Limits::UPLOAD).report.code;
            (processor_time() - began, code)
        };
        let mut times: Vec<_> = (0..7).map(|_| one()).collect();
        times.sort_unstable_by_key(|(time, _)| *time);
        let [least, .., middle] = [0, 3].map(|place| times[place].0.as_secs_f64() * 1000.0);
        println!("{name}: {} in {middle:.1} ms of a processor ({least:.1} at least)", times[3].1.as_str());
    };
    for (number, bomb) in samples::bombs().iter().enumerate() {
        upload(&format!("bomb {number}"), bomb);
    }
    upload("JPEG of 12 megapixels", &samples::encode(sniff::Format::Jpeg, &page));
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    println!("{}", status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default());
}

/// What this process has had of a processor so far. A machine that is busy otherwise does not change it much.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// `hits` of `count`, with the 95 % interval by Wilson (1927).
fn share(hits: u64, count: u64) -> String {
    const Z: f64 = 1.959_964;
    let (n, p) = (count as f64, hits as f64 / count as f64);
    let middle = (p + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
    let half = Z / (1.0 + Z * Z / n) * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let percent = |share: f64| share.clamp(0.0, 1.0) * 100.0;
    format!("{hits} of {count} = {:.1} % ({:.1} to {:.1} %)", 100.0 * p, percent(middle - half), percent(middle + half))
}
