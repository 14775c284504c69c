//! `sekisho inspect`: what the inspector says of a picture. Stores nothing.

mod answer;
mod place;

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    process::ExitCode,
    str::FromStr,
    time::Instant,
};

use clap::Args;
use sekisho_core::{calendar::Day, time::Clock};
use sekisho_inspect::wire::{Boxed, Limits, Verdict};
use sekisho_sys::clock::SystemClock;
use zeroize::Zeroizing;

use self::{answer::Answer, place::Place};
use super::refuse;

/// What `sekisho inspect` is given.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  sekisho inspect card.jpg --box 345,380,550,72 --box 175,120,420,92 --json\n\n\
    What is read is printed (--json), so give it pictures of your own; a My Number's digits never are. Print is read with\n\
    networks that `cargo xtask models` fetches into your cache; SEKISHO_MODELS names another folder for them.\n\n\
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
    /// The day on which they are read, instead of today: what years of two digits mean depends on it
    #[arg(long, value_name = "YYYY-MM-DD")]
    on: Option<Day>,
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

/// Inspects the files one by one and prints what came of them.
pub(super) fn run(args: InspectArgs) -> ExitCode {
    let place = match Place::best() {
        Ok(place) => place,
        Err(why) => return refuse(why),
    };
    let job = Job {
        boxes: args.boxes.iter().map(|given| given.0).collect(),
        masked_out: args.masked_out,
        today: args.on.unwrap_or_else(|| Day::of(SystemClock.read().wall)),
    };
    let mut answers = Vec::with_capacity(args.files.len());
    for file in &args.files {
        match job.one(&place, file) {
            Ok(answer) => answers.push(answer),
            Err(error) => return refuse(format_args!("{}: {error}", file.display())),
        }
    }
    print(&answers, args.json);
    let all = answers.iter().all(|answer| answer.verdict == Verdict::Accept);
    if all { ExitCode::SUCCESS } else { ExitCode::from(1) }
}

/// What is done with each file.
struct Job {
    boxes: Vec<Boxed>,
    masked_out: Option<PathBuf>,
    today: Day,
}

impl Job {
    fn one<'a>(&self, place: &Place, file: &'a Path) -> io::Result<Answer<'a>> {
        let bytes = Zeroizing::new(beginning(file)?);
        let began = Instant::now();
        let mut answer = match place.read(&bytes, &self.boxes, self.today) {
            Ok((reading, found)) => {
                if let (Some(folder), Some(clean)) = (&self.masked_out, &reading.clean) {
                    let name = file.file_name().unwrap_or(file.as_os_str());
                    fs::write(folder.join(name).with_added_extension("masked.png"), clean)?;
                }
                Answer::of(file, reading.report, found, place.confined())
            }
            Err(_) => Answer::ended(file, place.confined()),
        };
        answer.ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        Ok(answer)
    }
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
    answers.iter().for_each(|answer| println!("{}", answer.in_words()));
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
        let job = Job { boxes: Vec::new(), masked_out: None, today: "2026-11-22".parse().unwrap() };
        let said = serde_json::to_value(job.one(&Place::Here(None), &file).unwrap()).unwrap();
        assert_eq!((&said["reason"], &said["confined"]), (&"not_a_picture".into(), &false.into()));
        assert!(job.one(&Place::Here(None), &folder.path().join("none")).is_err());
    }

    #[test]
    fn no_more_of_a_file_is_read_than_an_inspector_takes() {
        assert_eq!(beginning(Path::new("/dev/zero")).unwrap().len(), Limits::UPLOAD.bytes + 1);
    }
}
