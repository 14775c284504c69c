//! `POST /staff/invite`: an invitation, shown once.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use sekisho_core::{check::Role, time::Timestamp};
use sekisho_keeper::wire::{Change, DeskAnswer, DeskRequest, Refusal};

use crate::{
    desk::{
        cause::Cause,
        changes::propose,
        lang::Lang,
        page::{Frame, page},
        session::{Sent, only},
        state::{Desk, misplaced},
    },
    service::desk_sessions::Signed,
};

/// The longest name, in characters.
const MAX_NAME: usize = 40;

#[derive(Template)]
#[template(path = "desk/invited.html")]
struct Invited {
    frame: Frame,
    name: String,
    role: Role,
    link: String,
    until: Timestamp,
}

/// Asks the keeper for an invitation and shows its link.
pub(crate) async fn post(
    State(desk): State<Desk>,
    lang: Lang,
    Sent { signed, fields }: Sent,
) -> Result<Response, Cause> {
    only(&signed, &[Role::Administrator])?;
    let name = fields.get("name").filter(|name| is_name(name)).ok_or(Cause::BadForm)?.to_owned();
    let role = fields.get("role").and_then(role_of).ok_or(Cause::BadForm)?;
    let request = DeskRequest::Invite { shift: signed.shift.token.clone(), name: name.clone(), role };
    match desk.ask_for(&signed, request).await {
        Ok(DeskAnswer::Invitation { invitation, until }) => {
            show(&desk, lang, &signed, (name, role), (&invitation, until))
        }
        Ok(_) => Err(misplaced()),
        // From the first real check on it takes others, and a day.
        Err(Cause::Refused(Refusal::AlreadyFounded)) => {
            Ok(propose(&desk, &signed, Change::Staff { name, role }).await?.into_response())
        }
        Err(cause) => Err(cause),
    }
}

/// Shows an invitation, once.
pub(crate) fn show(
    desk: &Desk,
    lang: Lang,
    signed: &Signed,
    (name, role): (String, Role),
    (invitation, until): (&str, Timestamp),
) -> Result<Response, Cause> {
    let link = format!("{}/enrol/{invitation}", desk.settings().origin);
    // A language switch would come back to another page, and the link is shown once.
    let frame = Frame::signed(desk, lang, signed, "/staff").unswitchable();
    page(&Invited { frame, name, role, link, until })
}

/// A name to show, and never an address: it would travel with every list (M14).
fn is_name(text: &str) -> bool {
    (1..=MAX_NAME).contains(&text.chars().count()) && !text.contains('@') && !text.chars().any(char::is_control)
}

fn role_of(word: &str) -> Option<Role> {
    match word {
        "reviewer" => Some(Role::Reviewer),
        "officer" => Some(Role::Officer),
        "administrator" => Some(Role::Administrator),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::testing::{ORIGIN, TestDesk};

    #[tokio::test]
    async fn the_link_is_shown_with_the_time_until_which_it_works() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Administrator).await;
        let answer = desk.post_form("/staff/invite", &[("name", "佐藤"), ("role", "reviewer")]).await;
        assert_eq!(answer.status, 200);
        assert!(answer.body.contains(&format!("{ORIGIN}/enrol/")) && answer.body.contains("11月22日"));
    }

    /// M15: after the founding it is proposed, approved by two, and made; then the link is shown.
    #[tokio::test]
    async fn after_the_founding_it_is_proposed_and_the_link_is_shown_when_it_is_made() {
        let mut desk = TestDesk::new();
        desk.keeper.be_in_use();
        desk.sign_in(Role::Administrator).await;
        let answer = desk.post_form("/staff/invite", &[("name", "佐藤"), ("role", "reviewer")]).await;
        assert_eq!((answer.status, answer.header("location")), (303, "/changes"));
        let page = desk.get("/changes").await.body;
        assert!(page.contains("佐藤") && page.contains("あと必要な承認: 2") && !page.contains("実行する"), "{page}");
        let change = page.split("name=\"change\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        assert_eq!(desk.post_form("/changes/make", &[("change", &change)]).await.status, 409);
        desk.keeper.approve_twice();
        assert!(desk.get("/changes").await.body.contains("実行できます"));
        let made = desk.post_form("/changes/make", &[("change", &change)]).await;
        assert!(made.status == 200 && made.body.contains("/enrol/made"), "{}", made.body);
        assert!(desk.get("/changes").await.body.contains("待っている変更はありません"));
    }

    /// M14
    #[tokio::test]
    async fn a_mail_address_is_not_taken_as_a_name() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Administrator).await;
        let answer = desk.post_form("/staff/invite", &[("name", "sato@example.jp"), ("role", "reviewer")]).await;
        assert_eq!(answer.status, 422);
        assert!(!answer.body.contains("sato@example.jp"));
    }

    #[tokio::test]
    async fn only_an_administrator_invites() {
        for role in [Role::Reviewer, Role::Officer] {
            let mut desk = TestDesk::new();
            desk.sign_in(role).await;
            let answer = desk.post_form("/staff/invite", &[("name", "佐藤"), ("role", "reviewer")]).await;
            assert_eq!(answer.status, 403);
        }
    }
}
