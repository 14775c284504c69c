//! Searching what was put together, and noting what is found.

use std::io;

use super::{
    find::Table,
    http::Head,
    listing::{Line, Listing},
    plan::Plan,
    question::Windows,
    ranges::{Parts, Said},
    sighting::{Place, Sighting},
    sightings::Sightings,
    target,
    text::{Block, Text},
    windows::Logged,
};
use crate::object::Verdict;

/// What is the same for all connections.
pub(super) struct Context<'r> {
    pub(super) plan: &'r Plan,
    pub(super) windows: &'r Windows,
    pub(super) logged: Option<&'r Logged>,
    pub(super) sightings: &'r Sightings<'r>,
    pub(super) parts: &'r Parts,
    /// Where each response is listed, if that is asked for.
    pub(super) listing: Option<&'r Listing<'r>>,
}

/// A text that was searched.
#[derive(Debug, Clone, Copy)]
pub(super) struct Searched {
    pub(super) place: Place,
    /// Whether the request's path holds any of what was found.
    pub(super) is_in_path: bool,
}

/// What is known of a text before it is searched.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Known<'k> {
    /// The request's target, if there is one.
    pub(super) target: &'k [u8],
    /// The stores it was read from, a bit for each.
    pub(super) stores: u32,
}

impl Context<'_> {
    /// Searches texts of which nothing else is known; nothing in them is confirmed.
    pub(super) fn search_raw(&self, texts: &[&[u8]]) -> io::Result<Searched> {
        self.search(&Head::default(), Known::default(), |see| texts.iter().for_each(|bytes| see(bytes, true)))
    }

    /// Searches a request's target.
    pub(super) fn search_target(&self, head: &Head, known: Known<'_>) -> io::Result<Searched> {
        let form = (String::from("content-type"), b"application/x-www-form-urlencoded".to_vec());
        let form = Head { fields: vec![form], ..Head::default() };
        self.search(&form, known, |see| see(&head.target, true))
    }

    /// Searches what `read` hands over, of a content that a head describes.
    pub(super) fn search(
        &self,
        head: &Head,
        known: Known<'_>,
        read: impl FnOnce(&mut dyn FnMut(&[u8], bool)),
    ) -> io::Result<Searched> {
        let mut notes = Notes::new(self, known);
        let is_part = Said::by(head).map_or((false, false), |said| (!said.begins, !said.ends));
        let mut text = Text::of(head).part(is_part);
        read(&mut |bytes, is_new| text.push(bytes, is_new, &mut |block| notes.see(block)));
        text.finish(&mut |block| notes.see(block));
        notes.done()
    }

    /// Searches where parts of one object meet. What stands at the outer ends of such a seam is in the parts.
    pub(super) fn search_seams(&self) -> io::Result<()> {
        self.parts.each_seam(|seam| {
            let text = Text::all(&seam.head, &seam.bytes);
            let mut notes = Notes::new(self, Known { stores: seam.stores, ..Known::default() });
            notes.see(Block { is_cut_before: true, is_cut_behind: true, ..Block::whole(&text) });
            let place = notes.done()?.place;
            if seam.is_sure {
                self.sightings.confirm(place);
            }
            let set = if seam.is_sure { Verdict::Sent } else { Verdict::Possibly };
            self.listing.map_or(Ok(()), |listing| listing.add_text(place, set, false, seam.line))
        })
    }

    /// Lists what was searched, or could not be; what `is_kept` is listed even if nothing was found in it.
    pub(super) fn list(&self, place: Place, set: Verdict, is_kept: bool, line: &Line<'_>) -> io::Result<()> {
        self.listing.map_or(Ok(()), |listing| listing.add_text(place, set, is_kept, &listing.text(line)))
    }

    /// Lists what was not captured or can't be read.
    pub(super) fn list_unread(&self, line: &Line<'_>) -> io::Result<()> {
        if self.listing.is_none() {
            return Ok(());
        }
        self.list(self.sightings.place(), Verdict::CannotTell, true, line)
    }
}

/// Notes what is found in one text.
struct Notes<'n> {
    context: &'n Context<'n>,
    place: Place,
    stores: u32,
    /// The request's path, if it will be listed.
    path: String,
    is_in_path: bool,
    table: Table,
    failed: io::Result<()>,
}

impl<'n> Notes<'n> {
    fn new(context: &'n Context<'n>, known: Known<'_>) -> Self {
        let (place, stores) = (context.sightings.place(), known.stores);
        let path = context.listing.map_or(String::new(), |_| target::path(known.target));
        Self { context, place, stores, path, is_in_path: false, table: Table::default(), failed: Ok(()) }
    }

    fn see(&mut self, block: Block<'_>) {
        let Self { context, place, stores, path, is_in_path, table, failed } = self;
        context.plan.kinds.each(block, table, &mut |kind, value, is_rich, is_all| {
            *is_in_path |= path.contains(value);
            let sighting = Sighting { kind, place: *place, is_all, is_rich, stores: *stores };
            if let Err(why) = context.sightings.add(sighting, value) {
                *failed = Err(why);
            }
        });
    }

    fn done(self) -> io::Result<Searched> {
        self.failed.map(|()| Searched { place: self.place, is_in_path: self.is_in_path })
    }
}
