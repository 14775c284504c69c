//! The same attacks, as often as is asked: `cargo xtask attack`.

use std::{env, fs, thread};

use super::many::{Came, double_spends, forged_checks, guesses, replays};

/// How often each attack is tried, and where to report.
const ROUNDS: &str = "SEKISHO_ATTACK_ROUNDS";
const REPORT: &str = "SEKISHO_REPORT";

fn told(Came { name, tried, extra, control }: &Came) -> serde_json::Value {
    serde_json::json!({ "name": name, "tried": tried, "extra": extra, "control": control })
}

fn line(all: &[Came]) -> String {
    let each = |Came { name, tried, extra, .. }: &Came| format!("{name}: {extra} extra in {tried}");
    all.iter().map(each).collect::<Vec<_>>().join("; ")
}

/// M19: 0 extra pictures, however often it is tried.
#[test]
#[ignore = "a campaign of minutes: `cargo xtask attack --rounds 1000000`"]
fn a_campaign_of_attacks() {
    let tried = env::var(ROUNDS).ok().map_or(10_000, |rounds| rounds.parse().unwrap());
    let all: Vec<_> = thread::scope(|scope| {
        let begun = [replays, double_spends, guesses, forged_checks].map(|attack| scope.spawn(move || attack(tried)));
        begun.into_iter().map(|attack| attack.join().unwrap()).collect()
    });
    if let Ok(report) = env::var(REPORT) {
        let attacks: Vec<_> = all.iter().map(told).collect();
        let attacks = serde_json::Value::from(attacks);
        fs::write(report, format!("{{\"line\":\"{}\",\n\"attacks\":{attacks:#}}}\n", line(&all))).unwrap();
    }
    assert!(all.iter().all(|came| came.extra == 0 && came.control > 0), "{all:?}");
}
