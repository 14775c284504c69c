//! `cargo xtask simulate`.

#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line speaks")]

use std::{process::ExitCode, time::Instant};

use sekisho_simulation::{
    exhaustive,
    generate::Taste,
    op::{from_text, to_text},
    planted::Planted,
    run::{self, Report},
    shrink::shrink,
};

const USAGE: &str = "\
Drives the keeper by chance, crashes it, lies to its clock, and attacks its copies.

  simulate [--seeds N] [--from S] [--steps K]   N seeds from S on, of K steps each (100, 1, 120)
  simulate --seed X [--steps K]                 one seed once more, told step by step
  simulate --exhaustive STRIDE                  short scripts, struck at each of their writes in each way (every STRIDEth)
  simulate --script FILE [--seed X]             a script once more, as a violation prints it

  e.g. cargo xtask simulate --seeds 1000 --from 1

Exit: 0 no law was broken, 1 one was, 2 these arguments make no sense.";

struct Arguments {
    seeds: u64,
    from: u64,
    steps: usize,
    seed: Option<u64>,
    script: Option<String>,
    exhaustive: Option<usize>,
}

fn arguments() -> Result<Arguments, String> {
    let mut found = Arguments { seeds: 100, from: 1, steps: 120, seed: None, script: None, exhaustive: None };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        if ["--help", "-h", "help"].contains(&word.as_str()) {
            return Err(String::new());
        }
        let value = words.next().ok_or(format!("{word} wants a value"))?;
        let number = || value.parse::<u64>().map_err(|_| format!("{word} wants a number, not `{value}`"));
        match word.as_str() {
            "--seeds" => found.seeds = number()?,
            "--from" => found.from = number()?,
            "--steps" => found.steps = number()? as usize,
            "--seed" => found.seed = Some(number()?),
            "--exhaustive" => found.exhaustive = Some(number()? as usize),
            "--script" => found.script = Some(value),
            _ => return Err(format!("there is no option {word}")),
        }
    }
    Ok(found)
}

#[derive(Default)]
struct Sum {
    seeds: u64,
    steps: usize,
    calls: u64,
    documents: u64,
    crashes: u64,
    faults: u64,
    seconds: u64,
    violations: u64,
}

impl Sum {
    fn add(&mut self, report: &Report) {
        self.seeds += 1;
        self.steps += report.script.len();
        self.calls += report.calls;
        self.documents += report.documents;
        self.crashes += report.crashes;
        self.faults += report.faults;
        self.seconds += report.seconds;
        self.violations += u64::from(report.violation.is_some());
    }

    fn line(&self) -> String {
        format!(
            "{} seeds, {} steps, {} calls, {} documents, {} crashes, {} faults, {} violations, {} simulated hours",
            self.seeds,
            self.steps,
            self.calls,
            self.documents,
            self.crashes,
            self.faults,
            self.violations,
            self.seconds / 3600
        )
    }
}

fn tell(seed: u64, report: &Report) {
    let Some((at, violation)) = &report.violation else { return };
    println!("seed {seed} breaks a law at step {at}: {violation}");
    let short = shrink(seed, &report.script, violation.law, Planted::Nothing);
    let again = run::by_script(seed, &short, Planted::Nothing);
    if let Some((_, violation)) = again.violation {
        println!("as short as it gets, {} steps: {violation}", short.len());
    }
    println!("{}", to_text(&short));
    println!(
        "replay: cargo xtask simulate --seed {seed}, or put the lines above into FILE: --script FILE --seed {seed}"
    );
}

fn everywhere(seed: u64, stride: usize, sum: &mut Sum) {
    for (name, ops) in exhaustive::scripts() {
        let swept = exhaustive::sweep(seed, &ops, stride);
        println!("{name}: {} writes, {} runs, {} crashes", swept.points, swept.runs, swept.crashes);
        sum.seeds = 1;
        sum.steps += swept.steps as usize;
        sum.calls += swept.calls;
        sum.crashes += swept.crashes;
        sum.faults += swept.runs;
        sum.seconds += swept.seconds;
        if let Some((script, violation)) = swept.broken {
            sum.violations += 1;
            println!("{violation}\n{}", to_text(&script));
        }
    }
}

fn campaign(arguments: &Arguments) -> Result<Sum, String> {
    let mut sum = Sum::default();
    if let Some(path) = &arguments.script {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
        let report = run::by_script(arguments.seed.unwrap_or(1), &from_text(&text)?, Planted::Nothing);
        match &report.violation {
            Some((at, violation)) => println!("step {at}: {violation}"),
            None => println!("digest {}", report.digest),
        }
        sum.add(&report);
        return Ok(sum);
    }
    if let Some(stride) = arguments.exhaustive {
        everywhere(arguments.seed.unwrap_or(1), stride, &mut sum);
        return Ok(sum);
    }
    let seeds = arguments.seed.map_or(arguments.from..arguments.from + arguments.seeds, |seed| seed..seed + 1);
    for seed in seeds {
        let report = run::by_seed(seed, arguments.steps, Taste::ALL, Planted::Nothing);
        if arguments.seed.is_some() {
            print!("{}", to_text(&report.script));
            println!("digest {}", report.digest);
        }
        sum.add(&report);
        tell(seed, &report);
    }
    Ok(sum)
}

fn main() -> ExitCode {
    let began = Instant::now();
    match arguments().and_then(|arguments| campaign(&arguments)) {
        Ok(sum) => {
            println!("{}, {} s", sum.line(), began.elapsed().as_secs());
            ExitCode::from(u8::from(sum.violations > 0))
        }
        Err(why) => {
            eprintln!("{why}\n{USAGE}");
            ExitCode::from(if why.is_empty() { 0 } else { 2 })
        }
    }
}
