//! Packets as blocks of a file hold them, and what other blocks say of them: the link, and how time is counted.

use pcap_parser::{
    Block, InterfaceDescriptionBlock, OptionCode, PcapBlockOwned, UnknownBlock, traits::PcapNGPacketBlock as _,
};

/// One packet as it was captured.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame<'a> {
    /// Nanoseconds since 1970; `None` where the file doesn't say.
    pub(super) at: Option<i64>,
    /// The type of the link.
    pub(super) link: u32,
    /// What was captured of it.
    pub(super) data: &'a [u8],
    /// How many bytes of its end were not.
    pub(super) cut: usize,
}

/// What a file says of the interface that captured.
#[derive(Debug, Clone, Copy)]
pub(super) struct Interface {
    link: u32,
    /// Units of a second; `None` if it is said in a way that we don't understand.
    resolution: Option<u64>,
    /// Seconds that come on top.
    offset: i64,
}

impl Interface {
    /// What a block of pcapng says (draft-ietf-opsawg-pcapng, 4.2): the resolution is a negative power of ten, or of two if
    /// the uppermost bit is set; the offset is in the section's byte order, which the block's type shows.
    fn described(said: &InterfaceDescriptionBlock<'_>) -> Self {
        let option = |code: OptionCode| said.options.iter().find(|option| option.code == code);
        let resolution = match option(OptionCode::IfTsresol).and_then(|option| option.value.first()) {
            None => Some(1_000_000),
            Some(power @ 0..=127) => 10u64.checked_pow(u32::from(*power)),
            Some(power) => 1u64.checked_shl(u32::from(power & 127)),
        };
        let offset = option(OptionCode::IfTsoffset).and_then(|option| option.value.first_chunk());
        let is_little = said.block_type == TYPE_OF_INTERFACE;
        let number = |bytes: &[u8; 8]| if is_little { i64::from_le_bytes(*bytes) } else { i64::from_be_bytes(*bytes) };
        let link = u32::try_from(said.linktype.0).unwrap_or(NO_LINK);
        Self { link, resolution, offset: offset.map_or(0, number) }
    }

    fn at(&self, high: u32, low: u32) -> Option<i64> {
        let units = i128::from(u64::from(high) << 32 | u64::from(low));
        let at = units * NANOS / i128::from(self.resolution?) + i128::from(self.offset) * NANOS;
        i64::try_from(at).ok()
    }
}

const NANOS: i128 = 1_000_000_000;

const TYPE_OF_INTERFACE: u32 = 1;

/// The packet that a block holds, if it holds one. Others are remembered for what they say of those that come.
pub(super) fn frame<'a>(block: &'a PcapBlockOwned<'_>, interfaces: &mut Vec<Interface>) -> Option<Frame<'a>> {
    match block {
        PcapBlockOwned::LegacyHeader(header) => {
            let resolution = if header.is_nanosecond_precision() { 1_000_000_000 } else { 1_000_000 };
            // Behind the type, whether packets end with a check sum. What once was a time zone is to be ignored
            // (draft-ietf-opsawg-pcap, 4).
            let link = u32::try_from(header.network.0 & 0xffff).unwrap_or(NO_LINK);
            *interfaces = vec![Interface { link, resolution: Some(resolution), offset: 0 }];
            None
        }
        PcapBlockOwned::Legacy(packet) => {
            let interface = interfaces.first()?;
            let units = u64::from(packet.ts_sec) * interface.resolution? + u64::from(packet.ts_usec);
            #[allow(clippy::cast_possible_truncation, reason = "two halves")]
            let at = interface.at((units >> 32) as u32, units as u32);
            Some(Frame { at, link: interface.link, data: packet.data, cut: cut(packet.origlen, packet.data) })
        }
        PcapBlockOwned::NG(Block::SectionHeader(_)) => {
            interfaces.clear();
            None
        }
        PcapBlockOwned::NG(Block::InterfaceDescription(said)) => {
            interfaces.push(Interface::described(said));
            None
        }
        PcapBlockOwned::NG(Block::EnhancedPacket(packet)) => {
            let times = Some((packet.ts_high, packet.ts_low));
            Some(of(interfaces, packet.if_id, times, (packet.origlen, packet.packet_data())))
        }
        PcapBlockOwned::NG(Block::SimplePacket(packet)) => {
            Some(of(interfaces, 0, None, (packet.origlen, packet.packet_data())))
        }
        PcapBlockOwned::NG(Block::Unknown(block)) => obsolete(block, interfaces),
        PcapBlockOwned::NG(_) => None,
    }
}

/// A packet of an interface: its length on the wire, and what was captured.
fn of<'a>(interfaces: &[Interface], id: u32, times: Option<(u32, u32)>, (length, data): (u32, &'a [u8])) -> Frame<'a> {
    let interface = usize::try_from(id).ok().and_then(|id| interfaces.get(id));
    let at = interface.zip(times).and_then(|(interface, (high, low))| interface.at(high, low));
    Frame { at, link: interface.map_or(NO_LINK, |interface| interface.link), data, cut: cut(length, data) }
}

fn cut(length: u32, data: &[u8]) -> usize {
    usize::try_from(length).unwrap_or(0).saturating_sub(data.len())
}

/// The packet block that enhanced ones replaced (draft-ietf-opsawg-pcapng, A): interface and drops, two halves of the
/// time, two lengths, the packet. Its type, read in one byte order, says which one it was written in.
fn obsolete<'a>(block: &UnknownBlock<'a>, interfaces: &[Interface]) -> Option<Frame<'a>> {
    const TYPE: u32 = 2;
    let is_little = block.block_type == TYPE;
    if !is_little && block.block_type != TYPE.swap_bytes() {
        return None;
    }
    let (head, data) = block.data.split_first_chunk::<20>()?;
    let word = |at: usize| {
        let bytes = [head[at], head[at + 1], head[at + 2], head[at + 3]];
        if is_little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) }
    };
    let id = if is_little { word(0) & 0xffff } else { word(0) >> 16 };
    let captured = usize::try_from(word(12)).unwrap_or(usize::MAX).min(data.len());
    Some(of(interfaces, id, Some((word(4), word(8))), (word(16), &data[..captured])))
}

/// A packet of an interface that the file doesn't describe.
pub(super) const NO_LINK: u32 = u32::MAX;
