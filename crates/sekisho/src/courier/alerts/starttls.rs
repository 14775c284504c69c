//! From a plain SMTP connection to TLS (RFC 3207), before anything that matters is said.
//!
//! Whoever sits on the line could answer more than it was asked, in the clear, and have it taken for what came over TLS.
//! So each answer is read byte by byte up to its end, and what comes after is the handshake's.

use std::io;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// The most that a server may say in one answer, in bytes.
const MOST: usize = 8 << 10;

/// Greets and asks for TLS. On return the next byte is the handshake's.
///
/// # Errors
/// When the server doesn't offer TLS, or isn't an SMTP server.
pub(super) async fn ask(stream: &mut TcpStream, hello: &str) -> io::Result<()> {
    expect(&answer(stream).await?, "220")?;
    stream.write_all(format!("EHLO {hello}\r\n").as_bytes()).await?;
    let offered = answer(stream).await?;
    expect(&offered, "250")?;
    if !offered.lines().any(|line| line.get(4..).is_some_and(|what| what.trim().eq_ignore_ascii_case("STARTTLS"))) {
        return Err(io::Error::other("the server offers no STARTTLS"));
    }
    stream.write_all(b"STARTTLS\r\n").await?;
    expect(&answer(stream).await?, "220")
}

fn expect(answer: &str, code: &str) -> io::Result<()> {
    if answer.starts_with(code) { Ok(()) } else { Err(io::Error::other("not the answer of an SMTP server")) }
}

/// One answer with all its lines (RFC 5321 §4.2), and nothing of what follows.
async fn answer(stream: &mut TcpStream) -> io::Result<String> {
    let mut read = Vec::new();
    loop {
        let begin = read.len();
        while !read.ends_with(b"\n") || read.len() == begin {
            if read.len() >= MOST {
                return Err(io::ErrorKind::InvalidData.into());
            }
            read.push(stream.read_u8().await?);
        }
        // The last line has a space after its code; one without text ends there.
        if read.get(begin + 3) != Some(&b'-') {
            return String::from_utf8(read).map_err(|_| io::ErrorKind::InvalidData.into());
        }
    }
}
