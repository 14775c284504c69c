//! Cookies of one server, as far as our own tools need them.

use std::collections::BTreeMap;

use hyper::header::{COOKIE, HeaderMap, HeaderValue, SET_COOKIE};

/// The cookies of one server. Paths and lifetimes are not kept: a tool's session is shorter than any of them.
#[derive(Clone, Default)]
pub struct Jar(BTreeMap<String, String>);

impl std::fmt::Debug for Jar {
    /// Names only: values are what somebody signs in with.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Jar {
    /// Takes what an answer sets, and drops what it ends.
    pub fn take_from(&mut self, headers: &HeaderMap) {
        for cookie in headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok()) {
            let mut parts = cookie.split(';').map(str::trim);
            let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else { continue };
            if value.is_empty() || parts.any(ends_it) {
                self.0.remove(name);
            } else {
                self.0.insert(name.into(), value.into());
            }
        }
    }

    /// Gives a request what it has.
    pub fn give_to(&self, headers: &mut HeaderMap) {
        let pairs: Vec<String> = self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if let (false, Ok(value)) = (pairs.is_empty(), HeaderValue::from_str(&pairs.join("; "))) {
            headers.insert(COOKIE, value);
        }
    }

    /// The value of one cookie.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

fn ends_it(attribute: &str) -> bool {
    attribute
        .split_once('=')
        .is_some_and(|(name, value)| name.eq_ignore_ascii_case("max-age") && value.parse::<i64>().is_ok_and(|s| s <= 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(values: &[&'static str]) -> HeaderMap {
        values.iter().map(|value| (SET_COOKIE, HeaderValue::from_static(value))).collect()
    }

    fn sent(jar: &Jar) -> Option<String> {
        let mut headers = HeaderMap::new();
        jar.give_to(&mut headers);
        headers.get(COOKIE).map(|value| value.to_str().unwrap().to_owned())
    }

    #[test]
    fn what_was_set_is_sent_and_what_was_ended_is_not() {
        let mut jar = Jar::default();
        assert_eq!(sent(&jar), None);
        jar.take_from(&set(&["a=1; Path=/; HttpOnly; SameSite=Strict", "__Host-b=2=3; Secure; Max-Age=60"]));
        assert_eq!(sent(&jar).as_deref(), Some("__Host-b=2=3; a=1"));
        jar.take_from(&set(&["a=; Path=/", "__Host-b=x; max-age=0"]));
        assert_eq!(sent(&jar), None);
    }

    #[test]
    fn a_jar_is_printed_without_its_values() {
        let mut jar = Jar::default();
        jar.take_from(&set(&["session=secret"]));
        assert_eq!(format!("{jar:?}"), r#"{"session"}"#);
    }
}
