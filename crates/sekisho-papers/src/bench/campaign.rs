//! A campaign: specimens, documents from development seeds and from held-out ones, large pictures, bombs.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
};

use super::{
    answer::Answer,
    bombs::{self, Bomb},
    judge::{self, Judged},
    program::{Program, ProgramError, masked},
    specimens::Specimen,
    stored,
};
use crate::{
    canvas::Fonts,
    kinds::Kind,
    make::{self, Order},
    shoot::Severity,
};

/// Seeds below this are looked at while the program is made; those from here on are held out.
pub const HELD_OUT: u64 = 1_000_000;

/// How many pictures the program is given at once.
const BATCH: usize = 6;

/// How many programs read at once: each reads with one thread.
const WORKERS: usize = 2;

/// Why a campaign came to no end.
#[derive(Debug, thiserror::Error)]
pub enum CampaignError {
    /// A file of its own couldn't be written or read.
    #[error("the campaign's own files: {0}")]
    Files(#[from] io::Error),
    /// The program gave no answer.
    #[error(transparent)]
    Program(#[from] ProgramError),
}

/// Where a campaign works, and with what.
pub struct Campaign<'a> {
    /// The program that is judged.
    pub program: &'a Program,
    /// Fonts to draw with.
    pub fonts: &'a Fonts,
    /// An empty folder of its own.
    pub ground: &'a Path,
}

/// What was judged so far, a line each, so that a campaign that was cut short goes on.
pub struct Kept {
    file: File,
    judged: Vec<Judged>,
}

impl Kept {
    /// What stands in the file at `path`, if there is one.
    ///
    /// # Errors
    /// When it can't be read or written.
    pub fn at(path: &Path) -> io::Result<Self> {
        let text = fs::read_to_string(path).unwrap_or_default();
        let judged = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let mut file = OpenOptions::new().create(true).append(true).open(path)?;
        if !text.is_empty() && !text.ends_with('\n') {
            file.write_all(b"\n")?;
        }
        Ok(Self { file, judged })
    }

    /// All of it.
    pub fn judged(&self) -> &[Judged] {
        &self.judged
    }

    /// What is ordered and wasn't judged yet: seed, kind and severity of each.
    fn left_of(&self, order: &Order) -> Vec<(u64, Kind, Severity)> {
        let name = |(seed, kind, severity): &(u64, Kind, Severity)| make::name(*seed, *kind, *severity);
        order.each().filter(|one| !self.has(&name(one))).collect()
    }

    fn has(&self, file: &str) -> bool {
        self.judged.iter().any(|judged| judged.file == file)
    }

