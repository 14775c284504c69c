//! `POST /changes/budget`: another budget of the vault is proposed, as its file says it.

use axum::{extract::State, response::Redirect};
use sekisho_core::check::Role;
use sekisho_keeper::wire::Change;

use super::propose;
use crate::{
    budget_file,
    desk::{
        cause::Cause,
        session::{Sent, only},
        state::Desk,
    },
};

/// Proposes it. The keeper judges it too.
pub(crate) async fn post(State(desk): State<Desk>, Sent { signed, fields }: Sent) -> Result<Redirect, Cause> {
    only(&signed, &[Role::Administrator, Role::Officer])?;
    let limits = budget_file::parse(fields.need("budget")?).map_err(|_| Cause::BadForm)?;
    limits.validate().map_err(|_| Cause::BadForm)?;
    propose(&desk, &signed, Change::Limits(Box::new(limits))).await
}
