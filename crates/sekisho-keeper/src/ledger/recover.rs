//! What happens at a start: two records of the same entries, and what we said in public, must agree.

use std::{collections::VecDeque, io};

use sekisho_core::ledger::{Checkpoint, Note, VerifierKey, checkpoint::CheckpointError, tile, tree::Head};

use super::{
    LedgerFiles,
    grown::Grown,
    journal::{self, JournalError, Reader, StoredEntry},
    open_error::{OpenError, StoredError},
};

/// The name of the checkpoint's file.
pub(super) const CHECKPOINT: &str = "checkpoint";

/// A checkpoint that was signed and put in place.
#[derive(Debug, Clone)]
pub(super) struct Published {
    pub(super) checkpoint: Checkpoint,
    /// The signed note, word for word.
    pub(super) note: String,
}

impl Published {
    /// Reads a signed checkpoint, once our signature on it is verified. Further signatures, of witnesses, stay as
    /// they are.
    pub(super) fn read(note: String, key: &VerifierKey) -> Result<Self, CheckpointError> {
        let checkpoint = Checkpoint::open(&note, key)?;
        Ok(Self { checkpoint, note })
    }

    /// Whether others than the ledger itself have signed it.
    pub(super) fn is_cosigned(&self) -> bool {
        Note::parse(&self.note).is_ok_and(|note| note.signatures().len() > 1)
    }
}

/// Reads the checkpoint that is in place; nothing if none is.
fn published(files: &mut dyn LedgerFiles, key: &VerifierKey) -> Result<Option<Published>, OpenError> {
    let Some(bytes) = files.get(CHECKPOINT)? else { return Ok(None) };
    let note = String::from_utf8_lossy(&bytes).into_owned();
    Published::read(note, key).map(Some).map_err(OpenError::Checkpoint)
}

/// Entries of a journal, one by one.
struct Journal<'a> {
    reader: Reader<'a>,
    batch: VecDeque<StoredEntry>,
}

impl Journal<'_> {
    fn next(&mut self) -> Result<Option<StoredEntry>, JournalError> {
        if self.batch.is_empty() {
            self.batch = self.reader.next_batch()?.unwrap_or_default().into();
        }
        Ok(self.batch.pop_front())
    }
}

/// The tree while it grows again, held against what was published and what the keystore knows as it passes their sizes.
struct Regrown {
    grown: Grown,
    published: Option<Head>,
    known: Option<Head>,
}

impl Regrown {
    fn push(&mut self, entry: &StoredEntry) -> Result<(), OpenError> {
        self.grown.push(entry);
        if self.is_passed_otherwise(self.published) {
            return Err(OpenError::Rewritten { published: self.grown.size() });
        }
        if self.is_passed_otherwise(self.known) {
            return Err(OpenError::NotThoseKnown { known: self.grown.size() });
        }
        Ok(())
    }

    fn is_passed_otherwise(&self, mark: Option<Head>) -> bool {
        mark.is_some_and(|mark| mark.size == self.grown.size() && mark != self.grown.head())
    }

    fn finish(self) -> Result<Grown, OpenError> {
        let size = |mark: Option<Head>| mark.map_or(0, |mark| mark.size);
        let (published, known, have) = (size(self.published), size(self.known), self.grown.size());
        match have {
            have if published > have => Err(OpenError::Cut { published, have }),
            have if known > have => Err(OpenError::Older { known, have }),
            _ => Ok(self.grown),
        }
    }
}

/// Entries as the database tells them, in order.
pub(super) type Stored<'a> = &'a mut dyn Iterator<Item = Result<StoredEntry, StoredError>>;

/// What was found: the tree, what the journal lacks, where its sound part ends, and whether something torn follows.
struct Found {
    grown: Grown,
    lacking: Vec<StoredEntry>,
    sound_len: u64,
    torn: bool,
}

fn compare(files: &mut dyn LedgerFiles, stored: Stored<'_>, marks: [Option<Head>; 2]) -> Result<Found, OpenError> {
    let mut journal = Journal { reader: Reader::new(files)?, batch: VecDeque::new() };
    let [published, known] = marks;
    let mut regrown = Regrown { grown: Grown::default(), published, known };
    let mut lacking = Vec::new();
    for (expected, entry) in (0..).zip(stored) {
        let entry = entry.map_err(OpenError::Stored)?;
        if entry.index != expected {
            return Err(OpenError::Gap { expected, found: entry.index });
        }
        regrown.push(&entry)?;
        match journal.next()? {
            Some(written) if written != entry => return Err(OpenError::Differs { index: expected }),
            Some(_) => {}
            None => lacking.push(entry),
        }
    }
    if let Some(beyond) = journal.next()? {
        return Err(OpenError::Restored { index: beyond.index });
    }
    let (sound_len, torn) = (journal.reader.sound_len(), !journal.reader.is_blank_behind()?);
    Ok(Found { grown: regrown.finish()?, lacking, sound_len, torn })
}

