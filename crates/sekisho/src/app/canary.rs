//! The book of canaries from the console: whoever holds the keystore's passphrase reads and changes it, also while the
//! keeper runs. The keeper sees what changed before its next answer.

use std::{collections::BTreeMap, path::Path};

use rusqlite::{Connection, OptionalExtension};
use sekisho_core::{
    canary::Lure,
    entropy::{Entropy, fresh},
    event::{Event, What},
    id::{CanaryId, CheckId, DocumentId, KeeperId, SiteName, StaffId},
    time::Timestamp,
};
use sekisho_keeper::{
    canary::{self, Bait, Book, BookError, BookKey, Laid},
    db::{
        self, DbError,
        columns::{At, Id},
    },
    engine,
    keystore::{FileMedium, Keystore, KeystoreError},
};

use super::places;
use crate::supervisor::Passphrase;

/// The longest description of a place, in characters.
const LONGEST_PLACE: usize = 120;

/// The book and what opens it.
pub struct Console {
    db: Connection,
    key: BookKey,
    keeper: KeeperId,
}

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

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum ConsoleError {
    /// There is no installation.
    #[error("no installation was founded in this folder: name the right one with --data")]
    NotFounded,
    /// The keystore can't be read.
    #[error("the keystore can't be read: {0}")]
    Medium(#[from] std::io::Error),
    /// It doesn't open.
    #[error(transparent)]
    Keystore(#[from] KeystoreError),
    /// keeper.db can't be opened.
    #[error(transparent)]
    Database(#[from] DbError),
    /// The book.
    #[error(transparent)]
    Book(#[from] BookError),
    /// keeper.db failed.
    #[error("keeper.db failed")]
    Sqlite(#[from] rusqlite::Error),
    /// No such canary.
    #[error("there is no canary {0}: see `sekisho canary list`")]
    Unknown(CanaryId),
    /// It was rotated or retired already.
    #[error("{0} was rotated or retired before: see `sekisho canary list`")]
    Past(CanaryId),
    /// A site of that name is there.
    #[error("a site called {0} is registered: give the bait a name of its own")]
    NameTaken(SiteName),
    /// The place is not described, or at too great length.
    #[error("--laid must say in 1 to 120 characters where the bait lies; whoever is called at night reads it")]
    Place,
}

impl Console {
    /// Opens the book below `data` with what the keystore's passphrase gives.
    ///
    /// # Errors
    /// [`ConsoleError`].
    pub fn open(data: &Path, keystore: &Path, passphrase: &Passphrase) -> Result<Self, ConsoleError> {
        let path = places::database(data);
        if !path.is_file() || engine::known(&path)?.is_none() {
            return Err(ConsoleError::NotFounded);
        }
        let keystore = Keystore::open(Box::new(FileMedium::open(keystore)?))?;
        let (identity, keeper) = (keystore.identity(&passphrase.0)?, keystore.keeper());
        let console = Self { db: db::open(&path)?, key: BookKey::of(&identity, keeper), keeper };
        console.read()?;
        Ok(console)
    }

    /// Whose book it is.
    pub fn keeper(&self) -> KeeperId {
        self.keeper
    }

    /// Every canary, oldest first.
    ///
    /// # Errors
    /// [`ConsoleError`].
    pub fn read(&self) -> Result<Book, ConsoleError> {
        Ok(canary::load(&self.db, &self.key)?)
    }

    /// Lays bait; a site's key is entered among the keeper's sites within a quarter of a minute.
    ///
    /// # Errors
    /// [`ConsoleError`].
    pub fn lay(
        &mut self,
        place: &str,
        laid: Laid,
        now: Timestamp,
        entropy: &mut dyn Entropy,
    ) -> Result<Bait, ConsoleError> {
        if !(1..=LONGEST_PLACE).contains(&place.chars().count()) {
            return Err(ConsoleError::Place);
        }
        if let Laid::SiteKey { site, .. } = &laid {
            self.require_free(&site.name)?;
        }
        let id = CanaryId::from_bytes(fresh(entropy));
        let bait = Bait { id, place: place.to_owned(), made: now, laid, rotated: None, retired: None, touched: None };
        canary::edit(&mut self.db, &self.key, entropy, |book| {
            book.baits.push(bait.clone());
            Ok(bait)
        })
    }

    /// Puts fresh bait in an old one's place; a touch of the old one is told all the same. Returns the fresh one.
    ///
    /// # Errors
    /// [`ConsoleError`].
    pub fn rotate(
        &mut self,
        id: CanaryId,
        fresh_one: impl FnOnce(&Bait) -> Laid,
        now: Timestamp,
        entropy: &mut dyn Entropy,
    ) -> Result<Bait, ConsoleError> {
        let new = CanaryId::from_bytes(fresh(entropy));
        canary::edit(&mut self.db, &self.key, entropy, |book| {
            let old = present(book, id)?;
            let laid = fresh_one(old);
            let bait = Bait { id: new, made: now, laid, rotated: None, retired: None, touched: None, ..old.clone() };
            old.rotated = Some(now);
            book.baits.push(bait.clone());
            Ok(bait)
        })
    }

    /// Gives bait up: a touch of it is told no more. A site's key stays refused.
    ///
    /// # Errors
    /// [`ConsoleError`].
    pub fn retire(&mut self, id: CanaryId, now: Timestamp, entropy: &mut dyn Entropy) -> Result<Bait, ConsoleError> {
        canary::edit(&mut self.db, &self.key, entropy, |book| {
            let bait = book.find(id).ok_or(ConsoleError::Unknown(id))?;
            bait.retired.get_or_insert(now);
            let retired = bait.clone();
            // A key's row must stay hidden from the gate; of the rest nothing lies anywhere.
            book.baits.retain(|bait| bait.id != id || bait.lure() == Lure::SiteKey);
            Ok(retired)
        })
    }

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

    /// Tells the keeper that the storage's log showed somebody reading these; it enters that at its next look.
    ///
    /// # Errors
    /// [`ConsoleError`].
    pub fn report(
        &mut self,
        touched: &[CanaryId],
        now: Timestamp,
        entropy: &mut dyn Entropy,
    ) -> Result<(), ConsoleError> {
        if touched.is_empty() {
            return Ok(());
        }
        canary::edit(&mut self.db, &self.key, entropy, |book| {
            for bait in book.baits.iter_mut().filter(|bait| touched.contains(&bait.id)) {
                if let Laid::Document { reported, .. } = &mut bait.laid {
                    *reported = Some(now);
                }
            }
            Ok(())
        })
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

    /// Refuses a name that a site bears already.
    ///
    /// # Errors
    /// [`ConsoleError`].
    pub fn require_free(&self, name: &SiteName) -> Result<(), ConsoleError> {
        let mut known = self.db.prepare("SELECT 1 FROM site WHERE name = ?1")?;
        if known.exists([name.as_str()])? { Err(ConsoleError::NameTaken(name.clone())) } else { Ok(()) }
    }
}

fn present(book: &mut Book, id: CanaryId) -> Result<&mut Bait, ConsoleError> {
    let bait = book.find(id).ok_or(ConsoleError::Unknown(id))?;
    if bait.rotated.is_some() || bait.retired.is_some() { Err(ConsoleError::Past(id)) } else { Ok(bait) }
}
