//! What all pages share: the frame around them, and readings over hard characters.

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::gate::{assets, lang::Lang};

/// The frame around a page.
pub(super) struct Frame {
    /// Its language.
    pub(super) lang: Lang,
    /// Where its style lies.
    pub(super) css: String,
}

impl Frame {
    /// The frame in this language.
    pub(super) fn new(lang: Lang) -> Self {
        Self { lang, css: assets::url("gate.css") }
    }

    /// Whether it is in Japanese.
    pub(super) fn ja(&self) -> bool {
        self.lang.ja()
    }
}

/// A page as an answer. It is stored by nobody.
pub(super) fn show(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => {
            let kind = HeaderValue::from_static("text/html; charset=utf-8");
            (status, [(header::CONTENT_TYPE, kind)], with_readings(&html)).into_response()
        }
        Err(_) => {
            tracing::error!("a page could not be drawn");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Turns `｜漢字《かんじ》`, the notation of Aozora Bunko, into ruby.
///
/// Pages are escaped before, so neither part can hold markup of its own.
fn with_readings(html: &str) -> String {
    let mut out = String::with_capacity(html.len() + html.len() / 4);
    let mut rest = html;
    while let Some((before, word, reading, after)) = next_reading(rest) {
        out.push_str(before);
        for part in ["<ruby>", word, "<rp>(</rp><rt>", reading, "</rt><rp>)</rp></ruby>"] {
            out.push_str(part);
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

fn next_reading(text: &str) -> Option<(&str, &str, &str, &str)> {
    let (before, from_word) = text.split_once('｜')?;
    let (word, from_reading) = from_word.split_once('《')?;
    let (reading, after) = from_reading.split_once('》')?;
    Some((before, word, reading, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// M44
    #[test]
    fn hard_characters_carry_their_reading() {
        let html = "<p>｜写真《しゃしん》を ｜消《け》します</p>";
        let ruby = |word, reading| format!("<ruby>{word}<rp>(</rp><rt>{reading}</rt><rp>)</rp></ruby>");
        assert_eq!(with_readings(html), format!("<p>{}を {}します</p>", ruby("写真", "しゃしん"), ruby("消", "け")));
        assert_eq!(with_readings("plain ｜ text"), "plain ｜ text");
    }
}
