//! The two languages of the desk: Japanese first, English by a switch.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use sekisho_core::policy::Text;

/// The cookie that remembers the switch. It says nothing else.
pub(crate) const COOKIE: &str = "sekisho-lang";

/// What a page is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lang {
    Ja,
    En,
}

impl Lang {
    /// The one of two texts that this page shows.
    pub(crate) const fn pick<'a>(self, ja: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Ja => ja,
            Self::En => en,
        }
    }

    /// The same of a text that an operator or a policy wrote.
    pub(crate) fn text(self, text: &Text) -> &str {
        self.pick(&text.ja, &text.en)
    }

    /// The BCP 47 tag.
    pub(crate) const fn tag(self) -> &'static str {
        self.pick("ja", "en")
    }

    /// The language of a tag, if the desk speaks it.
    pub(crate) fn of_tag(tag: &str) -> Option<Self> {
        [Self::Ja, Self::En].into_iter().find(|lang| lang.tag() == tag)
    }

    /// What the switch was last set to; Japanese where it was never touched.
    pub(crate) fn of_headers(headers: &HeaderMap) -> Self {
        cookie(headers, COOKIE).and_then(Self::of_tag).unwrap_or(Self::Ja)
    }
}

impl<S: Sync> FromRequestParts<S> for Lang {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of_headers(&parts.headers))
    }
}

/// The value of a cookie, if the browser sent exactly one of that name.
///
/// Two of one name mean that a neighbour on a parent domain planted one: then neither counts.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut found = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(key, _)| *key == name);
    let (_, value) = found.next()?;
    found.next().is_none().then_some(value)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn sent(cookie: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static(cookie))])
    }

    #[test]
    fn japanese_unless_the_switch_says_english() {
        assert_eq!(Lang::of_headers(&HeaderMap::new()), Lang::Ja);
        assert_eq!(Lang::of_headers(&sent("a=b; sekisho-lang=en")), Lang::En);
        assert_eq!(Lang::of_headers(&sent("sekisho-lang=xx")), Lang::Ja);
    }

    #[test]
    fn two_cookies_of_one_name_count_as_none() {
        assert_eq!(cookie(&sent("s=1; s=2"), "s"), None);
        assert_eq!(cookie(&sent("s=1; t=2"), "s"), Some("1"));
    }
}
