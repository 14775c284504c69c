//! Another that reads machine-readable zones, asked about the same files.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde::{Deserialize, Serialize};

use super::{specimens::Specimen, wilson::Share};

/// A rival.
#[derive(Debug, Clone, Copy)]
pub struct Rival {
    /// Its name and version, and what it reads with.
    pub name: &'static str,
    /// The variable with the Python that has it.
    variable: &'static str,
    script: &'static str,
}

/// PassportEye. FastMRZ is not here: its model for Tesseract is in no package registry.
pub const PASSPORTEYE: Rival = Rival {
    name: "PassportEye 2.2.2 with Tesseract",
    variable: "SEKISHO_PASSPORTEYE",
    script: include_str!("../../rivals/read_with_passporteye.py"),
};

/// What it printed of a picture.
#[derive(Debug, Deserialize)]
struct Answer {
    file: PathBuf,
    /// As it gives them out, after its own cleaning.
    lines: Vec<String>,
    /// As Tesseract read them.
    #[serde(default)]
    raw: Vec<String>,
    ms: f64,
}

/// How it did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Its name.
    pub name: String,
    /// Whether every letter was right, as it printed them.
    pub exact: Share,
    /// Whether every letter was right after the repair that Sekisho uses.
    pub repaired: Share,
    /// Whether all check digits were right after that repair, whatever the names were read as. Nothing where that
    /// wasn't counted.
    #[serde(default)]
    pub checked: Share,
    /// Milliseconds, the median.
    pub median_ms: f64,
}

impl Rival {
    /// What it makes of the specimens; nothing where it isn't installed.
    pub fn ask(&self, specimens: &[&Specimen]) -> Option<Outcome> {
        let python = PathBuf::from(env::var_os(self.variable)?);
        let script = env::temp_dir().join(format!("sekisho-rival-{}.py", std::process::id()));
        fs::write(&script, self.script).ok()?;
        let mut command = Command::new(python);
        command.arg(&script).args(specimens.iter().map(|specimen| &specimen.path)).stderr(Stdio::null());
        let output = command.env("OMP_THREAD_LIMIT", "2").output().ok();
        let _ = fs::remove_file(&script);
        let text = String::from_utf8_lossy(&output?.stdout).into_owned();
        let answers: Vec<Answer> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        (!answers.is_empty()).then(|| self.judged(specimens, &answers))
    }

    fn judged(&self, specimens: &[&Specimen], answers: &[Answer]) -> Outcome {
        let (mut exact, mut repaired, mut checked) = (Share::default(), Share::default(), Share::default());
        let mut times = Vec::new();
        for specimen in specimens {
            let Some(so) = &specimen.mrz else { continue };
            // One that printed nothing of a file didn't read it.
            let answer = answers.iter().find(|answer| answer.file == specimen.path);
            let given = answer.map(|answer| [answer.lines.as_slice(), answer.raw.as_slice()]).unwrap_or_default();
            // Whichever of the two is better counts.
            let mended = given.map(mended);
            let any = |so: &dyn Fn(&Mended) -> bool| mended.iter().flatten().any(so);
            let is_exact = given.contains(&so.as_slice());
            exact.count(is_exact);
            repaired.count(is_exact || any(&|mended| mended.lines == *so));
            checked.count(is_exact || any(&|mended| mended.checks));
            times.extend(answer.map(|answer| answer.ms));
        }
        Outcome { name: self.name.into(), exact, repaired, checked, median_ms: median(&mut times) }
    }
}

/// Lines after the repair of the parser that Sekisho uses, by positions and check digits.
struct Mended {
    lines: Vec<String>,
    /// Whether all check digits are right.
    checks: bool,
}

fn mended(lines: &[String]) -> Option<Mended> {
    let found = mrz::find_and_parse_with(&lines.join("\n"), &mrz::ParseOptions::default()).ok()?;
    Some(Mended { lines: found.mrz_lines.lines().map(str::to_owned).collect(), checks: found.checks.all_valid() })
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(0.0)
}

/// Where the folder of specimens lies: beside the checkout, or where `SEKISHO_SPECIMENS` says.
pub fn specimens_folder() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/specimens");
    let named = env::var_os("SEKISHO_SPECIMENS").map(PathBuf::from);
    Some(named.unwrap_or(beside)).filter(|folder| folder.join("INDEX.md").is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_that_check_digits_mend_is_mended_for_rivals_too() {
        let so = ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"];
        let so = so.map(str::to_owned).to_vec();
        let specimen =
            Specimen { name: "a".into(), path: "a".into(), mrz: Some(so.clone()), left_out: None, development: true };
        let read = vec![so[0].clone(), so[1].replace("74", "7A").replace("7A08122", "74O8122")];
        let answer = |lines| [Answer { file: "a".into(), lines, raw: Vec::new(), ms: 5.0 }];
        let outcome = PASSPORTEYE.judged(&[&specimen], &answer(read.clone()));
        assert_eq!((outcome.exact.hits, outcome.repaired.hits, outcome.exact.of), (0, 1, 1));
        let hits = |first: String| {
            let outcome = PASSPORTEYE.judged(&[&specimen], &answer(vec![first, so[1].clone()]));
            (outcome.exact.hits, outcome.repaired.hits, outcome.checked.hits)
        };
        assert_eq!(hits(so[0].replace("ANNA", "ANWA")), (0, 0, 1), "no check digit covers a name");
        assert_eq!(hits(so[0].replace("<<<<", "<KKK")), (0, 1, 1), "a name ends where fillers begin");
        let silent = PASSPORTEYE.judged(&[&specimen], &[]);
        assert_eq!((silent.repaired.hits, silent.repaired.of), (0, 1));
    }
}