    fn put(&mut self, judged: Judged) -> io::Result<()> {
        serde_json::to_writer(&mut self.file, &judged)?;
        self.file.write_all(b"\n")?;
        self.judged.push(judged);
        Ok(())
    }
}

/// `each` documents of each kind and severity from `first` on, so that every seed is used once.
pub fn order(first: u64, each: u64) -> Order {
    let (kinds, severities) = (Kind::ALL.to_vec(), Severity::ALL.to_vec());
    Order { count: each * (kinds.len() * severities.len()) as u64, seed: first, kinds, severities }
}

impl Campaign<'_> {
    /// Makes, reads and judges all that is ordered and not yet in `kept`, two batches at a time; `told` hears of each,
    /// and how many are left.
    ///
    /// # Errors
    /// See [`CampaignError`].
    pub fn documents(
        &self,
        order: &Order,
        kept: &mut Kept,
        told: impl FnMut(&Judged, usize) + Send,
    ) -> Result<(), CampaignError> {
        let left = kept.left_of(order);
        let batches = Mutex::new(left.chunks(BATCH));
        let done = Mutex::new(Done { kept, told, left: left.len() });
        let work = || {
            let next = || lock(&batches).next();
            while let Some(batch) = next() {
                self.batch(batch)?.into_iter().try_for_each(|judged| lock(&done).put(judged))?;
            }
            Ok(())
        };
        thread::scope(|scope| {
            let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(work)).collect();
            let ended =
                workers.into_iter().map(|worker| worker.join().unwrap_or_else(|why| std::panic::resume_unwind(why)));
            ended.collect::<Vec<_>>().into_iter().collect()
        })
    }

    fn batch(&self, batch: &[(u64, Kind, Severity)]) -> Result<Vec<Judged>, CampaignError> {
        let (mut truths, mut files) = (Vec::new(), Vec::new());
        for (seed, kind, severity) in batch {
            let made = make::one(self.fonts, *seed, *kind, *severity);
            let file = self.ground.join(&made.truth.file);
            fs::write(&file, &made.jpeg)?;
            files.push(file);
            truths.push(made.truth);
        }
        let answers = self.program.inspect(&files, Some(self.ground))?;
        let mut out = Vec::new();
        for ((truth, file), answer) in truths.iter().zip(&files).zip(&answers) {
            let kept = masked(self.ground, file);
            out.push(judge::judge(truth, answer, &kept, truth.seed < HELD_OUT));
            forget(&[file, &kept])?;
        }
        Ok(out)
    }

    /// Reads and judges the specimens that are not yet in `kept`.
    ///
    /// # Errors
    /// See [`CampaignError`].
    pub fn specimens(
        &self,
        specimens: &[Specimen],
        kept: &mut Kept,
        mut told: impl FnMut(&Judged),
    ) -> Result<(), CampaignError> {
        let left: Vec<_> = specimens.iter().filter(|specimen| !kept.has(&specimen.name)).collect();
        for batch in left.chunks(BATCH) {
            let files: Vec<PathBuf> = batch.iter().map(|specimen| specimen.path.clone()).collect();
            let answers = self.program.inspect(&files, Some(self.ground))?;
            for (specimen, answer) in batch.iter().zip(&answers) {
                let stored = masked(self.ground, &specimen.path);
                let bytes = fs::read(&stored).ok();
                let side_data = bytes.as_deref().map(stored::side_data).unwrap_or_default();
                let judged = specimen.judge(answer, side_data, bytes.is_some());
                told(&judged);
                kept.put(judged)?;
                forget(&[&stored])?;
            }
        }
        Ok(())
    }

    /// Reads `count` pictures of twelve megapixels, one by one.
    ///
    /// # Errors
    /// See [`CampaignError`].
    pub fn large(&self, count: u64) -> Result<Vec<Answer>, CampaignError> {
        let mut answers = Vec::new();
        for seed in 0..count {
            let kind = Kind::ALL[(seed % Kind::ALL.len() as u64) as usize];
            let made = make::large(self.fonts, HELD_OUT * 2 + seed, kind);
            let file = self.ground.join(&made.truth.file);
            fs::write(&file, &made.jpeg)?;
            answers.extend(self.program.inspect(std::slice::from_ref(&file), None)?);
            forget(&[&file])?;
        }
        Ok(answers)
    }

    /// Small files that say they are huge pictures, each read some times.
    ///
    /// # Errors
    /// See [`CampaignError`].
    pub fn bombs(&self) -> Result<Vec<(&'static str, Answer)>, CampaignError> {
        let mut answers = Vec::new();
        for Bomb { name, bytes } in bombs::all() {
            let file = self.ground.join(name);
            fs::write(&file, bytes)?;
            // What stays in the list is the slowest of five.
            let tries: Result<Vec<_>, _> =
                (0..5).map(|_| self.program.inspect(std::slice::from_ref(&file), None)).collect();
            let slowest = tries?.into_iter().flatten().max_by(|one, other| one.ms.total_cmp(&other.ms));
            answers.extend(slowest.map(|answer| (name, answer)));
            forget(&[&file])?;
        }
        Ok(answers)
    }
}

/// What was judged, and who hears of it.
struct Done<'a, Told> {
    kept: &'a mut Kept,
    told: Told,
    left: usize,
}

impl<Told: FnMut(&Judged, usize)> Done<'_, Told> {
    fn put(&mut self, judged: Judged) -> Result<(), CampaignError> {
        self.left -= 1;
        (self.told)(&judged, self.left);
        Ok(self.kept.put(judged)?)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes files that may not be there.
fn forget(files: &[&Path]) -> io::Result<()> {
    for file in files.iter().filter(|file| file.exists()) {
        fs::remove_file(file)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// A program that says nothing of any picture, but notes that it was asked.
    fn silent(folder: &Path) -> Program {
        let path = folder.join("sekisho");
        let script = r#"#!/bin/sh
[ "$2" = --help ] && exit 0
shift 2; [ "$1" = --masked-out ] && shift 2
echo "$@" >> "$(dirname "$0")/asked"
printf '['; comma=
for file in "$@"; do printf '%s{"file":"%s","verdict":"retake","reason":"not_proven"}' "$comma" "$file"; comma=,; done
printf ']'
"#;
        fs::write(&path, script).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        Program::at(&path).unwrap()
    }

    #[test]
    fn a_campaign_that_was_cut_short_goes_on_where_it_was() {
        let (Some(fonts), folder) = (Fonts::for_tests(), tempfile::tempdir().unwrap()) else { return };
        let program = silent(folder.path());
        let campaign = Campaign { program: &program, fonts: &fonts, ground: folder.path() };
        let (kinds, severities) = (vec![Kind::Other], vec![Severity::Clean]);
        let order = |count| Order { count, seed: 7, kinds: kinds.clone(), severities: severities.clone() };
        let file = folder.path().join("kept.jsonl");
        campaign.documents(&order(2), &mut Kept::at(&file).unwrap(), |_, _| ()).unwrap();
        // Cut short while it wrote.
        OpenOptions::new().append(true).open(&file).unwrap().write_all(b"{\"file\":\"half").unwrap();
        let mut kept = Kept::at(&file).unwrap();
        let mut left = Vec::new();
        campaign.documents(&order(4), &mut kept, |_, more| left.push(more)).unwrap();
        assert_eq!((left, kept.judged().len()), (vec![1, 0], 4));
        let asked = fs::read_to_string(folder.path().join("asked")).unwrap();
        assert_eq!(asked.split_whitespace().count(), 4, "{asked}");
        assert_eq!(Kept::at(&file).unwrap().judged().len(), 4, "half a line spoils no other");
    }
}
