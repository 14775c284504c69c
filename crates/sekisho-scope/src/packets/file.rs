//! Files of packets: pcap (either byte order, micro- or nanoseconds) and pcapng. Every byte of a file is part of a
//! packet, of what frames packets, or unread.

use std::io::{self, Read};

use pcap_parser::{PcapBlockOwned, PcapError, traits::PcapReaderIterator};

use super::frame::{Frame, frame};

/// What a block may take at most: no link carries packets so long.
const LONGEST: usize = 16 << 20;

const BUFFER: usize = 256 * 1024;

/// What became of a file's bytes, unpacked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Bytes {
    /// In all.
    pub(super) read: u64,
    /// Of packets.
    pub(super) captured: u64,
    /// Behind the place where it stopped making sense.
    pub(super) unread: u64,
    /// Packets.
    pub(super) packets: u64,
    /// `pcap`, `pcapng` or `unknown`.
    pub(super) format: &'static str,
    /// Why it was not read to its end.
    pub(super) broken: Option<&'static str>,
}

/// Reads a file of packets and shows each. The error is the seer's; what is wrong with the file is told.
pub(super) fn read(
    input: &mut (dyn Read + Send),
    mut see: impl FnMut(Frame<'_>) -> io::Result<()>,
) -> io::Result<Bytes> {
    let mut input = Whole { input, read: 0, broken: false };
    let mut bytes = Bytes { format: "unknown", ..Bytes::default() };
    let mut known = 0;
    match pcap_parser::create_reader(BUFFER, &mut input) {
        Ok(mut reader) => known = blocks(&mut *reader, &mut bytes, &mut see)?,
        Err(PcapError::Eof) => bytes.broken = Some("empty_file"),
        Err(_) => bytes.broken = Some("format_not_known"),
    }
    io::copy(&mut input, &mut io::sink())?;
    bytes.read = input.read;
    bytes.unread = input.read.saturating_sub(known);
    if input.broken {
        bytes.broken = Some("packing_breaks_off");
    }
    Ok(bytes)
}

/// Reads fill a buffer as far as there is something to read; a packed file that breaks off ends.
struct Whole<'r> {
    input: &'r mut (dyn Read + Send),
    read: u64,
    broken: bool,
}

impl Read for Whole<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() && !self.broken {
            match self.input.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(why) if why.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => self.broken = true,
            }
        }
        self.read += filled as u64;
        Ok(filled)
    }
}

