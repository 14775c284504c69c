//! Speaking to the keeper that runs, through the operator's door.

use std::{io, os::unix::net::UnixStream, path::Path, time::Duration};

use sekisho_keeper::wire::{Answered, MAX_FRAME, Numbered, OperatorAnswer, OperatorRequest, Refusal};
use sekisho_sys::frame::{read_frame, write_frame};
use zeroize::Zeroizing;

use crate::supervisor::operator_socket;

/// How long the keeper may take to answer.
const PATIENCE: Duration = Duration::from_secs(180);

/// Why the keeper was not asked, or does not do it.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// Nobody serves this data, or it is somebody else's.
    #[error("{path}: {source}. Is `sekisho serve` running on this --data, and are you its owner?")]
    Door {
        /// The socket.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// The keeper went away in the midst of it.
    #[error("the keeper did not answer ({0}); it may be starting: try again")]
    Away(io::Error),
    /// The keeper refuses.
    #[error("the keeper refuses: {0}")]
    Refused(#[from] Refusal),
    /// It answered something else.
    #[error("the keeper answered something else: use the program that serves this data")]
    Misplaced,
}

/// Asks the keeper of the installation in `data` one thing.
///
/// # Errors
/// [`OperatorError`].
pub fn ask(data: &Path, request: OperatorRequest) -> Result<OperatorAnswer, OperatorError> {
    let path = operator_socket(data);
    let door = |source| OperatorError::Door { path: path.display().to_string(), source };
    let mut stream = UnixStream::connect(&path).map_err(door)?;
    let answer = exchange(&mut stream, request).map_err(OperatorError::Away)?;
    Ok(answer?)
}

fn exchange(stream: &mut UnixStream, body: OperatorRequest) -> io::Result<Answered<OperatorAnswer>> {
    stream.set_read_timeout(Some(PATIENCE))?;
    // It may hold what unlocks the keeper.
    let frame = Zeroizing::new(postcard::to_allocvec(&Numbered { number: 1, body }).map_err(io::Error::other)?);
    write_frame(stream, &frame)?;
    let frame = read_frame(stream, MAX_FRAME)?.ok_or(io::ErrorKind::UnexpectedEof)?;
    let answer: Numbered<Answered<OperatorAnswer>> = postcard::from_bytes(&frame).map_err(io::Error::other)?;
    Ok(answer.body)
}
