//! Where roles meet their back ends. Only here are they named.

pub mod archive;
pub mod canary;
mod courier;
mod desk;
pub mod founding;
mod gate;
pub(crate) mod inspector;
mod keeper;
pub(crate) mod people;
pub(crate) mod places;
pub mod witness;

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use crate::{
    front::{Front, Limits, Wire},
    supervisor::{
        Role, RoleContext,
        role::{InspectorContext, RoleError},
    },
};

/// Does a role's work until it is to stop. The process is confined; there may be threads and runtimes from here on.
///
/// # Errors
/// When the work can't begin or go on.
pub fn run_role(context: RoleContext) -> Result<(), RoleError> {
    match context.role {
        Role::Keeper => keeper::run(context),
        Role::Gate if context.config.intruder.is_some() => crate::drill::in_gate::run(context),
        Role::Gate => gate::run(context),
        Role::Desk if context.config.intruder.is_some() => crate::drill::in_desk::run(context, desk::run),
        Role::Desk => desk::run(context),
        Role::Courier => courier::run(context),
        Role::UploadInspector | Role::ViewingInspector => Err(RoleError::new("inspectors are run otherwise")),
    }
}

/// Does an inspector's work until it is to stop. There is one thread and there may be no other.
///
/// # Errors
/// When the work can't begin or go on.
pub fn run_inspector(context: InspectorContext) -> Result<(), RoleError> {
    match context.role {
        Role::UploadInspector => context.serve(inspector::read_upload),
        _ => context.serve(inspector::draw_viewing),
    }
}

/// The listener of a role that has one, with TLS if the role was given an identity. For the runtime that runs now.
fn front_door(context: &mut RoleContext) -> Result<Front, RoleError> {
    let wire = match context.config.identity.take() {
        Some(identity) => Wire::tls(&identity.chain, &identity.key).map_err(|why| RoleError::new(why.to_string()))?,
        None => Wire::Plain,
    };
    Ok(Front::new(context.take_listener()?, wire, Limits::of(context.config.behind_proxy))?)
}

/// Does something at once and then again after each `period`. One that took longer is not made up for.
async fn every<F: Future<Output = ()>>(period: Duration, something: impl Fn() -> F) {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        something().await;
    }
}

/// What is done with `one`, each time with a clone of its own.
fn with<T: Clone, F>(one: T, what: impl Fn(T) -> F) -> impl Fn() -> F {
    move || what(one.clone())
}
