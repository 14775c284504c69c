//! Where, on each kind of document, the boxes probably belong. The member moves them.

use serde::Serialize;

/// A proposed box, in thousandths of the document's width and height.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Proposal {
    /// What it is around: `birth`, `title` or `issuer`.
    pub(super) what: &'static str,
    x: u16,
    y: u16,
    w: u16,
    h: u16,
}

impl Proposal {
    /// Left edge on a drawing that is `full` wide.
    pub(super) fn left(&self, full: u32) -> u32 {
        u32::from(self.x) * full / 1000
    }

    /// Upper edge on a drawing that is `full` high.
    pub(super) fn top(&self, full: u32) -> u32 {
        u32::from(self.y) * full / 1000
    }

    /// Width on a drawing that is `full` wide.
    pub(super) fn width(&self, full: u32) -> u32 {
        u32::from(self.w) * full / 1000
    }

    /// Height on a drawing that is `full` high.
    pub(super) fn height(&self, full: u32) -> u32 {
        u32::from(self.h) * full / 1000
    }

    /// Middle between left and right on a drawing that is `full` wide.
    pub(super) fn middle_x(&self, full: u32) -> u32 {
        self.left(full) + self.width(full) / 2
    }

    /// Middle between top and bottom on a drawing that is `full` high.
    pub(super) fn middle_y(&self, full: u32) -> u32 {
        self.top(full) + self.height(full) / 2
    }
}

/// The shape of a document and its proposed boxes.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Layout {
    /// Width by height, in thousandths.
    ratio: u16,
    /// The boxes: birth date first.
    pub(super) boxes: [Proposal; 3],
}

/// ID-1 of ISO/IEC 7810: 85.60 by 53.98 mm.
const CARD: u16 = 1586;
/// ID-3 of ISO/IEC 7810: 125 by 88 mm, one page of a passport.
const BOOK: u16 = 1420;

const fn at(what: &'static str, x: u16, y: u16, w: u16, h: u16) -> Proposal {
    Proposal { what, x, y, w, h }
}

/// The layout of a kind of document.
pub(super) fn layout(kind: &str) -> Layout {
    let (ratio, boxes) = match kind {
        kind if kind.contains("driving") || kind.contains("licence") => {
            (CARD, [at("birth", 630, 60, 340, 85), at("title", 625, 385, 60, 420), at("issuer", 665, 835, 265, 115)])
        }
        kind if kind.contains("my-number") || kind.contains("individual-number") => {
            (CARD, [at("birth", 360, 320, 250, 80), at("title", 845, 125, 145, 95), at("issuer", 480, 395, 140, 65)])
        }
        kind if kind.contains("passport") => {
            (BOOK, [at("birth", 310, 400, 300, 80), at("title", 30, 60, 260, 90), at("issuer", 310, 680, 380, 80)])
        }
        kind if kind.contains("resid") => {
            (CARD, [at("birth", 60, 190, 330, 80), at("title", 30, 30, 420, 90), at("issuer", 520, 850, 420, 100)])
        }
        _ => (CARD, [at("birth", 60, 300, 400, 90), at("title", 60, 60, 500, 100), at("issuer", 60, 820, 500, 100)]),
    };
    Layout { ratio, boxes }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_proposal_lies_on_its_document() {
        for kind in ["jp-driving-licence", "jp-my-number-card", "jp-passport", "jp-residence-card", "else"] {
            for proposal in layout(kind).boxes {
                assert!(proposal.x + proposal.w <= 1000 && proposal.y + proposal.h <= 1000, "{kind} {proposal:?}");
            }
        }
    }
}
