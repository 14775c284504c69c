//! The bodies in an export: `keeper/event.jsonl`, one JSON object a line.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
};

use memchr::{memchr, memrchr};
use serde::Deserialize;

use super::{Bodies, Body, Part};
use crate::in_order::Pieces;

/// About how many bytes a piece has.
const PIECE: u64 = 4 << 20;
/// About how many one has that an index is made from: the larger, the fewer documents are in two of them.
const LARGE: u64 = 64 << 20;

/// A file of lines, in pieces that end with a line's end.
#[derive(Debug)]
pub struct Lines {
    file: File,
    piece: u64,
    /// The beginning of a line whose end is not read yet.
    rest: Vec<u8>,
}

impl Lines {
    /// The lines of a file.
    pub fn new(file: File) -> Self {
        Self { file, piece: PIECE, rest: Vec::new() }
    }

    /// The lines of a file from this byte on, where one begins.
    ///
    /// # Errors
    /// When the file has no such place.
    pub fn behind(mut file: File, bytes: u64) -> io::Result<Self> {
        file.seek(SeekFrom::Start(bytes))?;
        Ok(Self::new(file))
    }

    /// The same in large pieces, to make an index from.
    #[must_use]
    pub fn for_index(self) -> Self {
        self.in_pieces_of(LARGE)
    }

    /// The same in pieces of about so many bytes.
    #[must_use]
    pub(super) fn in_pieces_of(self, bytes: u64) -> Self {
        Self { piece: bytes, ..self }
    }
}

impl Pieces for Lines {
    type Error = io::Error;

    fn next(&mut self, piece: &mut Vec<u8>) -> io::Result<bool> {
        piece.clear();
        piece.append(&mut self.rest);
        loop {
            let read = (&self.file).take(self.piece).read_to_end(piece)?;
            match memrchr(b'\n', piece) {
                _ if read == 0 => return Ok(!piece.is_empty()),
                Some(end) => {
                    self.rest.extend_from_slice(&piece[end + 1..]);
                    piece.truncate(end + 1);
                    return Ok(true);
                }
                // A line that is longer than a piece goes on in the next one.
                None => {}
            }
        }
    }
}

impl Bodies for Lines {
    fn read(piece: &[u8], part: &mut Part<'_>) -> bool {
        for_each(piece, |line| {
            let understood = quick(line).or_else(|| slow(line, part));
            if let Some(Some((place, body))) = understood {
                part.read(place, Body::Escaped(body));
            }
            part.line(understood.is_some());
        });
        true
    }

    fn is_whole(piece: &[u8]) -> bool {
        piece.ends_with(b"\n")
    }
}

/// Shows `see` every line that isn't empty.
pub(super) fn for_each<'a>(mut piece: &'a [u8], mut see: impl FnMut(&'a [u8])) {
    while !piece.is_empty() {
        let end = memchr(b'\n', piece).unwrap_or(piece.len());
        if end > 0 {
            see(&piece[..end]);
        }
        piece = piece.get(end + 1..).unwrap_or_default();
    }
}

/// A line as the export writes it: fields in the order of their names, the salt last. The body is still escaped.
fn quick(line: &[u8]) -> Option<Option<(u64, &[u8])>> {
    let text = line.strip_prefix(b"{\"body\":\"")?;
    // Read from its end: a salt of 64 characters, the place, the check's id.
    let text = text.strip_suffix(b"\"}")?;
    let (text, _) = text.split_at_checked(text.len().checked_sub(64)?)?;
    let (text, place) = last_number(text.strip_suffix(b",\"salt\":\"")?)?;
    let text = text.strip_suffix(b",\"place\":")?;
    let text = match text.strip_suffix(b"\",\"check_id\":null") {
        Some(text) => text,
        None => text.strip_suffix(b"\"").and_then(|text| {
            let (text, id) = text.split_at_checked(text.len().checked_sub(30)?)?;
            id.starts_with(b"chk_").then_some(text)?.strip_suffix(b"\",\"check_id\":\"")
        })?,
    };
    text.ends_with(b"}").then_some(Some((place, text)))
}

/// The number at a text's end, if it surely fits, and what stands before it.
fn last_number(text: &[u8]) -> Option<(&[u8], u64)> {
    let digits = text.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let (text, number) = text.split_at(text.len() - digits);
    let value = || number.iter().fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'));
    (1..=19).contains(&digits).then(|| (text, value()))
}

/// A line as any program may write it; read into the part at once, since its body has to be unpacked.
fn slow<'a>(line: &[u8], part: &mut Part<'_>) -> Option<Option<(u64, &'a [u8])>> {
    let (place, body) = entry(line)?;
    part.read(place, Body::Plain(&body));
    Some(None)
}

/// The place and the body of a line, as the export or any other program writes it.
pub(super) fn entry(line: &[u8]) -> Option<(u64, Vec<u8>)> {
    let Line { place, body } = serde_json::from_slice(line).ok()?;
    Some((place, body.into_bytes()))
}

#[derive(Deserialize)]
struct Line {
    place: u64,
    body: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Question;

    fn pieces(text: &[u8]) -> Vec<Vec<u8>> {
        let mut file = tempfile::tempfile().unwrap();
        io::Write::write_all(&mut file, text).unwrap();
        io::Seek::rewind(&mut file).unwrap();
        let (mut lines, mut piece, mut all) = (Lines::new(file), Vec::new(), Vec::new());
        while lines.next(&mut piece).unwrap() {
            all.push(piece.clone());
        }
        all
    }

    #[test]
    fn pieces_end_with_a_line_and_leave_nothing_out() {
        let text: Vec<u8> = (0..3_000_000).flat_map(|line| format!("line {line}\n").into_bytes()).collect();
        let cut = pieces(&text);
        assert!(cut.len() > 1 && cut.iter().all(|piece| piece.ends_with(b"\n")));
        assert!(cut.concat() == text);
        assert_eq!(pieces(b"a\nb"), [b"a\n".to_vec(), b"b".to_vec()]);
        assert!(pieces(b"").is_empty());
    }

    #[test]
    fn a_line_is_read_as_the_export_writes_it_and_as_others_do() {
        let body = r#"{\"v\":1,\"at\":7,\"event\":\"started\"}"#;
        let salt = "0".repeat(64);
        let id = "chk_".to_owned() + &"0".repeat(26);
        let of = |check: &str| format!(r#"{{"body":"{body}","check_id":{check},"place":12,"salt":"{salt}"}}"#);
        for line in [of("null"), of(&format!("\"{id}\""))] {
            assert_eq!(quick(line.as_bytes()), Some(Some((12, body.as_bytes()))));
        }
        let question = Question::default();
        let mut part = Part::new(&question);
        let text = format!("{}\n\n{{\"place\":13,\"body\":\"{body}\"}}\nnonsense\n", of("null"));
        assert!(Lines::read(text.as_bytes(), &mut part));
        assert_eq!((part.read, part.runs.len(), part.lines, &part.broken), (2, 1, 3, &vec![3]));
    }
}
