//! Drawing a viewing: outside the deciding thread, by an inspector of its own.

use std::{
    io,
    os::unix::net::UnixStream,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::Duration,
};

use sekisho_core::render::{RenderAnswer, RenderRequest};
use sekisho_seal::Plaintext;
use sekisho_sys::{
    fork_server::Forks,
    frame::{read_frame, write_frame},
};

use crate::{custody::Opening, wire::MAX_FRAME};

/// How long one inspector may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A picture that was drawn for one person.
pub struct Drawn {
    /// Its media type.
    pub media_type: String,
    /// The picture.
    pub bytes: Vec<u8>,
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
}

/// Draws sealed content for one person.
pub trait Renderer: Send + Sync {
    /// Draws it.
    ///
    /// # Errors
    /// [`DrawError`].
    fn draw(&self, request: &RenderRequest, content: &Plaintext) -> Result<Drawn, DrawError>;
}

/// Draws in an inspector forked for this one viewing.
pub struct ForkedRenderer(Mutex<Option<Forks>>);

impl ForkedRenderer {
    /// Without a parent to fork from, until [`ForkedRenderer::replace`] gives one.
    pub fn away() -> Self {
        Self(Mutex::new(None))
    }

    /// Forks from this parent from now on.
    pub fn replace(&self, forks: Forks) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(forks);
    }

    fn open(&self) -> io::Result<UnixStream> {
        let forks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        forks.as_ref().ok_or(io::ErrorKind::NotConnected)?.open()
    }
}

impl Renderer for ForkedRenderer {
    fn draw(&self, request: &RenderRequest, content: &Plaintext) -> Result<Drawn, DrawError> {
        let mut stream = self.open()?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let request = postcard::to_allocvec(request).map_err(io::Error::other)?;
        write_frame(&mut stream, &request)?;
        write_frame(&mut stream, content.as_bytes())?;
        let mut next = || read_frame(&mut stream, MAX_FRAME)?.ok_or(io::Error::from(io::ErrorKind::UnexpectedEof));
        match postcard::from_bytes(&next()?).map_err(io::Error::other)? {
            RenderAnswer::Drawn { media_type } => Ok(Drawn { media_type, bytes: next()? }),
            RenderAnswer::Unreadable => Err(DrawError::Unreadable),
        }
    }
}

/// One picture to draw, and what to do with it.
pub(super) struct Job {
    pub request: RenderRequest,
    pub opening: Opening,
    pub done: Box<dyn FnOnce(Result<Drawn, DrawError>) + Send>,
}

/// Starts the drawing threads.
pub(super) fn start(count: usize, renderer: Arc<dyn Renderer>) -> Sender<Job> {
    let (say, jobs) = channel();
    let jobs = Arc::new(Mutex::new(jobs));
    for number in 0..count {
        let (jobs, renderer) = (Arc::clone(&jobs), Arc::clone(&renderer));
        let work = move || draw_all(&jobs, &*renderer);
        if let Err(cause) = thread::Builder::new().name(format!("draw {number}")).spawn(work) {
            tracing::error!(%cause, "a drawing thread did not start");
        }
    }
    say
}

fn opened_and_drawn(opening: Opening, request: &RenderRequest, renderer: &dyn Renderer) -> Result<Drawn, DrawError> {
    let content = opening.open().map_err(|_| DrawError::Unreadable)?;
    renderer.draw(request, &content)
}

fn draw_all(jobs: &Mutex<Receiver<Job>>, renderer: &dyn Renderer) {
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Job { request, opening, done }) = job else { return };
        let drawn = opened_and_drawn(opening, &request, renderer);
        if let Err(cause) = &drawn {
            tracing::error!(%cause, "a viewing was not drawn");
        }
        done(drawn);
    }
}
