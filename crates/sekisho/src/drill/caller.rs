//! Whoever holds a site's key: signs whatever it likes and calls the gate.

use base64ct::{Base64UrlUnpadded, Encoding};
use hyper::{Request, Response, header::CONTENT_TYPE};
use sekisho_core::{
    entropy::fresh,
    id::{CheckId, KeeperId},
    time::Clock,
};
use sekisho_keeper::jose::{
    Sub,
    call::{Call, sign_call},
    request::{Ask, DEFAULT_LIFETIME, sign_request},
};
use sekisho_sys::{clock::SystemClock, entropy::SystemEntropy};
use serde_json::{Value, json};

use super::DrillError;
use crate::{
    client::{Client, Limits, Server, Session},
    demo::House,
    site::kit::Kit,
};

/// A site's key in somebody's hand.
pub(super) struct Caller<'a> {
    kit: &'a Kit,
    keeper: KeeperId,
    session: Session,
}

impl<'a> Caller<'a> {
    pub(super) fn of(house: &House, kit: &'a Kit) -> Result<Self, DrillError> {
        Self::at(house.gate.clone(), Client::plain(Limits::default()), house.keeper, kit)
    }

    /// At a gate that need not be a throwaway one's.
    pub(super) fn at(gate: Server, client: Client, keeper: KeeperId, kit: &'a Kit) -> Result<Self, DrillError> {
        Ok(Self { kit, keeper, session: Session::new(gate, client)? })
    }

    /// Asks for a check: its id and the member's link.
    pub(super) fn ask(&mut self, member: &[u8]) -> Result<(CheckId, String), DrillError> {
        let request = self.request(member)?;
        let answer = self.session.post_json("/v1/checks", &json!({ "request": request }))?;
        let told: Value = serde_json::from_slice(answer.body()).map_err(|_| DrillError::Ground)?;
        let check = told["check"].as_str().and_then(|id| id.parse().ok()).ok_or(DrillError::Ground)?;
        Ok((check, told["member_url"].as_str().ok_or(DrillError::Ground)?.to_owned()))
    }

    /// A request object, validly signed.
    pub(super) fn request(&self, member: &[u8]) -> Result<String, DrillError> {
        let now = SystemClock.read().wall;
        let ask = Ask {
            site: self.kit.registration.name.clone(),
            jti: jti(),
            issued: now,
            expires: now + DEFAULT_LIFETIME,
            policy: self.kit.registration.policies.first().cloned().ok_or(DrillError::Ground)?,
            sub: self.sub(member),
            return_url: format!("{}back", self.kit.registration.return_prefix),
        };
        sign_request(&self.kit.key, self.keeper, &ask).map_err(|_| DrillError::Ground)
    }

    /// The site's reference to a member.
    pub(super) fn sub(&self, member: &[u8]) -> Sub {
        Sub::of_member(&self.kit.sub_secret, member)
    }

    /// The header that signs one call.
    pub(super) fn signature(&self, method: &str, path: &str, body: &[u8]) -> Result<String, DrillError> {
        let (jti, issued) = (jti(), SystemClock.read().wall);
        let call = Call { site: &self.kit.registration.name, method, path, body, issued, jti: &jti };
        sign_call(&self.kit.key, self.keeper, &call).map_err(|_| DrillError::Ground)
    }

    /// Calls with that header.
    pub(super) fn call(
        &mut self,
        method: &str,
        path: &str,
        body: &[u8],
        signature: &str,
    ) -> Result<Response<Vec<u8>>, DrillError> {
        let request = Request::builder().method(method).uri(path).header("sekisho-call", signature);
        let request = request.header(CONTENT_TYPE, "application/json").body(body.to_vec());
        Ok(self.session.send(request.map_err(|_| DrillError::Ground)?)?)
    }
}

fn jti() -> String {
    Base64UrlUnpadded::encode_string(&fresh::<16>(&mut SystemEntropy))
}
