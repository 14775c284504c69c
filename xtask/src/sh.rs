//! Running other programs, and saying so.

use std::{
    env,
    ffi::OsStr,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
};

/// Why a command of ours ends badly.
#[derive(Debug, PartialEq, Eq)]
pub struct Failure {
    message: String,
    code: u8,
}

impl Failure {
    /// Something was found to be wrong: exit code 1.
    pub fn finding(message: String) -> Self {
        Self { message, code: 1 }
    }

    /// It was called wrongly, or what it needs is not there: exit code 2.
    pub fn usage(message: String) -> Self {
        Self { message, code: 2 }
    }

    /// Says what is wrong, on standard error.
    pub fn report(self) -> ExitCode {
        if !self.message.is_empty() {
            eprintln!("{}", self.message);
        }
        ExitCode::from(self.code)
    }
}

/// The workspace's root.
pub fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().expect("this crate lies in the workspace").into()
}

/// The cargo that runs us, at the workspace's root.
pub fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root());
    command
}

/// Where `program` lies on the path, if it does.
pub fn which(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// A command as one would type it.
pub fn typed(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word: &OsStr| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// Says what runs, runs it with our own streams, and says whether it went well.
pub fn succeeds(command: &mut Command) -> bool {
    eprintln!("$ {}", typed(command));
    command.status().is_ok_and(|status| status.success())
}

/// Says what runs, runs it, shows its lines as they come and hands each to `see`.
///
/// Both of its streams are shown on standard error. Says whether it went well.
pub fn watched(command: &mut Command, mut see: impl FnMut(&str)) -> bool {
    eprintln!("$ {}", typed(command));
    let Ok(mut child) = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn() else { return false };
    let (sender, lines) = std::sync::mpsc::channel();
    let streams: [Option<Box<dyn Read + Send>>; 2] = [
        child.stdout.take().map(|stream| Box::new(stream) as Box<dyn Read + Send>),
        child.stderr.take().map(|stream| Box::new(stream) as Box<dyn Read + Send>),
    ];
    for stream in streams.into_iter().flatten() {
        let sender = sender.clone();
        std::thread::spawn(move || forward(stream, &sender));
    }
    drop(sender);
    for line in lines {
        eprintln!("{line}");
        see(&line);
    }
    child.wait().is_ok_and(|status| status.success())
}

fn forward(stream: impl Read, sender: &std::sync::mpsc::Sender<String>) {
    let mut lines = BufReader::new(stream).split(b'\n');
    // Whoever listens ends with us; what a test printed need not be UTF-8.
    while let Some(Ok(line)) = lines.next() {
        if sender.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_both_streams_are_seen_and_the_outcome_is_told() {
        let mut lines = Vec::new();
        let well = watched(Command::new("sh").args(["-c", "echo out; echo err >&2; exit 3"]), |line| {
            lines.push(line.to_owned())
        });
        lines.sort();
        assert_eq!((well, lines), (false, vec!["err".to_owned(), "out".to_owned()]));
    }

    #[test]
    fn a_program_that_is_not_there_does_not_go_well() {
        assert!(!succeeds(&mut Command::new("/nonexistent/program")));
        assert!(!watched(&mut Command::new("/nonexistent/program"), |_| {}));
        assert_eq!(which("no-such-program-anywhere"), None);
    }

    #[test]
    fn a_command_is_shown_as_one_would_type_it() {
        assert_eq!(typed(Command::new("/usr/bin/git").args(["log", "-1"])), "git log -1");
    }
}
