//! A process's end of its conversation with the keeper.
//!
//! Many requests may be under way at once; each answer carries its request's
//! number. When the keeper is started anew a new stream comes and the old one is
//! dead: what was under way fails, and whoever asked may ask again.
//!
//! How many are under way is bounded, and how long one waits for its turn and for
//! its answer: a keeper that is slow makes its callers say so, not pile up.

use std::{
    collections::HashMap,
    io,
    os::unix::net::UnixStream as StdUnixStream,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use sekisho_keeper::wire::{Answered, Dialogue, MAX_FRAME, Numbered, Refusal};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        UnixStream,
        unix::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot},
    time::timeout,
};
use zeroize::Zeroizing;

use crate::supervisor::End;

/// How many questions may be under way at once: two batches of the keeper's.
const AT_ONCE: usize = 128;
/// How long.
const PATIENCE: Patience = Patience { turn: Duration::from_secs(10), answer: Duration::from_secs(45) };

/// How long somebody waits before the keeper counts as away.
#[derive(Debug, Clone, Copy)]
struct Patience {
    /// For their turn to ask.
    turn: Duration,
    /// For the answer. A picture that is drawn for a viewing may take twenty seconds by itself.
    answer: Duration,
}

/// One side's end. Clones speak over the same stream.
pub struct Link<D: Dialogue> {
    state: Arc<Mutex<State<D>>>,
    turns: Arc<Semaphore>,
    patience: Patience,
}

impl<D: Dialogue> Clone for Link<D> {
    fn clone(&self) -> Self {
        Self { state: Arc::clone(&self.state), turns: Arc::clone(&self.turns), patience: self.patience }
    }
}

struct State<D: Dialogue> {
    next: u64,
    out: Option<mpsc::UnboundedSender<Zeroizing<Vec<u8>>>>,
    waiting: HashMap<u64, Waiting<D>>,
}

/// A question under way. Its turn is over when the keeper answered, also if whoever asked has gone.
struct Waiting<D: Dialogue> {
    answer: oneshot::Sender<D::Answer>,
    _turn: OwnedSemaphorePermit,
}

impl<D: Dialogue + 'static> Link<D> {
    /// Speaks over the streams that come out of `end`, in a task of the present runtime.
    pub fn start(end: End) -> Self {
        Self::start_with(end, PATIENCE)
    }

    fn start_with(mut end: End, patience: Patience) -> Self {
        let state = Arc::new(Mutex::new(State { next: 0, out: None, waiting: HashMap::new() }));
        let link = Self { state, turns: Arc::new(Semaphore::new(AT_ONCE)), patience };
        let mine = link.clone();
        tokio::spawn(async move {
            while let Some(stream) = end.next().await {
                if let Err(cause) = mine.speak(stream).await {
                    tracing::warn!(%cause, "the keeper's end broke");
                }
                mine.hang_up();
            }
        });
        link
    }

    async fn speak(&self, stream: StdUnixStream) -> io::Result<()> {
        stream.set_nonblocking(true)?;
        let (input, output) = UnixStream::from_std(stream)?.into_split();
        let (out, frames) = mpsc::unbounded_channel();
        self.state().out = Some(out);
        tokio::select! {
            read = self.read(input) => read,
            written = write(output, frames) => written,
        }
    }

    async fn read(&self, mut input: OwnedReadHalf) -> io::Result<()> {
        loop {
            let length = input.read_u32_le().await? as usize;
            if length > MAX_FRAME {
                return Err(io::ErrorKind::InvalidData.into());
            }
            let mut frame = Zeroizing::new(vec![0; length]);
            input.read_exact(&mut frame).await?;
            let Numbered { number, body } = postcard::from_bytes(&frame).map_err(io::Error::other)?;
            // An answer to nothing that was asked: from here on no answer could be believed.
            let waiting = self.state().waiting.remove(&number).ok_or(io::ErrorKind::InvalidData)?;
            // Whoever asked may have gone; then nobody is told.
            let _ = waiting.answer.send(body);
        }
    }

    fn hang_up(&self) {
        let mut state = self.state();
        state.out = None;
        state.waiting.clear();
    }

    fn state(&self) -> MutexGuard<'_, State<D>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, request: D::Request, turn: OwnedSemaphorePermit) -> Option<oneshot::Receiver<D::Answer>> {
        let mut state = self.state();
        let number = state.next;
        let frame = postcard::to_allocvec(&Numbered { number, body: request }).ok()?;
        state.out.as_ref()?.send(Zeroizing::new(frame)).ok()?;
        state.next += 1;
        let (answer, wait) = oneshot::channel();
        state.waiting.insert(number, Waiting { answer, _turn: turn });
        Some(wait)
    }
}

