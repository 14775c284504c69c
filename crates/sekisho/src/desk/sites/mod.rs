//! The sites that may ask for checks, and under which policies.

pub(crate) mod list;
pub(crate) mod register;

use askama::Template;
use sekisho_keeper::wire::{DeskAnswer, DeskRequest, Directory};

use super::{
    cause::Cause,
    page::Frame,
    state::{Desk, misplaced},
};
use crate::service::desk_sessions::Signed;

/// What stands in the form.
#[derive(Debug, Default, Clone)]
pub(crate) struct Draft {
    pub(crate) name: String,
    pub(crate) title_ja: String,
    pub(crate) title_en: String,
    pub(crate) jwks: String,
    pub(crate) policies: Vec<String>,
    pub(crate) return_prefix: String,
    pub(crate) webhook: String,
}

#[derive(Template)]
#[template(path = "desk/sites.html")]
struct Sites {
    frame: Frame,
    directory: Directory,
    may_change: bool,
    draft: Draft,
    /// Why the form was not taken.
    fault: Option<register::Fault>,
}

impl Sites {
    fn chose(&self, policy: &str) -> bool {
        self.draft.policies.iter().any(|chosen| chosen == policy)
    }
}

async fn directory(desk: &Desk, signed: &Signed) -> Result<Directory, Cause> {
    match desk.ask_for(signed, DeskRequest::Directory(signed.shift.token.clone())).await? {
        DeskAnswer::Directory(directory) => Ok(directory),
        _ => Err(misplaced()),
    }
}
