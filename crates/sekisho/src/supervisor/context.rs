//! What a role's work is given: its ends, its clock, and word of when to stop.

use std::{
    collections::HashMap,
    io,
    net::TcpListener,
    os::unix::net::UnixStream,
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use sekisho_core::time::{Clock, Reading};
use tokio::sync::{Notify, mpsc};

use super::{
    Driven, DrivenClock, ProcessReport,
    messages::{FromRole, RoleConfig, ToRole, receive, send},
    rooms::Role,
};

/// How long a role may go on when its supervisor is gone.
const ORPHANED_FOR: Duration = Duration::from_secs(10);

/// What a role's work is given.
pub struct RoleContext {
    /// Which role.
    pub role: Role,
    /// What it needs to know.
    pub config: RoleConfig,
    /// Its ends of the links.
    pub ends: Ends,
    /// Its listener; gate and desk have one.
    pub listener: Option<TcpListener>,
    /// Where figures are asked for; the desk may have one.
    pub figures: Option<TcpListener>,
    /// The time.
    pub clock: RoleClock,
    /// When to stop.
    pub stop: Stop,
    /// How every process of the installation is; the desk alone is told.
    pub processes: Processes,
    pub(super) reporter: Reporter,
}

impl RoleContext {
    /// Tells the supervisor that the work has begun.
    pub fn ready(&self) {
        self.reporter.say(&FromRole::Ready);
    }

    /// What tells the supervisor that the keys are wiped, and what opens them is to be forgotten.
    ///
    /// # Errors
    /// When the channel can't be had twice.
    pub fn lockdown_notice(&self) -> io::Result<impl Fn() + Send + 'static> {
        let reporter = Reporter(self.reporter.0.try_clone()?);
        Ok(move || reporter.say(&FromRole::LockedDown))
    }

    /// The listener, for a role that has one.
    ///
    /// # Errors
    /// When it has none.
    pub fn take_listener(&mut self) -> io::Result<TcpListener> {
        self.listener.take().ok_or_else(|| io::ErrorKind::NotConnected.into())
    }
}

/// A role's ends, by name.
#[derive(Debug)]
pub struct Ends(HashMap<String, End>);

pub(super) type Senders = HashMap<String, mpsc::UnboundedSender<UnixStream>>;

impl Ends {
    pub(super) fn new(ends: Vec<(String, UnixStream)>) -> (Ends, Senders) {
        let (mut mine, mut senders) = (HashMap::new(), HashMap::new());
        for (name, stream) in ends {
            let (sender, receiver) = mpsc::unbounded_channel();
            let _ = sender.send(stream);
            senders.insert(name.clone(), sender);
            mine.insert(name, End(receiver));
        }
        (Ends(mine), senders)
    }

    /// Puts an end of this name in the place of what was there or was taken. Whoever holds its other side is spoken to.
    pub(crate) fn put(&mut self, name: &str, stream: UnixStream) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let _ = sender.send(stream);
        self.0.insert(name.to_owned(), End(receiver));
    }

    /// The end of that name.
    ///
    /// # Errors
    /// When this role has no such end, or it was taken.
    pub fn take(&mut self, name: &str) -> io::Result<End> {
        self.0.remove(name).ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, format!("no end named {name}")))
    }
}

/// One end of a link. When the peer is started anew, a new stream comes and the old one is dead.
#[derive(Debug)]
pub struct End(mpsc::UnboundedReceiver<UnixStream>);

impl End {
    /// Waits for the first, then each next stream; nothing when this process is to stop.
    pub async fn next(&mut self) -> Option<UnixStream> {
        self.0.recv().await
    }

    /// As [`End::next`], for a thread outside any runtime (inside one it panics).
    pub fn blocking_next(&mut self) -> Option<UnixStream> {
        self.0.blocking_recv()
    }

    /// An end, and what hands it streams.
    #[cfg(test)]
    pub(crate) fn for_test() -> (mpsc::UnboundedSender<UnixStream>, End) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (sender, End(receiver))
    }
}

/// What the supervisor told last of all processes. Clones show the same.
#[derive(Debug, Clone, Default)]
pub struct Processes(Arc<Mutex<Vec<ProcessReport>>>);

impl Processes {
    /// Every process that runs and is confined; empty until the supervisor told.
    pub fn now(&self) -> Vec<ProcessReport> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn tell(&self, reports: Vec<ProcessReport>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = reports;
    }
}

/// Word of when to stop. Clones hear the same.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<Heard>);

#[derive(Debug, Default)]
struct Heard {
    said: AtomicBool,
    lock: Mutex<()>,
    threads: Condvar,
    tasks: Notify,
}

impl Stop {
    /// Whether it was said.
    pub fn is_said(&self) -> bool {
        self.0.said.load(Ordering::Acquire)
    }

