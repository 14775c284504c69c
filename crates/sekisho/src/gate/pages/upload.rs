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

use super::{error, frame, guest::Guest, photo, proposals};
use crate::{
    front::Asker,
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

impl Error {
    /// Whether it lies in what was sent: that we are busy or away is held against nobody.
    const fn is_the_senders(&self) -> bool {
        match self {
            Self::Busy => false,
            Self::TooLarge | Self::BadForm => true,
            Self::Submit(error) => {
                !matches!(error, SubmitError::Away(_) | SubmitError::Unknown | SubmitError::NobodyLooks)
            }
        }
    }
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
            Error::Submit(SubmitError::Away(Away::Stopped)) => (StatusCode::SERVICE_UNAVAILABLE, "stopped"),
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
            Error::Submit(SubmitError::TurnedAway(report)) if !self.script && is_unplaced(report.code) => words(
                "どこに 生年月日が あるか、きかいでは わかりませんでした。しょるいを 図の とおりに とって、下の しるしを つけて、もういちど 送ってください。",
                "The machine could not find the birth date. Take the document as in the drawing, tick the box below, and \
                 send it again.",
            ),
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

/// Whether nobody knows where the parts stand: no script drew boxes, and none could be proven.
const fn is_unplaced(code: Code) -> bool {
    matches!(code, Code::NoBoxes | Code::NotProven)
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
    let from = request.extensions().get::<Asker>().copied();
    let taken = take(&gate, &guest, &kind, request).await;
    if taken.as_ref().err().is_none_or(Error::is_the_senders) {
        gate.unheard().picture(taken.is_ok(), from);
    }
    match taken {
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
    let layout = proposals::layout(kind.as_str());
    let mut upload =
        Upload { kind, bytes: Zeroizing::new(Vec::with_capacity(room_for)), boxes: Vec::new(), lies: None };
    let mut form = Multipart::from_request(request, gate).await.map_err(|_| Error::BadForm)?;
    while let Some(mut field) = form.next_field().await.map_err(|error| broken(&error))? {
        match field.name() {
            Some("picture") if upload.bytes.is_empty() => read_into(&mut field, &mut upload.bytes, MAX_UPLOAD).await?,
            Some("boxes") => upload.boxes = read_boxes(&mut field).await?,
            // Ticked where no script could draw boxes.
            Some("lies") => upload.lies = Some(layout),
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
mod tests;
