//! The story's steps one by one, for drills and tests that stop in the middle of it.

use std::{sync::Mutex, time::Duration};

use sekisho_core::{
    id::{AssignmentId, CheckId},
    ledger::VerifierKey,
};

use super::{
    House, Picture, StoryError, Trouble,
    member::Member,
    reviewer::{Given, Reviewer},
    story::KIND,
};
use crate::{client::Server, testing::authenticator::SoftAuthenticator};

/// A reviewer on shift, with an assignment that they didn't look at yet.
pub struct Look {
    reviewer: Reviewer,
    given: Given,
}

impl Look {
    /// The same session with the same assignment in another hand, as a thief of the cookie has it.
    ///
    /// # Errors
    /// [`StoryError`] when the machine has no descriptors left.
    pub fn copied(&self) -> Result<Look, StoryError> {
        Ok(Look { reviewer: self.reviewer.copied()?, given: self.given.clone() })
    }

    /// The same assignment in the hand of somebody who begins a shift of their own.
    ///
    /// # Errors
    /// [`StoryError`] when they don't get in.
    pub fn in_session_of(&self, passkey: &Mutex<SoftAuthenticator>, desk: &Server) -> Result<Look, StoryError> {
        let mut reviewer = Reviewer::begin(desk, passkey)?;
        let token = reviewer.form_token()?;
        Ok(Look { given: self.given.with_token(token), reviewer })
    }

    /// The same assignment in the hand of somebody who is not signed in.
    ///
    /// # Errors
    /// [`StoryError`] when the machine has no descriptors left.
    pub fn without_a_session(&self, desk: &Server) -> Result<Look, StoryError> {
        Ok(Look { reviewer: Reviewer::stranger(desk)?, given: self.given.clone() })
    }

    /// The same session with an assignment of this number, as somebody guesses it.
    ///
    /// # Errors
    /// [`StoryError`] when the machine has no descriptors left.
    pub fn of(&self, assignment: AssignmentId) -> Result<Look, StoryError> {
        Ok(Look { reviewer: self.reviewer.copied()?, given: self.given.named(assignment) })
    }

    /// Another page of the desk in the same session: its status and text.
    ///
    /// # Errors
    /// [`StoryError`] when nobody answers.
    pub fn page(&mut self, path: &str) -> Result<(u16, String), StoryError> {
        self.reviewer.any_page(path)
    }

    /// Asks for the picture: the page with it, or the page that says why not, with its status.
    ///
    /// # Errors
    /// [`StoryError`] when nobody answers.
    pub fn view(&mut self) -> Result<(u16, String), StoryError> {
        let page = self.reviewer.view(&self.given)?;
        Ok((page.status().as_u16(), String::from_utf8_lossy(page.body()).into_owned()))
    }

    /// Tries to decide on it, looked at or not: the status.
    ///
    /// # Errors
    /// [`StoryError`] when nobody answers.
    pub fn try_to_decide(&mut self, reason: &str) -> Result<u16, StoryError> {
        self.reviewer.try_to_decide(&self.given, reason)
    }

    /// Ends the shift.
    ///
    /// # Errors
    /// [`StoryError`], also when that is refused.
    pub fn end_shift(&mut self) -> Result<(), StoryError> {
        self.reviewer.end_shift(&self.given)
    }

    /// Takes the next assignment in the same session.
    ///
    /// # Errors
    /// [`StoryError`], also when nothing waits, or the shift is over.
    pub fn go_on(&mut self) -> Result<(), StoryError> {
        self.given = self.reviewer.take()?;
        Ok(())
    }

    /// Decides on what was looked at.
    ///
    /// # Errors
    /// [`StoryError`], also when that is refused.
    pub fn decide(&mut self, reason: &str) -> Result<(), StoryError> {
        self.reviewer.decide(&self.given, reason)
    }
}

impl House {
    /// The sample site asks for a check: its id, and the link that its member is sent.
    ///
    /// # Errors
    /// [`StoryError`].
    pub fn ask(&self) -> Result<(CheckId, String), StoryError> {
        let asked = self.site.ask()?;
        Ok((asked.check, asked.link))
    }

