//! What somebody reads who is called: a mail, or the body of a webhook.

use lettre::message::{Mailbox, Message, header::ContentType};
use sekisho_core::{alert::Urgency, calendar::text, policy::Text, time::Timestamp};
use sekisho_keeper::wire::Call;
use serde_json::{Value, json};

use super::config::Language;

/// The words between the keeper's, in one language.
struct Frame {
    urgent: &'static str,
    happened: &'static str,
    implies: &'static str,
    to_do: &'static str,
    acknowledge: &'static str,
    or: &'static str,
    record: &'static str,
}

const JA: Frame = Frame {
    urgent: "至急",
    happened: "何が起きたか",
    implies: "それが意味すること",
    to_do: "いますること",
    acknowledge: "引き受ける人は、ここで確認済みにしてください(しないと次の人が呼ばれます)",
    or: "または、その機械で",
    record: "元の記録",
};

const EN: Frame = Frame {
    urgent: "URGENT",
    happened: "What happened",
    implies: "What it implies",
    to_do: "What to do now",
    acknowledge: "Whoever sees to it acknowledges it here (else the next person is called)",
    or: "or on the machine",
    record: "On record as",
};

/// Where the desk shows alerts.
pub(super) fn desk_page(call: &Call) -> String {
    format!("{}/alerts", call.desk)
}

/// The first line: what it is about.
pub(super) fn subject(call: &Call, language: Language) -> String {
    let line = |frame: &Frame, text: &str| match call.urgency {
        Urgency::Now => format!("{}: {text}", frame.urgent),
        Urgency::Soon => text.to_owned(),
    };
    let (ja, en) = (line(&JA, &call.words.happened.ja), line(&EN, &call.words.happened.en));
    let said = match language {
        Language::Ja => ja,
        Language::En => en,
        Language::Both => format!("{ja} / {en}"),
    };
    format!("[Sekisho] {said}")
}

/// The whole text.
pub(super) fn text(call: &Call, language: Language) -> String {
    let (ja, en) = (body(call, &JA, |text| &text.ja), body(call, &EN, |text| &text.en));
    match language {
        Language::Ja => ja,
        Language::En => en,
        Language::Both => format!("{ja}\n----\n\n{en}"),
    }
}

fn body(call: &Call, frame: &Frame, pick: impl Fn(&Text) -> &String) -> String {
    let Call { alert, kind, place, count, raised, words, .. } = call;
    let (happened, implies, to_do) = (pick(&words.happened), pick(&words.implies), pick(&words.to_do));
    let (at, page) = (text::rfc3339(*raised), desk_page(call));
    format!(
        "{}\n  {happened}\n\n{}\n  {implies}\n\n{}\n  {to_do}\n\n{}\n  {page}\n  {}: sekisho alert acknowledge {alert}\n\n\
         {}: {place} ({kind}, {at}, {count}x)\n",
        frame.happened, frame.implies, frame.to_do, frame.acknowledge, frame.or, frame.record
    )
}

/// The mail, whole. Each try is the same mail, so that a server that has it already can know it.
///
/// # Errors
/// When an address can't stand in a mail.
pub(super) fn mail(
    call: &Call,
    language: Language,
    (from, to): (&Mailbox, &Mailbox),
    at: Timestamp,
) -> Result<Message, lettre::error::Error> {
    let domain = from.email.domain();
    let seconds = std::time::Duration::from_secs(at.0);
    Message::builder()
        .from(from.clone())
        .to(to.clone())
        .date(std::time::SystemTime::UNIX_EPOCH + seconds)
        .message_id(Some(format!("<{}@{domain}>", call.id)))
        .subject(subject(call, language))
        .header(ContentType::TEXT_PLAIN)
        .body(text(call, language))
}

/// The body of a webhook, in the shape of Standard Webhooks.
pub(super) fn json(call: &Call, at: Timestamp) -> Value {
    let words = &call.words;
    json!({
        "type": "alert.raised",
        "timestamp": text::rfc3339(at),
        "data": {
            "alert": call.alert,
            "kind": call.kind,
            "urgency": call.urgency,
            "raised": text::rfc3339(call.raised),
            "step": call.step,
            "count": call.count,
            "place": call.place,
            "happened": words.happened,
            "implies": words.implies,
            "to_do": words.to_do,
            "acknowledge": desk_page(call),
        },
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use sekisho_core::{
        alert::Words,
        id::{AlertId, CallId},
    };

    use super::*;

    pub(crate) fn call(contact: &str) -> Call {
        let said = |ja: &str, en: &str| Text { ja: ja.into(), en: en.into() };
        Call {
            id: CallId::from_bytes([1; 16]),
            alert: AlertId::from_bytes([2; 16]),
            contact: contact.parse().unwrap(),
            kind: "paused".into(),
            urgency: Urgency::Now,
            words: Words {
                happened: said("閲覧が止められました。", "Viewing was paused."),
                implies: said("誰も書類を開けません。", "Nobody can open a document."),
                to_do: said("理由を聞いてください。", "Ask why."),
            },
            place: 41,
            count: 2,
            raised: Timestamp(1_790_000_000),
            step: 0,
            desk: "https://desk.example.jp".into(),
        }
    }

    #[test]
    fn a_mail_says_all_four_things_in_the_language_that_was_asked_for() {
        let call = call("aoki");
        let both = text(&call, Language::Both);
        for said in ["閲覧が止められました。", "Nobody can open", "Ask why.", "https://desk.example.jp/alerts", "alr_"]
        {
            assert!(both.contains(said), "{both}");
        }
        assert!(text(&call, Language::En).is_ascii() && !text(&call, Language::Ja).contains("Viewing"));
        assert_eq!(subject(&call, Language::En), "[Sekisho] URGENT: Viewing was paused.");
    }

    #[test]
    fn a_mail_that_is_tried_again_is_the_same_mail() {
        let (from, to) = ("sekisho@example.jp".parse().unwrap(), "aoki@example.jp".parse().unwrap());
        let write = |at| mail(&call("aoki"), Language::Both, (&from, &to), Timestamp(at)).unwrap().formatted();
        let written = String::from_utf8(write(1_790_000_000)).unwrap();
        assert!(written.contains("Message-ID: <cal_") && written.contains("@example.jp>"), "{written}");
        assert_eq!(write(1_790_000_000), written.as_bytes());
    }
}
