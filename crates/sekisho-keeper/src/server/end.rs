//! One caller's end: a thread that reads requests, a thread that writes answers.

use std::{
    io,
    net::Shutdown,
    os::unix::net::UnixStream,
    sync::mpsc::{Receiver, Sender, SyncSender, TrySendError, sync_channel},
    thread,
};

use sekisho_sys::frame::{read_frame, write_frame};
use serde::{Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

use super::Incoming;
use crate::{
    engine::{Ask, Reply},
    wire::{CourierRequest, DeskRequest, GateRequest, MAX_FRAME, Numbered},
};

/// Answers that may wait for a caller that doesn't read. One that is slower than this is cut off.
const WAITING: usize = 256;

/// Which process holds the other end. It decides which verbs exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// The gate.
    Gate,
    /// The desk.
    Desk,
    /// The courier.
    Courier,
}

/// The way back to whoever asked.
pub(crate) struct Back {
    number: u64,
    frames: SyncSender<Zeroizing<Vec<u8>>>,
    stream: Option<UnixStream>,
}

impl Back {
    /// Sends the answer. A caller that doesn't read its answers is cut off; the keeper waits for nobody.
    pub(super) fn say(self, reply: Reply) {
        let frame = match reply {
            Reply::Gate(answer) => encode(self.number, &answer),
            Reply::Desk(answer) => encode(self.number, &answer),
            Reply::Courier(answer) => encode(self.number, &answer),
        };
        if let Err(TrySendError::Full(_)) = self.frames.try_send(frame) {
            tracing::error!("a caller doesn't read its answers and was cut off");
            let _ = self.stream.map(|stream| stream.shutdown(Shutdown::Both));
        }
    }
}

fn encode(number: u64, body: &impl Serialize) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(postcard::to_allocvec(&Numbered { number, body }).expect("answers are plain structures"))
}

pub(super) fn serve(caller: Caller, stream: UnixStream, to: Sender<Incoming>) -> io::Result<()> {
    let (frames, out) = sync_channel(WAITING);
    let writer = stream.try_clone()?;
    thread::Builder::new().name(format!("{caller:?} out")).spawn(move || write(writer, &out))?;
    let reader = move || match caller {
        Caller::Gate => read::<GateRequest>(stream, Ask::Gate, &frames, &to),
        Caller::Desk => read::<DeskRequest>(stream, Ask::Desk, &frames, &to),
        Caller::Courier => read::<CourierRequest>(stream, Ask::Courier, &frames, &to),
    };
    thread::Builder::new().name(format!("{caller:?} in")).spawn(reader)?;
    Ok(())
}

fn write(mut stream: UnixStream, out: &Receiver<Zeroizing<Vec<u8>>>) {
    for frame in out {
        if write_frame(&mut stream, &frame).is_err() {
            return;
        }
    }
}

fn read<T: DeserializeOwned>(
    mut stream: UnixStream,
    ask: fn(T) -> Ask,
    frames: &SyncSender<Zeroizing<Vec<u8>>>,
    to: &Sender<Incoming>,
) {
    while let Ok(Some(frame)) = read_frame(&mut stream, MAX_FRAME) {
        let Ok(Numbered { number, body }) = postcard::from_bytes::<Numbered<T>>(&frame) else {
            // Whoever sends this is not our program, or not any more.
            tracing::error!("a caller sent a frame that is no request and was cut off");
            break;
        };
        let back = Back { number, frames: frames.clone(), stream: stream.try_clone().ok() };
        if to.send(Incoming::Ask(ask(body), back)).is_err() {
            break;
        }
    }
    let _ = stream.shutdown(Shutdown::Both);
}
