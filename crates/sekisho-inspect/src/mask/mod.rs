//! The masking contract: which parts of a picture stay, and that the rest is gone.
//!
//! A whitelist. What a member drew bounds what is seen; in it a number that a law forbids to ask for, or that nobody
//! can tell, is covered all the same. Where nobody drew, only what is proven to be needed stays. Where nothing is
//! proven either, nothing is stored.

pub mod closed;
mod forbidden;
mod place;

pub use place::Quad;
use sekisho_core::policy::Field;

use crate::{
    paint,
    read::line::Line,
    wire::{Boxed, Code},
};

/// What was read of a picture, as far as masks need it. Places are in pixels of the upright picture.
#[derive(Debug, Clone, Default)]
pub struct Evidence<'a> {
    /// Whether print was read at all; without it only what was drawn stands.
    pub was_read: bool,
    /// All lines of print.
    pub lines: &'a [Line],
    /// What is proven, and where.
    pub proven: Vec<(Field, Quad)>,
    /// Whether anything says that the document shows a My Number.
    pub my_number: bool,
}

/// What a policy lets be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keep(pub Vec<Field>);

impl Default for Keep {
    /// What an age check needs.
    fn default() -> Self {
        Self(vec![Field::BirthDate, Field::Age, Field::Title, Field::Issuer])
    }
}

/// What stays of a picture.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Masks {
    /// What stays visible.
    pub boxes: Vec<Boxed>,
    /// What is covered even in a box.
    pub covers: Vec<Boxed>,
}

/// Of a drawn box so much must be left, or the box is gone: a rest beside a number says what number it was.
const LEFT_AT_LEAST: f64 = 0.4;

/// Decides what stays of a picture of `size`.
///
/// # Errors
/// What is answered instead: [`Code::MyNumber`]; [`Code::ForbiddenInBoxes`] where of all that was drawn nothing may be
/// seen; [`Code::NotProven`] where nothing was drawn and no birth date or age is proven; [`Code::NoBoxes`] where
/// nothing was drawn and nothing was read.
pub fn kept(evidence: &Evidence<'_>, drawn: &[Boxed], keep: &Keep, size: (u32, u32)) -> Result<Masks, Code> {
    if evidence.my_number {
        return Err(Code::MyNumber);
    }
    let proven: Vec<_> = evidence.proven.iter().filter(|(field, _)| keep.0.contains(field)).collect();
    let dates = proven.iter().filter(|(field, _)| is_of_digits(*field));
    let around: Vec<Boxed> = dates.map(|(_, quad)| place::around(quad)).collect();
    let covers = paint::clamp(&forbidden::places(evidence.lines, &around), size);
    let drawn = paint::clamp(drawn, size);
    match (drawn.is_empty(), evidence.was_read) {
        (true, false) => Err(Code::NoBoxes),
        (true, true) => of_proven(&proven, covers, size),
        (false, _) => of_drawn(drawn, covers),
    }
}

fn of_drawn(drawn: Vec<Boxed>, covers: Vec<Boxed>) -> Result<Masks, Code> {
    let hidden = |kept: &Boxed| covers.iter().map(|cover| place::share_within(kept, cover)).sum::<f64>();
    let boxes: Vec<Boxed> = drawn.into_iter().filter(|kept| 1.0 - hidden(kept) >= LEFT_AT_LEAST).collect();
    if boxes.is_empty() {
        return Err(Code::ForbiddenInBoxes);
    }
    Ok(Masks { covers: within(covers, &boxes), boxes })
}

fn of_proven(proven: &[&(Field, Quad)], covers: Vec<Boxed>, size: (u32, u32)) -> Result<Masks, Code> {
    if !proven.iter().any(|(field, _)| is_of_digits(*field)) {
        return Err(Code::NotProven);
    }
    let boxes: Vec<Boxed> = proven.iter().flat_map(|(_, quad)| place::slices(quad)).collect();
    let boxes = paint::clamp(&boxes, size);
    Ok(Masks { covers: within(covers, &boxes), boxes })
}

/// What an age is reckoned from. A title and an issuer have no digits that could be taken for a number.
const fn is_of_digits(field: Field) -> bool {
    matches!(field, Field::BirthDate | Field::Age)
}

