//! The inside of a role's process, up to where its work begins.

use std::{
    io,
    net::TcpListener,
    os::{fd::OwnedFd, unix::net::UnixStream},
    process::ExitCode,
};

use rustix::{fs::Mode, process::umask};
use sekisho_inspect::ocr::{ModelFiles, Models, Reader};
use sekisho_sys::{
    confine::{Grade, confine},
    fds::stdin_channel,
    fork_server::{ForkServer, Heard},
};

use super::{
    context::{Ends, Processes, Reporter, RoleClock, RoleContext, Stop, listen_to_supervisor},
    messages::{FromRole, RoleConfig, ToRole, receive, send},
    rooms::{Role, plan},
};
use crate::{app, forked_reader, logging, networks};

/// Why a role can't do its work, in words for the operator's eyes: nothing personal, no secret.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct RoleError(String);

impl RoleError {
    /// With this reason.
    pub fn new(why: impl Into<String>) -> RoleError {
        RoleError(why.into())
    }
}

impl From<io::Error> for RoleError {
    fn from(error: io::Error) -> RoleError {
        RoleError(error.to_string())
    }
}

/// An inspector's parent: confined, with one thread, ready to fork.
pub struct InspectorContext {
    /// Which of the two.
    pub role: Role,
    /// Reads print, in the children.
    pub reader: Option<Reader>,
    server: ForkServer,
    client: UnixStream,
    owner: UnixStream,
}

impl InspectorContext {
    /// Serves documents until told to stop; each gets `child` in a process of its own, with a socket to the client.
    ///
    /// # Errors
    /// When the kernel refuses to fork, or the supervisor's channel breaks.
    pub fn serve(self, child: impl Fn(UnixStream, Option<&Reader>)) -> Result<(), RoleError> {
        send(&self.owner, &FromRole::Ready, &[])?;
        Ok(self.server.run(self.client, &self.owner, hear, |document| child(document, self.reader.as_ref()))?)
    }
}

/// What the supervisor says to an inspector's parent.
fn hear(owner: &UnixStream) -> io::Result<Heard> {
    let Some((message, mut fds)) = receive::<ToRole>(owner)? else { return Ok(Heard::End) };
    Ok(match (message, fds.pop()) {
        (ToRole::Stop, _) => Heard::End,
        (ToRole::Peer(name), Some(end)) if name == "client" => Heard::Client(end.into()),
        _ => Heard::Nothing,
    })
}

struct Started {
    role: Role,
    config: RoleConfig,
    ends: Vec<(String, UnixStream)>,
    listener: Option<TcpListener>,
    figures: Option<TcpListener>,
    networks: Option<ModelFiles>,
    control: UnixStream,
}

/// Runs as `role` with standard input as the control channel, until the supervisor or the role's work ends.
///
/// Called from a plain `main`: there is no other thread yet.
pub fn enter(role: Role) -> ExitCode {
    logging::start(role.name());
    match begin(role) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "ends");
            ExitCode::FAILURE
        }
    }
}

fn begin(role: Role) -> Result<(), RoleError> {
    let control = stdin_channel()?;
    let failures = control.try_clone()?;
    let outcome = started(role, control).and_then(work);
    if let Err(error) = &outcome {
        let _ = send(&failures, &FromRole::Failed(error.to_string()), &[]);
    }
    outcome
}

fn started(expected: Role, control: UnixStream) -> Result<Started, RoleError> {
    let Some((ToRole::Start { role, config, ends, listeners, networks }, fds)) = receive(&control)? else {
        return Err(RoleError::new("roles are started by the supervisor only"));
    };
    if role != expected || fds.len() != ends.len() + usize::from(listeners) + usize::from(networks) {
        return Err(RoleError::new("the supervisor's first message does not fit"));
    }
    let mut fds = fds.into_iter();
    let ends = ends.into_iter().zip(fds.by_ref()).map(|(name, fd)| (name, fd.into())).collect();
    let mut listeners = fds.by_ref().take(listeners.into()).map(|fd: OwnedFd| fd.into());
    let (listener, figures) = (listeners.next(), listeners.next());
    Ok(Started { role, config: *config, ends, listener, figures, networks: ModelFiles::of(fds), control })
}

fn work(started: Started) -> Result<(), RoleError> {
    umask(Mode::from_raw_mode(started.role.umask()));
    match started.role {
        Role::UploadInspector | Role::ViewingInspector => work_as_inspector(started),
        _ => work_as_server(started),
    }
}

fn work_as_inspector(mut started: Started) -> Result<(), RoleError> {
    let limits = forked_reader::limits(started.networks.is_some());
    let server = ForkServer::new(limits).map_err(|error| RoleError::new(error.to_string()))?;
    app::inspector::warm_up();
    let models =
        started.networks.take().map(Models::read).transpose().map_err(|why| RoleError::new(why.to_string()))?;
    give_up_the_rest(&started)?;
    let (_, client) = started.ends.pop().ok_or_else(|| RoleError::new("an inspector needs a client"))?;
    // Only now: building them would start threads, which a fork does not carry over, if the walls did not forbid it.
    let reader = models.map(Reader::load).transpose().map_err(|why| RoleError::new(why.to_string()))?;
    match (started.role, &reader) {
        (Role::UploadInspector, None) => tracing::warn!("{}", networks::absence()),
        (_, Some(_)) => tracing::info!("print is read"),
        _ => {}
    }
    app::run_inspector(InspectorContext { role: started.role, reader, server, client, owner: started.control })
}

fn work_as_server(started: Started) -> Result<(), RoleError> {
    give_up_the_rest(&started)?;
    let Started { role, config, ends, listener, figures, control, .. } = started;
    let (ends, senders) = Ends::new(ends);
    let clock = RoleClock::new(&config);
    let stop = Stop::default();
    let reporter = Reporter::new(control.try_clone()?);
    let processes = Processes::default();
    listen_to_supervisor(control, senders, clock.clone(), processes.clone(), stop.clone())?;
    app::run_role(RoleContext { role, config, ends, listener, figures, clock, stop, processes, reporter })
}

fn give_up_the_rest(started: &Started) -> Result<Grade, RoleError> {
    let plan = plan(started.role, &started.config);
    let grade = confine(&plan, started.config.confinement).map_err(|error| RoleError::new(error.to_string()))?;
    send(&started.control, &FromRole::Confined(grade.clone()), &[])?;
    Ok(grade)
}
