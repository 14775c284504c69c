//! `POST /language`: the switch between Japanese and English.

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Redirect, Response},
};

use super::{
    cause::Cause,
    lang::{self, Lang},
    session::Fields,
    state::Desk,
};

/// How long a browser remembers the switch, in seconds: a year.
const YEAR: u64 = 365 * 24 * 3600;

/// Remembers the language and goes back to the page it was switched on.
pub(crate) async fn post(State(desk): State<Desk>, fields: Fields) -> Result<Response, Cause> {
    let lang = Lang::of_tag(fields.need("lang")?).ok_or(Cause::BadForm)?;
    let back = fields.get("back").filter(|path| is_ours(path)).unwrap_or("/");
    let secure = if desk.settings().origin.starts_with("https://") { "; Secure" } else { "" };
    let (name, tag) = (lang::COOKIE, lang.tag());
    let cookie = format!("{name}={tag}; Path=/; SameSite=Lax; Max-Age={YEAR}{secure}");
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(back)).into_response())
}

/// A plain path of this desk: nothing that a browser could read as another host.
fn is_ours(path: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.');
    path.starts_with('/') && !path.starts_with("//") && path.len() <= 256 && path.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use crate::desk::testing::TestDesk;

    #[tokio::test]
    async fn the_switch_is_remembered_and_leads_back() {
        let answer = TestDesk::new().post("/language", &[("lang", "en"), ("back", "/enrol/abc")]).await;
        assert_eq!((answer.status, answer.header("location")), (303, "/enrol/abc"));
        assert!(answer.header("set-cookie").starts_with("sekisho-lang=en;"));
    }

    #[tokio::test]
    async fn it_never_leads_to_another_host() {
        for back in ["//evil.example", "https://evil.example", "/\\evil.example", "/%0d%0a"] {
            let answer = TestDesk::new().post("/language", &[("lang", "ja"), ("back", back)]).await;
            assert_eq!(answer.header("location"), "/", "{back}");
        }
    }

    #[tokio::test]
    async fn a_language_that_the_desk_does_not_speak_is_refused() {
        assert_eq!(TestDesk::new().post("/language", &[("lang", "tlh")]).await.status, 422);
    }
}
