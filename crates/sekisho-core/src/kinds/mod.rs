//! The registry of kinds of documents: dated data, since law and cards change.
//!
//! What a policy accepts is its own list; what is known of a kind (until when it exists at all, what the law wants
//! hidden on it, which side is never sent, where on it the parts stand that are needed) stands here once, and so does
//! what a law forbids to ask for and what a duty may see.

mod law;
mod layout;

pub use law::{Purpose, Statute};
pub use layout::{Layout, Proposed};

use alloc::{format, string::String, vec::Vec};

use serde::{Deserialize, Serialize};

use crate::{
    calendar::Day,
    id::KindName,
    policy::{
        Field, Policy, Text,
        lint::{Finding, Report},
    },
};

/// All kinds that are known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registry {
    /// The kinds, in the order in which members are shown them.
    pub kinds: Vec<Kind>,
    /// What laws forbid to ask for, whatever the kind.
    #[serde(default)]
    pub statutes: Vec<Statute>,
    /// What duties need to see and may see.
    #[serde(default)]
    pub purposes: Vec<Purpose>,
}

/// One kind of document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    /// Its name in policies, e.g. `jp-driving-licence`.
    pub kind: KindName,
    /// What members call it.
    pub name: Text,
    /// The first day on which it is known as evidence.
    #[serde(default)]
    pub valid_from: Option<Day>,
    /// The last day on which it is evidence.
    #[serde(default)]
    pub valid_to: Option<Day>,
    /// Why it ended or ends, and what to use instead.
    #[serde(default)]
    pub ended: Option<Text>,
    /// Why it is never accepted, if it is one to refuse.
    #[serde(default)]
    pub refused: Option<Text>,
    /// What stays visible: who issues it and where the title and the birth date stand.
    pub leave: Text,
    /// What must not be seen.
    #[serde(default)]
    pub hide: Vec<Hidden>,
    /// What is to be said of its back.
    pub back: Back,
    /// Where the parts stand that an age check needs; without one the member draws the boxes from nothing.
    #[serde(default)]
    pub layout: Option<Layout>,
    /// Where this was read.
    pub source: String,
}

/// Something on a document that must not be seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hidden {
    /// What it is.
    pub what: Text,
    /// The same for programs.
    #[serde(default)]
    pub fields: Vec<Field>,
    /// The law that forbids asking for it or recording it; without one it is hidden because nobody needs it.
    #[serde(default)]
    pub statute: Option<String>,
}

/// What is to be said of a document's back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Back {
    /// It shows what may not be taken: refused before anything is written.
    Refuse,
    /// It isn't needed.
    NotNeeded,
}

/// Why a kind isn't accepted on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAccepted<'a> {
    /// The registry doesn't know it.
    Unknown,
    /// It is never accepted, and why.
    Refused(&'a Text),
    /// It isn't evidence yet.
    NotYet(Day),
    /// Its last day is over, and why.
    Ended {
        /// That day.
        last: Day,
        /// Why, and what to use instead.
        why: Option<&'a Text>,
    },
}

impl Registry {
    /// The kind of this name.
    pub fn get(&self, kind: &KindName) -> Option<&Kind> {
        self.kinds.iter().find(|known| known.kind == *kind)
    }

    /// The kind of this name, if it is evidence on `today`.
    ///
    /// # Errors
    /// Why it isn't, with the date where there is one (M2).
    pub fn accepted(&self, kind: &KindName, today: Day) -> Result<&Kind, NotAccepted<'_>> {
        let known = self.get(kind).ok_or(NotAccepted::Unknown)?;
        if let Some(why) = &known.refused {
            return Err(NotAccepted::Refused(why));
        }
        match (known.valid_from, known.valid_to) {
            (Some(first), _) if today < first => Err(NotAccepted::NotYet(first)),
            (_, Some(last)) if today > last => Err(NotAccepted::Ended { last, why: known.ended.as_ref() }),
            _ => Ok(known),
        }
    }

    /// Judges what a policy accepts by what is known of it.
    pub fn lint(&self, policy: &Policy) -> Vec<Finding> {
        let mut report = Report::default();
        self.lint_visible(policy, &mut report);
        for (index, listed) in policy.kinds.iter().enumerate() {
            let field = format!("kinds[{index}]");
            match self.get(&listed.kind) {
                None => unknown(&listed.kind, field, &mut report),
                Some(known) => known.lint(listed.valid_to, field, &mut report),
            }
        }
        report.0
    }
}

impl Kind {
    /// What the law wants hidden on it.
    pub fn statutory(&self) -> impl Iterator<Item = &Hidden> {
        self.hide.iter().filter(|hidden| hidden.statute.is_some())
    }

