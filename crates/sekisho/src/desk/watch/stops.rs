//! `GET` and `POST /watch/stops`, `POST /watch/stops/lift`: one function, site, person or network is stopped, or goes on.

use askama::Template;
use axum::{
    extract::State,
    response::{Redirect, Response},
};
use sekisho_core::{check::Role, lockdown::Why, stop::Target};
use sekisho_keeper::wire::{DeskAnswer, DeskRequest, StaffView, Stop};

use super::sentence::Teller;
use crate::{
    desk::{
        cause::Cause,
        lang::Lang,
        page::{Frame, page},
        session::{Fields, Present, Sent, only, only_named},
        state::{Desk, misplaced},
        when,
    },
    service::desk_sessions::Signed,
};

/// One that holds.
struct Line {
    id: String,
    what: String,
    by: String,
    why: String,
    since: String,
}

#[derive(Template)]
#[template(path = "desk/stops.html")]
struct StopsPage {
    frame: Frame,
    lines: Vec<Line>,
    staff: Vec<StaffView>,
    sites: Vec<String>,
    /// The stop of everything, if there is one.
    everything: Option<String>,
    /// The most characters of a reason.
    most: usize,
}

/// Shows what is stopped, and what can be.
pub(crate) async fn get(State(desk): State<Desk>, lang: Lang, Present(signed): Present) -> Result<Response, Cause> {
    only(&signed, &[Role::Officer, Role::Administrator])?;
    let DeskAnswer::Stops(stops) = desk.ask(DeskRequest::Stops).await? else { return Err(misplaced()) };
    let staff = staff(&desk, &signed).await?;
    let teller = Teller { lang, staff: staff.clone() };
    page(&StopsPage {
        frame: Frame::signed(&desk, lang, &signed, "/watch/stops"),
        lines: stops.iter().map(|stop| line(stop, &teller)).collect(),
        everything: stops.iter().find(|stop| stop.target == Target::Everything).map(|stop| stop.id.to_string()),
        sites: sites(&desk, &signed).await?,
        staff,
        most: Why::MAX,
    })
}

async fn staff(desk: &Desk, signed: &Signed) -> Result<Vec<StaffView>, Cause> {
    match desk.ask_for(signed, DeskRequest::Staff(signed.shift.token.clone())).await? {
        DeskAnswer::Staff(staff) => Ok(staff),
        _ => Err(misplaced()),
    }
}

async fn sites(desk: &Desk, signed: &Signed) -> Result<Vec<String>, Cause> {
    match desk.ask_for(signed, DeskRequest::Directory(signed.shift.token.clone())).await? {
        DeskAnswer::Directory(directory) => Ok(directory.sites.iter().map(|site| site.name.to_string()).collect()),
        _ => Err(misplaced()),
    }
}

fn line(stop: &Stop, teller: &Teller) -> Line {
    Line {
        id: stop.id.to_string(),
        what: what(&stop.target, teller),
        by: teller.author(stop.by),
        why: stop.why.to_string(),
        since: when::day_and_minute(stop.since, teller.lang),
    }
}

fn what(target: &Target, teller: &Teller) -> String {
    let lang = teller.lang;
    match target {
        Target::Everything => lang.pick("すべて", "Everything").into(),
        Target::Uploads => lang.pick("書類の受付", "Uploads").into(),
        Target::Viewings => lang.pick("書類の閲覧", "Viewings").into(),
        Target::Decisions => lang.pick("判断", "Decisions").into(),
        Target::Api => lang.pick("サイトからの API", "The sites' API").into(),
        Target::Site(site) => format!("{} {site}", lang.pick("サイト", "Site")),
        Target::OtherSites(site) => format!("{site} {}", lang.pick("以外のサイト", "alone goes on of all sites")),
        Target::Person(staff) => teller.name(*staff),
        Target::OtherPeople(staff) => {
            format!("{} {}", teller.name(*staff), lang.pick("以外の審査員", "alone goes on of all reviewers"))
        }
        Target::Network(network) => format!("{} {network}", lang.pick("ネットワーク", "Network")),
    }
}

