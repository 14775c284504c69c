//! One caller's end: a thread that reads requests, a thread that writes answers.

use std::{
    io,
    net::Shutdown,
    os::unix::net::UnixStream,
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        mpsc::{Receiver, Sender, SyncSender, TrySendError, sync_channel},
    },
    thread,
};

use sekisho_seal::Wiped;
use sekisho_sys::frame::{read_frame, write_frame};
use serde::{Serialize, de::DeserializeOwned};

use super::Incoming;
use crate::{
    engine::{Ask, Reply},
    wire::{CourierRequest, DeskRequest, GateRequest, MAX_FRAME, Numbered, OperatorRequest},
};

/// Answers that may wait for a caller that doesn't read. One that is slower than this is cut off.
const WAITING: usize = 2 * OPEN;

/// Requests of one caller that may be without an answer. Further ones stay in the socket, so that a caller who asks
/// faster than the keeper decides waits there, and neither fills the keeper's memory nor keeps others from their turn.
const OPEN: usize = 128;

/// Counts requests without an answer.
#[derive(Default)]
struct Open {
    count: Mutex<usize>,
    fewer: Condvar,
}

/// One of them. Its place is given back when it was answered, or can't be.
struct Place(Arc<Open>);

impl Open {
    /// Waits for a place.
    fn enter(self: &Arc<Self>) -> Place {
        let mut count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        while *count >= OPEN {
            count = self.fewer.wait(count).unwrap_or_else(PoisonError::into_inner);
        }
        *count += 1;
        Place(Arc::clone(self))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        *self.0.count.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.0.fewer.notify_one();
    }
}

/// Which process holds the other end. It decides which verbs exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// The gate.
    Gate,
    /// The desk.
    Desk,
    /// The courier.
    Courier,
    /// Whoever runs the machine.
    Operator,
}

/// The way back to whoever asked.
pub(crate) struct Back {
    number: u64,
    frames: SyncSender<Wiped>,
    stream: Option<UnixStream>,
    _place: Place,
}

impl Back {
    /// Sends the answer. A caller that doesn't read its answers is cut off; the keeper waits for nobody.
    pub(super) fn say(self, reply: Reply) {
        let frame = match reply {
            Reply::Gate(answer) => encode(self.number, &answer),
            Reply::Desk(answer) => encode(self.number, &answer),
            Reply::Courier(answer) => encode(self.number, &answer),
            Reply::Operator(answer) => encode(self.number, &answer),
        };
        if let Err(TrySendError::Full(_)) = self.frames.try_send(frame) {
            tracing::error!("a caller doesn't read its answers and was cut off");
            let _ = self.stream.map(|stream| stream.shutdown(Shutdown::Both));
        }
    }
}

fn encode(number: u64, body: &impl Serialize) -> Wiped {
    Wiped::new(postcard::to_allocvec(&Numbered { number, body }).expect("answers are plain structures"))
}

pub(super) fn serve(caller: Caller, stream: UnixStream, to: Sender<Incoming>) -> io::Result<()> {
    let (frames, out) = sync_channel(WAITING);
    let writer = stream.try_clone()?;
    thread::Builder::new().name(format!("{caller:?} out")).spawn(move || write(writer, &out))?;
    let reader = move || match caller {
        Caller::Gate => read::<GateRequest>(stream, Ask::Gate, &frames, &to),
        Caller::Desk => read::<DeskRequest>(stream, Ask::Desk, &frames, &to),
        Caller::Courier => read::<CourierRequest>(stream, Ask::Courier, &frames, &to),
        Caller::Operator => read::<OperatorRequest>(stream, Ask::Operator, &frames, &to),
    };
    thread::Builder::new().name(format!("{caller:?} in")).spawn(reader)?;
    Ok(())
}

fn write(mut stream: UnixStream, out: &Receiver<Wiped>) {
    for frame in out {
        if write_frame(&mut stream, &frame).is_err() {
            return;
        }
    }
}

fn read<T: DeserializeOwned>(
    mut stream: UnixStream,
    ask: fn(T) -> Ask,
    frames: &SyncSender<Wiped>,
    to: &Sender<Incoming>,
) {
    let open = Arc::<Open>::default();
    // It may hold what unlocks the keeper.
    while let Ok(Some(frame)) = read_frame(&mut stream, MAX_FRAME).map(|frame| frame.map(Wiped::new)) {
        let Ok(Numbered { number, body }) = postcard::from_bytes::<Numbered<T>>(&frame) else {
            // Whoever sends this is not our program, or not any more.
            tracing::error!("a caller sent a frame that is no request and was cut off");
            break;
        };
        let back = Back { number, frames: frames.clone(), stream: stream.try_clone().ok(), _place: open.enter() };
        if to.send(Incoming::Ask(Box::new(ask(body)), back)).is_err() {
            break;
        }
    }
    let _ = stream.shutdown(Shutdown::Both);
}
