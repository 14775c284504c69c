//! Changes that loosen the registry, after the founding: proposed, approved by passkeys, made after a day.

pub(crate) mod approve;
pub(crate) mod budget;
pub(crate) mod cancel;
pub(crate) mod list;
pub(crate) mod make;
pub(crate) mod policy;
mod propose;
mod words;

pub(crate) use propose::propose;

use axum::response::Redirect;
use sekisho_keeper::wire::{DeskAnswer, DeskRequest};

use super::{cause::Cause, state::Desk};
use crate::service::desk_sessions::Signed;

/// Asks for what is answered with nothing more, and shows the list again.
async fn done(desk: &Desk, signed: &Signed, request: DeskRequest) -> Result<Redirect, Cause> {
    match desk.ask_for(signed, request).await? {
        DeskAnswer::Done => Ok(Redirect::to("/changes")),
        _ => Err(super::state::misplaced()),
    }
}
