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
use render::Drawers;
pub use render::{DrawError, Drawn, ForkedRenderer, Renderer};

use crate::{
    engine::{Ask, Engine, LOOK_SECONDS, Locked, Opener, Outcome, Reply, StartError},
    wire::{DeskAnswer, OperatorAnswer, OperatorRequest, Picture, Refusal, Unlocking},
};

/// The most requests that one transaction takes.
const BATCH: usize = 64;
/// Pictures that may be drawn at once.
const DRAWERS: usize = 2;

/// What reaches the deciding thread.
pub(crate) enum Incoming {
    Ask(Box<Ask>, Back),
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
    drawers: Drawers,
    on_lockdown: Box<dyn Fn() + Send>,
}

impl Server {
    /// A server for a keeper, and the way to it.
    pub fn new(keeper: Keeper, renderer: Arc<dyn Renderer>) -> (Self, Handle) {
        let (say, incoming) = channel();
        let drawers = Drawers::start(DRAWERS, renderer);
        (Self { keeper: Some(keeper), incoming, drawers, on_lockdown: Box::new(|| {}) }, Handle(say))
    }

    /// With what is called once the keys are wiped by a lockdown.
    pub fn on_lockdown(self, call: impl Fn() + Send + 'static) -> Self {
        Self { on_lockdown: Box::new(call), ..self }
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
            self.lock_if_ordered();
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
            let Incoming::Ask(ask, back) = incoming else {
                self.answer(asks, backs);
                return true;
            };
            match *ask {
                // It may take the keeper's place, so it is no part of a batch.
                Ask::Operator(OperatorRequest::Unlock(with)) => {
                    self.answer(std::mem::take(&mut asks), std::mem::take(&mut backs));
                    back.say(Reply::Operator(self.unlock(&with)));
                }
                ask => {
                    asks.push(ask);
                    backs.push(back);
                }
            }
            next = if asks.len() < BATCH { self.incoming.try_recv().ok() } else { None };
        }
        self.answer(asks, backs);
        false
    }

    fn unlock(&mut self, with: &Unlocking) -> Result<OperatorAnswer, Refusal> {
        let locked = match self.keeper.take() {
            Some(Keeper::Locked(locked)) => locked,
            other => {
                let unlocked = matches!(other, Some(Keeper::Unlocked(_)));
                self.keeper = other;
                return if unlocked { Ok(OperatorAnswer::Done) } else { Err(Refusal::Unavailable) };
            }
        };
        let opened = match with {
            Unlocking::Passphrase(passphrase) => locked.unlock_by(Opener::Passphrase(&passphrase.0)),
            Unlocking::Shares { sealed, .. } => match locked.joined(sealed) {
                Ok((secret, given)) => locked.unlock_by(Opener::Shares(&secret, given)),
                Err(refused) => Err((Some(locked), refused.into())),
            },
        };
        match opened {
            Ok(mut engine) => {
                let chosen = with.new_passphrase().map_or(Ok(()), |passphrase| engine.choose_passphrase(passphrase));
                self.keeper = Some(Keeper::Unlocked(Box::new(engine)));
                chosen.map(|()| OperatorAnswer::Done).map_err(|fault| fault.refusal())
            }
            Err((still, cause)) => {
                tracing::error!(%cause, "the keeper stays locked");
                self.keeper = still.map(Keeper::Locked);
                match cause {
                    StartError::Shares(refused) => Ok(OperatorAnswer::SharesRefused(refused)),
                    _ => Err(Refusal::NotUnlocked),
                }
            }
        }
    }

    /// After a lockdown was put on record: the keys go, and with them all that was released and not shown yet.
    fn lock_if_ordered(&mut self) {
        if !matches!(&self.keeper, Some(Keeper::Unlocked(engine)) if engine.is_locked_down()) {
            return;
        }
        let Some(Keeper::Unlocked(engine)) = self.keeper.take() else { return };
        self.drawers.drop_all();
        self.keeper = Some(Keeper::Locked(Box::new(engine.lock())));
        tracing::warn!("the vault is locked down: every key is wiped");
        (self.on_lockdown)();
    }

    fn answer(&mut self, asks: Vec<Ask>, backs: Vec<Back>) {
        let outcomes: Vec<Outcome> = match &mut self.keeper {
            Some(Keeper::Unlocked(engine)) => engine.run(asks),
            Some(Keeper::Locked(locked)) => asks.iter().map(|ask| Outcome::Say(locked.answer(ask))).collect(),
            None => asks.iter().map(|ask| Outcome::Say(ask.side().refuse(Refusal::Locked))).collect(),
        };
        // Before anybody is answered, whoever ordered it included.
        self.lock_if_ordered();
        for (outcome, back) in outcomes.into_iter().zip(backs) {
            self.hand_out(outcome, back);
        }
    }

    fn hand_out(&self, outcome: Outcome, back: Back) {
        match outcome {
            Outcome::Say(reply) => back.say(reply),
            Outcome::Draw { viewing, request, opening } => {
                let done = Box::new(move |drawn: Result<render::Drawn, DrawError>| {
                    back.say(Reply::Desk(drawn.map_err(|why| why.refusal()).map(|drawn| {
                        let render::Drawn { media_type, bytes, proposal } = drawn;
                        DeskAnswer::Picture(Picture { viewing, media_type, bytes, proposal })
                    })));
                });
                self.drawers.draw(render::Job { request, opening, done });
            }
        }
    }
}

#[cfg(test)]
mod tests;
