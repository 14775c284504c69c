//! A TCP segment (RFC 9293), and the bytes as which it lies in a heap.

/// An end of a connection: an address, IPv4 as mapped into IPv6, and a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Host {
    pub(super) address: u128,
    pub(super) port: u16,
}

/// Two ends, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Pair(pub(super) [Host; 2]);

/// The time of a packet of which no file says when it was.
pub(super) const NO_TIME: i64 = i64::MIN;

pub(super) const FIN: u8 = 1;
pub(super) const SYN: u8 = 2;
pub(super) const RST: u8 = 4;
pub(super) const ACK: u8 = 16;

/// One segment. Its order is that of time, and for the same time one that no file decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Segment<'a> {
    /// Nanoseconds since 1970, or [`NO_TIME`].
    pub(super) at: i64,
    /// Which end of the pair sent it.
    pub(super) from: u8,
    pub(super) seq: u32,
    pub(super) ack: u32,
    pub(super) flags: u8,
    /// The length of its payload, on the wire.
    pub(super) length: u32,
    /// What was captured of it.
    pub(super) data: &'a [u8],
}

/// Bytes before the payload.
pub(super) const HEAD: usize = 58;

impl<'a> Segment<'a> {
    pub(super) fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// The head as bytes; the payload follows.
    pub(super) fn head(&self, pair: &Pair) -> [u8; HEAD] {
        let mut head = [0; HEAD];
        let mut rest = &mut head[..];
        let mut put = |bytes: &[u8]| {
            let (here, behind) = std::mem::take(&mut rest).split_at_mut(bytes.len());
            here.copy_from_slice(bytes);
            rest = behind;
        };
        for host in pair.0 {
            put(&host.address.to_be_bytes());
            put(&host.port.to_be_bytes());
        }
        put(&self.at.to_be_bytes());
        put(&self.seq.to_be_bytes());
        put(&self.ack.to_be_bytes());
        put(&self.length.to_be_bytes());
        put(&[self.from, self.flags]);
        head
    }

    /// Reads what [`Segment::head`] and the payload are as bytes.
    pub(super) fn read(bytes: &'a [u8]) -> (Pair, Self) {
        let (head, data) = bytes.split_at(HEAD);
        let mut rest = head;
        let a = Host { address: u128::from_be_bytes(take(&mut rest)), port: u16::from_be_bytes(take(&mut rest)) };
        let b = Host { address: u128::from_be_bytes(take(&mut rest)), port: u16::from_be_bytes(take(&mut rest)) };
        let at = i64::from_be_bytes(take(&mut rest));
        let [seq, ack, length] = [(); 3].map(|()| u32::from_be_bytes(take(&mut rest)));
        let [from, flags] = take(&mut rest);
        (Pair([a, b]), Self { at, from, seq, ack, flags, length, data })
    }
}

/// The next so many bytes of what we wrote ourselves.
pub(super) fn take<const N: usize>(rest: &mut &[u8]) -> [u8; N] {
    let (bytes, behind) = rest.split_first_chunk().expect("what we wrote is as long as we wrote it");
    *rest = behind;
    *bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_comes_back_as_it_went() {
        let pair = Pair([Host { address: 7, port: 80 }, Host { address: u128::MAX, port: 65_535 }]);
        let segment = Segment { at: -5, from: 1, seq: 9, ack: 10, flags: ACK | FIN, length: 9, data: b"hello" };
        let bytes = [&segment.head(&pair)[..], segment.data].concat();
        assert_eq!(Segment::read(&bytes), (pair, segment));
    }
}
