//! Captures made here: connections, request by request, written as pcap. The same seed gives the same bytes.

use etherparse::PacketBuilder;

/// A captured packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Packet {
    /// Nanoseconds since 1970.
    pub(crate) at: u64,
    /// From Ethernet on.
    pub(crate) bytes: Vec<u8>,
}

/// One connection, as it is written down packet by packet.
pub(crate) struct Wire {
    port: u16,
    at: u64,
    sent: [u32; 2],
    pub(crate) packets: Vec<Packet>,
}

const SECOND: u64 = 1_000_000_000;

/// Segments carry so much.
pub(crate) const SEGMENT: usize = 1400;

impl Wire {
    /// Opens a connection from a port of the client's at a second; numbers begin shortly before they wrap.
    pub(crate) fn open(port: u16, second: u64) -> Self {
        let start = u32::MAX - 5000;
        let mut wire = Self { port, at: second * SECOND, sent: [start, start - 99], packets: Vec::new() };
        wire.push(0, b"", 2);
        wire.sent[0] = wire.sent[0].wrapping_add(1);
        wire.push(1, b"", 2 | 16);
        wire.sent[1] = wire.sent[1].wrapping_add(1);
        wire
    }

    fn push(&mut self, from: usize, data: &[u8], flags: u8) {
        let ends = [([203, 0, 113, 9], self.port), ([192, 0, 2, 1], 80)];
        let ((source, port), (target, to)) = (ends[from], ends[1 - from]);
        let link = PacketBuilder::ethernet2([1; 6], [2; 6]).ipv4(source, target, 64);
        let mut tcp = link.tcp(port, to, self.sent[from], 65_000);
        for (flag, set) in [
            (1, |tcp| etherparse::PacketBuilderStep::fin(tcp)),
            (2, |tcp| etherparse::PacketBuilderStep::syn(tcp)),
            (4, |tcp| etherparse::PacketBuilderStep::rst(tcp)),
        ] as [(u8, fn(Step) -> Step); 3]
        {
            if flags & flag != 0 {
                tcp = set(tcp);
            }
        }
        if flags & 16 != 0 {
            tcp = tcp.ack(self.sent[1 - from]);
        }
        let mut bytes = Vec::new();
        tcp.write(&mut bytes, data).expect("memory takes it");
        self.packets.push(Packet { at: self.at, bytes });
        self.at += 1000;
        self.sent[from] = self.sent[from].wrapping_add(data.len() as u32);
    }

    /// One end sends bytes, in as many segments as it takes.
    pub(crate) fn say(&mut self, from: usize, bytes: &[u8]) {
        bytes.chunks(SEGMENT).for_each(|piece| self.push(from, piece, 16));
    }

    /// A request and its response.
    pub(crate) fn exchange(&mut self, request: &[u8], response: &[u8]) {
        self.say(0, request);
        self.say(1, response);
    }

    /// Both ends close.
    pub(crate) fn close(mut self) -> Vec<Packet> {
        for from in [1, 0] {
            self.push(from, b"", 1 | 16);
            self.sent[from] = self.sent[from].wrapping_add(1);
        }
        self.push(1, b"", 16);
        self.packets
    }
}

type Step = etherparse::PacketBuilderStep<etherparse::TcpHeader>;

/// A file of packets, with nanoseconds.
pub(crate) fn pcap(packets: &[Packet]) -> Vec<u8> {
    let mut file =
        [&[0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &[0xff, 0xff, 0, 0, 1, 0, 0, 0]].concat();
    for Packet { at, bytes } in packets {
        let length = bytes.len() as u32;
        let head = [(at / SECOND) as u32, (at % SECOND) as u32, length, length];
        file.extend(head.map(u32::to_le_bytes).concat());
        file.extend_from_slice(bytes);
    }
    file
}

/// A response with a body of known length.
pub(crate) fn response(body: &[u8], fields: &str) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n{fields}\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// A request without a body.
pub(crate) fn get(target: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nHost: shop.example\r\n\r\n").into_bytes()
}

/// A card's number with this many in front of its check digit.
pub(crate) fn card(number: u64) -> String {
    let digits = format!("4{number:014}");
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(nth, digit)| {
            let digit = u32::from(digit - b'0') << ((nth + 1) % 2);
            if digit > 9 { digit - 9 } else { digit }
        })
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}
