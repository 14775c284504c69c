//! What `cargo xtask bench inspect` runs.

#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command for developers: this is how it speaks")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use jiff::civil::Date;
use sekisho_papers::{
    bench::{
        campaign::{Campaign, HELD_OUT, Kept, order},
        document,
        judge::Judged,
        parts::Part,
        program::Program,
        readers,
        report::{self, Large, Report},
        rivals::{Outcome, PASSPORTEYE, specimens_folder},
        specimens::{self, Specimen},
    },
    canvas::Fonts,
    make::Order,
};
use serde::{Serialize, de::DeserializeOwned};

const HELP: &str = "The inspector, judged on documents of which everything is known, and on public specimens.

  --program FILE    the sekisho that is judged; needed
  --each N          so many documents of each kind and severity from held-out seeds (28: a thousand in all)
  --part NAME       instead of these, a part with as many as its bars need; may be given many times:
                    numbers    1,008 backs of My Number cards, notification cards, extracts of the register
                    licences   501 driving licences
                    insurance  504 cards of health insurance and certificates of eligibility
                    fronts     501 fronts of My Number cards
  --development N   so many of each from development seeds (each / 4)
  --large N         so many pictures of twelve megapixels (20)
  --kept FILE       judgements are kept there, a line each, and not made again: stopped, it goes on where it was, and
                    parts add up. `cargo xtask bench inspect` names a file for each commit, target/inspection-COMMIT.jsonl
  --build TEXT      how the program was built, for the report
  --commit TEXT     the commit it is of
  --on YYYY-MM-DD   the day, for the report
  --docs DIR        the folder of INSPECTION.md and inspection.json, to be brought up to date
  --rewrite         judges nothing, only writes INSPECTION.md anew of what lies in that folder
  --json            the report as one JSON object

On two idle processors a document takes about 2 s, for two are read at a time: --each 1 some 6 minutes, --each 4 a quarter
of an hour, --each 28 an hour, all four parts an hour and a half. Specimens, large pictures, bombs and the rival take 5
minutes of it.

Example: cargo xtask bench inspect --each 4";

/// The first development seed.
const FIRST: u64 = 1;

struct Asked {
    program: PathBuf,
    each: u64,
    parts: Vec<Part>,
    development: Option<u64>,
    large: u64,
    kept: PathBuf,
    build: String,
    commit: String,
    on: Date,
    docs: Option<PathBuf>,
    rewrite: bool,
    json: bool,
}

fn asked() -> Option<Asked> {
    let mut asked = Asked {
        program: PathBuf::new(),
        each: 28,
        parts: Vec::new(),
        development: None,
        large: 20,
        kept: PathBuf::from("judged.jsonl"),
        build: "unknown".into(),
        commit: "unknown".into(),
        on: sekisho_papers::kinds::TODAY,
        docs: None,
        rewrite: false,
        json: false,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--program" => asked.program = words.next()?.into(),
            "--each" => asked.each = words.next()?.parse().ok()?,
            "--part" => asked.parts.push(Part::named(&words.next()?)?),
            "--development" => asked.development = Some(words.next()?.parse().ok()?),
            "--large" => asked.large = words.next()?.parse().ok()?,
            "--kept" => asked.kept = words.next()?.into(),
            "--build" => asked.build = words.next()?,
            "--commit" => asked.commit = words.next()?,
            "--on" => asked.on = words.next()?.parse().ok()?,
            "--docs" => asked.docs = Some(words.next()?.into()),
            "--rewrite" => asked.rewrite = true,
            "--json" => asked.json = true,
            _ => return None,
        }
    }
    Some(asked)
}

fn measured(asked: &Asked) -> Result<Report, String> {
    let told = |why: &dyn std::fmt::Display| why.to_string();
    let program = Program::at(&asked.program).map_err(|why| told(&why))?;
    let fonts = Fonts::of_the_system().map_err(|why| told(&why))?;
    let ground = tempfile::tempdir().map_err(|why| told(&why))?;
    let campaign = Campaign { program: &program, fonts: &fonts, ground: ground.path() };
    let mut kept = Kept::at(&asked.kept).map_err(|why| told(&why))?;
    let specimens = specimens_folder().map(|folder| specimens::all(&folder)).transpose().map_err(|why| told(&why))?;
    let specimens = specimens.unwrap_or_else(|| {
        eprintln!("not measured: specimens (there is no ../shared/specimens, nor SEKISHO_SPECIMENS)");
        Vec::new()
    });
    campaign.specimens(&specimens, &mut kept, |judged| say(judged, "")).map_err(|why| told(&why))?;
    for order in orders(asked) {
        let mut pace = Pace::from_now();
        let hear = |judged: &Judged, left: usize| say(judged, &pace.told(left));
        campaign.documents(&order, &mut kept, hear).map_err(|why| told(&why))?;
    }
    let speed = once(&asked.kept, "speed", || speed(&campaign, asked.large))?;
    let rival = once(&asked.kept, "rival", || Ok(asked_of_a_rival(&specimens)))?;
    Ok(told_of(asked, kept.judged(), &specimens, (speed, rival)))
}

/// The parts that were asked for; else all kinds, the held-out ones first.
fn orders(asked: &Asked) -> Vec<Order> {
    if !asked.parts.is_empty() {
        return asked.parts.iter().map(Part::order).collect();
    }
    let many = asked.development.unwrap_or(asked.each.div_ceil(4));
    vec![order(HELD_OUT, asked.each), order(FIRST, many)]
}

