//! `POST /changes/policy`: a policy's file is proposed.

use std::path::Path;

use axum::{extract::State, response::Redirect};
use sekisho_core::check::Role;
use sekisho_keeper::wire::Change;

use super::propose;
use crate::{
    desk::{
        cause::Cause,
        session::{Sent, only},
        state::Desk,
    },
    policy_file,
};

/// Proposes it.
pub(crate) async fn post(State(desk): State<Desk>, Sent { signed, fields }: Sent) -> Result<Redirect, Cause> {
    only(&signed, &[Role::Administrator, Role::Officer])?;
    let policy = policy_file::parse(fields.need("policy")?, Path::new("policy")).map_err(|_| Cause::BadForm)?;
    propose(&desk, &signed, Change::Policy(Box::new(policy))).await
}
