//! A tap on the wire between a browser and a server: what really left the browser, byte for byte.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// A listener that passes everything on, and keeps what the browser sent.
pub(crate) struct Tap {
    port: u16,
    sent: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Tap {
    /// Passes on to `server`.
    pub(crate) fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let sent = Arc::<Mutex<Vec<Vec<u8>>>>::default();
        let kept = Arc::clone(&sent);
        thread::spawn(move || {
            for browser in listener.incoming().flatten() {
                let mut all = kept.lock().unwrap();
                all.push(Vec::new());
                join(browser, TcpStream::connect(server).unwrap(), &kept, all.len() - 1);
            }
        });
        Self { port, sent }
    }

    /// Chromium's flag to go through this tap when it means `authority`.
    pub(crate) fn flag(&self, authority: &str) -> String {
        format!("--host-resolver-rules=MAP {authority} 127.0.0.1:{}", self.port)
    }

    /// How many bytes the browser sent in all.
    pub(crate) fn sent(&self) -> usize {
        self.sent.lock().unwrap().iter().map(Vec::len).sum()
    }

    /// The paths that something was posted to.
    pub(crate) fn posts(&self) -> Vec<String> {
        let all = self.sent.lock().unwrap();
        let path =
            |bytes: &[u8]| String::from_utf8_lossy(bytes.split(|byte| *byte == b' ').next().unwrap()).into_owned();
        let of = |sent: &Vec<u8>| {
            let at = memchr::memmem::find_iter(sent, b"POST /")
                .map(|at| path(&sent[at + 5..][..80.min(sent.len() - at - 5)]));
            at.collect::<Vec<_>>()
        };
        all.iter().flat_map(of).collect()
    }

    /// The first form that was posted to a path that begins so.
    pub(crate) fn form_to(&self, path: &str) -> Option<Form> {
        let begins = format!("POST {path}");
        let all = self.sent.lock().unwrap();
        all.iter().find_map(|sent| {
            let at = find(sent, begins.as_bytes())?;
            Form::read(&sent[at..])
        })
    }
}

fn join(browser: TcpStream, server: TcpStream, sent: &Arc<Mutex<Vec<Vec<u8>>>>, number: usize) {
    let (mut from, mut to) = (browser.try_clone().unwrap(), server.try_clone().unwrap());
    let sent = Arc::clone(sent);
    thread::spawn(move || {
        pass_on(&mut from, &mut to, |bytes| sent.lock().unwrap()[number].extend_from_slice(bytes));
    });
    let (mut from, mut to) = (server, browser);
    thread::spawn(move || pass_on(&mut from, &mut to, |_| {}));
}

fn pass_on(from: &mut TcpStream, to: &mut TcpStream, mut see: impl FnMut(&[u8])) {
    let mut bytes = vec![0; 64 << 10];
    while let Ok(read @ 1..) = from.read(&mut bytes) {
        see(&bytes[..read]);
        if to.write_all(&bytes[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

/// A multipart form (RFC 7578) as it went over the wire.
pub(crate) struct Form {
    /// Each part: its header lines and its bytes.
    pub(crate) parts: Vec<(String, Vec<u8>)>,
}

impl Form {
    fn read(request: &[u8]) -> Option<Self> {
        let end = find(request, b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&request[..end]).into_owned();
        let header = |name: &str| {
            let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with(name))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        };
        let length: usize = header("content-length")?.parse().ok()?;
        let boundary = format!("--{}", header("content-type")?.split_once("boundary=")?.1);
        Self::split(request.get(end + 4..end + 4 + length)?, boundary.as_bytes())
    }

    fn split(mut body: &[u8], boundary: &[u8]) -> Option<Self> {
        let mut parts = Vec::new();
        body = &body[find(body, boundary)? + boundary.len()..];
        while let Some(next) = find(body, boundary) {
            // Between the two boundaries: a line's end, the head, an empty line, the bytes, a line's end.
            let part = &body[2..next - 2];
            let end = find(part, b"\r\n\r\n")?;
            parts.push((String::from_utf8_lossy(&part[..end]).into_owned(), part[end + 4..].to_vec()));
            body = &body[next + boundary.len()..];
        }
        Some(Self { parts })
    }

    /// The bytes of the part of that name.
    pub(crate) fn part(&self, name: &str) -> &[u8] {
        let wanted = format!("name=\"{name}\"");
        let found = self.parts.iter().find(|(head, _)| head.contains(&wanted));
        &found.unwrap_or_else(|| panic!("no part named {name}")).1
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