/// What was measured once is kept beside the judgements, in a file that ends with `name`.
fn once<T: Serialize + DeserializeOwned>(
    kept: &Path,
    name: &str,
    measure: impl FnOnce() -> Result<T, String>,
) -> Result<T, String> {
    let path = kept.with_extension(format!("{name}.json"));
    let before = fs::read_to_string(&path).ok().and_then(|text| serde_json::from_str(&text).ok());
    if let Some(before) = before {
        return Ok(before);
    }
    let now = measure()?;
    let text = serde_json::to_string(&now).map_err(|why| why.to_string())?;
    // What could not be measured may be there the next time.
    if text != "null" {
        fs::write(&path, text).map_err(|why| format!("{}: {why}", path.display()))?;
    }
    Ok(now)
}

/// Large pictures, and bombs: the file, what was said, the milliseconds.
type Speed = (Large, Vec<(String, String, f64)>);

fn speed(campaign: &Campaign<'_>, count: u64) -> Result<Speed, String> {
    let large = campaign.large(count).map_err(|why| why.to_string())?;
    let bombs = campaign.bombs().map_err(|why| why.to_string())?;
    let bombs = bombs.into_iter().map(|(name, answer)| (name.into(), answer.reason.unwrap_or_default(), answer.ms));
    Ok((Large::of(&large), bombs.collect()))
}

fn asked_of_a_rival(specimens: &[Specimen]) -> Option<Outcome> {
    let zoned: Vec<&Specimen> = specimens.iter().filter(|specimen| specimen.mrz.is_some()).collect();
    let rival = PASSPORTEYE.ask(&zoned);
    if rival.is_none() {
        eprintln!("not measured: {} (it is not installed)", PASSPORTEYE.name);
    }
    rival
}

/// How fast it goes.
struct Pace {
    began: Instant,
    done: u32,
}

impl Pace {
    fn from_now() -> Self {
        Self { began: Instant::now(), done: 0 }
    }

    /// `; 31 left, about 4 minutes`.
    fn told(&mut self, left: usize) -> String {
        self.done += 1;
        let each = self.began.elapsed().as_secs_f64() / f64::from(self.done);
        format!("; {left} left, about {:.0} minutes", each * left as f64 / 60.0)
    }
}

fn say(judged: &Judged, pace: &str) {
    let Judged { file, verdict, reason, birth, kind_told, ms, .. } = judged;
    eprintln!("{file}: {verdict:?} ({reason}), birth {birth:?}, kind {kind_told:?}, {ms:.0} ms{pace}");
}

fn told_of(asked: &Asked, all: &[Judged], specimens: &[Specimen], (speed, rival): (Speed, Option<Outcome>)) -> Report {
    let generated = |development| {
        let counts = |judged: &&Judged| judged.severity != "specimen" && judged.development == development;
        all.iter().filter(counts).count() as u64
    };
    let [checked, checked_held_out] = report::checked(all);
    let left_out = |specimen: &Specimen| specimen.left_out.map(|why| (specimen.name.clone(), why.to_owned()));
    Report {
        commit: asked.commit.clone(),
        at: asked.on.to_string(),
        build: asked.build.clone(),
        machine: report::machine(),
        was_read: all.iter().any(|judged| judged.was_read),
        tesseract: readers::tesseract_version(),
        seeds: [(FIRST, generated(true)), (HELD_OUT, generated(false))],
        specimens: (specimens.len() as u64, specimens.iter().filter_map(left_out).collect()),
        rows: report::rows(all),
        rivals: rival.into_iter().collect(),
        checked,
        checked_held_out,
        becoming: report::becoming(all),
        large: speed.0,
        bombs: speed.1,
    }
}

/// Whether every bar that was measured is held.
fn run(asked: &Asked) -> Result<bool, String> {
    let data = asked.docs.as_ref().map(|docs| docs.join("inspection.json"));
    let report = match &data {
        Some(data) if asked.rewrite => {
            let text = fs::read_to_string(data).map_err(|why| format!("{}: {why}", data.display()))?;
            Report::read(&text).map_err(|why| format!("{}: {why}", data.display()))?
        }
        _ => measured(asked)?,
    };
    if let (Some(docs), Some(data)) = (&asked.docs, &data) {
        let page = docs.join("INSPECTION.md");
        let text = fs::read_to_string(&page).map_err(|why| format!("{}: {why}", page.display()))?;
        let json = serde_json::to_string_pretty(&report).map_err(|why| why.to_string())?;
        fs::write(&page, document::written_into(&text, &report)?).map_err(|why| why.to_string())?;
        fs::write(data, json + "\n").map_err(|why| why.to_string())?;
    }
    match asked.json {
        true => println!("{}", serde_json::to_string(&report).map_err(|why| why.to_string())?),
        false => println!("{}", document::text(&report)),
    }
    Ok(report.is_held())
}

fn main() -> ExitCode {
    let Some(asked) = asked().filter(|asked| asked.rewrite || asked.program.is_file()) else {
        eprintln!("{HELP}");
        return ExitCode::from(2);
    };
    match run(&asked) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(why) => {
            eprintln!("bench inspect: {why}");
            ExitCode::from(2)
        }
    }
}
