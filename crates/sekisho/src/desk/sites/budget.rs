//! `POST /sites/budget`: what a site lets be opened of its own members' documents, at most.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use sekisho_core::{budget::Windows, check::Role, id::SiteName};
use sekisho_keeper::wire::{Change, DeskAnswer, DeskRequest, Refusal};

use super::Sites;
use crate::desk::{
    cause::Cause,
    changes::propose,
    lang::Lang,
    page::page_with,
    session::{Fields, Sent, only_named},
    state::{Desk, misplaced},
};

/// Sets or takes away a site's own budget. Tightening is immediate; after the founding a larger one is proposed.
pub(crate) async fn post(
    State(desk): State<Desk>,
    lang: Lang,
    Sent { signed, fields }: Sent,
) -> Result<Response, Cause> {
    only_named(&desk, &signed, &[Role::Administrator, Role::Officer]).await?;
    let site: SiteName = fields.need("site")?.parse().map_err(|_| Cause::BadForm)?;
    let page = Sites::of(&desk, lang, &signed).await?;
    let budget = if fields.get("none").is_some() { None } else { Some(windows(&fields)?) };
    if let Some(error) = budget.and_then(|budget| page.limits.require_site(&budget).err()) {
        let fault = lang.pick(&error.ja(), &error.to_string()).to_owned();
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &Sites { budget_fault: Some(fault), ..page });
    }
    let request = DeskRequest::SetSiteBudget { shift: signed.shift.token.clone(), site: site.clone(), budget };
    match desk.ask_for(&signed, request).await {
        Ok(DeskAnswer::Done) => Ok(Redirect::to("/sites").into_response()),
        Ok(_) => Err(misplaced()),
        // From the first real check on it takes others, and a day.
        Err(Cause::Refused(Refusal::AlreadyFounded)) => {
            Ok(propose(&desk, &signed, Change::SiteBudget { site, budget }).await?.into_response())
        }
        Err(cause) => Err(cause),
    }
}

fn windows(fields: &Fields) -> Result<Windows, Cause> {
    let number = |name| fields.need(name)?.parse().map_err(|_| Cause::BadForm);
    Ok(Windows {
        minute: number("minute")?,
        hour: number("hour")?,
        day: number("day")?,
        three_days: number("three_days")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::testing::TestDesk;

    const BUDGET: [(&str, &str); 5] =
        [("site", "sample-dating"), ("minute", "3"), ("hour", "30"), ("day", "90"), ("three_days", "200")];

    /// M19
    #[tokio::test]
    async fn a_site_gets_a_budget_of_its_own_and_loses_it() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Officer).await;
        assert_eq!(desk.post_form("/sites/budget", &BUDGET).await.header("location"), "/sites");
        let page = desk.get("/sites").await.body;
        assert!(page.contains("value=\"3\"") && page.contains("3 / 30 / 90 / 200"), "{page}");
        let none = desk.post_form("/sites/budget", &[BUDGET[0], ("none", "1")]).await;
        assert_eq!(none.status, 303);
        assert!(!desk.get("/sites").await.body.contains("3 / 30 / 90 / 200"));
    }

    #[tokio::test]
    async fn what_is_out_of_order_is_refused_with_what_to_do() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Administrator).await;
        let mut wrong = BUDGET;
        wrong[3] = ("day", "10");
        let answer = desk.post_form("/sites/budget", &wrong).await;
        assert_eq!(answer.status, 422);
        assert!(answer.body.contains("同じかそれより多くしてください"), "{}", answer.body);
        assert!(!desk.keeper.asked().iter().any(|asked| asked.starts_with("SetSiteBudget")));
    }

    #[tokio::test]
    async fn a_reviewer_sets_none() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Reviewer).await;
        assert_eq!(desk.post_form("/sites/budget", &BUDGET).await.status, 403);
    }
}
