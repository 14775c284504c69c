//! `cargo run --profile simulation -p sekisho-replay -- [--scale S|M|L] [--seeds N] [--days N] [--json]`

#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr)] // A command for developers: this is how it speaks.

use std::process::ExitCode;

use sekisho_core::budget::Limits;
use sekisho_replay::{
    attack::ATTACKS,
    load::Scale,
    report::{Attacked, Quiet, attacked, quiet},
    world::Guard,
};

const HELP: &str = r#"A vault's life and its thieves before the budgets and the watch: how many documents were seen, and what was stopped by
mistake. A model; the keeper itself doesn't run.

  --scale S|M|L  how big the vault is (M: 6,000 documents a day, 40 reviewers)
  --seeds N      how many lives (5)
  --days N       how long a quiet life lasts (60); 0 for none
  --limits JSON  budgets to try, as {"person":{"minute":5,"hour":120,"day":150,"72_hours":450}}; else the default
  --json         one JSON object

Example: cargo run --profile simulation -p sekisho-replay -- --scale M --seeds 20 --days 365"#;

struct Order {
    scale: Scale,
    seeds: u64,
    days: u64,
    json: bool,
    limits: Limits,
}

fn order() -> Option<Order> {
    let mut order = Order { scale: Scale::M, seeds: 5, days: 60, json: false, limits: Limits::default() };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--scale" => order.scale = Scale::named(&words.next()?)?,
            "--seeds" => order.seeds = words.next()?.parse().ok().filter(|seeds| *seeds > 0)?,
            "--days" => order.days = words.next()?.parse().ok()?,
            "--limits" => order.limits = serde_json::from_str(&words.next()?).ok()?,
            "--json" => order.json = true,
            _ => return None,
        }
    }
    Some(order)
}

fn main() -> ExitCode {
    let Some(Order { scale, seeds, days, json, limits }) = order() else {
        eprintln!("{HELP}");
        return ExitCode::from(2);
    };
    let guard = Guard { limits: Some(limits), ..Guard::full() };
    let attacks: Vec<_> = ATTACKS.iter().map(|attack| attacked(scale, *attack, seeds, &guard)).collect();
    let quiet = (days > 0).then(|| quiet(scale, days, seeds, &guard));
    if json {
        println!("{}", serde_json::json!({ "scale": scale.name, "seeds": seeds, "attacks": attacks, "quiet": quiet }));
    } else {
        attacks.iter().for_each(print_attack);
        quiet.iter().for_each(print_quiet);
    }
    ExitCode::SUCCESS
}

fn print_attack(attacked: &Attacked) {
    let Attacked { attack, sessions, median, worst, unguarded, .. } = attacked;
    println!(
        "{attack} ({sessions} sessions): {median} documents in the median, {worst} at worst; {unguarded} unguarded"
    );
    attacked
        .noticed
        .iter()
        .for_each(|(what, (lives, seconds))| println!("    {what} in {lives} lives, after {seconds} s"));
}

fn print_quiet(quiet: &Quiet) {
    println!("{quiet:#?}");
}
