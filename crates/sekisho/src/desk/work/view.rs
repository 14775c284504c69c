//! `POST /work/view`: the one look of an assignment. It writes an event, so it is no GET.
//!
//! The picture stands within the page, as a `data:` address, and that page alone
//! lets the browser show one. The other way, an address to fetch the picture
//! from, would make the desk keep it between two requests and answer a second
//! time to whoever comes first; like this it is in memory for one response, can't
//! be asked for again, and has no address that could be passed on.

use askama::Template;
use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use base64ct::{Base64, Encoding};
use sekisho_core::check::Role;
use sekisho_keeper::wire::{Assignment, DeskAnswer, DeskRequest, Picture, Refusal};
use zeroize::Zeroizing;

use super::{
    Task, again,
    proposal::{Said, said},
};
use crate::{
    desk::{
        cause::Cause,
        guard::POLICY_WITH_PICTURE,
        lang::Lang,
        page::Frame,
        session::{Sent, only_named},
        state::{Desk, misplaced},
    },
    service::desk_sessions::Signed,
};

/// What a page needs beside its picture, in bytes; a generous guess, so that the page is not moved while it grows.
const PAGE: usize = 32 << 10;

#[derive(Template)]
#[template(path = "desk/view.html")]
struct View<'a> {
    frame: Frame,
    task: Task,
    viewing: String,
    media_type: &'static str,
    picture: &'a str,
    proposal: Option<Said>,
}

/// Opens the document and shows it.
pub(crate) async fn post(State(desk): State<Desk>, lang: Lang, sent: Sent) -> Result<Response, Cause> {
    let signed = sent.signed;
    only_named(&desk, &signed, &[Role::Reviewer]).await?;
    let named = sent.fields.need("assignment")?;
    let Some(present) = present(&signed, named) else { return Err(refused(&desk, &signed, named).await?) };
    let again = sent.fields.get("again").map(|code| again::of_code(code).ok_or(Cause::BadForm)).transpose()?;
    let request = DeskRequest::View { shift: signed.shift.token.clone(), assignment: present.assignment, again };
    let answer = desk.ask_for(&signed, request).await;
    if matches!(answer, Ok(_) | Err(Cause::Refused(Refusal::AlreadyViewed))) {
        desk.sessions().looked(signed.hash);
    }
    if matches!(answer, Err(Cause::Refused(Refusal::LookReasonNeeded))) {
        return again::ask(Frame::signed(&desk, lang, &signed, "/work").unswitchable(), Task::new(present, lang), lang);
    }
    let DeskAnswer::Picture(picture) = answer? else { return Err(misplaced()) };
    // A language switch would ask for this page again, and it can't be had again.
    let frame = Frame::signed(&desk, lang, &signed, "/work").unswitchable();
    respond(frame, Task::new(present, lang), picture)
}

/// The assignment that the form names, if it is the one that this session has.
fn present<'a>(signed: &'a Signed, named: &str) -> Option<&'a Assignment> {
    signed.present.as_ref().filter(|present| present.assignment.to_string() == named)
}

/// Another one is asked for: the keeper refuses it, and counts who tries that again and again. What this session has
/// stays.
async fn refused(desk: &Desk, signed: &Signed, named: &str) -> Result<Cause, Cause> {
    let over = Refusal::AssignmentOver.into();
    let Ok(assignment) = named.parse() else { return Ok(over) };
    let request = DeskRequest::View { shift: signed.shift.token.clone(), assignment, again: None };
    match desk.ask(request).await {
        Err(Cause::Refused(Refusal::ShiftOver)) => {
            desk.sessions().end(signed.hash).await?;
            Ok(Refusal::ShiftOver.into())
        }
        // A picture that came all the same is shown to nobody, since no page stands around it.
        Ok(_) => Ok(over),
        Err(cause) => Ok(cause),
    }
}

fn respond(frame: Frame, task: Task, picture: Picture) -> Result<Response, Cause> {
    let Picture { viewing, media_type, bytes, proposal } = picture;
    let proposal = proposal.map(|proposal| said(&proposal, frame.lang));
    let bytes = Zeroizing::new(bytes);
    let text = Zeroizing::new(Base64::encode_string(&bytes));
    let view = View {
        frame,
        task,
        viewing: viewing.to_string(),
        media_type: known(&media_type)?,
        picture: text.as_str(),
        proposal,
    };
    // Wiped when the connection has taken it.
    let mut page = Zeroizing::new(String::with_capacity(text.len() + PAGE));
    view.render_into(&mut *page).map_err(|error| {
        tracing::error!(%error, "a viewing could not be rendered");
        Cause::Broken
    })?;
    let body = Body::from(Bytes::from_owner(Zeroizing::new(std::mem::take(&mut *page).into_bytes())));
    let policy = HeaderValue::from_static(POLICY_WITH_PICTURE);
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_SECURITY_POLICY, policy)], body).into_response())
}

