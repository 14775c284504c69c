//! `cargo xtask COMMAND --help`: what a command does, and an example, without anything being built or installed for it.

/// All commands.
pub const USAGE: &str = "\
Developers' commands.

  cargo xtask demo [ARGUMENTS]    install what is missing, build, run `sekisho demo ARGUMENTS`
                                  e.g. cargo xtask demo --once --json
  cargo xtask test [FILTERS]      formatting, lints, bans, all tests; ends with `N passed, N failed`
                                  e.g. cargo xtask test scope
  cargo xtask bench custody [--only NAME] [--json] [--small]
                                  figures beside OpenBao and the bare machine, into docs/BENCHMARKS.md
                                  e.g. cargo xtask bench custody --small
  cargo xtask bench replay [--seeds N] [--from S] [--scale S|M|L] [--json]
                                  a modelled vault's thieves, beside the rules of others, into docs/REPLAY.md
                                  e.g. cargo xtask bench replay --scale S --seeds 3
  cargo xtask bench scope [--small]
                                  a question to logs, beside Polars, DuckDB, gawk and goaccess, into docs/SCOPE.md
                                  e.g. cargo xtask bench scope --small
  cargo xtask bench scope --ledger [--events N] [--small]
                                  a question to a ledger of N entries (20000000, about 9 GB for a while), likewise
                                  e.g. cargo xtask bench scope --ledger --events 1000000
  cargo xtask bench scope --packets [--small]
                                  a question to a capture of 500 MB, beside tshark, likewise
                                  e.g. cargo xtask bench scope --packets --small
  cargo xtask bench inspect [--each N] [--part numbers|licences|insurance|fronts] [--program FILE] [--json]
                                  the inspector on documents of which everything is known and on specimens, beside
                                  PassportEye, into docs/INSPECTION.md; --each 28 takes an hour, stopped it goes on
                                  e.g. cargo xtask bench inspect --each 6 --part numbers
  cargo xtask walls               only the test of who may import whom
  cargo xtask storm [--rounds N] [--seed N] [--json]
                                  kill processes at random moments under load (1000 rounds), verify after each
                                  e.g. cargo xtask storm --rounds 20
  cargo xtask load [--minutes N] [--members N] [--reviewers N] [--json]
                                  members, reviewers and a site at work (60 minutes): latencies, memory, losses
                                  e.g. cargo xtask load --minutes 5
  cargo xtask attack [--rounds N] [--json]
                                  replays, double spends, guesses and forged checks (10000 of each) against the
                                  keeper's engine; figures into docs/attacks.json and docs/REPLAY.md
                                  e.g. cargo xtask attack --rounds 100
  cargo xtask simulate [--seeds N] [--from S] [--steps K] [--seed X]
                                  the keeper driven by chance: crashes, lying clocks, attacked copies (100 seeds)
                                  e.g. cargo xtask simulate --seeds 5
  cargo xtask make-documents --out DIR [--count N] [--seed S] [--kind KIND] [--severity clean|mild|hard]
                                  test documents that nobody holds, with all that is known of them
                                  e.g. cargo xtask make-documents --out documents --count 10 --severity mild
  cargo xtask fuzz inspect [--minutes N] [--seed S] [--count N]
                                  pictures altered by chance against the confined inspector (10 minutes)
                                  e.g. cargo xtask fuzz inspect --minutes 2
  cargo xtask fuzz scope logs|packets [--minutes N] [--seed S] [--count N]
                                  logs or captures altered by chance (10 minutes): no panic, no hang, every line or
                                  packet accounted for
                                  e.g. cargo xtask fuzz scope logs --minutes 2
  cargo xtask models              fetches the networks that read print into the user's cache, says where they lie
  cargo xtask promise             performs the drills, writes docs/promise.json and the tables made of it
  cargo xtask screenshots [DIR]   a picture of every page, into DIR (out/screenshots)
                                  e.g. cargo xtask screenshots out/pages

SEKISHO_NO_INSTALL=1 installs nothing and says what could not run.";

const START: &str = "  cargo xtask ";

/// What is said of the command that `--help` or `-h` asks for: of all there are for `bench`, of one for `bench custody`.
/// Nothing where no help is asked for, or there is no such command.
pub fn asked(arguments: &[String]) -> Option<String> {
    let help = arguments.iter().position(|word| ["--help", "-h"].contains(&word.as_str()))?;
    let words: Vec<&str> = arguments[..help].iter().map(String::as_str).take_while(|word| is_name(word)).collect();
    // Of `bench scope nothing` there is what is said of `bench scope`.
    (1..=words.len()).rev().map(|some| of(&words[..some])).find(|said| !said.is_empty())
}

fn is_name(word: &str) -> bool {
    !word.starts_with('-')
}

fn of(words: &[&str]) -> String {
    let mut wanted = false;
    let lines = USAGE.lines().filter(|line| {
        match line.strip_prefix(START) {
            Some(command) => wanted = is_meant(command, words),
            None => wanted &= line.starts_with("   "),
        }
        wanted
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn is_meant(command: &str, words: &[&str]) -> bool {
    let names: Vec<&str> = command.split(' ').take_while(|word| is_name(word) && !word.starts_with('[')).collect();
    names.len() >= words.len() && names.iter().zip(words).all(|(name, word)| name.split('|').any(|one| one == *word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(line: &str) -> Option<String> {
        asked(&line.split(' ').map(String::from).collect::<Vec<_>>())
    }

    #[test]
    fn a_command_is_told_with_its_example_and_no_other() {
        let custody = said("bench custody --help").unwrap();
        assert!(custody.starts_with("  cargo xtask bench custody [--only NAME]"));
        assert!(custody.ends_with("e.g. cargo xtask bench custody --small"));
        assert_eq!(said("bench --help").unwrap().matches(START).count(), 6);
        assert_eq!(said("bench scope --ledger --help").unwrap().matches(START).count(), 3);
        assert_eq!(said("fuzz scope packets -h").unwrap().matches(START).count(), 1);
        assert_eq!(said("walls --help").unwrap().lines().count(), 1);
    }

    #[test]
    fn what_there_is_not_and_what_asks_for_nothing_is_told_nothing() {
        assert_eq!(said("speed --help"), None);
        assert_eq!(said("bench scope --small"), None);
        assert_eq!(said("bench speed --help").unwrap(), said("bench --help").unwrap());
    }
}
