//! The machine's clock. The one place that asks it.

use std::{
    io,
    time::{SystemTime, UNIX_EPOCH},
};

use rustix::time::{ClockId, clock_gettime};
use sekisho_core::time::{Clock, Reading, Timestamp};

/// The operating system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn read(&self) -> Reading {
        Reading { wall: wall(), since_boot: since_boot() }
    }
}

/// The wall clock; a machine set before 1970 reads as 1970, which every guard against time running backwards notices.
#[allow(clippy::disallowed_methods)] // Everything else takes the time from here.
fn wall() -> Timestamp {
    Timestamp(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
}

/// Seconds since boot including suspension: a machine that slept did not stop the deadlines.
fn since_boot() -> u64 {
    u64::try_from(clock_gettime(ClockId::Boottime).tv_sec).unwrap_or(0)
}

/// What the kernel knows of how well its clock is kept (adjtimex(2)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Discipline {
    /// Whether something, such as an NTP client, says that it keeps the clock right.
    pub synchronised: bool,
    /// By how much the clock may be wrong, in microseconds, as that something says.
    pub max_error: u64,
}

/// Asks the kernel how well its clock is kept. Changes nothing and needs no right.
///
/// # Errors
/// When the kernel does not say, as where a container forbids the call.
pub fn discipline() -> io::Result<Discipline> {
    // SAFETY: a timex is numbers only, for which zero is a value; with no mode set the kernel only fills it in.
    let (state, filled) = unsafe {
        let mut timex: libc::timex = std::mem::zeroed();
        (libc::adjtimex(&raw mut timex), timex)
    };
    if state < 0 {
        return Err(io::Error::last_os_error());
    }
    let synchronised = state != libc::TIME_ERROR && filled.status & libc::STA_UNSYNC == 0;
    Ok(Discipline { synchronised, max_error: u64::try_from(filled.maxerror).unwrap_or(0) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_shows_a_present_day_and_does_not_run_backwards() {
        let (one, two) = (SystemClock.read(), SystemClock.read());
        assert!(one.wall > Timestamp(1_700_000_000));
        assert!(two.since_boot >= one.since_boot);
    }

    /// No clock is kept better than to the microsecond, and asking does not alter it.
    #[test]
    fn the_kernel_says_how_well_its_clock_is_kept() {
        let said = discipline().unwrap();
        assert!(said.max_error > 0, "{said:?}");
        assert_eq!(discipline().unwrap().synchronised, said.synchronised);
    }
}
