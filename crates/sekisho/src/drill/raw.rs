//! HTTP as an attacker writes it: byte for byte, with paths that no client would send.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// The most that is read of an answer, in bytes.
const MOST: u64 = 4 << 20;

/// What came back.
#[derive(Debug, Clone, Default)]
pub(super) struct Answer {
    /// The status; 0 when the other side hung up without a word.
    pub status: u16,
    /// Everything: head and body.
    pub bytes: Vec<u8>,
}

/// Sends `method target` to `host` with these header lines and this body, and reads until the other side closes.
///
/// # Errors
/// When nobody listens. A caller who is hung up on gets what came until then.
pub(super) fn ask(
    to: SocketAddr,
    (method, target): (&str, &str),
    host: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> io::Result<Answer> {
    let more: String = headers.iter().map(|(name, value)| format!("\r\n{name}: {value}")).collect();
    let head = format!("{method} {target} HTTP/1.1\r\nHost: {host}{more}");
    exchange(TcpStream::connect_timeout(&to, PATIENCE)?, &head, body)
}

/// Sends `head`, which lacks its last line's end, and `body`, and reads until the other side closes.
///
/// # Errors
/// When the connection can't be told how long to wait.
pub(super) fn exchange(mut stream: TcpStream, head: &str, body: &[u8]) -> io::Result<Answer> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let head = format!("{head}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
    // Whoever is refused at the head may be hung up on before the body is out.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
    let mut bytes = Vec::new();
    let _ = stream.take(MOST).read_to_end(&mut bytes);
    Ok(Answer { status: status(&bytes), bytes })
}

/// The status of an answer (RFC 9112, 4); 0 if it is none.
fn status(bytes: &[u8]) -> u16 {
    let text = bytes.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok());
    text.filter(|_| bytes.starts_with(b"HTTP/1.")).and_then(|digits| digits.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read_and_a_silence_is_none() {
        assert_eq!(status(b"HTTP/1.1 404 Not Found\r\n\r\n"), 404);
        assert_eq!(status(b""), 0);
        assert_eq!(status(b"SSH-2.0-OpenSSH_9"), 0);
    }
}
