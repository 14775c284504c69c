//! From a frame to a TCP segment, or to why there is none in it.

use etherparse::{
    Ipv6ExtensionSlice, LaxIpPayloadSlice, LaxIpSlice, LaxIpv4Slice, LaxIpv6Slice, TcpSlice, ip_number::TCP,
};

use super::{
    fragment::{Fragment, Whose},
    frame::Frame,
    layer::{self, Layer, TUNNEL},
    segment::{ACK, FIN, Host, NO_TIME, Pair, RST, SYN, Segment},
    tunnel::{Holds, inside},
};

/// What a packet is to us.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Packet<'a> {
    Segment(Pair, Segment<'a>),
    Fragment(Fragment<'a>),
    /// Between whom something was said that can't be read; why.
    Sealed(Pair, &'static str),
    /// Nothing; why.
    Other(&'static str),
}

/// No honest packet has more heads before its segment.
const DEEPEST: u8 = 32;

/// Reads a frame down to its TCP segment.
pub(super) fn read<'a>(frame: &Frame<'a>) -> Packet<'a> {
    let walk = Walk { at: frame.at.unwrap_or(NO_TIME), cut: frame.cut, heads: 0 };
    walk.down(Layer::Link(frame.link), frame.data)
}

/// Reads a payload of IP that was put together from fragments.
pub(super) fn joined<'a>(whose: &Whose, at: i64, payload: &'a [u8]) -> Packet<'a> {
    let walk = Walk { at, cut: 0, heads: 0 };
    match walk.payload(whose.ends, whose.protocol, payload, payload.len()) {
        // One within another.
        Packet::Fragment(_) => Packet::Other("fragment"),
        packet => packet,
    }
}

/// On the way from a frame to a segment.
#[derive(Debug, Clone, Copy)]
struct Walk {
    at: i64,
    /// How many bytes of the frame's end the capture left out.
    cut: usize,
    /// How many heads there were.
    heads: u8,
}

impl Walk {
    fn down<'a>(mut self, mut layer: Layer, mut data: &'a [u8]) -> Packet<'a> {
        while layer != Layer::Ip {
            self.heads += 1;
            match layer::next(layer, data) {
                Ok(_) if self.heads > DEEPEST => return Packet::Other(TUNNEL),
                Ok(next) => (layer, data) = next,
                Err(why) => return Packet::Other(why),
            }
        }
        match LaxIpSlice::from_slice(data) {
            Ok((LaxIpSlice::Ipv4(ip), _)) => self.v4(&ip),
            Ok((LaxIpSlice::Ipv6(ip), _)) => self.v6(&ip),
            Err(_) => Packet::Other("ip_malformed"),
        }
    }

    fn v4<'a>(self, ip: &LaxIpv4Slice<'a>) -> Packet<'a> {
        let header = ip.header();
        let mapped = |address: std::net::Ipv4Addr| address.to_ipv6_mapped().to_bits();
        let ends = [mapped(header.source_addr()), mapped(header.destination_addr())];
        let authenticated = ip.extensions().auth.map_or(0, |auth| auth.slice().len());
        let declared = usize::from(header.total_len()).saturating_sub(header.slice().len() + authenticated);
        if header.is_fragmenting_payload() {
            let whose = Whose { ends, id: u32::from(header.identification()), protocol: ip.payload().ip_number.0 };
            let (offset, more) = (header.fragments_offset().byte_offset(), header.more_fragments());
            return self.fragment(whose, offset.into(), more, ip.payload());
        }
        self.ip(ends, ip.payload(), (header.total_len(), declared))
    }

    fn v6<'a>(self, ip: &LaxIpv6Slice<'a>) -> Packet<'a> {
        let header = ip.header();
        let ends = [header.source_addr().to_bits(), header.destination_addr().to_bits()];
        let declared = usize::from(header.payload_length()).saturating_sub(ip.extensions().slice().len());
        let part = ip.extensions().clone().into_iter().find_map(|extension| match extension {
            Ipv6ExtensionSlice::Fragment(part) if part.is_fragmenting_payload() => Some(part),
            _ => None,
        });
        if let Some(part) = part {
            let whose = Whose { ends, id: part.identification(), protocol: ip.payload().ip_number.0 };
            let offset = part.fragment_offset().byte_offset().into();
            return self.fragment(whose, offset, part.more_fragments(), ip.payload());
        }
        self.ip(ends, ip.payload(), (header.payload_length(), declared))
    }

    fn fragment<'a>(self, whose: Whose, offset: u32, more: bool, payload: &LaxIpPayloadSlice<'a>) -> Packet<'a> {
        if payload.incomplete {
            return Packet::Other("fragment_cut_off");
        }
        Packet::Fragment(Fragment { whose, at: self.at, offset, more, data: payload.payload })
    }

    /// The payload of a packet whose head says how long it is, of which so much is left behind other heads.
    fn ip<'a>(self, ends: [u128; 2], payload: &LaxIpPayloadSlice<'a>, (said, left): (u16, usize)) -> Packet<'a> {
        let captured = payload.payload.len();
        let length = match said {
            // What a card will cut into packets says no length: it goes on to the frame's end.
            0 => captured + self.cut,
            _ if payload.incomplete => left.max(captured),
            _ => captured,
        };
        if payload.ip_number != TCP && payload.fragmented {
            return Packet::Other("fragment");
        }
        self.payload(ends, payload.ip_number.0, payload.payload, length)
    }

    /// A payload of IP, of which so many bytes were on the wire.
    fn payload<'a>(self, ends: [u128; 2], protocol: u8, data: &'a [u8], length: usize) -> Packet<'a> {
        if protocol == TCP.0 {
            return segment(self.at, ends, data, length);
        }
        let further = Self { heads: self.heads + 1, ..self };
        match inside(protocol, data) {
            _ if further.heads > DEEPEST => Packet::Other(TUNNEL),
            Holds::Nothing => Packet::Other("not_tcp"),
            Holds::Head(Err(why)) => Packet::Other(why),
            Holds::Head(Ok((layer, data))) => further.down(layer, data),
            Holds::Perhaps(layer, inner) => match further.down(layer, inner) {
                // It was no tunnel, unless what would show that was cut off.
                Packet::Other(_) if data.len() == length => Packet::Other("not_tcp"),
                packet => packet,
            },
            Holds::Quic(ports) => {
                let [from, to] = [0, 1].map(|end| Host { address: ends[end], port: ports[end] });
                Packet::Sealed(Pair([from.min(to), from.max(to)]), "quic")
            }
        }
    }
}

