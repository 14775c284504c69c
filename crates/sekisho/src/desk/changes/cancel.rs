//! `POST /changes/cancel`: a change will not be made.

use axum::{extract::State, response::Redirect};
use sekisho_core::check::Role;
use sekisho_keeper::wire::DeskRequest;

use super::done;
use crate::desk::{
    cause::Cause,
    session::{Sent, only_named},
    state::Desk,
};

/// Cancels it.
pub(crate) async fn post(State(desk): State<Desk>, Sent { signed, fields }: Sent) -> Result<Redirect, Cause> {
    only_named(&desk, &signed, &[Role::Officer, Role::Administrator]).await?;
    let change = fields.need("change")?.parse().map_err(|_| Cause::BadForm)?;
    done(&desk, &signed, DeskRequest::CancelChange { shift: signed.shift.token.clone(), change }).await
}
