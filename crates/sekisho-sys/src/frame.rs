//! Frames: a little-endian `u32` length, then that many bytes.

use std::io::{self, Read, Write};

/// Writes one frame.
///
/// # Errors
/// When the bytes are too many for a length of 32 bits, or the other end is gone.
pub fn write_frame(out: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    let length = u32::try_from(bytes.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(bytes)?;
    out.flush()
}

/// Reads one frame of at most `max` bytes; nothing if the other end closed between frames.
///
/// # Errors
/// When the frame is larger than `max`, or the other end closed in the middle of it.
pub fn read_frame(input: &mut impl Read, max: usize) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    match input.read(&mut length)? {
        0 => return Ok(None),
        read => input.read_exact(&mut length[read..])?,
    }
    let length = u32::from_le_bytes(length) as usize;
    if length > max {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut bytes = vec![0; length];
    input.read_exact(&mut bytes)?;
    Ok(Some(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_comes_back_and_the_end_is_an_end() {
        let mut wire = Vec::new();
        write_frame(&mut wire, b"one").unwrap();
        write_frame(&mut wire, b"").unwrap();
        let mut input = wire.as_slice();
        assert_eq!(read_frame(&mut input, 3).unwrap().unwrap(), b"one");
        assert_eq!(read_frame(&mut input, 3).unwrap().unwrap(), b"");
        assert!(read_frame(&mut input, 3).unwrap().is_none());
    }

    #[test]
    fn a_frame_that_is_too_large_or_cut_is_refused() {
        let mut wire = Vec::new();
        write_frame(&mut wire, b"four").unwrap();
        assert!(read_frame(&mut wire.as_slice(), 3).is_err());
        assert!(read_frame(&mut &wire[..6], 4).is_err());
    }
}
