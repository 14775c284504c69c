//! What a page says of the witnesses: nothing if all is well, else why nothing opens, or what nobody would notice.

use sekisho_core::event::Contradiction;
use sekisho_keeper::wire::{DeskAnswer, DeskRequest, WitnessStanding, WitnessView, Witnessing};

use super::{
    cause::Cause,
    lang::Lang,
    state::{Desk, misplaced},
    when,
};

/// A sentence about the witnesses, and how loudly it speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Note {
    /// For the style: `look` or `alarm`.
    pub(crate) weight: &'static str,
    pub(crate) sentence: &'static str,
    /// What each witness says, where that explains it.
    pub(crate) details: Vec<String>,
    /// Whether it keeps documents closed.
    pub(crate) closes: bool,
}

/// Asks the keeper how the witnesses stand.
pub(crate) async fn ask(desk: &Desk) -> Result<Witnessing, Cause> {
    match desk.ask(DeskRequest::Status).await? {
        DeskAnswer::Status(status) => Ok(status.witnessing),
        _ => Err(misplaced()),
    }
}

/// What every page that matters says; nothing if a witness has cosigned and none contradicts.
pub(crate) fn note(witnessing: &Witnessing, lang: Lang) -> Option<Note> {
    let details = |said: fn(&WitnessView, Lang) -> Option<String>| {
        witnessing.witnesses.iter().filter_map(|one| said(one, lang)).collect()
    };
    let note = |weight, sentence, details, closes| Some(Note { weight, sentence, details, closes });
    match witnessing.standing {
        WitnessStanding::Witnessed => None,
        WitnessStanding::Nobody => note(
            "look",
            lang.pick(
                "証人がいません。台帳の鍵を持つ運用者が記録を書き換えても、誰も気づけません。",
                "No witness: an operator with the log key could rewrite the ledger, and nobody would notice.",
            ),
            Vec::new(),
            false,
        ),
        WitnessStanding::Awaited => note(
            "look",
            lang.pick(
                "証人の署名を待っています。署名があるまで書類は開きません。受付は続いています。",
                "Waiting for a witness to cosign. Until then no document opens. Documents are still taken in.",
            ),
            details(trouble),
            true,
        ),
        WitnessStanding::Contradicted => note(
            "alarm",
            lang.pick(
                "証人が、ここにあるものと違う台帳を知っています。古い状態に戻されたか、複製されたか、書き換えられたおそれがあります。何も開きません。責任者と運用者に知らせてください。",
                "A witness knows another ledger than the one here. This installation may have been put back to an \
                 earlier state, copied, or its ledger rewritten. Nothing opens. Tell the officer and the operator.",
            ),
            details(contradiction),
            true,
        ),
    }
}

fn trouble(one: &WitnessView, lang: Lang) -> Option<String> {
    let why = match one.trouble.as_deref()? {
        "unknown_log" => lang.pick("この台帳をまだ知りません", "does not know this ledger yet"),
        "unknown_log_key" => lang.pick("この台帳の鍵を知りません", "does not know this ledger's key"),
        "wrong_cosignature" => lang.pick("署名が正しくありません", "answers without a valid cosignature of its own"),
        "connect" | "timeout" | "dns" => lang.pick("つながりません", "is not reached"),
        _ => lang.pick("署名しません", "does not cosign"),
    };
    Some(format!("{}: {why} ({})", one.name, one.trouble.as_deref().unwrap_or_default()))
}

fn contradiction(one: &WitnessView, lang: Lang) -> Option<String> {
    let name = &one.name;
    Some(match (one.contradiction?, lang) {
        ((Contradiction::Ahead, size), Lang::Ja) => format!("{name}: ここより多い {size} 件の記録を知っています"),
        ((Contradiction::Ahead, size), Lang::En) => format!("{name}: knows {size} entries, more than there are here"),
        ((Contradiction::OtherHistory, size), Lang::Ja) => {
            format!("{name}: 署名した {size} 件の記録が、ここの記録と違います")
        }
        ((Contradiction::OtherHistory, size), Lang::En) => {
            format!("{name}: the {size} entries that it cosigned are not those here")
        }
    })
}

