//! The masking contract: which parts of a picture stay, and that the rest is gone.
//!
//! A whitelist. What a member drew bounds what is seen; in it a number that a law forbids to ask for, or that nobody
//! can tell, is covered all the same. Where nobody drew, only what is proven to be needed stays. Where nothing is
//! proven either, nothing is stored.

pub mod closed;
mod forbidden;
mod place;

pub(crate) use place::around;

use sekisho_core::policy;

use crate::{
    document::{Document, Field, Part},
    paint,
    wire::{Boxed, Code},
};

/// What a policy lets be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keep(Vec<Part>);

impl Default for Keep {
    /// What an age check needs.
    fn default() -> Self {
        Self(vec![Part::BirthDate, Part::Title, Part::Issuer])
    }
}

impl Keep {
    /// What a policy leaves visible, of the parts that can be told from the rest by reading.
    pub fn of(visible: &[policy::Field]) -> Self {
        let known = [Part::BirthDate, Part::Title, Part::Issuer];
        let named = |part: &Part| visible.iter().any(|field| field.name() == part.name());
        Self(known.into_iter().filter(named).collect())
    }
}

/// What stays of a picture.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Masks {
    /// What stays visible; a slanting row in many pieces.
    pub boxes: Vec<Boxed>,
    /// What is covered even in a box.
    pub covers: Vec<Boxed>,
    /// What stays visible, a box each: by these it is judged whether they are too many or too small, and whether the
    /// picture is sharp.
    pub wholes: Vec<Boxed>,
}

/// Of a drawn box so much must be left, or the box is gone: a rest beside a number says what number it was.
const LEFT_AT_LEAST: f64 = 0.4;

