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
    /// All specimens with lines.
    #[serde(flatten)]
    pub all: Counts,
    /// Those of them that are held out. Nothing where that wasn't counted apart.
    #[serde(default)]
    pub held_out: Counts,
    /// Milliseconds, the median.
    pub median_ms: f64,
}

/// What it read, counted in three ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Whether every letter was right, as it printed them.
    pub exact: Share,
    /// Whether every letter was right after the repair that Sekisho uses.
    pub repaired: Share,
    /// Whether all check digits were right after that repair, whatever the names were read as. Nothing where that
    /// wasn't counted.
    #[serde(default)]
    pub checked: Share,
}

impl Counts {
    fn count(&mut self, read: [bool; 3]) {
        [&mut self.exact, &mut self.repaired, &mut self.checked].into_iter().zip(read).for_each(|(s, so)| s.count(so));
    }

    /// Every letter right: with the repair or without, whichever did better.
    pub fn letters(&self) -> Share {
        if self.repaired.hits > self.exact.hits { self.repaired } else { self.exact }
    }
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
        let (mut all, mut held_out, mut times) = (Counts::default(), Counts::default(), Vec::new());
        for specimen in specimens {
            let Some(so) = &specimen.mrz else { continue };
            // One that printed nothing of a file didn't read it.
            let answer = answers.iter().find(|answer| answer.file == specimen.path);
            let read = read(answer, so);
            all.count(read);
            if !specimen.development {
                held_out.count(read);
            }
            times.extend(answer.map(|answer| answer.ms));
        }
        Outcome { name: self.name.into(), all, held_out, median_ms: median(&mut times) }
    }
}

/// Whether lines were read as printed, after the repair, and by their check digits.
fn read(answer: Option<&Answer>, so: &[String]) -> [bool; 3] {
    let given = answer.map(|answer| [answer.lines.as_slice(), answer.raw.as_slice()]).unwrap_or_default();
    // Whichever of the two is better counts.
    let mended = given.map(mended);
    let any = |so: &dyn Fn(&Mended) -> bool| mended.iter().flatten().any(so);
    let is_exact = given.contains(&so);
    [is_exact, is_exact || any(&|mended| mended.lines == so), is_exact || any(&|mended| mended.checks)]
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
        assert_eq!((outcome.all.exact.hits, outcome.all.repaired.hits, outcome.all.exact.of), (0, 1, 1));
        let hits = |first: String| {
            let outcome = PASSPORTEYE.judged(&[&specimen], &answer(vec![first, so[1].clone()]));
            (outcome.all.exact.hits, outcome.all.repaired.hits, outcome.all.checked.hits)
        };
        assert_eq!(hits(so[0].replace("ANNA", "ANWA")), (0, 0, 1), "no check digit covers a name");
        assert_eq!(hits(so[0].replace("<<<<", "<KKK")), (0, 1, 1), "a name ends where fillers begin");
        let silent = PASSPORTEYE.judged(&[&specimen], &[]);
        assert_eq!((silent.all.repaired.hits, silent.all.repaired.of), (0, 1));
    }

    #[test]
    fn what_was_held_out_is_counted_apart_too() {
        let lines = vec!["A".to_owned(), "B".to_owned()];
        let specimen = |name: &str, development| Specimen {
            name: name.into(),
            path: name.into(),
            mrz: Some(lines.clone()),
            left_out: None,
            development,
        };
        let (seen, unseen) = (specimen("seen", true), specimen("unseen", false));
        let answers = [Answer { file: "seen".into(), lines: lines.clone(), raw: Vec::new(), ms: 5.0 }];
        let outcome = PASSPORTEYE.judged(&[&seen, &unseen], &answers);
        assert_eq!(outcome.all.letters(), Share { hits: 1, of: 2 });
        assert_eq!(outcome.held_out.letters(), Share { hits: 0, of: 1 });
    }

    #[test]
    fn an_outcome_that_was_written_before_is_read() {
        let text = r#"{"name":"A","exact":{"hits":2,"of":42},"repaired":{"hits":10,"of":42},"median_ms":856.0}"#;
        let outcome: Outcome = serde_json::from_str(text).unwrap();
        assert_eq!((outcome.all.letters(), outcome.all.checked.of), (Share { hits: 10, of: 42 }, 0));
        let again: Outcome = serde_json::from_str(&serde_json::to_string(&outcome).unwrap()).unwrap();
        assert_eq!((again.held_out.exact.of, again), (0, outcome));
    }
}
