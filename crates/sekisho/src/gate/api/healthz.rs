//! `GET /healthz`: whether a document could be taken in now, and be looked at; and whether print on it is read.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};

use crate::{
    gate::{problem::Problem, state::Gate},
    service::room::Away,
};

/// Why nothing can be taken in.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(super) struct Error(#[from] Away);

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        Problem::from(self.0).into_response()
    }
}

/// Says whether a document could be taken in now. One that would only wait, since the keeper is locked, doesn't count.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "trust",
    responses(
        (status = 200, description = "Yes. The second line says whether print on uploads is read", body = String, content_type = "text/plain"),
        (status = 503, description = "Not now", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn get(State(gate): State<Gate>) -> Result<&'static str, Error> {
    match gate.room().ready().await? {
        ready if ready.waits => Err(Away::Locked.into()),
        _ if gate.settings().reads_print => Ok("ok\nprint is read\n"),
        _ => Ok("ok\nprint is not read: only what members draw stays visible\n"),
    }
}

#[cfg(test)]
mod tests {
    use crate::gate::testing::TestGate;

    #[tokio::test]
    async fn health_follows_the_keeper() {
        let gate = TestGate::new().await;
        let well = gate.get("/healthz").send().await;
        assert_eq!((well.status, well.text().lines().next()), (200, Some("ok")));
        assert!(well.text().contains("print is not read"), "the harness's gate was not told otherwise");
        gate.keeper.lock();
        let locked = gate.get("/healthz").send().await;
        assert_eq!((locked.status, locked.code()), (503, "locked".into()));
    }

    /// A18: whoever answers in the keeper's place is not sealed to.
    #[tokio::test]
    async fn an_intake_key_of_a_stranger_is_no_key() {
        let gate = TestGate::new().await;
        gate.keeper.sign_as_a_stranger();
        assert_eq!(gate.get("/healthz").send().await.status, 503);
    }
}
