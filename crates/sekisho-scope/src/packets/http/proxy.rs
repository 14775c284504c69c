//! What a load balancer says before a connection's first request: for whom it speaks (HAProxy's PROXY protocol, 2). It is
//! no HTTP, and none of what was asked.

/// What the second version begins with.
const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// The longest line of the first version.
const LINE: usize = 107;

/// So many bytes of what a client sent first are that.
pub(super) fn length(bytes: &[u8]) -> usize {
    let length = if bytes.starts_with(b"PROXY ") { line(bytes) } else { block(bytes) };
    length.filter(|length| *length <= bytes.len()).unwrap_or(0)
}

fn line(bytes: &[u8]) -> Option<usize> {
    let end = memchr::memchr(b'\n', &bytes[..bytes.len().min(LINE)])?;
    bytes[..end].ends_with(b"\r").then_some(end + 1)
}

/// The signature, version and command, family, a length, and so many bytes.
fn block(bytes: &[u8]) -> Option<usize> {
    let [version, _, high, low] = *bytes.strip_prefix(SIGNATURE)?.first_chunk()?;
    (version >> 4 == 2).then(|| SIGNATURE.len() + 4 + usize::from(u16::from_be_bytes([high, low])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_versions_are_known_and_nothing_else_is() {
        assert_eq!(length(b"PROXY TCP4 203.0.113.9 192.0.2.1 40000 80\r\nGET"), 43);
        let block = [SIGNATURE, &[0x21, 0x11, 0, 12], &[9; 12], b"GET"].concat();
        assert_eq!((length(&block), length(&block[..20])), (28, 0));
        for text in ["GET / HTTP/1.1\r\n", "PROXY ", "PROXY x\n", "\r\n\r\nGET"] {
            assert_eq!(length(text.as_bytes()), 0, "{text}");
        }
        assert_eq!(length(&[b"PROXY ", &[b'x'; 200][..], b"\r\n"].concat()), 0);
    }
}
