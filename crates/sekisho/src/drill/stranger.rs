//! Somebody on the internet, at an address of their own: bytes to a socket, and what comes back.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpStream},
};

use tokio::{net::TcpSocket, runtime::Builder};

use super::raw;

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
        Ok(stream)
    }

    /// Sends a request as it is written here; answers with its status, 0 if the other end hung up.
    pub(super) fn ask(self, to: SocketAddr, head: &str, body: &[u8]) -> io::Result<u16> {
        Ok(raw::exchange(self.connect(to)?, head, body)?.status)
    }
}
