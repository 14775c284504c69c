//! `/check/receipt` and `/s/{token}/receipt`: the receipt as a file that anybody can check.

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};

use super::{error, guest::Guest};
use crate::{
    gate::{lang::Lang, state::Gate},
    service::checks::{self, ChecksError},
};

/// Why there is no receipt.
pub(super) struct Error(Lang, ChecksError);

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        error::checks(self.0, self.1)
    }
}

/// Hands the receipt out.
pub(super) async fn get(State(gate): State<Gate>, guest: Guest) -> Result<Response, Error> {
    let receipt = checks::proof(gate.room(), guest.visit.standing.row.check).await;
    let receipt = receipt.map_err(|why| Error(guest.lang, why))?;
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"sekisho-receipt.json\""),
    ];
    Ok((headers, receipt).into_response())
}

#[cfg(test)]
mod tests {
    use crate::gate::testing::TestGate;

    #[tokio::test]
    async fn the_member_takes_the_receipt_home() {
        let gate = TestGate::new().await;
        let member = gate.member().await;
        assert_eq!(member.get("/check/receipt").await.status, 409);
        member.upload().await;
        let receipt = member.get("/check/receipt").await;
        assert!(receipt.header("content-disposition").unwrap().starts_with("attachment"));
        assert_eq!(receipt.json()["receipt"], "of the keeper");
    }
}
