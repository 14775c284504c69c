//! What `cargo xtask bench inspect` runs.

#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command for developers: this is how it speaks")]

use std::{fs, path::PathBuf, process::ExitCode};

use jiff::civil::Date;
use sekisho_papers::{
    bench::{
        campaign::{Campaign, HELD_OUT, Kept, order},
        document,
        judge::Judged,
        program::Program,
        readers,
        report::{self, Large, Report},
        rivals::{PASSPORTEYE, specimens_folder},
        specimens::{self, Specimen},
    },
    canvas::Fonts,
};

const HELP: &str = "The inspector, judged on documents of which everything is known, and on public specimens.

  --program FILE    the sekisho that is judged; needed
  --each N          so many documents of each kind and severity from held-out seeds (28: a thousand in all)
  --development N   so many of each from development seeds (each / 4)
  --large N         so many pictures of twelve megapixels (20)
  --kept FILE       judgements are kept there, a line each, and not made again
  --build TEXT      how the program was built, for the report
  --commit TEXT     the commit it is of
  --on YYYY-MM-DD   the day, for the report
  --docs DIR        the folder of INSPECTION.md and inspection.json, to be brought up to date
  --rewrite         judges nothing, only writes INSPECTION.md anew of what lies in that folder
  --json            the report as one JSON object

Example: cargo xtask bench inspect --each 4";

/// The first development seed.
const FIRST: u64 = 1;

struct Asked {
    program: PathBuf,
    each: u64,
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
    campaign.specimens(&specimens, &mut kept, say).map_err(|why| told(&why))?;
    // In slices, so that what is measured when it is cut short has all kinds in it.
    let many = asked.development.unwrap_or(asked.each.div_ceil(4));
    for (first, each) in [(HELD_OUT, asked.each), (FIRST, many)] {
        campaign.documents(&order(first, each), &mut kept, say).map_err(|why| told(&why))?;
    }
    let large = campaign.large(asked.large).map_err(|why| told(&why))?;
    let bombs = campaign.bombs().map_err(|why| told(&why))?;
    let bombs = bombs.into_iter().map(|(name, answer)| (name.into(), answer.reason.unwrap_or_default(), answer.ms));
    Ok(told_of(asked, kept.judged(), &specimens, (Large::of(&large), bombs.collect())))
}

fn say(judged: &Judged) {
    let Judged { file, verdict, reason, birth, kind_told, ms, .. } = judged;
    eprintln!("{file}: {verdict:?} ({reason}), birth {birth:?}, kind {kind_told:?}, {ms:.0} ms");
}

fn told_of(
    asked: &Asked,
    all: &[Judged],
    specimens: &[Specimen],
    speed: (Large, Vec<(String, String, f64)>),
) -> Report {
    let generated = |development| {
        let counts = |judged: &&Judged| judged.severity != "specimen" && judged.development == development;
        all.iter().filter(counts).count() as u64
    };
    let zoned: Vec<&Specimen> = specimens.iter().filter(|specimen| specimen.mrz.is_some()).collect();
    let rival = PASSPORTEYE.ask(&zoned);
    if rival.is_none() {
        eprintln!("not measured: {} (it is not installed)", PASSPORTEYE.name);
    }
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
        becoming: report::becoming(all),
        large: speed.0,
        bombs: speed.1,
    }
}

/// Whether every row that was measured is held.
fn run(asked: &Asked) -> Result<bool, String> {
    let data = asked.docs.as_ref().map(|docs| docs.join("inspection.json"));
    let report = match &data {
        Some(data) if asked.rewrite => {
            let text = fs::read_to_string(data).map_err(|why| format!("{}: {why}", data.display()))?;
            serde_json::from_str(&text).map_err(|why| format!("{}: {why}", data.display()))?
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
    Ok(report.rows.iter().all(|row| row.is_held() != Some(false)))
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
