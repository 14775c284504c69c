//! Wrapped keys, many to a page, so that wrapping all of them anew writes each page of the file once and no other.
//!
//! A row of `key_page` fills a page of keeper.db. Its body is [`PLACES`] places, one behind the other:
//!
//! | at | bytes | |
//! |---|---|---|
//! | 0 | 16 | the document; zeros where the place is free |
//! | 16 | 8 | the hour of its deadline, big-endian |
//! | 24 | 60 | its wrapped key: nonce, key, tag |
//!
//! All keys of a page hang on the same root. A document's row knows its place.

use rusqlite::{Connection, OptionalExtension, Row};
use sekisho_core::{id::DocumentId, time::Hour};

use super::columns::At;
use crate::custody::{Hold, WRAPPED};

/// Keys in a page. With it a row is as large as a page of the file allows without one that overflows into another.
const PLACES: usize = 48;
const PLACE: usize = 16 + 8 + WRAPPED;

/// A page of wrapped keys.
pub(crate) struct KeyPage {
    /// Its number.
    pub number: i64,
    /// The root that its keys hang on.
    pub root: Hour,
    body: Vec<u8>,
}

/// One key of a page.
pub(crate) struct Kept {
    /// Where in the page.
    pub place: usize,
    /// Whose.
    pub document: DocumentId,
    /// The hour of its deadline.
    pub deadline: Hour,
    /// The key, wrapped.
    pub wrapped: [u8; WRAPPED],
}

impl KeyPage {
    fn blank(number: i64, root: Hour) -> Self {
        Self { number, root, body: vec![0; PLACES * PLACE] }
    }

    /// Its keys.
    pub(crate) fn kept(&self) -> impl Iterator<Item = Kept> {
        self.body.as_chunks::<PLACE>().0.iter().enumerate().filter(|(_, place)| !is_free(place)).map(kept)
    }

    /// Puts a key in a place.
    pub(crate) fn put(&mut self, kept: &Kept) {
        let Some(place) = self.place(kept.place) else { return };
        place[..16].copy_from_slice(kept.document.as_bytes());
        place[16..24].copy_from_slice(&kept.deadline.0.to_be_bytes());
        place[24..].copy_from_slice(&kept.wrapped);
    }

    /// Overwrites a place with zeros.
    pub(crate) fn clear(&mut self, place: usize) {
        if let Some(place) = self.place(place) {
            place.fill(0);
        }
    }

    fn place(&mut self, place: usize) -> Option<&mut [u8; PLACE]> {
        self.body.as_chunks_mut::<PLACE>().0.get_mut(place)
    }

    fn free(&self) -> Option<usize> {
        self.body.as_chunks::<PLACE>().0.iter().position(is_free)
    }

    /// Writes it over what it was; a page without keys goes.
    ///
    /// # Errors
    /// SQLite's own.
    pub(crate) fn store(&self, db: &Connection) -> rusqlite::Result<()> {
        if self.body.iter().all(|byte| *byte == 0) {
            db.prepare_cached("DELETE FROM key_page WHERE number = ?1")?.execute([self.number])?;
        } else {
            db.prepare_cached(
                "INSERT INTO key_page (number, root_hour, body) VALUES (?1, ?2, ?3)
                 ON CONFLICT (number) DO UPDATE SET root_hour = ?2, body = ?3",
            )?
            .execute((self.number, At(self.root), &self.body))?;
        }
        Ok(())
    }

    /// Reads a row of number, root's hour and body; of a body of another length, as much as is there.
    pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let mut body: Vec<u8> = row.get(2)?;
        body.resize(PLACES * PLACE, 0);
        Ok(Self { number: row.get(0)?, root: row.get::<_, At<_>>(1)?.0, body })
    }
}

fn is_free(place: &[u8; PLACE]) -> bool {
    place[..16] == [0; 16]
}

fn kept((place, bytes): (usize, &[u8; PLACE])) -> Kept {
    let (document, rest) = bytes.split_first_chunk::<16>().expect("a place is longer");
    let (deadline, wrapped) = rest.split_first_chunk::<8>().expect("a place is longer");
    Kept {
        place,
        document: DocumentId::from_bytes(*document),
        deadline: Hour(u64::from_be_bytes(*deadline)),
        wrapped: wrapped.try_into().expect("it is what is left of a place"),
    }
}

