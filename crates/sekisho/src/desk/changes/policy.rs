//! `POST /changes/policy`: a policy's file is registered if it only tightens, and else proposed.

use std::path::Path;

use axum::{extract::State, response::Redirect};
use sekisho_core::check::Role;
use sekisho_keeper::wire::{Change, DeskAnswer, DeskRequest, Refusal};

use super::propose;
use crate::{
    desk::{
        cause::Cause,
        session::{Sent, only},
        state::{Desk, misplaced},
    },
    policy_file,
};

/// Registers it, or proposes it where it takes others and a day.
pub(crate) async fn post(State(desk): State<Desk>, Sent { signed, fields }: Sent) -> Result<Redirect, Cause> {
    only(&signed, &[Role::Administrator, Role::Officer])?;
    let policy = policy_file::parse(fields.need("policy")?, Path::new("policy")).map_err(|_| Cause::BadForm)?;
    let policy = Box::new(policy);
    let request = DeskRequest::RegisterPolicy { shift: signed.shift.token.clone(), policy: policy.clone() };
    match desk.ask_for(&signed, request).await {
        Ok(DeskAnswer::Done) => Ok(Redirect::to("/sites")),
        Ok(_) => Err(misplaced()),
        Err(Cause::Refused(Refusal::AlreadyFounded)) => propose(&desk, &signed, Change::Policy(policy)).await,
        Err(cause) => Err(cause),
    }
}
