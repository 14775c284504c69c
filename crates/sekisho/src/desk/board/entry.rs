//! `GET /board/entry/{place}`: an entry of the ledger with what it rests on, and what stands around it.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use sekisho_core::{
    check::Role,
    event::{Event, What},
    watch::{Evidence, Finding, Verdict},
};
use sekisho_keeper::wire::{DeskAnswer, DeskRequest, LoggedEvent};

use crate::{
    desk::{
        cause::Cause,
        lang::Lang,
        page::{Frame, page},
        session::{Present, only_named},
        state::{Desk, misplaced},
        watch::{line::Line, sentence::Teller},
    },
    service::desk_sessions::Signed,
};

/// How many entries before and after it are shown.
const AROUND: u64 = 5;

/// What a finding says of itself.
struct Judged {
    detector: &'static str,
    verdict: &'static str,
    shadow: bool,
    evidence: Evidence,
}

#[derive(Template)]
#[template(path = "desk/entry.html")]
struct Page {
    frame: Frame,
    line: Line,
    /// Its body, as its leaf commits to it.
    body: String,
    /// If it is a finding.
    judged: Option<Judged>,
    /// What it rests on, the newest last.
    evidence: Vec<Line>,
    around: Vec<Line>,
}

/// Shows it.
pub(crate) async fn get(
    State(desk): State<Desk>,
    lang: Lang,
    Path(place): Path<u64>,
    Present(signed): Present,
) -> Result<Response, Cause> {
    only_named(&desk, &signed, &[Role::Officer, Role::Administrator]).await?;
    let near = entries(&desk, &signed, (place.saturating_sub(AROUND)..=place.saturating_add(AROUND)).collect()).await?;
    let entry = near.iter().find(|entry| entry.index == place).ok_or(Cause::NoSuchPage)?;
    let finding = finding(entry);
    let places = finding.as_ref().map_or_else(Vec::new, |finding| finding.evidence.places.clone());
    let evidence = if places.is_empty() { Vec::new() } else { entries(&desk, &signed, places).await? };
    let teller = Teller::of(&desk, &signed, lang).await?;
    let lines = |all: &[LoggedEvent]| all.iter().map(|entry| Line::of(entry, &teller)).collect();
    page(&Page {
        line: Line::of(entry, &teller),
        body: entry.body.clone(),
        judged: finding.map(|finding| judged(finding, lang)),
        evidence: lines(&evidence),
        around: lines(&near),
        frame: Frame::signed(&desk, lang, &signed, &format!("/board/entry/{place}")),
    })
}

async fn entries(desk: &Desk, signed: &Signed, places: Vec<u64>) -> Result<Vec<LoggedEvent>, Cause> {
    let request = DeskRequest::Entries { shift: signed.shift.token.clone(), places };
    match desk.ask_for(signed, request).await? {
        DeskAnswer::Events(entries) => Ok(entries),
        _ => Err(misplaced()),
    }
}

fn finding(entry: &LoggedEvent) -> Option<Finding> {
    match Event::from_bytes(entry.body.as_bytes()).ok()?.what {
        What::Found { finding } => Some(finding),
        _ => None,
    }
}

fn judged(finding: Finding, lang: Lang) -> Judged {
    Judged {
        detector: finding.detector.name(),
        verdict: called(finding.verdict(), lang),
        shadow: finding.shadow,
        evidence: finding.evidence,
    }
}

const fn called(verdict: Verdict, lang: Lang) -> &'static str {
    match verdict {
        Verdict::Note => lang.pick("知らせるだけ", "told, and nothing else"),
        Verdict::Deny => lang.pick("その相手をしばらく断る", "the asker is refused for a while"),
        Verdict::EndShift => lang.pick("その人のシフトを終える", "that person's shift ends"),
        Verdict::Pause => lang.pick("15分間、誰も開けない", "nobody opens anything for fifteen minutes"),
        Verdict::Lockdown => {
            lang.pick("鍵を忘れ、管理人がそろうまで開けない", "the keys are forgotten until custodians unlock them")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::testing::{Play, TestDesk};

    /// M20: a verdict opens into its evidence.
    #[tokio::test]
    async fn a_finding_shows_what_it_rests_on() {
        let mut desk = TestDesk::new();
        desk.keeper.play(Play::Attack);
        desk.sign_in(Role::Officer).await;
        let page = desk.get("/board/entry/9").await.body;
        assert!(page.contains("人が見て判断できる速さではありません") && page.contains("その人のシフトを終える"));
        let evidence = page.split("id=\"evidence\"").nth(1).expect("evidence").split("</ol>").next().unwrap();
        assert_eq!(evidence.matches("が書類を一度開きました").count(), 2, "{evidence}");
        assert!(page.contains("審査一 が41秒") || page.contains("審査一 が"), "people have names");
    }

    #[tokio::test]
    async fn an_alert_leads_to_the_entry_that_raised_it() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Officer).await;
        assert!(desk.get("/alerts").await.body.contains("href=\"/board/entry/6\""));
        assert!(desk.get("/board/entry/6").await.body.contains("期限が近い"));
    }

    /// M20: the keeper's watch hears of whoever names what their role may not see.
    #[tokio::test]
    async fn a_reviewer_who_tries_entries_is_refused_and_told_of() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Reviewer).await;
        assert_eq!(desk.get("/board/entry/6").await.status, 403);
        assert_eq!(desk.keeper.asked().iter().filter(|asked| asked.starts_with("Tried")).count(), 1);
        assert_eq!(desk.get("/board").await.status, 403);
        assert_eq!(
            desk.keeper.asked().iter().filter(|asked| asked.starts_with("Tried")).count(),
            1,
            "it names nothing"
        );
    }

    #[tokio::test]
    async fn what_is_not_there_is_not_found() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Officer).await;
        assert_eq!(desk.get("/board/entry/999").await.status, 404);
        assert_eq!(desk.get("/board/entry/18446744073709551615").await.status, 404);
    }
}
