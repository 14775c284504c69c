//! Witnesses: what the keeper wants cosigned is sent, what they answer is handed back unread.
//!
//! C2SP `tlog-witness`. Whether an answer is good, bad or an alarm is the
//! keeper's to judge; the courier keeps nothing of it. One question to each
//! witness is under way at most, so that a slow one holds up only itself.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use hyper::{Method, Request, header};
use sekisho_core::ledger::add_checkpoint::PATH;
use sekisho_keeper::wire::{WitnessAsk, WitnessSaid};
use tokio::{
    task::{Id, JoinSet},
    time::sleep,
};

use super::{
    Courier,
    destination::{self, DestinationError},
    outbox,
    webhook::AGENT,
};
use crate::client::{ClientError, Limits};

/// How long a witness may take, and how much of its answer is read, in bytes: some lines of signatures.
pub const LIMITS: Limits = Limits { connect: Duration::from_secs(5), total: Duration::from_secs(15), body: 64 << 10 };

/// Why a witness was not heard. Its text is the short reason that the keeper is told.
#[derive(Debug, thiserror::Error)]
enum AskError {
    /// It can't be dialled.
    #[error(transparent)]
    Destination(#[from] DestinationError),
    /// Its address can't stand in a request.
    #[error("bad_url")]
    Request(#[from] hyper::http::Error),
    /// There was no answer.
    #[error("{}", .0.code())]
    Client(#[from] ClientError),
}

/// Asks until the caller drops it; what is under way is dropped with it, and the keeper wants it again.
pub(super) async fn run(courier: Arc<Courier>) {
    let (mut tasks, mut busy) = (JoinSet::new(), HashMap::new());
    loop {
        let under_way: HashSet<String> = busy.values().cloned().collect();
        for ask in outbox::witness_work(&*courier.outbox).await {
            if !under_way.contains(&ask.witness) {
                let witness = ask.witness.clone();
                busy.insert(tasks.spawn(ask_one(Arc::clone(&courier), ask)).id(), witness);
            }
        }
        rest(&mut tasks, &mut busy, courier.pace).await;
    }
}

async fn rest(tasks: &mut JoinSet<()>, busy: &mut HashMap<Id, String>, pace: Duration) {
    tokio::select! {
        Some(ended) = tasks.join_next_with_id() => {
            busy.remove(&ended.map_or_else(|error| error.id(), |(id, ())| id));
        }
        () = sleep(pace) => {}
    }
}

async fn ask_one(courier: Arc<Courier>, ask: WitnessAsk) {
    let said = attempt(&courier, &ask).await.unwrap_or_else(|why| {
        tracing::warn!(witness = ask.witness, %why, "not heard");
        WitnessSaid::Unreachable { why: why.to_string() }
    });
    outbox::witness_said(&*courier.outbox, ask, said).await;
}

async fn attempt(courier: &Courier, ask: &WitnessAsk) -> Result<WitnessSaid, AskError> {
    let url = format!("{}{PATH}", ask.url);
    let (server, path) = destination::find(&url, courier.reach, &*courier.resolver).await?;
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::CONTENT_TYPE, "text/plain; charset=utf-8")
        .header(header::USER_AGENT, AGENT)
        .body(ask.body.as_bytes().to_vec())?;
    let answer = courier.witness_client.send(&server, request).await?;
    let body = String::from_utf8_lossy(answer.body()).into_owned();
    Ok(WitnessSaid::Status { code: answer.status().as_u16(), body })
}
