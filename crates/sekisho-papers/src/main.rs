//! What `cargo xtask make-documents` runs.

#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command for developers: this is how it speaks")]

use std::{path::PathBuf, process::ExitCode};

use sekisho_papers::{
    canvas::Fonts,
    kinds::Kind,
    make::{self, Order},
    shoot::Severity,
};

const HELP: &str = "Test documents that nobody holds, as JPEG, with all that is known of them in truth.jsonl.

  --out DIR         where to; needed
  --count N         how many (36: each kind in each severity once)
  --seed S          the first seed (1); each document has the next one
  --kind KIND       only this kind; may be given many times
  --severity NAME   only clean, mild or hard; may be given many times
  --json            print one line of JSON for each instead of its name

Kinds: driving-licence my-number-front my-number-back notification-card passport residence-card
special-permanent-resident-certificate eligibility-certificate health-insurance-card resident-record td1-back other

Example: cargo xtask make-documents --out out/papers --count 12 --seed 1 --kind my-number-back --severity mild";

struct Asked {
    order: Order,
    out: PathBuf,
    json: bool,
}

fn asked(words: impl Iterator<Item = String>) -> Option<Asked> {
    let mut order = Order { count: 36, seed: 1, kinds: Vec::new(), severities: Vec::new() };
    let (mut out, mut json, mut words) = (None, false, words);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--json" => json = true,
            "--out" => out = Some(PathBuf::from(words.next()?)),
            "--count" => order.count = words.next()?.parse().ok()?,
            "--seed" => order.seed = words.next()?.parse().ok()?,
            "--kind" => order.kinds.push(Kind::named(&words.next()?)?),
            "--severity" => order.severities.push(Severity::named(&words.next()?)?),
            _ => return None,
        }
    }
    if order.kinds.is_empty() {
        order.kinds = Kind::ALL.into();
    }
    if order.severities.is_empty() {
        order.severities = Severity::ALL.into();
    }
    Some(Asked { order, out: out?, json })
}

fn run(asked: &Asked) -> Result<(), String> {
    let fonts = Fonts::of_the_system().map_err(|why| why.to_string())?;
    let told = |truth: &sekisho_papers::truth::Truth| match serde_json::to_string(truth) {
        Ok(line) if asked.json => println!("{line}"),
        _ => println!("{}", truth.file),
    };
    make::all(&fonts, &asked.order, &asked.out, told).map_err(|why| format!("{}: {why}", asked.out.display()))?;
    let Order { seed, count, .. } = asked.order;
    eprintln!(
        "{count} documents from seed {seed} in {}; one again: --count 1 with its --kind, --severity, --seed",
        asked.out.display()
    );
    Ok(())
}

fn main() -> ExitCode {
    let Some(asked) = asked(std::env::args().skip(1)) else {
        eprintln!("{HELP}");
        return ExitCode::from(2);
    };
    match run(&asked) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("make-documents: {why}");
            ExitCode::from(2)
        }
    }
}