/// Cuts what a crash tore and appends what it kept from being appended.
fn mend_journal(files: &mut dyn LedgerFiles, found: &Found) -> io::Result<()> {
    if found.torn {
        tracing::warn!(at = found.sound_len, "the ledger's journal ended in a torn batch; cut");
    }
    if files.journal_len()? > found.sound_len {
        files.truncate_journal(found.sound_len)?;
    }
    if !found.lacking.is_empty() {
        tracing::warn!(entries = found.lacking.len(), "the ledger's journal lacked entries that are committed; added");
    }
    for batch in journal::encode(&found.lacking) {
        files.append_journal(&batch)?;
    }
    Ok(())
}

/// Puts back every published tile that is missing or altered.
fn mend_tiles(files: &mut dyn LedgerFiles, grown: &Grown, published: u64) -> io::Result<()> {
    let mut mended = 0_u64;
    for name in tile::added(0, published) {
        let contents = grown.contents(&name).expect("a tree that has dropped nothing holds all its tiles");
        if files.get(&name.to_string())?.as_ref() != Some(&contents) {
            files.put(&name.to_string(), &contents)?;
            mended += 1;
        }
    }
    if mended > 0 {
        tracing::warn!(tiles = mended, "published tiles were missing or altered; derived again");
    }
    Ok(())
}

/// Compares database and journal alone and mends the journal. Says how many entries there are.
pub(super) fn mend(files: &mut dyn LedgerFiles, stored: Stored<'_>) -> Result<u64, OpenError> {
    let found = compare(files, stored, [None, None])?;
    mend_journal(files, &found)?;
    Ok(found.grown.size())
}

/// Opens a ledger: compares, and mends what a crash explains. `known` is what somebody remembers of it elsewhere.
pub(super) fn recover(
    files: &mut dyn LedgerFiles,
    key: &VerifierKey,
    stored: Stored<'_>,
    known: Option<Head>,
) -> Result<(Grown, Option<Published>), OpenError> {
    let published = published(files, key)?;
    let mut found = compare(files, stored, [published.as_ref().map(|published| published.checkpoint.head), known])?;
    mend_journal(files, &found)?;
    let size = published.as_ref().map_or(0, |published| published.checkpoint.size());
    mend_tiles(files, &found.grown, size)?;
    found.grown.drop_full(size);
    Ok((found.grown, published))
}

#[cfg(test)]
mod tests {
    use super::{
        super::{journal, testing::Bench},
        *,
    };

    /// Opens and says why that failed.
    fn refused(bench: &Bench) -> OpenError {
        match bench.open() {
            Ok(_) => panic!("it was opened"),
            Err(error) => error,
        }
    }

    #[test]
    fn a_ledger_is_found_again_as_it_was_left() {
        let mut bench = Bench::published(700);
        let mut writer = bench.open().unwrap();
        bench.write(&mut writer, 10);
        let before = bench.files.state().journal.clone();
        let mut again = bench.open().unwrap();
        assert_eq!((again.size(), again.published_size()), (710, 700));
        assert_eq!(bench.files.state().journal, before);
        bench.write(&mut again, 1);
        again.publish().unwrap();
        assert_eq!(bench.open().unwrap().published_size(), 711);
    }

    /// M16: a crash at any byte of an append loses nothing that was committed, and opens.
    #[test]
    fn a_crash_at_any_byte_of_an_append_is_mended_from_the_database() {
        let mut bench = Bench::published(3);
        let mut writer = bench.open().unwrap();
        bench.stage(&mut writer, 2);
        let before = bench.files.state().journal.clone();
        let batch = journal::encode(&bench.rows[3..]).concat();
        for torn in 0..=batch.len() {
            bench.files.state().journal = [&before, &batch[..torn]].concat();
            assert_eq!(bench.open().unwrap().size(), 5, "torn at {torn}");
            assert_eq!(bench.files.state().journal, [before.as_slice(), &batch].concat());
            // The same where room had been reserved for it.
            let rest = vec![0; batch.len() - torn + 100];
            bench.files.state().journal = [&before, &batch[..torn], &rest].concat();
            assert_eq!(bench.open().unwrap().size(), 5, "torn at {torn}, in reserved room");
            assert_eq!(bench.files.state().journal, [before.as_slice(), &batch].concat());
        }
    }

    #[test]
    fn a_torn_batch_that_the_database_never_committed_is_cut() {
        let mut bench = Bench::published(3);
        let before = bench.files.state().journal.clone();
        bench.files.state().journal.extend(&before[..100]);
        bench.files.state().journal[before.len() + 60] ^= 1;
        assert_eq!(bench.open().unwrap().size(), 3);
        assert_eq!(bench.files.state().journal, before);
        bench.rows.clear();
    }

    /// M16
    #[test]
    fn a_database_of_an_earlier_time_is_refused() {
        let mut bench = Bench::default();
        let mut writer = bench.open().unwrap();
        bench.write(&mut writer, 5);
        bench.rows.pop();
        assert!(matches!(refused(&bench), OpenError::Restored { index: 4 }));
        bench.rows.clear();
        assert!(matches!(refused(&bench), OpenError::Restored { index: 0 }));
    }

