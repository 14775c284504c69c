//! The session's cookie, who a request comes from, and forms that only our own pages can send.

use axum::{
    Form,
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderValue, request::Parts},
};
use sekisho_core::check::Role;
use sekisho_keeper::wire::{DeskRequest, Refusal};

use super::{cause::Cause, lang, state::Desk};
use crate::service::desk_sessions::Signed;

/// The field in which a form carries its session's token.
pub(crate) const FORM_TOKEN: &str = "form_token";

fn is_tls(desk: &Desk) -> bool {
    desk.settings().origin.starts_with("https://")
}

/// The cookie's name. `__Host-` binds it to this host and to TLS, which a demo does not have.
fn cookie_name(desk: &Desk) -> &'static str {
    if is_tls(desk) { "__Host-sekisho-desk" } else { "sekisho-desk" }
}

/// The header that hands a session to a browser, for `seconds`; 0 takes it back.
pub(crate) fn set_cookie(desk: &Desk, value: &str, seconds: u64) -> Result<HeaderValue, Cause> {
    let secure = if is_tls(desk) { "; Secure" } else { "" };
    let name = cookie_name(desk);
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
    let mut header = HeaderValue::try_from(text).map_err(|_| Cause::Broken)?;
    header.set_sensitive(true);
    Ok(header)
}

/// The session of a request, if there is one.
pub(crate) struct Maybe(pub(crate) Option<Signed>);

impl FromRequestParts<Desk> for Maybe {
    type Rejection = Cause;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Cause> {
        match lang::cookie(&parts.headers, cookie_name(desk)) {
            Some(cookie) => Ok(Self(desk.sessions().find(cookie, desk.now()).await?)),
            None => Ok(Self(None)),
        }
    }
}

/// The session of a request that can't do without.
pub(crate) struct Present(pub(crate) Signed);

impl FromRequestParts<Desk> for Present {
    type Rejection = Cause;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Cause> {
        let Maybe(signed) = Maybe::from_request_parts(parts, desk).await?;
        signed.map(Self).ok_or(Cause::NotSignedIn)
    }
}

/// Refuses everybody whose role is not among these.
///
/// The keeper refuses too; this saves it the question.
pub(crate) fn only(signed: &Signed, roles: &[Role]) -> Result<(), Cause> {
    if roles.contains(&signed.shift.staff.role) { Ok(()) } else { Err(Refusal::NotAllowed.into()) }
}

/// The same where something was named: the keeper is told of who names what their role may not see, and its watch ends
/// the shift of whoever goes on.
pub(crate) async fn only_named(desk: &Desk, signed: &Signed, roles: &[Role]) -> Result<(), Cause> {
    let Err(refused) = only(signed, roles) else { return Ok(()) };
    desk.ask_for(signed, DeskRequest::Tried(signed.shift.token.clone())).await?;
    Err(refused)
}

/// A form that carried its session's token.
pub(crate) struct Sent {
    pub(crate) signed: Signed,
    pub(crate) fields: Fields,
}

impl FromRequest<Desk> for Sent {
    type Rejection = Cause;

    async fn from_request(request: Request, desk: &Desk) -> Result<Self, Cause> {
        let (mut parts, body) = request.into_parts();
        let Present(signed) = Present::from_request_parts(&mut parts, desk).await?;
        let fields = Fields::from_request(Request::from_parts(parts, body), desk).await?;
        let token = fields.get(FORM_TOKEN).ok_or(Cause::StaleForm)?;
        if !same(token, &signed.form_token) {
            return Err(Cause::StaleForm);
        }
        Ok(Self { signed, fields })
    }
}

/// Compares without telling by its duration where the first difference lies.
fn same(left: &str, right: &str) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(left.as_bytes(), right.as_bytes()).is_ok()
}

/// The fields of a form, in the order in which they came.
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// A field's text without surrounding space, if it was sent once.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let mut values = self.all(name);
        let value = values.next()?;
        values.next().is_none().then_some(value)
    }

    /// The same, where the form can't do without.
    pub(crate) fn need(&self, name: &str) -> Result<&str, Cause> {
        self.get(name).ok_or(Cause::BadForm)
    }

    /// Every value of a field.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.trim())
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Cause;

    async fn from_request(request: Request, state: &S) -> Result<Self, Cause> {
        let form = Form::<Vec<(String, String)>>::from_request(request, state).await;
        form.map(|Form(fields)| Self(fields)).map_err(|_| Cause::BadForm)
    }
}

#[cfg(test)]
impl Fields {
    /// The fields of a form that was never sent.
    pub(crate) fn of(fields: &[(&str, &str)]) -> Self {
        Self(fields.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_came_twice_counts_as_missing() {
        let fields = Fields::of(&[("a", "1"), ("b", " 2 "), ("b", "3")]);
        assert_eq!(fields.get("a"), Some("1"));
        assert_eq!(fields.get("b"), None);
        assert_eq!(fields.all("b").collect::<Vec<_>>(), ["2", "3"]);
    }
}
