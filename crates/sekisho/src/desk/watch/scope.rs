//! `GET`, `POST /watch/scope`: whose documents were opened, by whom and when, from the ledger that the keeper has.
//!
//! The question comes as a form and not in the address: it names people.

mod asked;
mod read;
mod shown;

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use sekisho_core::check::Role;
use sekisho_scope::ledger::Scope;

use crate::desk::{
    cause::Cause,
    lang::Lang,
    page::{Frame, page},
    session::{Present, Sent, only, only_named},
    state::{Desk, misplaced},
};

use asked::Asked;
use read::Reading;
use shown::Shown;

/// Shows the form.
pub(crate) async fn get(State(desk): State<Desk>, lang: Lang, Present(signed): Present) -> Result<Response, Cause> {
    only(&signed, &[Role::Officer])?;
    let asked = Asked::default();
    let frame = Frame::signed(&desk, lang, &signed, "/watch/scope");
    page(&Shown::form(frame, &desk, &signed, asked).await?)
}

/// Answers, as a page or as a file.
pub(crate) async fn post(
    State(desk): State<Desk>,
    lang: Lang,
    Sent { signed, fields }: Sent,
) -> Result<Response, Cause> {
    only_named(&desk, &signed, &[Role::Officer]).await?;
    let asked = Asked::of(&fields);
    let frame = Frame::signed(&desk, lang, &signed, "/watch/scope").unswitchable();
    let mut shown = Shown::form(frame, &desk, &signed, asked).await?;
    match read::read(&desk, &signed, &shown.asked).await? {
        Reading::Wrong(why) => shown.wrong = Some(why),
        Reading::TooLong(size) => shown.too_long = Some(size),
        Reading::Done(affected, scope) => match fields.get("as") {
            Some("json") => return file("scope.json", "application/json", serde_json::to_vec_pretty(&*scope)),
            Some("csv") => {
                let mut list = Vec::new();
                let written = affected.write_csv(&mut list).map(|()| list);
                return file("documents.csv", "text/csv; charset=utf-8", written);
            }
            _ => shown.answer(&scope),
        },
    }
    page(&shown)
}

fn file<E: std::error::Error>(
    name: &str,
    media_type: &'static str,
    bytes: Result<Vec<u8>, E>,
) -> Result<Response, Cause> {
    let bytes = bytes.map_err(|error| {
        tracing::error!(%error, "an answer could not be written");
        Cause::Broken
    })?;
    let disposition = format!("attachment; filename=\"{name}\"");
    Ok(([(header::CONTENT_TYPE, media_type.into()), (header::CONTENT_DISPOSITION, disposition)], bytes).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::testing::TestDesk;

    async fn officers() -> TestDesk {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Officer).await;
        desk
    }

    /// M27: an officer asks at the desk, and is answered in numbers, in bars and as files.
    #[tokio::test]
    async fn an_officer_is_told_how_many_documents_were_opened() {
        let desk = officers().await;
        assert!(desk.get("/watch").await.body.contains("href=\"/watch/scope\""));
        let form = desk.get("/watch/scope").await.body;
        assert!(form.contains("審査一") && form.contains("sample-dating") && !form.contains("id=\"answer\""));
        let page = desk.post_form("/watch/scope", &[("site", "sample-dating")]).await.body;
        let answer = page.split("id=\"answer\"").nth(1).expect("an answer");
        assert!(answer.contains("<dd>1</dd>") && answer.contains("<rect class=\"viewed\""), "{answer}");
        assert!(answer.contains("jp-driving-licence"));
        let json = desk.post_form("/watch/scope", &[("as", "json")]).await;
        let said: serde_json::Value = serde_json::from_str(&json.body).unwrap();
        assert_eq!((&said["documents"]["confirmed"], &said["members"]["confirmed"]), (&1.into(), &1.into()));
        assert_eq!(said["read"], said["entries"], "every page was read");
        let list = desk.post_form("/watch/scope", &[("as", "csv")]).await;
        assert!(list.header("content-disposition").starts_with("attachment"));
        assert_eq!(list.body.lines().count(), 2);
    }

    /// M27: the control: of somebody else, of another time.
    #[tokio::test]
    async fn nobody_and_no_time_have_nothing() {
        let desk = officers().await;
        let other = sekisho_core::id::StaffId::from_bytes([9; 16]).to_string();
        for fields in [[("reviewer", other.as_str())], [("to", "2021-04-20T00:00")]] {
            let page = desk.post_form("/watch/scope", &fields).await.body;
            assert!(page.split("id=\"answer\"").nth(1).expect("an answer").contains("<dd>0</dd>"), "{page}");
        }
    }

    #[tokio::test]
    async fn what_is_asked_wrongly_is_told_beside_the_form_and_stays_in_it() {
        let desk = officers().await;
        for (fields, part) in [
            ([("ids", "sft_1")], "sft_1"),
            ([("finding", "0")], "検知ではありません"),
            ([("finding", "many")], "番号"),
            ([("from", "yesterday")], "日時"),
            ([("site", "No Site")], "サイト"),
        ] {
            let page = desk.post_form("/watch/scope", &fields).await.body;
            let note = page.split("class=\"note look\"").nth(1).unwrap_or_else(|| panic!("{fields:?}: {page}"));
            assert!(note.contains(part) && !page.contains("id=\"answer\""), "{fields:?}");
        }
    }

    /// M15
    #[tokio::test]
    async fn nobody_but_officers_may_ask() {
        for role in [Role::Reviewer, Role::Administrator] {
            let mut desk = TestDesk::new();
            desk.sign_in(role).await;
            assert_eq!(desk.get("/watch/scope").await.status, 403);
            assert_eq!(desk.post_form("/watch/scope", &[]).await.status, 403);
            assert!(!desk.keeper.asked().iter().any(|asked| asked.starts_with("Ledger")));
        }
    }
}