/// Reads a segment; `length` is that of header and payload on the wire.
pub(super) fn segment(at: i64, ends: [u128; 2], bytes: &[u8], length: usize) -> Packet<'_> {
    let Ok(tcp) = TcpSlice::from_slice(bytes) else { return Packet::Other("tcp_malformed") };
    let from = Host { address: ends[0], port: tcp.source_port() };
    let to = Host { address: ends[1], port: tcp.destination_port() };
    let flags = [(tcp.fin(), FIN), (tcp.syn(), SYN), (tcp.rst(), RST), (tcp.ack(), ACK)];
    let flags = flags.iter().filter(|(is_set, _)| *is_set).fold(0, |all, (_, flag)| all | flag);
    let length = u32::try_from(length - tcp.header_slice().len()).expect("no packet of IP is so long");
    let (pair, from) = if from <= to { (Pair([from, to]), 0) } else { (Pair([to, from]), 1) };
    let (seq, ack, data) = (tcp.sequence_number(), tcp.acknowledgment_number(), tcp.payload());
    Packet::Segment(pair, Segment { at, from, seq, ack, flags, length, data })
}

#[cfg(test)]
pub(super) mod tests {
    use etherparse::PacketBuilder;

    use super::*;

    /// A segment within IP within Ethernet.
    pub(in crate::packets) fn ethernet() -> Vec<u8> {
        let builder = PacketBuilder::ethernet2([1; 6], [2; 6]).ipv4([203, 0, 113, 9], [192, 0, 2, 1], 64);
        let mut packet = Vec::new();
        builder.tcp(40_000, 80, 7, 100).ack(9).write(&mut packet, b"GET /").unwrap();
        packet
    }

    /// What a packet is, in words.
    pub(in crate::packets) fn said(link: u32, data: &[u8]) -> String {
        match read(&Frame { at: Some(5), link, data, cut: 0 }) {
            Packet::Segment(pair, segment) => {
                let Host { address, port } = pair.0[usize::from(segment.from)];
                let address = std::net::Ipv6Addr::from_bits(address).to_canonical();
                format!("{address}:{port} {} {} {}", segment.seq, segment.length, segment.data.len())
            }
            Packet::Fragment(_) => "fragment".into(),
            Packet::Sealed(_, why) => why.into(),
            Packet::Other(why) => why.into(),
        }
    }

    #[test]
    fn what_a_capture_cut_off_is_known_to_be_missing_and_padding_is_no_payload() {
        let mut packet = ethernet();
        assert_eq!(said(1, &packet[..packet.len() - 3]), "203.0.113.9:40000 7 5 2");
        packet.extend_from_slice(&[0; 9]);
        assert_eq!(said(1, &packet), "203.0.113.9:40000 7 5 5");
    }

    /// A card that cuts large packets into small ones is handed them without a length, and captures see them so.
    #[test]
    fn a_packet_without_a_length_goes_on_to_the_frames_end() {
        let mut packet = ethernet();
        packet[16..18].fill(0);
        assert_eq!(said(1, &packet), "203.0.113.9:40000 7 5 5");
        let cut = Frame { at: Some(5), link: 1, data: &packet[..packet.len() - 3], cut: 3 };
        let Packet::Segment(_, segment) = read(&cut) else { panic!("a segment") };
        assert_eq!((segment.length, segment.data.len()), (5, 2));
    }

    #[test]
    fn extension_headers_of_ipv6_are_passed_over() {
        let mut packet = Vec::new();
        let builder = PacketBuilder::ipv6([1; 16], [2; 16], 64);
        builder.tcp(40_000, 80, 7, 100).write(&mut packet, b"GET /").unwrap();
        // A header of options for the destination, of eight bytes (RFC 8200, 4.6).
        packet.splice(40..40, [6, 0, 1, 4, 0, 0, 0, 0]);
        packet[6] = 60;
        packet[5] += 8;
        assert_eq!(said(101, &packet), "101:101:101:101:101:101:101:101:40000 7 5 5");
        assert_eq!(said(101, &packet[..44]), "ip_malformed", "what would have come behind them was cut off");
    }

    #[test]
    fn what_is_no_segment_says_why() {
        let packet = ethernet();
        let with = |at: usize, byte: u8| {
            let mut packet = packet.clone();
            packet[at] = byte;
            packet
        };
        assert_eq!(said(1, &packet[..10]), "link_cut_off");
        assert_eq!(said(1, &with(12, 9)), "not_ip");
        assert_eq!(said(1, &with(14, 0x35)), "ip_malformed");
        assert_eq!(said(1, &with(23, 17)), "not_tcp");
        assert_eq!(said(1, &with(46, 0x10)), "tcp_malformed");
        assert_eq!(said(1, &with(20, 0x20)), "fragment");
        assert_eq!(said(147, &packet), "link_not_known");
    }
}
