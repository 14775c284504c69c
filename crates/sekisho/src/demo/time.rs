//! The installation's time: only a throwaway installation lets itself be driven.

use sekisho_core::time::{Clock, Timestamp};

use super::{House, StoryError, reviewer::Reviewer};
use crate::{
    client::{Client, Limits, Session},
    supervisor::Driven,
};

impl House {
    /// What the installation's wall clock shows.
    pub fn now(&self) -> Timestamp {
        self.clock.read().wall
    }

    /// Lets `seconds` pass, as they do on a machine that sleeps: on the wall and since boot.
    pub fn pass(&self, seconds: u64) {
        let driven = self.clock.driven();
        self.drive(Driven { passed: driven.passed + seconds, ..driven });
    }

    /// Sets the wall clock alone to `seconds` off what is right, forward or back; 0 sets it right.
    pub fn set_wall(&self, seconds: i64) {
        self.drive(Driven { set: seconds, ..self.clock.driven() });
    }

    // While it is stopped, it is started with that.
    fn drive(&self, driven: Driven) {
        self.clock.drive(driven);
        if let Some(handle) = &self.handle {
            handle.drive_clock(driven);
        }
    }

    /// Asks how it is, so that the keeper looks at the clock soon. What it answers doesn't matter.
    pub fn nudge(&self) {
        let session = Session::new(self.desk.clone(), Client::plain(Limits::default()));
        let _ = session.map(|mut session| session.get("/healthz"));
    }

    /// An officer says that the machine's clock is right.
    ///
    /// # Errors
    /// [`StoryError`], also when the installation has no officer.
    pub fn confirm_time(&self) -> Result<(), StoryError> {
        let officer = self.officer.as_ref().ok_or(StoryError::Unexpected("an officer"))?;
        Reviewer::begin(&self.desk, officer)?.confirm_time()
    }
}
