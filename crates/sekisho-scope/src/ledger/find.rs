//! One entry of an export, found without reading all of it: its lines stand in the order of their places.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
};

use memchr::memchr;

use super::lines::{entry, for_each};

/// So much is read at once where it is narrow enough; a line has at most half of it.
const NARROW: u64 = 8 << 20;

/// The body of the entry at `place` in an export's file of bodies; nothing if it isn't there or can't be read.
///
/// # Errors
/// When the file can't be read.
pub fn find_line(file: &File, place: u64) -> io::Result<Option<Vec<u8>>> {
    let (mut low, mut high) = (0, file.metadata()?.len());
    while high - low > NARROW {
        let middle = low + (high - low) / 2;
        // Where no line can be read, nothing can be ruled out: then everything up to there is looked through.
        match first_behind(file, middle)? {
            Some(found) if found <= place => low = middle,
            Some(_) => high = middle,
            None => break,
        }
    }
    // The line may begin before what is known to lie before it, and end behind what is known to lie behind it.
    through(file, low.saturating_sub(NARROW / 2), high + NARROW / 2, place)
}

/// The place of the first line that begins behind this byte, as far as one is near and can be read.
fn first_behind(file: &File, byte: u64) -> io::Result<Option<u64>> {
    let text = read(file, byte, byte + NARROW)?;
    let Some(end) = memchr(b'\n', &text) else { return Ok(None) };
    let mut found = None;
    for_each(&text[end + 1..], |line| found = found.or_else(|| entry(line).map(|(place, _)| place)));
    Ok(found)
}

fn through(file: &File, from: u64, to: u64, place: u64) -> io::Result<Option<Vec<u8>>> {
    let mut found = None;
    let mut at = from;
    while found.is_none() && at < to {
        // Pieces overlap by the longest line.
        let text = read(file, at, at + NARROW)?;
        for_each(&text, |line| found = found.take().or_else(|| entry(line).filter(|(at, _)| *at == place)));
        at += NARROW / 2;
    }
    Ok(found.map(|(_, body)| body))
}

fn read(mut file: &File, from: u64, to: u64) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    file.seek(SeekFrom::Start(from))?;
    file.take(to - from).read_to_end(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn file(lines: impl Iterator<Item = String>) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(lines.collect::<String>().as_bytes()).unwrap();
        file
    }

    /// Long bodies, so that few of them make a file that has to be searched.
    fn line(place: u64) -> String {
        format!("{{\"body\":\"{place}{}\",\"place\":{place}}}\n", "x".repeat(100_000))
    }

    #[test]
    fn every_entry_is_found_by_its_place_and_none_that_is_not_there() {
        let whole = file((0..400).filter(|place| *place != 7).map(line));
        for place in [0, 1, 6, 8, 199, 200, 201, 398, 399] {
            let body = find_line(&whole, place).unwrap().unwrap_or_else(|| panic!("{place}"));
            assert!(body.starts_with(format!("{place}x").as_bytes()));
        }
        assert_eq!([7, 400, u64::MAX].map(|place| find_line(&whole, place).unwrap()), [None, None, None]);
        assert_eq!(find_line(&file(std::iter::empty()), 0).unwrap(), None);
    }

    #[test]
    fn lines_that_are_broken_hide_no_other() {
        let torn = |place: u64| if (150..350).contains(&place) { "torn".repeat(25_000) + "\n" } else { line(place) };
        let whole = file((0..400).map(torn));
        for place in [0, 149, 350, 399] {
            assert!(find_line(&whole, place).unwrap().is_some(), "{place}");
        }
        assert_eq!(find_line(&whole, 200).unwrap(), None);
    }
}
