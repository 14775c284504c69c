//! One message to its site, once.

use std::sync::Arc;

use hyper::StatusCode;
use sekisho_keeper::wire::Message;
use tokio::time::sleep;

use super::{
    Courier,
    destination::{self, DestinationError},
    outbox,
    secrets::SecretError,
    webhook,
};
use crate::client::ClientError;

/// Why a message was not delivered.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// It can't go where it is addressed.
    #[error(transparent)]
    Destination(#[from] DestinationError),
    /// It can't be signed.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// It can't stand in a request.
    #[error("bad_url")]
    Request(#[from] hyper::http::Error),
    /// There was no answer.
    #[error("{}", .0.code())]
    Client(#[from] ClientError),
    /// The site sends us elsewhere; we don't go.
    #[error("redirect_refused")]
    Redirect,
    /// The site did not take it.
    #[error("status_{}", .0.as_u16())]
    Status(StatusCode),
}

/// Tries once and tells the keeper. The log names message, site and a short reason; the address may hold a secret.
pub(super) async fn deliver(courier: Arc<Courier>, message: Message) {
    let outcome = attempt(&courier, &message).await;
    match &outcome {
        Ok(()) => tracing::info!(message = %message.id, site = %message.site, "delivered"),
        Err(why) => tracing::warn!(message = %message.id, site = %message.site, %why, "not delivered"),
    }
    if !outbox::report(&*courier.outbox, message.id, outcome.map_err(|why| why.to_string())).await {
        // The message is due still: without a pause it would be sent again at once.
        sleep(courier.pace).await;
    }
}

/// Tries once.
///
/// # Errors
/// See [`DeliveryError`]; its text is the short reason that is kept.
pub async fn attempt(courier: &Courier, message: &Message) -> Result<(), DeliveryError> {
    let secrets = courier.secrets.of(&message.site)?;
    let (server, path) = destination::find(&message.url, courier.reach, &*courier.resolver).await?;
    let at = courier.clock.read().wall;
    let request = webhook::request(&path, &message.id.to_string(), at, &message.body, &secrets)?;
    let status = courier.client.send_for_status(&server, request).await?;
    match status {
        status if status.is_success() => Ok(()),
        status if status.is_redirection() => Err(DeliveryError::Redirect),
        status => Err(DeliveryError::Status(status)),
    }
}
