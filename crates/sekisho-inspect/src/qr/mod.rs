//! QR codes (ISO/IEC 18004) anywhere on a picture.
//!
//! Two readers of different make look at several sizes of the whole picture,
//! not only at what stays visible: the back of a My Number card is refused even
//! if the code on it was about to be covered. A reader that fails on one size
//! often succeeds on the next, and what one misses the other may find.
//!
//! Much of their work is done here in their stead, with the same outcome to the bit and several times as fast: the
//! sizes, black and white, the lines that are looked along. Each such part is held in its tests against the library
//! that it stands for, and a reader is only left out where it is shown on the picture itself that it would find nothing.

mod bits;
mod closer;
mod finders;
mod local;
mod readers;
mod rings;
mod running;
mod sizes;

use image::GrayImage;

use self::readers::{Found, Level, Reader};
use crate::{my_number, wire::Boxed};

/// The longest side at which the slow readers look too.
const SLOW_UP_TO: u32 = 1100;

/// How many places get a closer look.
const CLOSER_AT_MOST: usize = 12;

/// What the codes on a picture come to. It holds no text of theirs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Codes {
    /// Whether one of them carries a My Number.
    pub my_number: bool,
    /// Where codes lie that were read, in pixels of the picture.
    pub areas: Vec<Boxed>,
    /// Where a code seems to lie that was not read.
    pub unread: Vec<Boxed>,
}

/// Looks for codes; stops at the first My Number.
pub fn find(grey: &GrayImage) -> Codes {
    let mut codes = Codes::default();
    for by in sizes::factors(grey.width().max(grey.height())) {
        let other = sizes::scaled(grey, by);
        look(&Level::new(other.as_ref().unwrap_or(grey)), by, &mut codes);
        if codes.my_number {
            return codes;
        }
    }
    look_closer(grey, &mut codes);
    codes
}

/// One size: all readers if it is small, the quick ones if not.
fn look(level: &Level<'_>, by: f32, codes: &mut Codes) {
    try_all(&readers::QUICK, level, by, codes);
    if level.longest() <= SLOW_UP_TO {
        try_all(&readers::SLOW, level, by, codes);
    }
}

fn try_all(readers: &[Reader], level: &Level<'_>, by: f32, codes: &mut Codes) {
    for reader in readers {
        if codes.my_number {
            return;
        }
        for found in reader(level) {
            if let Some(area) = area(&found.corners, by) {
                codes.note(found, area);
            }
        }
    }
}

/// Whatever is still unread, larger and clearer.
fn look_closer(grey: &GrayImage, codes: &mut Codes) {
    codes.forget_what_was_read();
    for place in codes.unread.clone().iter().take(CLOSER_AT_MOST) {
        if codes.my_number {
            return;
        }
        if let Some(found) = closer::read(grey, place) {
            codes.note(found, *place);
        }
    }
    codes.forget_what_was_read();
}

impl Codes {
    /// Takes note of a code in `area`. Its text goes no further than here.
    fn note(&mut self, found: Found, area: Boxed) {
        let places = if found.text.is_some() { &mut self.areas } else { &mut self.unread };
        if !places.iter().any(|noted| covers(noted, &area)) {
            places.push(area);
        }
        self.my_number |= found.text.is_some_and(|text| my_number::stands_in(&text));
    }

    /// A code that one reader missed and another read is not unread.
    fn forget_what_was_read(&mut self) {
        let read = &self.areas;
        self.unread.retain(|place| !read.iter().any(|area| meet(area, place)));
    }
}

/// Whether all of `inner` lies in `outer`.
fn covers(outer: &Boxed, inner: &Boxed) -> bool {
    let within = |from: u32, length: u32, at: u32, size: u32| from <= at && at + size <= from + length;
    within(outer.x, outer.w, inner.x, inner.w) && within(outer.y, outer.h, inner.y, inner.h)
}

/// Whether they have a part in common.
fn meet(one: &Boxed, other: &Boxed) -> bool {
    one.x < other.x + other.w && other.x < one.x + one.w && one.y < other.y + other.h && other.y < one.y + one.h
}

/// The area around `corners`, with a margin for the modules beyond the corners that readers report.
fn area(corners: &[(f32, f32)], by: f32) -> Option<Boxed> {
    let &first = corners.first()?;
    let least = corners.iter().fold(first, |at, corner| (at.0.min(corner.0), at.1.min(corner.1)));
    let most = corners.iter().fold(first, |at, corner| (at.0.max(corner.0), at.1.max(corner.1)));
    // Finder patterns are reported by their centres, 3.5 modules inside:
    // a quarter of the side of the smallest code.
    let margin = (most.0 - least.0).max(most.1 - least.1) * 0.27;
    let place = |at: f32| (at / by).max(0.0) as u32;
    let (x, y) = (place(least.0 - margin), place(least.1 - margin));
    Some(Boxed { x, y, w: place(most.0 + margin) - x, h: place(most.1 + margin) - y })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{self, Shot};

    #[test]
    fn a_page_without_codes_has_none() {
        assert_eq!(find(&image::DynamicImage::ImageRgb8(samples::text_page(900, 600)).into_luma8()), Codes::default());
    }

    #[test]
    fn an_area_covers_the_whole_code() {
        let shot = Shot { angle: 0.0, ..Shot::plain("https://example.test/") };
        let codes = find(&shot.grey());
        let code = shot.upright_area();
        assert!(!codes.areas.is_empty());
        for area in &codes.areas {
            assert!(area.x <= code.x && area.y <= code.y, "{area:?} {code:?}");
            assert!(area.x + area.w >= code.x + code.w && area.y + area.h >= code.y + code.h, "{area:?} {code:?}");
        }
    }

    fn missed(shots: &[Shot]) -> Vec<String> {
        shots.iter().filter(|shot| !find(&shot.grey()).my_number).map(Shot::terms).collect()
    }

    /// M3.
    #[test]
    fn a_my_number_in_a_code_is_found_turned_scaled_and_lightly_blurred() {
        assert_eq!(missed(&samples::shots(60)), [""; 0]);
    }

    /// M3: 19 of 20 at least, at as little as three pixels to a module.
    #[test]
    fn a_my_number_in_a_code_is_nearly_always_found_small_blurred_and_noisy() {
        let missed = missed(&samples::hard_shots(2, 60));
        assert!(missed.len() * 20 <= 60, "{missed:?}");
    }

    /// M3: a driving licence carries twelve digits too.
    #[test]
    fn twelve_digits_with_a_wrong_check_digit_are_let_through() {
        for text in ["123456789017", "第 012345678900 号", "305512345671"] {
            assert!(!my_number::stands_in(text));
            assert!(!find(&Shot::plain(text).grey()).my_number);
        }
    }
}
