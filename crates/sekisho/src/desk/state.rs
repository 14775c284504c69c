//! What the handlers share.

use std::sync::{Arc, Mutex, PoisonError};

use sekisho_core::{
    entropy::Entropy,
    time::{Clock, Timestamp},
};
use sekisho_keeper::wire::{DeskAnswer, DeskRequest, Refusal, StaffView};
use zeroize::Zeroizing;

use super::cause::Cause;
use crate::service::{
    desk_ports::{DeskKeeper, DeskStore, Installation},
    desk_sessions::{self, Sessions, Signed},
    stops::Stops,
};

/// How this desk is set up.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Scheme, host and port as browsers send them, e.g. `https://desk.example.jp`.
    pub origin: String,
    /// Whether a proxy stands before it, whose word about the caller's address counts.
    pub behind_proxy: bool,
    /// Whether this is an installation for trying out.
    pub test: bool,
    /// Where the "demo reviewer" button posts to; nowhere but in a demo.
    pub demo_reviewer: Option<String>,
}

/// What a desk is made of.
pub struct Parts {
    /// The keeper.
    pub keeper: Arc<dyn DeskKeeper>,
    /// The desk's own database.
    pub store: Arc<dyn DeskStore>,
    /// What the supervisor knows.
    pub installation: Arc<dyn Installation>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness for session secrets.
    pub entropy: Box<dyn Entropy + Send>,
    /// How it is set up.
    pub settings: Settings,
}

/// The desk: cheap to clone, one per process.
#[derive(Clone)]
pub struct Desk(Arc<Inner>);

struct Inner {
    keeper: Arc<dyn DeskKeeper>,
    sessions: Sessions,
    installation: Arc<dyn Installation>,
    clock: Arc<dyn Clock>,
    /// What the keeper's time was at how many seconds since boot.
    keepers: Mutex<Option<(Timestamp, u64)>>,
    entropy: Mutex<Box<dyn Entropy + Send>>,
    settings: Settings,
    stops: Stops,
}

impl Desk {
    /// Puts a desk together.
    pub fn new(parts: Parts) -> Self {
        let Parts { keeper, store, installation, clock, entropy, settings } = parts;
        let (sessions, entropy) = (Sessions::new(store), Mutex::new(entropy));
        let keepers = Mutex::default();
        Self(Arc::new(Inner {
            keeper,
            sessions,
            installation,
            clock,
            keepers,
            entropy,
            settings,
            stops: Stops::default(),
        }))
    }

    /// Forgets sessions that are over.
    pub async fn sweep(&self) {
        // A failure was logged where it arose, and the next sweep does the same work again.
        let _ = self.sessions().sweep(self.now()).await;
    }

    /// Asks what is stopped; what was said last holds while the keeper is away.
    pub async fn learn_stops(&self) {
        if let Ok(DeskAnswer::Stops(stops)) = self.ask(DeskRequest::Stops).await {
            self.0.stops.learn(stops.into_iter().map(|stop| stop.target).collect());
        }
    }

    pub(crate) fn stops(&self) -> &Stops {
        &self.0.stops
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub(crate) fn sessions(&self) -> &Sessions {
        &self.0.sessions
    }

    pub(crate) fn installation(&self) -> &dyn Installation {
        &*self.0.installation
    }

    /// The keeper's time, as it was learned last and carried on by time since boot: shifts and assignments end by it. A
    /// wall clock that leaps must not shut out the officer who is to judge the leap.
    pub(crate) fn now(&self) -> Timestamp {
        let reading = self.0.clock.read();
        let learned = *self.0.keepers.lock().unwrap_or_else(PoisonError::into_inner);
        learned.map_or(reading.wall, |(at, since_boot)| at + reading.since_boot.saturating_sub(since_boot))
    }

    /// Learns the keeper's time.
    pub(crate) async fn learn_time(&self) -> Result<(), Cause> {
        let DeskAnswer::Status(status) = self.ask(DeskRequest::Status).await? else { return Err(misplaced()) };
        let learned = (status.now, self.0.clock.read().since_boot);
        *self.0.keepers.lock().unwrap_or_else(PoisonError::into_inner) = Some(learned);
        Ok(())
    }

    pub(crate) fn draw_secret(&self) -> Zeroizing<[u8; 32]> {
        let mut entropy = self.0.entropy.lock().unwrap_or_else(PoisonError::into_inner);
        desk_sessions::draw_secret(&mut **entropy)
    }

    /// Asks the keeper.
    pub(crate) async fn ask(&self, request: DeskRequest) -> Result<DeskAnswer, Cause> {
        Ok(self.0.keeper.ask(request).await?)
    }

    /// Everybody who is enrolled, for somebody who may know.
    pub(crate) async fn staff(&self, signed: &Signed) -> Result<Vec<StaffView>, Cause> {
        let request = DeskRequest::Staff(signed.shift.token.clone());
        match self.ask_for(signed, request).await? {
            DeskAnswer::Staff(staff) => Ok(staff),
            _ => Err(misplaced()),
        }
    }

    /// Asks the keeper for somebody; a shift that is over there is over here too.
    pub(crate) async fn ask_for(&self, signed: &Signed, request: DeskRequest) -> Result<DeskAnswer, Cause> {
        let answer = self.ask(request).await;
        match answer {
            Err(Cause::Refused(Refusal::ShiftOver)) => self.sessions().end(signed.hash).await?,
            // The assignment that we remember is not ours any more.
            Err(Cause::Refused(Refusal::AssignmentOver | Refusal::DocumentGone)) => {
                self.sessions().hold(signed.hash, None);
            }
            _ => {}
        }
        answer
    }
}

/// The keeper answered something that doesn't belong to the question.
pub(crate) fn misplaced() -> Cause {
    tracing::error!("the keeper's answer does not belong to the request");
    Cause::Broken
}
