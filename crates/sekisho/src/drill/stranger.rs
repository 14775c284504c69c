//! Somebody on the internet, at an address of their own: bytes to a socket, and what comes back.

use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    time::Duration,
};

use tokio::{net::TcpSocket, runtime::Builder};

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// An address from which somebody asks. The loopback network has sixteen million of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stranger(pub Ipv4Addr);

impl Stranger {
    /// One of many.
    pub(super) const fn number(number: u8) -> Self {
        Self(Ipv4Addr::new(127, 0, 9, number))
    }

    /// Opens a connection and sends nothing.
    pub(super) fn connect(self, to: SocketAddr) -> io::Result<TcpStream> {
        // The standard library can't choose where a connection comes from.
        let runtime = Builder::new_current_thread().enable_io().build()?;
        let stream = runtime.block_on(async {
            let socket = TcpSocket::new_v4()?;
            socket.bind(SocketAddr::from((self.0, 0)))?;
            socket.connect(to).await?.into_std()
        })?;
        stream.set_nonblocking(false)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(stream)
    }

    /// Sends a request as it is written here; answers with its status, 0 if the other end hung up.
    pub(super) fn ask(self, to: SocketAddr, head: &str, body: &[u8]) -> io::Result<u16> {
        let mut stream = self.connect(to)?;
        let length = body.len();
        let text = format!("{head}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n");
        let mut answer = Vec::new();
        // An end that hangs up in the midst of it has answered too.
        let _ = stream.write_all(text.as_bytes()).and_then(|()| stream.write_all(body));
        let _ = stream.read_to_end(&mut answer);
        Ok(status(&answer))
    }
}

/// The status of an HTTP/1.1 answer (RFC 9112, 4).
fn status(answer: &[u8]) -> u16 {
    let digits = answer.strip_prefix(b"HTTP/1.1 ").and_then(|rest| rest.get(..3));
    digits.and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read_off_an_answer_and_silence_is_none() {
        assert_eq!(status(b"HTTP/1.1 404 Not Found\r\n\r\n"), 404);
        assert_eq!(status(b""), 0);
    }
}
