//! The upload inspector, as the gate reaches it: a process of its own for each picture.

use std::{
    io,
    os::unix::net::UnixStream,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use sekisho_inspect::wire::{Examination, ExamineRequest, Intake, Limits, Request, UploadReport, Verdict};
use sekisho_sys::{
    fork_server::{ChildLimits, Forks},
    frame::{read_frame, write_frame},
};
use zeroize::Zeroizing;

use crate::{
    service::ports::{Pending, ReadError, Reader, Reading},
    threads,
};

/// Bytes of the largest report.
const REPORT_AT_MOST: usize = 16 << 10;
/// Bytes of the most that an examination finds.
const EXAMINATION_AT_MOST: usize = 256 << 10;
/// How long this side waits. The inspector's parent ends a child long before.
const PATIENCE: Duration = Duration::from_secs(60);

/// What one upload may cost. Reading print takes seconds of computing where looking for codes takes tenths, and 200 MiB
/// more for the networks, what they compute and what one layer hands to the next. On a machine that does much else it
/// takes its time.
pub fn limits(reads_print: bool) -> ChildLimits {
    let usual = ChildLimits::default();
    if !reads_print {
        return usual;
    }
    ChildLimits { cpu_seconds: 30, wall_seconds: 55, memory_bytes: usual.memory_bytes + (512 << 20), ..usual }
}

/// Asks the inspector's parent for a child for each picture. Clones ask the same parent.
#[derive(Clone)]
pub struct ForkedReader {
    parent: Arc<Mutex<Option<Forks>>>,
    limits: ChildLimits,
}

impl ForkedReader {
    /// For children that read print, or don't.
    pub fn new(reads_print: bool) -> Self {
        Self { parent: Arc::default(), limits: limits(reads_print) }
    }

    /// Speaks to this parent from now on: the first one, or one that was started anew.
    pub fn replace(&self, parent: Forks) {
        *self.parent.lock().unwrap_or_else(PoisonError::into_inner) = Some(parent);
    }

    fn child(&self) -> Result<UnixStream, ReadError> {
        let parent = self.parent.lock().unwrap_or_else(PoisonError::into_inner);
        parent.as_ref().and_then(|forks| forks.open().ok()).ok_or(ReadError::Unavailable)
    }
}

impl Reader for ForkedReader {
    fn read(&self, bytes: Zeroizing<Vec<u8>>, intake: Intake) -> Pending<'_, Result<Reading, ReadError>> {
        let (began, child, limits) = (Instant::now(), self.child(), self.limits);
        Box::pin(async move {
            let child = child?;
            let asked = threads::blocking(move || ask(child, &bytes, intake)).await;
            // What went wrong is not told further: it would be about the picture.
            asked.map_err(|_| ReadError::Died)?.map_err(|_| ended(began.elapsed(), limits))
        })
    }
}

/// Why there is no answer. What a picture may cost in computing is less than the time in all: whoever ran out of that
/// stood in line for the processor, and their picture is not at fault.
fn ended(took: Duration, limits: ChildLimits) -> ReadError {
    let late = took >= Duration::from_secs(limits.wall_seconds);
    if late { ReadError::Unavailable } else { ReadError::Died }
}

/// Has `child`, fresh from its parent, read one picture.
///
/// # Errors
/// When the child ended without an answer: the picture was more than it may cost, or more than it could bear.
pub(crate) fn ask(mut child: UnixStream, bytes: &[u8], intake: Intake) -> io::Result<Reading> {
    put(&mut child, &Request::Upload(intake), bytes)?;
    reading(&mut child)
}

/// Has `child`, fresh from its parent, read one picture out.
///
/// # Errors
/// When the child ended without an answer.
pub(crate) fn examine(
    mut child: UnixStream,
    bytes: &[u8],
    request: ExamineRequest,
) -> io::Result<(Reading, Examination)> {
    put(&mut child, &Request::Examine(request), bytes)?;
    let reading = reading(&mut child)?;
    let found = next(&mut child, EXAMINATION_AT_MOST)?;
    Ok((reading, postcard::from_bytes(&found).map_err(io::Error::other)?))
}

