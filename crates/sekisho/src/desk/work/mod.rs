//! The reviewer's work: one assignment at a time, one look, one answer.

pub(crate) mod again;
pub(crate) mod decide;
pub(crate) mod next;
pub(crate) mod overview;
mod proposal;
pub(crate) mod view;

use sekisho_keeper::wire::Assignment;

use super::{lang::Lang, reasons, reasons::Group};

/// An assignment as a reviewer sees it.
pub(crate) struct Task {
    pub(crate) assignment: String,
    pub(crate) question: String,
    pub(crate) site: String,
    pub(crate) kind: String,
    pub(crate) until: sekisho_core::time::Timestamp,
    pub(crate) viewed: bool,
    pub(crate) groups: Vec<Group>,
}

impl Task {
    fn new(present: &Assignment, lang: Lang) -> Self {
        Self {
            assignment: present.assignment.to_string(),
            question: lang.text(&present.question).into(),
            site: lang.text(&present.site).into(),
            kind: lang.text(&present.kind_name).into(),
            until: present.until,
            viewed: present.viewed,
            groups: reasons::groups(lang),
        }
    }
}
