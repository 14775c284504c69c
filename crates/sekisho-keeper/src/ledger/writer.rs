//! The one writer of a ledger.

use std::{io, mem};

use sekisho_core::{
    ledger::{
        AddCheckpoint, Checkpoint, Note, TlogProof, VerifierKey, WitnessKey, leaf,
        note::NoteError,
        tile::{self, TileName},
        tiled::TileSource,
        tree::{self, HashSource as _, Head, NotProven, ProveError},
    },
    time::Timestamp,
};

pub use super::journal::StoredEntry;
use super::{
    LedgerFiles, LedgerSigner, OpenError, StoredError,
    grown::{Grown, StoredTiles, TileError},
    journal::{self, MAX_BODY},
    recover::{self, CHECKPOINT, Published},
};

/// An entry that has its place but is not written yet: what the engine stores in its own transaction.
pub type Staged = StoredEntry;

/// That an entry is durable, and where. What must not happen unrecorded asks for one.
///
/// It is made by [`Writer::commit`] and nowhere else, and can't be copied.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "an entry was written for an effect that should follow"]
pub struct Position(u64);

impl Position {
    /// The entry's place in the ledger, from 0.
    pub const fn index(&self) -> u64 {
        self.0
    }
}

/// How far staging had come; see [`Writer::rollback_to`].
#[derive(Debug, Clone, Copy)]
pub struct Mark(u64);

/// Why an entry could not be staged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StageError {
    /// Its body is longer than [`MAX_BODY`].
    #[error("an event's body of {0} bytes is too long for the ledger")]
    TooLong(usize),
    /// An earlier commit failed; the ledger must be opened anew.
    #[error("the ledger takes no entries until it is opened anew")]
    Broken,
}

/// Why entries could not be made durable. Nothing that depends on them may happen.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// The journal can't be written. What of it reached the disk is unknown.
    #[error("the ledger's journal can't be written")]
    Io(#[from] io::Error),
    /// An earlier commit failed; the ledger must be opened anew.
    #[error("the ledger takes no entries until it is opened anew")]
    Broken,
}

/// Why a checkpoint could not be published. Entries are durable all the same.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// A public file can't be written.
    #[error("the ledger's public files can't be written")]
    Io(#[from] io::Error),
    /// A full tile can't be read back.
    #[error(transparent)]
    Tile(TileError),
    /// What would be signed does not continue what was signed before.
    #[error("the new checkpoint would contradict the published one")]
    Contradiction,
}

/// Why an entry could not be proven.
#[derive(Debug, thiserror::Error)]
pub enum ProveEntryError {
    /// It is not under the published checkpoint.
    #[error("entry {0} is not under the published checkpoint")]
    NotPublished(u64),
    /// A full tile can't be read back.
    #[error(transparent)]
    Tile(TileError),
    /// Tiles lie there that do not fit the published checkpoint.
    #[error("the ledger's tiles are damaged")]
    Damaged(#[from] NotProven),
}

/// Appends, publishes and proves. There is one for a ledger.
pub struct Writer {
    files: Box<dyn LedgerFiles>,
    signer: LedgerSigner,
    grown: Grown,
    staged: Vec<StoredEntry>,
    published: Option<Published>,
    /// The newest checkpoint that a witness cosigned, as far as one is known here.
    witnessed: Option<Published>,
    broken: bool,
}

impl Writer {
    /// Opens the ledger in `files`, of which the database holds the entries `stored`, in order from 0.
    ///
    /// The database is committed before the journal, so it may be ahead by what
    /// a crash kept from the journal: that is appended now, a torn batch cut
    /// before. Published tiles that are missing or altered are derived again.
    ///
    /// # Errors
    /// Whatever a crash doesn't explain, see [`OpenError`].
    pub fn open(
        files: Box<dyn LedgerFiles>,
        signer: LedgerSigner,
        stored: &mut dyn Iterator<Item = Result<StoredEntry, StoredError>>,
    ) -> Result<Self, OpenError> {
        Self::open_knowing(files, signer, stored, None)
    }

    /// As [`Self::open`], where somebody remembers in a place of their own how far this ledger had come.
    ///
    /// # Errors
    /// As [`Self::open`], and when the ledger is shorter than `known` or another one; nothing is changed then.
    pub fn open_knowing(
        mut files: Box<dyn LedgerFiles>,
        signer: LedgerSigner,
        stored: &mut dyn Iterator<Item = Result<StoredEntry, StoredError>>,
        known: Option<Head>,
    ) -> Result<Self, OpenError> {
        let (grown, published) = recover::recover(&mut *files, signer.verifier(), stored, known)?;
        let witnessed = published.clone().filter(Published::is_cosigned);
        Ok(Self { files, signer, grown, staged: Vec::new(), published, witnessed, broken: false })
    }

    /// Lets go of the signing key; the files are left for whoever opens them anew.
    pub fn into_files(self) -> Box<dyn LedgerFiles> {
        self.files
    }

