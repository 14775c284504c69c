//! The keeper's work: keys, database, ledger and blobs put together, its ends served.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
    sync::Arc,
    thread,
    time::Duration,
};

use sekisho_core::time::Clock;
use sekisho_keeper::{
    blobs::FolderBlobs,
    db,
    engine::{Engine, Locked, Parts, StartError},
    keystore::{FileMedium, Keystore},
    ledger::DirFiles,
    server::{Caller, Ended, ForkedRenderer, Handle, Keeper, Server},
};
use sekisho_sys::{clock::SystemClock, entropy::SystemEntropy, fork_server::Forks};

use super::places;
use crate::supervisor::{End, RoleClock, RoleConfig, RoleContext, role::RoleError};

/// How long the file with the founding token lies there; the token itself ends then too.
/// In seconds.
const TOKEN_LIES: u64 = 30 * 60;
/// How often to look whether that time is over. One long sleep would not notice a test's clock.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Who speaks at which end.
const CALLERS: [(&str, Caller); 4] =
    [("gate", Caller::Gate), ("desk", Caller::Desk), ("courier", Caller::Courier), ("operator", Caller::Operator)];

/// Runs until it is to stop.
pub(super) fn run(mut context: RoleContext) -> Result<(), RoleError> {
    let keeper = unlocked(&context)?;
    let renderer = Arc::new(ForkedRenderer::away());
    let (server, handle) = Server::new(keeper, renderer.clone());
    let server = server.on_lockdown(context.lockdown_notice()?);
    follow(context.ends.take("inspector")?, move |stream| renderer.replace(Forks::new(stream)))?;
    for (name, caller) in CALLERS {
        let handle = handle.clone();
        follow(context.ends.take(name)?, move |stream| {
            if let Err(cause) = handle.serve(caller, stream) {
                tracing::error!(name, %cause, "an end is not served");
            }
        })?;
    }
    stop_with(&context, handle)?;
    context.ready();
    match server.run() {
        Ended::Stopped => Ok(()),
        Ended::Halted => Err(RoleError::new("the keeper halted and must be started anew")),
    }
}

fn unlocked(context: &RoleContext) -> Result<Keeper, RoleError> {
    let parts = parts(context)?;
    let clock = Arc::clone(&parts.clock);
    let locked = Locked::start(parts).map_err(told)?;
    let locked = locked.with_witnesses(context.config.witnesses.clone()).with_budget(context.config.budget.clone());
    let locked = locked.with_watch(context.config.watch.clone());
    let Some(passphrase) = &context.config.passphrase else {
        tracing::warn!("no passphrase was given: the keeper stays locked");
        return Ok(Keeper::Locked(Box::new(locked)));
    };
    let mut engine = match locked.unlock(&passphrase.0) {
        Ok(engine) => engine,
        Err((Some(locked), StartError::LockedDown)) => {
            tracing::warn!("the vault is locked down: it stays so until `sekisho unlock`");
            context.lockdown_notice()?();
            return Ok(Keeper::Locked(locked));
        }
        Err((_, error)) => return Err(told(error)),
    };
    lay_out_token(&mut engine, &context.config, clock)?;
    Ok(Keeper::Unlocked(Box::new(engine)))
}

fn told(error: impl std::error::Error) -> RoleError {
    RoleError::new(error.to_string())
}

fn parts(context: &RoleContext) -> Result<Parts, RoleError> {
    let data = &context.config.data;
    let keystore = Keystore::open(Box::new(FileMedium::open(&context.config.keystore)?)).map_err(told)?;
    Ok(Parts {
        db: db::open(&places::database(data)).map_err(told)?,
        clock: clock(&keystore, &context.clock),
        keystore,
        ledger: Box::new(DirFiles::open(&places::ledger(data), &places::journal(data))?),
        blobs: Box::new(FolderBlobs::new(&places::blobs(data))),
        entropy: Box::new(SystemEntropy),
    })
}

/// Only the keystore says whether this is a test. Of whoever started this process nothing is believed that would move
/// a real installation's time.
fn clock(keystore: &Keystore, told: &RoleClock) -> Arc<dyn Clock> {
    if keystore.is_test() { Arc::new(told.clone()) } else { Arc::new(SystemClock) }
}

/// Calls `meet` with each stream that comes out of `end`, in a thread of its own.
fn follow(mut end: End, meet: impl Fn(std::os::unix::net::UnixStream) + Send + 'static) -> io::Result<()> {
    let work = move || {
        while let Some(stream) = end.blocking_next() {
            meet(stream);
        }
    };
    thread::Builder::new().name("peers".into()).spawn(work).map(drop)
}

fn stop_with(context: &RoleContext, handle: Handle) -> io::Result<()> {
    let stop = context.stop.clone();
    let work = move || {
        stop.wait();
        handle.stop();
    };
    thread::Builder::new().name("stop".into()).spawn(work).map(drop)
}

// While there is no administrator, whoever can read this file becomes the first.
fn lay_out_token(engine: &mut Engine, config: &RoleConfig, clock: Arc<dyn Clock>) -> Result<(), RoleError> {
    let path = places::founding_token(&config.data);
    remove(&path);
    let Some((token, _)) = engine.founding_token().map_err(told)? else { return Ok(()) };
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
    writeln!(file, "{}/enrol/{token}", config.desk_origin)?;
    let until = clock.read().since_boot.saturating_add(TOKEN_LIES);
    let later = move || {
        while clock.read().since_boot < until {
            thread::sleep(LOOK_AGAIN);
        }
        remove(&path);
    };
    Ok(thread::Builder::new().name("token".into()).spawn(later).map(drop)?)
}

fn remove(path: &Path) {
    match fs::remove_file(path) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
            tracing::error!(%cause, "the founding token's file was not removed");
        }
        _ => {}
    }
}
