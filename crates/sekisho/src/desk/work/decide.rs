//! `POST /work/decide`: the answer to the policy's question.

use axum::{extract::State, response::Redirect};
use sekisho_core::{
    check::{Role, Verdict},
    id::AssignmentId,
};
use sekisho_keeper::wire::{DeskAnswer, DeskRequest};

use crate::desk::{
    cause::Cause,
    reasons,
    session::{Sent, only_named},
    state::{Desk, misplaced},
};

/// Hands the reason to the keeper; the verdict follows from it.
pub(crate) async fn post(State(desk): State<Desk>, Sent { signed, fields }: Sent) -> Result<Redirect, Cause> {
    only_named(&desk, &signed, &[Role::Reviewer]).await?;
    let assignment: AssignmentId = fields.need("assignment")?.parse().map_err(|_| Cause::BadForm)?;
    let reason = reasons::of_code(fields.need("reason")?).ok_or(Cause::BadForm)?;
    let request = DeskRequest::Decide { shift: signed.shift.token.clone(), assignment, reason };
    let DeskAnswer::Decided(_) = desk.ask_for(&signed, request).await? else { return Err(misplaced()) };
    desk.sessions().hold(signed.hash, None);
    Ok(Redirect::to(match reason.verdict() {
        Verdict::Retake => "/work?after=retake",
        Verdict::Approve | Verdict::Reject => "/work?after=decided",
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::testing::TestDesk;

    async fn viewed() -> (TestDesk, String) {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Reviewer).await;
        desk.post_form("/work/next", &[]).await;
        let assignment = desk.keeper.assignment();
        desk.post_form("/work/view", &[("assignment", &assignment)]).await;
        (desk, assignment)
    }

    #[tokio::test]
    async fn a_decision_is_recorded_and_the_assignment_is_gone() {
        let (desk, assignment) = viewed().await;
        let answer = desk.post_form("/work/decide", &[("assignment", &assignment), ("reason", "old_enough")]).await;
        assert_eq!(answer.header("location"), "/work?after=decided");
        assert!(!desk.get("/work").await.body.contains(&assignment));
    }

    #[tokio::test]
    async fn deciding_twice_is_refused() {
        let (desk, assignment) = viewed().await;
        let form = [("assignment", assignment.as_str()), ("reason", "unreadable")];
        assert_eq!(desk.post_form("/work/decide", &form).await.header("location"), "/work?after=retake");
        assert_eq!(desk.post_form("/work/decide", &form).await.status, 409);
    }

    #[tokio::test]
    async fn a_reason_that_does_not_exist_never_reaches_the_keeper() {
        let (desk, assignment) = viewed().await;
        let answer = desk.post_form("/work/decide", &[("assignment", &assignment), ("reason", "born_1999")]).await;
        assert_eq!(answer.status, 422);
        assert!(!desk.keeper.asked().iter().any(|asked| asked.starts_with("Decide")));
    }
}
