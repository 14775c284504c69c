//! The program that is judged: the real one, started as a user would.

use std::{
    io,
    path::{Path, PathBuf},
    process::Command,
};

use super::answer::Answer;
use crate::kinds::TODAY;

/// A built `sekisho`.
#[derive(Debug, Clone)]
pub struct Program {
    path: PathBuf,
    /// Whether it can be told on which day it reads.
    takes_a_day: bool,
}

/// Why it gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// It could not be started.
    #[error("{path}: {why}")]
    Start {
        /// Which program.
        path: PathBuf,
        /// Why.
        #[source]
        why: io::Error,
    },
    /// It ended with a usage error, or died.
    #[error("`sekisho inspect` ended with {code:?}: {said}")]
    Ended {
        /// Its exit code.
        code: Option<i32>,
        /// The end of what it said on its standard error.
        said: String,
    },
    /// What it printed is no list of answers.
    #[error("`sekisho inspect --json` printed no list of answers: {0}")]
    Json(#[from] serde_json::Error),
}

impl Program {
    /// The program at `path`.
    ///
    /// # Errors
    /// When it can't be started.
    pub fn at(path: &Path) -> Result<Self, ProgramError> {
        let help = Command::new(path).args(["inspect", "--help"]).output();
        let help = help.map_err(|why| ProgramError::Start { path: path.into(), why })?;
        let takes_a_day = String::from_utf8_lossy(&help.stdout).contains("--on ");
        Ok(Self { path: path.into(), takes_a_day })
    }

    /// What it says of `files`; what would be stored is put into `masked` as FILE.masked.png.
    ///
    /// # Errors
    /// See [`ProgramError`].
    pub fn inspect(&self, files: &[PathBuf], masked: Option<&Path>) -> Result<Vec<Answer>, ProgramError> {
        let mut command = Command::new(&self.path);
        command.args(["inspect", "--json"]);
        if self.takes_a_day {
            command.arg("--on").arg(TODAY.to_string());
        }
        if let Some(folder) = masked {
            command.arg("--masked-out").arg(folder);
        }
        self.answers(command.args(files))
    }

    /// What it says of `files`, which may be anything, with a box that somebody drew; with the networks, or as if there
    /// were none.
    ///
    /// # Errors
    /// See [`ProgramError`].
    pub fn attacked(&self, files: &[PathBuf], read: bool) -> Result<Vec<Answer>, ProgramError> {
        let mut command = Command::new(&self.path);
        command.args(["inspect", "--json", "--box", "40,40,300,160"]);
        if !read {
            command.env_remove("SEKISHO_MODELS").env("XDG_CACHE_HOME", "/nowhere");
        }
        self.answers(command.args(files))
    }

    fn answers(&self, command: &mut Command) -> Result<Vec<Answer>, ProgramError> {
        let output = command.output().map_err(|why| ProgramError::Start { path: self.path.clone(), why })?;
        match output.status.code() {
            Some(0 | 1) => Ok(serde_json::from_slice(&output.stdout)?),
            code => Err(ProgramError::Ended { code, said: end(&output.stderr) }),
        }
    }
}

fn end(said: &[u8]) -> String {
    let text = String::from_utf8_lossy(said).trim().to_owned();
    text.lines().last().unwrap_or_default().to_owned()
}

/// Where `--masked-out DIR` puts what would be stored of a file.
pub fn masked(folder: &Path, file: &Path) -> PathBuf {
    folder.join(file.file_name().unwrap_or_default()).with_added_extension("masked.png")
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    fn playing(script: &str) -> (tempfile::TempDir, Program) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sekisho");
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        let program = Program::at(&path).unwrap();
        (folder, program)
    }

    #[test]
    fn what_it_prints_is_read_and_a_finding_is_an_answer() {
        let (_folder, program) =
            playing(r#"echo '[{"file":"a.jpg","verdict":"refuse","reason":"my_number"}]'; exit 1"#);
        let answers = program.inspect(&["a.jpg".into()], None).unwrap();
        assert_eq!(answers[0].reason.as_deref(), Some("my_number"));
    }

    #[test]
    fn a_usage_error_and_something_else_than_answers_are_told() {
        let (_folder, program) = playing("echo 'a.jpg: no such file' >&2; exit 2");
        let why = program.inspect(&["a.jpg".into()], None).unwrap_err();
        assert!(why.to_string().contains("no such file"), "{why}");
        let (_folder, program) = playing("echo hello");
        assert!(matches!(program.inspect(&["a.jpg".into()], None), Err(ProgramError::Json(_))));
        assert!(Program::at(Path::new("/nonexistent/sekisho")).is_err());
    }
}
