//! Which language a member reads.

use std::convert::Infallible;

use axum::{
    extract::{FromRequestParts, Request},
    http::{HeaderMap, HeaderValue, header, request::Parts},
    middleware::Next,
    response::Response,
};
use sekisho_core::{calendar::text, policy::Text, time::Timestamp};

use super::cookie;

/// A language of the members' pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// Japanese, the default.
    #[default]
    Ja,
    /// English.
    En,
}

impl Lang {
    /// Its BCP 47 tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
        }
    }

    /// Whether it is Japanese.
    pub const fn ja(self) -> bool {
        matches!(self, Self::Ja)
    }

    /// The text in this language.
    pub fn of(self, text: &Text) -> &str {
        match self {
            Self::Ja => &text.ja,
            Self::En => &text.en,
        }
    }

    /// A point in time on Japan's clocks, absolute; full hours without minutes.
    pub fn when(self, at: Timestamp) -> String {
        match self {
            Self::Ja => text::ja(at).replace("時00分", "時"),
            Self::En => text::en(at),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        match text.split(['-', '_']).next()?.trim().to_ascii_lowercase().as_str() {
            "ja" => Some(Self::Ja),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The first language of an `Accept-Language` that we speak; browsers list them by preference.
    fn accepted(headers: &HeaderMap) -> Option<Self> {
        let list = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
        list.split(',').find_map(|entry| Self::parse(entry.split(';').next()?))
    }
}

fn asked(query: Option<&str>) -> Option<Lang> {
    query?.split('&').find_map(|pair| pair.strip_prefix("lang=")).and_then(Lang::parse)
}

impl<S: Sync> FromRequestParts<S> for Lang {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let kept = || cookie::read(&parts.headers, "lang").and_then(Self::parse);
        let accepted = || Self::accepted(&parts.headers);
        Ok(asked(parts.uri.query()).or_else(kept).or_else(accepted).unwrap_or_default())
    }
}

/// Keeps a language that was asked for by `?lang=` for the pages that follow.
pub(super) async fn keep(request: Request, next: Next) -> Response {
    let asked = asked(request.uri().query());
    let mut response = next.run(request).await;
    if let Some(lang) = asked {
        let cookie = match lang {
            Lang::Ja => "lang=ja; Path=/; Max-Age=3600; SameSite=Strict",
            Lang::En => "lang=en; Path=/; Max-Age=3600; SameSite=Strict",
        };
        response.headers_mut().append(header::SET_COOKIE, HeaderValue::from_static(cookie));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn lang(query: &str, cookie: Option<&str>, accept: Option<&str>) -> Lang {
        let mut request = Request::builder().uri(format!("/check{query}"));
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, cookie);
        }
        if let Some(accept) = accept {
            request = request.header(header::ACCEPT_LANGUAGE, accept);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        Lang::from_request_parts(&mut parts, &()).await.unwrap()
    }

    #[tokio::test]
    async fn japanese_unless_the_member_prefers_english() {
        assert_eq!(lang("", None, None).await, Lang::Ja);
        assert_eq!(lang("", None, Some("fr,ko;q=0.8")).await, Lang::Ja);
        assert_eq!(lang("", None, Some("en-US,en;q=0.9,ja;q=0.8")).await, Lang::En);
        assert_eq!(lang("", None, Some("ja-JP,en;q=0.9")).await, Lang::Ja);
        assert_eq!(lang("?lang=en", None, Some("ja")).await, Lang::En);
        assert_eq!(lang("", Some("a=b; lang=en"), Some("ja")).await, Lang::En);
        assert_eq!(lang("?lang=ja", Some("lang=en"), None).await, Lang::Ja);
    }

    /// M44
    #[test]
    fn times_are_absolute_and_full_hours_are_short() {
        let at = Timestamp(1_795_514_400); // 2026-11-24T10:00:00Z
        assert_eq!(Lang::Ja.when(at), "11月24日 19時");
        assert_eq!(Lang::Ja.when(at + 300), "11月24日 19時05分");
        assert_eq!(Lang::En.when(at), "24 November 2026, 19:00 (Japan time)");
    }
}
