//! The page: the form, and the answer beneath it.

use askama::Template;
use sekisho_core::{check::Role, time::Timestamp};
use sekisho_keeper::wire::{DeskAnswer, DeskRequest, StaffView};
use sekisho_scope::ledger::{Count, Counted, Then};

use super::{
    Cause, Desk, Frame, Scope,
    asked::{Asked, Wrong},
    misplaced,
};
use crate::{
    desk::when,
    service::{
        desk_sessions::Signed,
        timeline::{Chart, HEIGHT, chart},
    },
};

/// So many gaps are shown; the rest is counted.
const GAPS: usize = 20;

#[derive(Template)]
#[template(path = "desk/scope.html")]
pub(super) struct Shown {
    frame: Frame,
    pub(super) asked: Asked,
    reviewers: Vec<StaffView>,
    sites: Vec<String>,
    pub(super) wrong: Option<Wrong>,
    /// The entries of a ledger that is too long for a page.
    pub(super) too_long: Option<u64>,
    answer: Option<Answer>,
}

/// A name and how many.
type Row = (String, String);

/// What is told.
struct Answer {
    window: [String; 2],
    sums: Vec<Row>,
    charts: Vec<Chart>,
    tables: Vec<(&'static str, Vec<Row>)>,
    open: Vec<Row>,
    is_open: bool,
}

impl Shown {
    /// The form alone.
    pub(super) async fn form(frame: Frame, desk: &Desk, signed: &Signed, asked: Asked) -> Result<Self, Cause> {
        let reviewers = desk.staff(signed).await?.into_iter().filter(|person| person.role == Role::Reviewer).collect();
        let request = DeskRequest::Directory(signed.shift.token.clone());
        let DeskAnswer::Directory(directory) = desk.ask_for(signed, request).await? else { return Err(misplaced()) };
        let sites = directory.sites.iter().map(|site| site.name.to_string()).collect();
        Ok(Self { frame, asked, reviewers, sites, wrong: None, too_long: None, answer: None })
    }

    /// With an answer beneath it.
    pub(super) fn answer(&mut self, scope: &Scope) {
        let frame = &self.frame;
        let looked = chart(frame.t("いつ閲覧されたか", "When they were looked at"), &scope.looked);
        let submitted = chart(frame.t("いつ提出されたか", "When they were submitted"), &scope.submitted);
        let then = scope.then.iter().map(|(then, number)| (called_then(frame, *then).into(), count(frame, *number)));
        self.answer = Some(Answer {
            window: [scope.window.from, scope.window.to].map(|at| bound(frame, at)),
            sums: sums(frame, scope),
            charts: [looked, submitted].into_iter().filter(|chart| !chart.bars.is_empty()).collect(),
            tables: vec![
                (frame.t("書類の種類", "By kind"), rows(frame, &scope.by_kind)),
                (frame.t("サイト", "By site"), rows(frame, &scope.by_site)),
                (frame.t("期間の終わりの状態", "At the end of the window"), then.collect()),
            ],
            open: open(frame, scope),
            is_open: scope.cannot_tell.entries > 0 || scope.cannot_tell.looks > 0,
        });
    }
}

fn bound(frame: &Frame, at: Option<Timestamp>) -> String {
    at.map_or_else(|| frame.t("制限なし", "no bound").into(), when::to_the_second)
}

/// One number, if nothing is open.
fn count(frame: &Frame, Count { confirmed, at_most }: Count) -> String {
    match (confirmed == at_most, frame.is_japanese()) {
        (true, _) => confirmed.to_string(),
        (_, true) => format!("{confirmed} 〜 最大 {at_most}"),
        (_, false) => format!("{confirmed}, at most {at_most}"),
    }
}

fn sums(frame: &Frame, scope: &Scope) -> Vec<Row> {
    let mut sums = vec![(frame.t("書類", "Documents").into(), count(frame, scope.documents))];
    if let Some(members) = scope.members {
        sums.push((frame.t("会員", "Members").into(), count(frame, members.known)));
        let erased = frame.t("結びつきが消された確認", "Checks whose tie to a member was erased");
        sums.push((erased.into(), count(frame, members.erased)));
    }
    sums.push((frame.t("閲覧の回数", "Looks").into(), scope.looks.to_string()));
    sums
}

fn rows(frame: &Frame, counted: &Counted) -> Vec<Row> {
    let unknown = frame.t("不明(到着の記録がない)", "unknown: the entry of its arrival is missing");
    let name = |name: &String| if name == "unknown" { unknown.into() } else { name.clone() };
    counted.iter().map(|(of, number)| (name(of), count(frame, *number))).collect()
}

fn open(frame: &Frame, scope: &Scope) -> Vec<Row> {
    let open = &scope.cannot_tell;
    let entries = frame.t("本文のない記録(期間内の可能性)", "Entries without a body that may lie in the window");
    let looks = frame.t("該当するか決められない閲覧", "Looks that the ledger leaves open");
    let read = frame.t("読めた記録 / 台帳の記録", "Entries read, of all");
    let mut rows = vec![
        (entries.into(), open.entries.to_string()),
        (looks.into(), open.looks.to_string()),
        (read.into(), format!("{} / {}", scope.read, scope.entries)),
    ];
    let at = |at: Option<Timestamp>| at.map_or_else(|| "…".into(), when::to_the_second);
    let gaps = open.gaps.iter().take(GAPS);
    rows.extend(
        gaps.map(|gap| (format!("#{}: {} – {}", gap.place, at(gap.from), at(gap.to)), gap.entries.to_string())),
    );
    let more = open.gaps.len().saturating_sub(GAPS);
    rows.extend((more > 0).then(|| (frame.t("ほかの欠け", "Further gaps").into(), more.to_string())));
    rows
}

fn called_then(frame: &Frame, then: Then) -> &'static str {
    match then {
        Then::Waiting => frame.t("審査待ち", "waiting"),
        Then::Withdrawn => frame.t("取り下げ", "withdrawn"),
        Then::Decided => frame.t("判断済み・破棄", "shredded: decided"),
        Then::Retake => frame.t("撮り直し・破棄", "shredded: retake"),
        Then::Overdue => frame.t("期限切れ・破棄", "shredded: overdue"),
        Then::Damaged => frame.t("破損・破棄", "shredded: damaged"),
    }
}