    /// Gives `body` the next place, to be written by [`Self::commit`].
    ///
    /// The engine stores what comes back in the transaction that it commits before.
    ///
    /// # Errors
    /// When the body is too long, or an earlier commit failed.
    pub fn stage(&mut self, body: Vec<u8>, salt: leaf::Salt) -> Result<Staged, StageError> {
        if self.broken {
            return Err(StageError::Broken);
        }
        if body.len() > MAX_BODY {
            return Err(StageError::TooLong(body.len()));
        }
        let staged = StoredEntry { index: self.next_index(), salt, body };
        self.staged.push(staged.clone());
        Ok(staged)
    }

    /// Notes how far staging has come.
    pub const fn mark(&self) -> Mark {
        Mark(self.next_index())
    }

    /// Drops what was staged since `mark`: a savepoint of the database was rolled back.
    pub fn rollback_to(&mut self, mark: Mark) {
        let keep = mark.0.saturating_sub(self.grown.size());
        self.staged.truncate(usize::try_from(keep).unwrap_or(usize::MAX));
    }

    /// Drops all that is staged: the transaction was rolled back.
    pub fn abandon(&mut self) {
        self.staged.clear();
    }

    /// Writes what is staged to the journal, all with one flush of the disk.
    ///
    /// To be called once the database has committed the same entries. The
    /// positions come in the order of staging.
    ///
    /// # Errors
    /// When the journal can't be written. The writer then refuses everything
    /// further, since after a failed flush nobody knows what the disk holds;
    /// opening anew finds out.
    pub fn commit(&mut self) -> Result<Vec<Position>, CommitError> {
        if self.broken {
            return Err(CommitError::Broken);
        }
        let staged = mem::take(&mut self.staged);
        for batch in journal::encode(&staged) {
            self.files.append_journal(&batch).inspect_err(|_| self.broken = true)?;
        }
        Ok(staged.iter().map(|entry| self.advance(entry)).collect())
    }

    fn advance(&mut self, entry: &StoredEntry) -> Position {
        self.grown.push(entry);
        Position(entry.index)
    }

    /// Writes tiles and a signed checkpoint of all that is committed; does nothing if nothing is new.
    ///
    /// # Errors
    /// When a file can't be written. It can be called again.
    pub fn publish(&mut self) -> Result<(), PublishError> {
        let (old, new) = (self.published_head(), self.grown.head());
        if old.size == new.size {
            return Ok(());
        }
        for name in tile::added(old.size, new.size) {
            self.put_tile(&name)?;
        }
        self.check_continues(old, new)?;
        let published = self.signed(new);
        self.files.put_durably(CHECKPOINT, published.note.as_bytes())?;
        self.published = Some(published);
        self.grown.drop_full(new.size);
        Ok(())
    }

    fn put_tile(&mut self, name: &TileName) -> io::Result<()> {
        let contents = self.grown.contents(name).expect("what is not published in full is held");
        self.files.put(&name.to_string(), &contents)?;
        if name.is_full() {
            self.files.remove_partials(&name.to_string())?;
        }
        Ok(())
    }

    /// A log must never sign what contradicts what it signed: this is proven, not assumed.
    fn check_continues(&mut self, old: Head, new: Head) -> Result<(), PublishError> {
        let mut stored = StoredTiles(&mut *self.files);
        let mut source = TileSource::new(self.grown.tree(), &mut stored);
        let path = tree::consistency(&mut source, old.size, new.size).map_err(|error| match error {
            ProveError::OutOfRange => PublishError::Contradiction,
            ProveError::Source(error) => PublishError::Tile(error),
        })?;
        tree::verify_consistency(old, new, &path).map_err(|_| PublishError::Contradiction)
    }

    fn signed(&self, head: Head) -> Published {
        let checkpoint = Checkpoint { origin: self.vkey().name().to_owned(), head };
        let mut note = checkpoint.to_note().expect("a verifier key's name can stand in a note");
        self.signer.sign(&mut note);
        Published { checkpoint, note: note.to_string() }
    }

    /// Proves that entry `index` is under the published checkpoint, as `c2sp.org/tlog-proof@v1`.
    ///
    /// # Errors
    /// When it is not published yet, or the tiles don't lead to the checkpoint.
    pub fn prove(&mut self, index: u64) -> Result<String, ProveEntryError> {
        self.prove_under(index, self.published.clone())
    }

    /// As [`Self::prove`], under the newest checkpoint that a witness cosigned.
    ///
    /// # Errors
    /// As [`Self::prove`], where published is what a witness cosigned.
    pub fn prove_witnessed(&mut self, index: u64) -> Result<String, ProveEntryError> {
        self.prove_under(index, self.witnessed.clone())
    }

