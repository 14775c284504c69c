//! The reviewer, with a passkey, speaking to the desk as a browser does.

use std::sync::{Arc, Mutex};

use hyper::{
    Response, StatusCode,
    header::{HeaderValue, ORIGIN},
};
use sekisho::{
    client::{Session, field_value},
    testing::authenticator::SoftAuthenticator,
};
use sekisho_core::{
    check::Reason,
    id::{AssignmentId, ViewingId},
};
use serde_json::{Value, json};

use crate::{
    ground::{Ground, origin, session},
    snag::{Snag, expect},
};

/// Why a document is opened once more, as the form says it.
const CUT_SHORT: &str = "cut_short";

/// The reviewer's browser.
pub(crate) struct Reviewer {
    session: Session,
    passkey: Arc<Mutex<SoftAuthenticator>>,
    token: String,
}

impl Reviewer {
    pub(crate) fn new(ground: &Ground, number: usize) -> Self {
        let desk = HeaderValue::from_str(&origin(&ground.desk)).unwrap();
        let session = session(&ground.desk).with_header(ORIGIN, desk);
        Self { session, passkey: Arc::clone(&ground.passkeys[number]), token: String::new() }
    }

    /// Proves presence: begins a shift, or goes on with the one that runs.
    pub(crate) fn prove(&mut self) -> Result<(), Snag> {
        let answer = self.session.post_json("/shift/options", &json!({}))?;
        expect(&answer, 200)?;
        let options: Value = serde_json::from_slice(answer.body()).map_err(|_| Snag::Odd("a challenge"))?;
        let proof = self.passkey.lock().unwrap().prove_presence(&options);
        let proof = proof.map_err(|_| Snag::Odd("a passkey"))?;
        expect(&self.session.post_json("/shift/begin", &proof)?, 200)?;
        self.token = field_value(&self.work()?, "form_token").ok_or(Snag::Odd("a form's token"))?;
        Ok(())
    }

    fn work(&mut self) -> Result<String, Snag> {
        let page = self.session.get("/work")?;
        expect(&page, 200)?;
        Ok(String::from_utf8_lossy(page.body()).into_owned())
    }

    /// Takes the next assignment; nothing if none waits.
    pub(crate) fn next(&mut self) -> Result<Option<AssignmentId>, Snag> {
        let token = self.token.clone();
        expect(&self.session.post_form("/work/next", &[("form_token", &token)])?, 303)?;
        Ok(field_value(&self.work()?, "assignment").and_then(|id| id.parse().ok()))
    }

    /// Looks. The picture's viewing is returned, if there is a picture. Whoever is asked why a document is opened for
    /// the third time, after two looks that a kill cut short, says so.
    pub(crate) fn view(&mut self, assignment: AssignmentId) -> Result<ViewingId, Snag> {
        let (token, assignment) = (self.token.clone(), assignment.to_string());
        let form = [("form_token", token.as_str()), ("assignment", assignment.as_str()), ("again", CUT_SHORT)];
        let mut page = self.session.post_form("/work/view", &form[..2])?;
        if asks_why(&page) {
            page = self.session.post_form("/work/view", &form)?;
        }
        expect(&page, 200)?;
        viewing_in(&String::from_utf8_lossy(page.body())).ok_or(Snag::Odd("a picture"))
    }

    /// Answers the policy's question.
    pub(crate) fn decide(&mut self, assignment: AssignmentId, reason: Reason) -> Result<(), Snag> {
        let (token, assignment) = (self.token.clone(), assignment.to_string());
        let word = serde_json::to_value(reason).unwrap();
        let form = [
            ("form_token", token.as_str()),
            ("assignment", assignment.as_str()),
            ("reason", word.as_str().unwrap_or_default()),
        ];
        expect(&self.session.post_form("/work/decide", &form)?, 303)
    }
}

/// Whether a page asks why a document is to be opened once more.
fn asks_why(page: &Response<Vec<u8>>) -> bool {
    page.status() == StatusCode::CONFLICT && String::from_utf8_lossy(page.body()).contains(CUT_SHORT)
}

/// The number under a picture, where there is a picture.
fn viewing_in(page: &str) -> Option<ViewingId> {
    let encoded = page.split_once(";base64,")?.1.split('"').next()?;
    let number = page.split("<code>").nth(1)?.split('<').next()?;
    if encoded.len() > 1000 { number.parse().ok() } else { None }
}

/// Every tenth assignment wants a proof of presence: the work goes on in the same shift, without another sign-in.
#[test]
fn a_shift_goes_on_after_presence_was_proven_again() {
    let ground = Ground::found(1);
    ground.serve();
    let mut reviewer = Reviewer::new(&ground, 0);
    reviewer.prove().unwrap();
    reviewer.prove().unwrap();
    assert_eq!(reviewer.next(), Ok(None));
}
