//! What `cargo xtask fuzz inspect` runs.

#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command for developers: this is how it speaks")]

use std::{
    fs,
    path::PathBuf,
    process::ExitCode,
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use sekisho_papers::{
    bench::program::Program,
    canvas::Fonts,
    fuzz::{Find, Fuzz, corpus},
};

const HELP: &str =
    "Pictures altered by chance, given to the real program in its confinement. It ends with 0 if every one was
answered in time and memory, with 1 if one was not; what was found is kept as a file, to be given to `sekisho inspect`.

  --program FILE    the sekisho that is attacked; needed
  --minutes N       how long (10)
  --seed S          the first seed (1); each picture has the next one
  --count N         so many pictures at the most, whatever time is left
  --keep DIR        where finds are put (target/fuzz/inspect)

Every fourth round is read with networks, where they are.

Example: cargo xtask fuzz inspect --minutes 30 --seed 1000000";

/// How many pictures the program is given at once.
const ROUND: u64 = 24;
/// Every so-manieth round is read with networks: that takes a second for each picture that can be decoded.
const READ: u64 = 4;
/// How many programs are attacked at once.
const WORKERS: usize = 2;

struct Asked {
    program: PathBuf,
    minutes: u64,
    seed: u64,
    count: u64,
    keep: PathBuf,
}

fn asked() -> Option<Asked> {
    let keep = PathBuf::from("target/fuzz/inspect");
    let mut asked = Asked { program: PathBuf::new(), minutes: 10, seed: 1, count: u64::MAX, keep };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--program" => asked.program = words.next()?.into(),
            "--minutes" => asked.minutes = words.next()?.parse().ok()?,
            "--seed" => asked.seed = words.next()?.parse().ok()?,
            "--count" => asked.count = words.next()?.parse().ok()?,
            "--keep" => asked.keep = words.next()?.into(),
            _ => return None,
        }
    }
    Some(asked).filter(|asked| asked.program.is_file())
}

/// What was attacked with, and what was found.
struct Attacked {
    pictures: u64,
    finds: Vec<Find>,
}

fn run(asked: &Asked) -> Result<Attacked, String> {
    let program = Program::at(&asked.program).map_err(|why| why.to_string())?;
    let fonts = Fonts::of_the_system().map_err(|why| why.to_string())?;
    let (corpus, ground) = (corpus(&fonts), tempfile::tempdir().map_err(|why| why.to_string())?);
    let fuzz = Fuzz { program: &program, corpus: &corpus, ground: ground.path() };
    let until = Instant::now() + Duration::from_secs(asked.minutes * 60);
    let (next, finds) = (Mutex::new(0_u64), Mutex::new(Vec::new()));
    let work = || -> Result<(), String> {
        while Instant::now() < until {
            let first = take(&next);
            let end = (first + ROUND).min(asked.count);
            if first >= end {
                break;
            }
            let seeds = asked.seed.saturating_add(first)..asked.seed.saturating_add(end);
            let found = fuzz.round(seeds, (first / ROUND).is_multiple_of(READ)).map_err(|why| why.to_string())?;
            for find in &found {
                keep(asked, &fuzz, find)?;
            }
            finds.lock().unwrap_or_else(PoisonError::into_inner).extend(found);
        }
        Ok(())
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(work)).collect();
        let ended = workers.into_iter().map(|worker| worker.join().unwrap_or_else(|_| Err("a worker fell".into())));
        ended.collect::<Vec<_>>().into_iter().collect::<Result<(), String>>()
    })?;
    let pictures = next.into_inner().unwrap_or_else(PoisonError::into_inner).min(asked.count);
    Ok(Attacked { pictures, finds: finds.into_inner().unwrap_or_else(PoisonError::into_inner) })
}

fn take(next: &Mutex<u64>) -> u64 {
    let mut next = next.lock().unwrap_or_else(PoisonError::into_inner);
    let first = *next;
    *next = first.saturating_add(ROUND);
    eprintln!("{first} pictures");
    first
}

fn keep(asked: &Asked, fuzz: &Fuzz<'_>, find: &Find) -> Result<(), String> {
    let file = asked.keep.join(format!("{}.bin", find.seed));
    println!("{}: {}", file.display(), find.what);
    let write = || fs::create_dir_all(&asked.keep).and_then(|()| fs::write(&file, fuzz.bytes(find.seed)));
    write().map_err(|why| format!("{}: {why}", file.display()))
}

fn main() -> ExitCode {
    let Some(asked) = asked() else {
        eprintln!("{HELP}");
        return ExitCode::from(2);
    };
    match run(&asked) {
        Ok(Attacked { pictures, finds }) => {
            println!("{pictures} pictures from seed {}: {} not borne", asked.seed, finds.len());
            ExitCode::from(u8::from(!finds.is_empty()))
        }
        Err(why) => {
            eprintln!("fuzz inspect: {why}");
            ExitCode::from(2)
        }
    }
}
