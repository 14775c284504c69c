//! The member, speaking to the gate as a browser does.

use hyper::{
    Request,
    header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue, ORIGIN},
};
use sekisho::client::{Part, Session, multipart};

use crate::{
    ground::{Ground, origin, session},
    pictures::Picture,
    snag::{Snag, expect},
};

pub(crate) const KIND: &str = "jp-driving-licence";

/// The member's browser.
pub(crate) struct Member(Session);

impl Member {
    /// At an address of its own: the proxy that we pretend to be says so.
    pub(crate) fn new(ground: &Ground, address: u32) -> Self {
        let [_, b, c, d] = address.to_be_bytes();
        let address = HeaderValue::from_str(&format!("10.{b}.{c}.{d}")).unwrap();
        let gate = HeaderValue::from_str(&origin(&ground.gate)).unwrap();
        let session = session(&ground.gate).with_header(ORIGIN, gate);
        Self(session.with_header(HeaderName::from_static("x-forwarded-for"), address))
    }

    /// Follows the one-time link: looks, presses the button, arrives.
    pub(crate) fn enter(&mut self, link: &str) -> Result<(), Snag> {
        let path = link.splitn(4, '/').nth(3).map(|path| format!("/{path}")).ok_or(Snag::Odd("a link"))?;
        expect(&self.0.get(&path)?, 200)?;
        expect(&self.0.post_form(&path, &[])?, 303)?;
        expect(&self.0.get("/check")?, 200)
    }

    /// Sends the picture with the boxes that were drawn on it.
    pub(crate) fn send(&mut self, picture: &Picture) -> Result<(), Snag> {
        let path = format!("/check/photo/{KIND}");
        let boxes = serde_json::to_vec(&picture.boxes).unwrap();
        let parts = [
            Part { name: "boxes", file: None, value: &boxes },
            Part { name: "picture", file: Some(("picture", "application/octet-stream")), value: &picture.bytes },
        ];
        let (kind, body) = multipart(&parts);
        let request = Request::post(&path).header(CONTENT_TYPE, kind).header(ACCEPT, "application/json");
        let answer = self.0.send(request.body(body).map_err(|_| Snag::Odd("an upload"))?)?;
        if answer.status().is_success() { Ok(()) } else { Err(Snag::of(&answer)) }
    }

    /// Looks where it stands.
    pub(crate) fn look(&mut self) -> Result<(), Snag> {
        expect(&self.0.get("/check/status")?, 200)
    }

    /// Ends it.
    pub(crate) fn withdraw(&mut self) -> Result<(), Snag> {
        expect(&self.0.post_form("/check/withdraw", &[])?, 303)
    }
}
