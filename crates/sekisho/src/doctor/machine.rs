//! The machine as its kernel describes it: texts below `/proc`, `/sys` and `/etc`.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::remark::{CannotTell, Told};

/// Where the kernel's texts are read. A test has its own below a folder.
#[derive(Debug, Clone)]
pub struct Machine {
    root: PathBuf,
}

impl Machine {
    /// The one that this runs on.
    pub fn here() -> Self {
        Self { root: PathBuf::from("/") }
    }

    /// A place of this machine, e.g. `/proc/swaps`, as it is found on the one that this runs on.
    pub fn place(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }

    /// A text; nothing where there is no such file, or the kernel lacks what it would tell.
    ///
    /// # Errors
    /// When it is there and may not be read.
    pub fn text(&self, path: &str) -> Told<Option<String>> {
        match fs::read(self.place(path)) {
            Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
            Err(error) if is_absence(&error) => Ok(None),
            Err(error) => Err(CannotTell::at(Path::new(path), &error)),
        }
    }

    /// A text of one line, without its end. Nothing where there is none, or it may not be read.
    pub fn line(&self, path: &str) -> Option<String> {
        self.text(path).ok().flatten().map(|text| text.trim_end().to_owned())
    }

    /// The names in a folder, in order; none where there is no such folder.
    pub fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.place(folder)).into_iter().flatten().flatten();
        let mut names: Vec<_> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        names
    }

    /// Whether there is such a file or folder.
    pub fn has(&self, path: &str) -> bool {
        self.place(path).exists()
    }
}

/// No file, or none where a process ended while it was read (`ESRCH`).
fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) || error.raw_os_error() == Some(3)
}

/// A path as `/proc` writes it: blanks and the like as three octal digits (proc(5)).
pub(super) fn unescaped(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let code = (byte == b'\\').then(|| after.get(..3)).flatten().and_then(octal);
        out.push(code.unwrap_or(byte));
        rest = if code.is_some() { &after[3..] } else { after };
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn octal(digits: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok()
}

#[cfg(test)]
pub(super) mod testing {
    use super::*;
    use std::os::unix::fs::symlink;

    /// A machine that a test makes up.
    pub(in super::super) struct Made(tempfile::TempDir);

    impl Made {
        pub(in super::super) fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        /// With this text at that place.
        pub(in super::super) fn with(self, path: &str, text: &str) -> Self {
            let place = self.machine().place(path);
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(place, text).unwrap();
            self
        }

        /// With a link at a place to another place.
        pub(in super::super) fn linked(self, path: &str, to: &str) -> Self {
            let (place, to) = (self.machine().place(path), self.machine().place(to));
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            symlink(to, place).unwrap();
            self
        }

        pub(in super::super) fn machine(&self) -> Machine {
            Machine { root: self.0.path().to_owned() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{testing::Made, *};

    #[test]
    fn a_text_is_read_is_absent_or_can_not_be_told() {
        let made = Made::new().with("/proc/swaps", "Filename\n").with("/proc/sys/folder/x", "");
        let machine = made.machine();
        assert_eq!(machine.text("/proc/swaps").unwrap().as_deref(), Some("Filename\n"));
        assert_eq!(machine.line("/proc/swaps").as_deref(), Some("Filename"));
        assert_eq!(machine.text("/proc/none"), Ok(None));
        assert_eq!(machine.text("/proc/swaps/below"), Ok(None));
        assert!(machine.text("/proc/sys/folder").is_err(), "a folder is no text, and that is not absence");
        assert_eq!(machine.names("/proc"), ["swaps", "sys"]);
    }

    #[test]
    fn blanks_in_paths_are_read_as_the_kernel_writes_them() {
        assert_eq!(unescaped(r"/mnt/a\040b\134c"), r"/mnt/a b\c");
        assert_eq!(unescaped(r"/plain\04"), r"/plain\04");
    }
}
