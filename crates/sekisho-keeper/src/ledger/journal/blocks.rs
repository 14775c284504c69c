//! A journal in blocks of whole batches, for whoever reads it with several threads.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};

use super::{
    HASHED_HEADER, HEADER, Header, JournalError, Reader, StoredEntry, alone::JournalAlone, hash, read::decode,
};

/// About how many bytes a block has.
const BLOCK: u64 = 16 << 20;

/// The batches of a journal as they follow each other, not yet held against their hashes. Where their numbers don't
/// make sense any more they end, and [`Blocks::rest`] says whether a crash did that.
#[derive(Debug)]
pub struct Blocks {
    file: File,
    /// The beginning of a batch whose end is not read yet.
    rest: Vec<u8>,
    /// Where in the file the batches end that were given out, and the entry that follows them.
    offset: u64,
    next: u64,
    over: bool,
}

impl Blocks {
    /// The journal at `path`. Whoever writes it may go on.
    ///
    /// # Errors
    /// When it can't be opened.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { file: File::open(path)?, rest: Vec::new(), offset: 0, next: 0, over: false })
    }

    /// The same from byte `offset` on, where the batch begins whose first entry is `next`.
    ///
    /// # Errors
    /// When it can't be opened.
    pub fn behind(path: &Path, offset: u64, next: u64) -> io::Result<Self> {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(offset))?;
        Ok(Self { file, rest: Vec::new(), offset, next, over: false })
    }

    /// Puts the next batches into `block`, which may hold earlier ones. False: no more of them make sense.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn next(&mut self, block: &mut Vec<u8>) -> io::Result<bool> {
        block.clear();
        block.append(&mut self.rest);
        while !self.over {
            let read = (&self.file).take(BLOCK).read_to_end(block)?;
            let whole = self.whole(block);
            // A batch that isn't there in full by now is not for us.
            self.over |= read == 0;
            self.offset += whole as u64;
            if whole > 0 {
                self.rest.extend_from_slice(&block[whole..]);
                block.truncate(whole);
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The body of the entry at `place`, if the blocks hold it and it is sound: others are passed over unread.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn find(mut self, place: u64) -> io::Result<Option<Vec<u8>>> {
        let (mut block, mut found) = (Vec::new(), None);
        while self.next <= place && self.next(&mut block)? {}
        bodies(&block, |at, body| {
            if at == place {
                found = Some(body.to_vec());
            }
        });
        Ok(found)
    }

    /// Shows `read` the entries from place `from` on, one batch in memory at a time: those that no block gave, or all
    /// from the first one on that was not what its hash says. A last batch that is not whole is passed over.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn rest(self, from: u64, mut read: impl FnMut(StoredEntry)) -> Result<(), JournalError> {
        let mut file = JournalAlone(self.file);
        let mut reader = Reader::new(&mut file)?;
        if from == self.next {
            reader = reader.behind(self.offset, self.next);
        }
        while let Some(batch) = reader.next_batch()? {
            batch.into_iter().filter(|entry| entry.index >= from).for_each(&mut read);
        }
        Ok(())
    }

    /// How many bytes of it are whole batches, one after the other.
    fn whole(&mut self, block: &[u8]) -> usize {
        let mut at = 0;
        while let Some(header) = block[at..].first_chunk::<HEADER>() {
            let Some(numbers) = Header::decode(header).filter(|numbers| numbers.first == self.next) else {
                self.over = true;
                break;
            };
            if block.len() - at - HEADER < numbers.payload {
                break;
            }
            self.next += u64::from(numbers.count);
            at += HEADER + numbers.payload;
        }
        at
    }
}