/// Only what a browser draws as pixels: an SVG would be a document.
fn known(media_type: &str) -> Result<&'static str, Cause> {
    let kinds = ["image/jpeg", "image/png", "image/webp"];
    kinds.into_iter().find(|&kind| kind == media_type).ok_or_else(misplaced)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::testing::{QUESTION, TestDesk};
    use sekisho_core::render::{Age, Proposal};

    async fn with_work() -> (TestDesk, String) {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Reviewer).await;
        desk.post_form("/work/next", &[]).await;
        let assignment = desk.keeper.assignment();
        (desk, assignment)
    }

    #[tokio::test]
    async fn the_picture_stands_in_the_page_and_nothing_may_keep_it() {
        let (desk, assignment) = with_work().await;
        let answer = desk.post_form("/work/view", &[("assignment", &assignment)]).await;
        assert_eq!(answer.status, 200);
        assert!(answer.body.contains("src=\"data:image/png;base64,iVBOR") && answer.body.contains(QUESTION));
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("connection"), "close", "its buffers go with it");
        assert_eq!(answer.header("content-security-policy"), POLICY_WITH_PICTURE);
    }

    /// M4: proposed beside the picture, and the answer is still the reviewer's.
    #[tokio::test]
    async fn what_was_read_of_the_age_is_proposed_beside_the_picture_and_decides_nothing() {
        let (desk, assignment) = with_work().await;
        desk.keeper.propose(Proposal { age: Age::OldEnough, readings: 1 });
        let body = desk.post_form("/work/view", &[("assignment", &assignment)]).await.body;
        assert!(body.contains("年齢を満たすと読めました") && body.contains("aria-describedby=\"proposal\""));
        assert!(body.contains("name=\"reason\""), "the answer is still to be given");
        let (desk, assignment) = with_work().await;
        let body = desk.post_form("/work/view", &[("assignment", &assignment)]).await.body;
        assert!(!body.contains("id=\"proposal\""), "where nothing was read nothing is said");
    }

    #[tokio::test]
    async fn a_second_look_is_refused_and_the_answer_can_still_be_given() {
        let (desk, assignment) = with_work().await;
        desk.post_form("/work/view", &[("assignment", &assignment)]).await;
        let again = desk.post_form("/work/view", &[("assignment", &assignment)]).await;
        assert_eq!(again.status, 409);
        assert!(!again.body.contains("data:image") && again.body.contains("already_viewed"));
        assert!(desk.get("/work").await.body.contains("name=\"reason\""));
    }

    /// M20: the keeper counts who tries that, so it must hear of it.
    #[tokio::test]
    async fn the_assignment_of_another_is_refused_and_the_keeper_hears_of_it() {
        let (desk, assignment) = with_work().await;
        let other = sekisho_core::id::AssignmentId::from_bytes([0xEE; 16]).to_string();
        let refused = desk.post_form("/work/view", &[("assignment", &other)]).await;
        assert!(refused.status == 409 && !refused.body.contains("data:image"));
        assert_eq!(desk.keeper.asked().iter().filter(|asked| asked.starts_with("View")).count(), 1);
        assert_eq!(desk.post_form("/work/view", &[("assignment", "no number")]).await.status, 409);
        assert_eq!(desk.post_form("/work/view", &[("assignment", &assignment)]).await.status, 200, "their own stays");
    }

    /// M15
    #[tokio::test]
    async fn an_officer_and_an_administrator_see_no_picture() {
        for role in [Role::Administrator, Role::Officer] {
            let mut desk = TestDesk::new();
            desk.sign_in(role).await;
            assert_eq!(desk.post_form("/work/view", &[("assignment", "x")]).await.status, 403);
        }
    }

    #[test]
    fn what_is_not_a_plain_picture_is_not_shown() {
        assert!(known("image/jpeg").is_ok());
        assert_eq!(known("image/svg+xml"), Err(Cause::Broken));
        assert_eq!(known("text/html"), Err(Cause::Broken));
    }
}
