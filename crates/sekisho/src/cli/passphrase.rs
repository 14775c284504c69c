//! Where the keystore's passphrase comes from: a descriptor, systemd, or a person at the terminal.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use zeroize::Zeroizing;

use crate::supervisor::Passphrase;

/// The longest passphrase, in bytes.
const MAX: u64 = 4096;

/// Reads it from descriptor `fd` if one is named, else from the systemd credential `passphrase` if there is one, else
/// asks at the terminal.
pub(super) fn obtain(fd: Option<i32>) -> Result<Passphrase, String> {
    let credentials = std::env::var_os("CREDENTIALS_DIRECTORY");
    let bytes = match (fd, credentials) {
        (Some(fd), _) => read(Path::new(&format!("/proc/self/fd/{fd}"))),
        (None, Some(folder)) => read(&Path::new(&folder).join("passphrase")),
        (None, None) => ask(),
    };
    let bytes = bytes.map_err(|error| format!("no passphrase: {error}"))?;
    if bytes.is_empty() {
        return Err("the passphrase is empty".to_owned());
    }
    Ok(Passphrase(bytes))
}

/// To the end, without one line end, which an editor or `echo` adds.
fn read(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    // Room for all at once: a buffer that grows would leave copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX as usize + 1));
    File::open(path)?.take(MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "longer than 4096 bytes"));
    }
    if bytes.ends_with(b"\n") {
        bytes.pop();
    }
    Ok(bytes)
}

fn ask() -> io::Result<Zeroizing<Vec<u8>>> {
    let said = Zeroizing::new(rpassword::prompt_password("Passphrase of the keystore: ")?);
    Ok(Zeroizing::new(said.as_bytes().to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{io::Write, os::fd::AsRawFd};

    #[test]
    fn a_passphrase_comes_from_a_descriptor_without_its_line_end() {
        let (reader, mut writer) = io::pipe().unwrap();
        writer.write_all(b"one two\n").unwrap();
        drop(writer);
        assert_eq!(obtain(Some(reader.as_raw_fd())).unwrap().0.as_slice(), b"one two");
    }

    #[test]
    fn none_at_all_is_refused() {
        let (reader, writer) = io::pipe().unwrap();
        drop(writer);
        assert!(obtain(Some(reader.as_raw_fd())).is_err());
        assert!(obtain(Some(-1)).is_err());
    }
}
