//! What an officer does at the desk, for drills and tests.

use super::{House, StoryError, reviewer::Reviewer};

impl House {
    /// An officer begins a shift and opens a page of the desk.
    ///
    /// # Errors
    /// [`StoryError`], also when the house was built without an officer.
    pub fn officer_sees(&self, path: &str) -> Result<String, StoryError> {
        self.as_officer()?.page(path)
    }

    /// An officer begins a shift, opens `page` and sends `fields` to `path`. The status and the page that came back.
    ///
    /// # Errors
    /// [`StoryError`].
    pub fn officer_sends(&self, page: &str, path: &str, fields: &[(&str, &str)]) -> Result<(u16, String), StoryError> {
        self.as_officer()?.send_form(page, path, fields)
    }

    fn as_officer(&self) -> Result<Reviewer, StoryError> {
        let passkey = self.officer.as_ref().ok_or(StoryError::Unexpected("an officer"))?;
        Reviewer::begin(&self.desk, passkey)
    }
}
