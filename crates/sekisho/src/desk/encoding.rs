//! What our scripts send: JSON, with bytes as base64url without padding, as WebAuthn's own JSON has them.

use axum::{
    Json,
    extract::{FromRequest, Request},
};
use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};

use super::cause::Cause;

/// A script's JSON. What does not parse is refused without repeating any of it.
pub(crate) struct FromScript<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for FromScript<T> {
    type Rejection = Cause;

    async fn from_request(request: Request, state: &S) -> Result<Self, Cause> {
        Json::from_request(request, state).await.map(|Json(value)| Self(value)).map_err(|_| Cause::BadForm)
    }
}

/// Bytes that JSON carries as base64url.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bytes(pub(crate) Vec<u8>);

impl Bytes {
    /// Exactly sixteen of them, as ceremonies have.
    pub(crate) fn sixteen(&self) -> Option<[u8; 16]> {
        self.0.as_slice().try_into().ok()
    }
}

impl From<&[u8]> for Bytes {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&Base64UrlUnpadded::encode_string(&self.0))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Base64UrlUnpadded::decode_vec(&text).map(Self).map_err(|_| serde::de::Error::custom("not base64url"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_from_json() {
        let bytes = Bytes(vec![0, 255, 62, 63]);
        let text = serde_json::to_string(&bytes).unwrap();
        assert_eq!(text, "\"AP8-Pw\"");
        assert_eq!(serde_json::from_str::<Bytes>(&text).unwrap(), bytes);
        assert!(serde_json::from_str::<Bytes>("\"AP8+Pw==\"").is_err());
    }
}
