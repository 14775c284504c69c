//! Whose checks are, and who works here: of an installation or of an export.

use std::path::Path;

use super::places;
pub(crate) use crate::store::people::{People, PeopleError};

/// Who knows it of what lies at `path`, a data folder or an export; nothing if it is neither.
///
/// # Errors
/// [`PeopleError`].
pub(crate) fn of(path: &Path) -> Result<Option<People>, PeopleError> {
    let (database, export) = (places::database(path), path.join("keeper"));
    if database.is_file() {
        return People::in_database(&database).map(Some);
    }
    let exported = export.join("checks.jsonl").is_file();
    exported.then(|| People::in_export(&export)).transpose()
}
