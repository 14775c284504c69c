//! The gate's work: its ports put together, its listener served.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use sekisho_keeper::wire::{self, Answered, GateAnswer, GateRequest};
use sekisho_sys::{entropy::SystemEntropy, fork_server::Forks};
use tokio::time;

use super::{every, founding, front_door, places, with};
use crate::{
    forked_reader::ForkedReader,
    gate::{self, Gate, Settings, stops},
    link::Link,
    service::{
        ports::{GateKeeper, Pending},
        room::{Known, Pinned, Room},
        stops::ASK_AGAIN,
    },
    store::gate_sqlite::GateSqlite,
    supervisor::{End, RoleConfig, RoleContext, role::RoleError},
    threads,
    vault::fs::FolderBlobs,
};

/// How often what is over is forgotten.
const SWEEP: Duration = Duration::from_secs(60);

/// How long the first members wait for the keeper's word on who is refused.
const LEARNING: Duration = Duration::from_secs(5);

/// Runs until it is to stop.
pub(super) fn run(context: RoleContext) -> Result<(), RoleError> {
    // Threads begin here, after the process was confined.
    threads::runtime(None)?.block_on(serve(context))
}

async fn serve(mut context: RoleContext) -> Result<(), RoleError> {
    let front = front_door(&mut context)?;
    let gate = Gate::new(room(&mut context)?, settings(&context.config));
    tokio::spawn(every(SWEEP, with(gate.clone(), sweep)));
    tokio::spawn(every(ASK_AGAIN, with(gate.clone(), follow_stops)));
    // Whoever was refused is so from the first request on; but a keeper that is locked keeps no page from opening.
    let _ = time::timeout(LEARNING, gate.learn()).await;
    context.ready();
    front.serve(gate::router(gate), context.stop.said()).await;
    Ok(())
}

fn room(context: &mut RoleContext) -> Result<Room, RoleError> {
    let data = context.config.data.clone();
    let (keeper, identity) = founding::Pinned::read(&data)?;
    let reader = ForkedReader::new(context.config.reads_print);
    tokio::spawn(follow(context.ends.take("inspector")?, reader.clone()));
    let store = GateSqlite::open(&places::gate_database(&data)).map_err(|error| RoleError::new(error.to_string()))?;
    Ok(Room {
        keeper: Arc::new(Link::<wire::Gate>::start(context.ends.take("keeper")?)),
        store: Arc::new(store),
        blobs: Arc::new(FolderBlobs::new(places::blobs(&data))),
        reader: Arc::new(reader),
        clock: Arc::new(context.clock.clone()),
        entropy: Mutex::new(Box::new(SystemEntropy)),
        pinned: Pinned { keeper, identity },
        known: Known::default(),
    })
}

/// Speaks to each inspector's parent that comes: the first, and those started anew.
async fn follow(mut end: End, reader: ForkedReader) {
    while let Some(parent) = end.next().await {
        reader.replace(Forks::new(parent));
    }
}

fn settings(config: &RoleConfig) -> Settings {
    let origin = config.gate_origin.clone();
    let tls = origin.starts_with("https://");
    Settings { tls, behind_proxy: config.behind_proxy, reads_print: config.reads_print, origin }
}

async fn sweep(gate: Gate) {
    let room = gate.room();
    if let Err(cause) = room.store.sweep(room.now()).await {
        tracing::warn!(%cause, "what is over was not swept");
    }
}

async fn follow_stops(gate: Gate) {
    stops::ask(&gate).await;
}

impl GateKeeper for Link<wire::Gate> {
    fn ask(&self, request: GateRequest) -> Pending<'_, Answered<GateAnswer>> {
        Box::pin(Link::ask(self, request))
    }
}
