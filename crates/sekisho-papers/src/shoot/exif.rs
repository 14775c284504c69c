//! Side data as phones write it: who made it, where, and which side is up. None of it may survive.

/// Words that stand in the side data of a picture that has some.
pub const PLANTED: &[u8] = b"SEKISHO-PLANTED-35.6895N-139.6917E";

/// `jpeg` with an Exif segment (CIPA DC-008) right after its beginning.
pub(super) fn planted(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let body = body(orientation);
    let length = u16::try_from(body.len() + 2).expect("it is short").to_be_bytes();
    [&jpeg[..2], &[0xFF, 0xE1], &length, &body, &jpeg[2..]].concat()
}

/// One directory with a description and an orientation, and one of places with a latitude.
fn body(orientation: u8) -> Vec<u8> {
    let words = u8::try_from(PLANTED.len()).expect("it is short");
    // Offsets are counted from the header of eight bytes on: three entries of twelve, then what they point at.
    let (text, places) = (50, 50 + words);
    let mut out = b"Exif\0\0MM\0*\0\0\0\x08\0\x03".to_vec();
    out.extend_from_slice(&[0x01, 0x0E, 0, 2, 0, 0, 0, words, 0, 0, 0, text]);
    out.extend_from_slice(&[0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    out.extend_from_slice(&[0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, places]);
    out.extend_from_slice(&[0, 0, 0, 0]);
    out.extend_from_slice(PLANTED);
    // Latitude: north.
    out.extend_from_slice(&[0, 1, 0, 1, 0, 2, 0, 0, 0, 2, b'N', 0, 0, 0, 0, 0, 0, 0]);
    out
}
