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

/// The shortest that is chosen, in characters. Argon2id makes each guess dear; this keeps them many.
const MIN_CHARACTERS: usize = 12;

/// Reads it from descriptor `fd` if one is named, else from the systemd credential `passphrase` if there is one, else
/// asks at the terminal.
pub(super) fn obtain(fd: Option<i32>) -> Result<Passphrase, String> {
    let bytes = unattended(fd).unwrap_or_else(|| ask("Passphrase of the keystore: "));
    let bytes = bytes.map_err(|error| format!("no passphrase: {error}"))?;
    if bytes.is_empty() {
        return Err("the passphrase is empty".to_owned());
    }
    Ok(Passphrase(bytes))
}

/// The same for a keystore that is to be made: long enough, and asked for twice at the terminal.
pub(super) fn choose(fd: Option<i32>) -> Result<Passphrase, String> {
    let bytes = match unattended(fd) {
        Some(bytes) => bytes.map_err(|error| format!("no passphrase: {error}"))?,
        None => twice(ask)?,
    };
    long_enough(&bytes)?;
    Ok(Passphrase(bytes))
}

/// Another secret than the passphrase: from descriptor `fd` if one is named, else from the terminal.
pub(super) fn secret(prompt: &str, fd: Option<i32>) -> Result<Zeroizing<Vec<u8>>, String> {
    let bytes = match fd {
        Some(fd) => read_descriptor(fd),
        None => ask(prompt),
    };
    bytes.map_err(|error| format!("nothing was given: {error}"))
}

fn unattended(fd: Option<i32>) -> Option<io::Result<Zeroizing<Vec<u8>>>> {
    match (fd, std::env::var_os("CREDENTIALS_DIRECTORY")) {
        (Some(fd), _) => Some(read_descriptor(fd)),
        (None, Some(folder)) => Some(read(&Path::new(&folder).join("passphrase"))),
        (None, None) => None,
    }
}

fn twice(mut ask: impl FnMut(&str) -> io::Result<Zeroizing<Vec<u8>>>) -> Result<Zeroizing<Vec<u8>>, String> {
    let mut hear = |prompt: &str| ask(prompt).map_err(|error| format!("no passphrase: {error}"));
    let first = hear("A passphrase for the new keystore, 12 characters or more: ")?;
    long_enough(&first)?;
    let second = hear("The same once more: ")?;
    if first == second { Ok(first) } else { Err("the two passphrases differ; nothing was made".to_owned()) }
}

fn long_enough(bytes: &[u8]) -> Result<(), String> {
    let characters = std::str::from_utf8(bytes).map_or(bytes.len(), |text| text.chars().count());
    if characters >= MIN_CHARACTERS {
        return Ok(());
    }
    Err(format!(
        "the passphrase has {characters} characters; at least {MIN_CHARACTERS} are needed. It alone keeps a stolen \
         keystore closed, and whoever loses it loses every document under way"
    ))
}

fn read_descriptor(fd: i32) -> io::Result<Zeroizing<Vec<u8>>> {
    read(Path::new(&format!("/proc/self/fd/{fd}")))
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

fn ask(prompt: &str) -> io::Result<Zeroizing<Vec<u8>>> {
    let said = Zeroizing::new(rpassword::prompt_password(prompt)?);
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
    fn a_short_one_is_not_chosen_and_characters_are_counted_not_bytes() {
        for (short, long) in
            [("", "twelve chars"), ("eleven char", "関所関所関所関所関所関所"), ("関所関所", "          12")]
        {
            assert!(long_enough(short.as_bytes()).is_err() && long_enough(long.as_bytes()).is_ok(), "{short} {long}");
        }
    }

    #[test]
    fn at_the_terminal_it_is_said_twice() {
        let answers = |said: [&'static str; 2]| {
            let mut said = said.into_iter();
            twice(move |_| {
                said.next().map(|text| Zeroizing::new(text.as_bytes().to_vec())).ok_or(io::ErrorKind::NotFound.into())
            })
        };
        assert_eq!(answers(["correct horse", "correct horse"]).unwrap().as_slice(), b"correct horse");
        assert!(answers(["correct horse", "correct house"]).unwrap_err().contains("differ"));
        let short = answers(["short", "short"]).unwrap_err();
        assert!(short.contains("5 characters") && !short.contains("short"), "{short}");
    }

    #[test]
    fn none_at_all_is_refused() {
        let (reader, writer) = io::pipe().unwrap();
        drop(writer);
        assert!(obtain(Some(reader.as_raw_fd())).is_err());
        assert!(obtain(Some(-1)).is_err());
    }
}
