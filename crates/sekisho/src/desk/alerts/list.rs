//! `GET /alerts`: what waits to be acknowledged, what was, and who is called.

use askama::Template;
use axum::{extract::State, response::Response};
use sekisho_core::{
    alert::{Rota, Urgency},
    author::Author,
    check::Role,
    policy::Text,
};
use sekisho_keeper::wire::{AlertView, Alerts, DeskAnswer, DeskRequest, StaffView};

use crate::desk::{
    cause::Cause,
    lang::Lang,
    page::{Frame, page},
    session::{Present, only},
    state::{Desk, misplaced},
    when,
};

/// One alert, as it is shown.
struct Shown {
    id: String,
    urgent: bool,
    happened: String,
    implies: String,
    to_do: String,
    raised: String,
    count: u64,
    place: u64,
    newest: u64,
    /// Who was called: a name, and when they were reached.
    called: Vec<(String, Option<String>)>,
    /// Who acknowledged it, and when.
    acknowledged: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "desk/alerts.html")]
struct Page {
    frame: Frame,
    /// Who is called, the first first; nobody without a rota.
    rota: Option<Rota>,
    waiting: Vec<Shown>,
    past: Vec<Shown>,
}

/// Shows them.
pub(crate) async fn get(State(desk): State<Desk>, lang: Lang, Present(signed): Present) -> Result<Response, Cause> {
    only(&signed, &[Role::Officer, Role::Administrator])?;
    let request = DeskRequest::Alerts(signed.shift.token.clone());
    let DeskAnswer::Alerts(Alerts { rota, alerts }) = desk.ask_for(&signed, request).await? else {
        return Err(misplaced());
    };
    let staff = desk.staff(&signed).await?;
    let (waiting, past): (Vec<_>, Vec<_>) = alerts.iter().partition(|alert| alert.acknowledged.is_none());
    let show = |alerts: Vec<&AlertView>| alerts.into_iter().map(|alert| shown(alert, lang, &staff)).collect();
    let (waiting, past) = (show(waiting), show(past));
    page(&Page { frame: Frame::signed(&desk, lang, &signed, "/alerts"), rota, waiting, past })
}

fn shown(alert: &AlertView, lang: Lang, staff: &[StaffView]) -> Shown {
    let pick = |text: &Text| lang.pick(&text.ja, &text.en).to_owned();
    let at = |time| when::day_and_minute(time, lang);
    let who = |hand| match hand {
        Author::Operator => lang.pick("運用者", "the operator").to_owned(),
        Author::Watch => lang.pick("見張り", "the watch").to_owned(),
        Author::Staff(id) => {
            let person = staff.iter().find(|person| person.staff == id);
            person.map_or_else(|| id.to_string(), |person| person.name.clone())
        }
    };
    Shown {
        id: alert.id.to_string(),
        urgent: alert.urgency == Urgency::Now,
        happened: pick(&alert.words.happened),
        implies: pick(&alert.words.implies),
        to_do: pick(&alert.words.to_do),
        raised: at(alert.raised),
        count: alert.count,
        place: alert.place,
        newest: alert.newest,
        called: alert.called.iter().map(|(name, reached)| (name.to_string(), reached.map(at))).collect(),
        acknowledged: alert.acknowledged.map(|(time, hand)| (who(hand), at(time))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::testing::TestDesk;

    #[tokio::test]
    async fn an_officer_sees_what_waits_what_it_implies_and_who_was_called() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Officer).await;
        let page = desk.get("/alerts").await.body;
        for said in ["何も開きません", "証人の運営者に連絡し", "aoki", "3 回", "#6"] {
            assert!(page.contains(said), "{said}: {page}");
        }
    }

    #[tokio::test]
    async fn a_reviewer_sees_no_alerts() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Reviewer).await;
        assert_eq!(desk.get("/alerts").await.status, 403);
    }
}
