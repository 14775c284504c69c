//! A reader that does as it is told.

use std::sync::{
    Mutex,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use sekisho_inspect::wire::{Boxed, Code, Facts, UploadReport};
use zeroize::Zeroizing;

use crate::service::ports::{Pending, ReadError, Reader, Reading};

/// Accepts everything until told otherwise.
#[derive(Default)]
pub(crate) struct ScriptedReader {
    turning: Mutex<Option<Code>>,
    dying: AtomicBool,
    reads: AtomicUsize,
}

impl ScriptedReader {
    /// What it draws.
    pub(crate) fn clean(&self) -> Vec<u8> {
        b"\x89PNG drawn anew, boxes only".to_vec()
    }

    pub(crate) fn turn_away(&self, code: Code) {
        *self.turning.lock().unwrap() = Some(code);
    }

    pub(crate) fn accept(&self) {
        *self.turning.lock().unwrap() = None;
    }

    pub(crate) fn die_once(&self) {
        self.dying.store(true, Ordering::SeqCst);
    }

    pub(crate) fn reads(&self) -> usize {
        self.reads.load(Ordering::SeqCst)
    }

    fn answer(&self) -> Result<Reading, ReadError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        if self.dying.swap(false, Ordering::SeqCst) {
            return Err(ReadError::Died);
        }
        let turning = *self.turning.lock().unwrap();
        let report = UploadReport::of(turning.unwrap_or(Code::Ok), Facts::default());
        let clean = turning.is_none().then(|| Zeroizing::new(self.clean()));
        Ok(Reading { report, clean })
    }
}

impl Reader for ScriptedReader {
    fn read(&self, _: Zeroizing<Vec<u8>>, boxes: Vec<Boxed>) -> Pending<'_, Result<Reading, ReadError>> {
        assert!(boxes.len() <= 8, "the harness sends few boxes");
        Box::pin(async { self.answer() })
    }
}
