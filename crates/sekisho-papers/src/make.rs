//! Making documents: which, how many, from which seed.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use crate::{
    canvas::Fonts,
    dice::Dice,
    kinds::{self, Kind},
    shoot::{Setup, Severity, shoot},
    truth::Truth,
};

/// A picture and what is known of it.
pub struct Made {
    /// JPEG.
    pub jpeg: Vec<u8>,
    /// What is known.
    pub truth: Truth,
}

/// The name of a document's file.
pub fn name(seed: u64, kind: Kind, severity: Severity) -> String {
    format!("{}-{}-{seed}.jpg", kind.name(), severity.name())
}

/// Makes one document. The same seed, kind and severity make the same bytes.
pub fn one(fonts: &Fonts, seed: u64, kind: Kind, severity: Severity) -> Made {
    shot(fonts, seed, (kind, severity), &Setup::new(&mut Dice::new(seed, "setup"), severity))
}

/// Makes one document as a photograph of twelve megapixels, 4000 by 3000.
pub fn large(fonts: &Fonts, seed: u64, kind: Kind) -> Made {
    let setup = Setup::new(&mut Dice::new(seed, "setup"), Severity::Mild);
    shot(fonts, seed, (kind, Severity::Mild), &Setup { long_side: 4000, ..setup })
}

fn shot(fonts: &Fonts, seed: u64, what: (Kind, Severity), setup: &Setup) -> Made {
    let (kind, severity) = what;
    let sheet = kinds::draw(fonts, kind, &mut Dice::new(seed, "paper"), setup.drawing());
    let shot = shoot(&mut Dice::new(seed, "shot"), setup, &sheet.drawn);
    let truth = Truth::of(name(seed, kind, severity), seed, what, &sheet, &shot);
    Made { jpeg: shot.jpeg, truth }
}

/// What is to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// How many documents; each has the next seed.
    pub count: u64,
    /// The first seed.
    pub seed: u64,
    /// The kinds, in turn.
    pub kinds: Vec<Kind>,
    /// The severities, in turn.
    pub severities: Vec<Severity>,
}

impl Order {
    /// Seed, kind and severity of each.
    pub fn each(&self) -> impl Iterator<Item = (u64, Kind, Severity)> + '_ {
        (self.seed..self.seed.saturating_add(self.count)).map(|seed| {
            let (kinds, severities) = (self.kinds.len() as u64, self.severities.len() as u64);
            // Below the lengths of two lists.
            let (kind, severity) = ((seed % kinds) as usize, (seed / kinds % severities) as usize);
            (seed, self.kinds[kind], self.severities[severity])
        })
    }
}

/// The file beside the pictures in which all truths stand, a line each.
pub const TRUTHS: &str = "truth.jsonl";

/// Makes all that is ordered into `folder`; `told` hears of each.
///
/// # Errors
/// When a file can't be written.
pub fn all(fonts: &Fonts, order: &Order, folder: &Path, mut told: impl FnMut(&Truth)) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut truths = BufWriter::new(File::create(folder.join(TRUTHS))?);
    for (seed, kind, severity) in order.each() {
        let made = one(fonts, seed, kind, severity);
        fs::write(folder.join(&made.truth.file), &made.jpeg)?;
        serde_json::to_writer(&mut truths, &made.truth)?;
        truths.write_all(b"\n")?;
        told(&made.truth);
    }
    truths.flush()
}

/// The truths of a folder, with the paths of their pictures.
///
/// # Errors
/// When the file isn't there or isn't one of these.
pub fn truths(folder: &Path) -> io::Result<Vec<(PathBuf, Truth)>> {
    let text = fs::read_to_string(folder.join(TRUTHS))?;
    let read = |line: &str| {
        let truth: Truth = serde_json::from_str(line)?;
        Ok((folder.join(&truth.file), truth))
    };
    text.lines().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shoot::PLANTED;

    fn order(count: u64) -> Order {
        Order { count, seed: 1, kinds: Kind::ALL.into(), severities: Severity::ALL.into() }
    }

    #[test]
    fn the_same_seed_makes_the_same_bytes_and_another_one_others() {
        let Some(fonts) = Fonts::for_tests() else { return };
        let made = |seed| one(&fonts, seed, Kind::Passport, Severity::Hard);
        let (first, again, other) = (made(5), made(5), made(6));
        assert!(first.jpeg == again.jpeg && first.truth == again.truth);
        assert!(first.jpeg != other.jpeg && first.truth.mrz != other.truth.mrz);
    }

    #[test]
    fn kinds_and_severities_take_turns_and_follow_from_the_seed() {
        let each: Vec<_> = order(36).each().collect();
        for kind in Kind::ALL {
            let severities: Vec<_> = each.iter().filter(|(_, other, _)| *other == kind).map(|(.., s)| *s).collect();
            assert_eq!(severities.len(), 3, "{kind:?}");
            assert!(Severity::ALL.iter().all(|severity| severities.contains(severity)), "{kind:?}");
        }
        let later = Order { seed: 7, count: 1, ..order(1) };
        assert_eq!(later.each().next(), each.iter().copied().find(|(seed, ..)| *seed == 7));
    }

    #[test]
    fn what_is_made_is_written_with_its_truth_and_read_again() {
        let (Some(fonts), folder) = (Fonts::for_tests(), tempfile::tempdir().unwrap()) else { return };
        let small = Order { kinds: vec![Kind::MyNumberBack], severities: vec![Severity::Mild], ..order(3) };
        let mut told = 0;
        all(&fonts, &small, folder.path(), |_| told += 1).unwrap();
        let truths = truths(folder.path()).unwrap();
        assert_eq!((told, truths.len()), (3, 3));
        for (path, truth) in truths {
            let bytes = fs::read(path).unwrap();
            let picture = image::load_from_memory(&bytes).unwrap();
            let (width, height) = truth.size;
            let turned = matches!(truth.orientation, 6 | 8);
            assert_eq!((picture.width(), picture.height()), if turned { (height, width) } else { (width, height) });
            assert!(truth.my_number.is_some_and(|number| number.digits.len() == 12));
            let planted = bytes.windows(PLANTED.len()).any(|bytes| bytes == PLANTED);
            assert_eq!(planted, truth.wear.side_data);
        }
    }
}
