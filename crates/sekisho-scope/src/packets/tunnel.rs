//! Packets within packets: what IP carries besides TCP that may hold TCP in turn.

use super::layer::{CUT_OFF, ETHERNET, Layer, NOT_IP, Next, TUNNEL, behind, word};

/// What a payload of IP holds.
pub(super) enum Holds<'a> {
    /// No packets.
    Nothing,
    /// Another head, or why it can't be read.
    Head(Next<'a>),
    /// Perhaps another head: a port says so, and anybody may use a port.
    Perhaps(Layer, &'a [u8]),
    /// QUIC (RFC 9000), in which HTTP/3 is.
    Quic([u16; 2]),
}

/// What the payload of IP holds, by the number of its protocol.
pub(super) fn inside(protocol: u8, data: &[u8]) -> Holds<'_> {
    match protocol {
        // IPv4 and IPv6 within IP (RFC 2003, 2473, 4213).
        4 | 41 => Holds::Head(Ok((Layer::Ip, data))),
        47 => Holds::Head(gre(data)),
        // Ethernet within IP (RFC 3378), MPLS within IP (RFC 4023).
        97 => Holds::Head(behind(data, 2).map(|data| (ETHERNET, data))),
        137 => Holds::Head(Ok((Layer::Labels, data))),
        // IPsec (RFC 4303).
        50 => Holds::Head(Err(TUNNEL)),
        // What comes before a payload and was cut off: nobody knows what it would have been.
        0 | 43 | 44 | 51 | 60 => Holds::Head(Err("ip_malformed")),
        17 => udp(data),
        _ => Holds::Nothing,
    }
}

/// GRE (RFC 2784, 2890, and 2637 with the acknowledgement of version 1).
fn gre(data: &[u8]) -> Next<'_> {
    let (flags, kind) = (word(data, 0)?, word(data, 2)?);
    let has = |bit: u16| usize::from(flags & bit != 0);
    // Routes of RFC 1701, which nobody uses.
    if has(0x4000) == 1 {
        return Err(TUNNEL);
    }
    let acknowledges = if flags & 7 == 1 { has(0x0080) } else { 0 };
    let rest = behind(data, 4 * (1 + has(0x8000) + has(0x2000) + has(0x1000) + acknowledges))?;
    match kind {
        // ERSPAN (draft-foschiano-erspan): the first kind has no head, and no sequence numbers by which it shows.
        0x88be => Ok((ETHERNET, behind(rest, 8 * has(0x1000))?)),
        0x22eb => {
            let more = rest.get(11).ok_or(CUT_OFF)? & 1;
            Ok((ETHERNET, behind(rest, 12 + 8 * usize::from(more))?))
        }
        // A tunnel that is kept alive carries nothing.
        _ if rest.is_empty() => Err(NOT_IP),
        kind => Ok((Layer::Typed(kind), rest)),
    }
}

/// UDP (RFC 768), by the ports that IANA gave to tunnels.
fn udp(data: &[u8]) -> Holds<'_> {
    let (Ok(from), Ok(to), Some(rest)) = (word(data, 0), word(data, 2), data.get(8..)) else { return Holds::Nothing };
    let held = match to {
        4789 | 8472 => vxlan(rest),
        4790 => vxlan_of_any(rest),
        6081 => geneve(rest),
        _ if [from, to].contains(&5247) => capwap(rest),
        _ if [from, to].contains(&2152) => gtp(rest),
        _ if [from, to].contains(&1701) => l2tp(rest),
        _ if [from, to].contains(&3544) => teredo(rest),
        _ => None,
    };
    match held {
        Some((layer, data)) => Holds::Perhaps(layer, data),
        None if is_sealed([from, to], rest) => Holds::Head(Err(TUNNEL)),
        None if is_quic(rest) => Holds::Quic([from, to]),
        None => Holds::Nothing,
    }
}

type Held<'a> = Option<(Layer, &'a [u8])>;

