//! `GET /changes`: what waits for officers, or for its day to be over.

use askama::Template;
use axum::{extract::State, response::Response};
use sekisho_core::{check::Role, time::Timestamp};
use sekisho_keeper::wire::{Change, ChangeView, DeskAnswer, DeskRequest};

use crate::{
    desk::{
        cause::Cause,
        lang::Lang,
        page::{Frame, page},
        session::{Present, only},
        state::{Desk, misplaced},
        watch::sentence::Teller,
        when,
    },
    service::desk_sessions::Signed,
};

/// One that waits.
struct Line {
    id: String,
    what: String,
    details: Vec<String>,
    by: String,
    approved: Vec<String>,
    missing: usize,
    /// Whether this person's passkey is one that is still missing.
    mine: bool,
    ripe: Option<String>,
    /// Whether its day is over.
    now: bool,
    until: String,
    fingerprint: String,
}

#[derive(Template)]
#[template(path = "desk/changes.html")]
struct Changes {
    frame: Frame,
    lines: Vec<Line>,
    administers: bool,
}

/// Shows them.
pub(crate) async fn get(State(desk): State<Desk>, lang: Lang, Present(signed): Present) -> Result<Response, Cause> {
    only(&signed, &[Role::Officer, Role::Administrator])?;
    let waiting = waiting(&desk, &signed).await?;
    let teller = Teller::of(&desk, &signed, lang).await?;
    let now = desk.now();
    page(&Changes {
        frame: Frame::signed(&desk, lang, &signed, "/changes"),
        lines: waiting.into_iter().map(|change| line(change, &teller, lang, now)).collect(),
        administers: signed.shift.staff.role == Role::Administrator,
    })
}

/// What waits, as the keeper knows it.
pub(super) async fn waiting(desk: &Desk, signed: &Signed) -> Result<Vec<ChangeView>, Cause> {
    match desk.ask_for(signed, DeskRequest::Changes(signed.shift.token.clone())).await? {
        DeskAnswer::Changes(all) => Ok(all),
        _ => Err(misplaced()),
    }
}

fn line(view: ChangeView, teller: &Teller, lang: Lang, now: Timestamp) -> Line {
    let (what, details) = what(&view.change, lang);
    let fingerprint = view.sha256.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    Line {
        id: view.id.to_string(),
        what,
        details,
        by: teller.name(view.by),
        missing: usize::from(view.needed).saturating_sub(view.approved.len()),
        mine: view.yours,
        approved: view.approved.iter().map(|staff| teller.name(*staff)).collect(),
        now: view.ripe.is_some_and(|ripe| ripe <= now),
        ripe: view.ripe.map(|ripe| when::day_and_minute(ripe, lang)),
        until: when::day_and_minute(view.until, lang),
        fingerprint,
    }
}

/// What it loosens, and the rest of what a passkey answers for.
fn what(change: &Change, lang: Lang) -> (String, Vec<String>) {
    match change {
        Change::Staff { name, role } => {
            let who = lang.pick("担当者の追加", "Somebody more works here");
            (format!("{who}: {name} ({})", crate::desk::page::role(lang, *role)), Vec::new())
        }
        Change::Site(site) => {
            let policies: Vec<_> = site.policies.iter().map(ToString::to_string).collect();
            let mut details = vec![
                format!("{} / {}", site.title.ja, site.title.en),
                format!("{}: {}", lang.pick("ポリシー", "Policies"), policies.join(", ")),
                format!("{}: {}", lang.pick("戻り先", "Members return to"), site.return_prefix),
            ];
            details.extend(site.webhook.iter().map(|to| format!("{}: {to}", lang.pick("通知先", "Webhook"))));
            details.push(format!("{}: {}", lang.pick("公開鍵", "Public keys"), site.jwks));
            (format!("{}: {}", lang.pick("サイトの登録・変更", "A site asks, or asks otherwise"), site.name), details)
        }
        Change::Policy(policy) => {
            let title = lang.pick("ポリシーの登録", "A policy may be asked for");
            (format!("{title}: {} {}", policy.name, policy.version), vec![format!("{policy:?}")])
        }
    }
}
