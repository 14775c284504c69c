//! Cases by their seeds, on several threads, for as long as is asked for: who panics, hangs or objects is a find.

use std::{
    collections::HashMap,
    fs, io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    process,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::chance::Chance;

/// A case that takes longer hangs. Busy machines are slow, too.
const HANG: Duration = Duration::from_secs(60);
/// How many cases run at once.
const WORKERS: usize = 2;

/// What is attacked.
pub(crate) trait Target: Sync {
    /// A case: the contents of its files and whatever else is asked, all of it from chance.
    fn case(&self, chance: &mut Chance) -> Box<dyn Case>;
}

/// One case.
pub(crate) trait Case {
    /// The contents of its files.
    fn files(&self) -> Vec<Vec<u8>>;

    /// Gives them to what is attacked; says what must not be.
    fn objection(&self, files: &[PathBuf]) -> Option<String>;
}

/// What is asked for.
pub(crate) struct Asked {
    /// How long.
    pub(crate) minutes: u64,
    /// The first seed.
    pub(crate) seed: u64,
    /// So many cases at the most.
    pub(crate) count: u64,
    /// Where finds are put.
    pub(crate) keep: PathBuf,
}

/// What came of it.
pub(crate) struct Attacked {
    /// How many cases there were.
    pub(crate) cases: u64,
    /// How many of them are finds.
    pub(crate) finds: u64,
}

/// Cases that run now, and since when.
type Running = Mutex<HashMap<u64, Instant>>;

/// Runs cases until time or count is up.
pub(crate) fn run(target: &dyn Target, asked: &Asked) -> Result<Attacked, String> {
    let until = Instant::now() + Duration::from_secs(asked.minutes.saturating_mul(60));
    let (next, done, running) = (AtomicU64::new(0), AtomicU64::new(0), Running::default());
    let finds = AtomicU64::new(0);
    let work = || -> io::Result<()> {
        let ground = tempfile::tempdir()?;
        while Instant::now() < until {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= asked.count {
                break;
            }
            let seed = asked.seed.saturating_add(at);
            locked(&running).insert(seed, Instant::now());
            if let Some(what) = one(target, seed, ground.path())? {
                finds.fetch_add(1, Ordering::Relaxed);
                println!("seed {seed}: {what}");
                write(target, seed, &asked.keep)?;
            }
            locked(&running).remove(&seed);
            done.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(work)).collect();
        watch(target, asked, &running, &done, || workers.iter().all(thread::ScopedJoinHandle::is_finished));
        workers.into_iter().try_for_each(|worker| {
            worker.join().map_err(|_| "a worker fell".to_owned())?.map_err(|why| format!("a file of its own: {why}"))
        })
    })?;
    Ok(Attacked { cases: done.into_inner(), finds: finds.into_inner() })
}

fn locked(running: &Running) -> MutexGuard<'_, HashMap<u64, Instant>> {
    running.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One case; what panics is a find like any other.
fn one(target: &dyn Target, seed: u64, ground: &Path) -> io::Result<Option<String>> {
    let files = write(target, seed, ground)?;
    let case = target.case(&mut Chance::new(seed));
    let objection = catch_unwind(AssertUnwindSafe(|| case.objection(&files)));
    files.iter().try_for_each(fs::remove_file)?;
    Ok(objection.unwrap_or_else(|_| Some("it panicked".into())))
}

/// Writes the files of a seed: the same ones each time.
pub(crate) fn write(target: &dyn Target, seed: u64, folder: &Path) -> io::Result<Vec<PathBuf>> {
    fs::create_dir_all(folder)?;
    let contents = target.case(&mut Chance::new(seed)).files();
    let write = |(at, bytes): (usize, Vec<u8>)| {
        let path = folder.join(format!("{seed}-{at}.bin"));
        fs::write(&path, bytes).map(|()| path)
    };
    contents.into_iter().enumerate().map(write).collect()
}

/// Looks at the clock until all are done. A thread that hangs can't be ended, so the whole program is.
fn watch(target: &dyn Target, asked: &Asked, running: &Running, done: &AtomicU64, is_done: impl Fn() -> bool) {
    let mut told = Instant::now();
    while !is_done() {
        thread::sleep(Duration::from_millis(50));
        let hanging = locked(running).iter().find(|(_, since)| since.elapsed() > HANG).map(|(seed, _)| *seed);
        if let Some(seed) = hanging {
            println!("seed {seed}: it hangs");
            let written = write(target, seed, &asked.keep);
            process::exit(if written.is_ok() { 1 } else { 2 });
        }
        if told.elapsed() > Duration::from_secs(10) {
            eprintln!("{} cases", done.load(Ordering::Relaxed));
            told = Instant::now();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A target that falls over every third seed and objects to every fifth.
    struct Weak;
    struct Blow(u64);

    impl Target for Weak {
        fn case(&self, chance: &mut Chance) -> Box<dyn Case> {
            Box::new(Blow(chance.below(15)))
        }
    }

    impl Case for Blow {
        fn files(&self) -> Vec<Vec<u8>> {
            vec![vec![self.0 as u8]]
        }

        fn objection(&self, files: &[PathBuf]) -> Option<String> {
            assert_ne!(self.0 % 3, 1, "on purpose");
            let read = fs::read(&files[0]).unwrap();
            read[0].is_multiple_of(5).then(|| "five".into())
        }
    }

    #[test]
    fn whoever_panics_or_objects_is_found_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let asked = Asked { minutes: 1, seed: 7, count: 60, keep: folder.path().join("finds") };
        let attacked = run(&Weak, &asked).unwrap();
        let is_found = |seed: &u64| {
            let blow = Chance::new(*seed).below(15);
            blow % 3 == 1 || blow.is_multiple_of(5)
        };
        let expected: Vec<_> = (7..67).filter(is_found).collect();
        assert!(attacked.cases == 60 && !expected.is_empty());
        assert_eq!(attacked.finds, expected.len() as u64);
        let kept = |seed: &u64| folder.path().join(format!("finds/{seed}-0.bin")).is_file();
        assert_eq!((7..67).filter(kept).collect::<Vec<_>>(), expected);
    }
}
