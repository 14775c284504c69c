//! Requests to the router and what came of them.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, request},
};
use serde_json::Value;
use tower::ServiceExt;

/// A request that is being put together.
pub(crate) struct Asking {
    router: Router,
    request: request::Builder,
    body: Vec<u8>,
}

impl Asking {
    pub(super) fn new(router: Router, method: &str, path: &str) -> Self {
        Self { router, request: Request::builder().method(method).uri(path), body: Vec::new() }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// A form with a field and a picture.
    pub(super) fn form(self, (name, value): (&str, &str), picture: &[u8]) -> Self {
        let mut body = format!(
            "--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n--x\r\nContent-Disposition: \
             form-data; name=\"picture\"; filename=\"p.png\"\r\nContent-Type: image/png\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(picture);
        body.extend_from_slice(b"\r\n--x--\r\n");
        let length = body.len().to_string();
        self.header("content-type", "multipart/form-data; boundary=x").header("content-length", &length).body(body)
    }

    pub(crate) async fn send(self) -> Answer {
        let request = self.request.body(Body::from(self.body)).unwrap();
        let response = self.router.oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }
}

/// What came of it.
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }

    /// The code of a problem.
    pub(crate) fn code(&self) -> String {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.text());
        self.json()["code"].as_str().unwrap().into()
    }

    /// The page as it is read out: no markup, no readings, single spaces.
    pub(crate) fn plain_text(&self) -> String {
        let mut out = String::new();
        let mut skipping = false;
        for piece in self.text().split('<') {
            let (tag, text) = piece.split_once('>').unwrap_or(("", piece));
            match tag {
                "rt" | "rp" => skipping = true,
                _ if tag.starts_with('/') => skipping = false,
                _ => {}
            }
            if !skipping {
                out.push_str(text);
            }
        }
        out.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Whether the body is one, or has one in it.
    pub(crate) fn holds_a_picture(&self) -> bool {
        let magic: [&[u8]; 4] = [b"\x89PNG", b"\xff\xd8\xff", b"WEBP", b"iVBORw0"];
        magic.iter().any(|magic| self.body.windows(magic.len()).any(|window| window == *magic))
    }
}
