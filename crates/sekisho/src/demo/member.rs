//! The member, speaking to the gate as a browser does.

use hyper::{
    Request, Response,
    header::{ACCEPT, CONTENT_TYPE, HeaderValue, ORIGIN},
};
use sekisho_inspect::wire::Boxed;

use super::{report::Trouble, story::StoryError};
use crate::client::{Client, Limits, Part, Server, Session, multipart};

/// The member's browser.
pub(crate) struct Member(Session);

impl Member {
    pub(super) fn new(gate: &Server) -> Result<Self, StoryError> {
        Self::with(gate, Client::plain(Limits::default()))
    }

    /// A browser that speaks as `client` does.
    pub(crate) fn with(gate: &Server, client: Client) -> Result<Self, StoryError> {
        let origin = format!("http{}://{}", if gate.tls { "s" } else { "" }, gate.authority);
        let origin = HeaderValue::from_str(&origin).map_err(|_| StoryError::Unexpected("an origin"))?;
        let session = Session::new(gate.clone(), client)?;
        Ok(Self(session.with_header(ORIGIN, origin)))
    }

    /// Follows the one-time link: looks, presses the button, arrives.
    pub(crate) fn enter(&mut self, link: &str) -> Result<(), StoryError> {
        let path = path_of(link).ok_or(StoryError::Unexpected("the member's link"))?;
        expect(&self.0.get(path)?, 200, "the link's page")?;
        expect(&self.0.post_form(path, &[])?, 303, "the link")?;
        expect(&self.0.get("/check")?, 200, "who asks, and why")?;
        expect(&self.0.get("/check/kind")?, 200, "which document")
    }

    /// Looks at a page of theirs; answers with its status.
    pub(crate) fn looks(&mut self, path: &str) -> Result<u16, StoryError> {
        Ok(self.0.get(path)?.status().as_u16())
    }

    /// Withdraws. Says whether it is done.
    pub(crate) fn withdraws(&mut self) -> Result<bool, StoryError> {
        Ok(self.0.post_form("/check/withdraw", &[])?.status() == 303)
    }

    /// Sends the picture with the boxes that were drawn on it. `Err` in the answer is what the member is told.
    pub(crate) fn send(
        &mut self,
        kind: &str,
        picture: &[u8],
        boxes: &[Boxed],
    ) -> Result<Result<(), Trouble>, StoryError> {
        self.send_as(kind, "picture", picture, boxes)
    }

    /// As [`Member::send`], with the name that the file has on the member's device.
    pub(super) fn send_as(
        &mut self,
        kind: &str,
        file_name: &str,
        picture: &[u8],
        boxes: &[Boxed],
    ) -> Result<Result<(), Trouble>, StoryError> {
        let path = format!("/check/photo/{kind}");
        expect(&self.0.get(&path)?, 200, "the page for the picture")?;
        let boxes = serde_json::to_vec(boxes).map_err(|_| StoryError::Unexpected("the boxes"))?;
        let parts = [
            Part { name: "boxes", file: None, value: &boxes },
            Part { name: "picture", file: Some((file_name, "application/octet-stream")), value: picture },
        ];
        let (content_type, body) = multipart(&parts);
        let request = Request::post(&path).header(CONTENT_TYPE, content_type).header(ACCEPT, "application/json");
        let request = request.body(body).map_err(|_| StoryError::Unexpected("the upload"))?;
        let answer = self.0.send(request)?;
        Ok(if answer.status().is_success() { Ok(()) } else { Err(Trouble::of(&answer)?) })
    }
}

/// The path of an address, whatever host it names.
pub(super) fn path_of(address: &str) -> Option<&str> {
    let rest = address.split_once("://")?.1;
    rest.find('/').map(|at| &rest[at..])
}

pub(super) fn expect(answer: &Response<Vec<u8>>, status: u16, what: &'static str) -> Result<(), StoryError> {
    let found = answer.status().as_u16();
    if found == status { Ok(()) } else { Err(StoryError::Status { what, found, expected: status }) }
}

#[cfg(test)]
mod tests {
    use super::path_of;

    #[test]
    fn an_address_has_a_path() {
        assert_eq!(path_of("http://gate.localhost:8080/m/abc"), Some("/m/abc"));
        assert_eq!(path_of("/m/abc"), None);
    }
}