/// Shows `see` the place and the body of every entry of a block. False: a batch of it is not what its hash says, and
/// nothing of it nor of those behind it was shown.
pub fn bodies(mut block: &[u8], mut see: impl FnMut(u64, &[u8])) -> bool {
    while let Some((header, rest)) = block.split_first_chunk::<HEADER>() {
        let Some((numbers, (payload, rest))) = Header::decode(header)
            .and_then(|numbers| rest.split_at_checked(numbers.payload).map(|split| (numbers, split)))
        else {
            return false;
        };
        let sound = hash(&header[..HASHED_HEADER], payload) == header[HASHED_HEADER..];
        if !sound || decode(&numbers, payload, |_, _, _| ()).is_none() {
            return false;
        }
        let _ = decode(&numbers, payload, |place, _, body| see(place, body));
        block = rest;
    }
    block.is_empty()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{
        super::tests::{entries, journal},
        *,
    };

    /// What the blocks show, and then what the rest shows.
    fn read(bytes: &[u8]) -> (Vec<(u64, Vec<u8>)>, bool) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        fs::write(&path, bytes).unwrap();
        let (mut blocks, mut block, mut all) = (Blocks::open(&path).unwrap(), Vec::new(), Vec::new());
        while blocks.next(&mut block).unwrap() && bodies(&block, |place, body| all.push((place, body.to_vec()))) {}
        let next = all.last().map_or(0, |(place, _)| place + 1);
        let whole = blocks.rest(next, |entry| all.push((entry.index, entry.body))).is_ok();
        (all, whole)
    }

    fn expected(to: u64) -> Vec<(u64, Vec<u8>)> {
        entries(0, to).into_iter().map(|entry| (entry.index, entry.body)).collect()
    }

    #[test]
    fn blocks_show_what_was_appended() {
        let all = entries(0, 9);
        let bytes = journal(&[&all[..1], &all[1..4], &all[4..]]);
        assert_eq!(read(&bytes), (expected(9), true));
        assert_eq!(read(&[&bytes[..], &[0; 5000]].concat()), (expected(9), true), "and what is reserved behind");
        assert_eq!(read(&[]), (vec![], true));
    }

    /// Whoever knows where a batch begins reads from there what follows, and nothing where none begins.
    #[test]
    fn what_is_read_from_a_batch_on_is_the_rest() {
        let all = entries(0, 9);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        fs::write(&path, journal(&[&all[..4], &all[4..]])).unwrap();
        let offset = journal(&[&all[..4]]).len() as u64;
        let (mut blocks, mut block, mut places) = (Blocks::behind(&path, offset, 4).unwrap(), Vec::new(), Vec::new());
        while blocks.next(&mut block).unwrap() && bodies(&block, |place, _| places.push(place)) {}
        assert_eq!(places, (4..9).collect::<Vec<_>>());
        blocks.rest(9, |_| panic!("there is no more")).unwrap();
        for (offset, next) in [(offset, 3), (offset + 1, 4)] {
            assert!(!Blocks::behind(&path, offset, next).unwrap().next(&mut block).unwrap(), "{offset} {next}");
        }
        assert_eq!(Blocks::behind(&path, offset, 4).unwrap().find(7).unwrap(), Some(all[7].body.clone()));
    }

    #[test]
    fn an_entry_is_found_by_its_place() {
        let all = entries(0, 9);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        fs::write(&path, journal(&[&all[..1], &all[1..4], &all[4..]])).unwrap();
        for place in 0..9 {
            assert_eq!(Blocks::open(&path).unwrap().find(place).unwrap(), Some(all[place as usize].body.clone()));
        }
        assert_eq!(Blocks::open(&path).unwrap().find(9).unwrap(), None);
    }

    /// Whatever happens to it, blocks and the rest show what the reader alone shows, and fail where it fails.
    #[test]
    fn a_torn_or_altered_journal_is_judged_as_the_reader_judges_it() {
        let all = entries(0, 6);
        let whole = journal(&[&all[..3], &all[3..]]);
        let first = journal(&[&all[..3]]).len();
        for end in first..whole.len() {
            assert_eq!(read(&whole[..end]), (expected(3), true), "cut at {end}");
        }
        for at in 0..whole.len() {
            let mut altered = whole.clone();
            altered[at] ^= 1;
            let known = if at < first { (vec![], false) } else { (expected(3), true) };
            assert_eq!(read(&altered), known, "flipped at {at}");
        }
        assert_eq!(read(&journal(&[&all[..2], &all[4..]])), (expected(2), false), "one is missing");
    }
}
