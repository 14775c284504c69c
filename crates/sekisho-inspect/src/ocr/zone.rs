//! The machine-readable zone, read as what it must be: lines of a known length whose places have known alphabets (ICAO
//! Doc 9303 parts 4 to 7).

use super::{
    alike,
    forced::{Lattice, Reading},
    vote::voted,
};

/// Which letters may stand in a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alphabet {
    /// Letters and fillers.
    Letters,
    /// Digits and fillers: a date may be unknown.
    Digits,
    /// `F`, `M`, the filler.
    Sex,
    /// The filler alone.
    Filler,
    /// All.
    All,
}

impl Alphabet {
    /// By their place in [`super::forced::LETTERS`].
    pub(super) fn letters(self) -> impl Iterator<Item = usize> {
        (0..37).filter(move |letter| match self {
            Alphabet::Letters => *letter == 0 || *letter > 10,
            Alphabet::Digits => *letter <= 10,
            Alphabet::Sex => matches!(letter, 0 | 16 | 23),
            Alphabet::Filler => *letter == 0,
            Alphabet::All => true,
        })
    }
}

use Alphabet::{All, Digits, Filler, Letters, Sex};

/// A run of places of one alphabet.
type Run = (usize, Alphabet);

const NAME_44: &[Run] = &[(44, Letters)];
const NAME_36: &[Run] = &[(36, Letters)];
/// Number with its check digit, issuer, birth, sex and expiry, each date with its check digit.
const DATA_44: &[Run] =
    &[(9, All), (1, Digits), (3, Letters), (7, Digits), (1, Sex), (7, Digits), (14, All), (2, Digits)];
const DATA_36: &[Run] =
    &[(9, All), (1, Digits), (3, Letters), (7, Digits), (1, Sex), (7, Digits), (7, All), (1, Digits)];
const VISA_44: &[Run] = &[(9, All), (1, Digits), (3, Letters), (7, Digits), (1, Sex), (7, Digits), (16, All)];
const VISA_36: &[Run] = &[(9, All), (1, Digits), (3, Letters), (7, Digits), (1, Sex), (7, Digits), (8, All)];
const CARD: [&[Run]; 3] = [
    &[(5, Letters), (9, All), (1, Digits), (15, All)],
    &[(7, Digits), (1, Sex), (7, Digits), (3, Letters), (11, All), (1, Digits)],
    &[(30, Letters)],
];

/// The lines of each kind of zone.
const FORMS: [&[&[Run]]; 5] =
    [&[NAME_44, DATA_44], &CARD, &[NAME_36, DATA_36], &[NAME_44, VISA_44], &[NAME_36, VISA_36]];

/// An issuer is three letters, a sex one of three. Where what is printed there is so many times unlikelier as such, e^12,
/// it is read as it is printed: specimens have digits there now and then, and a zone that breaks the rules must not be
/// mended silently.
const UNLIKE: f32 = 12.0;

/// What fillers are misread for.
const LIKE_FILLERS: &[u8] = b"CEGKLSX";

/// Readings whose mean step is less likely than this, e^-0.35, are of another kind of zone, or of none.
const LIKELY: f32 = -0.35;

/// And those less likely than this, e^-0.6, would be so however a place is read.
const HOPELESS: f32 = -0.6;

/// How the lines read as zones of each kind, the likeliest first, each with the number of its first line.
///
/// `lines` stand one below the other; a zone is any that follow each other.
pub(super) fn readings(lines: &[&[Lattice]]) -> Vec<(usize, Vec<Reading>)> {
    let mut found: Vec<(f32, (usize, Vec<Reading>))> = Vec::new();
    for form in FORMS {
        for (first, rows) in lines.windows(form.len()).enumerate() {
            // The first row that is nothing of the kind ends it.
            let read = rows.iter().zip(form.iter()).map(|(row, runs)| read_all(row, runs)).collect::<Option<Vec<_>>>();
            let Some(read) = read else { continue };
            let likelihood = read.iter().map(|line| line.likelihood).fold(0.0, f32::min);
            if likelihood > LIKELY {
                let mended = alike::mended(&read, &form.iter().map(|runs| places(runs)).collect::<Vec<_>>());
                found.push((likelihood, (first, read)));
                // Behind what was read as it is.
                found.extend(mended.map(|read| (likelihood, (first, read))));
            }
        }
    }
    found.sort_by(|one, other| other.0.total_cmp(&one.0));
    found.into_iter().map(|(_, read)| read).collect()
}

