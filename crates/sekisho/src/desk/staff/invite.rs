//! `POST /staff/invite`: an invitation, shown once.

use askama::Template;
use axum::{extract::State, response::Response};
use sekisho_core::{check::Role, time::Timestamp};
use sekisho_keeper::wire::{DeskAnswer, DeskRequest};

use crate::desk::{
    cause::Cause,
    lang::Lang,
    page::{Frame, page},
    session::{Sent, only},
    state::{Desk, misplaced},
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
    let DeskAnswer::Invitation { invitation, until } = desk.ask_for(&signed, request).await? else {
        return Err(misplaced());
    };
    let link = format!("{}/enrol/{invitation}", desk.settings().origin);
    // A language switch would come back to another page, and the link is shown once.
    let frame = Frame::signed(&desk, lang, &signed, "/staff").unswitchable();
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
