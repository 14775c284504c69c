//! What an attacker looks for, and how it is found in whatever they hold.

use std::{
    fmt::{self, Display, Formatter},
    ops::AddAssign,
};

use base64ct::{Base64, Encoding};
use memchr::memmem;
use sekisho_inspect::{
    upload,
    wire::{Limits, UploadRequest},
};
use serde::{Deserialize, Serialize};

use crate::demo::Picture;

/// Bytes of a picture that are enough to know it by.
const PIECE: usize = 24;
/// Pieces of each picture that are looked for.
const PIECES: usize = 16;
/// Base64 of fewer characters holds no picture.
const SHORTEST_TEXT: usize = 400;

/// What an attacker got.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Got {
    /// Pictures, or parts of one.
    pub pictures: u64,
    /// Birth dates.
    pub birth_dates: u64,
    /// Names of members.
    pub names: u64,
}

impl Display for Got {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { pictures, birth_dates, names } = self;
        write!(f, "{pictures} pictures, {birth_dates} birth dates, {names} names")
    }
}

impl AddAssign for Got {
    fn add_assign(&mut self, more: Self) {
        self.pictures += more.pictures;
        self.birth_dates += more.birth_dates;
        self.names += more.names;
    }
}

/// What was planted, and is looked for.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Sought {
    pieces: Vec<Vec<u8>>,
    birth_dates: Vec<String>,
    names: Vec<String>,
}

impl Sought {
    /// Looks for `picture`, as it was sent and as it is stored, and for the birth date and names of its member.
    pub fn new(picture: &Picture, birth_dates: &[&str], names: &[&str]) -> Self {
        let boxes = picture.boxes.clone();
        let clean = upload::inspect(&picture.bytes, &UploadRequest { boxes }, &Limits::UPLOAD).clean;
        let pictures = [Some(&picture.bytes), clean.as_ref()];
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Self {
            pieces: pictures.into_iter().flatten().flat_map(|bytes| pieces(bytes)).collect(),
            birth_dates: owned(birth_dates),
            names: owned(names),
        }
    }

    /// What is found in `bytes`: one picture at most, for one answer or one file.
    pub fn within(&self, bytes: &[u8]) -> Got {
        let decoded = unwrapped(bytes);
        let texts = [bytes].into_iter().chain(decoded.iter().map(Vec::as_slice));
        let mut got = Got::default();
        for text in texts {
            got.pictures |= u64::from(self.has_picture(text));
            got.birth_dates |= u64::from(any(&self.birth_dates, text));
            got.names |= u64::from(any(&self.names, text));
        }
        got
    }

    fn has_picture(&self, bytes: &[u8]) -> bool {
        self.pieces.iter().any(|piece| memmem::find(bytes, piece).is_some()) || begins_like_picture(bytes)
    }
}

/// Pieces from all over a picture, none of them monotonous: what is painted over is alike in every picture.
fn pieces(picture: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let step = (picture.len() / PIECES).max(1);
    picture.chunks(step).filter_map(|chunk| chunk.get(..PIECE)).filter(|piece| is_varied(piece)).map(<[u8]>::to_vec)
}

fn is_varied(piece: &[u8]) -> bool {
    let mut bytes = piece.to_vec();
    bytes.sort_unstable();
    bytes.dedup();
    bytes.len() > PIECE / 2
}

fn any(sought: &[String], bytes: &[u8]) -> bool {
    sought.iter().any(|text| memmem::find(bytes, text.as_bytes()).is_some())
}

/// Whether something in `bytes` begins like a picture. Three bytes alone are met by chance: a JPEG counts with its
/// first two segments, so that half of one is found too.
fn begins_like_picture(bytes: &[u8]) -> bool {
    let jpeg = || memmem::find_iter(bytes, b"\xff\xd8\xff").any(|at| begins_like_jpeg(&bytes[at..]));
    let webp = || memmem::find_iter(bytes, b"WEBP").any(|at| at >= 8 && bytes[at - 8..].starts_with(b"RIFF"));
    memmem::find(bytes, b"\x89PNG\r\n\x1a\n").is_some() || webp() || jpeg()
}

fn begins_like_jpeg(bytes: &[u8]) -> bool {
    let segment = |at: usize| match bytes.get(at..at + 4) {
        Some([0xff, 0xc0..=0xfe, high, low]) => Some(at + 2 + usize::from(u16::from_be_bytes([*high, *low]))),
        _ => None,
    };
    segment(2).and_then(segment).is_some()
}

/// What stands in `bytes` in base64, either alphabet.
fn unwrapped(bytes: &[u8]) -> Vec<Vec<u8>> {
    let is_text = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
    bytes.split(|byte| !is_text(byte)).filter(|run| run.len() >= SHORTEST_TEXT).filter_map(decoded).collect()
}

fn decoded(run: &[u8]) -> Option<Vec<u8>> {
    let plain = run.iter().map(|byte| match byte {
        b'-' => '+',
        b'_' => '/',
        other => char::from(*other),
    });
    // A run that was cut is decoded as far as it goes.
    let plain: String = plain.take(run.len() / 4 * 4).collect();
    Base64::decode_vec(&plain).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sought() -> Sought {
        Sought::new(&Picture::specimen(), &["1990-04-01"], &["見本 花子"])
    }

    #[test]
    fn a_picture_is_found_whole_in_part_and_in_base64() {
        let (sought, picture) = (sought(), Picture::specimen().bytes);
        let one = Got { pictures: 1, ..Got::default() };
        assert_eq!(sought.within(&picture), one);
        let half = [b"log line ", &picture[picture.len() / 2..]].concat();
        assert_eq!(sought.within(&half), one);
        let page = format!("<img src=\"data:image/jpeg;base64,{}\">", Base64::encode_string(&picture));
        assert_eq!(sought.within(page.as_bytes()), one);
    }

    #[test]
    fn a_strangers_picture_is_a_picture_too() {
        let nothing = Sought::default();
        assert_eq!(nothing.within(&[b"x", Picture::specimen().bytes.as_slice()].concat()).pictures, 1);
        assert_eq!(nothing.within(&[0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]).pictures, 0);
    }

    #[test]
    fn a_date_and_a_name_are_found_and_noise_is_not() {
        let got = sought().within("{\"name\":\"見本 花子\",\"born\":\"1990-04-01\"}".as_bytes());
        assert_eq!(got, Got { pictures: 0, birth_dates: 1, names: 1 });
        let noise: Vec<u8> = (0..200_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        assert_eq!(sought().within(&noise), Got::default());
    }
}
