//! An entry of the ledger as a line that a person reads.

use sekisho_core::event::Event;
use sekisho_keeper::wire::LoggedEvent;

use super::sentence::{Teller, ids, weight};
use crate::{
    desk::{cause::Cause, lang::Lang, state::Desk, when},
    service::desk_sessions::Signed,
};

impl Teller {
    /// With the names of those who are enrolled now.
    pub(in crate::desk) async fn of(desk: &Desk, signed: &Signed, lang: Lang) -> Result<Self, Cause> {
        Ok(Self { lang, staff: desk.staff(signed).await? })
    }
}

/// One line.
pub(in crate::desk) struct Line {
    pub(in crate::desk) index: u64,
    pub(in crate::desk) time: String,
    pub(in crate::desk) sentence: String,
    /// What it is about, whole, so that it can be searched for.
    pub(in crate::desk) ids: Vec<String>,
    /// For the style: `plain`, `look` or `alarm`.
    pub(in crate::desk) weight: &'static str,
}

impl Line {
    /// An event of a later format is shown as one that can't be read, not left out.
    pub(in crate::desk) fn of(logged: &LoggedEvent, teller: &Teller) -> Self {
        let index = logged.index;
        match Event::from_bytes(logged.body.as_bytes()) {
            Ok(event) => Self {
                index,
                time: when::to_the_second(event.at),
                sentence: teller.sentence(&event.what),
                ids: ids(&event.what),
                weight: weight(&event.what),
            },
            Err(_) => Self {
                index,
                time: "–".into(),
                sentence: teller.lang.pick("この版では読めない記録", "An event that this version can't read").into(),
                ids: Vec::new(),
                weight: "look",
            },
        }
    }
}