    /// The key that the ledger's checkpoints are verified with, as its directory tells it.
    ///
    /// # Errors
    /// [`StoryError`].
    pub fn ledger_key(&self) -> Result<VerifierKey, StoryError> {
        self.site.ledger_key()?.parse().map_err(|_| StoryError::Unexpected("the ledger's key"))
    }

    /// A member follows `link` and sends a picture that is called `file_name` on their device. `Err` in the answer is
    /// what the member is told.
    ///
    /// # Errors
    /// [`StoryError`].
    pub fn send(&self, link: &str, file_name: &str, picture: &Picture) -> Result<Result<(), Trouble>, StoryError> {
        let mut member = Member::new(&self.gate)?;
        member.enter(link)?;
        member.send_as(KIND, file_name, &picture.bytes, &picture.boxes)
    }

    /// A document comes in and waits, undecided.
    ///
    /// # Errors
    /// [`StoryError`], also when the picture is turned away.
    pub fn submit(&self, file_name: &str, picture: &Picture) -> Result<CheckId, StoryError> {
        let (check, link) = self.ask()?;
        self.send(&link, file_name, picture)?.map_err(|_| StoryError::Unexpected("the picture"))?;
        Ok(check)
    }

    /// A reviewer begins a shift and looks at the next document; then decides, if there is a `reason`. The page that
    /// showed the picture is returned.
    ///
    /// # Errors
    /// [`StoryError`].
    pub fn look(&self, reason: Option<&str>) -> Result<String, StoryError> {
        Reviewer::begin(&self.desk, &self.passkey)?.look(reason)
    }

    /// A reviewer begins a shift and sees what waits, and why nothing opens if so: the page, in Japanese.
    ///
    /// # Errors
    /// [`StoryError`].
    pub fn overview(&self) -> Result<String, StoryError> {
        Reviewer::begin(&self.desk, &self.passkey)?.overview()
    }

    /// A reviewer begins a shift and takes an assignment, to look later.
    ///
    /// # Errors
    /// [`StoryError`], also when nothing waits.
    pub fn take(&self) -> Result<Look, StoryError> {
        self.take_at(&self.desk)
    }

    /// The same by another way to the desk, such as a proxy before it.
    ///
    /// # Errors
    /// As [`House::take`].
    pub fn take_at(&self, desk: &Server) -> Result<Look, StoryError> {
        let mut reviewer = Reviewer::begin(desk, &self.passkey)?;
        Ok(Look { given: reviewer.take()?, reviewer })
    }

    /// The receipt of a check, as the sample site gets it.
    ///
    /// # Errors
    /// [`StoryError`].
    pub fn receipt(&self, check: CheckId) -> Result<String, StoryError> {
        self.site.receipt(check)
    }

    /// Where a check of the sample site stands, as its API tells it.
    ///
    /// # Errors
    /// [`StoryError`].
    pub fn state(&self, check: CheckId) -> Result<String, StoryError> {
        Ok(self.site.check(check)?["state"].as_str().unwrap_or_default().to_owned())
    }

    /// What the sample site is told of this check by webhook next, as `check.approved`; nothing if it hears nothing of
    /// it for so long.
    pub fn hear_of(&self, check: CheckId, patience: Duration) -> Option<String> {
        let check = check.to_string();
        while let Some(heard) = self.site.hear(patience) {
            if heard.check == check {
                return Some(heard.kind);
            }
        }
        None
    }

    /// A check of the sample site as its API tells it.
    ///
    /// # Errors
    /// [`StoryError`].
    pub fn told(&self, check: CheckId) -> Result<serde_json::Value, StoryError> {
        self.site.check(check)
    }

    /// The administrator removes the officer.
    ///
    /// # Errors
    /// [`StoryError`], also when the house was built without them.
    pub fn remove_the_officer(&self) -> Result<(), StoryError> {
        let passkey = self.administrator.as_ref().ok_or(StoryError::Unexpected("an administrator"))?;
        Reviewer::begin(&self.desk, passkey)?.remove("demo-officer")
    }

    /// Whether the officer's passkey begins a shift.
    pub fn officer_gets_in(&self) -> bool {
        self.officer.as_ref().is_some_and(|passkey| Reviewer::begin(&self.desk, passkey).is_ok())
    }
}
