//! A reader that does as it is told.

use std::sync::{
    Mutex,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use sekisho_inspect::wire::{Boxed, Code, Facts, Intake, UploadReport};
use zeroize::Zeroizing;

use crate::service::ports::{Pending, ReadError, Reader, Reading};

/// Accepts everything until told otherwise.
#[derive(Default)]
pub(crate) struct ScriptedReader {
    turning: Mutex<Option<Code>>,
    dying: AtomicBool,
    reads: AtomicUsize,
    finds: AtomicBool,
    boxes: Mutex<Vec<Vec<Boxed>>>,
}

/// The size that every picture is said to have.
const SIZE: (u32, u32) = (1600, 1010);

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

    /// From now on it finds the birth date by itself, as an inspector that reads print.
    pub(crate) fn find_by_itself(&self) {
        self.finds.store(true, Ordering::SeqCst);
    }

    /// The boxes of each picture that it was asked to read.
    pub(crate) fn boxes(&self) -> Vec<Vec<Boxed>> {
        self.boxes.lock().unwrap().clone()
    }

    fn answer(&self, boxes: Vec<Boxed>) -> Result<Reading, ReadError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        if self.dying.swap(false, Ordering::SeqCst) {
            return Err(ReadError::Died);
        }
        let unproven = boxes.is_empty() && !self.finds.load(Ordering::SeqCst);
        let turning = self.turning.lock().unwrap().or(unproven.then_some(Code::NoBoxes));
        self.boxes.lock().unwrap().push(boxes);
        let facts = Facts { width: SIZE.0, height: SIZE.1, ..Facts::default() };
        let report = UploadReport::of(turning.unwrap_or(Code::Ok), facts);
        let clean = turning.is_none().then(|| Zeroizing::new(self.clean()));
        Ok(Reading { report, clean })
    }
}

impl Reader for ScriptedReader {
    fn read(&self, _: Zeroizing<Vec<u8>>, intake: Intake) -> Pending<'_, Result<Reading, ReadError>> {
        assert!(intake.boxes.len() <= 8, "the harness sends few boxes");
        Box::pin(async { self.answer(intake.boxes) })
    }
}
