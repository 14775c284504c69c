//! Where pictures are read.

use std::io;

use sekisho_core::calendar::Day;
use sekisho_inspect::{
    child,
    ocr::{Models, Reader},
    upload,
    wire::{Boxed, Examination, ExamineRequest, Limits},
};
use sekisho_sys::spawn::Program;
use zeroize::Zeroizing;

use crate::{
    forked_reader, networks,
    service::ports::Reading,
    supervisor::lone::{LoneError, LoneInspector},
};

/// Where pictures are read.
pub(super) enum Place {
    /// In a confined process of its own each.
    Apart(LoneInspector),
    /// In this process, because this kernel allows no better.
    Here(Option<Reader>),
}

impl Place {
    /// The best that this machine allows, with a reader of print if there is one.
    ///
    /// # Errors
    /// When a folder of networks is named that holds other files.
    pub(super) fn best() -> Result<Place, String> {
        let files = networks::open().map_err(|why| why.to_string())?;
        if files.is_none() {
            say(networks::absence());
        }
        let started = Program::current().map_err(LoneError::Start);
        match started.and_then(|program| LoneInspector::start(&program, files.as_ref())) {
            Ok(inspector) => Ok(Place::Apart(inspector)),
            Err(why) => {
                say(&format!("pictures are read without confinement, give it none of a stranger's: {why}"));
                let models = files.map(Models::read).transpose().map_err(|why| why.to_string())?;
                Ok(Place::Here(models.map(Reader::load).transpose().map_err(|why| why.to_string())?))
            }
        }
    }

    pub(super) fn confined(&self) -> bool {
        matches!(self, Place::Apart(_))
    }

    /// Reads one picture.
    ///
    /// # Errors
    /// When whoever read it ended without an answer.
    pub(super) fn read(&self, bytes: &[u8], boxes: &[Boxed], today: Day) -> io::Result<(Reading, Examination)> {
        let request = ExamineRequest { boxes: boxes.to_vec(), today };
        match self {
            Place::Apart(inspector) => forked_reader::examine(inspector.forks().open()?, bytes, request),
            Place::Here(reader) => {
                let (inspection, found) = upload::examine(bytes, &request, &Limits::UPLOAD, reader.as_ref());
                let reading = Reading { report: inspection.report, clean: inspection.clean.map(Zeroizing::new) };
                Ok((reading, child::examination(found)))
            }
        }
    }
}

#[allow(clippy::print_stderr)] // The command line's own way to speak.
fn say(what: &str) {
    eprintln!("sekisho: {what}");
}
