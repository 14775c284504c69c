//! A ledger's scope as one HTML file, to read and to print: no script, nothing that is fetched.

use std::{fs, io, path::Path};

use askama::Template;
use sekisho_core::time::Timestamp;
use sekisho_scope::ledger::{Count, Scope, Then, in_words};

use crate::{
    cli::language::Language,
    service::timeline::{Chart, chart},
};

#[derive(Template)]
#[template(path = "scope/ledger.html")]
struct Page<'a> {
    lang: Language,
    scope: &'a Scope,
    charts: [Chart; 2],
}

impl Page<'_> {
    fn t(&self, ja: &'static str, en: &'static str) -> &'static str {
        self.lang.pick(ja, en)
    }

    fn tag(&self) -> &'static str {
        self.t("ja", "en")
    }

    fn at(&self, at: &Option<Timestamp>) -> String {
        at.map_or_else(|| self.t("制限なし", "no bound").into(), in_words)
    }

    /// What it says of a count: one number, if nothing is open.
    fn count(&self, count: &Count) -> String {
        match (count.confirmed == count.at_most, self.lang) {
            (true, _) => count.confirmed.to_string(),
            (_, Language::Ja) => format!("{} 〜 最大 {}", count.confirmed, count.at_most),
            (_, Language::En) => format!("{}, at most {}", count.confirmed, count.at_most),
        }
    }

    fn called<'b>(&self, name: &'b str) -> &'b str {
        if name == "unknown" {
            self.t("不明（到着の記録がない）", "unknown: the entry of its arrival is missing")
        } else {
            name
        }
    }

    fn then(&self, then: &Then) -> &'static str {
        match then {
            Then::Waiting => self.t("審査待ち", "waiting"),
            Then::Withdrawn => self.t("取り下げ", "withdrawn"),
            Then::Decided => self.t("判断済み・破棄", "shredded: decided"),
            Then::Retake => self.t("撮り直し・破棄", "shredded: retake"),
            Then::Overdue => self.t("期限切れ・破棄", "shredded: overdue"),
            Then::Damaged => self.t("破損・破棄", "shredded: damaged"),
        }
    }
}

/// Writes the report to `file`.
///
/// # Errors
/// When the file can't be written.
pub(super) fn write(file: &Path, scope: &Scope, lang: Language) -> io::Result<()> {
    let looked = chart(lang.pick("いつ閲覧されたか", "When they were looked at"), &scope.looked);
    let submitted = chart(lang.pick("いつ提出されたか", "When they were submitted"), &scope.submitted);
    let page = Page { lang, scope, charts: [looked, submitted] };
    fs::write(file, page.render().map_err(io::Error::other)?)
}
