//! What a body says: content codings undone (RFC 9110, 8.4), within limits.

use std::{
    io::{self, Chain, Cursor, Read},
    ops::Range,
};

use brotli_decompressor::Decompressor;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use zeroize::Zeroizing;

use super::http::{Body, Head};

/// More codings than this are nobody's honest answer.
const CODINGS: usize = 4;

const BLOCK: usize = 64 * 1024;

/// Reads a body's content and hands it over piece by piece; `new` says that something is missing before a piece. Says
/// why it isn't whole, `None` if it is.
pub(super) fn read(
    bytes: &[u8],
    head: &Head,
    body: &Body,
    limit: u64,
    see: &mut dyn FnMut(&[u8], bool),
) -> Option<&'static str> {
    let codings = codings(head);
    let mut why = body.why;
    let (mut left, mut start) = (limit, 0);
    let ends = body.holes.iter().copied().chain([body.parts.len()]);
    for (nth, end) in ends.enumerate() {
        let parts = &body.parts[start.min(end)..end];
        start = end;
        if parts.is_empty() {
            continue;
        }
        // Behind a hole a compressed content can't be read on.
        let usable = nth == 0 || codings.as_ref().is_ok_and(Vec::is_empty);
        if !usable {
            break;
        }
        let raw = Parts { bytes, parts, at: 0 };
        let failed = match &codings {
            Ok(codings) => run(raw, codings, &mut left, nth > 0, see),
            Err(why) => run(raw, &[], &mut left, nth > 0, see).or(Some(*why)),
        };
        // That a content breaks off where packets were lost, is told already.
        why = why.or(failed);
    }
    why
}

/// The codings, the outermost first. Unknown ones make the content unreadable.
fn codings(head: &Head) -> Result<Vec<Coding>, &'static str> {
    let transfer = head.list("transfer-encoding").into_iter().filter(|coding| coding != "chunked");
    let all = head.list("content-encoding").into_iter().chain(transfer).filter(|coding| coding != "identity");
    let mut codings = all.map(|name| Coding::named(&name)).collect::<Result<Vec<_>, _>>()?;
    codings.reverse();
    if codings.len() > CODINGS { Err("too_many_codings") } else { Ok(codings) }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

impl Coding {
    fn named(name: &str) -> Result<Self, &'static str> {
        match name {
            "gzip" | "x-gzip" => Ok(Self::Gzip),
            "deflate" => Ok(Self::Deflate),
            "br" => Ok(Self::Brotli),
            "zstd" => Ok(Self::Zstd),
            _ => Err("coding_not_known"),
        }
    }

    /// What packs a content by its own first bytes: a dump that somebody compressed before it was sent.
    fn of_content(head: &[u8]) -> Option<Self> {
        match head {
            [0x1f, 0x8b, 8, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstd),
            _ => None,
        }
    }

    fn open<'a>(self, inner: Box<dyn Read + 'a>) -> io::Result<Box<dyn Read + 'a>> {
        Ok(match self {
            Self::Gzip => Box::new(MultiGzDecoder::new(inner)),
            Self::Brotli => Box::new(Decompressor::new(inner, BLOCK)),
            Self::Zstd => Box::new(zstd::Decoder::new(inner)?),
            Self::Deflate => {
                let (head, inner) = peek(inner)?;
                // RFC 9110, 8.4.1.2: with the zlib format around it; some send it without.
                match head {
                    [a, b] if a & 15 == 8 && u16::from_be_bytes([a, b]) % 31 == 0 => Box::new(ZlibDecoder::new(inner)),
                    _ => Box::new(DeflateDecoder::new(inner)),
                }
            }
        })
    }
}

type Peeked<'a> = Chain<io::Take<Cursor<[u8; 2]>>, Box<dyn Read + 'a>>;

fn peek<'a>(mut inner: Box<dyn Read + 'a>) -> io::Result<([u8; 2], Peeked<'a>)> {
    let mut head = [0; 2];
    let mut filled = 0;
    while filled < 2 {
        match inner.read(&mut head[filled..])? {
            0 => break,
            count => filled += count,
        }
    }
    Ok((head, Cursor::new(head).take(filled as u64).chain(inner)))
}

/// Reads through all codings, and through one more that the content itself shows.
fn run(
    raw: Parts<'_>,
    codings: &[Coding],
    left: &mut u64,
    mut is_new: bool,
    see: &mut dyn FnMut(&[u8], bool),
) -> Option<&'static str> {
    let Ok(mut content) = open(raw, codings) else { return as_it_is(raw, codings, left, is_new, see) };
    let mut block = Zeroizing::new(vec![0; BLOCK]);
    let first = content.read(&mut block);
    if let Ok(count) = first
        && let Some(inner) = Coding::of_content(&block[..count])
        && let Ok(content) = open(raw, codings).and_then(|content| inner.open(content))
    {
        return pump(content, left, is_new, see);
    }
    let why = match first {
        Ok(count) if count as u64 > *left => return Some("content_too_large"),
        Ok(0) => return None,
        Ok(count) => {
            *left -= count as u64;
            see(&block[..count], is_new);
            is_new = false;
            packed(&block[..count])
        }
        Err(_) => return as_it_is(raw, codings, left, is_new, see),
    };
    pump(content, left, is_new, see).or(why)
}

/// What is not in the coding that it says it is in, was sent as it is.
fn as_it_is(
    raw: Parts<'_>,
    codings: &[Coding],
    left: &mut u64,
    is_new: bool,
    see: &mut dyn FnMut(&[u8], bool),
) -> Option<&'static str> {
    if !codings.is_empty() {
        run(raw, &[], left, is_new, see);
    }
    Some("coding_broken")
}

fn open<'a>(raw: Parts<'a>, codings: &[Coding]) -> io::Result<Box<dyn Read + 'a>> {
    codings.iter().try_fold(Box::new(raw) as Box<dyn Read + 'a>, |inner, coding| coding.open(inner))
}

/// Contents that hold others in a way that we don't open.
fn packed(head: &[u8]) -> Option<&'static str> {
    let known: [&[u8]; 6] = [b"PK\x03\x04", b"BZh", b"\xfd7zXZ\0", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"%PDF-"];
    known.iter().any(|magic| head.starts_with(magic)).then_some("archive_not_opened")
}

fn pump(
    mut content: Box<dyn Read + '_>,
    left: &mut u64,
    mut is_new: bool,
    see: &mut dyn FnMut(&[u8], bool),
) -> Option<&'static str> {
    let mut block = Zeroizing::new(vec![0; BLOCK]);
    loop {
        match content.read(&mut block) {
            Ok(0) => return None,
            Ok(count) if count as u64 > *left => return Some("content_too_large"),
            Ok(count) => {
                *left -= count as u64;
                see(&block[..count], is_new);
                is_new = false;
            }
            Err(why) if why.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return Some("coding_broken"),
        }
    }
}

/// Parts of a stream, one after the other.
#[derive(Debug, Clone, Copy)]
struct Parts<'a> {
    bytes: &'a [u8],
    parts: &'a [Range<usize>],
    at: usize,
}

impl Read for Parts<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let [first, behind @ ..] = self.parts {
            let count = buffer.len().min(first.len() - self.at);
            if count > 0 || buffer.is_empty() {
                let start = first.start + self.at;
                buffer[..count].copy_from_slice(&self.bytes[start..start + count]);
                self.at += count;
                return Ok(count);
            }
            (self.parts, self.at) = (behind, 0);
        }
        Ok(0)
    }
}
