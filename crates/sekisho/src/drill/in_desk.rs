//! The intruder in the desk: the desk goes on as ever, so that nobody on shift sees a difference, and a second hand is
//! on its line to the keeper.
//!
//! It has what a desk has: its folder, its listener, and the tokens of shifts that pass by. With each of them it takes
//! what it can get, as fast as it can.

use std::{io, os::unix::net::UnixStream, sync::mpsc::Receiver, thread};

use sekisho_core::{check::Reason, entropy::fresh, id::AssignmentId};
use sekisho_keeper::wire::{DeskAnswer, DeskRequest, Refusal, ShiftToken};
use sekisho_sys::entropy::SystemEntropy;

use super::{
    intruder::{self, Brief, Note, Notebook},
    reach,
    sought::Got,
    tap::{Passed, Tap, made_up},
};
use crate::supervisor::{Role, RoleContext, role::RoleError};

/// How often assignments and tokens are guessed.
const GUESSES: u32 = 200;
/// How often it goes on asking after it was refused.
const PRESSES: u32 = 40;

/// What the drill counts, by how the intruder calls it.
pub(super) const RELAYED: &str = "a picture that somebody on shift looked at";
pub(super) const TAKEN: &str = "a picture with somebody's shift";
pub(super) const DECIDED: &str = "a false verdict with somebody's shift";
pub(super) const REFUSED: &str = "a look after the budget was spent";
pub(super) const OVER: &str = "a look after the shift was ended";

struct Intruder {
    tap: Tap,
    passed: Receiver<Passed>,
    notebook: Notebook,
    brief: Brief,
}

/// What was seen of a person on shift.
#[derive(Default)]
struct Victim {
    proof: Vec<u8>,
    token: Option<ShiftToken>,
}

/// Robs whoever begins a shift while `desk`, the real one, serves them.
pub(crate) fn run(mut context: RoleContext, desk: fn(RoleContext) -> Result<(), RoleError>) -> Result<(), RoleError> {
    let brief = intruder::brief(&mut context)?;
    let keeper = context.ends.take("keeper")?.blocking_next().ok_or_else(|| RoleError::new("no keeper"))?;
    let (theirs, ours) = UnixStream::pair()?;
    context.ends.put("keeper", theirs);
    let (tap, passed) = Tap::between(ours, keeper)?;
    // The keeper's own word, not only the supervisor's: its keystore says it.
    if !matches!(tap.asked(&DeskRequest::Status)?.1, Ok(DeskAnswer::Status(status)) if status.test) {
        return Err(RoleError::new("the keeper does not belong to a test installation: no drill runs inside it"));
    }
    let intruder = Intruder { tap, passed, notebook: Notebook::of(&context.config.data, Role::Desk), brief };
    let work = move || intruder.go_on().unwrap_or_else(|error| tracing::warn!(%error, "the intruder came to no end"));
    thread::Builder::new().name("intruder".into()).spawn(work)?;
    desk(context)
}

impl Intruder {
    fn go_on(&self) -> io::Result<()> {
        self.alone()?;
        for attempt in reach::try_all(&self.brief.targets, &self.brief.sought) {
            self.notebook.note(&Note::Tried(attempt))?;
        }
        self.notebook.note(&Note::Tried(reach::spawn()))?;
        self.notebook.note(&Note::Waits)?;
        let victim = self.wait()?;
        let token = victim.token.ok_or(io::ErrorKind::NotFound)?;
        let taken = self.rob(&token)?;
        self.again(&token, &taken, &victim.proof)?;
        self.notebook.note(&Note::End)
    }

    fn tried(&self, what: &str, worked: bool, got: Got) -> io::Result<()> {
        self.notebook.tried(what, worked, got)
    }

