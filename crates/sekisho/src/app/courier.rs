//! The courier's work: its outbox is the keeper's, its secrets lie in its own folder.

use std::{sync::Arc, time::Duration};

use sekisho_keeper::wire::{self, Answered, CourierAnswer, CourierRequest};
use tokio::runtime::Builder;

use crate::{
    client::{Client, Limits},
    courier::{
        self, Courier, LIMITS, PACE, Pending,
        destination::{Reach, SystemResolver},
        outbox::Outbox,
        secrets::Secrets,
        witness,
    },
    link::Link,
    supervisor::{RoleContext, role::RoleError},
};

/// How long a name that is being looked up may delay the end.
const LAST_LOOKUP: Duration = Duration::from_secs(1);

impl Outbox for Link<wire::Courier> {
    fn ask(&self, request: CourierRequest) -> Pending<'_, Answered<CourierAnswer>> {
        Box::pin(Link::ask(self, request))
    }
}

/// Delivers until it is to stop.
pub(super) fn run(mut context: RoleContext) -> Result<(), RoleError> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    // The link to the keeper speaks in a task of its own, so it is made within the runtime.
    let courier = runtime.block_on(async { courier(&mut context) })?;
    context.ready();
    runtime.block_on(async {
        tokio::select! {
            () = context.stop.said() => {}
            () = courier::run(courier) => {}
        }
    });
    runtime.shutdown_timeout(LAST_LOOKUP);
    Ok(())
}

fn courier(context: &mut RoleContext) -> Result<Courier, RoleError> {
    Ok(Courier {
        outbox: Arc::new(Link::<wire::Courier>::start(context.ends.take("keeper")?)),
        clock: Arc::new(context.clock.clone()),
        resolver: Arc::new(SystemResolver),
        client: client(LIMITS)?,
        witness_client: client(witness::LIMITS)?,
        secrets: Secrets::below(&context.config.data),
        alerts: courier::alerts::file(&context.config.data),
        reach: if context.config.test { Reach::ThisMachine } else { Reach::Internet },
        pace: PACE,
    })
}

#[cfg(feature = "tls")]
fn client(limits: Limits) -> Result<Client, RoleError> {
    Ok(Client::with_tls(limits, crate::client::tls::Trust::public_web()?))
}

#[cfg(not(feature = "tls"))]
fn client(limits: Limits) -> Result<Client, RoleError> {
    Ok(Client::plain(limits))
}
