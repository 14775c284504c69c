//! Developers' commands: `cargo xtask <command>`.

#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line speaks")]

mod bench;
mod campaign;
mod demo;
mod engines;
mod fuzz;
mod inspection;
mod install;
mod models;
mod papers;
mod promise;
mod replay;
mod screenshots;
mod sh;
mod simulate;
mod tally;
mod test;
mod walls;
mod wheel;

use std::process::ExitCode;

use sh::Failure;

const USAGE: &str = "\
Developers' commands.

  cargo xtask demo [ARGUMENTS]    install what is missing, build, run `sekisho demo ARGUMENTS`
                                  e.g. cargo xtask demo --once --json
  cargo xtask test [FILTERS]      formatting, lints, bans, all tests; ends with `N passed, N failed`
  cargo xtask bench custody [--only NAME] [--json] [--small]
                                  figures beside OpenBao and the bare machine, into docs/BENCHMARKS.md
  cargo xtask bench replay [--seeds N] [--from S] [--scale S|M|L] [--json]
                                  a modelled vault's thieves, beside the rules of others, into docs/REPLAY.md
  cargo xtask bench scope [--small]
                                  a question to logs, beside Polars, DuckDB, gawk and goaccess, into docs/SCOPE.md
  cargo xtask bench scope --ledger [--events N] [--small]
                                  a question to a ledger of N entries (20000000, about 9 GB for a while), likewise
  cargo xtask bench scope --packets [--small]
                                  a question to a capture of 500 MB, beside tshark, likewise
  cargo xtask bench inspect [--each N] [--part numbers|licences|insurance|fronts] [--program FILE] [--json]
                                  the inspector on documents of which everything is known and on specimens, beside
                                  PassportEye, into docs/INSPECTION.md; --each 28 takes an hour, stopped it goes on
  cargo xtask walls               only the test of who may import whom
  cargo xtask storm [--rounds N] [--seed N] [--json]
                                  kill processes at random moments under load (1000 rounds), verify after each
  cargo xtask load [--minutes N] [--members N] [--reviewers N] [--json]
                                  members, reviewers and a site at work (60 minutes): latencies, memory, losses
  cargo xtask attack [--rounds N] [--json]
                                  replays, double spends, guesses and forged checks (10000 of each) against the
                                  keeper's engine; figures into docs/attacks.json and docs/REPLAY.md
  cargo xtask simulate [--seeds N] [--from S] [--steps K] [--seed X]
                                  the keeper driven by chance: crashes, lying clocks, attacked copies (100 seeds)
  cargo xtask make-documents --out DIR [--count N] [--seed S] [--kind KIND] [--severity clean|mild|hard]
                                  test documents that nobody holds, with all that is known of them
  cargo xtask fuzz inspect [--minutes N] [--seed S] [--count N]
                                  pictures altered by chance against the confined inspector (10 minutes)
  cargo xtask fuzz scope logs|packets [--minutes N] [--seed S] [--count N]
                                  logs or captures altered by chance (10 minutes): no panic, no hang, every line or
                                  packet accounted for
  cargo xtask models              fetches the networks that read print into the user's cache, says where they lie
  cargo xtask promise             performs the drills, writes docs/promise.json and the tables made of it
  cargo xtask screenshots [DIR]   a picture of every page, into DIR (out/screenshots)

SEKISHO_NO_INSTALL=1 installs nothing and says what could not run.";

fn run(command: &str, rest: &[String]) -> Result<(), Failure> {
    match command {
        "demo" => demo::run(rest),
        "test" => test::run(rest),
        "storm" => campaign::STORM.run(rest),
        "models" => models::run(),
        "load" => campaign::LOAD.run(rest),
        "attack" => campaign::ATTACK.run(rest),
        "simulate" => simulate::run(rest),
        "bench" => bench::run(rest),
        "make-documents" => papers::run(rest),
        "fuzz" => fuzz::run(rest),
        "walls" => walls::run(),
        "promise" => promise::run(),
        "screenshots" => screenshots::run(rest),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(())
        }
        other => Err(Failure::usage(format!("there is no command `{other}`\n\n{USAGE}"))),
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.split_first() {
        Some((command, rest)) => run(command, rest),
        None => Err(Failure::usage(USAGE.into())),
    };
    outcome.map_or_else(Failure::report, |()| ExitCode::SUCCESS)
}