    /// Blocks until it is said.
    pub fn wait(&self) {
        let mut guard = self.0.lock.lock().unwrap_or_else(PoisonError::into_inner);
        while !self.is_said() {
            guard = self.0.threads.wait(guard).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits until it is said, in a task.
    pub async fn said(&self) {
        let notified = self.0.tasks.notified();
        tokio::pin!(notified);
        // Registered before looking, or a word between the two would be missed.
        notified.as_mut().enable();
        if !self.is_said() {
            notified.await;
        }
    }

    /// Says it.
    pub fn say(&self) {
        let guard = self.0.lock.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.said.store(true, Ordering::Release);
        drop(guard);
        self.0.threads.notify_all();
        self.0.tasks.notify_waiters();
    }
}

/// The time in this process: the machine's, in a test installation driven by the supervisor.
#[derive(Debug, Clone)]
pub struct RoleClock {
    clock: DrivenClock,
    test: bool,
}

impl RoleClock {
    pub(super) fn new(config: &RoleConfig) -> RoleClock {
        let clock = RoleClock { clock: DrivenClock::default(), test: config.test };
        clock.drive(config.driven);
        clock
    }

    fn drive(&self, driven: Driven) {
        if self.test {
            self.clock.drive(driven);
        }
    }
}

impl Clock for RoleClock {
    fn read(&self) -> Reading {
        self.clock.read()
    }
}

/// Speaks to the supervisor.
#[derive(Debug)]
pub(super) struct Reporter(UnixStream);

impl Reporter {
    pub(super) fn new(control: UnixStream) -> Reporter {
        Reporter(control)
    }

    fn say(&self, message: &FromRole) {
        // A supervisor that is gone is noticed by the listening thread.
        let _ = send(&self.0, message, &[]);
    }
}

/// Hears the supervisor in a thread of its own.
pub(super) fn listen_to_supervisor(
    control: UnixStream,
    senders: Senders,
    clock: RoleClock,
    processes: Processes,
    stop: Stop,
) -> io::Result<()> {
    let hear = move || {
        let told = heed(&control, &senders, &clock, &processes);
        drop(senders);
        stop.say();
        if !told {
            tracing::error!("the supervisor is gone");
            thread::sleep(ORPHANED_FOR);
            std::process::exit(1);
        }
    };
    thread::Builder::new().name("control".into()).spawn(hear).map(drop)
}

/// Until the end; whether it was told to stop, rather than left.
fn heed(control: &UnixStream, senders: &Senders, clock: &RoleClock, processes: &Processes) -> bool {
    while let Ok(Some((message, mut fds))) = receive::<ToRole>(control) {
        match (message, fds.pop()) {
            (ToRole::Stop, _) => return true,
            (ToRole::Driven(driven), _) => clock.drive(driven),
            (ToRole::Processes(reports), _) => processes.tell(reports),
            (ToRole::Peer(name), Some(end)) => meet(senders, &name, end.into()),
            _ => tracing::warn!("a message of the supervisor does not fit"),
        }
    }
    false
}

fn meet(senders: &Senders, name: &str, end: UnixStream) {
    match senders.get(name) {
        Some(sender) => drop(sender.send(end)),
        None => tracing::warn!(name, "a peer of that name is not known here"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsFd;

    use sekisho_sys::{clock::SystemClock, confine::Grade};

    #[test]
    fn a_new_end_reaches_whoever_took_the_name_and_stop_ends_all() {
        let (supervisor, control) = UnixStream::pair().unwrap();
        let (first, _keep) = UnixStream::pair().unwrap();
        let (mut ends, senders) = Ends::new(vec![("keeper".into(), first)]);
        let stop = Stop::default();
        let clock = RoleClock::new(&RoleConfig::for_test());
        let processes = Processes::default();
        listen_to_supervisor(control, senders, clock.clone(), processes.clone(), stop.clone()).unwrap();
        let mut end = ends.take("keeper").unwrap();
        assert!(ends.take("keeper").is_err());
        end.blocking_next().unwrap();
        let (second, _keep) = UnixStream::pair().unwrap();
        send(&supervisor, &ToRole::Peer("keeper".into()), &[second.as_fd()]).unwrap();
        end.blocking_next().unwrap();
        send(&supervisor, &ToRole::Driven(Driven { passed: 7200, set: 0 }), &[]).unwrap();
        let report = ProcessReport { role: Role::Gate, pid: 7, grade: Grade::default(), restarts: 1, ready: true };
        send(&supervisor, &ToRole::Processes(vec![report.clone()]), &[]).unwrap();
        send(&supervisor, &ToRole::Stop, &[]).unwrap();
        stop.wait();
        assert_eq!(processes.now(), [report]);
        assert!(end.blocking_next().is_none() && stop.is_said());
        assert!(clock.read().wall.since(SystemClock.read().wall) >= 7199);
    }

    #[test]
    fn the_clock_of_a_real_installation_can_not_be_moved() {
        let driven = Driven { passed: 9000, set: 9000 };
        let clock = RoleClock::new(&RoleConfig { test: false, driven, ..RoleConfig::for_test() });
        clock.drive(driven);
        assert!(clock.read().wall.since(SystemClock.read().wall) < 10);
    }

    #[tokio::test]
    async fn a_task_that_waits_hears_the_stop() {
        let stop = Stop::default();
        let waiting = tokio::spawn({
            let stop = stop.clone();
            async move { stop.said().await }
        });
        tokio::task::yield_now().await;
        stop.say();
        waiting.await.unwrap();
        stop.said().await;
    }
}
