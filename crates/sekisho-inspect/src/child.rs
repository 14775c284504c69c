//! What a forked child runs: one request in, one answer out, end.
//!
//! Nothing is said about why it ended early. Its parent sees a stream that
//! closed without an answer, and that costs one upload or one viewing.

use std::{io, os::unix::net::UnixStream, panic};

use sekisho_core::render::RenderRequest;
use sekisho_sys::frame::{read_frame, write_frame};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    ocr::Reader,
    render, upload, warmth,
    wire::{Examination, Findings, Limits, Request},
};

/// Bytes of the largest request without its picture.
const REQUEST_AT_MOST: usize = 16 * 1024;

/// Inspects one upload: request and picture in, report and perhaps a clean picture out. An examination is answered
/// with what was found, too.
pub fn serve_upload(stream: UnixStream, reader: Option<&Reader>) {
    hush();
    // Whoever is at the other end sees the stream close; there is nobody else to tell.
    let _ended = answer(stream, reader);
}

/// Draws one viewing: request and sealed picture in, answer and perhaps a picture out.
pub fn serve_viewing(stream: UnixStream, reader: Option<&Reader>) {
    hush();
    // Whoever is at the other end sees the stream close; there is nobody else to tell.
    let _ended = answer_viewing(stream, reader);
}

/// Touches what is made on first use: tables of the decoders, the hash seed of
/// the thread, the allocator. To be called before confinement, since some of it
/// asks the operating system for something.
pub fn warm() {
    hush();
    warmth::exercise();
}

/// Panic messages may quote what was being read. Nothing is printed, ever.
fn hush() {
    panic::set_hook(Box::new(|_| {}));
}

fn answer(mut stream: UnixStream, reader: Option<&Reader>) -> io::Result<()> {
    let limits = Limits::UPLOAD;
    let request: Request = receive(&mut stream)?;
    // One byte more than allowed is read, so that a file too large is told so.
    let bytes = frame(&mut stream, limits.bytes + 1)?;
    let (inspection, found) = match request {
        Request::Upload(intake) => (upload::take_in(&bytes, &intake, &limits, reader), None),
        Request::Examine(request) => {
            let (inspection, findings) = upload::examine(&bytes, &request, &limits, reader);
            (inspection, Some(examination(findings)))
        }
    };
    send(&mut stream, &inspection.report)?;
    inspection.clean.map_or(Ok(()), |png| write_frame(&mut stream, &png))?;
    found.map_or(Ok(()), |found| send(&mut stream, &found))
}

/// What was found, with what it cost this process.
pub fn examination(findings: Option<Findings>) -> Examination {
    Examination { findings, peak_kib: sekisho_sys::peak::resident_kib() }
}

fn answer_viewing(mut stream: UnixStream, reader: Option<&Reader>) -> io::Result<()> {
    let limits = Limits::UPLOAD;
    let request: RenderRequest = receive(&mut stream)?;
    let sealed = frame(&mut stream, limits.clean_bytes)?;
    let (answer, jpeg) = render::render(&sealed, &request, &limits, reader);
    send(&mut stream, &answer)?;
    jpeg.map_or(Ok(()), |jpeg| write_frame(&mut stream, &jpeg))
}

fn frame(stream: &mut UnixStream, max: usize) -> io::Result<Vec<u8>> {
    read_frame(stream, max)?.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

fn receive<T: DeserializeOwned>(stream: &mut UnixStream) -> io::Result<T> {
    let bytes = frame(stream, REQUEST_AT_MOST)?;
    postcard::from_bytes(&bytes).map_err(|_| io::ErrorKind::InvalidData.into())
}

fn send(stream: &mut UnixStream, answer: &impl Serialize) -> io::Result<()> {
    let bytes = postcard::to_allocvec(answer).map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
    write_frame(stream, &bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        samples,
        sniff::Format,
        wire::{Boxed, ExamineRequest, Intake, UploadReport, Verdict},
    };
    use sekisho_core::render::RenderAnswer;
    use std::thread;

    /// Asks a child that runs `answer`; returns the frames it sent.
    fn ask(
        answer: impl FnOnce(UnixStream) -> io::Result<()> + Send + 'static,
        request: &impl Serialize,
        bytes: &[u8],
    ) -> Vec<Vec<u8>> {
        let (mut ours, theirs) = UnixStream::pair().unwrap();
        let child = thread::spawn(move || answer(theirs));
        send(&mut ours, request).unwrap();
        write_frame(&mut ours, bytes).unwrap();
        let frames = std::iter::from_fn(|| read_frame(&mut ours, 30_000_000).unwrap()).collect();
        child.join().unwrap().unwrap();
        frames
    }

    fn upload(boxes: Vec<Boxed>) -> Request {
        Request::Upload(Intake { boxes, visible: Vec::new(), today: "2026-11-22".parse().unwrap() })
    }

    fn unread(stream: UnixStream) -> io::Result<()> {
        answer(stream, None)
    }

    #[test]
    fn an_examination_is_answered_by_what_was_found_as_well_and_an_upload_never() {
        let page = samples::encode(Format::Png, &samples::text_page(800, 500));
        let boxes = vec![Boxed { x: 20, y: 20, w: 400, h: 100 }];
        let examine = ExamineRequest { boxes: boxes.clone(), today: "2026-11-22".parse().unwrap() };
        let frames = ask(unread, &Request::Examine(examine), &page);
        let examination: Examination = postcard::from_bytes(&frames[2]).unwrap();
        assert!(examination.findings.is_some_and(|found| !found.was_read) && examination.peak_kib > 1000);
        assert_eq!(ask(unread, &upload(boxes), &page).len(), 2);
    }

    #[test]
    fn an_accepted_upload_is_answered_by_a_report_and_a_picture_that_a_viewing_draws() {
        let request = upload(vec![Boxed { x: 20, y: 20, w: 400, h: 100 }]);
        let upload = samples::encode(Format::Jpeg, &samples::text_page(800, 500));
        let frames = ask(unread, &request, &upload);
        let report: UploadReport = postcard::from_bytes(&frames[0]).unwrap();
        assert_eq!((report.verdict, frames.len()), (Verdict::Accept, 2));
        let viewing = RenderRequest { watermark: vec!["vwg".into()], max_side: 400, age: None };
        let drawn = ask(|stream| answer_viewing(stream, None), &viewing, &frames[1]);
        assert!(matches!(postcard::from_bytes(&drawn[0]).unwrap(), RenderAnswer::Drawn { .. }));
        assert!(drawn[1].starts_with(b"\xff\xd8"));
    }

    #[test]
    fn a_refused_upload_is_answered_by_a_report_alone() {
        let frames = ask(unread, &upload(Vec::new()), b"not a picture");
        let report: UploadReport = postcard::from_bytes(&frames[0]).unwrap();
        assert_eq!((report.code.as_str(), frames.len()), ("not_a_picture", 1));
    }

    #[test]
    fn a_stranger_on_the_stream_gets_no_answer() {
        let (mut ours, theirs) = UnixStream::pair().unwrap();
        write_frame(&mut ours, &[0xFF; 64]).unwrap();
        assert!(unread(theirs).is_err());
        assert_eq!(read_frame(&mut ours, 100).unwrap(), None);
    }
}
