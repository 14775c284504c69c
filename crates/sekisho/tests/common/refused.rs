//! What a reviewer is told who wants to look.

use sekisho::demo::{House, StoryError};

/// The status with which the desk refuses to begin a shift or to hand out an assignment, or nothing if it opened a
/// document.
///
/// # Panics
/// When it ends otherwise.
pub(crate) fn refused(house: &House) -> Option<u16> {
    match house.look(None) {
        Ok(_) => None,
        Err(StoryError::Status { found, .. }) => Some(found),
        Err(other) => panic!("{other}"),
    }
}
