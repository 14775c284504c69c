//! Keeping the roles up: the supervisor's one loop.

mod start;
mod stop;

use std::{
    collections::{BTreeMap, HashMap},
    net::TcpListener,
    os::unix::net::UnixStream,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, RecvTimeoutError, Sender},
    },
    time::{Duration, Instant},
};

use sekisho_sys::{confine::Grade, secret::SecretPage, spawn::Program};

use super::{
    Driven, ProcessReport, StartError,
    identity::Kept,
    messages::{FromRole, RoleConfig, ToRole},
    operator,
    process::Process,
    rooms::Role,
    standing::Notice,
};

/// How long a role may take until it is ready. Opening the keystore is slow on purpose.
const READY_WITHIN: Duration = Duration::from_secs(60);
/// The first pause before a restart; it doubles with each.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// The longest pause before a restart.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// A role that held this long has recovered.
const RECOVERED_AFTER: Duration = Duration::from_secs(60);

/// What reaches the loop.
pub(super) enum Event {
    /// A role said something.
    Said { role: Role, generation: u64, message: FromRole },
    /// A role's process is gone.
    Ended { role: Role, generation: u64, how: String },
    /// To end everything in order.
    Stop,
    /// To kill everything at once.
    Kill,
    /// The test clock is driven.
    Driven(Driven),
    /// A drill: an intruder takes a role's place.
    Intrude(Role, Vec<u8>),
    /// Whoever runs the machine comes in.
    Operator(UnixStream),
}

/// What the loop knows of one role.
#[derive(Default)]
struct Slot {
    process: Option<Process>,
    grade: Option<Grade>,
    ready: bool,
    restarts: u32,
    failure: Option<String>,
    pause: Option<Duration>,
    again_at: Option<Instant>,
}

/// What the loop is given.
pub(super) struct Means {
    pub(super) program: Program,
    pub(super) config: RoleConfig,
    pub(super) passphrase: Option<SecretPage>,
    pub(super) identities: Kept,
    pub(super) networks: Option<PathBuf>,
    pub(super) proposes_age: bool,
    pub(super) gate: TcpListener,
    pub(super) desk: TcpListener,
    pub(super) figures: Option<TcpListener>,
    pub(super) to: Sender<Event>,
    pub(super) from: Receiver<Event>,
    pub(super) reports: Arc<Mutex<Vec<ProcessReport>>>,
    pub(super) notice: Notice,
}

/// The loop's state.
pub(super) struct Keeping {
    pub(super) means: Means,
    intruder: Option<(Role, Vec<u8>)>,
    slots: BTreeMap<Role, Slot>,
    /// Ends of links whose other side was started first.
    held: HashMap<(Role, &'static str), UnixStream>,
    generation: u64,
}

impl Keeping {
    pub(super) fn new(means: Means) -> Keeping {
        let slots = Role::ALL.into_iter().map(|role| (role, Slot::default())).collect();
        Keeping { means, intruder: None, slots, held: HashMap::new(), generation: 0 }
    }

    /// Brings all roles up, the keeper before the others.
    pub(super) fn start_all(&mut self) -> Result<(), StartError> {
        let [keeper, others @ ..] = Role::ALL;
        for batch in [&[keeper][..], &others] {
            for role in batch {
                self.start(*role).map_err(|source| StartError::Spawn { role: *role, source })?;
            }
            self.until_ready(batch)?;
        }
        Ok(())
    }

    fn until_ready(&mut self, batch: &[Role]) -> Result<(), StartError> {
        let limit = Instant::now() + READY_WITHIN;
        while let Some(role) = batch.iter().find(|role| !self.slots[role].ready) {
            let left = limit.saturating_duration_since(Instant::now());
            match self.means.from.recv_timeout(left) {
                Ok(Event::Ended { role, how, .. }) => return Err(self.failed(role, how)),
                Ok(event) => self.heed(event),
                Err(_) => return Err(StartError::NotReady(*role)),
            }
        }
        Ok(())
    }

    fn failed(&mut self, role: Role, how: String) -> StartError {
        let slot = self.slot(role);
        slot.process = None;
        StartError::Role { role, why: slot.failure.take().unwrap_or(how) }
    }

    /// Runs until told to stop, then ends the roles.
    pub(super) fn run(mut self) {
        loop {
            match self.means.from.recv_timeout(self.until_next_restart()) {
                Ok(Event::Stop) | Err(RecvTimeoutError::Disconnected) => return self.stop_all(),
                Ok(Event::Kill) => return self.kill_all(),
                Ok(event) => self.heed(event),
                Err(RecvTimeoutError::Timeout) => self.restart_due(),
            }
        }
    }

