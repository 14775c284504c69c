//! How far the clock is believed.
//!
//! A wrong clock must not be a way to burn the house, and must not be a way to keep it standing past its time.
//! A wall clock can be set; time since boot only goes forward. So:
//!
//! - Work is never done before the highest time that was believed before.
//! - While running, the wall clock is believed as far as time since boot bears it out, give or take
//!   [`TOLERANCE`]. A leap beyond that stops opening at once and destroys nothing until somebody confirms it.
//! - A wall clock that goes back is not followed: time since boot goes on counting.
//! - At a start the wall clock is believed for destroying. If it lies more than [`START_LEAP`] past the last
//!   persisted time, opening waits for a confirmation. If it lies before it, nobody knows how long the machine
//!   was off, and opening waits too.
//!
//! The caller reads the clock, asks [`TimeTrust::observe`] before each decision, and persists
//! [`TimeTrust::highest`] now and then and at a stop.

use crate::time::{HOUR, Reading, Timestamp};

/// Seconds by which the wall clock may run ahead of time since boot, all steps since the last start or
/// confirmation taken together: what NTP corrects on a healthy machine, and too little to matter against 72 hours.
pub const TOLERANCE: u64 = 300;

/// Seconds past the last persisted time beyond which a start waits for a confirmation before opening.
pub const START_LEAP: u64 = 24 * HOUR;

/// What the time is taken to be, and what may be done by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judgement {
    /// The time by which to work: deadlines of what is to be opened, entries, claims. It never goes back.
    pub now: Timestamp,
    /// Whether anything may be opened at all.
    pub may_open: bool,
    /// What was due at or before this point may be destroyed. At a start it can lie past `now`.
    pub may_destroy_until: Timestamp,
    /// What is wrong with the clock, for officers.
    pub doubt: Option<Doubt>,
}

/// What is wrong with the clock. Each carries by how many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// The wall clock leapt forward further than time since boot bears out. Opening has stopped.
    Leapt(u64),
    /// The wall clock went back. Work goes on by time since boot.
    WentBack(u64),
    /// At the start the wall clock lay this far past the last persisted time. Opening waits for a confirmation.
    StartedAhead(u64),
    /// At the start the wall clock lay this far before the last persisted time. Opening waits for a confirmation.
    StartedBehind(u64),
}

/// A point in time tied to time since boot.
#[derive(Debug, Clone, Copy)]
struct Anchor {
    at: Timestamp,
    since_boot: u64,
}

impl Anchor {
    /// The point that time since boot bears out.
    fn borne_out(self, since_boot: u64) -> Timestamp {
        self.at + since_boot.saturating_sub(self.since_boot)
    }
}

/// The state of belief, see the module's own words.
#[derive(Debug, Clone)]
pub struct TimeTrust {
    /// Where `now` counts from.
    anchor: Anchor,
    /// How far ahead of the anchor small steps have carried us, at most [`TOLERANCE`].
    stepped: u64,
    /// At a start whose wall clock is believed for destroying only: where that counts from.
    destroying: Option<Anchor>,
    /// What a start found, until it is confirmed.
    started: Option<Doubt>,
    /// The highest time since boot that was read.
    since_boot: u64,
}

impl TimeTrust {
    /// Begins with what was persisted, `None` at the very first start, and a first reading.
    pub fn start(persisted_highest: Option<Timestamp>, reading: Reading) -> Self {
        let highest = persisted_highest.unwrap_or(reading.wall);
        let (ahead, behind) = (reading.wall.since(highest), highest.since(reading.wall));
        let started = match (ahead, behind) {
            (ahead, _) if ahead > START_LEAP => Some(Doubt::StartedAhead(ahead)),
            (_, behind) if behind > TOLERANCE => Some(Doubt::StartedBehind(behind)),
            _ => None,
        };
        let wall = Anchor { at: reading.wall, since_boot: reading.since_boot };
        let is_ahead = matches!(started, Some(Doubt::StartedAhead(_)));
        let at = if is_ahead { highest } else { highest.max(reading.wall) };
        let anchor = Anchor { at, ..wall };
        Self { anchor, stepped: 0, destroying: is_ahead.then_some(wall), started, since_boot: reading.since_boot }
    }

    /// Judges a reading.
    pub fn observe(&mut self, reading: Reading) -> Judgement {
        self.since_boot = self.since_boot.max(reading.since_boot);
        let doubt = self.started.or_else(|| self.follow(reading.wall));
        let now = self.highest();
        Judgement {
            now,
            may_open: matches!(doubt, None | Some(Doubt::WentBack(_))),
            may_destroy_until: self.destroying.map_or(now, |anchor| anchor.borne_out(self.since_boot)).max(now),
            doubt,
        }
    }

    /// A witness or an officer says that it is `at` now. It settles a doubtful start, and moves the time forward
    /// if it is later than what was believed; it never moves it back.
    pub fn confirm(&mut self, at: Timestamp, reading: Reading) -> Judgement {
        self.since_boot = self.since_boot.max(reading.since_boot);
        if at > self.highest() {
            self.anchor = Anchor { at, since_boot: self.since_boot };
            self.stepped = 0;
        }
        self.started = None;
        self.destroying = None;
        self.observe(reading)
    }

    /// The highest time believed so far: what to persist. An unconfirmed leap is never part of it.
    pub fn highest(&self) -> Timestamp {
        self.anchor.borne_out(self.since_boot) + self.stepped
    }

    /// Follows a small step of the wall clock, or says why it isn't followed.
    fn follow(&mut self, wall: Timestamp) -> Option<Doubt> {
        let borne_out = self.anchor.borne_out(self.since_boot);
        match (wall.since(borne_out), self.highest().since(wall)) {
            (ahead, _) if ahead > TOLERANCE => Some(Doubt::Leapt(ahead)),
            (_, behind) if behind > TOLERANCE => Some(Doubt::WentBack(behind)),
            (ahead, _) => {
                self.stepped = self.stepped.max(ahead);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests;