fn put(child: &mut UnixStream, request: &Request, bytes: &[u8]) -> io::Result<()> {
    child.set_read_timeout(Some(PATIENCE))?;
    child.set_write_timeout(Some(PATIENCE))?;
    let request = postcard::to_allocvec(request).map_err(io::Error::other)?;
    write_frame(child, &request)?;
    write_frame(child, bytes)
}

fn reading(child: &mut UnixStream) -> io::Result<Reading> {
    let report = next(child, REPORT_AT_MOST)?;
    let report: UploadReport = postcard::from_bytes(&report).map_err(io::Error::other)?;
    let accepted = report.verdict == Verdict::Accept;
    let clean = accepted.then(|| next(child, Limits::UPLOAD.clean_bytes)).transpose()?;
    Ok(Reading { report, clean })
}

fn next(child: &mut UnixStream, max: usize) -> io::Result<Zeroizing<Vec<u8>>> {
    read_frame(child, max)?.map(Zeroizing::new).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

#[cfg(test)]
mod tests {
    use std::thread;

    use sekisho_inspect::wire::{Code, Facts};

    use super::*;

    fn intake() -> Intake {
        Intake { boxes: Vec::new(), visible: Vec::new(), today: "2026-11-22".parse().unwrap() }
    }

    /// A child that answers with `code`, in a thread: what it says is what is tested here, not where it runs.
    fn child(code: Code, picture: Option<&'static [u8]>) -> (UnixStream, thread::JoinHandle<Vec<u8>>) {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let work = thread::spawn(move || {
            read_frame(&mut theirs, 1000).unwrap().unwrap();
            let bytes = read_frame(&mut theirs, 1000).unwrap().unwrap();
            let report = UploadReport::of(code, Facts::default());
            write_frame(&mut theirs, &postcard::to_allocvec(&report).unwrap()).unwrap();
            // Whoever was turned away may have hung up by now: a picture that nobody takes can't be handed over.
            let _taken = picture.map(|picture| write_frame(&mut theirs, picture));
            bytes
        });
        (ours, work)
    }

    #[test]
    fn an_accepted_picture_comes_back_drawn_anew() {
        let (ours, work) = child(Code::Ok, Some(b"clean"));
        let reading = ask(ours, b"raw", intake()).unwrap();
        assert_eq!(reading.clean.unwrap().as_slice(), b"clean");
        assert_eq!(work.join().unwrap(), b"raw");
    }

    #[test]
    fn a_picture_that_is_turned_away_has_a_report_and_nothing_else() {
        let (ours, work) = child(Code::Blurred, Some(b"never taken"));
        let reading = ask(ours, b"raw", intake()).unwrap();
        assert!(reading.clean.is_none() && reading.report.code == Code::Blurred);
        work.join().unwrap();
    }

    #[test]
    fn a_child_that_dies_is_an_error() {
        let (ours, theirs) = UnixStream::pair().unwrap();
        drop(theirs);
        assert!(ask(ours, b"raw", intake()).is_err());
        let (ours, work) = child(Code::Ok, None);
        assert!(ask(ours, b"raw", intake()).is_err(), "accepted, but no picture came");
        work.join().unwrap();
    }

    #[test]
    fn a_machine_that_is_too_busy_is_told_from_a_picture_that_kills() {
        for limits in [limits(false), limits(true)] {
            assert_eq!(ended(Duration::from_millis(200), limits), ReadError::Died);
            assert_eq!(ended(Duration::from_secs(limits.cpu_seconds), limits), ReadError::Died);
            let late = Duration::from_secs(limits.wall_seconds);
            assert!(late < PATIENCE, "the parent ends it first");
            assert_eq!(ended(late, limits), ReadError::Unavailable, "it is asked to come again");
        }
    }

    #[tokio::test]
    async fn without_a_parent_nothing_is_read() {
        let reading = ForkedReader::new(false).read(Zeroizing::new(vec![1]), intake()).await;
        assert_eq!(reading.err(), Some(ReadError::Unavailable));
    }
}
