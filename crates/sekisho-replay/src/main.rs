//! What `cargo xtask bench replay` runs.

#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr)] // A command for developers: this is how it speaks.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use sekisho_core::budget::Limits;
use sekisho_replay::{
    campaign::all_attacked,
    document::{self, Campaign, Scaled},
    elsewhere,
    figures::rows,
    load::Scale,
    quiet::quiet,
    tuning::tuned,
    world::Guard,
};

const HELP: &str = r#"A vault's life and its thieves before the budgets and the watch, beside the rules of others: what an attacker saw,
and who was stopped by mistake. A model; the keeper itself doesn't run.

  --seeds N       how many lives (20)
  --from S        the first seed (101; detectors and rivals are tuned on 1 to 20)
  --scale S|M|L   only this scale; its columns are replaced
  --years N       quiet lives of so many hundredths of a year (100; L always has 36 days around its campaign ×10)
  --limits JSON   quiet lives only, with these budgets, as {"person":{"minute":5,"hour":120,"day":150,"72_hours":450}}
  --json          one JSON object
  --tune          the rivals' settings on seeds 1 to 20
  --docs DIR      the folder of REPLAY.md and replay.json, to be brought up to date
  --rewrite       lives nothing, only writes REPLAY.md anew of what lies in that folder

Example: cargo xtask bench replay --seeds 20 --from 101"#;

struct Order {
    seeds: u64,
    from: u64,
    scale: Option<Scale>,
    hundredths: u64,
    limits: Option<Limits>,
    json: bool,
    tune: bool,
    rewrite: bool,
    docs: Option<PathBuf>,
    commit: String,
}

fn order() -> Option<Order> {
    let mut order = Order {
        seeds: 20,
        from: 101,
        scale: None,
        hundredths: 100,
        limits: None,
        json: false,
        tune: false,
        rewrite: false,
        docs: None,
        commit: "unknown".into(),
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--seeds" => order.seeds = words.next()?.parse().ok().filter(|seeds| *seeds > 0)?,
            "--from" => order.from = words.next()?.parse().ok()?,
            "--scale" => order.scale = Some(Scale::named(&words.next()?)?),
            "--years" => order.hundredths = words.next()?.parse().ok().filter(|many| *many > 0)?,
            "--limits" => order.limits = Some(serde_json::from_str(&words.next()?).ok()?),
            "--json" => order.json = true,
            "--tune" => order.tune = true,
            "--rewrite" => order.rewrite = true,
            "--docs" => order.docs = Some(words.next()?.into()),
            "--commit" => order.commit = words.next()?,
            _ => return None,
        }
    }
    Some(order)
}

fn main() -> ExitCode {
    let Some(order) = order() else {
        eprintln!("{HELP}");
        return ExitCode::from(2);
    };
    if order.tune {
        tune();
        return ExitCode::SUCCESS;
    }
    if let Some(limits) = &order.limits {
        try_limits(&order, limits);
        return ExitCode::SUCCESS;
    }
    match report(&order) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(why) => {
            eprintln!("replay: {why}");
            ExitCode::from(2)
        }
    }
}

fn report(order: &Order) -> Result<bool, String> {
    let mut campaign = Campaign { scales: Vec::new() };
    for scale in scales(order) {
        campaign.put(measured(order, scale));
        // After each, so that what was lived is not lost with what comes after it.
        if let Some(docs) = &order.docs {
            bring_up_to_date(docs, &campaign)?;
        }
    }
    if order.rewrite {
        let docs = order.docs.as_ref().ok_or("where? --docs DIR")?;
        return bring_up_to_date(docs, &campaign).map(|()| true);
    }
    let other = order.docs.as_deref().map(elsewhere::rows).unwrap_or_default();
    if order.json {
        println!("{}", serde_json::to_string(&campaign).map_err(|why| why.to_string())?);
    } else {
        println!("{}", document::text(&campaign, &other));
    }
    Ok(campaign.is_held())
}

fn scales(order: &Order) -> Vec<Scale> {
    match order.scale {
        _ if order.rewrite => Vec::new(),
        Some(scale) => vec![scale],
        None => vec![Scale::S, Scale::M, Scale::L],
    }
}

fn measured(order: &Order, scale: Scale) -> Scaled {
    eprintln!("{} …", scale.name);
    // A country's vault takes ten times as long as the next smaller one.
    let many = if scale == Scale::L { order.seeds.div_ceil(4) } else { order.seeds };
    let seeds = order.from..order.from + many;
    let rows = rows(&all_attacked(scale, seeds.clone()));
    let quiet = quiet(scale, span(order, scale), seeds, &Guard::full());
    let commit = order.commit.clone();
    Scaled { scale: scale.name.into(), commit, seeds: (order.from, many), rows, quiet }
}

/// From which day of a year on quiet lives are lived, and how many days.
fn span(order: &Order, scale: Scale) -> (u64, u64) {
    match scale {
        // From ten days before the campaign of ten times the usual load until nearly four weeks after its beginning.
        Scale::L => (190, 36 * order.hundredths / 100),
        _ => (0, 365 * order.hundredths / 100),
    }
}

/// Puts `new` in the place of what was lived at the same scales before, and writes the document anew.
fn bring_up_to_date(docs: &Path, new: &Campaign) -> Result<(), String> {
    let (data, document) = (docs.join("replay.json"), docs.join("REPLAY.md"));
    let told = |why: std::io::Error| why.to_string();
    let mut all: Campaign = match fs::read(&data) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|why| why.to_string())?,
        Err(_) => Campaign::default(),
    };
    new.scales.iter().for_each(|scaled| all.put(scaled.clone()));
    let text = document::written_into(&fs::read_to_string(&document).map_err(told)?, &all, &elsewhere::rows(docs))?;
    let json = serde_json::to_string_pretty(&all).map_err(|why| why.to_string())?;
    fs::write(data, json + "\n").map_err(told)?;
    fs::write(document, text).map_err(told)
}

fn tune() {
    for tried in tuned(Scale::M, 1..21) {
        let mark = if tried.chosen { "  <- chosen" } else { "" };
        println!("{:16} {:>7} {:>7.1} days a year{mark}", tried.name, tried.setting, tried.days_a_year);
    }
}

fn try_limits(order: &Order, limits: &Limits) {
    let (scale, guard) = (order.scale.unwrap_or(Scale::M), Guard { limits: Some(limits.clone()), ..Guard::full() });
    let quiet = quiet(scale, span(order, scale), order.from..order.from + order.seeds, &guard);
    println!("{quiet:#?}");
}
