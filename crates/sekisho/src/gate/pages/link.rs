//! `/m/{token}`: the one-time link.
//!
//! Messengers and mail programs fetch links to preview them. So looking costs
//! nothing; only the button burns the link.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};

use super::{
    error,
    frame::{self, Frame},
};
use crate::{
    front::Asker,
    gate::{cookie, lang::Lang, state::Gate},
    service::{
        member::{self, NoVisit},
        secret::Secret,
    },
};

#[derive(Template)]
#[template(path = "gate/link.html")]
struct Page {
    frame: Frame,
}

/// Why a link does not lead in.
pub(super) struct Error(Lang, NoVisit);

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        error::no_visit(self.0, self.1)
    }
}

/// A link that leads nowhere was used, is over, or was never anybody's: the keeper is told of each alike.
fn refuse(gate: &Gate, link: &Secret, from: Option<Extension<Asker>>, lang: Lang, why: NoVisit) -> Error {
    if why == NoVisit::Unknown {
        gate.unheard().link(link.hash(), from.map(|Extension(asker)| asker));
    }
    Error(lang, why)
}

/// Shows the button.
pub(super) async fn get(
    State(gate): State<Gate>,
    from: Option<Extension<Asker>>,
    lang: Lang,
    Path(token): Path<String>,
) -> Result<Response, Error> {
    let link = Secret::parse(&token).ok_or(Error(lang, NoVisit::Unknown))?;
    member::knock(gate.room(), &link).await.map_err(|why| refuse(&gate, &link, from, lang, why))?;
    Ok(frame::show(StatusCode::OK, &Page { frame: Frame::new(lang) }))
}

/// Burns the link and begins a session.
pub(super) async fn post(
    State(gate): State<Gate>,
    from: Option<Extension<Asker>>,
    lang: Lang,
    Path(token): Path<String>,
) -> Result<Response, Error> {
    let link = Secret::parse(&token).ok_or(Error(lang, NoVisit::Unknown))?;
    let session = member::enter(gate.room(), &link).await.map_err(|why| refuse(&gate, &link, from, lang, why))?;
    let mut response = Redirect::to("/check").into_response();
    if let Some(cookie) = cookie::begin_session(gate.settings(), &session) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use crate::gate::testing::TestGate;

    #[tokio::test]
    async fn a_preview_does_not_burn_the_link_and_the_button_does() {
        let gate = TestGate::new().await;
        let path = gate.announced().await.link;
        for _ in 0..3 {
            assert_eq!(gate.get(&path).send().await.status, 200);
        }
        let entered = gate.post(&path).send().await;
        assert_eq!((entered.status, entered.header("location")), (303, Some("/check")));
        let cookie = entered.header("set-cookie").unwrap();
        assert!(cookie.starts_with("check=") && cookie.contains("HttpOnly; SameSite=Strict"));
        assert_eq!(gate.post(&path).send().await.status, 404);
        assert_eq!(gate.get(&path).send().await.status, 404);
    }

    #[tokio::test]
    async fn a_form_of_another_site_does_not_burn_it() {
        let gate = TestGate::new().await;
        let path = gate.announced().await.link;
        assert_eq!(gate.post(&path).header("sec-fetch-site", "cross-site").send().await.status, 403);
        assert_eq!(gate.get(&path).send().await.status, 200);
    }

    #[tokio::test]
    async fn with_tls_the_cookie_is_bound_to_the_host() {
        let gate = TestGate::with_tls().await;
        let path = gate.announced().await.link;
        let entered = gate.post(&path).send().await;
        let cookie = entered.header("set-cookie").unwrap();
        assert!(cookie.starts_with("__Host-check=") && cookie.ends_with("; Secure"));
        assert!(entered.header("strict-transport-security").is_some());
    }

    #[tokio::test]
    async fn a_link_ends_with_its_request() {
        let gate = TestGate::new().await;
        let path = gate.announced().await.link;
        gate.pass(86_400);
        assert_eq!(gate.get(&path).send().await.status, 404);
    }
}
