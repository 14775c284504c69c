//! `sekisho alert list`.

use std::{fmt::Write as _, process::ExitCode};

use sekisho_core::{alert::Urgency, author::Author, calendar::text};
use sekisho_keeper::wire::AlertView;
use serde_json::{Value, json};

use super::{AlertArgs, alerts, print};
use crate::cli::language::Language;

pub(super) fn run(args: &AlertArgs) -> Result<ExitCode, String> {
    let alerts = alerts(args)?.alerts;
    let waits = alerts.iter().any(|alert| alert.acknowledged.is_none());
    if args.json {
        let all: Vec<_> = alerts.iter().map(as_json).collect();
        print(Value::Array(all).to_string())?;
    } else if alerts.is_empty() {
        print("no alerts".into())?;
    } else {
        alerts.iter().try_for_each(|alert| print(in_words(alert, args.lang)))?;
    }
    Ok(if waits { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn as_json(alert: &AlertView) -> Value {
    let called: Vec<_> = alert
        .called
        .iter()
        .map(|(name, reached)| json!({ "name": name, "reached": reached.map(text::rfc3339) }))
        .collect();
    json!({
        "alert": alert.id,
        "kind": alert.kind,
        "urgency": alert.urgency,
        "raised": text::rfc3339(alert.raised),
        "count": alert.count,
        "place": alert.place,
        "newest": alert.newest,
        "words": alert.words,
        "called": called,
        "acknowledged": alert.acknowledged.map(|(at, by)| json!({ "at": text::rfc3339(at), "by": by })),
    })
}

fn in_words(alert: &AlertView, lang: Language) -> String {
    let urgent = if alert.urgency == Urgency::Now { "NOW " } else { "soon" };
    let words = &alert.words;
    let pick = |said: &sekisho_core::policy::Text| match lang {
        Language::Ja => said.ja.clone(),
        Language::En => said.en.clone(),
    };
    let mut text = format!("{urgent} {} {} {}x #{}", alert.id, text::rfc3339(alert.raised), alert.count, alert.place);
    for said in [&words.happened, &words.implies, &words.to_do] {
        let _ = write!(text, "\n     {}", pick(said));
    }
    for (name, reached) in &alert.called {
        let reached =
            reached.map_or_else(|| "not reached yet".to_owned(), |at| format!("reached {}", text::rfc3339(at)));
        let _ = write!(text, "\n     {name}: {reached}");
    }
    let by = |by| match by {
        Author::Operator => "the operator".to_owned(),
        Author::Watch => "the watch".to_owned(),
        Author::Staff(staff) => staff.to_string(),
    };
    let _ = match alert.acknowledged {
        Some((at, hand)) => write!(text, "\n     acknowledged {} by {}", text::rfc3339(at), by(hand)),
        None => write!(text, "\n     waits to be acknowledged"),
    };
    text
}
