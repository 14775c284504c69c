//! `POST /check/photo/{kind}`: the picture comes in.
//!
//! It lies in memory that is wiped, until it is sealed or turned away.

use std::time::Duration;

use axum::{
    Json,
    extract::{FromRequest, Multipart, Path, Request, State, multipart::Field},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use http_body_util::BodyExt;
use sekisho_core::{id::KindName, policy::Text};
use sekisho_inspect::wire::{Boxed, Code};
use serde_json::json;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::{error, frame, guest::Guest, photo};
use crate::{
    gate::{lang::Lang, places::Full, problem::Problem, state::Gate},
    service::{
        room::Away,
        submit::{self, MAX_UPLOAD, SubmitError, Upload},
    },
};

/// The most that the list of boxes may hold, in bytes.
const BOXES_LIMIT: usize = 4096;

/// How long a body that there is no place for may take to go by. Nothing of it is held meanwhile.
const GO_BY: Duration = Duration::from_secs(10);

/// Why a picture did not come in.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    /// Too many pictures at once.
    #[error("busy")]
    Busy,
    /// More than we take.
    #[error("too_large")]
    TooLarge,
    /// The form is broken off or not ours.
    #[error("bad_form")]
    BadForm,
    /// It was not taken.
    #[error(transparent)]
    Submit(#[from] SubmitError),
}

/// Where and how an error is told: to the page's script, or as a page.
struct Telling {
    lang: Lang,
    script: bool,
}

impl Telling {
    fn tell(&self, error: Error, page: impl FnOnce(String) -> Response) -> Response {
        match error {
            Error::Busy if !self.script => error::busy(self.lang),
            Error::Submit(SubmitError::Away(why)) if !self.script => error::away(self.lang, why),
            Error::Submit(SubmitError::NotWaiting | SubmitError::NobodyLooks | SubmitError::Refused)
                if !self.script =>
            {
                error::page(self.lang, StatusCode::CONFLICT, error::Kind::CheckOver)
            }
            error if self.script => self.problem(error).into_response(),
            error => page(self.advice(&error)),
        }
    }

    fn problem(&self, error: Error) -> Problem {
        let advice = self.advice(&error);
        let (status, code) = match &error {
            Error::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
            Error::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, Code::FileTooLarge.as_str()),
            Error::BadForm => (StatusCode::BAD_REQUEST, "bad_form"),
            Error::Submit(SubmitError::TurnedAway(report)) => (StatusCode::UNPROCESSABLE_ENTITY, report.code.as_str()),
            Error::Submit(SubmitError::Unreadable) => (StatusCode::UNPROCESSABLE_ENTITY, "unreadable"),
            Error::Submit(SubmitError::KindNotAccepted) => (StatusCode::CONFLICT, "kind_not_accepted"),
            Error::Submit(SubmitError::NobodyLooks) => (StatusCode::CONFLICT, "nobody_looks"),
            Error::Submit(SubmitError::NotWaiting | SubmitError::Refused) => (StatusCode::CONFLICT, "check_over"),
            Error::Submit(SubmitError::Unknown) => (StatusCode::SERVICE_UNAVAILABLE, "unknown"),
            Error::Submit(SubmitError::Away(Away::Locked)) => (StatusCode::SERVICE_UNAVAILABLE, "locked"),
            Error::Submit(SubmitError::Away(Away::NoSpace)) => (StatusCode::SERVICE_UNAVAILABLE, "no_space"),
            Error::Submit(SubmitError::Away(_)) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
        };
        let title = match error {
            Error::Submit(SubmitError::Unknown) => "It is not known yet whether the picture came in.",
            _ => "The picture was not taken. Nothing was kept.",
        };
        let problem = Problem::new(status, code, title, advice);
        if status == StatusCode::SERVICE_UNAVAILABLE { problem.retry_after(5) } else { problem }
    }

    fn advice(&self, error: &Error) -> String {
        let text = match error {
            Error::Submit(SubmitError::TurnedAway(report)) => report.advice.clone(),
            Error::TooLarge => Code::FileTooLarge.advice(),
            Error::Submit(SubmitError::Unreadable) => Code::Damaged.advice(),
            Error::Busy => words(
                "いま とても こんでいます。すこし まって、もういちど 送ってください。",
                "Very busy now. Please wait a moment and send again.",
            ),
            Error::BadForm => words(
                "うまく とどきませんでした。もういちど 送ってください。",
                "It did not arrive whole. Please send it again.",
            ),
            Error::Submit(SubmitError::Away(_)) => words(
                "いま 受けとれません。すこし まって、もういちど 送ってください。",
                "Nothing can be taken in now. Please wait and send again.",
            ),
            Error::Submit(SubmitError::Unknown) => words(
                "とどいたか、まだ わかりません。すこし まって、いまの ようすを 見てください。",
                "It may have arrived. Please wait and look where it stands before you send again.",
            ),
            Error::Submit(SubmitError::NobodyLooks) => words(
                "消える 時間までに、見る 人が いません。あとで もういちど 来てください。",
                "Nobody would look at it before it is gone. Please come back later.",
            ),
            Error::Submit(SubmitError::KindNotAccepted) => words(
                "この 書類は 使えません。ほかの 書類を えらんでください。",
                "This document is not accepted. Please choose another.",
            ),
            Error::Submit(_) => {
                words("この 確認は、いま 写真を 待っていません。", "This check does not wait for a picture now.")
            }
        };
        self.lang.of(&text).to_owned()
    }
}

