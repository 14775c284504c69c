//! Figures that no model gives: what the drills took, what the keeper let through, what metering costs. Each is read
//! from the file that its own command wrote.

use std::{fs, path::Path};

use serde_json::Value;

/// Drills that copy what lies on disks.
const COPIES: [&str; 3] = ["stolen-storage", "stolen-databases", "yesterdays-backup"];
/// Drills whose attacker holds a key or a process, and no assignment.
const WITHOUT: [&str; 2] = ["stolen-site-key", "public-process"];

/// One row: the strategy, its goal, what was measured, whether the goal is held, and where the figure is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// The strategy.
    pub what: String,
    /// Its goal.
    pub goal: &'static str,
    /// What was measured.
    pub measured: String,
    /// Whether the goal is held; nothing if it wasn't measured yet.
    pub held: Option<bool>,
    /// Which command measured it.
    pub by: &'static str,
}

fn read(docs: &Path, file: &str) -> Option<Value> {
    serde_json::from_slice(&fs::read(docs.join(file)).ok()?).ok()
}

/// The rows whose figures come from elsewhere.
pub fn rows(docs: &Path) -> Vec<Elsewhere> {
    let promise = read(docs, "promise.json").unwrap_or(Value::Null);
    let mut rows = vec![
        drilled(&promise, "copied storage, database or backup", "0 pictures", &COPIES),
        drilled(&promise, "a site's key, the gate: no assignment", "0 pictures", &WITHOUT),
    ];
    rows.extend(attacks(&read(docs, "attacks.json").unwrap_or(Value::Null)));
    rows.push(metering(&read(docs, "benchmarks.json").unwrap_or(Value::Null)));
    rows
}

/// Whether a drill was noticed, and how; what stands after the first clause is for the drill's own report.
fn noticed(moment: &Value) -> String {
    if moment["came"] != true {
        return "not noticed".into();
    }
    let how = moment["how"].as_str().unwrap_or("").split([':', ';']).next().unwrap_or("");
    format!("noticed {how}")
}

fn drilled(promise: &Value, what: &str, goal: &'static str, names: &[&str]) -> Elsewhere {
    let find = |name: &&str| promise.as_array()?.iter().find(|row| row["name"] == **name);
    let found: Vec<_> = names.iter().filter_map(find).collect();
    let told = |row: &&Value| {
        let name = row["name"].as_str().unwrap_or("");
        format!("`{name}`: {} pictures, {}", row["got"]["pictures"], noticed(&row["noticed"]))
    };
    let complete = found.len() == names.len();
    Elsewhere {
        what: what.into(),
        goal,
        measured: found.iter().map(told).collect::<Vec<_>>().join("; "),
        held: complete.then(|| found.iter().all(|row| row["got"]["pictures"] == 0 && row["kept"] == true)),
        by: "cargo xtask promise",
    }
}

/// What `cargo xtask attack` wrote: each attack on assignments with how often it was tried and what came of it.
fn attacks(told: &Value) -> Vec<Elsewhere> {
    let by = "cargo xtask attack";
    let goal = "0 extra pictures in 10⁶ attempts, all together";
    let tried = |attack: &Value| attack["tried"].as_u64().unwrap_or(0);
    let together: u64 = told["attacks"].as_array().into_iter().flatten().map(tried).sum();
    let row = |attack: &Value| {
        let (tried, extra) = (attack["tried"].as_u64()?, attack["extra"].as_u64()?);
        let control = attack["control"].as_u64()?;
        let measured = format!("{extra} extra in {tried} attempts; {control} honest looks beside them");
        let held = Some(extra == 0 && together >= 1_000_000 && control > 0);
        Some(Elsewhere { what: attack["name"].as_str()?.into(), goal, measured, held, by })
    };
    let rows: Vec<_> = told["attacks"].as_array().into_iter().flatten().filter_map(row).collect();
    if !rows.is_empty() {
        return rows;
    }
    let what = "replay, double spend, forged check".into();
    vec![Elsewhere { what, goal, measured: "not measured yet".into(), held: None, by }]
}

fn metering(benchmarks: &Value) -> Elsewhere {
    let goals =
        benchmarks.as_array().into_iter().flatten().flat_map(|one| one["goals"].as_array().into_iter().flatten());
    let found = goals.into_iter().find(|goal| goal["what"].as_str().is_some_and(|what| what.contains("meter")));
    let figure =
        found.and_then(|goal| Some((goal["what"].as_str()?, goal["measured"].as_f64()?, goal["bound"].as_f64()?)));
    Elsewhere {
        what: "cost of metering on a viewing".into(),
        goal: "≤ 5 % of its p50",
        measured: figure.map_or("not measured yet".into(), |(what, measured, _)| format!("{what}: {measured:.3}")),
        held: figure.map(|(_, measured, bound)| measured <= bound),
        by: "cargo xtask bench custody",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_drill_that_was_not_performed_holds_nothing() {
        let drill = |name: &str, pictures: u64| json!({"name": name, "got": {"pictures": pictures}, "kept": true, "noticed": {"came": name == "c", "how": "by the watch: x"}});
        let row = |rows: Value| drilled(&rows, "copied", "0 pictures", &["a", "b"]);
        assert_eq!(row(json!([drill("a", 0)])).held, None);
        assert_eq!(row(json!([drill("a", 0), drill("b", 0)])).held, Some(true));
        let seen = drilled(&json!([drill("c", 0)]), "asked", "0 pictures", &["c"]);
        assert_eq!(seen.measured, "`c`: 0 pictures, noticed by the watch");
        let lost = row(json!([drill("a", 0), drill("b", 3)]));
        assert_eq!(
            (lost.held, lost.measured.as_str()),
            (Some(false), "`a`: 0 pictures, not noticed; `b`: 3 pictures, not noticed")
        );
    }

    /// M19: fewer attempts than a million are not what was asked for, and neither are attempts without a control.
    #[test]
    fn attacks_hold_their_goal_only_in_full_and_beside_honest_looks() {
        let held = |tried: u64, extra: u64, control: u64| {
            attacks(&json!({"attacks": [{"name": "replay", "tried": tried, "extra": extra, "control": control}]}))[0]
                .held
        };
        assert_eq!(held(1_000_000, 0, 5), Some(true));
        assert_eq!([held(2_000, 0, 5), held(1_000_000, 1, 5), held(1_000_000, 0, 0)], [Some(false); 3]);
        assert_eq!(attacks(&Value::Null)[0].held, None);
    }
}
