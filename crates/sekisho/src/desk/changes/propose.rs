//! What the founding allowed at once is proposed afterwards.

use axum::response::Redirect;
use sekisho_keeper::wire::{Change, DeskAnswer, DeskRequest};

use crate::{
    desk::{
        cause::Cause,
        state::{Desk, misplaced},
    },
    service::desk_sessions::Signed,
};

/// Proposes a change, and shows what waits.
pub(crate) async fn propose(desk: &Desk, signed: &Signed, change: Change) -> Result<Redirect, Cause> {
    let request = DeskRequest::Propose { shift: signed.shift.token.clone(), change: Box::new(change) };
    match desk.ask_for(signed, request).await? {
        DeskAnswer::Proposed(_) => Ok(Redirect::to("/changes")),
        _ => Err(misplaced()),
    }
}
