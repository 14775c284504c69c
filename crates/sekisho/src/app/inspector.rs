//! The inspectors' work: one document in one process, then nothing.

use std::os::unix::net::UnixStream;

use sekisho_inspect::{child, ocr::Reader};

/// Does once, before confinement, what reads files or is slow the first time.
pub(crate) fn warm_up() {
    child::warm();
}

/// In a child of the upload inspector: reads what a member sent.
pub(super) fn read_upload(document: UnixStream, reader: Option<&Reader>) {
    child::serve_upload(document, reader);
}

/// In a child of the viewing inspector: draws what the keeper shows.
pub(super) fn draw_viewing(document: UnixStream, reader: Option<&Reader>) {
    child::serve_viewing(document, reader);
}
