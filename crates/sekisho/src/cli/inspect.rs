//! `sekisho inspect`: what the inspector says of a picture. Stores nothing.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    process::ExitCode,
    str::FromStr,
};

use clap::Args;
use sekisho_inspect::{
    upload,
    wire::{Boxed, Limits, UploadReport, UploadRequest, Verdict},
};
use sekisho_sys::spawn::Program;
use serde::Serialize;
use zeroize::Zeroizing;

use super::refuse;
use crate::{
    forked_reader,
    service::ports::Reading,
    supervisor::lone::{LoneError, LoneInspector},
};

/// What `sekisho inspect` is given.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  sekisho inspect card.jpg --box 345,380,550,72 --box 175,120,420,92 --json\n\n\
    Exit code 0: every picture would be accepted; 1: one would not; 2: a file can't be read.")]
pub(super) struct InspectArgs {
    /// Pictures to look at
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// A part that stays visible, in pixels of the upright picture; may be given many times
    #[arg(long = "box", value_name = "X,Y,W,H")]
    boxes: Vec<BoxArg>,
    /// Print one JSON array
    #[arg(long)]
    json: bool,
    /// Write each accepted picture, painted, into this folder as FILE.masked.png
    #[arg(long, value_name = "DIR")]
    masked_out: Option<PathBuf>,
}

/// `x,y,w,h` in pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct BoxArg(pub(super) Boxed);

impl FromStr for BoxArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "write four whole numbers of pixels: x,y,width,height".to_owned();
        let numbers: Result<Vec<u32>, _> = text.split(',').map(|part| part.trim().parse()).collect();
        match numbers.map_err(|_| wrong())?[..] {
            [x, y, w, h] => Ok(Self(Boxed { x, y, w, h })),
            _ => Err(wrong()),
        }
    }
}

/// What is said of one file.
#[derive(Serialize)]
struct Answer<'a> {
    file: &'a Path,
    /// Whether a confined process of its own read it.
    confined: bool,
    #[serde(flatten)]
    outcome: Outcome,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Outcome {
    Read(UploadReport),
    /// Its reader ended before it answered. A gate would have turned it away.
    Ended {
        error: &'static str,
    },
}

const ENDED: &str = "the process that read it ended: it took too long, too much memory, or did something forbidden";

impl Outcome {
    fn accepts(&self) -> bool {
        matches!(self, Outcome::Read(report) if report.verdict == Verdict::Accept)
    }
}

/// Where pictures are read.
enum Place {
    /// In a confined process of its own each.
    Apart(LoneInspector),
    /// In this process, because this kernel allows no better.
    Here,
}

impl Place {
    fn best() -> Place {
        let started = Program::current().map_err(LoneError::Start).and_then(|program| LoneInspector::start(&program));
        started.map_or_else(Place::without, Place::Apart)
    }

    #[allow(clippy::print_stderr)] // The command line's own way to speak.
    fn without(why: LoneError) -> Place {
        eprintln!("sekisho: pictures are read without confinement, give it none of a stranger's: {why}");
        Place::Here
    }

    fn confined(&self) -> bool {
        matches!(self, Place::Apart(_))
    }

    fn read(&self, bytes: &[u8], boxes: &[Boxed]) -> io::Result<Reading> {
        match self {
            Place::Apart(inspector) => forked_reader::ask(inspector.forks().open()?, bytes, boxes.to_vec()),
            Place::Here => {
                let request = UploadRequest { boxes: boxes.to_vec() };
                let inspection = upload::inspect(bytes, &request, &Limits::UPLOAD);
                Ok(Reading { report: inspection.report, clean: inspection.clean.map(Zeroizing::new) })
            }
        }
    }
}

/// Inspects the files one by one and prints what came of them.
pub(super) fn run(args: InspectArgs) -> ExitCode {
    let place = Place::best();
    let boxes: Vec<Boxed> = args.boxes.iter().map(|given| given.0).collect();
    let mut answers = Vec::with_capacity(args.files.len());
    for file in &args.files {
        match one(&place, file, &boxes, args.masked_out.as_deref()) {
            Ok(outcome) => answers.push(Answer { file, confined: place.confined(), outcome }),
            Err(error) => return refuse(format_args!("{}: {error}", file.display())),
        }
    }
    print(&answers, args.json);
    let all = answers.iter().all(|answer| answer.outcome.accepts());
    if all { ExitCode::SUCCESS } else { ExitCode::from(1) }
}

fn one(place: &Place, file: &Path, boxes: &[Boxed], masked_out: Option<&Path>) -> io::Result<Outcome> {
    let bytes = Zeroizing::new(beginning(file)?);
    let Ok(reading) = place.read(&bytes, boxes) else { return Ok(Outcome::Ended { error: ENDED }) };
    if let (Some(folder), Some(clean)) = (masked_out, &reading.clean) {
        let name = file.file_name().unwrap_or(file.as_os_str());
        fs::write(folder.join(name).with_added_extension("masked.png"), clean)?;
    }
    Ok(Outcome::Read(reading.report))
}

/// As much of a file as an inspector takes, and one byte more, so that one too large is called so.
fn beginning(file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(file)?.take(Limits::UPLOAD.bytes as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[allow(clippy::print_stdout)] // The command's answer.
fn print(answers: &[Answer<'_>], json: bool) {
    if json {
        // Strings, numbers and lists only: none of it can fail to be JSON.
        println!("{}", serde_json::to_string_pretty(answers).unwrap_or_default());
        return;
    }
    for Answer { file, outcome, .. } in answers {
        match outcome {
            Outcome::Read(report) => println!("{}: {}", file.display(), in_words(report)),
            Outcome::Ended { error } => println!("{}: {error}", file.display()),
        }
    }
}

fn in_words(report: &UploadReport) -> String {
    let (width, height) = (report.facts.width, report.facts.height);
    format!("{} ({width} × {height}). {}", report.code.as_str(), report.advice.en)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_is_four_numbers() {
        assert_eq!("1, 2,3,4".parse::<BoxArg>().unwrap().0, Boxed { x: 1, y: 2, w: 3, h: 4 });
        for wrong in ["", "1,2,3", "1,2,3,4,5", "a,b,c,d", "-1,0,1,1"] {
            assert!(wrong.parse::<BoxArg>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn without_confinement_a_picture_is_read_all_the_same_and_the_answer_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.jpg");
        fs::write(&file, "text").unwrap();
        let outcome = one(&Place::Here, &file, &[], None).unwrap();
        let answer = Answer { file: &file, confined: Place::Here.confined(), outcome };
        let said = serde_json::to_value(&answer).unwrap();
        assert_eq!((&said["code"], &said["confined"]), (&"not_a_picture".into(), &false.into()));
        assert!(one(&Place::Here, &folder.path().join("none"), &[], None).is_err());
    }

    #[test]
    fn no_more_of_a_file_is_read_than_an_inspector_takes() {
        assert_eq!(beginning(Path::new("/dev/zero")).unwrap().len(), Limits::UPLOAD.bytes + 1);
    }
}
