//! Cookies, as few as possible.

use axum::http::{HeaderMap, HeaderValue, header};

use super::state::Settings;
use crate::service::secret::Secret;

/// The value of a cookie, if exactly one of that name came.
pub(super) fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = all.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(key, _)| *key == name).map(|(_, value)| value);
    // Two of them mean that another host of this domain meddles: neither is believed.
    values.next().filter(|_| values.next().is_none())
}

/// The name of the session's cookie. The prefix makes browsers refuse one that another host or plain HTTP set.
pub(super) fn session_name(settings: &Settings) -> &'static str {
    if settings.tls { "__Host-check" } else { "check" }
}

/// The member's session, as the browser sent it.
pub(super) fn session(headers: &HeaderMap, settings: &Settings) -> Option<Secret> {
    Secret::parse(read(headers, session_name(settings))?)
}

/// The header that begins a session. It ends with the browser, and with its time in the store.
pub(super) fn begin_session(settings: &Settings, session: &Secret) -> Option<HeaderValue> {
    let secure = if settings.tls { "; Secure" } else { "" };
    let name = session_name(settings);
    let text = format!("{name}={}; Path=/; HttpOnly; SameSite=Strict{secure}", session.text());
    let mut value = HeaderValue::from_str(&text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(line: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, line.parse().unwrap())])
    }

    #[test]
    fn a_cookie_that_came_twice_is_not_believed() {
        assert_eq!(read(&headers("a=1; check=x"), "check"), Some("x"));
        assert_eq!(read(&headers("check=x; check=y"), "check"), None);
        assert_eq!(read(&headers("xcheck=x"), "check"), None);
    }
}
