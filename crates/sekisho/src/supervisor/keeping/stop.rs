//! Ending the roles: in order, or all at once.

use std::time::{Duration, Instant};

use super::{
    super::{messages::ToRole, process::Process, rooms::Role},
    Event, Keeping,
};

/// How long a role may take to finish what is under way.
const STOPPED_WITHIN: Duration = Duration::from_secs(15);

impl Keeping {
    /// Ends all roles, the keeper after the others.
    pub(in super::super) fn stop_all(&mut self) {
        let faces = [Role::Gate, Role::Desk, Role::Courier];
        for batch in [&faces[..], &[Role::UploadInspector, Role::ViewingInspector], &[Role::Keeper]] {
            self.each(batch, |process| process.tell(&ToRole::Stop));
            self.until_ended(batch, STOPPED_WITHIN);
            self.each(batch, Process::kill);
            self.until_ended(batch, STOPPED_WITHIN);
        }
        self.means.notice.take_away();
    }

    /// All at once, nobody asked first.
    pub(super) fn kill_all(&mut self) {
        self.each(&Role::ALL, Process::kill);
        self.until_ended(&Role::ALL, STOPPED_WITHIN);
    }

    pub(super) fn each(&self, batch: &[Role], act: impl Fn(&Process)) {
        batch.iter().filter_map(|role| self.slots[role].process.as_ref()).for_each(act);
    }

    fn until_ended(&mut self, batch: &[Role], time: Duration) {
        let limit = Instant::now() + time;
        while batch.iter().any(|role| self.slots[role].process.is_some()) {
            match self.means.from.recv_timeout(limit.saturating_duration_since(Instant::now())) {
                Ok(Event::Ended { role, .. }) => self.slot(role).process = None,
                Ok(_) => {}
                Err(_) => return,
            }
        }
        self.report();
    }
}
