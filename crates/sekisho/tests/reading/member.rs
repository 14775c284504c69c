//! A member's browser, with script and without.

use hyper::{Request, Response, header};
use sekisho::{
    client::{Client, Limits, Part, Session, multipart},
    demo::House,
};
use sekisho_inspect::wire::Boxed;
use serde_json::Value;

/// The browser.
pub(crate) struct Member(Session);

/// What it was answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) location: Option<String>,
    pub(crate) body: String,
}

impl From<Response<Vec<u8>>> for Answer {
    fn from(answer: Response<Vec<u8>>) -> Self {
        let location = answer.headers().get(header::LOCATION).map(|value| value.to_str().unwrap().to_owned());
        Self { status: answer.status().as_u16(), location, body: String::from_utf8_lossy(answer.body()).into_owned() }
    }
}

impl Answer {
    /// A field of a problem.
    pub(crate) fn problem(&self, name: &str) -> String {
        let problem: Value = serde_json::from_str(&self.body).unwrap_or_default();
        problem[name].as_str().unwrap_or_default().to_owned()
    }
}

impl Member {
    /// Who follows no link.
    pub(crate) fn stranger(house: &House) -> Self {
        let origin = format!("http://{}", house.gate.authority).parse().unwrap();
        let session = Session::new(house.gate.clone(), Client::plain(Limits::default())).unwrap();
        Self(session.with_header(header::ORIGIN, origin))
    }

    /// Who followed `link` and is asked for a picture.
    pub(crate) fn at(house: &House, link: &str) -> Self {
        let mut member = Self::stranger(house);
        let path = &link[link.find(&house.gate.authority).unwrap() + house.gate.authority.len()..];
        assert_eq!(member.get(path).status, 200);
        assert_eq!(member.0.post_form(path, &[]).unwrap().status(), 303);
        member
    }

    pub(crate) fn get(&mut self, path: &str) -> Answer {
        self.0.get(path).unwrap().into()
    }

    /// As a page without script sends it: no boxes, two inputs for a file of which one is empty.
    pub(crate) fn send_plainly(&mut self, kind: &str, jpeg: &[u8]) -> Answer {
        let parts = [
            Part { name: "picture", file: Some(("licence.jpg", "image/jpeg")), value: jpeg },
            Part { name: "picture", file: Some(("", "application/octet-stream")), value: b"" },
        ];
        self.post(kind, &parts, "text/html")
    }

    /// As the page's script sends it.
    pub(crate) fn send(&mut self, jpeg: &[u8], boxes: &[Boxed]) -> Answer {
        let boxes = serde_json::to_vec(boxes).unwrap();
        let parts = [
            Part { name: "boxes", file: None, value: &boxes },
            Part { name: "picture", file: Some(("licence.jpg", "image/jpeg")), value: jpeg },
        ];
        self.post("jp-driving-licence", &parts, "application/json")
    }

    fn post(&mut self, kind: &str, parts: &[Part<'_>], accept: &str) -> Answer {
        let (content, body) = multipart(parts);
        let request = Request::post(format!("/check/photo/{kind}")).header(header::CONTENT_TYPE, content);
        self.0.send(request.header(header::ACCEPT, accept).body(body).unwrap()).unwrap().into()
    }
}
