//! The desk's work: its back ends, its listener, its end.

use std::{sync::Arc, time::Duration};

use sekisho_keeper::wire::{self, Answered, DeskAnswer, DeskRequest};
use sekisho_sys::entropy::SystemEntropy;
use tokio::task::JoinHandle;

use super::{every, front_door, places, with};
use crate::{
    desk::{Desk, Parts, Settings, metrics, router},
    front::{Front, Limits, Wire},
    link::Link,
    service::{
        desk_ports::{DeskKeeper, Installation, Pending, ProcessView},
        stops::ASK_AGAIN,
    },
    store::desk_sqlite::SqliteDeskStore,
    supervisor::{ProcessReport, Processes, RoleContext, role::RoleError},
    threads,
};

/// How often sessions that are over are forgotten.
const SWEEP: Duration = Duration::from_secs(60);

impl DeskKeeper for Link<wire::Desk> {
    fn ask(&self, request: DeskRequest) -> Pending<'_, Answered<DeskAnswer>> {
        Box::pin(Link::ask(self, request))
    }
}

impl Installation for Processes {
    fn processes(&self) -> Vec<ProcessView> {
        self.now().into_iter().map(view).collect()
    }
}

fn view(report: ProcessReport) -> ProcessView {
    let grade = report.grade;
    let own = |names: Vec<&str>| names.into_iter().map(String::from).collect();
    ProcessView {
        role: report.role.to_string(),
        confined: grade.at_floor(),
        holds: own(grade.holding()),
        missing: own(grade.missing()),
    }
}

/// Runs until it is to stop.
pub(super) fn run(context: RoleContext) -> Result<(), RoleError> {
    // Few people work here, and the machine is shared with those who need its cores.
    threads::runtime(Some(2))?.block_on(serve(context))
}

async fn serve(mut context: RoleContext) -> Result<(), RoleError> {
    let front = front_door(&mut context)?;
    let desk = build(&mut context)?;
    let sweeper = tokio::spawn(every(SWEEP, with(desk.clone(), sweep)));
    let figures = figures(&mut context, &desk)?;
    let follower = tokio::spawn(every(ASK_AGAIN, with(desk.clone(), follow_stops)));
    context.ready();
    front.serve(router(desk), context.stop.said()).await;
    sweeper.abort();
    follower.abort();
    figures.inspect(JoinHandle::abort);
    Ok(())
}

/// Serves figures on the listener of their own, if there is one.
fn figures(context: &mut RoleContext, desk: &Desk) -> Result<Option<JoinHandle<()>>, RoleError> {
    let Some(listener) = context.figures.take() else { return Ok(None) };
    let front = Front::new(listener, Wire::Plain, Limits::DIRECT)?;
    let (routes, stop) = (metrics::router(desk.clone()), context.stop.clone());
    Ok(Some(tokio::spawn(async move { front.serve(routes, stop.said()).await })))
}

fn build(context: &mut RoleContext) -> Result<Desk, RoleError> {
    let keeper: Link<wire::Desk> = Link::start(context.ends.take("keeper")?);
    let store = SqliteDeskStore::open(&places::sessions(&context.config.data));
    let store = store.map_err(|error| RoleError::new(error.to_string()))?;
    Ok(Desk::new(Parts {
        keeper: Arc::new(keeper),
        store: Arc::new(store),
        installation: Arc::new(context.processes.clone()),
        clock: Arc::new(context.clock.clone()),
        entropy: Box::new(SystemEntropy),
        settings: Settings {
            origin: context.config.desk_origin.clone(),
            behind_proxy: context.config.behind_proxy,
            test: context.config.test,
            demo_reviewer: context.config.demo_reviewer.clone().filter(|_| context.config.test),
        },
    }))
}

async fn follow_stops(desk: Desk) {
    desk.learn_stops().await;
}

async fn sweep(desk: Desk) {
    desk.sweep().await;
}
