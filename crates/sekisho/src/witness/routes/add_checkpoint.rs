//! `POST /add-checkpoint` (C2SP `tlog-witness`): a checkpoint to cosign, with the proof that it continues the last one.

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use sekisho_core::ledger::add_checkpoint::{SIZE_TYPE, conflict_body};

use crate::{
    threads::blocking,
    witness::{Refusal, Witness},
};

/// Seconds after which a witness whose clock or disk failed is worth asking again.
const LATER: HeaderValue = HeaderValue::from_static("60");

/// 200 and a signature line, or a refusal: 400, 403, 404, 409 with the size last cosigned, 422; 500 and 503 when this
/// machine is at fault.
pub(crate) async fn post(State(witness): State<Witness>, body: Bytes) -> Response {
    // It ends on the disk, so not among the tasks.
    let answered = blocking(move || witness.add_checkpoint(&body)).await;
    match answered.unwrap_or(Err(Refusal::Disk)) {
        Ok(line) => line.into_response(),
        Err(why) => refuse(why),
    }
}

fn refuse(why: Refusal) -> Response {
    let status = match why {
        Refusal::Conflict { size } => {
            let kind = [(header::CONTENT_TYPE, SIZE_TYPE)];
            return (StatusCode::CONFLICT, kind, conflict_body(size)).into_response();
        }
        Refusal::Clock => return later(StatusCode::SERVICE_UNAVAILABLE, why),
        Refusal::Disk => return later(StatusCode::INTERNAL_SERVER_ERROR, why),
        Refusal::Malformed | Refusal::OldBeyond => StatusCode::BAD_REQUEST,
        Refusal::NotSigned => StatusCode::FORBIDDEN,
        Refusal::UnknownLog => StatusCode::NOT_FOUND,
        Refusal::NotConsistent => StatusCode::UNPROCESSABLE_ENTITY,
    };
    (status, format!("{why}\n")).into_response()
}

fn later(status: StatusCode, why: Refusal) -> Response {
    (status, [(header::RETRY_AFTER, LATER)], format!("{why}\n")).into_response()
}
