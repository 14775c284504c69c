//! What a change loosens, in words: what holds now, what would, and what that would allow in a day.

use sekisho_core::{
    budget::{Limits, Windows, explain},
    check::Role,
    id::SiteName,
    policy::{Policy, Text},
};
use sekisho_keeper::wire::{Change, DeskAnswer, DeskRequest, Directory, SiteView};

use crate::{
    budget_words,
    desk::{
        cause::Cause,
        lang::Lang,
        page::role,
        state::{Desk, misplaced},
    },
    service::desk_sessions::Signed,
};

/// What holds now.
pub(super) struct Present {
    directory: Directory,
    limits: Limits,
    reviewers: u64,
}

/// A change in words.
pub(super) struct Said {
    /// In one line.
    pub(super) what: String,
    /// What matters of it, a line each.
    pub(super) details: Vec<String>,
    /// All that a passkey answers for, where the lines don't say all.
    pub(super) whole: Option<String>,
}

impl Present {
    /// Asks the keeper.
    pub(super) async fn of(desk: &Desk, signed: &Signed) -> Result<Self, Cause> {
        let token = || signed.shift.token.clone();
        let DeskAnswer::Directory(directory) = desk.ask_for(signed, DeskRequest::Directory(token())).await? else {
            return Err(misplaced());
        };
        let DeskAnswer::Staff(staff) = desk.ask_for(signed, DeskRequest::Staff(token())).await? else {
            return Err(misplaced());
        };
        let DeskAnswer::Status(status) = desk.ask(DeskRequest::Status).await? else { return Err(misplaced()) };
        let reviewers = staff.iter().filter(|person| person.role == Role::Reviewer).count() as u64;
        Ok(Self { directory, limits: status.budget.limits, reviewers })
    }

    /// Says what `change` loosens.
    pub(super) fn say(&self, change: &Change, lang: Lang) -> Said {
        let said = |what: String, details| Said { what, details, whole: None };
        match change {
            Change::Staff { name, role: of } => {
                let who = lang.pick("担当者の追加", "Somebody more works here");
                said(format!("{who}: {name} ({})", role(lang, *of)), Vec::new())
            }
            Change::Site(site) => {
                let title = lang.pick("サイトの登録・変更", "A site asks, or asks otherwise");
                said(format!("{title}: {}", site.name), of_site(site, lang))
            }
            Change::Policy(policy) => self.of_policy(policy, lang),
            Change::SiteBudget { site, budget } => {
                let title = lang.pick("サイトの予算", "A site's budget");
                said(format!("{title}: {site}"), self.of_site_budget(site, *budget, lang))
            }
            Change::Limits(limits) => {
                let what = lang.pick("全体の予算", "The vault's budget").to_owned();
                Said { what, details: self.of_limits(limits, lang), whole: Some(whole(limits.as_ref())) }
            }
        }
    }

    fn of_policy(&self, policy: &Policy, lang: Lang) -> Said {
        let title = lang.pick("ポリシーの登録", "A policy may be asked for");
        let now = self.directory.policies.iter().find(|known| known.name == policy.name);
        let of = |ja, en, what: &dyn Fn(&Policy) -> String| {
            format!("{}: {}", lang.pick(ja, en), changed(now.map(what), what(policy)))
        };
        let details = vec![
            of("画像を保つ時間", "Hours for which a picture is kept", &|policy| {
                policy.retention.picture_hours.to_string()
            }),
            of("退会のあとに保つ日数", "Days kept after a member left", &|policy| {
                policy.retention.member_days.to_string()
            }),
            of("受け付ける書類", "Documents", &|policy| listed(policy.kinds.iter().map(|kind| &kind.kind))),
            of("隠さない欄", "What stays visible", &|policy| listed(&policy.visible)),
            of("年齢", "Age", &|policy| policy.age.at_least.to_string()),
        ];
        Said { what: format!("{title}: {} {}", policy.name, policy.version), details, whole: Some(whole(policy)) }
    }

    /// A site without a budget of its own has the vault's for sites, if there is one.
    fn of_site_budget(&self, site: &SiteName, budget: Option<Windows>, lang: Lang) -> Vec<String> {
        let known = self.directory.sites.iter().find(|known| known.name == *site);
        let now = known.and_then(|known| known.budget);
        let none = || lang.pick("独自の予算なし", "none of its own").to_owned();
        let say =
            |budget: Option<Windows>| budget.map_or_else(none, |budget| picked(lang, &budget_words::windows(&budget)));
        let day = |budget: Option<Windows>| {
            let day = budget.or(self.limits.site).map(|budget| budget.day);
            day.map_or_else(|| lang.pick("届いた数まで", "as many as arrived").to_owned(), |day| day.to_string())
        };
        vec![
            format!("{}: {}", lang.pick("いま", "Now"), say(now)),
            format!("{}: {}", lang.pick("変更後", "Then"), say(budget)),
            format!(
                "{}: {}",
                lang.pick(
                    "24時間にこのサイトの会員の書類を、全員あわせて開ける件数",
                    "Documents of its members that all reviewers together may open in a day"
                ),
                changed(Some(day(now)), day(budget))
            ),
        ]
    }

    fn of_limits(&self, limits: &Limits, lang: Lang) -> Vec<String> {
        let line = |limits: &Limits| picked(lang, &budget_words::windows(&limits.person));
        let mut details = vec![format!("{}: {}", lang.pick("いま、1人", "Now, one person"), line(&self.limits))];
        details.push(lang.pick("変更後に開けるのは、", "Then these may open:").to_owned());
        let allows = explain(limits, self.reviewers);
        details.extend(budget_words::lines(&allows, self.reviewers).iter().map(|line| picked(lang, line)));
        details
    }
}

fn of_site(site: &SiteView, lang: Lang) -> Vec<String> {
    let mut details = vec![
        format!("{} / {}", site.title.ja, site.title.en),
        format!("{}: {}", lang.pick("ポリシー", "Policies"), listed(&site.policies)),
        format!("{}: {}", lang.pick("戻り先", "Members return to"), site.return_prefix),
    ];
    details.extend(site.webhook.iter().map(|to| format!("{}: {to}", lang.pick("通知先", "Webhook"))));
    details.push(format!("{}: {}", lang.pick("公開鍵", "Public keys"), site.jwks));
    details
}

fn picked(lang: Lang, text: &Text) -> String {
    let said = lang.pick(&text.ja, &text.en);
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn listed<T: ToString>(all: impl IntoIterator<Item = T>) -> String {
    all.into_iter().map(|one| one.to_string()).collect::<Vec<_>>().join(", ")
}

/// What would be, and what is, where that is something else.
fn changed(now: Option<String>, then: String) -> String {
    match now {
        Some(now) if now != then => format!("{now} → {then}"),
        _ => then,
    }
}

/// All of it, as its file would say it.
fn whole<T: serde::Serialize + std::fmt::Debug>(what: &T) -> String {
    toml::to_string(what).unwrap_or_else(|_| format!("{what:?}"))
}
