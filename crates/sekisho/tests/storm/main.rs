//! The real binary in bad weather: killed at random moments under load, loaded for long, loaded beyond what it takes.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used)] // Helpers of tests, too.

mod books;
mod campaign;
mod crowd;
mod dice;
mod full_disk;
mod ground;
mod hook;
mod lives;
mod load;
mod member;
mod overload;
mod pictures;
mod planted;
mod processes;
mod reviewer;
mod rounds;
mod site;
mod snag;
mod verify;

use rounds::{Orders, ride};

/// M9: `kill -9` of each process and of all at once, at random moments under load. What was acknowledged is there,
/// what was seen is on record.
#[test]
fn twenty_kills_under_load_lose_nothing_that_was_acknowledged() {
    let report = ride(Orders { rounds: 20, seed: 1 }, |_| {});
    assert!(report.is_clean(), "{report:#?}");
    assert!(report.acknowledged > 20 && report.webhooks > 0 && report.entries > 20, "{report:#?}");
}

/// A campaign, as `cargo xtask storm` runs it: as many rounds as `SEKISHO_STORM_ROUNDS` says, from
/// `SEKISHO_STORM_SEED`; the report goes to the file `SEKISHO_REPORT`.
#[test]
#[ignore = "a campaign of an hour; `cargo xtask storm` runs it"]
fn a_campaign_of_kills() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let orders = Orders {
        rounds: number("SEKISHO_STORM_ROUNDS").unwrap_or(1_000),
        seed: number("SEKISHO_STORM_SEED").unwrap_or(1),
    };
    let report = ride(orders, campaign::say);
    campaign::deliver(&report, &report.last_line());
    assert!(report.is_clean(), "{report:#?}");
}

/// M45: for some seconds, members with pictures of all kinds, reviewers and a site: no error, no loss.
#[test]
fn a_short_load_ends_without_error_or_loss() {
    let time = std::time::Duration::from_secs(12);
    let report = load::bear(load::Orders { time, members: 3, reviewers: 2, thinking: 300, sizes: 1 }, |_| {});
    assert!(report.is_clean(), "{report:#?}");
}

/// A campaign, as `cargo xtask load` runs it: for `SEKISHO_LOAD_MINUTES`, with `SEKISHO_LOAD_MEMBERS` and
/// `SEKISHO_LOAD_REVIEWERS`; the report goes to the file `SEKISHO_REPORT`.
#[test]
#[ignore = "a campaign of an hour; `cargo xtask load` runs it"]
fn a_campaign_of_load() {
    let number = |name: &str, or: u64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(or);
    let orders = load::Orders {
        time: std::time::Duration::from_secs(60 * number("SEKISHO_LOAD_MINUTES", 60)),
        members: number("SEKISHO_LOAD_MEMBERS", 4) as usize,
        reviewers: number("SEKISHO_LOAD_REVIEWERS", 3) as usize,
        thinking: 1_000,
        sizes: 4,
    };
    let report = load::bear(orders, campaign::say);
    campaign::deliver(&report, &report.last_line());
    assert!(report.is_clean(), "{report:#?}");
}