/// Reads blocks until the end, or until it makes no sense, and says how many bytes made sense.
fn blocks(
    reader: &mut (dyn PcapReaderIterator + Send),
    bytes: &mut Bytes,
    see: &mut impl FnMut(Frame<'_>) -> io::Result<()>,
) -> io::Result<u64> {
    let (mut known, mut interfaces, mut room) = (0, Vec::new(), BUFFER);
    loop {
        let why = match reader.next() {
            Ok((length, block)) => {
                bytes.format = if matches!(block, PcapBlockOwned::NG(_)) { "pcapng" } else { "pcap" };
                if let Some(frame) = frame(&block, &mut interfaces) {
                    bytes.packets += 1;
                    bytes.captured += frame.data.len() as u64;
                    see(frame)?;
                }
                known += length as u64;
                reader.consume(length);
                continue;
            }
            Err(PcapError::Eof) => break,
            Err(PcapError::Incomplete(_)) => None,
            Err(PcapError::BufferTooSmall) if room < LONGEST => {
                room *= 2;
                reader.grow(room);
                None
            }
            Err(PcapError::UnexpectedEof) => Some("cut_off"),
            Err(_) => Some("malformed"),
        };
        bytes.broken = why;
        if why.is_some() || reader.refill().is_err() {
            break;
        }
    }
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::{super::frame::NO_LINK, *};

    fn pcap(magic: [u8; 4], big: bool, packets: &[(u32, u32, &[u8])]) -> Vec<u8> {
        let word = |word: u32| if big { word.to_be_bytes() } else { word.to_le_bytes() };
        let version = if big { [0, 2, 0, 4] } else { [2, 0, 4, 0] };
        let mut file = [magic, version, [0; 4], [0; 4], word(65_535), word(1)].concat();
        for (seconds, part, data) in packets {
            let length = word(data.len() as u32);
            file.extend([word(*seconds), word(*part), length, length].concat());
            file.extend_from_slice(data);
        }
        file
    }

    fn frames(mut file: &[u8]) -> (Vec<(Option<i64>, u32, usize)>, Bytes) {
        let mut all = Vec::new();
        let bytes = read(&mut file, |frame| {
            all.push((frame.at, frame.link, frame.data.len()));
            Ok(())
        });
        (all, bytes.unwrap())
    }

    #[test]
    fn both_byte_orders_and_both_precisions_are_read() {
        for (magic, big, unit) in [
            ([0xd4, 0xc3, 0xb2, 0xa1], false, 1000),
            ([0xa1, 0xb2, 0xc3, 0xd4], true, 1000),
            ([0x4d, 0x3c, 0xb2, 0xa1], false, 1),
            ([0xa1, 0xb2, 0x3c, 0x4d], true, 1),
        ] {
            let file = pcap(magic, big, &[(1_600_000_000, 7, b"hello"), (1_600_000_001, 0, b"you")]);
            let (all, bytes) = frames(&file);
            let at = 1_600_000_000_000_000_000;
            assert_eq!(all, [(Some(at + 7 * unit), 1, 5), (Some(at + 1_000_000_000), 1, 3)]);
            assert_eq!((bytes.read, bytes.captured, bytes.unread), (file.len() as u64, 8, 0));
        }
    }

    #[test]
    fn what_stands_beside_the_links_type_and_in_old_fields_changes_nothing() {
        let mut file = pcap([0xd4, 0xc3, 0xb2, 0xa1], false, &[(1, 0, b"hello")]);
        // A check sum of four bytes behind each packet; an hour.
        file[23] = 0x44;
        file[8..12].copy_from_slice(&3600u32.to_le_bytes());
        file[36..40].copy_from_slice(&9u32.to_le_bytes());
        let mut seen = Vec::new();
        let see = |frame: Frame<'_>| {
            seen.push((frame.at, frame.link, frame.cut));
            Ok(())
        };
        read(&mut &file[..], see).unwrap();
        assert_eq!(seen, [(Some(1_000_000_000), 1, 4)]);
    }

    /// A block of pcapng, its body in words of either byte order.
    fn block(big: bool, kind: u32, words: &[u32], data: &[u8]) -> Vec<u8> {
        let word = |word: u32| if big { word.to_be_bytes() } else { word.to_le_bytes() };
        let length = word((12 + 4 * words.len() + data.len()) as u32);
        let body: Vec<u8> = words.iter().flat_map(|one| word(*one)).collect();
        [&word(kind)[..], &length, &body, data, &length].concat()
    }

    fn section(big: bool) -> Vec<u8> {
        let version = if big { 0x0001_0000 } else { 1 };
        block(big, 0x0a0d_0d0a, &[0x1a2b_3c4d, version, u32::MAX, u32::MAX], &[])
    }

    #[test]
    fn sections_interfaces_resolutions_and_obsolete_blocks_are_told_apart() {
        let half = |big: bool, high: u32, low: u32| if big { high << 16 | low } else { low << 16 | high };
        let mut file = Vec::new();
        for big in [false, true] {
            file.extend(section(big));
            // Ethernet in microseconds; raw IP in units of 2^-10 s, from a second on.
            file.extend(block(big, 1, &[half(big, 1, 0), 0], &[]));
            let options = [half(big, 9, 1), 0x8a8a_8a8a, half(big, 14, 8), 0, 1, 0];
            let options = if big { options } else { [half(big, 9, 1), 0x8a, half(big, 14, 8), 1, 0, 0] };
            file.extend(block(big, 1, &[[half(big, 101, 0), 0].as_slice(), &options].concat(), &[]));
            file.extend(block(big, 6, &[0, 0, 2_000_000, 4, 4], b"abcd"));
            file.extend(block(big, 6, &[1, 0, 1536, 4, 9], b"abcd"));
            file.extend(block(big, 6, &[7, 0, 0, 4, 4], b"abcd"));
            file.extend(block(big, 3, &[3], b"abc\0"));
            file.extend(block(big, 2, &[half(big, 1, 0), 0, 512, 3, 3], b"abc\0"));
        }
        let (all, bytes) = frames(&file);
        let at = |tenths: i64| Some(tenths * 100_000_000);
        let of_one = [(at(20), 1, 4), (at(25), 101, 4), (None, NO_LINK, 4), (None, 1, 3), (at(15), 101, 3)];
        assert_eq!(all, [of_one, of_one].concat());
        assert_eq!((bytes.packets, bytes.unread, bytes.broken), (10, 0, None));
    }

    #[test]
    fn what_is_cut_off_or_no_file_of_packets_is_counted_as_unread() {
        let file = pcap([0xd4, 0xc3, 0xb2, 0xa1], false, &[(1, 0, b"hello"), (2, 0, b"you")]);
        let (all, bytes) = frames(&file[..file.len() - 1]);
        assert_eq!((all.len(), bytes.unread, bytes.broken), (1, 18, Some("cut_off")));
        let (all, bytes) = frames(b"GET / HTTP/1.1\r\n");
        assert_eq!((all.len(), bytes.unread, bytes.broken), (0, 16, Some("format_not_known")));
        assert_eq!(frames(b"").1.broken, Some("empty_file"));
    }

    #[test]
    fn a_packet_longer_than_the_buffer_is_read_and_one_without_measure_is_not() {
        let long = vec![7; 3 * BUFFER];
        let mut file = pcap([0xd4, 0xc3, 0xb2, 0xa1], false, &[(1, 0, &long), (2, 0, b"you")]);
        assert_eq!(frames(&file).0.len(), 2);
        file.truncate(24);
        file.extend([1u32, 0, u32::MAX - 9, u32::MAX].map(u32::to_le_bytes).concat());
        file.extend_from_slice(&long);
        let (all, bytes) = frames(&file);
        assert_eq!((all.len(), bytes.unread), (0, (16 + long.len()) as u64));
    }
}
