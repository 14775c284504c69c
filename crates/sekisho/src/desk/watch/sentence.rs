//! An event as a sentence.

use sekisho_core::{
    check::{ShredCause, Verdict},
    event::What,
};

use crate::desk::{lang::Lang, reasons, when};

/// How loudly a line speaks.
pub(super) fn weight(what: &What) -> &'static str {
    match what {
        What::TimeDoubted { .. } | What::Paused { .. } => "alarm",
        What::DeadlineNears { .. }
        | What::StaffEnrolled { .. }
        | What::StaffRemoved { .. }
        | What::SiteRegistered { .. }
        | What::PolicyRegistered { .. }
        | What::Shredded { cause: ShredCause::Damaged | ShredCause::Overdue, .. } => "look",
        _ => "plain",
    }
}

/// The sentence. Ids stand at its end, whole, so that they can be searched for.
pub(super) fn sentence(what: &What, lang: Lang) -> String {
    match what {
        What::Received { document, site, policy, .. } => match lang {
            Lang::Ja => format!("{site} の書類が届きました({policy})・{document}"),
            Lang::En => format!("A document arrived for {site} ({policy}) · {document}"),
        },
        What::Assigned { document, staff, until, .. } => {
            let until = when::minute(*until);
            match lang {
                Lang::Ja => format!("書類を {until} まで割り当てました・{document}・{staff}"),
                Lang::En => format!("A document was assigned until {until} · {document} · {staff}"),
            }
        }
        What::Lapsed { document, staff, .. } => {
            both(lang, "割り当てが時間切れになりました", "An assignment lapsed", &[document, staff])
        }
        What::Viewed { viewing, document, staff, .. } => {
            both(lang, "書類を一度開きました", "A document was opened once", &[viewing, document, staff])
        }
        What::Decided { document, staff, verdict, reason, .. } => {
            let (verdict, reason) = (verdict_word(*verdict, lang), reasons::label(*reason, lang));
            match lang {
                Lang::Ja => format!("判断しました: {verdict}({reason})・{document}・{staff}"),
                Lang::En => format!("Decided: {verdict} ({reason}) · {document} · {staff}"),
            }
        }
        What::Shredded { document, cause, .. } => {
            let cause = cause_word(*cause, lang);
            match lang {
                Lang::Ja => format!("書類を破棄しました({cause})・{document}"),
                Lang::En => format!("A document was shredded ({cause}) · {document}"),
            }
        }
        What::DeadlineNears { document, deadline, .. } => {
            let deadline = when::day_and_minute(*deadline, lang);
            match lang {
                Lang::Ja => format!("書類が未判断のまま {deadline} の期限に近づいています・{document}"),
                Lang::En => format!("A document nears its deadline of {deadline} undecided · {document}"),
            }
        }
        What::CheckEnded { check, withdrawn: true } => {
            both(lang, "確認が取り下げられました", "A check was withdrawn", &[check])
        }
        What::CheckEnded { check, .. } => {
            both(lang, "確認が期限切れで終わりました", "A check ran out of time", &[check])
        }
        What::MemberLeft { checks, erase_at } => {
            let (count, day) = (checks.len(), when::day_and_minute(*erase_at, lang));
            match lang {
                Lang::Ja => format!("会員が退会しました。{count} 件の結びつきを {day} に消します"),
                Lang::En => format!("A member left: what ties {count} checks to them goes on {day}"),
            }
        }
        What::MemberErased { check } => {
            both(lang, "会員との結びつきを消しました", "What tied a check to a person was erased", &[check])
        }
        What::StaffEnrolled { staff, .. } => both(lang, "職員が登録されました", "Somebody was enrolled", &[staff]),
        What::StaffRemoved { staff, by } => {
            both(lang, "職員の登録が取り消されました", "Somebody was removed", &[staff, by])
        }
        What::ShiftBegan { staff, .. } => both(lang, "シフトが始まりました", "A shift began", &[staff]),
        What::ShiftEnded { staff, .. } => both(lang, "シフトが終わりました", "A shift ended", &[staff]),
        What::SiteRegistered { site } => {
            both(lang, "サイトが登録または変更されました", "A site was registered or changed", &[site])
        }
        What::PolicyRegistered { policy, .. } => {
            both(lang, "ポリシーが登録または変更されました", "A policy was registered or changed", &[policy])
        }
        What::Paused { by } => both(lang, "閲覧が一時停止されました", "Viewing was paused", &[by]),
        What::Resumed { by } => both(lang, "閲覧が再開されました", "Viewing was resumed", &[by]),
        What::Founded { .. } => both(lang, "設置されました", "The installation was founded", &[]),
        What::Started => both(lang, "鍵の番人が起動しました", "The keeper started", &[]),
        What::RootChanged { carried, dropped, .. } => match lang {
            Lang::Ja => format!("根の鍵を替えました。引き継ぎ {carried} 件、破棄 {dropped} 件"),
            Lang::En => format!("The root key changed: {carried} carried over, {dropped} left behind"),
        },
        What::SlotsForgotten { .. } => {
            both(lang, "期限を過ぎた鍵を上書きしました", "Keys past their deadline were overwritten", &[])
        }
        What::IntakeKeyMade { .. } => both(lang, "受付の鍵を作りました", "An intake key was made", &[]),
        What::TimeDoubted { .. } => {
            both(lang, "時刻が疑わしいため、開くのを止めました", "The time was in doubt; opening stopped", &[])
        }
    }
}

fn both(lang: Lang, ja: &str, en: &str, ids: &[&dyn std::fmt::Display]) -> String {
    let mut text = lang.pick(ja, en).to_owned();
    for id in ids {
        text.push_str(lang.pick("・", " · "));
        text.push_str(&id.to_string());
    }
    text
}

fn verdict_word(verdict: Verdict, lang: Lang) -> &'static str {
    match verdict {
        Verdict::Approve => lang.pick("承認", "approved"),
        Verdict::Reject => lang.pick("不承認", "rejected"),
        Verdict::Retake => lang.pick("撮り直し", "another photograph"),
    }
}

fn cause_word(cause: ShredCause, lang: Lang) -> &'static str {
    match cause {
        ShredCause::Decided => lang.pick("判断済み", "decided"),
        ShredCause::Retake => lang.pick("撮り直し", "another photograph asked for"),
        ShredCause::Overdue => lang.pick("期限切れ", "overdue"),
        ShredCause::Withdrawn => lang.pick("取り下げ", "withdrawn"),
        ShredCause::Damaged => lang.pick("破損", "damaged"),
    }
}