fn read_all(row: &[Lattice], runs: &[Run]) -> Option<Reading> {
    voted(row.iter().map(|lattice| read(lattice, runs)).collect::<Option<_>>()?)
}

fn read(row: &Lattice, runs: &[Run]) -> Option<Reading> {
    let mut runs = runs.to_vec();
    let mut best = row.read(&places(&runs)).filter(|best| best.likelihood > HOPELESS)?;
    for at in 0..runs.len() {
        if !matches!(runs[at], (3, Letters) | (1, Sex)) {
            continue;
        }
        let mut free = runs.clone();
        free[at].1 = All;
        let other = row.read(&places(&free))?;
        if (other.likelihood - best.likelihood) * row.steps() as f32 > UNLIKE {
            (runs, best) = (free, other);
        }
    }
    let named = matches!(runs[..], [(_, Letters)]);
    Some(if named { filled(row, &best.text).unwrap_or(best) } else { best })
}

/// A line of a name, read with nothing but fillers behind three of them, as Doc 9303-3, 4.6 has it: a name has one between
/// its words and two before the first names. Nothing, if that is so already, or if what stands there is no misread filler.
fn filled(row: &Lattice, text: &str) -> Option<Reading> {
    let (name, rest) = text.split_at(text.find("<<<")?);
    let letters = rest.bytes().filter(|letter| *letter != b'<').collect::<Vec<_>>();
    let misread = !letters.is_empty() && letters.iter().all(|letter| LIKE_FILLERS.contains(letter));
    misread.then(|| row.read(&places(&[(name.len(), Letters), (rest.len(), Filler)])))?
}

fn places(runs: &[Run]) -> Vec<Alphabet> {
    runs.iter().flat_map(|(count, alphabet)| std::iter::repeat_n(*alphabet, *count)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocr::forced::tests::lattice;

    #[test]
    fn lines_have_the_lengths_of_doc_9303() {
        let lengths = |form: &[&[Run]]| form.iter().map(|runs| places(runs).len()).collect::<Vec<_>>();
        let all: Vec<_> = FORMS.iter().map(|form| lengths(form)).collect();
        assert_eq!(all, [vec![44, 44], vec![30, 30, 30], vec![36, 36], vec![44, 44], vec![36, 36]]);
    }

    /// A row that was read for sure, a step and a blank for each letter; those at `doubts` may be another letter.
    fn row(text: &str, doubts: &[(usize, u8)]) -> [Lattice; 1] {
        let step = |(at, letter): (usize, u8)| match doubts.iter().find(|(place, _)| *place == at) {
            Some((_, other)) => vec![(letter, 0.8), (*other, 0.2)],
            None => vec![(letter, 1.0)],
        };
        let steps: Vec<Vec<(u8, f32)>> = text.bytes().enumerate().flat_map(|read| [step(read), Vec::new()]).collect();
        [lattice(&steps.iter().map(Vec::as_slice).collect::<Vec<_>>())]
    }

    #[test]
    fn what_look_alikes_mend_is_told_behind_what_was_read() {
        let name = row("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", &[]);
        let told = |data: [Lattice; 1]| -> Vec<String> {
            let readings = readings(&[&name, &data]);
            readings.into_iter().map(|(_, rows)| rows[1].text[..10].to_owned()).collect()
        };
        let rest = "UTO7408122F1204159ZE184226B<<<<<10";
        let (right, wrong) = (format!("L898902C36{rest}"), format!("L8989O2C36{rest}"));
        let (as_read, mended) = ("L8989O2C36", "L898902C36");
        // A passport's line is a visa's too.
        assert_eq!(told(row(&right, &[(5, b'O')])), [mended; 2], "what is right has no other reading");
        assert_eq!(told(row(&wrong, &[])), [as_read; 2], "what was read for sure stays");
        assert_eq!(told(row(&wrong, &[(5, b'0')])), [as_read, mended, as_read, mended]);
    }

    #[test]
    fn alphabets_hold_what_they_say() {
        let said = |alphabet: Alphabet| {
            let letters = alphabet.letters().map(|at| char::from(super::super::forced::LETTERS[at]));
            letters.collect::<String>()
        };
        assert_eq!((said(Digits).as_str(), said(Sex).as_str()), ("<0123456789", "<FM"));
        assert_eq!((said(Letters).len(), said(All).len()), (27, 37));
    }
}
