//! Files in memory that outlive their writer, fail when told to, and forget what was not synced.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, MutexGuard},
};

use sekisho_core::ledger::tree::Head;

use super::{LedgerFiles, LedgerSigner, OpenError, StoredEntry, Writer};

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) journal: Vec<u8>,
    pub(super) files: BTreeMap<String, Vec<u8>>,
    /// The next append writes only so many bytes and fails.
    pub(super) tear_after: Option<usize>,
    /// The next file to be put fails.
    pub(super) fail_put: Option<&'static str>,
    pub(super) appends: usize,
}

#[derive(Debug, Clone, Default)]
pub(super) struct MemoryFiles(Arc<Mutex<State>>);

impl MemoryFiles {
    pub(super) fn with_journal(bytes: &[u8]) -> Self {
        let files = Self::default();
        files.state().journal = bytes.to_vec();
        files
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    pub(super) fn text(&self, name: &str) -> String {
        String::from_utf8(self.state().files[name].clone()).unwrap()
    }
}

impl LedgerFiles for MemoryFiles {
    fn journal_len(&mut self) -> io::Result<u64> {
        Ok(self.state().journal.len() as u64)
    }

    fn read_journal(&mut self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        let state = self.state();
        let from = offset as usize;
        buf.copy_from_slice(state.journal.get(from..from + buf.len()).ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn append_journal(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        state.appends += 1;
        let torn = state.tear_after.take();
        state.journal.extend(&bytes[..torn.unwrap_or(bytes.len()).min(bytes.len())]);
        if torn.is_some() { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }

    fn truncate_journal(&mut self, len: u64) -> io::Result<()> {
        self.state().journal.truncate(len as usize);
        Ok(())
    }

    fn put(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        if state.fail_put == Some(name) {
            state.fail_put = None;
            return Err(io::ErrorKind::StorageFull.into());
        }
        state.files.insert(name.to_owned(), bytes.to_vec());
        Ok(())
    }

    fn put_durably(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.put(name, bytes)
    }

    fn get(&mut self, name: &str) -> io::Result<Option<Vec<u8>>> {
        Ok(self.state().files.get(name).cloned())
    }

    fn remove_partials(&mut self, name: &str) -> io::Result<()> {
        let partials = format!("{name}.p/");
        self.state().files.retain(|name, _| !name.starts_with(&partials));
        Ok(())
    }
}

pub(super) fn signer() -> LedgerSigner {
    LedgerSigner::from_seed("example.com/log", &[1; 32]).unwrap()
}

/// A ledger and the rows that its database would hold.
#[derive(Default)]
pub(super) struct Bench {
    pub(super) files: MemoryFiles,
    pub(super) rows: Vec<StoredEntry>,
}

impl Bench {
    pub(super) fn open(&self) -> Result<Writer, OpenError> {
        self.open_knowing(None)
    }

    pub(super) fn open_knowing(&self, known: Option<Head>) -> Result<Writer, OpenError> {
        let mut rows = self.rows.iter().cloned().map(Ok);
        Writer::open_knowing(Box::new(self.files.clone()), signer(), &mut rows, known)
    }

    /// Stages `count` events and stores them as rows, as an engine would in its transaction.
    pub(super) fn stage(&mut self, writer: &mut Writer, count: usize) {
        for _ in 0..count {
            let index = writer.next_index();
            let body = format!("{{\"n\":{index}}}").into_bytes();
            self.rows.push(writer.stage(body, [index as u8; 32]).unwrap());
        }
    }

    pub(super) fn write(&mut self, writer: &mut Writer, count: usize) {
        self.stage(writer, count);
        assert_eq!(writer.commit().unwrap().len(), count);
    }

    /// A ledger of `count` entries, all of them published.
    pub(super) fn published(count: usize) -> Self {
        let mut bench = Self::default();
        let mut writer = bench.open().unwrap();
        bench.write(&mut writer, count);
        writer.publish().unwrap();
        bench
    }
}