    fn heed(&mut self, event: Event) {
        match event {
            Event::Said { role, generation, message } if self.is_current(role, generation) => self.note(role, message),
            Event::Ended { role, generation, how } if self.is_current(role, generation) => {
                self.plan_restart(role, &how)
            }
            Event::Driven(driven) => self.drive_clock(driven),
            Event::Intrude(role, what) => self.intrude(role, what),
            Event::Operator(stream) => self.let_in(&stream),
            Event::Said { .. } | Event::Ended { .. } | Event::Stop | Event::Kill => {}
        }
        self.report();
    }

    fn is_current(&self, role: Role, generation: u64) -> bool {
        self.slots[&role].process.as_ref().is_some_and(|process| process.generation == generation)
    }

    fn note(&mut self, role: Role, message: FromRole) {
        if matches!(message, FromRole::LockedDown) {
            return self.forget_passphrase(role);
        }
        let slot = self.slot(role);
        match message {
            FromRole::Confined(grade) => slot.grade = Some(grade),
            FromRole::Ready => {
                slot.ready = true;
                tracing::info!(%role, "ready");
            }
            FromRole::LockedDown => {}
            FromRole::Failed(why) => {
                tracing::error!(%role, why, "failed");
                slot.failure = Some(why);
            }
        }
    }

    /// A locked-down vault's passphrase lies in no process: it is wiped here too, and asked for again.
    fn forget_passphrase(&mut self, role: Role) {
        if role == Role::Keeper && self.means.passphrase.take().is_some() {
            tracing::warn!("the vault is locked down: the passphrase is forgotten");
        }
    }

    fn plan_restart(&mut self, role: Role, how: &str) {
        let slot = self.slot(role);
        let held = slot.process.take().is_some_and(|process| process.started.elapsed() >= RECOVERED_AFTER);
        let pause = slot.pause.filter(|_| !held).map_or(FIRST_PAUSE, |pause| (pause * 2).min(LONGEST_PAUSE));
        slot.pause = Some(pause);
        slot.again_at = Some(Instant::now() + pause);
        (slot.ready, slot.grade) = (false, None);
        tracing::warn!(%role, how, pause_ms = pause.as_millis() as u64, "ended; will be started again");
    }

    fn until_next_restart(&self) -> Duration {
        let next = self.slots.values().filter_map(|slot| slot.again_at).min();
        next.map_or(RECOVERED_AFTER, |at| at.saturating_duration_since(Instant::now()))
    }

    fn restart_due(&mut self) {
        let now = Instant::now();
        for role in Role::ALL {
            if self.slots[&role].again_at.is_some_and(|at| at <= now) {
                self.slot(role).restarts += 1;
                if let Err(error) = self.start(role) {
                    self.plan_restart(role, &error.to_string());
                }
            }
        }
        self.report();
    }

    fn drive_clock(&mut self, driven: Driven) {
        self.means.config.driven = driven;
        self.each(&Role::ALL, |process| process.tell(&ToRole::Driven(driven)));
    }

    /// Only the two that face somebody are given away.
    fn intrude(&mut self, role: Role, what: Vec<u8>) {
        if self.means.config.test && matches!(role, Role::Gate | Role::Desk) {
            tracing::warn!(%role, "a drill: an intruder takes this role's place");
            self.intruder = Some((role, what));
            self.each(&[role], Process::kill);
        }
    }

    /// A keeper that is away answers nobody: the stream is dropped.
    fn let_in(&self, stream: &UnixStream) {
        let keeper = self.slots[&Role::Keeper].process.as_ref();
        if keeper.is_none_or(|keeper| keeper.meet(operator::END, stream).is_err()) {
            tracing::debug!("the operator came while the keeper was away");
        }
    }

    fn slot(&mut self, role: Role) -> &mut Slot {
        self.slots.entry(role).or_default()
    }

    fn report(&mut self) {
        let running = self.slots.iter().filter_map(|(role, slot)| {
            let (process, grade) = (slot.process.as_ref()?, slot.grade.clone()?);
            Some(ProcessReport { role: *role, pid: process.pid, grade, restarts: slot.restarts, ready: slot.ready })
        });
        let running: Vec<_> = running.collect();
        let Ok(mut reports) = self.means.reports.lock() else { return };
        if *reports != running {
            self.each(&[Role::Desk], |desk| desk.tell(&ToRole::Processes(running.clone())));
            self.means.notice.lay(&running);
            *reports = running;
        }
    }
}
