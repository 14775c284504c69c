//! Where, on each kind of document, the boxes probably belong: from the registry of kinds. The member moves them.

use std::sync::LazyLock;

use sekisho_core::{
    kinds::{Layout, Proposed, Registry},
    policy::Field,
};
use serde::Serialize;

use crate::policy_file;

/// A proposed box, in thousandths of the document's width and height.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(transparent)]
pub(super) struct Proposal(Proposed);

impl Proposal {
    /// Left edge on a drawing that is `full` wide.
    pub(super) fn left(&self, full: u32) -> u32 {
        u32::from(self.0.x) * full / 1000
    }

    /// Upper edge on a drawing that is `full` high.
    pub(super) fn top(&self, full: u32) -> u32 {
        u32::from(self.0.y) * full / 1000
    }

    /// Width on a drawing that is `full` wide.
    pub(super) fn width(&self, full: u32) -> u32 {
        u32::from(self.0.w) * full / 1000
    }

    /// Height on a drawing that is `full` high.
    pub(super) fn height(&self, full: u32) -> u32 {
        u32::from(self.0.h) * full / 1000
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

/// The shape of a document and its proposed boxes, as the page shows them and its script takes them.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Sketch {
    /// Width by height, in thousandths.
    ratio: u16,
    /// The boxes: birth date first.
    pub(super) boxes: Vec<Proposal>,
}

impl From<&Layout> for Sketch {
    fn from(layout: &Layout) -> Self {
        Self { ratio: layout.ratio, boxes: layout.boxes.iter().copied().map(Proposal).collect() }
    }
}

static KINDS: LazyLock<Registry> = LazyLock::new(policy_file::kinds);

/// For a kind of which no layout is known: a card of ISO/IEC 7810's size ID-1, the three parts one below the other.
static UNKNOWN: LazyLock<Layout> = LazyLock::new(|| {
    let at = |what, y, h| Proposed { what, x: 60, y, w: 500, h };
    Layout {
        ratio: 1586,
        boxes: vec![at(Field::BirthDate, 300, 90), at(Field::Title, 60, 100), at(Field::Issuer, 820, 100)],
        source: String::new(),
    }
});

/// The layout of a kind of document.
pub(super) fn layout(kind: &str) -> &'static Layout {
    let known = KINDS.kinds.iter().find(|known| known.kind.as_str() == kind);
    known.and_then(|known| known.layout.as_ref()).unwrap_or(&UNKNOWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_proposal_lies_on_its_document() {
        for kind in KINDS.kinds.iter().map(|kind| kind.kind.as_str()).chain(["else"]) {
            let sketch = Sketch::from(layout(kind));
            assert_eq!(sketch.boxes.len(), 3, "{kind}");
            for found in sketch.boxes {
                assert!(found.0.fits() && found.left(320) + found.width(320) <= 320, "{kind} {found:?}");
            }
        }
    }

    #[test]
    fn the_script_is_told_the_shape_and_the_boxes_and_no_more() {
        let told = serde_json::to_value(Sketch::from(layout("jp-driving-licence"))).unwrap();
        assert_eq!((&told["ratio"], &told["boxes"][0]["what"]), (&1586.into(), &"birth_date".into()));
        assert_eq!(told.as_object().unwrap().len(), 2);
    }
}