fn words(ja: &str, en: &str) -> Text {
    Text { ja: ja.into(), en: en.into() }
}

fn wants_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kinds| kinds.contains("application/json"))
}

/// Takes a picture in.
pub(super) async fn post(
    State(gate): State<Gate>,
    Path(kind): Path<String>,
    guest: Guest,
    request: Request,
) -> Response {
    let telling = Telling { lang: guest.lang, script: wants_json(request.headers()) };
    match take(&gate, &guest, &kind, request).await {
        Ok(()) if telling.script => Json(json!({ "next": "/check/status" })).into_response(),
        Ok(()) => Redirect::to("/check/status").into_response(),
        Err(error) => telling.tell(error, |advice| again(&guest, &kind, advice)),
    }
}

async fn take(gate: &Gate, guest: &Guest, kind: &str, request: Request) -> Result<(), Error> {
    let kind: KindName = kind.parse().map_err(|_| SubmitError::KindNotAccepted)?;
    let _coming = match gate.places().come(request.extensions().get().copied()) {
        Ok(place) => place,
        Err(Full) => return Err(passed_over(request).await),
    };
    let upload = read_form(gate, kind, request).await?;
    let _read = gate.places().read().await.map_err(|Full| Error::Busy)?;
    submit::submit(gate.room(), &guest.visit, upload, &guest.status).await?;
    Ok(())
}

/// Lets a body go by that there is no place for: whoever is still sending would not hear an answer before its end.
async fn passed_over(request: Request) -> Error {
    let mut body = request.into_body();
    let go_by = async { while let Some(Ok(_)) = body.frame().await {} };
    let _ = timeout(GO_BY, go_by).await;
    Error::Busy
}