/// Decides what stays of a picture of `size`.
///
/// # Errors
/// What is answered instead: [`Code::MyNumber`]; [`Code::ForbiddenInBoxes`] where of all that was drawn nothing may be
/// seen; [`Code::NotProven`] where nothing was drawn and no birth date is proven; [`Code::NoBoxes`] where
/// nothing was drawn and nothing was read.
pub fn kept(document: &Document, drawn: &[Boxed], keep: &Keep, size: (u32, u32)) -> Result<Masks, Code> {
    if !document.my_number.is_empty() {
        return Err(Code::MyNumber);
    }
    let proven: Vec<_> = document.fields.iter().filter(|field| field.proven && keep.0.contains(&field.name)).collect();
    let births: Vec<Boxed> =
        proven.iter().filter(|field| is_birth(field)).map(|field| place::around(&field.quad)).collect();
    let covers = paint::clamp(&forbidden::places(&document.lines, &births), size);
    let drawn = paint::clamp(drawn, size);
    match (drawn.is_empty(), document.was_read) {
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
    Ok(Masks { covers: within(covers, &boxes), wholes: boxes.clone(), boxes })
}

fn of_proven(proven: &[&Field], covers: Vec<Boxed>, size: (u32, u32)) -> Result<Masks, Code> {
    if !proven.iter().any(|field| is_birth(field)) {
        return Err(Code::NotProven);
    }
    let boxes: Vec<Boxed> = proven.iter().flat_map(|field| place::slices(&field.quad)).collect();
    let boxes = paint::clamp(&boxes, size);
    let wholes: Vec<Boxed> = proven.iter().map(|field| place::around(&field.quad)).collect();
    Ok(Masks { covers: within(covers, &boxes), boxes, wholes: paint::clamp(&wholes, size) })
}

/// Digits that are a birth date are told from other numbers. A title and an issuer have none.
fn is_birth(field: &Field) -> bool {
    field.name == Part::BirthDate
}

/// Those that cover anything of `boxes`: the rest is covered anyway.
fn within(covers: Vec<Boxed>, boxes: &[Boxed]) -> Vec<Boxed> {
    covers.into_iter().filter(|cover| boxes.iter().any(|kept| place::shared(cover, kept).is_some())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        read::{line::Line, number::Sign},
        wire::Limits,
    };

    const SIZE: (u32, u32) = (1000, 600);
    const DRAWN: Boxed = Boxed { x: 100, y: 90, w: 400, h: 60 };

    fn part(name: Part, (x, y, w, h): (f32, f32, f32, f32)) -> Field {
        Field { name, quad: [(x, y), (x + w, y), (x + w, y + h), (x, y + h)], proven: true }
    }

    const BIRTH: (f32, f32, f32, f32) = (100.0, 100.0, 300.0, 30.0);

    fn line(text: &str, x: f32, y: f32, w: f32) -> Line {
        Line::new(text, (x, y, w, 30.0))
    }

    fn read(lines: &[Line], fields: &[Field]) -> Document {
        Document { was_read: true, lines: lines.to_vec(), fields: fields.to_vec(), ..Document::unread() }
    }

    fn decided(document: &Document, drawn: &[Boxed]) -> Result<Masks, Code> {
        kept(document, drawn, &Keep::default(), SIZE)
    }

    /// M4
    #[test]
    fn without_a_reader_what_was_drawn_stands_and_nothing_else() {
        let unread = Document::unread();
        assert_eq!(decided(&unread, &[DRAWN]), Ok(Masks { boxes: vec![DRAWN], covers: vec![], wholes: vec![DRAWN] }));
        assert_eq!(decided(&unread, &[]), Err(Code::NoBoxes));
        assert_eq!(decided(&unread, &[Boxed { x: 1000, ..DRAWN }]), Err(Code::NoBoxes), "beside the picture");
    }

    /// M4
    #[test]
    fn where_nothing_was_drawn_only_what_is_proven_stays() {
        let lines = [line("氏名 日本 花子", 100.0, 50.0, 300.0), line("昭和61年3月31日生", 100.0, 100.0, 300.0)];
        let (birth, title) = (part(Part::BirthDate, BIRTH), part(Part::Title, (600.0, 20.0, 200.0, 40.0)));
        let masks = decided(&read(&lines, &[birth, title]), &[]).unwrap();
        let expected = [Boxed { x: 100, y: 100, w: 300, h: 30 }, Boxed { x: 600, y: 20, w: 200, h: 40 }];
        assert_eq!((masks.boxes, masks.covers), (expected.to_vec(), vec![]));
        for fields in [&[][..], &[title], &[Field { proven: false, ..birth }]] {
            assert_eq!(decided(&read(&lines, fields), &[]), Err(Code::NotProven));
        }
    }

    /// M4: its pieces are no boxes too many, and what they show is what they show.
    #[test]
    fn a_slanting_row_in_many_pieces_is_one() {
        let quad = [(100.0, 100.0), (500.0, 160.0), (500.0, 180.0), (100.0, 120.0)];
        let birth = Field { name: Part::BirthDate, quad, proven: true };
        let masks = decided(&read(&[], &[birth]), &[]).unwrap();
        assert_eq!((masks.boxes.len(), masks.wholes.len()), (20, 1));
        let objection = |boxes: &[Boxed]| paint::objection(boxes, &masks.boxes, SIZE, &Limits::UPLOAD);
        assert_eq!((objection(&masks.wholes), objection(&masks.boxes)), (None, Some(Code::TooManyBoxes)));
    }

    /// M4: also if it is proven: the policy does not ask for it.
    #[test]
    fn what_the_policy_does_not_keep_is_not_kept() {
        let fields = [part(Part::BirthDate, BIRTH), part(Part::Expiry, BIRTH), part(Part::Zone, BIRTH)];
        let titled = [&fields[..], &[part(Part::Title, BIRTH)]].concat();
        assert_eq!(decided(&read(&[], &fields), &[]).unwrap().boxes.len(), 1);
        let birth_alone = Keep::of(&[policy::Field::BirthDate, policy::Field::Name]);
        assert_eq!(kept(&read(&[], &titled), &[], &birth_alone, SIZE).unwrap().boxes.len(), 1);
        assert_eq!(kept(&read(&[], &titled), &[], &Keep::default(), SIZE).unwrap().boxes.len(), 2);
    }

    /// M4: what a member drew is the most that is seen, whatever else is proven.
    #[test]
    fn a_drawn_box_is_not_widened_by_what_was_read() {
        let birth = part(Part::BirthDate, (100.0, 400.0, 300.0, 30.0));
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
        let document = Document { my_number: vec![Sign::Labelled], ..read(&[], &[]) };
        for drawn in [&[][..], &[DRAWN]] {
            assert_eq!(decided(&document, drawn), Err(Code::MyNumber));
        }
    }

    #[test]
    fn a_number_beside_a_proven_birth_date_is_covered_and_the_date_is_not() {
        let lines = [line("昭和61年3月31日生 第123456789012号", 0.0, 100.0, 600.0)];
        let birth = part(Part::BirthDate, (0.0, 100.0, 290.0, 30.0));
        let wide = part(Part::Title, (0.0, 90.0, 600.0, 60.0));
        let masks = decided(&read(&lines, &[birth, wide]), &[]).unwrap();
        let [cover] = masks.covers[..] else { panic!("{:?}", masks.covers) };
        assert!(cover.x > 250 && cover.x < 330 && cover.x + cover.w > 560, "{cover:?}");
    }
}
