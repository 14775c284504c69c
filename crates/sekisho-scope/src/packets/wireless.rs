//! Frames of IEEE 802.11 as a card that listens hears them.

use super::layer::{CUT_OFF, ENCRYPTED, Layer, NOT_IP, Next, behind};

/// What tells that a frame is one of several, or several in one; we put none of them together.
const NOT_READ: &str = "link_not_known";

/// What stands before a frame and says how it was heard: Prism (119), radiotap (127), AVS (163), PPI (192).
pub(super) fn heard(link: u32, data: &[u8]) -> Next<'_> {
    let bytes = |at: usize| data.get(at..).and_then(<[u8]>::first_chunk::<4>).copied().ok_or(CUT_OFF);
    const PLAIN: Layer = Layer::Link(105);
    let avs = |magic: [u8; 4]| magic[..3] == [0x80, 0x21, 0x10];
    let (layer, length) = match link {
        163 => (PLAIN, u32::from_be_bytes(bytes(4)?)),
        // A card that should say Prism may say AVS.
        119 if avs(bytes(0)?) => (PLAIN, u32::from_be_bytes(bytes(4)?)),
        119 => (PLAIN, u32::from_le_bytes(bytes(4)?)),
        _ => {
            let [_, _, low, high] = bytes(0)?;
            let layer = if link == 192 { Layer::Link(u32::from_le_bytes(bytes(4)?)) } else { PLAIN };
            (layer, u32::from(u16::from_le_bytes([low, high])))
        }
    };
    Ok((layer, behind(data, usize::try_from(length).map_err(|_| CUT_OFF)?.max(4))?))
}

/// IEEE 802.11, 9.2: a frame's kind, whom it goes to, and LLC.
pub(super) fn frame(data: &[u8]) -> Next<'_> {
    let [kind, flags] = *data.first_chunk().ok_or(CUT_OFF)?;
    // The lowest bits are the version, 0. Some access points pass on words of two bytes in the other order.
    let (kind, flags, low) = if kind & 3 == 0 { (kind, flags, 22) } else { (flags, kind, 23) };
    let is_set = |bit: u8| flags & bit != 0;
    // Of data frames (type 2), those that carry some.
    if kind & 0x4f != 0x08 {
        return Err(NOT_IP);
    }
    if is_set(0x40) {
        return Err(ENCRYPTED);
    }
    let has_quality = kind & 0x80 != 0;
    let quality = 24 + if flags & 3 == 3 { 6 } else { 0 };
    let length = quality + if has_quality { 2 + if is_set(0x80) { 4 } else { 0 } } else { 0 };
    let rest = behind(data, length)?;
    let is_one_of_several = is_set(0x04) || data[low] & 15 != 0;
    let is_several = has_quality && data[quality] & 0x80 != 0;
    if is_one_of_several || is_several {
        return Err(NOT_READ);
    }
    // Some cards fill the head up to a multiple of four.
    let padding = if rest.starts_with(&[0, 0, 0xaa, 0xaa, 3]) { 2 } else { 0 };
    Ok((Layer::Llc, &rest[padding..]))
}
