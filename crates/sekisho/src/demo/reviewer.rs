//! The demo reviewer: a software passkey, speaking the desk's HTTP like a browser.

use std::sync::{Arc, Mutex, PoisonError};

use hyper::{
    Response,
    header::{HeaderValue, ORIGIN},
};
use sekisho_core::id::AssignmentId;
use serde_json::{Value, json};

use super::{house::origin, member::expect, story::StoryError};
use crate::{
    client::{Client, Limits, Server, Session, field_value},
    testing::authenticator::SoftAuthenticator,
};

/// The reviewer's browser.
pub(super) struct Reviewer(Session);

/// An assignment, and what its forms carry.
#[derive(Clone)]
pub(super) struct Given {
    assignment: String,
    token: String,
}

impl Given {
    pub(super) const fn new(assignment: String, token: String) -> Self {
        Self { assignment, token }
    }

    /// Its name, in forms.
    pub(super) fn assignment(&self) -> &str {
        &self.assignment
    }

    /// What every form of this session carries.
    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// The same in forms of another session.
    pub(super) fn with_token(&self, token: String) -> Self {
        Self { token, ..self.clone() }
    }

    /// Another assignment in forms of the same session.
    pub(super) fn named(&self, assignment: AssignmentId) -> Self {
        Self { assignment: assignment.to_string(), ..self.clone() }
    }
}

impl Reviewer {
    /// Begins a shift with the passkey.
    pub(super) fn begin(desk: &Server, passkey: &Mutex<SoftAuthenticator>) -> Result<Self, StoryError> {
        let mut me = Self::stranger(desk)?;
        me.prove(passkey)?;
        Ok(me)
    }

    /// Somebody who is not signed in.
    pub(super) fn stranger(desk: &Server) -> Result<Self, StoryError> {
        let origin = HeaderValue::from_str(&origin(desk)).map_err(|_| StoryError::Unexpected("an origin"))?;
        let session = Session::new(desk.clone(), Client::plain(Limits::default()))?;
        Ok(Self(session.with_header(ORIGIN, origin)))
    }

    /// What this session's forms carry.
    pub(super) fn form_token(&mut self) -> Result<String, StoryError> {
        self.field("/work", "form_token").or_else(|_| self.field("/watch", "form_token"))
    }

    /// A page of the desk, whatever it answers.
    pub(super) fn any_page(&mut self, path: &str) -> Result<(u16, String), StoryError> {
        let page = self.0.get(path)?;
        Ok((page.status().as_u16(), String::from_utf8_lossy(page.body()).into_owned()))
    }

    /// The same session in another hand.
    pub(super) fn copied(&self) -> Result<Self, StoryError> {
        Ok(Self(self.0.copied()?))
    }

    /// The browser's session.
    pub(super) const fn session(&mut self) -> &mut Session {
        &mut self.0
    }

    /// Touches the passkey: begins a shift, or goes on with it.
    pub(super) fn prove(&mut self, passkey: &Mutex<SoftAuthenticator>) -> Result<(), StoryError> {
        let answer = self.0.post_json("/shift/options", &json!({}))?;
        expect(&answer, 200, "a challenge")?;
        let options: Value = serde_json::from_slice(answer.body())?;
        let proof = passkey.lock().unwrap_or_else(PoisonError::into_inner).prove_presence(&options);
        let proof = proof.map_err(|_| StoryError::Unexpected("the passkey"))?;
        let begun = self.0.post_json("/shift/begin", &proof)?;
        expect(&begun, 200, "a shift")
    }

    /// Takes the next assignment, looks once, and says the reason. The picture's size in bytes is returned.
    pub(super) fn review(&mut self, reason: &str) -> Result<usize, StoryError> {
        let page = self.look(Some(reason))?;
        picture_in(&page).ok_or(StoryError::Unexpected("the picture"))
    }

    /// Takes the next assignment and looks once; then says the reason, if there is one. The page that showed the
    /// picture is returned.
    pub(super) fn look(&mut self, reason: Option<&str>) -> Result<String, StoryError> {
        let given = self.take()?;
        let page = self.view(&given)?;
        expect(&page, 200, "the picture")?;
        if let Some(reason) = reason {
            self.decide(&given, reason)?;
        }
        Ok(String::from_utf8_lossy(page.body()).into_owned())
    }

    /// The page with what waits.
    pub(super) fn overview(&mut self) -> Result<String, StoryError> {
        let page = self.0.get("/work")?;
        expect(&page, 200, "the reviewer's page")?;
        Ok(String::from_utf8_lossy(page.body()).into_owned())
    }

    /// Takes the next assignment.
    pub(super) fn take(&mut self) -> Result<Given, StoryError> {
        let token = self.field("/work", "form_token")?;
        expect(&self.0.post_form("/work/next", &[("form_token", &token)])?, 303, "an assignment")?;
        Ok(Given { assignment: self.field("/work", "assignment")?, token })
    }

