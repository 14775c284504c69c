//! Requests for checks that no site signed so: what a forger without a key makes, and what a thief of old papers has.

use base64ct::{Base64UrlUnpadded, Encoding};
use sekisho_core::{
    entropy::fresh,
    id::KeeperId,
    time::{Clock, Timestamp},
};
use sekisho_keeper::jose::{SigningKey, Sub, TYP_ATTESTATION, TYP_CALL, TYP_CHECK, sign};
use sekisho_sys::{clock::SystemClock, entropy::SystemEntropy};
use serde_json::{Value, json};

use super::DrillError;
use crate::site::kit::Kit;

const DAY: u64 = 86_400;

/// A forged request and what is wrong with it.
pub(super) struct Forgery {
    /// What.
    pub what: &'static str,
    /// The request object.
    pub jws: String,
}

/// Who forges: they know everything about `victim` but its key; `own` is a key of theirs, `other` another site's.
pub(super) struct Forger<'a> {
    pub victim: &'a Kit,
    pub other: &'a Kit,
    pub keeper: KeeperId,
    pub own: SigningKey,
}

impl Forger<'_> {
    /// The claims of a request that would hold, had the victim signed it.
    fn claims(&self) -> Value {
        let now = SystemClock.read().wall.0;
        json!({
            "iss": self.victim.registration.name.to_string(), "aud": self.keeper.to_string(), "jti": jti(),
            "iat": now, "exp": now + DAY, "policy": self.victim.registration.policies.first(),
            "sub": Sub::of_member(&self.victim.sub_secret, &fresh::<8>(&mut SystemEntropy)).to_string(),
            "return_url": format!("{}back", self.victim.registration.return_prefix),
        })
    }

    fn claims_but(&self, name: &str, value: Value) -> Value {
        let mut claims = self.claims();
        claims[name] = value;
        claims
    }

    /// Signed by others than the site that it names.
    pub(super) fn by_others(&self) -> Result<Vec<Forgery>, DrillError> {
        let claims = self.claims();
        let kid = self.victim.key.public().thumbprint();
        let header = |alg: &str| json!({ "alg": alg, "kid": kid, "typ": TYP_CHECK });
        let own = signed(&self.own, TYP_CHECK, &claims)?;
        let grafted = own.split_once('.').map(|(_, rest)| format!("{}.{rest}", encoded(&header("ES256"))));
        Ok(vec![
            Forgery { what: "signed with a key of their own", jws: own },
            Forgery { what: "that, under the name of the site's key", jws: grafted.ok_or(DrillError::Ground)? },
            Forgery { what: "signed with another site's key", jws: signed(&self.other.key, TYP_CHECK, &claims)? },
            Forgery { what: "not signed at all", jws: format!("{}.{}.", encoded(&header("none")), encoded(&claims)) },
            Forgery {
                what: "signed with the public key as a secret",
                jws: format!("{}.{}.{}", encoded(&header("HS256")), encoded(&claims), "A".repeat(43)),
            },
        ])
    }

    /// A request that the site did sign, with one claim changed afterwards.
    pub(super) fn altered(&self) -> Result<Vec<Forgery>, DrillError> {
        let changed = [
            ("another member's", "sub", json!(Sub::of_member(&[7; 32], b"somebody").to_string())),
            ("another number", "jti", json!(jti())),
            ("another policy", "policy", json!("jp-resale")),
            ("another site", "iss", json!(self.other.registration.name.to_string())),
            ("more time", "exp", json!(SystemClock.read().wall.0 + 6 * DAY)),
            ("another way back", "return_url", json!("https://evil.example/")),
        ];
        changed.into_iter().map(|(what, name, value)| self.altered_in(what, name, value)).collect()
    }

    fn altered_in(&self, what: &'static str, name: &str, value: Value) -> Result<Forgery, DrillError> {
        let claims = self.claims();
        let honest = signed(&self.victim.key, TYP_CHECK, &claims)?;
        let mut changed = claims;
        changed[name] = value;
        let parts: Vec<_> = honest.split('.').collect();
        Ok(Forgery { what, jws: format!("{}.{}.{}", parts[0], encoded(&changed), parts[2]) })
    }

    /// What the site did sign, for somebody else, for another time, as something else, or saying what it may not say.
    pub(super) fn misused(&self) -> Result<Vec<Forgery>, DrillError> {
        let now = SystemClock.read().wall;
        let mut old = self.claims_but("iat", json!(now.0 - 2 * DAY));
        old["exp"] = json!(now.0 - DAY);
        let other_keeper = KeeperId::from_bytes(fresh(&mut SystemEntropy)).to_string();
        let said = [
            ("for another keeper", TYP_CHECK, self.claims_but("aud", json!(other_keeper))),
            ("of the day before yesterday", TYP_CHECK, old),
            ("for a month", TYP_CHECK, self.claims_but("exp", json!(far(now)))),
            ("to return elsewhere", TYP_CHECK, self.claims_but("return_url", json!("https://evil.example/"))),
            ("under a policy that there is not", TYP_CHECK, self.claims_but("policy", json!("no-such-policy"))),
            ("with a longer retention", TYP_CHECK, self.claims_but("retention", json!(9_999))),
            ("meant as a call", TYP_CALL, self.claims()),
            ("meant as an attestation", TYP_ATTESTATION, self.claims()),
        ];
        let made =
            |(what, typ, claims): (_, _, Value)| Ok(Forgery { what, jws: signed(&self.victim.key, typ, &claims)? });
        said.into_iter().map(made).collect()
    }

    /// All of them.
    pub(super) fn all(&self) -> Result<Vec<Forgery>, DrillError> {
        Ok([self.by_others()?, self.altered()?, self.misused()?].into_iter().flatten().collect())
    }
}

fn far(now: Timestamp) -> u64 {
    now.0 + 30 * DAY
}

fn signed(key: &SigningKey, typ: &str, claims: &Value) -> Result<String, DrillError> {
    sign(key, typ, claims.to_string().as_bytes()).map_err(|_| DrillError::Ground)
}

fn encoded(value: &Value) -> String {
    Base64UrlUnpadded::encode_string(value.to_string().as_bytes())
}

fn jti() -> String {
    Base64UrlUnpadded::encode_string(&fresh::<16>(&mut SystemEntropy))
}
