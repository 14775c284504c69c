//! Where the ledger's bytes lie: as a trait, so that a simulation can crash in between.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write as _},
    os::unix::fs::{FileExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

/// How many bytes of zeros the journal's file is lengthened by: some thousand entries.
pub(super) const RESERVE: u64 = 1 << 20;

/// The files of one ledger: a journal, and the public files by name.
///
/// A name is relative, as C2SP `tlog-tiles` spells it (`checkpoint`, `tile/0/000`).
pub trait LedgerFiles: Send {
    /// The length of the journal in bytes; zero if there is none yet. When it was just opened, zeros that were reserved
    /// for appends and not used may count too, until [`Self::truncate_journal`] says where it ends.
    ///
    /// # Errors
    /// When the medium fails.
    fn journal_len(&mut self) -> io::Result<u64>;

    /// Fills `buf` from the journal, beginning at byte `offset`.
    ///
    /// # Errors
    /// When the medium fails, or the journal ends before `buf` is full.
    fn read_journal(&mut self, offset: u64, buf: &mut [u8]) -> io::Result<()>;

    /// Appends to the journal. When this returns, the bytes survive a loss of power.
    ///
    /// # Errors
    /// When the medium fails; how much was written is unknown then.
    fn append_journal(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Cuts the journal to `len` bytes, durably.
    ///
    /// # Errors
    /// When the medium fails.
    fn truncate_journal(&mut self, len: u64) -> io::Result<()>;

    /// Puts a public file in place, whole or not at all for whoever reads it meanwhile.
    ///
    /// It need not survive a loss of power: it can be derived again.
    ///
    /// # Errors
    /// When the medium fails.
    fn put(&mut self, name: &str, bytes: &[u8]) -> io::Result<()>;

    /// Like [`Self::put`], and when this returns the file survives a loss of power.
    ///
    /// # Errors
    /// When the medium fails; either the old or the new file is in place then.
    fn put_durably(&mut self, name: &str, bytes: &[u8]) -> io::Result<()>;

    /// Reads a public file; nothing if there is none.
    ///
    /// # Errors
    /// When the medium fails.
    fn get(&mut self, name: &str) -> io::Result<Option<Vec<u8>>>;

    /// Removes the partial tiles that stand beside the full tile `name`, if there are any.
    ///
    /// # Errors
    /// When the medium fails.
    fn remove_partials(&mut self, name: &str) -> io::Result<()>;
}

/// A ledger in a directory, its journal there or elsewhere.
///
/// The journal's file is longer than the journal: it is lengthened by zeros ahead of what is appended, so that most
/// appends change the bytes of a file and not its length, which is half the work for the disk.
#[derive(Debug)]
pub struct DirFiles {
    public: PathBuf,
    journal: File,
    /// Where the next append begins.
    end: u64,
    /// Where the file ends.
    reserved: u64,
}

impl DirFiles {
    /// Opens the public files under `public` and the journal at `journal`; makes what is missing.
    ///
    /// The journal is locked as long as this lives: two writers would fork the ledger.
    ///
    /// # Errors
    /// When either can't be made or opened, or another process has the journal
    /// ([`io::ErrorKind::WouldBlock`]).
    pub fn open(public: &Path, journal: &Path) -> io::Result<Self> {
        fs::create_dir_all(public)?;
        let parent = parent(journal);
        fs::create_dir_all(parent)?;
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(journal)?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => io::ErrorKind::WouldBlock.into(),
            TryLockError::Error(error) => error,
        })?;
        // Without this a new journal's name could be lost although its bytes were synced.
        sync_dir(parent)?;
        let end = file.metadata()?.len();
        Ok(Self { public: public.to_owned(), journal: file, end, reserved: end })
    }

    /// Lengthens the journal's file until `end` and some more fits. Zeros are written, not only promised by the file
    /// system: a block that was never written is noted in its metadata when it is, as a longer file is.
    fn reserve(&mut self, end: u64) -> io::Result<()> {
        let more = end - self.reserved + RESERVE;
        self.journal.write_all_at(&vec![0; more as usize], self.reserved)?;
        self.reserved += more;
        Ok(())
    }

    fn write_beside(&self, name: &str, bytes: &[u8], durably: bool) -> io::Result<PathBuf> {
        let target = self.public.join(name);
        fs::create_dir_all(parent(&target))?;
        let mut beside = OsString::from(&target);
        beside.push(".new");
        let mut file = File::create(&beside)?;
        file.write_all(bytes)?;
        if durably {
            file.sync_all()?;
        }
        fs::rename(&beside, &target)?;
        Ok(target)
    }
}

fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// A journal that was closed in order ends where its last batch does.
impl Drop for DirFiles {
    fn drop(&mut self) {
        let _ = self.journal.set_len(self.end);
    }
}

impl LedgerFiles for DirFiles {
    fn journal_len(&mut self) -> io::Result<u64> {
        Ok(self.end)
    }

    fn read_journal(&mut self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        if offset + buf.len() as u64 > self.end {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.journal.read_exact_at(buf, offset)
    }

    fn append_journal(&mut self, bytes: &[u8]) -> io::Result<()> {
        let end = self.end + bytes.len() as u64;
        if end > self.reserved {
            self.reserve(end)?;
        }
        self.journal.write_all_at(bytes, self.end)?;
        self.journal.sync_data()?;
        self.end = end;
        Ok(())
    }

    fn truncate_journal(&mut self, len: u64) -> io::Result<()> {
        self.journal.set_len(len)?;
        (self.end, self.reserved) = (len, len);
        self.journal.sync_all()
    }

    fn put(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.write_beside(name, bytes, false).map(drop)
    }

    fn put_durably(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let target = self.write_beside(name, bytes, true)?;
        sync_dir(parent(&target))
    }

    fn get(&mut self, name: &str) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.public.join(name)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn remove_partials(&mut self, name: &str) -> io::Result<()> {
        match fs::remove_dir_all(self.public.join(format!("{name}.p"))) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(dir: &Path) -> io::Result<DirFiles> {
        DirFiles::open(&dir.join("public"), &dir.join("elsewhere/journal"))
    }

    #[test]
    fn the_journal_grows_is_read_and_is_cut() {
        let dir = tempfile::tempdir().unwrap();
        let mut files = open(dir.path()).unwrap();
        assert_eq!(files.journal_len().unwrap(), 0);
        files.append_journal(b"one").unwrap();
        files.append_journal(b"two").unwrap();
        let mut read = [0; 4];
        files.read_journal(2, &mut read).unwrap();
        assert_eq!(&read, b"etwo"[..].as_ref());
        assert_eq!(files.read_journal(3, &mut read).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        files.truncate_journal(4).unwrap();
        files.append_journal(b"!").unwrap();
        drop(files);
        let mut again = open(dir.path()).unwrap();
        assert_eq!(again.journal_len().unwrap(), 5);
        let mut read = [0; 5];
        again.read_journal(0, &mut read).unwrap();
        assert_eq!(&read, b"onet!");
    }

    #[test]
    fn what_is_reserved_is_zeros_and_goes_when_the_journal_is_closed_in_order() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("elsewhere/journal");
        let mut files = open(dir.path()).unwrap();
        files.append_journal(b"one").unwrap();
        files.append_journal(&vec![b'x'; RESERVE as usize + 5]).unwrap();
        let (bytes, end) = (fs::read(&path).unwrap(), RESERVE as usize + 8);
        assert_eq!(files.journal_len().unwrap(), end as u64);
        assert!(bytes.len() > end && bytes[end..].iter().all(|byte| *byte == 0));
        drop(files);
        assert_eq!(fs::read(&path).unwrap(), bytes[..end]);
    }

    #[test]
    fn a_second_writer_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let _first = open(dir.path()).unwrap();
        assert_eq!(open(dir.path()).unwrap_err().kind(), io::ErrorKind::WouldBlock);
    }

    #[test]
    fn a_file_is_replaced_whole_and_leaves_nothing_beside_it() {
        let dir = tempfile::tempdir().unwrap();
        let mut files = open(dir.path()).unwrap();
        assert_eq!(files.get("tile/0/000.p/1").unwrap(), None);
        files.put("tile/0/000.p/1", b"old").unwrap();
        files.put_durably("tile/0/000.p/1", b"new").unwrap();
        assert_eq!(files.get("tile/0/000.p/1").unwrap().unwrap(), b"new");
        assert_eq!(fs::read_dir(dir.path().join("public/tile/0/000.p")).unwrap().count(), 1);
    }

    #[test]
    fn partial_tiles_go_and_the_full_one_stays() {
        let dir = tempfile::tempdir().unwrap();
        let mut files = open(dir.path()).unwrap();
        files.put("tile/0/000.p/1", b"part").unwrap();
        files.put("tile/0/000", b"full").unwrap();
        files.remove_partials("tile/0/000").unwrap();
        files.remove_partials("tile/0/000").unwrap();
        assert_eq!(files.get("tile/0/000.p/1").unwrap(), None);
        assert_eq!(files.get("tile/0/000").unwrap().unwrap(), b"full");
    }
}