    /// Asks for the picture of an assignment, whatever the answer.
    pub(super) fn view(&mut self, given: &Given) -> Result<Response<Vec<u8>>, StoryError> {
        let form = [("form_token", &*given.token), ("assignment", &*given.assignment)];
        Ok(self.0.post_form("/work/view", &form)?)
    }

    /// Decides on an assignment that was looked at.
    pub(super) fn decide(&mut self, given: &Given, reason: &str) -> Result<(), StoryError> {
        let form = [("form_token", &*given.token), ("assignment", &*given.assignment), ("reason", reason)];
        expect(&self.0.post_form("/work/decide", &form)?, 303, "the decision")
    }

    /// The same, whatever the answer.
    pub(super) fn try_to_decide(&mut self, given: &Given, reason: &str) -> Result<u16, StoryError> {
        let form = [("form_token", &*given.token), ("assignment", &*given.assignment), ("reason", reason)];
        Ok(self.0.post_form("/work/decide", &form)?.status().as_u16())
    }

    /// Ends the shift.
    pub(super) fn end_shift(&mut self, given: &Given) -> Result<(), StoryError> {
        expect(&self.0.post_form("/shift/end", &[("form_token", &given.token)])?, 303, "the shift's end")
    }

    /// As an officer: says that the clock is right.
    pub(super) fn confirm_time(&mut self) -> Result<(), StoryError> {
        let token = self.field("/watch", "form_token")?;
        expect(&self.0.post_form("/watch/time", &[("form_token", &token)])?, 303, "an officer's word")
    }

    /// As an administrator: removes the person of that name.
    pub(super) fn remove(&mut self, name: &str) -> Result<(), StoryError> {
        let token = self.field("/staff", "form_token")?;
        let page = self.0.get("/staff")?;
        let page = String::from_utf8_lossy(page.body()).into_owned();
        let rest = page.find(name).map(|at| &page[at..]).ok_or(StoryError::Unexpected("the person"))?;
        let staff = field_value(rest, "staff").ok_or(StoryError::Unexpected("the person"))?;
        let form = [("form_token", token.as_str()), ("staff", staff.as_str())];
        expect(&self.0.post_form("/staff/remove", &form)?, 303, "the removal")
    }

    /// A page of the desk.
    pub(super) fn page(&mut self, path: &str) -> Result<String, StoryError> {
        let page = self.0.get(path)?;
        expect(&page, 200, "a page of the desk")?;
        Ok(String::from_utf8_lossy(page.body()).into_owned())
    }

    /// Sends a form as it stands on `page`; the status and the page that came back.
    pub(super) fn send_form(
        &mut self,
        page: &str,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Result<(u16, String), StoryError> {
        let token = self.field(page, "form_token")?;
        let fields: Vec<_> = fields.iter().copied().chain([("form_token", token.as_str())]).collect();
        let answer = self.0.post_form(path, &fields)?;
        Ok((answer.status().as_u16(), String::from_utf8_lossy(answer.body()).into_owned()))
    }

    fn field(&mut self, path: &str, name: &'static str) -> Result<String, StoryError> {
        let page = self.0.get(path)?;
        expect(&page, 200, "a page of the desk")?;
        field_value(&String::from_utf8_lossy(page.body()), name).ok_or(StoryError::Unexpected(name))
    }

    /// The cookie of this shift, for a browser that wants to go on with it.
    pub(super) fn cookie(&self) -> Option<(String, String)> {
        let name = "sekisho-desk";
        self.0.jar().get(name).map(|value| (name.to_owned(), value.to_owned()))
    }
}

fn picture_in(page: &str) -> Option<usize> {
    let encoded = page.split_once(";base64,")?.1.split('"').next()?;
    Some(encoded.len() / 4 * 3).filter(|size| *size > 0)
}

/// What stands behind the "demo reviewer" button.
#[derive(Clone)]
pub(super) struct Button {
    pub desk: Server,
    pub passkey: Arc<Mutex<SoftAuthenticator>>,
}

impl Button {
    /// Begins a shift and gives its cookie and where to go.
    pub(super) fn press(&self) -> Result<(String, String), StoryError> {
        let (name, value) =
            Reviewer::begin(&self.desk, &self.passkey)?.cookie().ok_or(StoryError::Unexpected("a cookie"))?;
        Ok((format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict"), format!("{}/work", origin(&self.desk))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_and_a_picture_are_found_in_a_page() {
        let page =
            r#"<input type="hidden" name="form_token" value="abc"><img src="data:image/jpeg;base64,AAAA" alt="">"#;
        assert_eq!(field_value(page, "form_token").as_deref(), Some("abc"));
        assert_eq!(field_value(page, "other"), None);
        assert_eq!(picture_in(page), Some(3));
        assert_eq!(picture_in("no picture"), None);
    }
}
