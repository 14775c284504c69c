//! The member, speaking to the gate as a browser does.

use std::{io::Write, net::TcpStream};

use hyper::{
    Request, Response,
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
        let answer = self.send_for_answer(picture)?;
        if answer.status().is_success() { Ok(()) } else { Err(Snag::of(&answer)) }
    }

    /// The same, for the answer as it came.
    pub(crate) fn send_for_answer(&mut self, picture: &Picture) -> Result<Response<Vec<u8>>, Snag> {
        let path = format!("/check/photo/{KIND}");
        let boxes = serde_json::to_vec(&picture.boxes).unwrap();
        let parts = [
            Part { name: "boxes", file: None, value: &boxes },
            Part { name: "picture", file: Some(("picture", "application/octet-stream")), value: &picture.bytes },
        ];
        let (kind, body) = multipart(&parts);
        let request = Request::post(&path).header(CONTENT_TYPE, kind).header(ACCEPT, "application/json");
        Ok(self.0.send(request.body(body).map_err(|_| Snag::Odd("an upload"))?)?)
    }

    /// Begins to send and stops after some bytes: the connection, which the gate waits on.
    pub(crate) fn begin_to_send(&self, address: u32) -> TcpStream {
        let mut stream = TcpStream::connect(self.0.server().address).unwrap();
        let (host, cookie) = (&self.0.server().authority, self.0.jar().get("check").unwrap());
        let [_, b, c, d] = address.to_be_bytes();
        let head = format!(
            "POST /check/photo/{KIND} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nCookie: check={cookie}\r\n\
             X-Forwarded-For: 10.{b}.{c}.{d}\r\nContent-Type: multipart/form-data; boundary=b\r\n\
             Content-Length: 20000000\r\n\r\n--b\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"a\"\r\n\r\nslow"
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream
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