    fn lint(&self, listed_end: Option<Day>, field: String, report: &mut Report) {
        if self.refused.is_some() {
            report.error(
                "kind_refused",
                field,
                format!("{} is never accepted: remove it.", self.kind),
                format!("{}は受け付けられません。外してください。", self.name.ja),
            );
            return;
        }
        let Some(end) = self.valid_to else { return };
        if listed_end.is_none_or(|listed| listed > end) {
            report.error(
                "kind_beyond_its_end",
                field,
                format!("{} is evidence until {end} only: set valid_to to that day or an earlier one.", self.kind),
                format!("{}は{end}までです。valid_toをその日以前にしてください。", self.name.ja),
            );
        }
    }
}

fn unknown(kind: &KindName, field: String, report: &mut Report) {
    report.warning(
        "kind_unknown",
        field,
        format!("{kind} is not in the registry of kinds: nothing is known of what must be hidden on it. Add it there."),
        format!("{kind}は書類の一覧にありません。隠すべき所がわからないので、一覧に足してください。"),
    );
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;
    use crate::policy::sample::{age_policy, text};

    fn kind(name: &str) -> Kind {
        Kind {
            kind: name.parse().unwrap(),
            name: text("書類", "Document"),
            valid_from: None,
            valid_to: None,
            ended: None,
            refused: None,
            leave: text("生年月日", "Birth date"),
            hide: Vec::new(),
            back: Back::NotNeeded,
            layout: None,
            source: "x".into(),
        }
    }

    fn registry() -> Registry {
        let insurance = Kind {
            valid_to: Some("2025-12-01".parse().unwrap()),
            ended: Some(text("終わりました", "It ended")),
            ..kind("jp-health-insurance-card")
        };
        let notice =
            Kind { refused: Some(text("番号があります", "It has a number")), ..kind("jp-notification-card") };
        let kinds = vec![kind("jp-driving-licence"), insurance, notice];
        Registry { kinds, statutes: Vec::new(), purposes: Vec::new() }
    }

    fn asked(name: &str, today: &str) -> Result<(), Option<Day>> {
        let registry = registry();
        match registry.accepted(&name.parse().unwrap(), today.parse().unwrap()) {
            Ok(_) => Ok(()),
            Err(NotAccepted::Ended { last, why }) => Err(why.map(|_| last)),
            Err(_) => Err(None),
        }
    }

    /// M2
    #[test]
    fn an_ended_kind_is_refused_with_the_reason_and_the_date() {
        assert_eq!(asked("jp-health-insurance-card", "2025-12-01"), Ok(()));
        let last = "2025-12-01".parse().unwrap();
        assert_eq!(asked("jp-health-insurance-card", "2025-12-02"), Err(Some(last)));
    }

    #[test]
    fn a_kind_to_refuse_is_refused_and_an_unknown_one_too() {
        assert_eq!(asked("jp-notification-card", "2025-12-01"), Err(None));
        assert_eq!(asked("jp-something", "2025-12-01"), Err(None));
        assert_eq!(asked("jp-driving-licence", "2025-12-01"), Ok(()));
    }

    #[test]
    fn a_kind_is_not_accepted_before_its_first_day() {
        let mut registry = registry();
        registry.kinds[0].valid_from = Some("2026-01-01".parse().unwrap());
        let name = "jp-driving-licence".parse().unwrap();
        let first = "2026-01-01".parse().unwrap();
        assert_eq!(registry.accepted(&name, first).map(|kind| &kind.kind), Ok(&name));
        assert_eq!(registry.accepted(&name, first.plus(-1)).unwrap_err(), NotAccepted::NotYet(first));
    }

    #[test]
    fn a_policy_may_not_outlast_a_kind_nor_accept_one_that_is_refused() {
        let found = |name: &str, end: Option<&str>| {
            let mut policy = age_policy();
            policy.kinds[0].kind = name.parse().unwrap();
            policy.kinds[0].valid_to = end.map(|end| end.parse().unwrap());
            registry().lint(&policy).into_iter().map(|finding| finding.code).collect::<Vec<_>>()
        };
        assert_eq!(found("jp-driving-licence", None), [""; 0]);
        assert_eq!(found("jp-health-insurance-card", Some("2025-12-01")), [""; 0]);
        assert_eq!(found("jp-health-insurance-card", None), ["kind_beyond_its_end"]);
        assert_eq!(found("jp-health-insurance-card", Some("2025-12-02")), ["kind_beyond_its_end"]);
        assert_eq!(found("jp-notification-card", None), ["kind_refused"]);
        assert_eq!(found("jp-something", None), ["kind_unknown"]);
    }
}
