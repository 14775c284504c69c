//! `clientDataJSON`: what the browser says was asked, by whom (§5.8.1).

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::Deserialize;

use super::RelyingParty;

/// The most bytes that we read of it.
const MAX: usize = 4 << 10;

/// Why `clientDataJSON` is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClientDataError {
    /// Not the JSON object that it should be.
    #[error("clientDataJSON is malformed")]
    Malformed,
    /// It belongs to the other ceremony.
    #[error("clientDataJSON is of another type")]
    Type,
    /// It answers another challenge.
    #[error("the challenge is another")]
    Challenge,
    /// It comes from another page.
    #[error("the origin is another")]
    Origin,
    /// The page was inside a frame of another origin.
    #[error("the page was framed by another origin")]
    CrossOrigin,
    /// It claims token binding, which we don't negotiate.
    #[error("token binding was never negotiated")]
    TokenBinding,
}

/// Unknown members are allowed: browsers add some on purpose, to keep readers tolerant.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    #[serde(rename = "type")]
    ceremony: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
    top_origin: Option<String>,
    token_binding: Option<TokenBinding>,
}

#[derive(Deserialize)]
struct TokenBinding {
    status: String,
}

/// Checks what the browser says against what we asked. `ceremony` is `webauthn.create` or `webauthn.get`.
pub(super) fn check(
    json: &[u8],
    ceremony: &str,
    rp: &RelyingParty,
    challenge: &[u8; 32],
) -> Result<(), ClientDataError> {
    let data = read(json)?;
    let rules = [
        (data.ceremony == ceremony, ClientDataError::Type),
        (data.challenge == Base64UrlUnpadded::encode_string(challenge), ClientDataError::Challenge),
        (data.origin == rp.origin, ClientDataError::Origin),
        (!data.cross_origin && data.top_origin.is_none(), ClientDataError::CrossOrigin),
        (data.token_binding.is_none_or(|binding| binding.status == "supported"), ClientDataError::TokenBinding),
    ];
    rules.into_iter().find(|(holds, _)| !holds).map_or(Ok(()), |(_, error)| Err(error))
}

fn read(json: &[u8]) -> Result<ClientData, ClientDataError> {
    if json.len() > MAX {
        return Err(ClientDataError::Malformed);
    }
    serde_json::from_slice(json).map_err(|_| ClientDataError::Malformed)
}
