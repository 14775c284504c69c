//! States and reasons as members read them.

use sekisho_core::{
    check::{CheckState, DocumentState, Reason},
    policy::Text,
};

fn text(ja: &str, en: &str) -> Text {
    Text { ja: ja.into(), en: en.into() }
}

/// Where a check stands, as a headline.
pub(super) fn state(state: CheckState) -> Text {
    match state {
        CheckState::AwaitingDocument => text("｜写真《しゃしん》を ｜待《ま》っています", "Waiting for your picture"),
        CheckState::InReview => text("｜確認《かくにん》しています", "Being checked"),
        CheckState::Approved => text("｜確認《かくにん》できました", "Confirmed"),
        CheckState::Rejected => text("｜確認《かくにん》できませんでした", "Not confirmed"),
        CheckState::Withdrawn => text("やめました", "Withdrawn"),
        CheckState::Expired => text("｜時間《じかん》が ｜切《き》れました", "Time ran out"),
    }
}

/// Why somebody decided so, in one sentence.
pub(super) fn reason(reason: Reason) -> Text {
    match reason {
        Reason::OldEnough => text("｜年齢《ねんれい》が わかりました。", "The age was shown."),
        Reason::NotOldEnough => {
            text("｜年齢《ねんれい》が たりません。", "The document does not show the age that is needed.")
        }
        Reason::KindNotAccepted => {
            text("この ｜書類《しょるい》は ｜使《つか》えません。", "This document can't be used.")
        }
        Reason::DocumentExpired => {
            text("｜書類《しょるい》の ｜期限《きげん》が ｜切《き》れています。", "The document itself has expired.")
        }
        Reason::Suspicious => {
            text("｜書類《しょるい》を ｜確認《かくにん》できませんでした。", "The document could not be confirmed.")
        }
        Reason::Unreadable => text(
            "｜写真《しゃしん》が よめませんでした。もういちど とってください。",
            "The picture could not be read. Please take another.",
        ),
        Reason::PartMissing => text(
            "｜生年月日《せいねんがっぴ》、｜書類《しょるい》の ｜名前《なまえ》、｜出《だ》した ところの どれかが ｜見《み》えませんでした。",
            "The birth date, the title or the issuer could not be seen.",
        ),
        Reason::ShowsForbidden => text(
            "｜送《おく》っては いけない ものが うつっていました。｜黒《くろ》く して、もういちど ｜送《おく》ってください。",
            "Something was visible that must not be sent. Please cover it and send again.",
        ),
    }
}

/// Where a document stands.
pub(super) fn document(state: DocumentState) -> Text {
    match state {
        DocumentState::Waiting => {
            text("｜見《み》る ｜順番《じゅんばん》を ｜待《ま》っています", "Waiting to be looked at")
        }
        DocumentState::Assigned => text("いま ｜見《み》ています", "Being looked at"),
        DocumentState::Shredding => {
            text("もう ｜開《ひら》けません。｜消《け》しています", "Can't be opened any more; being removed")
        }
        DocumentState::Shredded => text("｜消《け》しました", "Destroyed"),
    }
}