/// Those that cover anything of `boxes`: the rest is covered anyway.
fn within(covers: Vec<Boxed>, boxes: &[Boxed]) -> Vec<Boxed> {
    covers.into_iter().filter(|cover| boxes.iter().any(|kept| place::shared(cover, kept).is_some())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: (u32, u32) = (1000, 600);
    const DRAWN: Boxed = Boxed { x: 100, y: 90, w: 400, h: 60 };

    fn quad(x: f32, y: f32, w: f32, h: f32) -> Quad {
        [(x, y), (x + w, y), (x + w, y + h), (x, y + h)]
    }

    fn line(text: &str, x: f32, y: f32, w: f32) -> Line {
        Line::new(text, (x, y, w, 30.0))
    }

    fn read<'a>(lines: &'a [Line], proven: &[(Field, Quad)]) -> Evidence<'a> {
        Evidence { was_read: true, lines, proven: proven.to_vec(), my_number: false }
    }

    fn decided(evidence: &Evidence<'_>, drawn: &[Boxed]) -> Result<Masks, Code> {
        kept(evidence, drawn, &Keep::default(), SIZE)
    }

    /// M4
    #[test]
    fn without_a_reader_what_was_drawn_stands_and_nothing_else() {
        let unread = Evidence::default();
        assert_eq!(decided(&unread, &[DRAWN]), Ok(Masks { boxes: vec![DRAWN], covers: vec![] }));
        assert_eq!(decided(&unread, &[]), Err(Code::NoBoxes));
        assert_eq!(decided(&unread, &[Boxed { x: 1000, ..DRAWN }]), Err(Code::NoBoxes), "beside the picture");
    }

    /// M4
    #[test]
    fn where_nothing_was_drawn_only_what_is_proven_stays() {
        let lines = [line("氏名 日本 花子", 100.0, 50.0, 300.0), line("昭和61年3月31日生", 100.0, 100.0, 300.0)];
        let birth = (Field::BirthDate, quad(100.0, 100.0, 300.0, 30.0));
        let title = (Field::Title, quad(600.0, 20.0, 200.0, 40.0));
        let masks = decided(&read(&lines, &[birth, title]), &[]).unwrap();
        let expected = [Boxed { x: 100, y: 100, w: 300, h: 30 }, Boxed { x: 600, y: 20, w: 200, h: 40 }];
        assert_eq!((masks.boxes, masks.covers), (expected.to_vec(), vec![]));
        assert_eq!(decided(&read(&lines, &[title]), &[]), Err(Code::NotProven), "no birth date");
        assert_eq!(decided(&read(&lines, &[]), &[]), Err(Code::NotProven));
        let age = (Field::Age, quad(100.0, 100.0, 300.0, 30.0));
        assert_eq!(decided(&read(&lines, &[age]), &[]).unwrap().boxes.len(), 1);
    }

    /// M4: also if it is proven: the policy does not ask for it.
    #[test]
    fn what_the_policy_does_not_keep_is_not_kept() {
        let birth = (Field::BirthDate, quad(100.0, 100.0, 300.0, 30.0));
        let name = (Field::Name, quad(100.0, 50.0, 300.0, 30.0));
        let evidence = read(&[], &[birth, name]);
        assert_eq!(decided(&evidence, &[]).unwrap().boxes.len(), 1);
        let more = Keep(vec![Field::BirthDate, Field::Name]);
        assert_eq!(kept(&evidence, &[], &more, SIZE).unwrap().boxes.len(), 2, "another basis");
    }

    /// M4: what a member drew is the most that is seen, whatever else is proven.
    #[test]
    fn a_drawn_box_is_not_widened_by_what_was_read() {
        let birth = (Field::BirthDate, quad(100.0, 400.0, 300.0, 30.0));
        assert_eq!(decided(&read(&[], &[birth]), &[DRAWN]).unwrap().boxes, [DRAWN]);
    }

    /// M3, M4
    #[test]
    fn a_number_in_a_drawn_box_is_covered_and_a_box_of_nothing_else_is_gone() {
        let number = line("123456789012", 100.0, 105.0, 380.0);
        let two = [line("昭和61年3月31日生", 600.0, 105.0, 300.0), number.clone()];
        let wide = Boxed { x: 100, y: 90, w: 850, h: 60 };
        let masks = decided(&read(&two, &[]), &[wide]).unwrap();
        assert_eq!(masks.boxes, [wide]);
        let [cover] = masks.covers[..] else { panic!("{:?}", masks.covers) };
        assert!(cover.x <= 100 && cover.x + cover.w >= 480 && cover.x + cover.w < 600, "{cover:?}");
        assert_eq!(decided(&read(&[number], &[]), &[DRAWN]), Err(Code::ForbiddenInBoxes));
    }

    /// M3
    #[test]
    fn a_my_number_is_refused_whatever_was_drawn() {
        let evidence = Evidence { my_number: true, ..read(&[], &[]) };
        for drawn in [&[][..], &[DRAWN]] {
            assert_eq!(decided(&evidence, drawn), Err(Code::MyNumber));
        }
    }

    #[test]
    fn a_number_beside_a_proven_birth_date_is_covered() {
        let lines = [line("昭和61年3月31日生 第123456789012号", 0.0, 100.0, 600.0)];
        let birth = (Field::BirthDate, quad(0.0, 100.0, 250.0, 30.0));
        let wide = (Field::Title, quad(0.0, 90.0, 600.0, 60.0));
        let masks = decided(&read(&lines, &[birth, wide]), &[]).unwrap();
        assert!(masks.covers.iter().any(|cover| cover.x < 330 && cover.x + cover.w > 560), "{:?}", masks.covers);
    }
}
