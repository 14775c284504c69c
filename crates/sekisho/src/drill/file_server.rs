//! A careless server of files: the control for whoever asks for what they put there.

use std::{
    fs,
    io::{self, BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

/// Serves what lies below a folder, as a web server does whose folder takes uploads. It ends when it is dropped.
pub(super) struct FileServer {
    /// Where it listens.
    pub address: SocketAddr,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl FileServer {
    /// Serves the folder at a free port of this machine.
    pub(super) fn over(folder: &Path) -> io::Result<Self> {
        let (listener, over) = (TcpListener::bind("127.0.0.1:0")?, Arc::new(AtomicBool::new(false)));
        let (address, folder, ends) = (listener.local_addr()?, folder.to_owned(), Arc::clone(&over));
        let serve = move || {
            for stream in listener.incoming().take_while(|_| !ends.load(Ordering::Acquire)) {
                let _ = stream.and_then(|stream| answer(&folder, stream));
            }
        };
        let thread = Some(thread::Builder::new().name("careless".into()).spawn(serve)?);
        Ok(Self { address, over, thread })
    }
}

impl Drop for FileServer {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Release);
        // It looks at the flag when somebody comes.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn answer(folder: &Path, mut stream: TcpStream) -> io::Result<()> {
    let mut line = String::new();
    BufReader::new(stream.try_clone()?).read_line(&mut line)?;
    let path = line.split(' ').nth(1).unwrap_or_default().split('?').next().unwrap_or_default();
    // Joined as it came: that is the carelessness.
    let file: PathBuf = folder.join(path.trim_start_matches('/'));
    match fs::read(file) {
        Ok(body) => {
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len())?;
            stream.write_all(&body)
        }
        Err(_) => stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::raw;
    use super::*;

    #[test]
    fn it_gives_out_what_lies_there_and_what_lies_above() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("web")).unwrap();
        fs::write(folder.path().join("web/shell.php"), "inside").unwrap();
        fs::write(folder.path().join("secret"), "above").unwrap();
        let server = FileServer::over(&folder.path().join("web")).unwrap();
        let get = |path: &str| raw::ask(server.address, ("GET", path), "x", &[], b"").unwrap();
        assert!(get("/shell.php").bytes.ends_with(b"inside"));
        assert!(get("/../secret").bytes.ends_with(b"above"));
        assert_eq!(get("/none").status, 404);
    }
}
