//! A [`Cause`] in words: a page for people, problem+json for our scripts.

use askama::Template;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use sekisho_core::time::Timestamp;
use serde::Serialize;

use super::{
    STOPS_BY_KEY,
    cause::{Cause, Way},
    lang::Lang,
    page::{Frame, page_with},
    state::Desk,
};

/// Seconds after which it is worth asking again while nothing opens.
const AWAY_SECONDS: u64 = 30;

#[derive(Template)]
#[template(path = "desk/problem.html")]
struct ProblemPage {
    frame: Frame,
    title: &'static str,
    advice: &'static str,
    frees: Option<Timestamp>,
    code: String,
    way: Way,
}

/// RFC 9457.
#[derive(Serialize)]
struct ProblemJson {
    title: &'static str,
    status: u16,
    detail: &'static str,
    code: String,
}

/// Writes out the cause of an answer that carries one.
pub(crate) async fn in_words(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let (lang, script) =
        (Lang::of_headers(request.headers()), is_script(request.headers()) || request.uri().path() == STOPS_BY_KEY);
    let response = next.run(request).await;
    match response.extensions().get::<Cause>() {
        Some(&cause) => with_cause(&desk, cause, if script { json(cause, lang) } else { html(&desk, cause, lang) }),
        None => response,
    }
}

fn with_cause(desk: &Desk, cause: Cause, mut response: Response) -> Response {
    let away = (cause.status() == StatusCode::SERVICE_UNAVAILABLE).then_some(AWAY_SECONDS);
    let wait = cause.frees().map(|frees| frees.since(desk.now()).max(1)).or(away);
    if let Some(seconds) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    // The log, further out, names it.
    response.extensions_mut().insert(cause);
    response
}

fn is_script(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("application/json"))
}

fn pick(lang: Lang, [ja, en]: [&'static str; 2]) -> &'static str {
    lang.pick(ja, en)
}

fn json(cause: Cause, lang: Lang) -> Response {
    let (status, words) = (cause.status(), cause.words());
    let problem = ProblemJson {
        title: pick(lang, words.title),
        status: status.as_u16(),
        detail: pick(lang, words.advice),
        code: cause.code(),
    };
    (status, [(header::CONTENT_TYPE, "application/problem+json")], axum::Json(problem)).into_response()
}

fn html(desk: &Desk, cause: Cause, lang: Lang) -> Response {
    let words = cause.words();
    let page = ProblemPage {
        // Whatever was asked may have been a form, so there is nothing to come back to.
        frame: Frame::open(desk, lang, "/").unswitchable(),
        title: pick(lang, words.title),
        advice: pick(lang, words.advice),
        frees: cause.frees(),
        code: cause.code(),
        way: cause.way(),
    };
    page_with(cause.status(), &page).unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

/// For paths that lead nowhere.
pub(crate) async fn no_such_page() -> Cause {
    Cause::NoSuchPage
}

/// For methods that a page does not have.
pub(crate) async fn method_not_allowed() -> Cause {
    Cause::MethodNotAllowed
}

#[cfg(test)]
mod tests {
    use crate::desk::testing::{NOW, TestDesk};

    #[tokio::test]
    async fn what_does_not_open_now_says_when_to_ask_again() {
        use sekisho_core::check::Role;
        use sekisho_keeper::wire::Refusal;
        for refusal in [Refusal::Unwitnessed, Refusal::Contradicted, Refusal::TimeInDoubt] {
            let mut desk = TestDesk::new();
            desk.sign_in(Role::Reviewer).await;
            desk.keeper.refuse(refusal);
            let answer = desk.get("/work").await;
            assert_eq!((answer.status, answer.header("retry-after")), (503, "30"), "{refusal}");
            assert!(answer.body.contains(&refusal.to_string()));
        }
    }

    /// M19: whoever is refused is told when to come back, in their language.
    #[tokio::test]
    async fn whose_budget_is_spent_is_told_when_it_frees() {
        use sekisho_core::{budget::Window, check::Role};
        use sekisho_keeper::wire::{BudgetSpent, Refusal, Whose};
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Reviewer).await;
        let frees = Some(NOW + 41);
        desk.keeper.refuse(Refusal::BudgetSpent(BudgetSpent {
            whose: Whose::Own,
            window: Window::Minute,
            limit: 5,
            frees,
        }));
        let answer = desk.post_form("/work/next", &[]).await;
        assert_eq!((answer.status, answer.header("retry-after")), (429, "41"));
        assert!(
            answer.body.contains("少し速すぎます") && answer.body.contains("too_fast") && answer.body.contains("<time")
        );
    }

    #[tokio::test]
    async fn a_person_gets_a_page_in_their_language_and_a_script_gets_json() {
        let desk = TestDesk::new();
        assert!(desk.get("/nowhere").await.body.contains("このページはありません"));
        let english = desk.send("GET", "/nowhere", &[("cookie", "sekisho-lang=en")], "").await;
        assert!(english.body.contains("There is no such page"));
        let script = desk.send("GET", "/nowhere", &[("accept", "application/json")], "").await;
        assert_eq!(script.header("content-type"), "application/problem+json");
        assert_eq!(script.json()["code"], "no_such_page");
    }

    /// M45.
    #[tokio::test]
    async fn whoever_finds_the_keeper_away_is_told_when_to_ask_again() {
        let mut desk = TestDesk::new();
        desk.sign_in(sekisho_core::check::Role::Reviewer).await;
        desk.keeper.refuse(sekisho_keeper::wire::Refusal::Unavailable);
        let answer = desk.get("/work").await;
        assert_eq!((answer.status, answer.header("retry-after")), (503, "30"));
        assert_eq!(desk.get("/nowhere").await.header("retry-after"), "");
    }

    #[tokio::test]
    async fn a_path_is_never_repeated_in_its_problem() {
        let answer = TestDesk::new().get("/%3Cb%3Enowhere").await;
        assert_eq!(answer.status, 404);
        assert!(!answer.body.contains("nowhere"));
    }
}