/// A line of the board for each witness, registered or forgotten.
pub(crate) fn lines(witnessing: &Witnessing, lang: Lang) -> Vec<String> {
    let registered = witnessing.witnesses.iter().map(|one| match (one.contradiction, one.cosigned) {
        (Some(_), _) => contradiction(one, lang).unwrap_or_default(),
        (None, Some((size, at))) => cosigned(one, size, &when::to_the_second(at), lang),
        (None, None) => trouble(one, lang).unwrap_or_else(|| silent(one, lang)),
    });
    let forgotten = witnessing.forgotten.iter().map(|(name, at)| {
        let day = when::day_and_minute(*at, lang);
        match lang {
            Lang::Ja => format!("{name}: {day} に登録が取り消されました"),
            Lang::En => format!("{name}: forgotten on {day}"),
        }
    });
    registered.chain(forgotten).collect()
}

fn cosigned(one: &WitnessView, size: u64, at: &str, lang: Lang) -> String {
    let line = match lang {
        Lang::Ja => format!("{}: {size} 件までの記録に署名しました({at})", one.name),
        Lang::En => format!("{}: cosigned {size} entries, {at}", one.name),
    };
    let since =
        if one.since_start { "" } else { lang.pick("。起動のあとはまだです", "; not yet since the start") };
    format!("{line}{since}")
}

fn silent(one: &WitnessView, lang: Lang) -> String {
    format!("{}: {}", one.name, lang.pick("まだ署名していません", "has not cosigned yet"))
}

#[cfg(test)]
mod tests {
    use sekisho_core::{check::Role, time::Timestamp};

    use super::*;
    use crate::desk::testing::TestDesk;

    fn view(name: &str) -> WitnessView {
        WitnessView { name: name.into(), cosigned: None, since_start: false, trouble: None, contradiction: None }
    }

    fn of(standing: WitnessStanding, witnesses: Vec<WitnessView>) -> Witnessing {
        Witnessing { standing, witnesses, forgotten: Vec::new() }
    }

    async fn pages(witnessing: Witnessing) -> Vec<String> {
        let mut seen = Vec::new();
        for (role, path) in [(Role::Reviewer, "/work"), (Role::Officer, "/watch"), (Role::Administrator, "/staff")] {
            let mut desk = TestDesk::new();
            desk.keeper.be_witnessed(witnessing.clone());
            desk.sign_in(role).await;
            seen.push(desk.get(path).await.body);
        }
        seen
    }

    /// M16: whoever works here knows that nobody watches the ledger.
    #[tokio::test]
    async fn every_first_page_says_that_there_is_no_witness() {
        for page in pages(Witnessing::nobody()).await {
            assert!(page.contains("証人がいません"), "{page}");
        }
    }

    #[tokio::test]
    async fn while_a_witness_is_awaited_the_reviewer_is_told_so_and_gets_no_button() {
        let away = WitnessView { trouble: Some("connect".into()), ..view("w.example/1") };
        let pages = pages(of(WitnessStanding::Awaited, vec![away])).await;
        assert!(pages.iter().all(|page| page.contains("証人の署名を待っています")));
        assert!(pages[0].contains("w.example/1: つながりません (connect)") && !pages[0].contains("/work/next"));
    }

    /// M16
    #[tokio::test]
    async fn a_contradiction_is_an_alarm_on_every_first_page() {
        let fork = WitnessView { contradiction: Some((Contradiction::Ahead, 77)), ..view("w.example/1") };
        let pages = pages(of(WitnessStanding::Contradicted, vec![fork])).await;
        for page in &pages {
            assert!(page.contains("note alarm") && page.contains("77 件"), "{page}");
        }
        assert!(!pages[1].contains("鍵の番人は動いています"), "all is not well");
    }

    #[tokio::test]
    async fn when_all_is_well_only_the_board_speaks_of_witnesses() {
        let well = WitnessView { cosigned: Some((12, Timestamp(1_795_240_800))), since_start: true, ..view("w1") };
        let pages = pages(of(WitnessStanding::Witnessed, vec![well])).await;
        assert!(!pages[0].contains("証人") && !pages[2].contains("証人"));
        assert!(pages[1].contains("w1: 12 件までの記録に署名しました"));
    }

    #[test]
    fn one_that_was_forgotten_is_not_forgotten_here() {
        let mut witnessing = Witnessing::nobody();
        witnessing.forgotten.push(("w1".into(), Timestamp(1_795_240_800)));
        assert!(lines(&witnessing, Lang::En)[0].starts_with("w1: forgotten on "));
    }
}
