//! A hand on the line between a desk and its keeper: everything that passes is seen, and questions of its own are
//! slipped in between.

use std::{
    collections::HashMap,
    io,
    os::unix::net::UnixStream,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::Duration,
};

use sekisho_core::entropy::fresh;
use sekisho_keeper::wire::{Answered, DeskAnswer, DeskRequest, MAX_FRAME, Numbered, ShiftToken};
use sekisho_sys::{
    entropy::SystemEntropy,
    frame::{read_frame, write_frame},
};

/// Numbers from here on are ours: a desk that counts its questions never gets there.
const OURS: u64 = 1 << 48;
/// How long the keeper may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// What passed by.
pub(super) enum Passed {
    /// Somebody's proof of presence, as it was sent.
    Proof(Vec<u8>),
    /// A shift began.
    Shift(ShiftToken),
    /// A picture, with all that it came in.
    Picture(Vec<u8>),
    /// A decision was made.
    Decided,
}

/// The line.
#[derive(Clone)]
pub(super) struct Tap(Arc<Inside>);

struct Inside {
    to_keeper: Mutex<UnixStream>,
    waiting: Mutex<HashMap<u64, Sender<Vec<u8>>>>,
    next: Mutex<u64>,
}

impl Tap {
    /// Stands between the two from here on.
    pub(super) fn between(desk: UnixStream, keeper: UnixStream) -> io::Result<(Self, Receiver<Passed>)> {
        let to_keeper = Mutex::new(keeper.try_clone()?);
        let tap = Self(Arc::new(Inside { to_keeper, waiting: Mutex::default(), next: Mutex::new(OURS) }));
        let (say, passed) = channel();
        let (up, down) = (tap.clone(), tap.clone());
        let (from_desk, told) = (desk.try_clone()?, say.clone());
        thread::Builder::new().name("up".into()).spawn(move || up.carry_up(from_desk, &told))?;
        thread::Builder::new().name("down".into()).spawn(move || down.carry_down(keeper, desk, &say))?;
        Ok((tap, passed))
    }

    /// Asks the keeper as the desk does: the answer's frame behind its number.
    pub(super) fn ask(&self, request: &DeskRequest) -> io::Result<Vec<u8>> {
        let body = postcard::to_allocvec(request).map_err(io::Error::other)?;
        self.ask_raw(&body)
    }

    /// The same with a question that is serialized already.
    pub(super) fn ask_raw(&self, body: &[u8]) -> io::Result<Vec<u8>> {
        let number = {
            let mut next = locked(&self.0.next);
            *next += 1;
            *next
        };
        let (say, answer) = channel();
        locked(&self.0.waiting).insert(number, say);
        let mut frame = postcard::to_allocvec(&number).map_err(io::Error::other)?;
        frame.extend(body);
        write_frame(&mut *locked(&self.0.to_keeper), &frame)?;
        answer.recv_timeout(PATIENCE).map_err(|_| io::ErrorKind::TimedOut.into())
    }

    /// Asks, and reads the answer.
    pub(super) fn asked(&self, request: &DeskRequest) -> io::Result<(Vec<u8>, Answered<DeskAnswer>)> {
        let raw = self.ask(request)?;
        let answer = postcard::from_bytes(&raw).map_err(io::Error::other)?;
        Ok((raw, answer))
    }

    fn carry_up(&self, mut desk: UnixStream, say: &Sender<Passed>) {
        while let Ok(Some(frame)) = read_frame(&mut desk, MAX_FRAME) {
            if let Ok(Numbered { body: DeskRequest::BeginShift { .. }, .. }) = postcard::from_bytes(&frame)
                && let Ok((_, body)) = postcard::take_from_bytes::<u64>(&frame)
            {
                let _ = say.send(Passed::Proof(body.to_vec()));
            }
            if write_frame(&mut *locked(&self.0.to_keeper), &frame).is_err() {
                return;
            }
        }
    }

    fn carry_down(&self, mut keeper: UnixStream, mut desk: UnixStream, say: &Sender<Passed>) {
        while let Ok(Some(frame)) = read_frame(&mut keeper, MAX_FRAME) {
            let Ok((number, body)) = postcard::take_from_bytes::<u64>(&frame) else { return };
            if let Some(ours) = locked(&self.0.waiting).remove(&number) {
                let _ = ours.send(body.to_vec());
                continue;
            }
            // The desk gets it first: nobody waits longer for being robbed.
            let written = write_frame(&mut desk, &frame);
            if let Some(passed) = seen(body) {
                let _ = say.send(passed);
            }
            if written.is_err() {
                return;
            }
        }
    }
}

fn seen(body: &[u8]) -> Option<Passed> {
    match postcard::from_bytes::<Answered<DeskAnswer>>(body).ok()?.ok()? {
        DeskAnswer::Shift(shift) => Some(Passed::Shift(shift.token)),
        DeskAnswer::Picture(_) => Some(Passed::Picture(body.to_vec())),
        DeskAnswer::Decided(_) => Some(Passed::Decided),
        _ => None,
    }
}

/// A token that nobody was given.
pub(super) fn made_up() -> ShiftToken {
    ShiftToken(fresh(&mut SystemEntropy))
}

fn locked<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sekisho_keeper::wire::Refusal;

    /// The keeper's side: answers each question with a refusal under its number.
    fn refuses_all(mut keeper: UnixStream) {
        while let Ok(Some(frame)) = read_frame(&mut keeper, MAX_FRAME) {
            let Numbered::<DeskRequest> { number, .. } = postcard::from_bytes(&frame).unwrap();
            let body: Answered<DeskAnswer> = Err(Refusal::ShiftOver);
            write_frame(&mut keeper, &postcard::to_allocvec(&Numbered { number, body }).unwrap()).unwrap();
        }
    }

    #[test]
    fn a_desk_and_a_hand_on_its_line_each_get_their_own_answers() {
        let ((keeper, ours), (mut desk, mine)) = (UnixStream::pair().unwrap(), UnixStream::pair().unwrap());
        thread::spawn(move || refuses_all(keeper));
        let (tap, passed) = Tap::between(mine, ours).unwrap();
        assert!(matches!(tap.asked(&DeskRequest::Next(made_up())).unwrap().1, Err(Refusal::ShiftOver)));
        let frame = postcard::to_allocvec(&Numbered { number: 3, body: DeskRequest::Status }).unwrap();
        write_frame(&mut desk, &frame).unwrap();
        let answer = read_frame(&mut desk, MAX_FRAME).unwrap().unwrap();
        assert_eq!(postcard::from_bytes::<Numbered<Answered<DeskAnswer>>>(&answer).unwrap().number, 3);
        assert!(passed.try_recv().is_err(), "a refusal is nothing to steal");
    }
}
