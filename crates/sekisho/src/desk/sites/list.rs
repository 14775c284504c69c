//! `GET /sites`: every site, and the form for another.

use axum::{extract::State, response::Response};
use sekisho_core::check::Role;

use super::Sites;
use crate::desk::{
    cause::Cause,
    lang::Lang,
    page::page,
    session::{Present, only},
    state::Desk,
};

/// Shows the list.
pub(crate) async fn get(State(desk): State<Desk>, lang: Lang, Present(signed): Present) -> Result<Response, Cause> {
    only(&signed, &[Role::Administrator, Role::Officer])?;
    page(&Sites::of(&desk, lang, &signed).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::testing::TestDesk;

    #[tokio::test]
    async fn an_administrator_sees_sites_and_the_form() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Administrator).await;
        let page = desk.get("/sites").await.body;
        assert!(page.contains("出会いの見本") && page.contains("name=\"jwks\"") && page.contains("jp-dating-site"));
    }

    #[tokio::test]
    async fn an_officer_sees_no_form_and_a_reviewer_nothing() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Officer).await;
        assert!(!desk.get("/sites").await.body.contains("name=\"jwks\""));
        desk.sign_in(Role::Reviewer).await;
        assert_eq!(desk.get("/sites").await.status, 403);
    }
}
