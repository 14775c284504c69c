//! The signed result: what a site learns.
//!
//! One claim, `age_over_N`, and where it comes from. There is no field for a birth date, a name or a picture, and
//! unknown fields are refused, so none can be slipped in on the way.

use alloc::{format, string::String};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, Visitor},
    ser::SerializeMap,
};

use crate::{
    id::{CheckId, KeeperId, KindName, PolicyName, SiteName},
    time::Timestamp,
};

/// The claims of an attestation, the payload of a JWS (RFC 7519 names where they exist).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attestation {
    /// The keeper that signs.
    pub iss: KeeperId,
    /// The site that asked, and nobody else.
    pub aud: SiteName,
    /// The site's own reference to the member, as its request said it.
    pub sub: String,
    /// When it was decided, seconds since 1970.
    pub iat: Timestamp,
    /// The id of this attestation; the same for a repetition of the same result.
    pub jti: String,
    /// The check that it answers.
    pub check: CheckId,
    /// The policy that it was decided under.
    pub policy: PolicyName,
    /// That policy's version.
    pub policy_version: u32,
    /// What was shown.
    pub claims: Claims,
    /// How it was shown.
    pub method: Method,
    /// The kind of document that showed it.
    pub kind: KindName,
}

/// How a claim was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// A person looked at a picture of a document, most of it covered.
    DocumentReview,
}

/// What was shown: `{"age_over_18": true}`. There is no `false`: a check that wasn't passed has no attestation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claims {
    /// The age in years that has been reached.
    pub age_over: u8,
}

const PREFIX: &str = "age_over_";

impl Serialize for Claims {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(&format!("{PREFIX}{}", self.age_over), &true)?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for Claims {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(OneClaim)
    }
}

struct OneClaim;

impl<'de> Visitor<'de> for OneClaim {
    type Value = Claims;

    fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("exactly one claim age_over_N that is true")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Claims, A::Error> {
        let wrong = || de::Error::invalid_value(de::Unexpected::Map, &OneClaim);
        let (name, holds) = map.next_entry::<String, bool>()?.ok_or_else(wrong)?;
        let age_over = age(&name).filter(|_| holds).ok_or_else(wrong)?;
        match map.next_key::<String>()? {
            None => Ok(Claims { age_over }),
            Some(_) => Err(wrong()),
        }
    }
}

/// The age in a claim's name, if it is written as we write it.
fn age(name: &str) -> Option<u8> {
    let age = name.strip_prefix(PREFIX)?.parse().ok()?;
    (format!("{PREFIX}{age}") == name).then_some(age)
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use serde_json::{Value, json};

    use super::*;

    fn attestation() -> Attestation {
        Attestation {
            iss: KeeperId::from_bytes([1; 16]),
            aud: "sample-site".parse().unwrap(),
            sub: "4f5c0d".into(),
            iat: Timestamp(1_795_273_200),
            jti: "one".into(),
            check: CheckId::from_bytes([2; 16]),
            policy: "jp-dating-site".parse().unwrap(),
            policy_version: 1,
            claims: Claims { age_over: 18 },
            method: Method::DocumentReview,
            kind: "jp-driving-licence".parse().unwrap(),
        }
    }

    fn as_json() -> Value {
        serde_json::to_value(attestation()).unwrap()
    }

    /// M1
    #[test]
    fn a_site_learns_these_keys_and_no_others() {
        let value = as_json();
        let keys: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
        let mut expected =
            ["iss", "aud", "sub", "iat", "jti", "check", "policy", "policy_version", "claims", "method", "kind"];
        expected.sort_unstable();
        assert_eq!(keys, expected);
        assert_eq!(value["claims"], json!({"age_over_18": true}));
        assert_eq!(value["method"], "document_review");
    }

    /// M1
    #[test]
    fn a_birth_date_or_a_picture_cannot_be_slipped_in() {
        for (place, name) in
            [("", "birth_date"), ("", "picture"), ("/claims", "birth_date"), ("/claims", "age_over_20")]
        {
            let mut value = as_json();
            value.pointer_mut(place).unwrap()[name] = json!(true);
            assert!(serde_json::from_value::<Attestation>(value).is_err(), "{place} {name}");
        }
    }

    #[test]
    fn a_claim_that_is_false_empty_or_oddly_written_is_refused() {
        let odd =
            [json!({}), json!({"age_over_18": false}), json!({"age_over_018": true}), json!({"age_over_+18": true})];
        for claims in odd.into_iter().chain([json!({"age_over_300": true}), json!({"age_over_18": "2008-11-21"})]) {
            let mut value = as_json();
            value["claims"] = claims.clone();
            assert!(serde_json::from_value::<Attestation>(value).is_err(), "{claims}");
        }
    }

    #[test]
    fn what_was_written_is_read_back() {
        assert_eq!(serde_json::from_value::<Attestation>(as_json()).unwrap(), attestation());
    }
}
