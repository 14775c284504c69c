//! Alerts: whoever is to be called is called, by mail and by webhook.
//!
//! As with all that the courier sends it remembers nothing: a call that was made and could not be recorded is made
//! again, under the same id, and none is lost. One call to each person is under way at most, so that a slow way to one
//! holds up nobody else.

pub mod config;
mod heartbeat;
mod letter;
#[cfg(test)]
pub(super) use letter::tests as tests_letter;
mod mail;
mod starttls;

use std::{
    collections::{HashMap, HashSet},
    path::PathBuf,
    sync::Arc,
};

use hyper::StatusCode;
use lettre::message::Mailbox;
use sekisho_core::id::ContactName;
use sekisho_keeper::wire::Call;
use tokio::{
    task::{Id, JoinSet},
    time::sleep,
};

pub(super) use heartbeat::run as beat;

use super::{
    Courier,
    destination::{self, DestinationError},
    outbox, webhook,
};
use crate::client::ClientError;
use config::{Config, ConfigError, Person};
use mail::MailError;

/// How many calls are asked for at once.
const PAGE: u16 = 32;

/// Why somebody was not reached by one way. Its text is the short reason that is kept.
#[derive(Debug, thiserror::Error)]
enum CallError {
    /// The file that says how people are reached.
    #[error("no_alerts_file")]
    Config(#[from] ConfigError),
    /// The file doesn't name this person.
    #[error("unknown_person")]
    Unknown,
    /// It can't go where it is addressed.
    #[error(transparent)]
    Destination(#[from] DestinationError),
    /// It can't stand in a request.
    #[error("bad_url")]
    Request(#[from] hyper::http::Error),
    /// There was no answer.
    #[error("{}", .0.code())]
    Client(#[from] ClientError),
    /// The receiver did not take it.
    #[error("status_{}", .0.as_u16())]
    Status(StatusCode),
    /// It can't stand in a mail.
    #[error("bad_mail")]
    Letter(#[from] lettre::error::Error),
    /// The mail server.
    #[error(transparent)]
    Mail(#[from] MailError),
}

/// Calls until the caller drops it; what is under way is dropped with it and comes again.
pub(super) async fn run(courier: Arc<Courier>) {
    let (mut tasks, mut busy) = (JoinSet::new(), HashMap::<Id, ContactName>::new());
    loop {
        let under_way: HashSet<ContactName> = busy.values().cloned().collect();
        for call in outbox::calls(&*courier.outbox, PAGE).await {
            if !under_way.contains(&call.contact) {
                let contact = call.contact.clone();
                busy.insert(tasks.spawn(call_one(Arc::clone(&courier), call)).id(), contact);
            }
        }
        tokio::select! {
            Some(ended) = tasks.join_next_with_id() => {
                busy.remove(&ended.map_or_else(|error| error.id(), |(id, ())| id));
            }
            () = sleep(courier.pace) => {}
        }
    }
}

/// Tries once by each way, and tells the keeper. Reached by one is reached.
async fn call_one(courier: Arc<Courier>, call: Call) {
    let outcome = attempt(&courier, &call).await;
    match &outcome {
        Ok(()) => tracing::info!(call = %call.id, alert = %call.alert, contact = %call.contact, "reached"),
        Err(why) => tracing::warn!(call = %call.id, alert = %call.alert, contact = %call.contact, why, "not reached"),
    }
    if !outbox::called(&*courier.outbox, call.id, outcome).await {
        // It is due still: without a pause it would be made again at once.
        sleep(courier.pace).await;
    }
}

async fn attempt(courier: &Courier, call: &Call) -> Result<(), String> {
    let config = Config::read(&courier.alerts).map_err(|why| CallError::from(why).to_string())?;
    let person = config.person(&call.contact).ok_or_else(|| CallError::Unknown.to_string())?;
    let by_mail = async {
        match &person.mail {
            Some(to) => Some(by_mail(courier, &config, call, to).await),
            None => None,
        }
    };
    let by_webhook = async {
        match &person.webhook {
            Some(url) => Some(by_webhook(courier, person, call, url).await),
            None => None,
        }
    };
    let (mail, webhook) = tokio::join!(by_mail, by_webhook);
    let tried: Vec<_> = mail.into_iter().chain(webhook).collect();
    if tried.iter().any(Result::is_ok) {
        return Ok(());
    }
    let why: Vec<_> = tried.into_iter().filter_map(Result::err).map(|why| why.to_string()).collect();
    Err(why.join("_"))
}

async fn by_mail(courier: &Courier, config: &Config, call: &Call, to: &Mailbox) -> Result<(), CallError> {
    let server = config.mail.as_ref().ok_or(CallError::Unknown)?;
    let at = courier.clock.read().wall;
    let mail = letter::mail(call, config.language, (&server.from, to), at)?;
    Ok(mail::send(courier, server, &mail).await?)
}

async fn by_webhook(courier: &Courier, person: &Person, call: &Call, url: &str) -> Result<(), CallError> {
    let (server, path) = destination::find(url, courier.reach, &*courier.resolver).await?;
    let at = courier.clock.read().wall;
    let body = letter::json(call, at).to_string();
    let request = webhook::request(&path, &call.id.to_string(), at, &body, &[person.secret()?])?;
    let status = courier.client.send_for_status(&server, request).await?;
    if status.is_success() { Ok(()) } else { Err(CallError::Status(status)) }
}

/// Where the file lies, for whoever makes a courier.
pub(crate) fn file(data: &std::path::Path) -> PathBuf {
    Config::path(data)
}
