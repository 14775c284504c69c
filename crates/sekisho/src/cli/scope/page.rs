//! A ledger's scope as one HTML file, to read and to print: no script, nothing that is fetched.

use std::{fs, io, path::Path};

use askama::Template;
use sekisho_core::time::Timestamp;
use sekisho_scope::{
    inventory::{Held, HeldClass, Reach, Share},
    ledger::{Count, Scope, Then, in_words},
};

use super::held;
use crate::{
    cli::language::Language,
    service::timeline::{Chart, chart},
};

#[derive(Template)]
#[template(path = "scope/ledger.html")]
struct Page<'a> {
    lang: Language,
    scope: &'a Scope,
    held: Option<&'a Held>,
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

    fn reach(&self, reach: &Reach) -> &'static str {
        held::called(*reach, self.lang)
    }

    fn share(&self, share: &Share) -> String {
        held::share(*share, self.lang)
    }

    /// From when to when a class has records, as the inventory says.
    fn days(&self, class: &HeldClass) -> String {
        let day = |day: &Option<String>| day.clone().unwrap_or_else(|| "…".into());
        format!("{} – {}", day(&class.from), day(&class.to))
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

/// Writes the report to `file`, with which stores were reached if it was `held` against an inventory.
///
/// # Errors
/// When the file can't be written.
pub(super) fn write(file: &Path, scope: &Scope, held: Option<&Held>, lang: Language) -> io::Result<()> {
    let looked = chart(lang.pick("いつ閲覧されたか", "When they were looked at"), &scope.looked);
    let submitted = chart(lang.pick("いつ提出されたか", "When they were submitted"), &scope.submitted);
    let page = Page { lang, scope, held, charts: [looked, submitted] };
    fs::write(file, page.render().map_err(io::Error::other)?)
}