    fn prove_under(&mut self, index: u64, checkpoint: Option<Published>) -> Result<String, ProveEntryError> {
        let under = checkpoint.filter(|under| index < under.checkpoint.size());
        let Published { checkpoint: Checkpoint { head, .. }, note } =
            under.ok_or(ProveEntryError::NotPublished(index))?;
        let mut stored = StoredTiles(&mut *self.files);
        let mut source = TileSource::new(self.grown.tree(), &mut stored);
        let leaf = source.node(0, index).map_err(ProveEntryError::Tile)?;
        let path = tree::inclusion(&mut source, index, head.size).map_err(|error| match error {
            ProveError::OutOfRange => ProveEntryError::NotPublished(index),
            ProveError::Source(error) => ProveEntryError::Tile(error),
        })?;
        tree::verify_inclusion(leaf, index, head.size, &path, head.root)?;
        Ok(TlogProof { extra: None, index, path, checkpoint: note }.to_string())
    }

    /// What a witness that last cosigned `old` entries is sent so that it cosigns the published checkpoint (C2SP
    /// `tlog-witness`); the proof in it is verified here first.
    ///
    /// # Errors
    /// When fewer than `old` entries are published, or the tiles don't lead from there to the checkpoint.
    pub fn ask_to_cosign(&mut self, old: u64) -> Result<AddCheckpoint, ProveEntryError> {
        let new = self.published_head();
        let checkpoint = self.published_checkpoint().ok_or(ProveEntryError::NotPublished(old))?.to_owned();
        let mut stored = StoredTiles(&mut *self.files);
        let mut source = TileSource::new(self.grown.tree(), &mut stored);
        let proof = tree::consistency(&mut source, old, new.size).map_err(|error| match error {
            ProveError::OutOfRange => ProveEntryError::NotPublished(old),
            ProveError::Source(error) => ProveEntryError::Tile(error),
        })?;
        let root = tree::root(&mut source, old).map_err(ProveEntryError::Tile)?;
        tree::verify_consistency(Head { size: old, root }, new, &proof)?;
        Ok(AddCheckpoint { old, proof, checkpoint })
    }

    /// Takes over the cosignature of `key` out of `lines`, a witness's answer to having been sent `signed`. It stands
    /// beside our own signature from here on: in the checkpoint's file, and in what [`Self::prove_witnessed`] proves.
    ///
    /// Answers with the time that the witness stated.
    ///
    /// # Errors
    /// When `lines` hold no cosignature of `key` over `signed` that verifies.
    pub fn cosign(&mut self, signed: &str, lines: &str, key: &WitnessKey) -> Result<Timestamp, NoteError> {
        let asked = Published::read(signed.to_owned(), self.vkey()).map_err(|_| NoteError::Form)?;
        let is_same = |other: &&Published| other.checkpoint == asked.checkpoint;
        let before = self.published.iter().chain(&self.witnessed).find(is_same).unwrap_or(&asked);
        let mut note = Note::parse(&before.note)?;
        let time = note.adopt_cosignature(lines, key)?;
        self.put_cosigned(Published { note: note.to_string(), ..asked });
        Ok(time)
    }

    fn put_cosigned(&mut self, cosigned: Published) {
        if self.published_head() == cosigned.checkpoint.head {
            // What is not written now is written by the next one; it can be asked for again.
            if let Err(cause) = self.files.put_durably(CHECKPOINT, cosigned.note.as_bytes()) {
                tracing::error!(%cause, "a cosignature was not written beside the checkpoint");
            }
            self.published = Some(cosigned.clone());
        }
        if self.witnessed_size() <= cosigned.checkpoint.size() {
            self.witnessed = Some(cosigned);
        }
    }

    /// Entries under the newest checkpoint that a witness cosigned, as far as one is known here.
    pub fn witnessed_size(&self) -> u64 {
        self.witnessed.as_ref().map_or(0, |witnessed| witnessed.checkpoint.size())
    }

    /// The head of the published checkpoint; that of a tree without leaves before the first one.
    pub fn published_head(&self) -> Head {
        let nothing = Head { size: 0, root: sekisho_core::ledger::Hash::of_nothing() };
        self.published.as_ref().map_or(nothing, |published| published.checkpoint.head)
    }

    /// Entries under the published checkpoint.
    pub fn published_size(&self) -> u64 {
        self.published_head().size
    }

    /// The published checkpoint, a signed note; nothing before the first one.
    pub fn published_checkpoint(&self) -> Option<&str> {
        self.published.as_ref().map(|published| published.note.as_str())
    }

    /// The place that the next staged entry gets: durable entries and staged ones.
    pub const fn next_index(&self) -> u64 {
        self.grown.size() + self.staged.len() as u64
    }

    /// The head over all entries that are durable.
    pub fn head(&self) -> Head {
        self.grown.head()
    }

    /// Entries that are durable.
    pub const fn size(&self) -> u64 {
        self.grown.size()
    }

    /// The key that verifies this ledger's checkpoints.
    pub const fn vkey(&self) -> &VerifierKey {
        self.signer.verifier()
    }
}

#[cfg(test)]
mod tests;
