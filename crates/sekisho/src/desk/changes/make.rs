//! `POST /changes/make`: a change is made, after its day.

use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use sekisho_core::check::Role;
use sekisho_keeper::wire::{Change, DeskAnswer, DeskRequest};

use super::list::waiting;
use crate::desk::{
    cause::Cause,
    lang::Lang,
    session::{Sent, only_named},
    staff::invite,
    state::{Desk, misplaced},
};

/// Makes it. For somebody new, the invitation is shown, once.
pub(crate) async fn post(
    State(desk): State<Desk>,
    lang: Lang,
    Sent { signed, fields }: Sent,
) -> Result<Response, Cause> {
    only_named(&desk, &signed, &[Role::Administrator]).await?;
    let change = fields.need("change")?.parse().map_err(|_| Cause::BadForm)?;
    // Whom an invitation is for is known as long as the change waits.
    let waiting = waiting(&desk, &signed).await?.into_iter().find(|known| known.id == change);
    let request = DeskRequest::MakeChange { shift: signed.shift.token.clone(), change };
    match (desk.ask_for(&signed, request).await?, waiting.map(|known| known.change)) {
        (DeskAnswer::Invitation { invitation, until }, Some(Change::Staff { name, role })) => {
            invite::show(&desk, lang, &signed, (name, role), (&invitation, until))
        }
        (DeskAnswer::Done, _) => Ok(Redirect::to("/changes").into_response()),
        _ => Err(misplaced()),
    }
}
