//! `POST /changes/{change}/options` and `/changes/approve`: an officer's passkey answers for a change's hash.

use axum::{
    Json,
    extract::{Path, State},
};
use sekisho_core::id::ChangeId;
use sekisho_keeper::wire::{DeskAnswer, DeskRequest};

use crate::desk::{
    cause::Cause,
    encoding::FromScript,
    session::Present,
    shift::{
        begin::{Begun, Proof},
        options::Options,
    },
    state::{Desk, misplaced},
};

/// Asks the keeper for a challenge over the change.
pub(crate) async fn options(
    State(desk): State<Desk>,
    Path(change): Path<ChangeId>,
    Present(signed): Present,
) -> Result<Json<Options>, Cause> {
    let request = DeskRequest::ApprovalOptions { shift: signed.shift.token.clone(), change };
    match desk.ask_for(&signed, request).await? {
        DeskAnswer::ShiftOptions(options) => Ok(Json(options.into())),
        _ => Err(misplaced()),
    }
}

/// Hands the passkey's answer to the keeper.
pub(crate) async fn post(
    State(desk): State<Desk>,
    Present(signed): Present,
    FromScript(proof): FromScript<Proof>,
) -> Result<Json<Begun>, Cause> {
    let (ceremony, assertion) = proof.parts()?;
    let request = DeskRequest::Approve { shift: signed.shift.token.clone(), ceremony, assertion };
    match desk.ask_for(&signed, request).await? {
        DeskAnswer::Done => Ok(Json(Begun { next: "/changes" })),
        _ => Err(misplaced()),
    }
}
