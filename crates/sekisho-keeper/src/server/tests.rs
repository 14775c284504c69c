use std::{
    io::Read,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
};

use sekisho_core::render::RenderRequest;
use sekisho_seal::Plaintext;
use sekisho_sys::frame::{read_frame, write_frame};
use serde::{Serialize, de::DeserializeOwned};

use super::*;
use crate::{
    engine::tests::house::{House, PASSPHRASE},
    wire::{Answered, DeskRequest, GateAnswer, GateRequest, MAX_FRAME, Numbered, Secrets},
};

/// Draws by handing back how much there was to draw, or not at all.
struct Drawer(bool);

impl Renderer for Drawer {
    fn draw(&self, request: &RenderRequest, content: &Plaintext) -> Result<render::Drawn, DrawError> {
        assert_eq!(request.watermark.len(), 3, "viewing, person, time");
        let drawn = render::Drawn {
            media_type: "image/png".into(),
            bytes: content.as_bytes().len().to_be_bytes().into(),
            proposal: None,
        };
        if self.0 { Ok(drawn) } else { Err(DrawError::Unreadable) }
    }
}

struct Running {
    handle: Handle,
    thread: Option<JoinHandle<Ended>>,
}

impl Running {
    fn start(keeper: Keeper, draws: bool) -> Self {
        let (server, handle) = Server::new(keeper, Arc::new(Drawer(draws)));
        Self { handle, thread: Some(std::thread::spawn(move || server.run())) }
    }

    fn end(&self, caller: Caller) -> UnixStream {
        let (mine, its) = UnixStream::pair().unwrap();
        self.handle.serve(caller, its).unwrap();
        mine
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.handle.stop();
        assert_eq!(self.thread.take().unwrap().join().unwrap(), Ended::Stopped);
    }
}

fn say(end: &mut UnixStream, number: u64, body: impl Serialize) {
    write_frame(end, &postcard::to_allocvec(&Numbered { number, body }).unwrap()).unwrap();
}

fn hear<T: DeserializeOwned>(end: &mut UnixStream) -> Numbered<Answered<T>> {
    postcard::from_bytes(&read_frame(end, MAX_FRAME).unwrap().expect("an answer")).unwrap()
}

fn unlock(operator: &mut UnixStream, passphrase: &[u8]) -> Result<(), Refusal> {
    say(operator, 1, OperatorRequest::Unlock(Unlocking::Passphrase(Secrets(passphrase.to_vec()))));
    hear::<OperatorAnswer>(operator).body.map(drop)
}

fn is_served(end: &mut UnixStream) -> bool {
    say(end, 7, GateRequest::Status);
    matches!(hear(end), Numbered { number: 7, body: Ok(GateAnswer::Status(_)) })
}

#[test]
fn answers_carry_the_numbers_of_their_requests() {
    let mut house = House::founded();
    let running = Running::start(Keeper::Unlocked(Box::new(house.lend_engine())), true);
    let mut gate = running.end(Caller::Gate);
    for number in 0..50 {
        say(&mut gate, number, GateRequest::Status);
    }
    let mut numbers: Vec<u64> = (0..50).map(|_| hear::<GateAnswer>(&mut gate).number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (0..50).collect::<Vec<_>>());
}

#[test]
fn a_caller_that_sends_nonsense_is_cut_off_and_no_other() {
    let mut house = House::founded();
    let running = Running::start(Keeper::Unlocked(Box::new(house.lend_engine())), true);
    let (mut bad, mut good) = (running.end(Caller::Gate), running.end(Caller::Gate));
    write_frame(&mut bad, &[0xFF; 40]).unwrap();
    assert_eq!(bad.read(&mut [0; 1]).unwrap(), 0, "the end is closed");
    assert!(is_served(&mut good));
    assert!(is_served(&mut running.end(Caller::Gate)), "a new end in place of the old one");
}

/// A verb of the desk does not exist on the gate's descriptor: at best it is another verb of the gate's own.
#[test]
fn the_gates_descriptor_has_no_verbs_of_the_desk() {
    let mut house = House::founded();
    house.submit("one");
    let shift = house.begin_shift();
    let assignment = house.next(&shift).unwrap();
    let running = Running::start(Keeper::Unlocked(Box::new(house.lend_engine())), true);
    let mut gate = running.end(Caller::Gate);
    say(&mut gate, 1, DeskRequest::View { shift, assignment, again: None });
    let answered = read_frame(&mut gate, MAX_FRAME).unwrap();
    let answer = answered.map(|frame| postcard::from_bytes::<Numbered<Answered<GateAnswer>>>(&frame).unwrap().body);
    assert!(matches!(answer, None | Some(Err(_))), "neither a picture nor anything else");
}

#[test]
fn a_viewing_is_drawn_by_an_inspector_and_given_once() {
    for (draws, expected) in [(true, None), (false, Some(Refusal::Damaged))] {
        let mut house = House::founded();
        house.submit("one");
        let shift = house.begin_shift();
        let assignment = house.next(&shift).unwrap();
        let running = Running::start(Keeper::Unlocked(Box::new(house.lend_engine())), draws);
        let mut desk = running.end(Caller::Desk);
        say(&mut desk, 1, DeskRequest::View { shift: shift.clone(), assignment, again: None });
        match hear::<DeskAnswer>(&mut desk).body {
            Ok(DeskAnswer::Picture(picture)) => assert_eq!((picture.bytes.len(), expected), (8, None)),
            Err(refusal) => assert_eq!(Some(refusal), expected),
            _ => panic!("neither a picture nor a refusal"),
        }
        say(&mut desk, 2, DeskRequest::View { shift, assignment, again: None });
        assert_eq!(hear::<DeskAnswer>(&mut desk).body.unwrap_err(), Refusal::AlreadyViewed);
    }
}

