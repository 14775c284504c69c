//! Where the book lies: one row of keeper.db. The keeper reads and seals it; so does the command line, for whoever
//! holds the keystore's passphrase, also while the keeper runs.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use sekisho_core::entropy::Entropy;

use super::{Book, BookError, BookKey};

/// The nonce of the book as it lies there: another one after each sealing. Nothing if there is no book yet.
///
/// # Errors
/// SQLite's own.
pub fn nonce(db: &Connection) -> rusqlite::Result<Option<Vec<u8>>> {
    db.prepare_cached("SELECT substr(sealed, 1, 12) FROM canary_book")?.query_row([], |row| row.get(0)).optional()
}

/// The book; an empty one if there is none yet.
///
/// # Errors
/// [`BookError`].
pub fn load(db: &Connection, key: &BookKey) -> Result<Book, BookError> {
    let sealed: Option<Vec<u8>> =
        db.prepare_cached("SELECT sealed FROM canary_book")?.query_row([], |row| row.get(0)).optional()?;
    sealed.map_or_else(|| Ok(Book::default()), |sealed| key.open(&sealed))
}

/// Seals the book and puts it there. Returns its bytes as they lie there.
///
/// # Errors
/// [`BookError`].
pub fn store(db: &Connection, key: &BookKey, book: &Book, entropy: &mut dyn Entropy) -> Result<Vec<u8>, BookError> {
    let sealed = key.seal(book, entropy)?;
    db.prepare_cached(
        "INSERT INTO canary_book (only, sealed) VALUES (1, ?1) ON CONFLICT (only) DO UPDATE SET sealed = ?1",
    )?
    .execute([&sealed])?;
    Ok(sealed)
}

/// Changes the book, in one transaction that no other change gets between.
///
/// # Errors
/// [`BookError`], or what `work` says; then nothing was changed.
pub fn edit<T, E: From<BookError>>(
    db: &mut Connection,
    key: &BookKey,
    entropy: &mut dyn Entropy,
    work: impl FnOnce(&mut Book) -> Result<T, E>,
) -> Result<T, E> {
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(BookError::from)?;
    let mut book = load(&transaction, key)?;
    let done = work(&mut book)?;
    store(&transaction, key, &book, entropy)?;
    transaction.commit().map_err(BookError::from)?;
    Ok(done)
}
