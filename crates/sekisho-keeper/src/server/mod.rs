//! The keeper's sockets: frames in, one thread that decides, frames out.
//!
//! The engine runs on the thread that calls [`Server::run`], alone. What arrives
//! while it works is its next batch, so that many writers share one sync.

mod end;
mod render;

use std::{
    os::unix::net::UnixStream,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    time::Duration,
};

use end::Back;
pub use end::Caller;
pub use render::{DrawError, Drawn, ForkedRenderer, Renderer};
use zeroize::Zeroizing;

use crate::{
    engine::{Ask, Engine, LOOK_SECONDS, Locked, Outcome, Reply},
    wire::{DeskAnswer, Picture, Refusal},
};

/// The most requests that one transaction takes.
const BATCH: usize = 64;
/// Pictures that may be drawn at once.
const DRAWERS: usize = 2;

/// What reaches the deciding thread.
pub(crate) enum Incoming {
    Ask(Ask, Back),
    Unlock(Zeroizing<Vec<u8>>, Sender<bool>),
    Stop,
}

/// A way to the deciding thread, for whoever holds the keeper's control channel.
#[derive(Clone)]
pub struct Handle(Sender<Incoming>);

impl Handle {
    /// Serves a caller's new end. The old one, if any, has closed or will.
    pub fn serve(&self, caller: Caller, stream: UnixStream) -> std::io::Result<()> {
        end::serve(caller, stream, self.0.clone())
    }

    /// Unlocks the keeper; says whether it is unlocked now.
    pub fn unlock(&self, passphrase: Zeroizing<Vec<u8>>) -> bool {
        let (say, said) = channel();
        self.0.send(Incoming::Unlock(passphrase, say)).is_ok() && said.recv().unwrap_or(false)
    }

    /// Stops after what is under way.
    pub fn stop(&self) {
        let _ = self.0.send(Incoming::Stop);
    }
}

/// Whether the keeper holds its keys.
pub enum Keeper {
    /// It doesn't.
    Locked(Box<Locked>),
    /// It does.
    Unlocked(Box<Engine>),
}

/// Why the server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It was told to.
    Stopped,
    /// The keeper can't go on and must be started anew.
    Halted,
}

/// The keeper's server.
pub struct Server {
    keeper: Option<Keeper>,
    incoming: Receiver<Incoming>,
    drawers: Sender<render::Job>,
}

impl Server {
    /// A server for a keeper, and the way to it.
    pub fn new(keeper: Keeper, renderer: Arc<dyn Renderer>) -> (Self, Handle) {
        let (say, incoming) = channel();
        let drawers = render::start(DRAWERS, renderer);
        (Self { keeper: Some(keeper), incoming, drawers }, Handle(say))
    }

    /// Serves until it is told to stop.
    pub fn run(mut self) -> Ended {
        loop {
            let patience = self.patience();
            let first = match self.incoming.recv_timeout(patience) {
                Ok(Incoming::Stop) | Err(RecvTimeoutError::Disconnected) => return self.wind_up(),
                Ok(incoming) => Some(incoming),
                Err(RecvTimeoutError::Timeout) => None,
            };
            self.tick_if_due(first.is_none());
            if first.is_some_and(|first| self.take(first)) {
                return self.wind_up();
            }
            if matches!(&self.keeper, Some(Keeper::Unlocked(engine)) if engine.is_halted()) {
                return Ended::Halted;
            }
        }
    }

    fn wind_up(mut self) -> Ended {
        self.tick_if_due(true);
        Ended::Stopped
    }

    fn patience(&mut self) -> Duration {
        let due = match &mut self.keeper {
            // Asked first what has arrived, then on with what is left.
            Some(Keeper::Unlocked(engine)) if engine.is_behind() => return Duration::ZERO,
            Some(Keeper::Unlocked(engine)) => engine.seconds_to_next_due(),
            _ => LOOK_SECONDS,
        };
        Duration::from_secs(due.clamp(1, LOOK_SECONDS))
    }

    fn tick_if_due(&mut self, idle: bool) {
        match &mut self.keeper {
            Some(Keeper::Unlocked(engine)) => engine.tick_if_due(idle),
            Some(Keeper::Locked(locked)) => {
                if let Err(cause) = locked.tick() {
                    tracing::error!(%cause, "overdue slots were not overwritten");
                }
            }
            None => {}
        }
    }

    /// Takes one and what else has arrived. True if it is told to stop.
    fn take(&mut self, first: Incoming) -> bool {
        let (mut asks, mut backs) = (Vec::new(), Vec::new());
        let mut next = Some(first);
        while let Some(incoming) = next {
            match incoming {
                Incoming::Ask(ask, back) => {
                    asks.push(ask);
                    backs.push(back);
                }
                other => {
                    self.answer(std::mem::take(&mut asks), std::mem::take(&mut backs));
                    return self.steer(other);
                }
            }
            next = if asks.len() < BATCH { self.incoming.try_recv().ok() } else { None };
        }
        self.answer(asks, backs);
        false
    }

    fn steer(&mut self, incoming: Incoming) -> bool {
        match incoming {
            Incoming::Unlock(passphrase, say) => {
                let _ = say.send(self.unlock(&passphrase));
                false
            }
            _ => true,
        }
    }

    fn unlock(&mut self, passphrase: &[u8]) -> bool {
        let keeper = match self.keeper.take() {
            Some(Keeper::Locked(locked)) => match locked.unlock(passphrase) {
                Ok(engine) => Keeper::Unlocked(Box::new(engine)),
                Err((still, cause)) => {
                    tracing::error!(%cause, "the keeper stays locked");
                    let Some(still) = still else { return false };
                    Keeper::Locked(still)
                }
            },
            other => {
                return {
                    self.keeper = other;
                    matches!(self.keeper, Some(Keeper::Unlocked(_)))
                };
            }
        };
        let unlocked = matches!(keeper, Keeper::Unlocked(_));
        self.keeper = Some(keeper);
        unlocked
    }

    fn answer(&mut self, asks: Vec<Ask>, backs: Vec<Back>) {
        let outcomes: Vec<Outcome> = match &mut self.keeper {
            Some(Keeper::Unlocked(engine)) => engine.run(asks),
            Some(Keeper::Locked(locked)) => asks.iter().map(|ask| Outcome::Say(locked.answer(ask))).collect(),
            None => asks.iter().map(|ask| Outcome::Say(ask.side().refuse(Refusal::Locked))).collect(),
        };
        for (outcome, back) in outcomes.into_iter().zip(backs) {
            self.hand_out(outcome, back);
        }
    }

    fn hand_out(&self, outcome: Outcome, back: Back) {
        match outcome {
            Outcome::Say(reply) => back.say(reply),
            Outcome::Draw { viewing, request, opening } => {
                let done = Box::new(move |drawn: Result<render::Drawn, DrawError>| {
                    back.say(Reply::Desk(drawn.map_err(|_| Refusal::Damaged).map(|drawn| {
                        DeskAnswer::Picture(Picture { viewing, media_type: drawn.media_type, bytes: drawn.bytes })
                    })));
                });
                if self.drawers.send(render::Job { request, opening, done }).is_err() {
                    tracing::error!("no drawing thread is left");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
