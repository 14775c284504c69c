//! A proxy that keeps copies: what it may keep by the rules for caches (RFC 9111), what a careless one keeps, and what
//! one keeps that knows no rules.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// How long either side may be silent.
const PATIENCE: Duration = Duration::from_secs(30);

/// An exchange that passed.
#[derive(Debug, Clone)]
pub(super) struct Exchange {
    /// Method and path.
    pub asked: String,
    /// The answer's head, in small letters.
    head: String,
    /// The whole answer.
    pub answer: Vec<u8>,
}

/// What a cache keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rules {
    /// A shared cache that goes by the rules.
    Shared,
    /// A browser's own that goes by them.
    Private,
    /// One that keeps everything that isn't forbidden outright, the answers to forms too.
    Careless,
    /// One that keeps everything.
    None,
}

impl Exchange {
    /// Whether a cache of these rules keeps it.
    pub(super) fn kept_by(&self, rules: Rules) -> bool {
        let says = |word: &str| self.directives().any(|directive| directive.starts_with(word));
        let is_plain = self.asked.starts_with("GET ") && self.answer.get(9..12) == Some(b"200");
        match rules {
            Rules::Shared => is_plain && !says("no-store") && !says("private"),
            Rules::Private => is_plain && !says("no-store"),
            Rules::Careless => !says("no-store"),
            Rules::None => true,
        }
    }

    fn directives(&self) -> impl Iterator<Item = &str> {
        let lines = self.head.lines().filter_map(|line| line.strip_prefix("cache-control:"));
        lines.flat_map(|line| line.split(',')).map(str::trim)
    }
}

/// The proxy, at a free port of this machine. It ends when it is dropped.
pub(super) struct Proxy {
    /// Where it listens.
    pub address: SocketAddr,
    passed: Arc<Mutex<Vec<Exchange>>>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Proxy {
    /// Stands before a server from here on.
    pub(super) fn before(server: SocketAddr) -> io::Result<Self> {
        let (listener, over) = (TcpListener::bind("127.0.0.1:0")?, Arc::new(AtomicBool::new(false)));
        let (address, passed) = (listener.local_addr()?, Arc::new(Mutex::<Vec<Exchange>>::default()));
        let (ends, notes) = (Arc::clone(&over), Arc::clone(&passed));
        let serve = move || {
            for stream in listener.incoming().take_while(|_| !ends.load(Ordering::Acquire)) {
                let exchange = stream.and_then(|stream| pass(server, stream));
                notes.lock().unwrap_or_else(PoisonError::into_inner).extend(exchange);
            }
        };
        let thread = Some(thread::Builder::new().name("proxy".into()).spawn(serve)?);
        Ok(Self { address, passed, over, thread })
    }

    /// Everything that passed so far.
    pub(super) fn passed(&self) -> Vec<Exchange> {
        self.passed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Release);
        // It looks at the flag when somebody comes.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// One request and its answer; both sides close after it.
fn pass(server: SocketAddr, mut client: TcpStream) -> io::Result<Exchange> {
    client.set_read_timeout(Some(PATIENCE))?;
    let (head, body) = request(&mut client)?;
    let mut upstream = TcpStream::connect_timeout(&server, PATIENCE)?;
    upstream.set_read_timeout(Some(PATIENCE))?;
    let (line, rest) = head.split_once("\r\n").ok_or(io::ErrorKind::InvalidData)?;
    let kept: String = rest.split_inclusive("\r\n").filter(|line| !is_connection(line)).collect();
    upstream.write_all(format!("{line}\r\nConnection: close\r\n{kept}").as_bytes())?;
    upstream.write_all(&body)?;
    let mut answer = Vec::new();
    upstream.read_to_end(&mut answer)?;
    client.write_all(&answer)?;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(answer.len());
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    let asked = line.rsplit_once(' ').map_or(line, |(asked, _)| asked).to_owned();
    Ok(Exchange { asked, head, answer })
}

fn is_connection(line: &str) -> bool {
    line.to_ascii_lowercase().starts_with("connection:")
}

/// A request's head, and its body as long as it says.
fn request(client: &mut TcpStream) -> io::Result<(String, Vec<u8>)> {
    let (mut bytes, mut part) = (Vec::new(), [0; 4096]);
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        match client.read(&mut part)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => bytes.extend(&part[..read]),
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut body = bytes.split_off(end);
    let lower = head.to_ascii_lowercase();
    let length = lower.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
    let missing = length.unwrap_or_default().saturating_sub(body.len());
    let mut rest = vec![0; missing];
    client.read_exact(&mut rest)?;
    body.extend(rest);
    Ok((head, body))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(asked: &str, cache: &str) -> Exchange {
        let head = format!("http/1.1 200 ok\r\ncache-control: {cache}");
        Exchange { asked: asked.into(), head, answer: b"HTTP/1.1 200 OK".to_vec() }
    }

    #[test]
    fn each_cache_keeps_what_its_rules_let_it() {
        let kept = |asked, cache| {
            [Rules::Shared, Rules::Private, Rules::Careless, Rules::None]
                .map(|rules| exchange(asked, cache).kept_by(rules))
        };
        assert_eq!(kept("GET /x", "no-store"), [false, false, false, true]);
        assert_eq!(kept("GET /x", "private, max-age=9"), [false, true, true, true]);
        assert_eq!(kept("GET /x", "public"), [true; 4]);
        assert_eq!(kept("POST /x", "public"), [false, false, true, true]);
    }
}
