//! From a frame to a TCP segment, or to why there is none in it.

use etherparse::{
    EtherType, Ipv6ExtensionSlice, LaxIpPayloadSlice, LaxIpv4Slice, LaxIpv6Slice, LaxNetSlice, LaxSlicedPacket,
    TcpSlice, ip_number::TCP,
};

use super::{
    file::Frame,
    fragment::{Fragment, Whose},
    segment::{ACK, FIN, Host, NO_TIME, Pair, RST, SYN, Segment},
};

/// What a packet is to us.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Packet<'a> {
    Segment(Pair, Segment<'a>),
    Fragment(Fragment<'a>),
    /// Nothing; why.
    Other(&'static str),
}

/// Reads a frame down to its TCP segment.
pub(super) fn read<'a>(frame: &Frame<'a>) -> Packet<'a> {
    let at = frame.at.unwrap_or(NO_TIME);
    match sliced(frame) {
        Err(why) => Packet::Other(why),
        Ok(sliced) => match sliced.net {
            Some(LaxNetSlice::Ipv4(ip)) => v4(at, &ip),
            Some(LaxNetSlice::Ipv6(ip)) => v6(at, &ip),
            _ if sliced.stop_err.is_some() => Packet::Other("ip_malformed"),
            _ => Packet::Other("not_ip"),
        },
    }
}

/// Link types as libpcap numbers them, and the header that each has before IP.
fn sliced<'a>(frame: &Frame<'a>) -> Result<LaxSlicedPacket<'a>, &'static str> {
    let cut_off = "link_cut_off";
    let behind = |length: usize| frame.data.get(length..).ok_or(cut_off);
    let typed = |at: usize, length: usize| {
        let data = behind(length)?;
        let ether = u16::from_be_bytes([frame.data[at], frame.data[at + 1]]);
        Ok(LaxSlicedPacket::from_ether_type(EtherType(ether), data))
    };
    let ip = |data: &'a [u8]| LaxSlicedPacket::from_ip(data).map_err(|_| "ip_malformed");
    match frame.link {
        // Ethernet, with VLAN and QinQ.
        1 => LaxSlicedPacket::from_ethernet(frame.data).map_err(|_| cut_off),
        // BSD loopback, in the byte order of whoever captured or the network's: the family says nothing that IP doesn't.
        0 | 108 => ip(behind(4)?),
        // Raw IP under its numbers, IPv4, IPv6.
        12 | 14 | 101 | 228 | 229 => ip(frame.data),
        // Linux cooked, SLL and SLL2.
        113 => typed(14, 16),
        276 => typed(0, 20),
        _ => Err("link_not_known"),
    }
}

fn v4<'a>(at: i64, ip: &LaxIpv4Slice<'a>) -> Packet<'a> {
    let header = ip.header();
    let mapped = |address: std::net::Ipv4Addr| address.to_ipv6_mapped().to_bits();
    let ends = [mapped(header.source_addr()), mapped(header.destination_addr())];
    let authenticated = ip.extensions().auth.map_or(0, |auth| auth.slice().len());
    let declared = usize::from(header.total_len()).saturating_sub(header.slice().len() + authenticated);
    if header.is_fragmenting_payload() {
        let whose = Whose { ends, id: u32::from(header.identification()), protocol: ip.payload().ip_number.0 };
        let (offset, more) = (header.fragments_offset().byte_offset(), header.more_fragments());
        return fragment(at, whose, offset.into(), more, ip.payload());
    }
    tcp(at, ends, ip.payload(), declared)
}

fn v6<'a>(at: i64, ip: &LaxIpv6Slice<'a>) -> Packet<'a> {
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
        return fragment(at, whose, offset, part.more_fragments(), ip.payload());
    }
    tcp(at, ends, ip.payload(), declared)
}

fn fragment<'a>(at: i64, whose: Whose, offset: u32, more: bool, payload: &LaxIpPayloadSlice<'a>) -> Packet<'a> {
    if payload.incomplete {
        return Packet::Other("fragment_cut_off");
    }
    Packet::Fragment(Fragment { whose, at, offset, more, data: payload.payload })
}

fn tcp<'a>(at: i64, ends: [u128; 2], payload: &LaxIpPayloadSlice<'a>, declared: usize) -> Packet<'a> {
    if payload.ip_number != TCP {
        return Packet::Other(if payload.fragmented { "fragment" } else { "not_tcp" });
    }
    let length = if payload.incomplete { declared.max(payload.payload.len()) } else { payload.payload.len() };
    segment(at, ends, payload.payload, length)
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
mod tests {
    use etherparse::PacketBuilder;

    use super::*;

    fn ethernet() -> Vec<u8> {
        let builder = PacketBuilder::ethernet2([1; 6], [2; 6]).ipv4([203, 0, 113, 9], [192, 0, 2, 1], 64);
        let mut packet = Vec::new();
        builder.tcp(40_000, 80, 7, 100).ack(9).write(&mut packet, b"GET /").unwrap();
        packet
    }

    fn said(link: i32, data: &[u8]) -> String {
        match read(&Frame { at: Some(5), link, data }) {
            Packet::Segment(pair, segment) => {
                let Host { address, port } = pair.0[usize::from(segment.from)];
                let address = std::net::Ipv6Addr::from_bits(address).to_canonical();
                format!("{address}:{port} {} {} {}", segment.seq, segment.length, segment.data.len())
            }
            Packet::Fragment(_) => "fragment".into(),
            Packet::Other(why) => why.into(),
        }
    }

    #[test]
    fn every_link_leads_to_the_same_segment() {
        let packet = ethernet();
        let ip = &packet[14..];
        let behind = |head: &[u8]| [head, ip].concat();
        let tagged = [&packet[..12], &[0x88, 0xa8, 0, 7, 0x81, 0, 0, 9], &packet[12..]].concat();
        for (link, data) in [
            (1, packet.clone()),
            (1, tagged),
            (0, behind(&[2, 0, 0, 0])),
            (108, behind(&[0, 0, 0, 2])),
            (101, ip.to_vec()),
            (228, ip.to_vec()),
            (113, behind(&[0, 0, 0, 1, 0, 6, 1, 1, 1, 1, 1, 1, 0, 0, 8, 0])),
            (276, behind(&[8, 0, 0, 0, 0, 0, 0, 3, 0, 1, 0, 6, 1, 1, 1, 1, 1, 1, 0, 0])),
        ] {
            assert_eq!(said(link, &data), "203.0.113.9:40000 7 5 5", "{link}");
        }
    }

    #[test]
    fn what_a_capture_cut_off_is_known_to_be_missing_and_padding_is_no_payload() {
        let mut packet = ethernet();
        assert_eq!(said(1, &packet[..packet.len() - 3]), "203.0.113.9:40000 7 5 2");
        packet.extend_from_slice(&[0; 9]);
        assert_eq!(said(1, &packet), "203.0.113.9:40000 7 5 5");
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
