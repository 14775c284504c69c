//! `GET /changes`: what waits for officers, or for its day to be over.

use askama::Template;
use axum::{extract::State, response::Response};
use sekisho_core::{check::Role, time::Timestamp};
use sekisho_keeper::wire::{ChangeView, DeskAnswer, DeskRequest};

use super::words::{Present as Holding, Said};
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
    whole: Option<String>,
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
    let (present, now) = (Holding::of(&desk, &signed).await?, desk.now());
    page(&Changes {
        frame: Frame::signed(&desk, lang, &signed, "/changes"),
        lines: waiting.into_iter().map(|change| line(change, &present, &teller, now)).collect(),
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

fn line(view: ChangeView, present: &Holding, teller: &Teller, now: Timestamp) -> Line {
    let lang = teller.lang;
    let Said { what, details, whole } = present.say(&view.change, lang);
    let fingerprint = view.sha256.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    Line {
        id: view.id.to_string(),
        what,
        details,
        whole,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::testing::TestDesk;

    const BUDGET: [(&str, &str); 5] =
        [("site", "sample-dating"), ("minute", "4"), ("hour", "40"), ("day", "120"), ("three_days", "300")];

    async fn in_use(role: Role) -> TestDesk {
        let mut desk = TestDesk::new();
        desk.keeper.be_in_use();
        desk.sign_in(role).await;
        desk
    }

    /// M15, M19: after the founding a larger budget of a site is proposed, and the page says what it would allow.
    #[tokio::test]
    async fn a_larger_budget_of_a_site_waits_and_the_page_says_what_it_would_allow() {
        let desk = in_use(Role::Officer).await;
        let proposed = desk.post_form("/sites/budget", &BUDGET).await;
        assert_eq!((proposed.status, proposed.header("location")), (303, "/changes"));
        let page = desk.get("/changes").await.body;
        assert!(page.contains("サイトの予算: sample-dating") && page.contains("独自の予算なし"), "{page}");
        assert!(page.contains("24時間に120件") && page.contains("届いた数まで → 120"), "{page}");
    }

    /// M15, M19: so is one of the vault, in the words of `sekisho policy check --budget`.
    #[tokio::test]
    async fn a_larger_budget_of_the_vault_waits_and_the_page_says_what_it_would_allow() {
        let desk = in_use(Role::Administrator).await;
        let file = "[person]\nminute = 6\nhour = 140\nday = 180\n72_hours = 400\n";
        let proposed = desk.post_form("/changes/budget", &[("budget", file)]).await;
        assert_eq!((proposed.status, proposed.header("location")), (303, "/changes"));
        let page = desk.get("/changes").await.body;
        assert!(page.contains("1人(またはそのセッションを盗んだ者): 1分に6件"), "{page}");
        assert!(page.contains("いま、1人: 1分に5件") && page.contains("day = 180"), "{page}");
        assert_eq!(desk.post_form("/changes/budget", &[("budget", "persons = 3")]).await.status, 422);
        assert_eq!(desk.post_form("/changes/budget", &[("budget", "again_percent = 300")]).await.status, 422);
    }

    /// M15: in use, a site's new key and a policy's longer retention are proposed; the page names them, and they can be
    /// cancelled.
    #[tokio::test]
    async fn a_site_and_a_policy_are_proposed_named_and_cancelled() {
        let desk = in_use(Role::Administrator).await;
        let site = [
            ("name", "sample-dating"),
            ("title_ja", "見本"),
            ("title_en", "Sample"),
            ("jwks", "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AAAA\"}]}"),
            ("policies", "jp-dating-site"),
            ("return_prefix", "https://sample.example/"),
        ];
        let proposed = desk.post_form("/sites", &site).await;
        assert_eq!((proposed.status, proposed.header("location")), (303, "/changes"));
        let policy = include_str!("../../../../../policies/jp-dating-site.toml");
        let proposed = desk.post_form("/changes/policy", &[("policy", policy)]).await;
        assert_eq!((proposed.status, proposed.header("location")), (303, "/changes"));
        let page = desk.get("/changes").await.body;
        assert!(
            page.contains("サイトの登録・変更: sample-dating") && page.contains("https://sample.example/"),
            "{page}"
        );
        assert!(page.contains("ポリシーの登録: jp-dating-site") && page.contains("画像を保つ時間"), "{page}");
        let waiting = || desk.keeper.waiting();
        let all = waiting();
        assert_eq!(all.len(), 2);
        for change in &all {
            let cancelled = desk.post_form("/changes/cancel", &[("change", change)]).await;
            assert_eq!((cancelled.status, cancelled.header("location")), (303, "/changes"));
        }
        assert!(waiting().is_empty());
        assert!(desk.get("/changes").await.body.contains("待っている変更はありません"));
    }

    /// While founding nothing waits.
    #[tokio::test]
    async fn while_founding_a_policy_is_registered_at_once() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Administrator).await;
        let policy = include_str!("../../../../../policies/jp-dating-site.toml");
        let registered = desk.post_form("/changes/policy", &[("policy", policy)]).await;
        assert_eq!((registered.status, registered.header("location")), (303, "/sites"));
        assert!(desk.keeper.waiting().is_empty());
    }
}