impl<D: Dialogue<Answer = Answered<T>> + 'static, T> Link<D> {
    /// Asks and waits. `Unavailable` when the keeper is away, goes away meanwhile, or takes too long; what was asked may
    /// have been done then.
    ///
    /// # Errors
    /// The keeper's [`Refusal`].
    pub async fn ask(&self, request: D::Request) -> Answered<T> {
        let turn = timeout(self.patience.turn, Arc::clone(&self.turns).acquire_owned()).await;
        let Ok(Ok(turn)) = turn else { return Err(Refusal::Unavailable) };
        let Some(wait) = self.begin(request, turn) else { return Err(Refusal::Unavailable) };
        match timeout(self.patience.answer, wait).await {
            Ok(answered) => answered.unwrap_or(Err(Refusal::Unavailable)),
            Err(_) => {
                tracing::error!("the keeper does not answer in time");
                Err(Refusal::Unavailable)
            }
        }
    }
}

async fn write(mut output: OwnedWriteHalf, mut frames: mpsc::UnboundedReceiver<Zeroizing<Vec<u8>>>) -> io::Result<()> {
    while let Some(frame) = frames.recv().await {
        let length = u32::try_from(frame.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
        output.write_all(&length.to_le_bytes()).await?;
        output.write_all(&frame).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use sekisho_keeper::wire::{Courier, CourierAnswer, CourierRequest};
    use sekisho_sys::frame;
    use std::thread::{self, JoinHandle};

    /// A keeper that answers `count` questions with `Done`, numbering its answers `off` too high, and goes.
    fn keeper(mut stream: StdUnixStream, count: usize, off: u64) -> JoinHandle<()> {
        thread::spawn(move || {
            for _ in 0..count {
                let Some(asked) = frame::read_frame(&mut stream, MAX_FRAME).unwrap() else { return };
                let asked: Numbered<CourierRequest> = postcard::from_bytes(&asked).unwrap();
                let body: Answered<CourierAnswer> = Ok(CourierAnswer::Done);
                let told = postcard::to_allocvec(&Numbered { number: asked.number + off, body }).unwrap();
                frame::write_frame(&mut stream, &told).unwrap();
            }
        })
    }

    async fn pull(link: &Link<Courier>) -> Option<Refusal> {
        link.ask(CourierRequest::Pull { limit: 1 }).await.err()
    }

    /// A stream is taken up in a task of its own; until then the keeper is away.
    async fn taken_up(link: &Link<Courier>) {
        while link.state().out.is_none() {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn questions_are_answered_and_a_new_keeper_is_taken_up() {
        let (sender, end) = End::for_test();
        let link = Link::start(end);
        assert_eq!(pull(&link).await, Some(Refusal::Unavailable));
        for _ in 0..2 {
            let (ours, theirs) = StdUnixStream::pair().unwrap();
            let answered = keeper(theirs, 2, 0);
            sender.send(ours).unwrap();
            taken_up(&link).await;
            assert_eq!((pull(&link).await, pull(&link).await), (None, None));
            assert_eq!(pull(&link).await, Some(Refusal::Unavailable));
            answered.join().unwrap();
        }
    }

    /// M45: a keeper that reads and says nothing costs a caller a known time, and whoever comes later no more.
    #[tokio::test]
    async fn a_keeper_that_does_not_answer_is_away_and_its_callers_do_not_pile_up() {
        let (sender, end) = End::for_test();
        let short = Duration::from_millis(60);
        let link = Link::<Courier>::start_with(end, Patience { turn: short, answer: short });
        let (ours, _theirs) = StdUnixStream::pair().unwrap();
        sender.send(ours).unwrap();
        taken_up(&link).await;
        let all = (0..AT_ONCE + 9).map(|_| {
            let link = link.clone();
            tokio::spawn(async move { pull(&link).await })
        });
        for one in all.collect::<Vec<_>>() {
            assert_eq!(one.await.unwrap(), Some(Refusal::Unavailable));
        }
        assert_eq!(link.state().waiting.len(), AT_ONCE, "what was asked may still be answered");
        drop(sender);
    }

    /// M45: an answer that comes too late does no harm, and makes room.
    #[tokio::test]
    async fn a_late_answer_gives_the_turn_back() {
        let (sender, end) = End::for_test();
        let patience = Patience { turn: Duration::from_secs(5), answer: Duration::from_millis(60) };
        let link = Link::<Courier>::start_with(end, patience);
        let (ours, theirs) = StdUnixStream::pair().unwrap();
        sender.send(ours).unwrap();
        taken_up(&link).await;
        assert_eq!(pull(&link).await, Some(Refusal::Unavailable));
        let answered = keeper(theirs, 2, 0);
        while link.turns.available_permits() < AT_ONCE {
            tokio::task::yield_now().await;
        }
        assert_eq!(pull(&link).await, None);
        answered.join().unwrap();
    }

    #[tokio::test]
    async fn an_answer_to_another_question_is_no_answer() {
        let (sender, end) = End::for_test();
        let link = Link::start(end);
        let (ours, theirs) = StdUnixStream::pair().unwrap();
        let answered = keeper(theirs, 1, 1);
        sender.send(ours).unwrap();
        taken_up(&link).await;
        assert_eq!(pull(&link).await, Some(Refusal::Unavailable));
        answered.join().unwrap();
    }
}
