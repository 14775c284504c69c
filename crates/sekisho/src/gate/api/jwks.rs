//! `GET /.well-known/jwks.json`: the keys that check attestations.

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};

use crate::{
    gate::{problem::Problem, state::Gate},
    service::room::Away,
};

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(super) struct Error(#[from] Away);

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        Problem::from(self.0).into_response()
    }
}

/// Gives the public keys that check attestations, as a JWK set (RFC 7517).
#[utoipa::path(
    get,
    path = "/.well-known/jwks.json",
    tag = "trust",
    responses(
        (status = 200, description = "A JWK set", body = Object),
        (status = 503, description = "Nobody can answer now", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn get(State(gate): State<Gate>) -> Result<Response, Error> {
    let jwks = gate.room().directory().await?.jwks;
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "public, max-age=300")];
    Ok((headers, jwks).into_response())
}

#[cfg(test)]
mod tests {
    use crate::gate::testing::TestGate;

    #[tokio::test]
    async fn the_keepers_keys_are_handed_on() {
        let gate = TestGate::new().await;
        assert!(gate.get("/.well-known/jwks.json").send().await.json()["keys"].is_array());
    }
}
