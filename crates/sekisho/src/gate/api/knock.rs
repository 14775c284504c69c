//! Whoever comes to the API without a signature that holds: the keeper is told, until its watch has them refused.

use std::convert::Infallible;

use axum::{extract::FromRequestParts, http::request::Parts};

use crate::{front::Asker, gate::state::Gate};

/// For how many more seconds the watch has whoever asks refused, unless they sign rightly: a site that shares its
/// address with somebody who forges signatures is heard.
#[derive(Debug, Clone, Copy)]
pub(in crate::gate) struct Shut(pub(in crate::gate) u64);

/// From where a call comes.
pub(super) struct Knock {
    from: Option<Asker>,
    shut: Option<Shut>,
}

impl Knock {
    /// Takes what the door knows of a request.
    pub(super) fn of(parts: &Parts) -> Self {
        Self { from: parts.extensions.get().copied(), shut: parts.extensions.get().copied() }
    }

    /// A call was refused, for its signature or for having none. Whoever is refused already is told so, with the
    /// seconds to wait; of others the keeper is told.
    pub(super) fn is_refused(&self, gate: &Gate, jws: Option<&str>) -> Result<(), u64> {
        if let Some(Shut(seconds)) = self.shut {
            return Err(seconds);
        }
        gate.unheard().call(jws, self.from);
        Ok(())
    }
}

impl FromRequestParts<Gate> for Knock {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Gate) -> Result<Self, Infallible> {
        Ok(Self::of(parts))
    }
}

#[cfg(test)]
mod tests {
    use sekisho_core::watch::observed::Outsider;
    use sekisho_keeper::wire::{Closed, Refused};

    use crate::gate::{
        api::signed::HEADER,
        testing::{Answer, Ask, TestGate},
    };

    const THIEF: &str = "203.0.113.7";

    async fn unsigned(gate: &TestGate, from: &str) -> Answer {
        gate.get("/v1/checks?sub=x").header("x-forwarded-for", from).send().await
    }

    /// A gate whose keeper has somebody refused for what they signed.
    async fn with_a_thief() -> TestGate {
        let gate = TestGate::new().await;
        unsigned(&gate, THIEF).await;
        let network = gate.passed_on(1).await[0].from.expect("a network");
        gate.keeper.deny(Outsider::Network(network), Closed::Calls);
        unsigned(&gate, THIEF).await;
        gate.passed_on(2).await;
        tokio::task::yield_now().await;
        gate
    }

    /// M7: a call without a signature, one that was used before, one for another path and one that is late are told.
    #[tokio::test]
    async fn every_call_whose_signature_does_not_do_is_told() {
        let gate = TestGate::new().await;
        let path = "/v1/checks?sub=x";
        let call = |jws: &str| gate.get(path).header(HEADER, jws).header("x-forwarded-for", THIEF).send();
        let (good, elsewhere, late) =
            (gate.sign_call("GET", path, b""), gate.sign_call("GET", "/v1/x", b""), gate.sign_call("GET", path, b""));
        assert_eq!((call(&good).await.status, unsigned(&gate, THIEF).await.code()), (200, "unsigned".into()));
        assert_eq!(
            (call(&good).await.code(), call(&elsewhere).await.code()),
            ("replayed".into(), "bad_signature".into())
        );
        gate.pass(121);
        assert_eq!(call(&late).await.code(), "bad_signature");
        let told: Vec<_> = gate.passed_on(4).await.into_iter().map(|unheard| unheard.what).collect();
        assert_eq!(told, [Refused::Unsigned, Refused::Signed(good), Refused::Signed(elsewhere), Refused::Signed(late)]);
    }

    /// M26: whoever forges is refused for who they are, and the site whose name they write is heard, from there too.
    #[tokio::test]
    async fn who_forges_is_refused_and_the_site_that_they_name_is_not() {
        let gate = with_a_thief().await;
        assert_eq!(unsigned(&gate, THIEF).await.code(), "denied");
        let forged = gate.sign_as_a_thief();
        let post = |jws: String, from: &str| {
            let request = gate.post("/v1/checks").header("content-type", "application/jwt");
            request.header("x-forwarded-for", from).body(jws).send()
        };
        let denied = post(forged.clone(), THIEF).await;
        assert_eq!((denied.status, denied.code()), (429, "denied".into()));
        assert!(denied.header("retry-after").is_some());
        assert_eq!(post(forged, "203.0.113.8").await.code(), "bad_signature", "somebody else is told why");
        assert_eq!(post(gate.sign(Ask::default()), THIEF).await.status, 201);
        let call = gate.sign_call("GET", "/v1/checks?sub=x", b"");
        let heard = gate.get("/v1/checks?sub=x").header(HEADER, &call).header("x-forwarded-for", THIEF).send().await;
        assert_eq!(heard.status, 200);
        let link = gate.get(&format!("/m/{}", "A".repeat(43))).header("x-forwarded-for", THIEF).send().await;
        assert_eq!(link.status, 404, "members at the same address are let in");
    }

    /// What is refused anyway is no news: the ledger isn't told of it again.
    #[tokio::test]
    async fn who_is_refused_is_not_told_of_again() {
        let gate = with_a_thief().await;
        let before = gate.passed_on(2).await.len();
        for _ in 0..5 {
            assert_eq!(unsigned(&gate, THIEF).await.code(), "denied");
        }
        assert_eq!(unsigned(&gate, "203.0.113.8").await.code(), "unsigned");
        assert_eq!(gate.passed_on(before + 1).await.len(), before + 1);
    }
}
