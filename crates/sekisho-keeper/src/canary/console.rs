//! The book of canaries from the console: whoever holds the keystore's passphrase reads and changes it, also while the
//! keeper runs. The keeper sees what changed before its next answer.

use std::path::Path;

use rusqlite::Connection;
use sekisho_core::{
    canary::Lure,
    entropy::{Entropy, fresh},
    id::{CanaryId, KeeperId, SiteName},
    time::Timestamp,
};

use super::{Bait, Book, BookError, BookKey, Laid, edit, load};
use crate::{
    db::{self, DbError},
    engine,
    keystore::{FileMedium, Keystore, KeystoreError},
};

/// The longest description of a place, in characters.
const LONGEST_PLACE: usize = 120;

/// The book and what opens it.
pub struct Console {
    pub(super) db: Connection,
    key: BookKey,
    keeper: KeeperId,
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
    /// Opens the book in the keeper.db at `database` with what the keystore's passphrase gives.
    ///
    /// # Errors
    /// [`ConsoleError`].
    pub fn open(database: &Path, keystore: &Path, passphrase: &[u8]) -> Result<Self, ConsoleError> {
        if !database.is_file() || engine::known(database)?.is_none() {
            return Err(ConsoleError::NotFounded);
        }
        let keystore = Keystore::open(Box::new(FileMedium::open(keystore)?))?;
        let (identity, keeper) = (keystore.identity(passphrase)?, keystore.keeper());
        let console = Self { db: db::open(database)?, key: BookKey::of(&identity, keeper), keeper };
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
        Ok(load(&self.db, &self.key)?)
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
        edit(&mut self.db, &self.key, entropy, |book| {
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
        edit(&mut self.db, &self.key, entropy, |book| {
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
        edit(&mut self.db, &self.key, entropy, |book| {
            let bait = book.find(id).ok_or(ConsoleError::Unknown(id))?;
            bait.retired.get_or_insert(now);
            let retired = bait.clone();
            // A key's row must stay hidden from the gate; of the rest nothing lies anywhere.
            book.baits.retain(|bait| bait.id != id || bait.lure() == Lure::SiteKey);
            Ok(retired)
        })
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
        edit(&mut self.db, &self.key, entropy, |book| {
            for bait in book.baits.iter_mut().filter(|bait| touched.contains(&bait.id)) {
                if let Laid::Document { reported, .. } = &mut bait.laid {
                    *reported = Some(now);
                }
            }
            Ok(())
        })
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