    /// Nobody is on shift: every verb of the desk, with tokens that nobody was given.
    fn alone(&self) -> io::Result<()> {
        let guess = || AssignmentId::from_bytes(fresh(&mut SystemEntropy));
        let mut questions = vec![
            DeskRequest::Next(made_up()),
            DeskRequest::Whoami(made_up()),
            DeskRequest::Queue(made_up()),
            DeskRequest::Staff(made_up()),
            DeskRequest::Directory(made_up()),
            DeskRequest::Board(made_up()),
            DeskRequest::Alerts(made_up()),
            DeskRequest::Events { shift: made_up(), limit: 1000 },
            DeskRequest::Entries { shift: made_up(), places: (0..64).collect() },
            DeskRequest::Ledger { shift: made_up(), from: 0 },
            DeskRequest::SameMembers { shift: made_up(), checks: Vec::new() },
            DeskRequest::EnrolOptions { invitation: "0".repeat(52) },
        ];
        let looks = (0..GUESSES).map(|_| DeskRequest::View { shift: made_up(), assignment: guess(), again: None });
        questions.extend(looks);
        for question in questions {
            let (raw, answer) = self.tap.asked(&question)?;
            self.tried("a verb of the desk's, with nobody on shift", answer.is_ok(), self.brief.sought.within(&raw))?;
        }
        Ok(())
    }

    /// Somebody begins a shift, looks at a document and decides.
    fn wait(&self) -> io::Result<Victim> {
        let mut victim = Victim::default();
        loop {
            match self.passed.recv().map_err(io::Error::other)? {
                Passed::Proof(proof) => victim.proof = proof,
                Passed::Shift(token) => victim.token = Some(token),
                Passed::Picture(frame) => self.tried(RELAYED, true, self.brief.sought.within(&frame))?,
                Passed::Decided => return Ok(victim),
            }
        }
    }

    /// Takes what that person's shift gives, until it gives nothing any more; and goes on asking.
    fn rob(&self, token: &ShiftToken) -> io::Result<Vec<AssignmentId>> {
        let (mut taken, mut pressed) = (Vec::new(), 0);
        while pressed < PRESSES {
            let Some(assignment) = self.next(token)? else {
                self.tried(OVER, false, Got::default())?;
                break;
            };
            let look = DeskRequest::View { shift: token.clone(), assignment, again: None };
            let (raw, answer) = self.tap.asked(&look)?;
            let got = self.brief.sought.within(&raw);
            match answer {
                Ok(_) => {
                    self.tried(TAKEN, true, got)?;
                    taken.push(assignment);
                    self.decide(token, assignment)?;
                }
                Err(refusal) => {
                    let what = if refusal == Refusal::ShiftOver { OVER } else { REFUSED };
                    self.tried(what, false, got)?;
                    pressed += 1;
                }
            }
        }
        Ok(taken)
    }

    fn next(&self, token: &ShiftToken) -> io::Result<Option<AssignmentId>> {
        let (_, answer) = self.tap.asked(&DeskRequest::Next(token.clone()))?;
        Ok(match answer {
            Ok(DeskAnswer::Next(Some(given))) => Some(given.assignment),
            _ => None,
        })
    }

    /// Only whoever decides is given the next one: so the thief says something.
    fn decide(&self, token: &ShiftToken, assignment: AssignmentId) -> io::Result<()> {
        let decide = DeskRequest::Decide { shift: token.clone(), assignment, reason: Reason::OldEnough };
        let decided = self.tap.asked(&decide)?.1.is_ok();
        self.tried(DECIDED, decided, Got::default())
    }

    /// Once more what was taken already, and the proof with which the shift began.
    fn again(&self, token: &ShiftToken, taken: &[AssignmentId], proof: &[u8]) -> io::Result<()> {
        for assignment in taken {
            let look = DeskRequest::View { shift: token.clone(), assignment: *assignment, again: None };
            let (raw, answer) = self.tap.asked(&look)?;
            self.tried("a look that was taken", answer.is_ok(), self.brief.sought.within(&raw))?;
        }
        let raw = self.tap.ask_raw(proof)?;
        let begun = matches!(postcard::from_bytes(&raw), Ok(Ok::<_, Refusal>(DeskAnswer::Shift(_))));
        self.tried("a proof of presence that was used", begun, Got::default())
    }
}
