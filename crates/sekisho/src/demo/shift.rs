//! A session at the desk that goes on: what a person on shift has open all day, and what a thief of its cookie has.

use std::{
    sync::{Mutex, PoisonError},
    thread,
    time::Duration,
};

use hyper::{Response, StatusCode};
use serde_json::{Value, json};

use super::{
    House, StoryError,
    reviewer::{Given, Reviewer},
};
use crate::{client::field_value, testing::authenticator::SoftAuthenticator};

/// What a page of the desk that asks for the passkey has, and no other.
const PASSKEY_ASKED: &str = "data-options=\"/shift/options\"";

/// How often a shift is begun anew before its refusal is believed.
const TRIES: u32 = 600;
const PAUSE: Duration = Duration::from_millis(25);

/// Somebody on shift, or whoever holds their session. It counts what it asks.
pub struct OnShift {
    browser: Reviewer,
    given: Option<Given>,
    requests: u64,
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The page.
    pub page: String,
}

impl Answer {
    fn of(answer: &Response<Vec<u8>>) -> Self {
        let page = String::from_utf8_lossy(answer.body()).into_owned();
        Self { status: answer.status().as_u16(), page }
    }

    /// Whether it was done.
    pub const fn is_done(&self) -> bool {
        self.status < 400
    }

    /// Whether the passkey is asked for, and the shift goes on once it was touched.
    pub fn asks_for_the_passkey(&self) -> bool {
        self.status == 401 && self.page.contains(PASSKEY_ASKED)
    }

    /// Whether the shift is over, or the session nobody's.
    pub fn is_over(&self) -> bool {
        self.status == 401 && !self.asks_for_the_passkey()
    }
}

impl OnShift {
    pub(super) const fn new(browser: Reviewer) -> Self {
        Self { browser, given: None, requests: 0 }
    }

    /// The same session in another hand.
    ///
    /// # Errors
    /// [`StoryError`] when the machine has no descriptors left.
    pub fn copied(&self) -> Result<Self, StoryError> {
        Ok(Self { browser: self.browser.copied()?, given: self.given.clone(), requests: 0 })
    }

    /// How many requests it has sent.
    pub const fn requests(&self) -> u64 {
        self.requests
    }

    /// The assignment that it has, by the name that its forms carry.
    pub fn assignment(&self) -> Option<&str> {
        self.given.as_ref().map(Given::assignment)
    }

    /// Asks for the next document. What it was given is to be viewed then; done without one means that none waits.
    ///
    /// # Errors
    /// [`StoryError`] when nobody answers.
    pub fn ask_next(&mut self) -> Result<Answer, StoryError> {
        let overview = self.get("/work")?;
        let Some(token) = field_value(&overview.page, "form_token").filter(|_| overview.is_done()) else {
            return Ok(overview);
        };
        let answer = self.post("/work/next", &[("form_token", &token)])?;
        if answer.is_done() {
            let page = self.get("/work")?.page;
            self.given = field_value(&page, "assignment").map(|assignment| Given::new(assignment, token));
        }
        Ok(answer)
    }

    /// Asks for the picture of what it was given; `again` is the reason of a further look.
    ///
    /// # Errors
    /// [`StoryError`] when nobody answers, or nothing was given.
    pub fn view(&mut self, again: Option<&str>) -> Result<Answer, StoryError> {
        let mut fields = self.form()?;
        fields.extend(again.map(|reason| ("again", reason.to_owned())));
        self.send("/work/view", &fields)
    }

    /// Decides on what it was given.
    ///
    /// # Errors
    /// [`StoryError`] when nobody answers, or nothing was given.
    pub fn decide(&mut self, reason: &str) -> Result<Answer, StoryError> {
        let mut fields = self.form()?;
        fields.push(("reason", reason.to_owned()));
        let answer = self.send("/work/decide", &fields)?;
        if answer.is_done() {
            self.given = None;
        }
        Ok(answer)
    }

    /// Asks for the picture of an assignment that it names itself.
    ///
    /// # Errors
    /// [`StoryError`] when nobody answers, or nothing was given yet.
    pub fn view_of(&mut self, assignment: &str) -> Result<Answer, StoryError> {
        let mut fields = self.form()?;
        fields[1].1 = assignment.to_owned();
        self.send("/work/view", &fields)
    }

