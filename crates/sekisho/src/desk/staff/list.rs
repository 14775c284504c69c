//! `GET /staff`: everybody who is enrolled.

use askama::Template;
use axum::{extract::State, response::Response};
use sekisho_core::check::Role;
use sekisho_keeper::wire::StaffView;

use crate::desk::{
    cause::Cause,
    lang::Lang,
    page::{Frame, page},
    session::{Present, only},
    state::Desk,
    witnesses,
};

#[derive(Template)]
#[template(path = "desk/staff.html")]
struct Staff {
    frame: Frame,
    staff: Vec<StaffView>,
    witnesses: Option<witnesses::Note>,
    may_change: bool,
}

/// Shows the list.
pub(crate) async fn get(State(desk): State<Desk>, lang: Lang, Present(signed): Present) -> Result<Response, Cause> {
    only(&signed, &[Role::Administrator, Role::Officer])?;
    let staff = desk.staff(&signed).await?;
    let witnesses = witnesses::note(&witnesses::ask(&desk).await?, lang);
    let may_change = signed.shift.staff.role == Role::Administrator;
    page(&Staff { frame: Frame::signed(&desk, lang, &signed, "/staff"), staff, witnesses, may_change })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::testing::TestDesk;

    #[tokio::test]
    async fn an_officer_sees_the_list_and_no_button() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Officer).await;
        let page = desk.get("/staff").await.body;
        assert!(page.contains("山本") && !page.contains("/staff/remove") && !page.contains("/staff/invite"));
    }

    #[tokio::test]
    async fn a_reviewer_does_not_see_it() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Reviewer).await;
        assert_eq!(desk.get("/staff").await.status, 403);
    }
}
