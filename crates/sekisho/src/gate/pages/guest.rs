//! A member who got in: by the session in their browser, or by the link to their status page.

use std::collections::HashMap;

use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
    response::Response,
};

use super::error;
use crate::{
    gate::{cookie, lang::Lang, state::Gate},
    service::{
        member::{self, NoVisit, Visit},
        ports::SecretKind,
        secret::Secret,
    },
};

/// A member who got in.
pub(super) struct Guest {
    /// What they see.
    pub(super) visit: Visit,
    /// The secret of their status link.
    pub(super) status: Secret,
    /// Where their pages lie: `/check`, or `/s/` and the token.
    pub(super) base: String,
    /// Whether they came by the link for later, which can't send pictures.
    pub(super) by_link: bool,
    /// Their language.
    pub(super) lang: Lang,
}

/// The page for who did not get in.
pub(super) struct NotIn(Response);

impl axum::response::IntoResponse for NotIn {
    fn into_response(self) -> Response {
        self.0
    }
}

impl FromRequestParts<Gate> for Guest {
    type Rejection = NotIn;

    async fn from_request_parts(parts: &mut Parts, gate: &Gate) -> Result<Self, NotIn> {
        let Ok(lang) = Lang::from_request_parts(parts, gate).await;
        let path = Path::<HashMap<String, String>>::from_request_parts(parts, gate).await;
        let token = path.ok().and_then(|Path(mut parameters)| parameters.remove("token"));
        let found = match token {
            Some(token) => by_link(gate, lang, &token, parts).await,
            None => by_session(gate, lang, parts).await,
        };
        found.map_err(|error| NotIn(error::no_visit(lang, error)))
    }
}

async fn by_link(gate: &Gate, lang: Lang, token: &str, parts: &Parts) -> Result<Guest, NoVisit> {
    let status = Secret::parse(token).ok_or(NoVisit::Unknown)?;
    let visit = member::visit(gate.room(), &status, SecretKind::Status).await.inspect_err(|why| {
        // Whoever tries these as if they could be guessed is counted like those who try the links that lead in.
        if *why == NoVisit::Unknown {
            gate.unheard().link(status.hash(), parts.extensions.get().copied());
        }
    })?;
    Ok(Guest { visit, base: format!("/s/{}", status.text()), status, by_link: true, lang })
}

async fn by_session(gate: &Gate, lang: Lang, parts: &Parts) -> Result<Guest, NoVisit> {
    let session = cookie::session(&parts.headers, gate.settings()).ok_or(NoVisit::Unknown)?;
    let visit = member::visit(gate.room(), &session, SecretKind::Session).await?;
    Ok(Guest { visit, status: session.status_link(), base: "/check".into(), by_link: false, lang })
}
