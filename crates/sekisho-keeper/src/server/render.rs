//! Drawing a viewing: outside the deciding thread, by an inspector of its own.
//!
//! What was released and not drawn yet waits here, with its key. A lockdown drops
//! all of that, and what is being drawn is given to nobody.

use std::{
    collections::{BTreeMap, VecDeque},
    io,
    net::Shutdown,
    os::unix::net::UnixStream,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use sekisho_core::render::{Proposal, RenderAnswer, RenderRequest};
use sekisho_seal::Plaintext;
use sekisho_sys::{
    fork_server::Forks,
    frame::{read_frame, write_frame},
};

use crate::{
    custody::Opening,
    wire::{MAX_FRAME, Refusal},
};

/// How long one inspector may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long one may take that may read the age as well. Both together are less than a desk waits for its answer.
const PATIENCE_WITH_READING: Duration = Duration::from_secs(15);

/// A picture that was drawn for one person.
pub struct Drawn {
    /// Its media type.
    pub media_type: String,
    /// The picture.
    pub bytes: Vec<u8>,
    /// What is proposed to whoever sees it.
    pub proposal: Option<Proposal>,
}

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum DrawError {
    /// What was sealed can't be drawn.
    #[error("the sealed content can't be drawn")]
    Unreadable,
    /// The inspector died, took too long, or can't be had.
    #[error("no inspector drew it")]
    Inspector(#[from] io::Error),
    /// The vault was locked down before it was shown.
    #[error("the vault was locked down before it was shown")]
    LockedDown,
}

impl DrawError {
    pub(super) const fn refusal(&self) -> Refusal {
        match self {
            Self::Unreadable | Self::Inspector(_) => Refusal::Damaged,
            Self::LockedDown => Refusal::LockedDown,
        }
    }
}

/// Draws sealed content for one person.
pub trait Renderer: Send + Sync {
    /// Draws it.
    ///
    /// # Errors
    /// [`DrawError`].
    fn draw(&self, request: &RenderRequest, content: &Plaintext) -> Result<Drawn, DrawError>;

    /// Breaks off whatever is being drawn; what comes of it is given to nobody.
    fn break_off(&self) {}
}

/// Draws in an inspector forked for this one viewing.
#[derive(Default)]
pub struct ForkedRenderer {
    forks: Mutex<Option<Forks>>,
    /// The inspectors at work, to be broken off.
    at_work: Mutex<BTreeMap<u64, UnixStream>>,
    count: AtomicU64,
    /// How often all were broken off.
    broken_off: AtomicU64,
}

/// An inspector at work; forgotten when it is done.
struct AtWork<'a>(&'a ForkedRenderer, u64);

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        held(&self.0.at_work).remove(&self.1);
    }
}

impl ForkedRenderer {
    /// Without a parent to fork from, until [`ForkedRenderer::replace`] gives one.
    pub fn away() -> Self {
        Self::default()
    }

    /// Forks from this parent from now on.
    pub fn replace(&self, forks: Forks) {
        *held(&self.forks) = Some(forks);
    }

    fn open(&self) -> io::Result<(UnixStream, AtWork<'_>)> {
        let stream = held(&self.forks).as_ref().ok_or(io::ErrorKind::NotConnected)?.open()?;
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        held(&self.at_work).insert(number, stream.try_clone()?);
        Ok((stream, AtWork(self, number)))
    }
}

fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Renderer for ForkedRenderer {
    fn break_off(&self) {
        self.broken_off.fetch_add(1, Ordering::SeqCst);
        for stream in held(&self.at_work).values() {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Whoever dies over the age, or takes too long for it, costs the proposal and not the one look that there is: it is
    /// drawn once more, unread.
    fn draw(&self, request: &RenderRequest, content: &Plaintext) -> Result<Drawn, DrawError> {
        let broken_off = self.broken_off.load(Ordering::SeqCst);
        let patience = if request.age.is_some() { PATIENCE_WITH_READING } else { PATIENCE };
        match self.drawn_by_one(request, content, patience) {
            Err(DrawError::Inspector(cause))
                if request.age.is_some() && self.broken_off.load(Ordering::SeqCst) == broken_off =>
            {
                tracing::warn!(%cause, "a viewing is drawn once more, without a proposal");
                self.drawn_by_one(&RenderRequest { age: None, ..request.clone() }, content, PATIENCE)
            }
            answer => answer,
        }
    }
}

impl ForkedRenderer {
    fn drawn_by_one(
        &self,
        request: &RenderRequest,
        content: &Plaintext,
        patience: Duration,
    ) -> Result<Drawn, DrawError> {
        let (mut stream, _at_work) = self.open()?;
        stream.set_read_timeout(Some(patience))?;
        stream.set_write_timeout(Some(patience))?;
        let request = postcard::to_allocvec(request).map_err(io::Error::other)?;
        write_frame(&mut stream, &request)?;
        write_frame(&mut stream, content.as_bytes())?;
        let mut next = || read_frame(&mut stream, MAX_FRAME)?.ok_or(io::Error::from(io::ErrorKind::UnexpectedEof));
        match postcard::from_bytes(&next()?).map_err(io::Error::other)? {
            RenderAnswer::Drawn { media_type, proposal } => Ok(Drawn { media_type, bytes: next()?, proposal }),
            RenderAnswer::Unreadable => Err(DrawError::Unreadable),
        }
    }
}

/// What is done with a picture, or with the reason why there is none.
pub(super) type Done = Box<dyn FnOnce(Result<Drawn, DrawError>) + Send>;

/// One picture to draw, and what to do with it.
pub(super) struct Job {
    pub request: RenderRequest,
    pub opening: Opening,
    pub done: Done,
}

/// The drawing threads and what waits for them. Dropping it ends them when nothing waits any more.
pub(super) struct Drawers(Arc<Room>);

struct Room {
    work: Mutex<Work>,
    news: Condvar,
    renderer: Arc<dyn Renderer>,
}

#[derive(Default)]
struct Work {
    waiting: VecDeque<Job>,
    /// Who waits for what is being drawn.
    under_way: BTreeMap<u64, Done>,
    count: u64,
    over: bool,
}

impl Drawers {
    /// Starts so many threads.
    pub(super) fn start(count: usize, renderer: Arc<dyn Renderer>) -> Self {
        let room = Arc::new(Room { work: Mutex::default(), news: Condvar::new(), renderer });
        for number in 0..count {
            let room = Arc::clone(&room);
            if let Err(cause) = thread::Builder::new().name(format!("draw {number}")).spawn(move || room.draw_all()) {
                tracing::error!(%cause, "a drawing thread did not start");
            }
        }
        Self(room)
    }

    /// Has one drawn when a thread is free.
    pub(super) fn draw(&self, job: Job) {
        held(&self.0.work).waiting.push_back(job);
        self.0.news.notify_one();
    }

    /// Drops what was released and not shown yet, key and all, and answers everybody who waits for it.
    pub(super) fn drop_all(&self) {
        let (waiting, under_way) = {
            let mut work = held(&self.0.work);
            (std::mem::take(&mut work.waiting), std::mem::take(&mut work.under_way))
        };
        // Not one after the other: each opening's key is gone before anybody is answered.
        let waiting: Vec<Done> = waiting.into_iter().map(|Job { done, .. }| done).collect();
        self.0.renderer.break_off();
        for done in waiting.into_iter().chain(under_way.into_values()) {
            done(Err(DrawError::LockedDown));
        }
    }
}

impl Drop for Drawers {
    fn drop(&mut self) {
        held(&self.0.work).over = true;
        self.0.news.notify_all();
    }
}

impl Room {
    fn draw_all(&self) {
        while let Some((number, request, opening)) = self.next() {
            let drawn = opened_and_drawn(opening, &request, &*self.renderer);
            if let Err(cause) = &drawn {
                tracing::error!(%cause, "a viewing was not drawn");
            }
            // Nobody waits for it any more if it was dropped meanwhile.
            let done = held(&self.work).under_way.remove(&number);
            if let Some(done) = done {
                done(drawn);
            }
        }
    }

    /// Waits for the next one; nothing when it is over.
    fn next(&self) -> Option<(u64, RenderRequest, Opening)> {
        let mut work = held(&self.work);
        loop {
            if let Some(Job { request, opening, done }) = work.waiting.pop_front() {
                work.count += 1;
                let number = work.count;
                work.under_way.insert(number, done);
                return Some((number, request, opening));
            }
            if work.over {
                return None;
            }
            work = self.news.wait(work).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

fn opened_and_drawn(opening: Opening, request: &RenderRequest, renderer: &dyn Renderer) -> Result<Drawn, DrawError> {
    let content = opening.open().map_err(|_| DrawError::Unreadable)?;
    renderer.draw(request, &content)
}

#[cfg(test)]
mod tests {
    use std::thread::JoinHandle;

    use sekisho_core::render::{Age, AgeAsked};
    use sekisho_sys::fds::recv_with_fds;

    use super::*;

    /// A parent whose children do as they are told, one after the other, and which says what each was asked for the age.
    fn parent(children: Vec<Option<RenderAnswer>>) -> (ForkedRenderer, JoinHandle<Vec<bool>>) {
        let (forks, parent) = UnixStream::pair().unwrap();
        let renderer = ForkedRenderer::away();
        renderer.replace(Forks::new(forks));
        let work = thread::spawn(move || {
            let one = |answer: Option<RenderAnswer>| {
                let (_, mut fds) = recv_with_fds(&parent, 0).unwrap().unwrap();
                let mut stream = UnixStream::from(fds.pop().unwrap());
                let request = read_frame(&mut stream, MAX_FRAME).unwrap().unwrap();
                read_frame(&mut stream, MAX_FRAME).unwrap().unwrap();
                if let Some(answer) = answer {
                    write_frame(&mut stream, &postcard::to_allocvec(&answer).unwrap()).unwrap();
                    let _taken = write_frame(&mut stream, b"drawn");
                }
                postcard::from_bytes::<RenderRequest>(&request).unwrap().age.is_some()
            };
            children.into_iter().map(one).collect()
        });
        (renderer, work)
    }

    fn request(age: Option<AgeAsked>) -> RenderRequest {
        RenderRequest { watermark: Vec::new(), max_side: 800, age }
    }

    fn asked() -> Option<AgeAsked> {
        Some(AgeAsked { born_by: "2008-11-22".parse().unwrap(), today: "2026-11-22".parse().unwrap() })
    }

    fn drawn(proposal: Option<Proposal>) -> Option<RenderAnswer> {
        Some(RenderAnswer::Drawn { media_type: "image/jpeg".into(), proposal })
    }

    fn draw(renderer: &ForkedRenderer, age: Option<AgeAsked>) -> Result<Option<Proposal>, DrawError> {
        let content = Plaintext::new(b"sealed".to_vec());
        renderer.draw(&request(age), &content).map(|drawn| drawn.proposal)
    }

    #[test]
    fn an_inspector_that_dies_over_the_age_costs_the_proposal_and_not_the_look() {
        let said = Proposal { age: Age::OldEnough, readings: 1 };
        let (renderer, work) = parent(vec![drawn(Some(said)), None, drawn(None), None]);
        assert_eq!(draw(&renderer, asked()).unwrap(), Some(said));
        assert_eq!(draw(&renderer, asked()).unwrap(), None, "drawn once more, unread");
        assert!(draw(&renderer, None).is_err(), "where nothing was read there is nothing to leave out");
        assert_eq!(work.join().unwrap(), [true, true, false, false]);
    }

    #[test]
    fn what_cannot_be_drawn_is_not_tried_again() {
        let (renderer, work) = parent(vec![Some(RenderAnswer::Unreadable)]);
        assert!(matches!(draw(&renderer, asked()), Err(DrawError::Unreadable)));
        assert_eq!(work.join().unwrap(), [true]);
    }
}
