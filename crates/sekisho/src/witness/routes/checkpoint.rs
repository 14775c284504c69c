//! `GET /<origin hash>/checkpoint` (C2SP `tlog-witness`, monitoring): what was cosigned last of one log.

use axum::{
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::witness::{Witness, memory::origin_hash};

/// The checkpoint with the log's signature and the cosignature; 404 if none of that log was cosigned.
pub(crate) async fn get(State(witness): State<Witness>, Path(hash): Path<String>) -> Response {
    let origin = witness.logs().origins().find(|origin| origin_hash(origin) == hash);
    match origin.and_then(|origin| witness.record(origin)) {
        Some(record) => ([(header::CACHE_CONTROL, "no-cache")], record.note.to_string()).into_response(),
        None => (StatusCode::NOT_FOUND, "nothing of that log was cosigned\n").into_response(),
    }
}
