//! One upload inspector on its own, without an installation around it.
//!
//! It is the same role, started and confined the same way, so that what it says of a picture is what a gate would hear.

use std::{
    io,
    os::{fd::AsFd, unix::net::UnixStream},
    path::PathBuf,
    process::Child,
};

use sekisho_inspect::ocr::ModelFiles;
use sekisho_sys::{
    confine::Options,
    fork_server::Forks,
    spawn::{Program, spawn_role},
};

use super::{
    messages::{FromRole, RoleConfig, ToRole, receive, send},
    rooms::Role,
};

/// A running inspector's parent. It ends when this is dropped.
#[derive(Debug)]
pub struct LoneInspector {
    forks: Forks,
    process: Process,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum LoneError {
    /// The process can't be started or spoken to.
    #[error("can't start an inspector: {0}")]
    Start(#[from] io::Error),
    /// It says so itself; the kernel may confine too little.
    #[error("{0}")]
    Failed(String),
}

#[derive(Debug)]
struct Process {
    control: UnixStream,
    child: Child,
}

impl Drop for Process {
    /// It holds nothing, so it need not be asked first.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl LoneInspector {
    /// Starts one from `program`, confined at least as production demands. With networks it reads print.
    ///
    /// # Errors
    /// When the kernel refuses the process, or does not confine it enough.
    pub fn start(program: &Program, networks: Option<&ModelFiles>) -> Result<LoneInspector, LoneError> {
        let (forks, client) = UnixStream::pair()?;
        let (control, theirs) = UnixStream::pair()?;
        let child = spawn_role(program, &["role", Role::UploadInspector.name()], theirs, None)?;
        let process = Process { control, child };
        let ends = vec!["client".to_owned()];
        let mut fds = vec![client.as_fd()];
        fds.extend(networks.iter().flat_map(|files| files.descriptors()));
        let (config, networks) = (Box::new(nowhere()), (fds.len() - ends.len()) as u8);
        let start = ToRole::Start { role: Role::UploadInspector, config, ends, listeners: 0, networks };
        send(&process.control, &start, &fds)?;
        process.until_ready()?;
        Ok(LoneInspector { forks: Forks::new(forks), process })
    }

    /// Where children are had from, one for each picture.
    pub fn forks(&self) -> &Forks {
        &self.forks
    }

    /// The parent's process id.
    pub fn pid(&self) -> u32 {
        self.process.child.id()
    }
}

impl Process {
    fn until_ready(&self) -> Result<(), LoneError> {
        loop {
            match receive(&self.control)?.map(|(said, _)| said) {
                Some(FromRole::Confined(_) | FromRole::LockedDown) => {}
                Some(FromRole::Ready) => return Ok(()),
                Some(FromRole::Failed(why)) => return Err(LoneError::Failed(why)),
                None => return Err(LoneError::Start(io::ErrorKind::UnexpectedEof.into())),
            }
        }
    }
}

/// An inspector keeps no file, so it is told of none. It runs under its caller's user id.
fn nowhere() -> RoleConfig {
    RoleConfig {
        data: PathBuf::new(),
        keystore: PathBuf::new(),
        passphrase: None,
        identity: None,
        gate_origin: String::new(),
        desk_origin: String::new(),
        test: false,
        behind_proxy: false,
        webhook_ports: Vec::new(),
        witnesses: Default::default(),
        budget: None,
        watch: None,
        demo_reviewer: None,
        intruder: None,
        reads_print: false,
        driven: Default::default(),
        own_user: false,
        confinement: Options::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn a_program_that_is_no_inspector_is_not_waited_for() {
        let other = Program::at(Path::new("/bin/true")).unwrap();
        assert!(LoneInspector::start(&other, None).is_err());
    }
}