/// RFC 7348, on its port or the one that Linux used before.
fn vxlan(data: &[u8]) -> Held<'_> {
    (data.first()? & 8 != 0).then_some((ETHERNET, data.get(8..)?))
}

/// VXLAN of any protocol (draft-ietf-nvo3-vxlan-gpe).
fn vxlan_of_any(data: &[u8]) -> Held<'_> {
    let layer = match data.get(3)? {
        1 | 2 => Layer::Ip,
        3 => ETHERNET,
        _ => return None,
    };
    Some((layer, data.get(8..)?))
}

/// RFC 8926.
fn geneve(data: &[u8]) -> Held<'_> {
    let options = usize::from(data.first()? & 0x3f) * 4;
    (data[0] >> 6 == 0).then_some((Layer::Typed(word(data, 2).ok()?), data.get(8 + options..)?))
}

/// What phones send through their network (3GPP TS 29.281, 5.1): version 1, a packet of a user, more heads or none.
fn gtp(data: &[u8]) -> Held<'_> {
    let [flags, 255, ..] = *data else { return None };
    if flags >> 4 != 3 {
        return None;
    }
    let mut at = if flags & 7 == 0 { 8 } else { 12 };
    let mut more = if flags & 4 == 0 { 0 } else { *data.get(11)? };
    while more != 0 {
        let length = usize::from(*data.get(at)?).max(1) * 4;
        more = *data.get(at + length - 1)?;
        at += length;
    }
    Some((Layer::Ip, data.get(at..)?))
}

/// What an access point passes on (RFC 5415, 4.3): plain, and not one of several.
fn capwap(data: &[u8]) -> Held<'_> {
    let [kind, length, frame, flags, ..] = *data else { return None };
    let layer = if frame & 1 == 1 { Layer::Link(105) } else { ETHERNET };
    (kind == 0 && flags & 0x80 == 0).then_some((layer, data.get(usize::from(length >> 3) * 4..)?))
}

/// RFC 2661, 3.1: data, with a length, numbers and an offset or without.
fn l2tp(data: &[u8]) -> Held<'_> {
    let flags = word(data, 0).ok()?;
    let has = |bit: u16| usize::from(flags & bit != 0);
    if flags & 0x800f != 2 {
        return None;
    }
    let mut at = 6 + 2 * has(0x4000) + 4 * has(0x0800);
    if has(0x0200) == 1 {
        at += 2 + usize::from(word(data, at).ok()?);
    }
    Some((Layer::Ppp, data.get(at..)?))
}

/// RFC 4380, 5.1.1: IPv6, behind who it comes from and where from, or without.
fn teredo(mut data: &[u8]) -> Held<'_> {
    if let [0, 1, id, value, ..] = *data {
        data = data.get(13 + usize::from(id) + usize::from(value)..)?;
    }
    if let [0, 0, ..] = *data {
        data = data.get(8..)?;
    }
    (data.first()? >> 4 == 6).then_some((Layer::Ip, data))
}

/// IPsec within UDP (RFC 3948, 2.2) and WireGuard's data.
fn is_sealed(ports: [u16; 2], data: &[u8]) -> bool {
    match data {
        [0, 0, 0, 0, ..] => false,
        [4, 0, 0, 0, ..] if ports.contains(&51820) => true,
        _ => ports.contains(&4500) && data.len() > 8,
    }
}

/// A long head of a version that is used (RFC 9000, 17.2; RFC 9369): the packets that open a connection.
fn is_quic(data: &[u8]) -> bool {
    let [0xc0..=0xff, version @ .., _] = data.first_chunk::<6>().map_or(&[][..], |head| &head[..]) else {
        return false;
    };
    matches!(version, [0, 0, 0, 1] | [0x6b, 0x33, 0x43, 0xcf] | [0xff, 0, 0, _] | [b'Q' | b'T', b'0', b'0'..=b'9', _])
}