/// The page once more, with what to do better.
fn again(guest: &Guest, kind: &str, advice: String) -> Response {
    let known = kind.parse().ok().and_then(|kind| submit::accepted(&guest.visit, &kind));
    match known {
        None => Redirect::to("/check/kind").into_response(),
        Some(known) => {
            let page = photo::Page::again(guest.lang, known, advice);
            frame::show(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

async fn read_form(gate: &Gate, kind: KindName, request: Request) -> Result<Upload, Error> {
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    // Reserved whole: a buffer that grows leaves copies behind that nobody wipes.
    let room_for = length.unwrap_or(MAX_UPLOAD).min(MAX_UPLOAD);
    let mut upload = Upload { kind, bytes: Zeroizing::new(Vec::with_capacity(room_for)), boxes: Vec::new() };
    let mut form = Multipart::from_request(request, gate).await.map_err(|_| Error::BadForm)?;
    while let Some(mut field) = form.next_field().await.map_err(|error| broken(&error))? {
        match field.name() {
            Some("picture") if upload.bytes.is_empty() => read_into(&mut field, &mut upload.bytes, MAX_UPLOAD).await?,
            Some("boxes") => upload.boxes = read_boxes(&mut field).await?,
            // The second file input of a form without script, left empty.
            _ => {}
        }
    }
    Ok(upload)
}

async fn read_into(field: &mut Field<'_>, out: &mut Vec<u8>, limit: usize) -> Result<(), Error> {
    while let Some(chunk) = field.chunk().await.map_err(|error| broken(&error))? {
        if out.len() + chunk.len() > limit {
            return Err(Error::TooLarge);
        }
        out.extend_from_slice(&chunk);
    }
    Ok(())
}

async fn read_boxes(field: &mut Field<'_>) -> Result<Vec<Boxed>, Error> {
    let mut text = Vec::with_capacity(BOXES_LIMIT);
    read_into(field, &mut text, BOXES_LIMIT).await.map_err(|_| Error::BadForm)?;
    serde_json::from_slice(&text).map_err(|_| Error::BadForm)
}

fn broken(error: &axum::extract::multipart::MultipartError) -> Error {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE { Error::TooLarge } else { Error::BadForm }
}

#[cfg(test)]
mod tests {
    use sekisho_core::check::CheckState;
    use sekisho_inspect::wire::Code;

    use crate::gate::testing::{PICTURE, TestGate};

    #[tokio::test]
    async fn a_picture_is_sealed_so_that_the_keeper_alone_opens_it() {
        let gate = TestGate::new().await;
        let member = gate.member().await;
        let sent = member.upload().await;
        assert_eq!((sent.status, sent.header("location")), (303, Some("/check/status")));
        assert_eq!(gate.blobs(), 1);
        assert_eq!(gate.keeper.opened().unwrap(), gate.reader.clean(), "what the inspector drew, not what was sent");
        assert!(!gate.anything_on_disk_holds(PICTURE));
        assert!(!gate.anything_on_disk_holds(&gate.reader.clean()));
    }

    /// M8: who copies the gate's disk has no key on it, not even a sealed one for an intake key to open.
    #[tokio::test]
    async fn a_sealed_key_goes_to_the_keeper_and_onto_no_disk() {
        let gate = TestGate::new().await;
        gate.member().await.upload().await;
        let sealed = gate.keeper.sealed_key().unwrap();
        let ends = [&sealed[..32], &sealed[sealed.len() - 48..]];
        assert!(ends.iter().all(|end| !gate.anything_on_disk_holds(end)));
        assert!(gate.anything_on_disk_holds(b"SEKISHO"), "the search finds what is there: a sealed document's header");
    }

    /// M4: what no box covers with a yes comes back, and nothing is stored.
    #[tokio::test]
    async fn a_picture_that_is_turned_away_leaves_nothing_and_says_why() {
        let gate = TestGate::new().await;
        let member = gate.member().await;
        for code in [Code::NoBoxes, Code::MyNumber, Code::Blurred, Code::NotAPicture] {
            gate.reader.turn_away(code);
            let page = member.upload().await;
            assert_eq!(page.status, 422);
            assert!(page.text().contains(&code.advice().ja), "{code:?}");
            let told = member.upload_by_script().await;
            assert_eq!((told.status, told.code().as_str()), (422, code.as_str()));
        }
        assert_eq!((gate.blobs(), gate.keeper.documents()), (0, 0));
        assert!(!gate.anything_on_disk_holds(PICTURE));
    }

    #[tokio::test]
    async fn an_inspector_that_dies_costs_one_upload() {
        let gate = TestGate::new().await;
        let member = gate.member().await;
        gate.reader.die_once();
        assert_eq!(member.upload_by_script().await.code(), "unreadable");
        assert_eq!(member.upload().await.status, 303);
    }

    #[tokio::test]
    async fn a_second_document_waits_for_the_keepers_word() {
        let gate = TestGate::new().await;
        let member = gate.member().await;
        member.upload().await;
        assert_eq!(member.upload_by_script().await.code(), "check_over");
        gate.keeper.decide(CheckState::AwaitingDocument);
        gate.pass(90_000);
        let member = gate.announced_again().await;
        assert_eq!(member.upload().await.status, 303, "exp bounds the first upload only");
        assert_eq!(gate.keeper.documents(), 2);
    }

    #[tokio::test]
    async fn more_than_fits_is_refused_before_it_is_read() {
        let gate = TestGate::new().await;
        let member = gate.member().await;
        let answer = member.upload_bytes(&vec![1; 25_000_001]).await;
        assert_eq!((answer.status, answer.code().as_str()), (413, "file_too_large"));
        assert_eq!(gate.reader.reads(), 0);
    }

    #[tokio::test]
    async fn a_keeper_that_goes_away_leaves_no_acknowledgement() {
        let gate = TestGate::new().await;
        let member = gate.member().await;
        gate.keeper.lose_receive();
        let answer = member.upload_by_script().await;
        assert_eq!((answer.status, answer.code().as_str()), (503, "unavailable"));
        assert_eq!(gate.keeper.documents(), 0);
    }

    /// M9: the keeper wrote it down and died before it said so; the member is told the truth.
    #[tokio::test]
    async fn a_document_that_came_in_without_a_word_is_found() {
        let gate = TestGate::new().await;
        let member = gate.member().await;
        gate.keeper.receive_without_a_word();
        assert_eq!(member.upload_by_script().await.status, 200);
        assert_eq!(gate.keeper.documents(), 1);
    }

    #[tokio::test]
    async fn a_picture_from_another_sites_form_is_refused() {
        let gate = TestGate::new().await;
        let member = gate.member().await;
        assert_eq!(member.upload_from("cross-site").await.status, 403);
        assert_eq!(gate.reader.reads(), 0);
    }

    /// What comes over the limit is told to come back, not queued in memory.
    #[tokio::test]
    async fn too_many_at_once_are_told_to_wait() {
        let gate = TestGate::new().await;
        let member = gate.member().await;
        let places = gate.take_all_places();
        let answer = member.upload_by_script().await;
        assert_eq!((answer.status, answer.code().as_str()), (503, "busy"));
        assert!(answer.header("retry-after").is_some());
        drop(places);
        assert_eq!(member.upload().await.status, 303);
    }
}
