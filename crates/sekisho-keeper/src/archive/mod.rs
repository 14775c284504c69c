//! What of a database leaves it in a backup or an export, judged table by table and column by column.
//!
//! The judgement is data: what is not listed is not copied, and a table or column that nobody judged makes the copy
//! fail. So a migration that adds one has to say what becomes of it.

mod copy;
mod events;
mod judged;
mod lines;

pub use copy::{CopyError, copy};
pub use events::{EventsError, Proven, installation, prove, salts, tombstones};
pub use judged::KEEPER_DB;
pub use lines::{LinesError, lines};

/// A table and what becomes of it.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub what: &'static str,
    /// Which of its rows are taken.
    pub rows: Rows,
    /// Every column of it.
    pub columns: &'static [Column],
}

/// Which rows of a table are taken.
#[derive(Debug, Clone, Copy)]
pub enum Rows {
    /// All.
    All,
    /// Those for which an SQL condition holds.
    Where {
        /// The condition.
        holds: &'static str,
        /// Why the others are not taken.
        why: &'static str,
    },
    /// None: the table is made, and stays empty.
    None {
        /// Why.
        why: &'static str,
    },
}

/// A column and what becomes of it.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub what: &'static str,
    /// What its bytes are, for whoever reads them later without this program.
    pub form: Form,
    /// Why it is not taken, if it isn't: then it is NULL.
    pub left_out: Option<&'static str>,
}

/// What a column's bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A number or a text, as it stands.
    Plain,
    /// Seconds since 1970.
    Time,
    /// Bytes, written in hex.
    Bytes,
    /// Sixteen bytes, written as an id with this prefix.
    Id(&'static str),
    /// A text in UTF-8, stored as bytes.
    Text,
    /// A JSON value, stored as text.
    Json,
    /// Postcard of [`crate::wire::SiteView`], written as JSON.
    Site,
    /// Postcard of [`sekisho_core::policy::Policy`], written as JSON.
    Policy,
    /// Postcard of [`crate::webauthn::Credential`], written as JSON.
    Passkey,
}

impl Column {
    /// A column that is taken.
    pub const fn taken(name: &'static str, form: Form, what: &'static str) -> Self {
        Self { name, what, form, left_out: None }
    }

    /// A column that is not taken, and why.
    pub const fn left_out(name: &'static str, form: Form, what: &'static str, why: &'static str) -> Self {
        Self { name, what, form, left_out: Some(why) }
    }
}
