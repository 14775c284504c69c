//! `cargo xtask bench inspect`: the inspector, judged on documents of which everything is known.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    install::{self, C_COMPILER, TESSERACT, TESSERACT_JAPANESE},
    papers, replay,
    sh::{self, Failure, cargo},
    wheel,
};

/// What stands beside us: read-only, pinned with all it needs.
const PASSPORTEYE: &str = include_str!("../../crates/sekisho-papers/rivals/requirements.txt");
/// A variable that names a Python with it.
const VARIABLE: &str = "SEKISHO_PASSPORTEYE";

/// Gets fonts, readers and a rival, builds the program with networks as released, and has it judged. `--program FILE`
/// takes another build. The page is written where its figures can name a commit that others have.
pub fn run(arguments: &[String]) -> Result<(), Failure> {
    let needs = [&papers::FONTS[..], &[C_COMPILER, TESSERACT, TESSERACT_JAPANESE]].concat();
    if let [missing, ..] = &install::ensure(&needs)[..] {
        return Err(Failure::usage(format!("{} is needed for {}", missing.name, missing.purpose)));
    }
    let mut command = cargo(&["run", "--locked", "--quiet", "--package", "sekisho-papers", "--bin", "judge", "--"]);
    command.args(arguments);
    if !arguments.iter().any(|word| word == "--program" || word == "--rewrite") {
        command.arg("--program").arg(built()?).args(["--build", "a release with `ocr`"]);
    }
    match replay::commit() {
        Ok(commit) => {
            command.arg("--kept").arg(kept(&commit)).args(["--commit", &commit]);
            command.args(["--on", &today()]).arg("--docs").arg(sh::root().join("docs"));
        }
        Err(why) => {
            eprintln!("figures are printed only, since they name their commit, and that is {why}");
            // What another state of the files was judged by must not count.
            for end in ["jsonl", "speed.json", "rival.json"] {
                let _ = std::fs::remove_file(kept("none").with_extension(end));
            }
            command.arg("--kept").arg(kept("none"));
        }
    }
    command.envs(rival().map(|python| (VARIABLE, python)));
    eprintln!("$ {}", sh::typed(&command));
    let status = command.status().map_err(|why| Failure::usage(format!("it does not run: {why}")))?;
    match status.code() {
        Some(0) => Ok(()),
        Some(1) => Err(Failure::finding("a bar was missed; the rows say which, and the files are named".into())),
        _ => Err(Failure::usage(String::new())),
    }
}

/// The program, built with networks.
pub fn built() -> Result<PathBuf, Failure> {
    let mut build = cargo(&["build", "--release", "--locked", "--package", "sekisho", "--features", "ocr"]);
    if !sh::succeeds(&mut build) {
        return Err(Failure::usage("the program was not built".into()));
    }
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| sh::root().join("target"), PathBuf::from);
    Ok(target.join("release/sekisho"))
}

fn today() -> String {
    let told = Command::new("date").arg("+%F").output().map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&told).trim().to_owned()
}

/// Where judgements of this commit are kept, so that a campaign that was cut short goes on.
fn kept(commit: &str) -> PathBuf {
    sh::root().join("target").join(format!("inspection-{commit}.jsonl"))
}

/// A Python that has the rival; told if it can't be had.
fn rival() -> Option<PathBuf> {
    if let Some(named) = env::var_os(VARIABLE) {
        return Some(named.into());
    }
    let place = wheel::cache()?.join("passporteye-2.2.2");
    let python = place.join("bin/python");
    if has_it(&python) || env::var_os("SEKISHO_NO_INSTALL").is_some() {
        return Some(python).filter(|python| has_it(python));
    }
    eprintln!("missing: PassportEye 2.2.2, for standing beside us ({})", place.display());
    let requirements = place.join("requirements.txt");
    let made = sh::succeeds(Command::new("python3").args(["-m", "venv"]).arg(&place).stdout(std::io::stderr()))
        && std::fs::write(&requirements, PASSPORTEYE).is_ok();
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]).arg(&requirements);
    (made && sh::succeeds(pip.stdout(std::io::stderr())) && has_it(&python)).then_some(python)
}

fn has_it(python: &Path) -> bool {
    Command::new(python).args(["-c", "import passporteye"]).output().is_ok_and(|output| output.status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_the_rival_has_one_version() {
        assert!(PASSPORTEYE.lines().any(|line| line == "PassportEye==2.2.2"));
        assert!(PASSPORTEYE.lines().all(|line| line.contains("==")));
    }

    #[test]
    fn judgements_of_two_commits_are_kept_apart() {
        assert_ne!(kept("a"), kept("b"));
    }
}
