//! What lies between a frame and IP: tags, labels and the heads of what carries packets within others. Each step leads
//! from one head to what is behind it.

use super::wireless;

/// What some bytes begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layer {
    /// The head of a link, as libpcap numbers them.
    Link(u32),
    /// What an EtherType says.
    Typed(u16),
    /// The number of a protocol over PPP (RFC 1661, 2).
    Ppp,
    /// IEEE 802.2, with or without SNAP.
    Llc,
    /// Labels of MPLS (RFC 3032).
    Labels,
    /// IP of either version.
    Ip,
}

/// The next head and its bytes, or why there is none.
pub(super) type Next<'a> = Result<(Layer, &'a [u8]), &'static str>;

pub(super) const ETHERNET: Layer = Layer::Link(1);

/// Why there is no IP: of no concern, or told.
pub(super) const NOT_IP: &str = "not_ip";
pub(super) const CUT_OFF: &str = "link_cut_off";
const NOT_KNOWN: &str = "link_not_known";
pub(super) const ENCRYPTED: &str = "link_encrypted";
pub(super) const TUNNEL: &str = "tunnel_not_read";

/// What is behind so many bytes.
pub(super) fn behind(data: &[u8], length: usize) -> Result<&[u8], &'static str> {
    data.get(length..).ok_or(CUT_OFF)
}

/// Two bytes in the network's order.
pub(super) fn word(data: &[u8], at: usize) -> Result<u16, &'static str> {
    let bytes = data.get(at..).and_then(<[u8]>::first_chunk).ok_or(CUT_OFF)?;
    Ok(u16::from_be_bytes(*bytes))
}

/// The bytes behind a head whose type stands at a place in it.
pub(super) fn typed(data: &[u8], at: usize, length: usize) -> Next<'_> {
    let data_behind = behind(data, length)?;
    Ok(match word(data, at)? {
        // What is no type is a length (IEEE 802.3, 3.2.6), or says LLC (SLL).
        0..=1500 => (Layer::Llc, data_behind),
        kind => (Layer::Typed(kind), data_behind),
    })
}

/// One step, from what begins here to what is behind it. Of IP there is none.
pub(super) fn next(layer: Layer, data: &[u8]) -> Next<'_> {
    match layer {
        Layer::Link(link) => of_link(link, data),
        Layer::Typed(kind) => of_type(kind, data),
        Layer::Ppp => ppp(data),
        Layer::Llc => llc(data),
        Layer::Labels => labels(data),
        Layer::Ip => Ok((Layer::Ip, data)),
    }
}

/// Link types as libpcap numbers them, and the head that each has.
fn of_link(link: u32, data: &[u8]) -> Next<'_> {
    match link {
        // Ethernet.
        1 => typed(data, 12, 14),
        // BSD loopback, in the byte order of whoever captured or the network's: the family says nothing that IP doesn't.
        0 | 108 => Ok((Layer::Ip, behind(data, 4)?)),
        // Raw IP under its numbers, IPv4, IPv6.
        12 | 14 | 101 | 228 | 229 => Ok((Layer::Ip, data)),
        // PPP, plain or in frames like HDLC, which may be Cisco's, and PPPoE.
        9 | 50 if matches!(data, [0x0f | 0x8f, ..]) => typed(data, 2, 4),
        9 | 50 => Ok((Layer::Ppp, data)),
        51 => Ok((Layer::Typed(PPPOE), data)),
        // Cisco's HDLC.
        104 => typed(data, 2, 4),
        // Linux cooked, SLL and SLL2.
        113 => typed(data, 14, 16),
        276 => typed(data, 0, 20),
        // IEEE 802.11, plain and behind what a card says of how it heard it.
        105 => wireless::frame(data),
        119 | 127 | 163 | 192 => wireless::heard(link, data),
        219 => Ok((Layer::Labels, data)),
        239 => nflog(data),
        258 => pktap(data),
        _ => Err(NOT_KNOWN),
    }
}

const PPPOE: u16 = 0x8864;