    /// M16
    #[test]
    fn database_and_journal_of_an_earlier_time_are_refused() {
        let mut bench = Bench::published(3);
        let journal = bench.files.state().journal.clone();
        let mut writer = bench.open().unwrap();
        bench.write(&mut writer, 2);
        writer.publish().unwrap();
        bench.rows.truncate(3);
        bench.files.state().journal = journal;
        assert!(matches!(refused(&bench), OpenError::Cut { published: 5, have: 3 }));
    }

    #[test]
    fn an_entry_that_differs_is_refused() {
        let mut bench = Bench::default();
        let mut writer = bench.open().unwrap();
        bench.write(&mut writer, 5);
        bench.rows[2].body[1] ^= 1;
        assert!(matches!(refused(&bench), OpenError::Differs { index: 2 }));
        bench.rows[2].body[1] ^= 1;
        bench.rows[1].salt[0] ^= 1;
        assert!(matches!(refused(&bench), OpenError::Differs { index: 1 }));
    }

    /// M16
    #[test]
    fn an_entry_rewritten_in_both_places_is_refused() {
        let mut bench = Bench::published(5);
        bench.rows[2].body[1] ^= 1;
        bench.files.state().journal = journal::encode(&bench.rows).concat();
        assert!(matches!(refused(&bench), OpenError::Rewritten { published: 5 }));
    }

    #[test]
    fn a_gap_in_the_database_is_refused() {
        let mut bench = Bench::published(5);
        bench.rows.remove(2);
        assert!(matches!(refused(&bench), OpenError::Gap { expected: 2, found: 3 }));
    }

    #[test]
    fn a_checkpoint_that_is_not_ours_is_refused() {
        let bench = Bench::published(5);
        bench.files.state().files.get_mut(CHECKPOINT).unwrap()[0] ^= 1;
        assert!(matches!(refused(&bench), OpenError::Checkpoint(_)));
    }

    #[test]
    fn a_failing_database_is_not_taken_for_a_short_one() {
        let bench = Bench::published(2);
        let mut rows = bench.rows.iter().cloned().map(Ok).take(1).chain([Err("disk".into())]);
        let opened =
            super::super::Writer::open(Box::new(bench.files.clone()), super::super::testing::signer(), &mut rows);
        assert!(matches!(opened, Err(OpenError::Stored(_))));
    }

    #[test]
    fn missing_and_altered_tiles_are_derived_again() {
        let bench = Bench::published(700);
        let before = bench.files.state().files.clone();
        bench.files.state().files.retain(|name, _| name == CHECKPOINT || name.starts_with("tile/0"));
        bench.files.state().files.get_mut("tile/0/001").unwrap()[9] ^= 1;
        bench.open().unwrap();
        assert_eq!(bench.files.state().files, before);
    }

    /// A ledger of 5 entries, of which somebody remembers the head, cut to 3 in every place that the data folder has.
    fn cut_everywhere() -> (Bench, Head) {
        let mut bench = Bench::published(3);
        let before = bench.files.state().journal.clone();
        let mut writer = bench.open().unwrap();
        bench.write(&mut writer, 2);
        writer.publish().unwrap();
        let known = writer.head();
        bench.rows.truncate(3);
        bench.files.state().journal = before;
        bench.files.state().files.remove(CHECKPOINT);
        (bench, known)
    }

    fn refused_knowing(bench: &Bench, known: Head) -> OpenError {
        match bench.open_knowing(Some(known)) {
            Ok(_) => panic!("it was opened"),
            Err(error) => error,
        }
    }

    /// M16: the control is the same folder where nobody remembers anything: it opens.
    #[test]
    fn a_ledger_cut_in_every_file_is_refused_by_who_remembers_its_head() {
        let (bench, known) = cut_everywhere();
        let journal = bench.files.state().journal.clone();
        assert!(matches!(refused_knowing(&bench, known), OpenError::Older { known: 5, have: 3 }));
        assert_eq!(bench.files.state().journal, journal);
        assert_eq!(bench.open().unwrap().size(), 3, "the control");
    }

    /// M16
    #[test]
    fn a_ledger_rewritten_in_every_file_is_refused_by_who_remembers_its_head() {
        let mut bench = Bench::published(5);
        let known = bench.open().unwrap().head();
        bench.rows[2].body[1] ^= 1;
        bench.files.state().journal = journal::encode(&bench.rows).concat();
        bench.files.state().files.clear();
        assert!(matches!(refused_knowing(&bench, known), OpenError::NotThoseKnown { known: 5 }));
        assert_eq!(bench.open().unwrap().size(), 5, "the control");
    }

    #[test]
    fn what_grew_since_it_was_remembered_opens() {
        let mut bench = Bench::published(5);
        let mut writer = bench.open().unwrap();
        let known = writer.head();
        bench.write(&mut writer, 2);
        assert_eq!(bench.open_knowing(Some(known)).unwrap().size(), 7);
    }

    #[test]
    fn a_lost_journal_is_written_again_from_the_database() {
        let bench = Bench::published(5);
        let before = journal::encode(&bench.rows).concat();
        bench.files.state().journal.clear();
        assert_eq!(bench.open().unwrap().size(), 5);
        assert_eq!(bench.files.state().journal, before);
    }
}
