//! The operator's door: a socket in the data folder that only its owner opens. Who comes in speaks to the keeper; the
//! supervisor hands each connection on and reads nothing of it.

use std::{
    fs::{self, Permissions},
    io,
    os::unix::{
        fs::PermissionsExt,
        net::{UnixListener, UnixStream},
    },
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::Sender,
    },
    thread::{self, JoinHandle},
};

use super::keeping::Event;

/// What the keeper calls this end.
pub(super) const END: &str = "operator";

/// Where the socket lies below the data.
pub fn socket(data: &Path) -> PathBuf {
    data.join("operator.sock")
}

/// The door while it is open. Dropping it closes it and takes the socket away.
#[derive(Debug)]
pub(super) struct Door {
    path: PathBuf,
    closed: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Door {
    /// Opens it. Whoever has the lock of the data may: a socket that lies there is a dead one's.
    pub(super) fn open(data: &Path, to: Sender<Event>) -> io::Result<Self> {
        let path = socket(data);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = listen(&path)?;
        let closed = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&closed);
        let thread = thread::Builder::new().name("operator".into()).spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if seen.load(Ordering::Acquire) || to.send(Event::Operator(stream)).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { path, closed, thread: Some(thread) })
    }
}

// Nobody else may connect at any moment: bound under another name, closed to others, then given its name.
fn listen(path: &Path) -> io::Result<UnixListener> {
    let fresh = path.with_extension("new");
    let _ = fs::remove_file(&fresh);
    let listener = UnixListener::bind(&fresh)?;
    fs::set_permissions(&fresh, Permissions::from_mode(0o600))?;
    fs::rename(fresh, path)?;
    Ok(listener)
}

impl Drop for Door {
    fn drop(&mut self) {
        self.closed.store(true, Ordering::Release);
        // Wakes the thread, which waits for somebody to come.
        let woken = UnixStream::connect(&self.path);
        let _ = fs::remove_file(&self.path);
        if let (Ok(_), Some(thread)) = (woken, self.thread.take()) {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn who_comes_in_is_handed_on_and_the_socket_is_the_owners_and_goes_away() {
        let data = tempfile::tempdir().unwrap();
        let (to, from) = channel();
        fs::write(socket(data.path()), "left by a dead one").unwrap();
        let door = Door::open(data.path(), to).unwrap();
        assert_eq!(fs::metadata(socket(data.path())).unwrap().permissions().mode() & 0o777, 0o600);
        let _in = UnixStream::connect(socket(data.path())).unwrap();
        assert!(matches!(from.recv().unwrap(), Event::Operator(_)));
        drop(door);
        assert_eq!(fs::read_dir(data.path()).unwrap().count(), 0);
    }
}