fn of_type(kind: u16, data: &[u8]) -> Next<'_> {
    match kind {
        0x0800 | 0x86dd => Ok((Layer::Ip, data)),
        // VLAN and QinQ (IEEE 802.1Q), under older numbers too.
        0x8100 | 0x88a8 | 0x9100 | 0x9200 | 0x9300 => typed(data, 2, 4),
        // Cisco's VN-Tag.
        0x8926 => typed(data, 4, 6),
        0x8847 | 0x8848 => Ok((Layer::Labels, data)),
        // PPPoE (RFC 2516): code 0 is a session's packet.
        PPPOE if data.get(1) == Some(&0) => Ok((Layer::Ppp, behind(data, 6)?)),
        // PPP under GRE (RFC 2637).
        0x880b => Ok((Layer::Ppp, data)),
        // Ethernet within what carries EtherTypes, and within IEEE 802.1ah.
        0x6558 => Ok((ETHERNET, data)),
        0x88e7 => Ok((ETHERNET, behind(data, 4)?)),
        // Cisco's FabricPath: a tag, then the frame of the edge.
        0x8903 => Ok((ETHERNET, behind(data, 2)?)),
        // MACsec (IEEE 802.1AE).
        0x88e5 => Err(ENCRYPTED),
        _ => Err(NOT_IP),
    }
}

/// PPP: address and control (RFC 1662, 3.1) are often left out, and of the protocol the upper byte if it is 0.
fn ppp(data: &[u8]) -> Next<'_> {
    let data = data.strip_prefix(&[0xff, 3]).unwrap_or(data);
    let (protocol, data) = match data {
        [low, rest @ ..] if low & 1 == 1 => (u16::from(*low), rest),
        _ => (word(data, 0)?, behind(data, 2)?),
    };
    match protocol {
        0x0021 | 0x0057 => Ok((Layer::Ip, data)),
        0x0281 | 0x0283 => Ok((Layer::Labels, data)),
        // Compressed heads, several links as one, encrypted, compressed.
        0x002d | 0x002f | 0x0061 | 0x003d | 0x0053 | 0x0055 | 0x00fb | 0x00fd => Err(TUNNEL),
        _ => Err(NOT_IP),
    }
}

fn llc(data: &[u8]) -> Next<'_> {
    match data {
        // SNAP, with the organisation that means EtherTypes (RFC 1042), or bridged ones.
        [0xaa, 0xaa, 3, 0, 0, 0 | 0xf8, ..] => typed(data, 6, 8),
        [6, 6, 3, rest @ ..] => Ok((Layer::Ip, rest)),
        _ => Err(NOT_IP),
    }
}

/// Labels say nothing of what they carry: IP shows its version there; Ethernet comes behind a control word, whose first
/// bits are 0 (RFC 4385, 3), or without one, and then its type shows.
fn labels(mut data: &[u8]) -> Next<'_> {
    loop {
        let label = *data.first_chunk::<4>().ok_or(CUT_OFF)?;
        data = &data[4..];
        if label[2] & 1 == 1 {
            break;
        }
    }
    match data.first().ok_or(CUT_OFF)? >> 4 {
        4 | 6 => Ok((Layer::Ip, data)),
        0 if !matches!(word(data, 12)?, 0x0800 | 0x86dd | 0x8100 | 0x88a8) => Ok((ETHERNET, behind(data, 4)?)),
        _ => Ok((ETHERNET, data)),
    }
}

/// Linux's netfilter log: values with a length (their head included) and a type, in the byte order of whoever captured; the
/// packet is of type 9.
fn nflog(data: &[u8]) -> Next<'_> {
    let mut rest = behind(data, 4)?;
    loop {
        let (length, kind) = match *rest.first_chunk().ok_or(CUT_OFF)? {
            // Types are small: where the other byte is 0, the order shows.
            [a, b, kind, 0] => (u16::from_le_bytes([a, b]), kind),
            [a, b, 0, kind] => (u16::from_be_bytes([a, b]), kind),
            _ => return Err(CUT_OFF),
        };
        let length = usize::from(length).max(4);
        if kind == 9 {
            return Ok((Layer::Ip, &rest[4..length.min(rest.len())]));
        }
        rest = behind(rest, length.next_multiple_of(4))?;
    }
}

/// Apple's: its length, a type, the link.
fn pktap(data: &[u8]) -> Next<'_> {
    let head = data.first_chunk::<12>().ok_or(CUT_OFF)?;
    let number = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    let length = usize::try_from(number(0)).map_err(|_| CUT_OFF)?;
    Ok((Layer::Link(number(8)), behind(data, length.max(12))?))
}
