//! `cargo xtask storm` and `cargo xtask load`: campaigns on the real binary, as built for production; and `cargo xtask
//! attack`: one on the keeper's engine.

use std::{env, fs, path::PathBuf};

use crate::{
    install::{self, C_COMPILER},
    replay,
    sh::{self, Failure, cargo},
};

/// A campaign: a test that is left out otherwise, and what it may be told.
pub struct Campaign {
    /// What cargo is told before the test's name.
    cargo: &'static [&'static str],
    /// The test.
    test: &'static str,
    /// Options that take a number, and the variables that carry them.
    numbers: &'static [(&'static str, &'static str)],
    /// The file of docs/ that the report is kept in, if the figures can name a commit that others have.
    kept: Option<&'static str>,
}

/// How the storm's campaigns are run.
const STORMS: &[&str] = &["test", "--release", "--locked", "--package", "sekisho", "--test", "storm", "--"];

/// Kills at random moments.
pub const STORM: Campaign = Campaign {
    cargo: STORMS,
    test: "a_campaign_of_kills",
    numbers: &[("--rounds", "SEKISHO_STORM_ROUNDS"), ("--seed", "SEKISHO_STORM_SEED")],
    kept: None,
};

/// Replays, double spends, guesses and forged checks.
pub const ATTACK: Campaign = Campaign {
    cargo: &["test", "--profile", "simulation", "--locked", "--package", "sekisho-keeper", "--lib", "--"],
    test: "engine::tests::attacks::campaign::a_campaign_of_attacks",
    numbers: &[("--rounds", "SEKISHO_ATTACK_ROUNDS")],
    kept: Some("attacks.json"),
};

/// Load for as long as is asked.
pub const LOAD: Campaign = Campaign {
    cargo: STORMS,
    test: "a_campaign_of_load",
    numbers: &[
        ("--minutes", "SEKISHO_LOAD_MINUTES"),
        ("--members", "SEKISHO_LOAD_MEMBERS"),
        ("--reviewers", "SEKISHO_LOAD_REVIEWERS"),
    ],
    kept: None,
};

/// What a command line asks for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Asked {
    variables: Vec<(&'static str, String)>,
    json: bool,
}

impl Campaign {
    /// Runs it; prints its last line, or with `--json` its report as one object. Exit code 1 when something was found.
    pub fn run(&self, arguments: &[String]) -> Result<(), Failure> {
        let asked = self.read(arguments)?;
        if let [missing, ..] = &install::ensure(&[C_COMPILER])[..] {
            return Err(Failure::usage(format!("{} is needed for {}", missing.name, missing.purpose)));
        }
        let report = report_file();
        let mut command = cargo(self.cargo);
        command.args(["--ignored", "--exact", "--nocapture", self.test]).stdout(std::io::stderr());
        let well = sh::succeeds(command.envs(asked.variables).env("SEKISHO_REPORT", &report));
        let told = fs::read_to_string(&report);
        let _ = fs::remove_file(&report);
        let told = told.map_err(|_| Failure::usage("the campaign came to no end".into()))?;
        self.keep(&told)?;
        println!("{}", if asked.json { told.trim_end() } else { line_of(&told) });
        if well { Ok(()) } else { Err(Failure::finding(String::new())) }
    }

    /// Keeps the report, and has the document written anew that names it.
    fn keep(&self, report: &str) -> Result<(), Failure> {
        let Some(name) = self.kept else { return Ok(()) };
        if let Err(why) = replay::commit() {
            eprintln!("figures are printed only, since they are kept for a commit, and that is {why}");
            return Ok(());
        }
        let file = sh::root().join("docs").join(name);
        fs::write(&file, report).map_err(|why| Failure::usage(format!("{}: {why}", file.display())))?;
        replay::run(&["--rewrite".into()])
    }

    fn read(&self, arguments: &[String]) -> Result<Asked, Failure> {
        let (mut asked, mut words) = (Asked::default(), arguments.iter());
        while let Some(word) = words.next() {
            if word == "--json" {
                asked.json = true;
                continue;
            }
            let known = self.numbers.iter().find(|(option, _)| option == word);
            let value = known.and_then(|_| words.next()).filter(|value| value.parse::<u64>().is_ok());
            let (Some((_, variable)), Some(value)) = (known, value) else { return Err(self.usage()) };
            asked.variables.push((variable, value.clone()));
        }
        Ok(asked)
    }

    fn usage(&self) -> Failure {
        let options: Vec<_> = self.numbers.iter().map(|(option, _)| format!("[{option} N]")).collect();
        Failure::usage(format!("it takes {} [--json]", options.join(" ")))
    }
}

fn report_file() -> PathBuf {
    env::temp_dir().join(format!("sekisho-report-{}.json", std::process::id()))
}

/// The text of the field `line`, which comes first and holds no quotes.
fn line_of(report: &str) -> &str {
    report.split_once("\"line\":\"").and_then(|(_, rest)| rest.split('"').next()).unwrap_or(report)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn numbers_go_on_as_variables_and_everything_else_is_a_usage_error() {
        let asked = STORM.read(&words("--rounds 20 --json --seed 7")).unwrap();
        let variables = vec![("SEKISHO_STORM_ROUNDS", "20".into()), ("SEKISHO_STORM_SEED", "7".into())];
        assert_eq!(asked, Asked { variables, json: true });
        for wrong in ["--rounds", "--rounds many", "--minutes 3", "twenty"] {
            assert!(STORM.read(&words(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_last_line_is_found_in_a_report() {
        assert_eq!(line_of("{\"line\":\"storm: 3 rounds\",\"report\":{}}"), "storm: 3 rounds");
    }
}
