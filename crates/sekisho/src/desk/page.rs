//! What all pages share, and how a page becomes a response.

use askama::Template;
use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use sekisho_core::{check::Role, time::Timestamp};

use super::{
    assets::{PATHS, Paths},
    cause::Cause,
    lang::Lang,
    state::Desk,
    when,
};
use crate::service::desk_sessions::Signed;

/// What stands around every page.
pub(crate) struct Frame {
    pub(crate) lang: Lang,
    /// Whether this is an installation for trying out.
    pub(crate) test: bool,
    /// Who is signed in.
    pub(crate) who: Option<Who>,
    /// Where the language switch comes back to; nowhere on pages that can't be asked for twice.
    pub(crate) back: Option<String>,
    pub(crate) paths: &'static Paths,
}

/// The person at this browser.
pub(crate) struct Who {
    pub(crate) name: String,
    pub(crate) role: Role,
    /// When the shift ends at the latest.
    pub(crate) until: Timestamp,
    /// What every form carries.
    pub(crate) form_token: String,
}

impl Frame {
    /// Around a page for anybody.
    pub(crate) fn open(desk: &Desk, lang: Lang, back: &str) -> Self {
        Self { lang, test: desk.settings().test, who: None, back: Some(back.into()), paths: &PATHS }
    }

    /// Around a page for somebody who is signed in.
    pub(crate) fn signed(desk: &Desk, lang: Lang, signed: &Signed, back: &str) -> Self {
        let staff = &signed.shift.staff;
        let who = Who {
            name: staff.name.clone(),
            role: staff.role,
            until: signed.shift.until,
            form_token: signed.form_token.clone(),
        };
        Self { who: Some(who), ..Self::open(desk, lang, back) }
    }

    /// The same without the language switch.
    pub(crate) fn unswitchable(self) -> Self {
        Self { back: None, ..self }
    }

    /// Whether this is the page of that path; for the menu.
    pub(crate) fn is_at(&self, path: &str) -> bool {
        self.back.as_deref() == Some(path)
    }

    /// The one of two texts that this page shows.
    pub(crate) fn t<'a>(&self, ja: &'a str, en: &'a str) -> &'a str {
        self.lang.pick(ja, en)
    }

    /// Whether this page is in Japanese; where the order of words differs.
    pub(crate) fn is_japanese(&self) -> bool {
        self.lang == Lang::Ja
    }

    /// A time with its day.
    pub(crate) fn day(&self, time: &Timestamp) -> String {
        when::day_and_minute(*time, self.lang)
    }

    /// A time of today.
    pub(crate) fn minute(&self, time: &Timestamp) -> String {
        when::minute(*time)
    }

    /// A time to the second.
    pub(crate) fn second(&self, time: &Timestamp) -> String {
        when::to_the_second(*time)
    }

    /// A time as machines read it.
    pub(crate) fn machine(&self, time: &Timestamp) -> String {
        when::machine(*time)
    }

    /// What a role is called.
    pub(crate) fn role(&self, role: &Role) -> &'static str {
        self::role(self.lang, *role)
    }
}

/// Whether the signed-in person has this role; for templates.
impl Who {
    pub(crate) fn is_reviewer(&self) -> bool {
        self.role == Role::Reviewer
    }

    pub(crate) fn is_administrator(&self) -> bool {
        self.role == Role::Administrator
    }

    pub(crate) fn is_officer(&self) -> bool {
        self.role == Role::Officer
    }
}

/// What a role is called.
pub(crate) fn role(lang: Lang, role: Role) -> &'static str {
    match role {
        Role::Administrator => lang.pick("管理者", "Administrator"),
        Role::Reviewer => lang.pick("審査員", "Reviewer"),
        Role::Officer => lang.pick("責任者", "Officer"),
    }
}

/// The first page of a role.
pub(crate) const fn home_of(role: Role) -> &'static str {
    match role {
        Role::Administrator => "/staff",
        Role::Reviewer => "/work",
        Role::Officer => "/watch",
    }
}

/// Renders a page.
pub(crate) fn page(template: &impl Template) -> Result<Response, Cause> {
    page_with(StatusCode::OK, template)
}

/// Renders a page with another status than 200.
pub(crate) fn page_with(status: StatusCode, template: &impl Template) -> Result<Response, Cause> {
    let html = template.render().map_err(|error| {
        tracing::error!(%error, "a page could not be rendered");
        Cause::Broken
    })?;
    Ok((status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response())
}
