//! What code may try that runs where it should not: files, sockets, programs, others' memory.

use std::{
    fs::{self, File, OpenOptions},
    io,
    net::{SocketAddr, TcpListener, TcpStream, UdpSocket},
    os::unix::net::UnixDatagram,
    path::PathBuf,
    process::Command,
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::sought::{Got, Sought};

/// How long a connection may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is worth reaching.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Targets {
    /// Files to read: keystore, databases, blobs, secrets.
    pub files: Vec<PathBuf>,
    /// Folders to list and to write into.
    pub folders: Vec<PathBuf>,
    /// Addresses to connect to.
    pub addresses: Vec<SocketAddr>,
    /// Processes whose memory to read.
    pub processes: Vec<u32>,
}

/// One attempt.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Attempt {
    /// At what.
    pub what: String,
    /// Whether it worked.
    pub worked: bool,
    /// What it gave.
    pub got: Got,
}

impl Attempt {
    fn new(what: impl Into<String>, outcome: io::Result<Vec<u8>>, sought: &Sought) -> Self {
        let got = outcome.as_ref().map_or_else(|_| Got::default(), |bytes| sought.within(bytes));
        Self { what: what.into(), worked: outcome.is_ok(), got }
    }
}

/// Tries everything that leaves the process alive.
pub(super) fn try_all(targets: &Targets, sought: &Sought) -> Vec<Attempt> {
    let tried = |what: String, outcome| Attempt::new(what, outcome, sought);
    let files = targets.files.iter().map(|path| tried(format!("read {}", name(path)), fs::read(path)));
    let lists = targets.folders.iter().map(|path| tried(format!("list {}", name(path)), list(path)));
    let writes = targets.folders.iter().map(|path| tried(format!("write into {}", name(path)), write_into(path)));
    let dials = targets.addresses.iter().map(|to| tried("connect".into(), connect(*to)));
    let memory = targets.processes.iter().map(|pid| tried("read another's memory".into(), open_memory(*pid)));
    let sockets = [("listen", listen()), ("send a datagram", datagram()), ("call a local socket", local())];
    let sockets = sockets.into_iter().map(|(what, outcome)| tried(what.into(), outcome));
    files.chain(lists).chain(writes).chain(dials).chain(memory).chain(sockets).collect()
}

/// Starts another program.
pub(super) fn spawn() -> Attempt {
    let outcome = Command::new("/bin/true").status().map(|_| Vec::new());
    Attempt::new("start a program", outcome, &Sought::default())
}

/// The last two parts of a path: enough to know it, without where this machine keeps its temporary folders.
fn name(path: &std::path::Path) -> String {
    let parts: Vec<_> = path.iter().rev().take(2).map(|part| part.to_string_lossy()).collect();
    parts.into_iter().rev().collect::<Vec<_>>().join("/")
}

fn list(path: &PathBuf) -> io::Result<Vec<u8>> {
    Ok(fs::read_dir(path)?.count().to_le_bytes().to_vec())
}

fn write_into(folder: &std::path::Path) -> io::Result<Vec<u8>> {
    let path = folder.join("left-by-a-drill");
    OpenOptions::new().write(true).create_new(true).open(&path)?;
    fs::remove_file(path).map(|()| Vec::new())
}

fn connect(to: SocketAddr) -> io::Result<Vec<u8>> {
    TcpStream::connect_timeout(&to, PATIENCE).map(|_| Vec::new())
}

fn listen() -> io::Result<Vec<u8>> {
    TcpListener::bind("127.0.0.1:0").map(|_| Vec::new())
}

fn datagram() -> io::Result<Vec<u8>> {
    UdpSocket::bind("127.0.0.1:0").map(|_| Vec::new())
}

fn local() -> io::Result<Vec<u8>> {
    UnixDatagram::unbound().map(|_| Vec::new())
}

fn open_memory(pid: u32) -> io::Result<Vec<u8>> {
    File::open(format!("/proc/{pid}/mem")).map(|_| Vec::new())
}
