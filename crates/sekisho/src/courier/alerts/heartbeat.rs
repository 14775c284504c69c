//! The heartbeat: somebody outside is called again and again while all is well, so that silence is noticed.
//!
//! It is called only when the keeper answered, is unlocked, and says that its ledger and its outbox are well. Whoever
//! is called tells the operator when the calls stop: also when this machine is gone, or its way out.

use std::{sync::Arc, time::Duration};

use hyper::{Method, Request, header};
use tokio::time::sleep;

use super::config::{Config, Heartbeat};
use crate::courier::{Courier, destination, outbox, webhook::AGENT};

/// How often to look whether there is a heartbeat by now.
const LOOK: Duration = Duration::from_secs(5);

/// Beats until the caller drops it.
pub(in crate::courier) async fn run(courier: Arc<Courier>) {
    let mut last = None;
    loop {
        let now = courier.clock.read().since_boot;
        let heartbeat = Config::read(&courier.alerts).ok().and_then(|config| config.heartbeat);
        if let Some(heartbeat) = heartbeat
            && last.is_none_or(|last| heartbeat.seconds <= now.saturating_sub(last))
        {
            last = Some(now);
            beat(&courier, &heartbeat).await;
        }
        sleep(LOOK.min(courier.pace * 10)).await;
    }
}

async fn beat(courier: &Courier, heartbeat: &Heartbeat) {
    match outbox::pulse(&*courier.outbox).await {
        Ok(troubles) if troubles.is_empty() => {}
        Ok(troubles) => return tracing::warn!(?troubles, "not well: no heartbeat"),
        Err(refusal) => return tracing::warn!(%refusal, "the keeper does not answer: no heartbeat"),
    }
    if let Err(why) = call(courier, heartbeat).await {
        tracing::warn!(why, "the heartbeat was not heard");
    }
}

async fn call(courier: &Courier, heartbeat: &Heartbeat) -> Result<(), String> {
    let found = destination::find(&heartbeat.url, courier.reach, &*courier.resolver).await;
    let (server, path) = found.map_err(|why| why.to_string())?;
    let request = Request::builder().method(Method::GET).uri(path).header(header::USER_AGENT, AGENT).body(Vec::new());
    let status = courier.client.send_for_status(&server, request.map_err(|_| "bad_url")?).await;
    match status {
        Ok(status) if status.is_success() => Ok(()),
        Ok(status) => Err(format!("status_{}", status.as_u16())),
        Err(error) => Err(error.code().to_owned()),
    }
}
