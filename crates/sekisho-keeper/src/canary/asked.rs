//! What the console is told beside the book: what explains a reading of a ciphertext, and how reviewers answered.

use std::collections::BTreeMap;

use rusqlite::OptionalExtension;
use sekisho_core::{
    event::{Event, What},
    id::{CanaryId, CheckId, DocumentId, StaffId},
    time::Timestamp,
};

use super::{Book, Console, ConsoleError, Laid};
use crate::db::columns::{At, Id};

/// What is known of one ciphertext.
#[derive(Debug, Clone, Default)]
pub struct Stored {
    /// When the keeper read it for somebody.
    pub viewed: Vec<Timestamp>,
    /// Which canary it is, if it is one.
    pub canary: Option<CanaryId>,
}

/// How one reviewer answered documents whose answer is known.
#[derive(Debug, Clone, Copy, Default)]
pub struct Answers {
    /// Decisions as they ought to be.
    pub right: u32,
    /// All of them.
    pub of: u32,
}

impl Console {
    /// Every document that this installation knows, with what explains a reading of it.
    ///
    /// # Errors
    /// [`ConsoleError`].
    pub fn stored(&self) -> Result<BTreeMap<DocumentId, Stored>, ConsoleError> {
        let book = self.read()?;
        let mut all = self.db.prepare("SELECT id, check_id FROM document")?;
        let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, Id<DocumentId>>(0)?.0, row.get::<_, Id<CheckId>>(1)?.0));
        let mut stored = BTreeMap::new();
        for known in all.query_map([], row)? {
            let (document, check) = known?;
            let canary = book.check(check).map(|bait| bait.id);
            stored.insert(document, Stored { viewed: Vec::new(), canary });
        }
        let mut all = self.db.prepare("SELECT document, at FROM viewing")?;
        let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, Id<DocumentId>>(0)?.0, row.get::<_, At<Timestamp>>(1)?.0));
        for viewing in all.query_map([], row)? {
            let (document, at) = viewing?;
            stored.entry(document).and_modify(|stored: &mut Stored| stored.viewed.push(at));
        }
        Ok(stored)
    }

    /// How each reviewer answered the documents of `book`, by the ledger's entries: so that nothing has to be written
    /// when one is decided, which would tell it apart.
    ///
    /// # Errors
    /// [`ConsoleError`].
    pub fn answers(&self, book: &Book) -> Result<BTreeMap<StaffId, Answers>, ConsoleError> {
        let mut answers = BTreeMap::<StaffId, Answers>::new();
        let mut of_check = self.db.prepare("SELECT body FROM event WHERE check_id = ?1 ORDER BY place")?;
        for bait in &book.baits {
            let Laid::Document { check, answer, .. } = &bait.laid else { continue };
            for body in of_check.query_map([Id(*check)], |row| row.get::<_, Vec<u8>>(0))? {
                if let Ok(Event { what: What::Decided { staff, verdict, .. }, .. }) = Event::from_bytes(&body?) {
                    let counted = answers.entry(staff).or_default();
                    counted.of += 1;
                    counted.right += u32::from(verdict == *answer);
                }
            }
        }
        Ok(answers)
    }

    /// What the desk shows for a person; nothing of somebody who is enrolled no more.
    ///
    /// # Errors
    /// [`ConsoleError`].
    pub fn name(&self, staff: StaffId) -> Result<Option<String>, ConsoleError> {
        let mut known = self.db.prepare("SELECT name FROM staff WHERE id = ?1")?;
        Ok(known.query_row([Id(staff)], |row| row.get(0)).optional()?)
    }
}
