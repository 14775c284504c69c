//! The files that are read: what they are, and their bytes.

use std::{
    fs::File,
    io::{self, BufReader, Read},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use crate::{
    answer::ScopeError,
    format::{Format, guess},
};

/// No line, and no event, may be longer than so many bytes.
pub(crate) const LONGEST: usize = 1 << 20;

/// How much of a file is looked at to know its format.
const HEAD: usize = 256 * 1024;

/// How a file is packed, as its first bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    Plain,
    /// RFC 1952; several members after each other, too.
    Gzip,
    /// RFC 8878.
    Zstd,
}

/// One file.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    pub(crate) packing: Packing,
    /// `None`: nothing in it could be read.
    pub(crate) format: Option<Format>,
    /// Bytes on disk.
    pub(crate) length: u64,
}

impl Source {
    /// Looks at a file; `said` is the format if somebody said it.
    pub(crate) fn open(path: &Path, said: Option<&Format>) -> Result<Self, ScopeError> {
        let because = |source| ScopeError::Read { path: path.into(), source };
        let mut source = Self { format: said.cloned(), ..Self::of_bytes(path)? };
        if said.is_none() {
            let (mut head, uncounted) = (Vec::new(), AtomicU64::new(0));
            let reader = source.reader(&uncounted).map_err(because)?;
            // What is damaged is told when it is read through; the format shows before that.
            let _ = reader.take(HEAD as u64).read_to_end(&mut head);
            source.format = guess(&head);
        }
        Ok(source)
    }

    /// Looks at a file that holds no lines.
    pub(crate) fn of_bytes(path: &Path) -> Result<Self, ScopeError> {
        let because = |source| ScopeError::Read { path: path.into(), source };
        let file = File::open(path).map_err(because)?;
        let length = file.metadata().map_err(because)?.len();
        let mut magic = Vec::new();
        (&file).take(4).read_to_end(&mut magic).map_err(because)?;
        let packing = match magic[..] {
            [0x1f, 0x8b, ..] => Packing::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd] => Packing::Zstd,
            _ => Packing::Plain,
        };
        Ok(Self { path: path.into(), packing, format: None, length })
    }

    /// The name under which it is told of.
    pub(crate) fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// Whether pieces of it can be read in any order.
    pub(crate) fn is_seekable(&self) -> bool {
        self.packing == Packing::Plain && self.format.as_ref().is_none_or(Format::is_of_lines)
    }

    /// Its bytes, unpacked. `done` counts those on disk.
    pub(crate) fn reader<'a>(&self, done: &'a AtomicU64) -> io::Result<Box<dyn Read + Send + 'a>> {
        let counted = Counted { file: File::open(&self.path)?, done };
        Ok(match self.packing {
            Packing::Plain => Box::new(counted),
            Packing::Gzip => {
                Box::new(flate2::bufread::MultiGzDecoder::new(BufReader::with_capacity(256 * 1024, counted)))
            }
            Packing::Zstd => Box::new(zstd::Decoder::new(counted)?),
        })
    }
}

/// A file whose reading is watched.
struct Counted<'a> {
    file: File,
    done: &'a AtomicU64,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.done.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// Reads the lines that begin in a piece of a file, from `start` and so many bytes long. Gives where in the file they
/// begin and where in `buffer` they lie. A line that doesn't end in time is cut off.
pub(crate) fn lines_of(
    file: &File,
    start: u64,
    length: usize,
    buffer: &mut Vec<u8>,
) -> io::Result<(u64, std::ops::Range<usize>)> {
    // The byte before tells whether a line begins here.
    let begin = start.saturating_sub(1);
    let end = usize::try_from(start - begin).unwrap_or(0) + length;
    buffer.clear();
    let mut is_whole = !extend(file, begin, end + 4096, buffer)?;
    let from = match memchr::memchr(b'\n', &buffer[..end.min(buffer.len())]) {
        _ if start == 0 => 0,
        Some(at) if at + 1 < end => at + 1,
        _ => return Ok((start, 0..0)),
    };
    let mut searched = (end - 1).min(buffer.len());
    loop {
        if let Some(at) = memchr::memchr(b'\n', &buffer[searched..]) {
            return Ok((begin + from as u64, from..searched + at + 1));
        }
        searched = buffer.len();
        if is_whole || searched > end + LONGEST {
            return Ok((begin + from as u64, from..searched));
        }
        is_whole = !extend(file, begin, searched + LONGEST / 4, buffer)?;
    }
}

/// Reads on until the buffer is so long, and says whether it got there.
fn extend(file: &File, begin: u64, length: usize, buffer: &mut Vec<u8>) -> io::Result<bool> {
    let mut filled = buffer.len();
    buffer.resize(length.max(filled), 0);
    while filled < length {
        match file.read_at(&mut buffer[filled..], begin + filled as u64) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(why) if why.kind() == io::ErrorKind::Interrupted => {}
            Err(why) => return Err(why),
        }
    }
    buffer.truncate(filled);
    Ok(filled == length)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn file(text: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text).unwrap();
        file
    }

    #[test]
    fn every_line_is_read_once_however_a_file_is_cut() {
        let mut text: Vec<u8> = (0..50).flat_map(|at| format!("{}\n", "x".repeat(at * 7 % 23)).into_bytes()).collect();
        text.extend_from_slice(b"the end");
        let file = file(&text);
        for length in [1, 2, 3, 7, 22, 100, 1000] {
            let (mut read, mut buffer) = (Vec::new(), Vec::new());
            for start in (0..text.len()).step_by(length) {
                let (at, range) = lines_of(file.as_file(), start as u64, length, &mut buffer).unwrap();
                assert!(range.is_empty() || at as usize == read.len(), "{length} {start}");
                read.extend_from_slice(&buffer[range]);
            }
            assert_eq!(read, text, "{length}");
        }
    }

    #[test]
    fn a_line_without_an_end_is_cut_off_and_belongs_to_one_piece() {
        let mut text = vec![b'x'; 3 * LONGEST];
        text.extend_from_slice(b"\nlast\n");
        let file = file(&text);
        let mut buffer = Vec::new();
        let (_, first) = lines_of(file.as_file(), 0, 1000, &mut buffer).unwrap();
        assert!(first.len() > LONGEST && first.len() < 2 * LONGEST);
        assert!(lines_of(file.as_file(), 1000, 1000, &mut buffer).unwrap().1.is_empty());
        let (_, last) = lines_of(file.as_file(), 3 * LONGEST as u64 - 5, 1000, &mut buffer).unwrap();
        assert_eq!(&buffer[last], b"last\n");
    }

    #[test]
    fn the_packing_is_known_by_the_first_bytes() {
        let line = br#"1.2.3.4 - - [20/Apr/2021:00:00:00 +0900] "GET / HTTP/1.1" 200 5 "-" "-""#;
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gz.write_all(line).unwrap();
        for (bytes, packing) in [
            (line.to_vec(), Packing::Plain),
            (gz.finish().unwrap(), Packing::Gzip),
            (zstd::encode_all(&line[..], 1).unwrap(), Packing::Zstd),
        ] {
            let file = file(&bytes);
            let source = Source::open(file.path(), None).unwrap();
            assert_eq!((source.packing, source.format.as_ref()), (packing, Some(&Format::Combined)));
            let mut text = Vec::new();
            source.reader(&AtomicU64::new(0)).unwrap().read_to_end(&mut text).unwrap();
            assert_eq!(text, line);
        }
        assert!(Source::open(Path::new("no/such/file"), None).is_err());
    }
}