/// Keeps a document's wrapped key. What comes back is for the document's row.
///
/// # Errors
/// SQLite's own.
pub fn keep(db: &Connection, hold: Hold, wrapped: [u8; WRAPPED]) -> rusqlite::Result<i64> {
    let newest = db
        .prepare_cached("SELECT number, root_hour, body FROM key_page ORDER BY number DESC LIMIT 1")?
        .query_row([], KeyPage::read)
        .optional()?;
    let next = newest.as_ref().map_or(1, |page| page.number + 1);
    let fitting = newest.filter(|page| page.root == hold.root && page.free().is_some());
    let mut page = fitting.unwrap_or_else(|| KeyPage::blank(next, hold.root));
    let place = page.free().unwrap_or(0);
    page.put(&Kept { place, document: hold.document, deadline: hold.deadline, wrapped });
    page.store(db)?;
    Ok(page.number * PLACES as i64 + place as i64)
}

/// Overwrites a document's wrapped key, if it lies in its place.
///
/// # Errors
/// SQLite's own.
pub(crate) fn forget(db: &Connection, place: i64, document: DocumentId) -> rusqlite::Result<()> {
    let (number, place) = (place / PLACES as i64, (place % PLACES as i64) as usize);
    let page = db
        .prepare_cached("SELECT number, root_hour, body FROM key_page WHERE number = ?1")?
        .query_row([number], KeyPage::read)
        .optional()?;
    let Some(mut page) = page else { return Ok(()) };
    if page.kept().any(|kept| kept.place == place && kept.document == document) {
        page.clear(place);
        page.store(db)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db;

    fn hold(number: u8, root: u64) -> Hold {
        let keeper = sekisho_core::id::KeeperId::from_bytes([9; 16]);
        Hold { keeper, document: DocumentId::from_bytes([number; 16]), root: Hour(root), deadline: Hour(80) }
    }

    fn pages(db: &Connection) -> Vec<KeyPage> {
        let mut all = db.prepare("SELECT number, root_hour, body FROM key_page ORDER BY number").unwrap();
        all.query_map([], KeyPage::read).unwrap().map(Result::unwrap).collect()
    }

    fn documents(db: &Connection) -> Vec<u8> {
        pages(db).iter().flat_map(|page| page.kept().collect::<Vec<_>>()).map(|it| it.document.as_bytes()[0]).collect()
    }

    #[test]
    fn a_page_is_filled_before_the_next_and_what_is_forgotten_makes_room() {
        let db = db::open(":memory:".as_ref()).unwrap();
        let places: Vec<_> = (1..=50).map(|n| keep(&db, hold(n, 7), [n; WRAPPED]).unwrap()).collect();
        assert_eq!((places[0], places[47], places[48]), (48, 95, 96));
        assert_eq!(documents(&db), (1..=50).collect::<Vec<_>>());
        forget(&db, places[48], hold(49, 7).document).unwrap();
        assert_eq!(keep(&db, hold(60, 7), [1; WRAPPED]).unwrap(), places[48]);
        // What its place holds by now is another's.
        forget(&db, places[48], hold(49, 7).document).unwrap();
        assert_eq!(documents(&db), (1..=48).chain([60, 50]).collect::<Vec<_>>());
    }

    #[test]
    fn a_page_holds_keys_of_one_root_and_goes_with_the_last_of_them() {
        let db = db::open(":memory:".as_ref()).unwrap();
        let [old, new] = [(1, 7), (2, 8)].map(|(number, root)| keep(&db, hold(number, root), [3; WRAPPED]).unwrap());
        assert_eq!(pages(&db).iter().map(|page| page.root.0).collect::<Vec<_>>(), [7, 8]);
        forget(&db, old, hold(1, 7).document).unwrap();
        assert_eq!(documents(&db), [2]);
        forget(&db, new, hold(2, 8).document).unwrap();
        assert!(pages(&db).is_empty());
    }

    #[test]
    fn a_row_fills_a_page_of_the_file_and_needs_no_second() {
        let db = db::open(":memory:".as_ref()).unwrap();
        for number in 0..480 {
            keep(&db, hold((number % 255) as u8 + 1, 7), [1; WRAPPED]).unwrap();
        }
        let sql = "SELECT count(*), sum(pagetype = 'overflow') FROM dbstat WHERE name = 'key_page'";
        let (all, overflowing): (i64, i64) = db.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        assert_eq!((all, overflowing), (11, 0), "ten leaves and what leads to them");
    }
}
