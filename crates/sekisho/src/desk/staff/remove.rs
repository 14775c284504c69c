//! `POST /staff/remove`: a person's passkey stops working at once, and their shift with it.

use axum::{extract::State, response::Redirect};
use sekisho_core::{check::Role, id::StaffId};
use sekisho_keeper::wire::{DeskAnswer, DeskRequest};

use crate::desk::{
    cause::Cause,
    session::{Sent, only_named},
    state::{Desk, misplaced},
};

/// Removes somebody. The keeper refuses what that person's browser asks from then on.
pub(crate) async fn post(State(desk): State<Desk>, Sent { signed, fields }: Sent) -> Result<Redirect, Cause> {
    only_named(&desk, &signed, &[Role::Administrator]).await?;
    let staff: StaffId = fields.need("staff")?.parse().map_err(|_| Cause::BadForm)?;
    let request = DeskRequest::RemoveStaff { shift: signed.shift.token.clone(), staff };
    match desk.ask_for(&signed, request).await? {
        DeskAnswer::Done => Ok(Redirect::to("/staff")),
        _ => Err(misplaced()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::testing::TestDesk;

    #[tokio::test]
    async fn a_removed_person_is_gone_from_the_list() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Administrator).await;
        let person = desk.keeper.person(Role::Reviewer);
        assert!(desk.get("/staff").await.body.contains(&person));
        assert_eq!(desk.post_form("/staff/remove", &[("staff", &person)]).await.status, 303);
        assert!(!desk.get("/staff").await.body.contains(&person));
    }

    #[tokio::test]
    async fn an_officer_removes_nobody() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Officer).await;
        let person = desk.keeper.person(Role::Reviewer);
        assert_eq!(desk.post_form("/staff/remove", &[("staff", &person)]).await.status, 403);
    }
}