#[test]
fn a_locked_keeper_says_so_until_the_passphrase_comes() {
    let mut house = House::founded();
    let locked = house.restart_locked_after(60);
    let running = Running::start(Keeper::Locked(Box::new(locked)), true);
    let mut gate = running.end(Caller::Gate);
    say(&mut gate, 1, GateRequest::Directory);
    assert_eq!(hear::<GateAnswer>(&mut gate).body.unwrap_err(), Refusal::Locked);
    say(&mut gate, 2, GateRequest::IntakeKey);
    let Ok(GateAnswer::IntakeKey(keys)) = hear(&mut gate).body else { panic!("the public half is not secret") };
    assert_eq!(keys.keys.len(), 1);
    let mut operator = running.end(Caller::Operator);
    assert_eq!(unlock(&mut operator, b"another"), Err(Refusal::NotUnlocked));
    assert_eq!(unlock(&mut operator, PASSPHRASE), Ok(()));
    say(&mut gate, 3, GateRequest::Directory);
    assert!(hear::<GateAnswer>(&mut gate).body.is_ok());
}

/// A caller that asks and never reads costs itself its end, and the keeper nothing.
#[test]
fn a_caller_that_does_not_read_is_cut_off() {
    let mut house = House::founded();
    let running = Running::start(Keeper::Unlocked(Box::new(house.lend_engine())), true);
    let (mut deaf, mut good) = (running.end(Caller::Gate), running.end(Caller::Gate));
    deaf.set_write_timeout(Some(Duration::from_secs(10))).unwrap();
    let frame = postcard::to_allocvec(&Numbered { number: 1, body: GateRequest::Directory }).unwrap();
    let cut = (0..200_000).any(|_| write_frame(&mut deaf, &frame).is_err());
    assert!(cut, "it is cut off in the end");
    assert!(is_served(&mut good));
}

/// Draws only once it is let go.
struct Slow {
    let_go: Mutex<Receiver<()>>,
    begun: Sender<()>,
    broken_off: Arc<AtomicBool>,
}

impl Renderer for Slow {
    fn draw(&self, _: &RenderRequest, _: &Plaintext) -> Result<render::Drawn, DrawError> {
        self.begun.send(()).unwrap();
        let _ = self.let_go.lock().unwrap().recv();
        Ok(render::Drawn { media_type: "image/png".into(), bytes: b"drawn too late".into(), proposal: None })
    }

    fn break_off(&self) {
        self.broken_off.store(true, Ordering::SeqCst);
    }
}

/// M26: a picture that was released and waits for its drawing, and one that is being drawn, are given to nobody once
/// the vault is locked down; whoever waits is told at once, not when the drawing ends.
#[test]
fn what_was_released_and_not_shown_yet_is_dropped_by_a_lockdown() {
    let mut house = House::founded();
    let (shifts, assignments) = house.three_assigned();
    let ((let_go, held), (begun, begins)) = (channel(), channel());
    let broken_off = Arc::new(AtomicBool::new(false));
    let slow = Slow { let_go: Mutex::new(held), begun, broken_off: Arc::clone(&broken_off) };
    let (wiped, wipes) = channel();
    let (server, handle) = Server::new(Keeper::Unlocked(Box::new(house.lend_engine())), Arc::new(slow));
    let server = server.on_lockdown(move || wiped.send(()).unwrap());
    let running = Running { handle, thread: Some(std::thread::spawn(move || server.run())) };
    let (mut desk, mut operator) = (running.end(Caller::Desk), running.end(Caller::Operator));
    for (number, (shift, assignment)) in (0..).zip(shifts.into_iter().zip(assignments)) {
        say(&mut desk, number, DeskRequest::View { shift, assignment, again: None });
    }
    // Two are being drawn, the third waits.
    begins.recv().unwrap();
    begins.recv().unwrap();
    say(&mut operator, 1, OperatorRequest::LockDown { why: "a test".into() });
    hear::<OperatorAnswer>(&mut operator).body.unwrap();
    wipes.recv().unwrap();
    let mut answered: Vec<u64> = (0..3)
        .map(|_| {
            let Numbered { number, body } = hear::<DeskAnswer>(&mut desk);
            assert_eq!(body.unwrap_err(), Refusal::LockedDown);
            number
        })
        .collect();
    answered.sort_unstable();
    assert_eq!(answered, [0, 1, 2]);
    assert!(broken_off.load(Ordering::SeqCst));
    drop(let_go);
    assert_eq!(unlock(&mut operator, b"another"), Err(Refusal::NotUnlocked));
    assert_eq!(unlock(&mut operator, PASSPHRASE), Ok(()));
    say(&mut desk, 9, DeskRequest::Status);
    let Ok(DeskAnswer::Status(status)) = hear::<DeskAnswer>(&mut desk).body else { panic!("no status") };
    assert!(status.locked_down.is_none() && !status.locked);
}