/// What a form names: one of the choices, or a network as it is typed.
fn target(fields: &Fields) -> Result<Target, Cause> {
    let chosen = match fields.need("target")? {
        "network" => format!("network:{}", fields.need("network")?),
        chosen => chosen.to_owned(),
    };
    chosen.parse().map_err(|_| Cause::BadForm)
}

pub(super) fn why(fields: &Fields) -> Result<String, Cause> {
    let why: Why = fields.need("why")?.parse().map_err(|_| Cause::BadForm)?;
    Ok(why.to_string())
}

/// Stops something.
pub(crate) async fn post(State(desk): State<Desk>, Sent { signed, fields }: Sent) -> Result<Redirect, Cause> {
    only(&signed, &[Role::Officer, Role::Administrator])?;
    let (shift, target, why) = (signed.shift.token.clone(), target(&fields)?, why(&fields)?);
    done(&desk, &signed, DeskRequest::Stop { shift, target, why }).await
}

/// Lets something go on.
pub(crate) async fn lift(State(desk): State<Desk>, Sent { signed, fields }: Sent) -> Result<Redirect, Cause> {
    only_named(&desk, &signed, &[Role::Officer]).await?;
    let stop = fields.need("stop")?.parse().map_err(|_| Cause::BadForm)?;
    let (shift, why) = (signed.shift.token.clone(), why(&fields)?);
    done(&desk, &signed, DeskRequest::Lift { shift, stop, why }).await
}

pub(super) async fn done(desk: &Desk, signed: &Signed, request: DeskRequest) -> Result<Redirect, Cause> {
    match desk.ask_for(signed, request).await? {
        DeskAnswer::Done => {
            // This door needn't wait for its next round.
            desk.learn_stops().await;
            Ok(Redirect::to("/watch/stops"))
        }
        _ => Err(misplaced()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::testing::TestDesk;

    /// M25, M26: each sort of thing is stopped from one form, listed with who and why, and lifted again.
    #[tokio::test]
    async fn what_is_stopped_is_listed_with_who_and_why_and_lifted() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Officer).await;
        let person = format!("person:{}", desk.keeper.person(Role::Reviewer));
        for target in ["everything", "uploads", "site:sample-dating", &person] {
            let sent = desk.post_form("/watch/stops", &[("target", target), ("why", "a flood")]).await;
            assert_eq!((sent.status, sent.header("location")), (303, "/watch/stops"), "{target}");
        }
        let network = [("target", "network"), ("network", "203.0.113.0/24"), ("why", "a flood")];
        assert_eq!(desk.post_form("/watch/stops", &network).await.status, 303);
        let page = desk.get("/watch/stops").await.body;
        assert!(desk.get("/watch").await.body.contains("止められているもの: 5"));
        for shown in ["すべて", "書類の受付", "審査一", "ネットワーク 203.0.113.0/24", "a flood", "中村"]
        {
            assert!(page.contains(shown), "{shown}: {page}");
        }
        let stop = page.split("name=\"stop\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        assert_eq!(desk.post_form("/watch/stops/lift", &[("stop", &stop), ("why", "over")]).await.status, 303);
        assert!(!desk.get("/watch/stops").await.body.contains(&stop));
    }

    #[tokio::test]
    async fn a_form_that_names_nothing_or_no_reason_stops_nothing() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Officer).await;
        for fields in [
            [("target", "nothing"), ("why", "x"), ("network", "")],
            [("target", "network"), ("why", "x"), ("network", "0.0.0.0/0")],
            [("target", "uploads"), ("why", ""), ("network", "")],
        ] {
            assert_eq!(desk.post_form("/watch/stops", &fields).await.status, 422, "{fields:?}");
        }
    }

    #[tokio::test]
    async fn a_reviewer_stops_nothing_and_an_administrator_lifts_nothing() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Reviewer).await;
        assert_eq!(desk.get("/watch/stops").await.status, 403);
        assert_eq!(desk.post_form("/watch/stops", &[("target", "uploads"), ("why", "x")]).await.status, 403);
        desk.sign_in(Role::Administrator).await;
        let stop = sekisho_core::id::StopId::from_bytes([1; 16]).to_string();
        assert_eq!(desk.post_form("/watch/stops/lift", &[("stop", &stop), ("why", "x")]).await.status, 403);
    }
}
