//! What is told of one canary.

use sekisho_keeper::canary::{Bait, Laid};
use serde_json::{Value, json};

use super::when;

/// A canary for a program. The secret of a link or key isn't among it: it is shown once, when it is made.
pub(super) fn json(bait: &Bait) -> Value {
    let mut told = json!({
        "canary": bait.id,
        "lure": bait.lure(),
        "laid": bait.place,
        "made": when(bait.made),
        "rotated": bait.rotated.map(when),
        "retired": bait.retired.map(when),
        "touched": bait.touched.map(when),
    });
    match &bait.laid {
        Laid::SiteKey { site, entered } => {
            told["site"] = json!(site.name);
            told["entered"] = json!(entered);
        }
        Laid::Link { .. } => {}
        Laid::Document { check, answer, .. } => {
            told["check"] = json!(check);
            told["answer"] = json!(answer);
        }
    }
    told
}

/// A canary for people: a line, and another one if it was touched.
pub(super) fn line(bait: &Bait) -> String {
    let what = match &bait.laid {
        Laid::SiteKey { site, .. } => format!("site key of {}", site.name),
        Laid::Link { .. } => "member's link".to_owned(),
        Laid::Document { check, .. } => format!("document of {check}"),
    };
    let past = [("rotated", bait.rotated), ("retired", bait.retired)];
    let past = past.iter().filter_map(|(word, at)| at.map(|at| format!(", {word} {}", when(at)))).collect::<String>();
    let mut told = format!("{}  {what}, laid {} at: {}{past}", bait.id, when(bait.made), bait.place);
    if let Some(at) = bait.touched {
        told += &format!("\n  TOUCHED {}. {}", when(at), bait.lure().implies(&bait.place).en);
    }
    told
}
