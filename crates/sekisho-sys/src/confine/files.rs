//! Landlock: which files, which ports, whom to signal (landlock(7)).

use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, LandlockStatus, NetPort, PathBeneath, PathFd,
    Ruleset, RulesetAttr, RulesetCreated, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
};

/// The newest rules that we know and have tried. Of these, a kernel takes those that it has.
const NEWEST: ABI = ABI::V9;

/// What a process may do below a path. Nobody may execute anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathAccess {
    /// List, read, create, write, rename within, and delete regular files and folders.
    ReadWriteDir,
    /// List and read.
    ReadDir,
    /// Create and write files and list them, neither read nor delete them: the gate on blobs. It may list because a
    /// folder must be opened before it can be synced. `File::create_new` asks to read too and fails here: open with
    /// `write(true).create_new(true)`.
    CreateOnlyDir,
    /// Read one file.
    ReadFile,
    /// Read and write one file that exists, in place: the keystore.
    ReadWriteFile,
}

impl PathAccess {
    fn rights(self) -> BitFlags<AccessFs> {
        use AccessFs as A;
        match self {
            PathAccess::ReadWriteDir => {
                PathAccess::ReadDir.rights()
                    | PathAccess::ReadWriteFile.rights()
                    | A::MakeReg
                    | A::MakeDir
                    | A::RemoveFile
                    | A::RemoveDir
            }
            PathAccess::ReadDir => A::ReadFile | A::ReadDir,
            PathAccess::CreateOnlyDir => A::MakeReg | A::WriteFile | A::ReadDir,
            PathAccess::ReadFile => A::ReadFile.into(),
            PathAccess::ReadWriteFile => A::ReadFile | A::WriteFile | A::Truncate,
        }
    }
}

/// What Landlock took.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Enforced {
    pub(super) files: bool,
    pub(super) ports: bool,
    pub(super) scopes: bool,
    pub(super) abi: u32,
}

/// Why Landlock took nothing.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// A path of the plan can't be opened.
    #[error("{path}: not to be opened")]
    Path {
        /// Which.
        path: PathBuf,
        /// Why.
        source: landlock::PathFdError,
    },
    /// The kernel refused the rules.
    #[error("the kernel refused the rules: {0}")]
    Rules(#[from] RulesetError),
}

/// Limits this thread, and every thread and process that it starts, to `paths` and to TCP connections to `ports`.
pub(super) fn enforce(paths: &[(PathBuf, PathAccess)], ports: &[u16]) -> Result<Enforced, FilesError> {
    let mut rules = handled()?;
    for (path, access) in paths {
        rules = rules.add_rule(PathBeneath::new(open(path)?, access.rights()))?;
    }
    for port in ports {
        rules = rules.add_rule(NetPort::new(*port, AccessNet::ConnectTcp))?;
    }
    let status = rules.restrict_self()?;
    let abi = match status.landlock {
        LandlockStatus::Available { effective_abi, .. } => effective_abi,
        _ => ABI::Unsupported,
    };
    let on = status.ruleset != RulesetStatus::NotEnforced;
    Ok(Enforced { files: on, ports: on && abi >= ABI::V4, scopes: on && abi >= ABI::V6, abi: abi as u32 })
}

fn handled() -> Result<RulesetCreated, RulesetError> {
    Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?
        .create()
}

fn open(path: &Path) -> Result<PathFd, FilesError> {
    PathFd::new(path).map_err(|source| FilesError::Path { path: path.to_owned(), source })
}
