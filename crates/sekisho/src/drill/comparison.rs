//! What stood beside us, as a table: made of what `sekisho drill --json` printed.

use serde_json::Value;

/// The comparison in Markdown; nothing if the drill's figures are not there.
pub fn comparison(printed: &Value) -> Option<String> {
    let row = printed.as_array()?.iter().find(|row| row["name"] == "yesterdays-backup")?;
    let (ours, beside) = (&row["figures"], &row["figures"]["beside"]);
    let mut text = format!(
        "| Copies from before the decisions, and what is held today | decided documents that opened | undecided that \
         opened |\n|---|---|---|\n| Sekisho: {} copies of the data folder over {} changes of root; today's disk, \
         keystore and passphrase | **{} of {}** | {} of {} |\n",
        ours["copies"],
        ours["root_changes"],
        ours["decided_or_overdue_opened"],
        ours["decided_or_overdue"],
        ours["undecided_now_opened"],
        ours["undecided_now"],
    );
    let Some(runs) = beside["runs"].as_array() else {
        return Some(text + &format!("| {} | not run: {} | |\n", beside["product"].as_str()?, beside["why"].as_str()?));
    };
    for run in runs {
        let changed = run["keyring_rotated_and_unseal_key_changed"].as_bool()?;
        let more = if changed { ", keyring rotated and unseal key changed after the decisions" } else { "" };
        text += &format!(
            "| {}: one snapshot, restored into the running server{more} | **{} of {}** | {} of {} |\n",
            beside["version"].as_str()?,
            run["decided_opened_after_restore"],
            run["decided"],
            run["undecided_opened_after_restore"],
            run["documents"].as_u64()? - run["decided"].as_u64()?,
        );
    }
    Some(text + &format!("\nWhat was asked of it: {}.\n", beside["steps"].as_str()?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_not_run_is_said_to_be_so() {
        let beside = json!({ "product": "OpenBao", "ran": false, "why": "it is not here" });
        let printed = json!([{ "name": "yesterdays-backup", "figures": { "copies": 3, "beside": beside } }]);
        assert!(comparison(&printed).unwrap().contains("| OpenBao | not run: it is not here | |"));
        assert!(comparison(&json!([])).is_none());
    }

    #[test]
    fn each_run_is_a_line() {
        let run = json!({
            "keyring_rotated_and_unseal_key_changed": true, "documents": 8, "decided": 4,
            "decided_opened_after_restore": 4, "undecided_opened_after_restore": 4,
        });
        let beside = json!({ "product": "OpenBao", "version": "OpenBao v2", "steps": "this", "runs": [run] });
        let printed = json!([{ "name": "yesterdays-backup", "figures": { "beside": beside } }]);
        let text = comparison(&printed).unwrap();
        assert!(text.contains("OpenBao v2: one snapshot") && text.contains("| **4 of 4** | 4 of 4 |"), "{text}");
    }
}
