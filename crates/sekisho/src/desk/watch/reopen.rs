//! `POST /watch/stops/reopen`: where everything is stopped, one site and one reviewer go on first.

use axum::{extract::State, response::Redirect};
use sekisho_core::check::Role;
use sekisho_keeper::wire::DeskRequest;

use super::stops::{done, why};
use crate::desk::{
    cause::Cause,
    session::{Sent, only_named},
    state::Desk,
};

/// Reopens that much.
pub(crate) async fn post(State(desk): State<Desk>, Sent { signed, fields }: Sent) -> Result<Redirect, Cause> {
    only_named(&desk, &signed, &[Role::Officer]).await?;
    let request = DeskRequest::Reopen {
        shift: signed.shift.token.clone(),
        stop: fields.need("stop")?.parse().map_err(|_| Cause::BadForm)?,
        site: fields.need("site")?.parse().map_err(|_| Cause::BadForm)?,
        staff: fields.need("staff")?.parse().map_err(|_| Cause::BadForm)?,
        why: why(&fields)?,
    };
    done(&desk, &signed, request).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::testing::TestDesk;

    /// M26: from a stop of everything to one site and one reviewer, by one form; then each is lifted by itself.
    #[tokio::test]
    async fn an_officer_reopens_one_site_and_one_reviewer_first() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Officer).await;
        assert!(!desk.get("/watch/stops").await.body.contains("/watch/stops/reopen"), "nothing is stopped");
        assert_eq!(desk.post_form("/watch/stops", &[("target", "everything"), ("why", "x")]).await.status, 303);
        let page = desk.get("/watch/stops").await.body;
        let form = page.split("/watch/stops/reopen").nth(1).expect("a form for it");
        let stop = form.split("name=\"stop\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let staff = desk.keeper.person(Role::Reviewer).to_string();
        let fields = [("stop", &*stop), ("site", "sample-dating"), ("staff", &*staff), ("why", "checked")];
        assert_eq!(desk.post_form("/watch/stops/reopen", &fields).await.status, 303);
        let page = desk.get("/watch/stops").await.body;
        assert!(page.contains("sample-dating 以外のサイト") && page.contains("審査一 以外の審査員"), "{page}");
        assert!(!page.contains("/watch/stops/reopen"), "not everything is stopped any more");
    }

    #[tokio::test]
    async fn nobody_but_an_officer_reopens_and_not_without_naming_both() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Officer).await;
        assert_eq!(desk.post_form("/watch/stops", &[("target", "everything"), ("why", "x")]).await.status, 303);
        let stop = sekisho_core::id::StopId::from_bytes([1; 16]).to_string();
        let fields = [("stop", &*stop), ("site", "sample-dating"), ("why", "checked")];
        assert_eq!(desk.post_form("/watch/stops/reopen", &fields).await.status, 422);
        desk.sign_in(Role::Administrator).await;
        assert_eq!(desk.post_form("/watch/stops/reopen", &fields).await.status, 403);
    }
}