    /// The passkey is touched for it.
    ///
    /// # Errors
    /// [`StoryError`], also when that is refused.
    pub fn touch(&mut self, passkey: &Mutex<SoftAuthenticator>) -> Result<(), StoryError> {
        self.requests += 2;
        self.browser.prove(passkey)
    }

    /// Gets a page of the desk, whatever the answer.
    ///
    /// # Errors
    /// [`StoryError`] when nobody answers.
    pub fn get(&mut self, path: &str) -> Result<Answer, StoryError> {
        self.requests += 1;
        Ok(Answer::of(&self.browser.session().get(path)?))
    }

    /// Sends a form, whatever the answer.
    ///
    /// # Errors
    /// [`StoryError`] when nobody answers.
    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Result<Answer, StoryError> {
        self.requests += 1;
        Ok(Answer::of(&self.browser.session().post_form(path, fields)?))
    }

    fn form(&self) -> Result<Vec<(&'static str, String)>, StoryError> {
        let given = self.given.as_ref().ok_or(StoryError::Unexpected("an assignment"))?;
        Ok(vec![("form_token", given.token().to_owned()), ("assignment", given.assignment().to_owned())])
    }

    fn send(&mut self, path: &str, fields: &[(&'static str, String)]) -> Result<Answer, StoryError> {
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.post(path, &fields)
    }
}

impl OnShift {
    /// Touches the passkey over a change that waits, as the page's button does: approves it.
    ///
    /// # Errors
    /// [`StoryError`] when nobody answers, or there is no such change.
    pub fn approve(&mut self, passkey: &Mutex<SoftAuthenticator>, change: &str) -> Result<Answer, StoryError> {
        self.requests += 2;
        let session = self.browser.session();
        let options = session.post_json(&format!("/changes/{change}/options"), &json!({}))?;
        if options.status() != StatusCode::OK {
            return Ok(Answer::of(&options));
        }
        let options: Value = serde_json::from_slice(options.body())?;
        let proof = passkey.lock().unwrap_or_else(PoisonError::into_inner).prove_presence(&options);
        let proof = proof.map_err(|_| StoryError::Unexpected("the passkey"))?;
        Ok(Answer::of(&session.post_json("/changes/approve", &proof)?))
    }
}

impl House {
    /// How many reviewers there are.
    pub const fn reviewers(&self) -> usize {
        1 + self.others.len()
    }

    /// The passkey of a reviewer, counted from 0.
    ///
    /// # Errors
    /// [`StoryError`] when there are fewer.
    pub fn passkey_of(&self, reviewer: usize) -> Result<&Mutex<SoftAuthenticator>, StoryError> {
        let passkey = if reviewer == 0 { Some(&*self.passkey) } else { self.others.get(reviewer - 1) };
        passkey.ok_or(StoryError::Unexpected("a reviewer"))
    }

    /// A reviewer begins a shift, and goes on with it.
    ///
    /// # Errors
    /// [`StoryError`], also when there are fewer reviewers.
    pub fn begin_shift(&self, reviewer: usize) -> Result<OnShift, StoryError> {
        self.begin_shift_of(self.passkey_of(reviewer)?)
    }

    /// Whoever has this passkey begins a shift, and goes on with it.
    ///
    /// # Errors
    /// [`StoryError`], also when it is nobody's.
    pub fn begin_shift_of(&self, passkey: &Mutex<SoftAuthenticator>) -> Result<OnShift, StoryError> {
        // Where time was made to pass, the desk may know of a morning before the keeper does: then the keeper's
        // challenge grows old before it is answered, and another one is asked for.
        for _ in 0..TRIES {
            match Reviewer::begin(&self.desk, passkey) {
                Err(StoryError::Status { found: 401, .. }) => thread::sleep(PAUSE),
                begun => return Ok(OnShift::new(begun?)),
            }
        }
        Err(StoryError::Unexpected("a shift"))
    }

    /// The officer begins a shift, and goes on with it.
    ///
    /// # Errors
    /// [`StoryError`], also when the house was built without an officer.
    pub fn begin_officers_shift(&self) -> Result<OnShift, StoryError> {
        self.begin_shift_of(self.officer.as_ref().ok_or(StoryError::Unexpected("an officer"))?)
    }
}
