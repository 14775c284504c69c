//! Waiting for something that takes as long as it takes.

use std::{
    thread,
    time::{Duration, Instant},
};

/// Waits until it is so.
///
/// # Panics
/// When it isn't within half a minute.
pub(crate) fn until(what: &str, mut done: impl FnMut() -> bool) {
    let limit = Instant::now() + Duration::from_secs(30);
    while !done() {
        assert!(Instant::now() < limit, "not within half a minute: {what}");
        thread::sleep(Duration::from_millis(100));
    }
}
