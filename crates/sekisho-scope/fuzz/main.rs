//! What `cargo xtask fuzz scope` runs: hostile logs and packets by chance, for as long as is asked for.

#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command for developers: this is how it speaks")]

#[path = "../tests/packets/account.rs"]
mod account;
mod alter;
#[path = "../benches/scope/chance.rs"]
mod chance;
mod lines;
mod logs;
mod packets;
mod run;
#[path = "../tests/packets/wire.rs"]
mod wire;
#[path = "../tests/wrapping/mod.rs"]
mod wrapping;

use std::{path::PathBuf, process::ExitCode};

use run::{Asked, Target};

const HELP: &str = "Logs or packets altered by chance, given to `scope`. It ends with 0 if nothing was found, with 1 if something was; what
was found is kept as files.

  logs              logs of every format: no panic, no hang, every line accounted for, and the same answer whatever the
                    number of threads, the order of files and the room in memory

  packets           captures: no panic, no hang, every packet, byte and connection accounted for, a line for each body and
                    each reason, no value told, and the same answer and lists whatever the threads, the order and the room

  --minutes N       how long (10)
  --seed S          the first seed (1); each case has the next one
  --count N         so many cases at the most, whatever time is left
  --keep DIR        where finds are put (target/fuzz/scope)

Example: cargo xtask fuzz scope logs --minutes 30 --seed 1000000";

/// What can be attacked.
fn target(name: &str) -> Option<Box<dyn Target>> {
    match name {
        "logs" => Some(Box::new(logs::Logs)),
        "packets" => Some(Box::new(packets::Packets)),
        _ => None,
    }
}

fn asked() -> Option<(Box<dyn Target>, Asked)> {
    let keep = PathBuf::from("target/fuzz/scope");
    let mut asked = Asked { minutes: 10, seed: 1, count: u64::MAX, keep };
    let mut words = std::env::args().skip(1);
    let mut attacked = None;
    while let Some(word) = words.next() {
        match word.as_str() {
            "--minutes" => asked.minutes = words.next()?.parse().ok()?,
            "--seed" => asked.seed = words.next()?.parse().ok()?,
            "--count" => asked.count = words.next()?.parse().ok()?,
            "--keep" => asked.keep = words.next()?.into(),
            name => attacked = Some(target(name)?),
        }
    }
    Some((attacked?, asked))
}

fn main() -> ExitCode {
    let Some((target, asked)) = asked() else {
        eprintln!("{HELP}");
        return ExitCode::from(2);
    };
    match run::run(&*target, &asked) {
        Ok(run::Attacked { cases, finds }) => {
            println!("{cases} cases from seed {}: {finds} finds", asked.seed);
            ExitCode::from(u8::from(finds > 0))
        }
        Err(why) => {
            eprintln!("fuzz scope: {why}");
            ExitCode::from(2)
        }
    }
}
