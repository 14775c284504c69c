//! `/check/photo/{kind}`: the picture, with what must be hidden already black.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use sekisho_core::{check::CheckState, policy::AcceptedKind};

use super::{
    error,
    frame::{self, Frame},
    guest::Guest,
    proposals::{self, Sketch},
    who::{self, Looks},
};
use crate::{
    gate::{assets, lang::Lang, state::Gate},
    service::{room::Away, submit},
};

/// Why the page can't be shown.
pub(super) struct Error(Lang, Away);

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        error::away(self.0, self.1)
    }
}

/// The page, with the advice of a try before, if there was one.
#[derive(Template)]
#[template(path = "gate/photo.html")]
pub(super) struct Page {
    frame: Frame,
    name: String,
    hide: String,
    layout: Sketch,
    layout_json: String,
    gone: Option<String>,
    /// Whether it would wait for the service to be unlocked.
    waits: bool,
    script: String,
    advice: Option<String>,
}

impl Page {
    fn new(lang: Lang, kind: &AcceptedKind) -> Self {
        let layout = Sketch::from(proposals::layout(kind.kind.as_str()));
        Self {
            frame: Frame::new(lang),
            name: lang.of(&kind.name).into(),
            hide: lang.of(&kind.hide).into(),
            layout_json: serde_json::to_string(&layout).unwrap_or_default(),
            layout,
            gone: None,
            waits: false,
            script: assets::url("photo.js"),
            advice: None,
        }
    }

    /// The page once more, with what to do better.
    pub(super) fn again(lang: Lang, kind: &AcceptedKind, advice: String) -> Self {
        Self { advice: Some(advice), ..Self::new(lang, kind) }
    }
}

/// Shows the page, if a picture could be taken in and would be looked at.
pub(super) async fn get(State(gate): State<Gate>, Path(kind): Path<String>, guest: Guest) -> Result<Response, Error> {
    let visit = &guest.visit;
    if visit.standing.state != CheckState::AwaitingDocument {
        return Ok(Redirect::to("/check/status").into_response());
    }
    let ready = gate
        .room()
        .ready_for(&guest.visit.standing.row.site, &guest.visit.policy)
        .await
        .map_err(|why| Error(guest.lang, why))?;
    if let Looks::Nobody(_) = who::looks(guest.lang, &visit.policy.hours, (visit.now, ready.key.deadline), ready.waits)
    {
        return Ok(Redirect::to("/check").into_response());
    }
    let known = kind.parse().ok().and_then(|kind| submit::accepted(visit, &kind));
    let Some(known) = known else { return Ok(Redirect::to("/check/kind").into_response()) };
    let gone = Some(guest.lang.when(ready.key.deadline));
    Ok(frame::show(StatusCode::OK, &Page { gone, waits: ready.waits, ..Page::new(guest.lang, known) }))
}

#[cfg(test)]
mod tests {
    use crate::gate::testing::TestGate;

    #[tokio::test]
    async fn the_page_works_with_a_camera_without_script_and_for_a_screen_reader() {
        let gate = TestGate::new().await;
        let page = gate.member().await.get("/check/photo/jp-driving-licence?lang=ja").await;
        let text = page.text();
        assert_eq!(page.status, 200);
        assert!(text.contains("capture=\"environment\"") && text.contains("enctype=\"multipart/form-data\""));
        assert!(text.contains("<noscript>") && text.contains("role=\"alert\""));
        assert!(page.plain_text().contains("うらは いりません"));
        let script = text.split("src=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        let module = gate.get(script).send().await;
        assert_eq!(module.header("content-type"), Some("text/javascript; charset=utf-8"));
        assert!(module.header("cache-control").unwrap().contains("immutable"));
        assert_eq!(gate.get(&script.replace("/assets/", "/assets/0")).send().await.status, 404);
    }
}
