//! `GET` and `POST /watch/lockdown`: an officer shuts the vault; nobody opens it from here again.

use askama::Template;
use axum::{extract::State, response::Response};
use sekisho_core::{check::Role, lockdown::Why};
use sekisho_keeper::wire::{DeskAnswer, DeskRequest};

use crate::desk::{
    cause::Cause,
    lang::Lang,
    page::{Frame, page},
    session::{Present, Sent, only},
    state::{Desk, misplaced},
};

#[derive(Template)]
#[template(path = "desk/lockdown.html")]
struct LockdownPage {
    frame: Frame,
    /// Whether it was just done; nobody is signed in any more then.
    done: bool,
    /// The most characters of a reason.
    most: usize,
}

impl LockdownPage {
    fn of(frame: Frame, done: bool) -> Self {
        Self { frame, done, most: Why::MAX }
    }
}

/// Says what it does and asks why.
pub(crate) async fn get(State(desk): State<Desk>, lang: Lang, Present(signed): Present) -> Result<Response, Cause> {
    only(&signed, &[Role::Officer])?;
    page(&LockdownPage::of(Frame::signed(&desk, lang, &signed, "/watch/lockdown"), false))
}

/// Orders it.
pub(crate) async fn post(
    State(desk): State<Desk>,
    lang: Lang,
    Sent { signed, fields }: Sent,
) -> Result<Response, Cause> {
    only(&signed, &[Role::Officer])?;
    let why: Why = fields.need("why")?.parse().map_err(|_| Cause::BadForm)?;
    let request = DeskRequest::LockDown { shift: signed.shift.token.clone(), why: why.to_string() };
    match desk.ask_for(&signed, request).await? {
        DeskAnswer::Done => page(&LockdownPage::of(Frame::open(&desk, lang, "/").unswitchable(), true)),
        _ => Err(misplaced()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::testing::TestDesk;

    /// M26: who and why; afterwards nothing answers but that.
    #[tokio::test]
    async fn an_officer_shuts_the_vault_and_says_why() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Officer).await;
        let form = desk.get("/watch/lockdown").await;
        assert!(form.status == 200 && form.body.contains("name=\"why\""));
        let done = desk.post_form("/watch/lockdown", &[("why", "a key was found outside")]).await;
        assert!(done.status == 200 && done.body.contains("鍵は消されました"), "{}", done.body);
        assert!(desk.keeper.asked().iter().any(|asked| asked.contains("a key was found outside")));
        let after = desk.get("/watch").await;
        assert_eq!((after.status, after.header("retry-after")), (503, "30"));
        assert!(after.body.contains("locked_down"));
    }

    #[tokio::test]
    async fn without_a_reason_nothing_is_done() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Officer).await;
        for fields in [&[][..], &[("why", " ")], &[("why", "two\nlines")]] {
            assert_eq!(desk.post_form("/watch/lockdown", fields).await.status, 422);
        }
        assert_eq!(desk.get("/watch").await.status, 200);
    }

    #[tokio::test]
    async fn neither_a_reviewer_nor_an_administrator_shuts_anything() {
        for role in [Role::Reviewer, Role::Administrator] {
            let mut desk = TestDesk::new();
            desk.sign_in(role).await;
            assert_eq!(desk.get("/watch/lockdown").await.status, 403);
            assert_eq!(desk.post_form("/watch/lockdown", &[("why", "x")]).await.status, 403);
        }
    }
}
