//! The sites that may ask for checks, and under which policies.

pub(crate) mod budget;
pub(crate) mod list;
pub(crate) mod register;

use askama::Template;
use sekisho_core::{
    budget::{Limits, Window, Windows},
    check::Role,
};
use sekisho_keeper::wire::{DeskAnswer, DeskRequest, Directory};

use super::{
    cause::Cause,
    lang::Lang,
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
    /// What the vault allows, a site's own at most among it.
    limits: Box<Limits>,
    /// Why a site's own budget was not taken.
    budget_fault: Option<String>,
}

impl Sites {
    fn chose(&self, policy: &str) -> bool {
        self.draft.policies.iter().any(|chosen| chosen == policy)
    }
}

impl Sites {
    /// The page, with an empty form.
    async fn of(desk: &Desk, lang: Lang, signed: &Signed) -> Result<Self, Cause> {
        let DeskAnswer::Status(status) = desk.ask(DeskRequest::Status).await? else { return Err(misplaced()) };
        Ok(Self {
            frame: Frame::signed(desk, lang, signed, "/sites"),
            directory: directory(desk, signed).await?,
            may_change: signed.shift.staff.role == Role::Administrator,
            draft: Draft::default(),
            fault: None,
            limits: Box::new(status.budget.limits),
            budget_fault: None,
        })
    }

    /// The windows of a budget in the order of its form's fields: name, what it is called, what stands there, the most.
    fn fields(&self, budget: &Option<Windows>) -> [(&'static str, &'static str, Option<u64>, u64); 4] {
        let words = [
            ("minute", self.frame.lang.pick("1分", "Minute")),
            ("hour", self.frame.lang.pick("1時間", "Hour")),
            ("day", self.frame.lang.pick("24時間", "24 hours")),
            ("three_days", self.frame.lang.pick("72時間", "72 hours")),
        ];
        let of = |nth: usize| {
            let (name, word) = words[nth];
            let window = Window::ALL[nth];
            (name, word, budget.map(|budget| budget.get(window)), self.limits.site_at_most.get(window))
        };
        [of(0), of(1), of(2), of(3)]
    }
}

async fn directory(desk: &Desk, signed: &Signed) -> Result<Directory, Cause> {
    match desk.ask_for(signed, DeskRequest::Directory(signed.shift.token.clone())).await? {
        DeskAnswer::Directory(directory) => Ok(directory),
        _ => Err(misplaced()),
    }
}
