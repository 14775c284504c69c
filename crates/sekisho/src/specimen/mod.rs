//! A card that no authority issues, for demonstrations and tests.
//!
//! It is our own drawing, marked 見本 and SPECIMEN. `card.jpg` was drawn from
//! `card.svg` by a browser at 1600 × 1010 and is kept, so that nothing needs one.

use sekisho_inspect::wire::Boxed;

/// The card lying on a table: JPEG, 1600 × 1010 pixels, no metadata.
pub const CARD: &[u8] = include_bytes!("../../assets/specimen/card.jpg");

/// The birth date on [`CARD`]: 1990-04-01.
pub const BIRTH_DATE: Boxed = Boxed { x: 345, y: 380, w: 550, h: 72 };

/// The title on [`CARD`].
pub const TITLE: Boxed = Boxed { x: 175, y: 120, w: 420, h: 92 };

/// The issuer on [`CARD`].
pub const ISSUER: Boxed = Boxed { x: 175, y: 808, w: 420, h: 76 };

/// What the law asks to see on [`CARD`]: birth date, title, issuer.
pub const BOXES: [Boxed; 3] = [BIRTH_DATE, TITLE, ISSUER];

/// The same card in 720 × 454 pixels, for whoever sends many.
pub const SMALL_CARD: &[u8] = include_bytes!("../../assets/specimen/card-small.jpg");

/// [`BOXES`] on [`SMALL_CARD`].
pub const SMALL_BOXES: [Boxed; 3] = [
    Boxed { x: 155, y: 171, w: 248, h: 32 },
    Boxed { x: 78, y: 54, w: 190, h: 42 },
    Boxed { x: 78, y: 363, w: 190, h: 35 },
];

#[cfg(test)]
mod tests {
    use super::*;
    use sekisho_inspect::{
        upload,
        wire::{Code, Limits, UploadRequest},
    };

    fn inspected(boxes: &[Boxed]) -> upload::Inspection {
        upload::inspect(CARD, &UploadRequest { boxes: boxes.to_vec() }, &Limits::UPLOAD)
    }

    #[test]
    fn the_card_with_its_boxes_is_accepted() {
        let inspection = inspected(&BOXES);
        assert_eq!(inspection.report.code, Code::Ok, "{:?}", inspection.report);
        assert_eq!((inspection.report.facts.width, inspection.report.facts.height), (1600, 1010));
        assert!(inspection.report.facts.visible < 0.1);
        assert!(CARD.len() <= 150_000);
    }

    #[test]
    fn the_small_card_is_accepted_too() {
        let request = UploadRequest { boxes: SMALL_BOXES.to_vec() };
        let report = upload::inspect(SMALL_CARD, &request, &Limits::UPLOAD).report;
        assert_eq!((report.code, report.facts.width, report.facts.height), (Code::Ok, 720, 454));
    }

    #[test]
    fn each_box_holds_print() {
        for kept in BOXES {
            assert_eq!(inspected(&[kept]).report.code, Code::Ok, "{kept:?}");
        }
    }
}
