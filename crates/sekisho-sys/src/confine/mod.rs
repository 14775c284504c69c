//! Confinement: what a process gives up before it does anything else.
//!
//! Landlock binds the calling thread and what it starts later, never a thread that exists already. So [`confine`] is
//! called from a plain `main`, before a runtime or a pool, and refuses when there is a second thread.

mod files;
pub(crate) mod filter;
mod grade;
mod reading;
mod syscalls;

use std::{io, path::PathBuf};

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
use serde::{Deserialize, Serialize};

pub use self::{
    files::{FilesError, PathAccess},
    filter::FilterError,
    grade::Grade,
    reading::only_read,
};
use crate::secret::{self, SecretKind};

/// Which rooms there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Faces the internet: accepts on its listener, dials nobody.
    Gate,
    /// Faces the staff: as the gate.
    Desk,
    /// Has the keys: neither accepts nor dials.
    Keeper,
    /// Speaks outward: dials, accepts nothing.
    Courier,
    /// A program of its own that cosigns others' ledgers: accepts on its listener, dials nobody.
    Witness,
    /// Forks one child per document and waits. Opens nothing.
    InspectorParent,
    /// Reads one document. Can compute and use the descriptors it has.
    InspectorChild,
}

impl Profile {
    /// All of them.
    pub const ALL: [Profile; 7] = [
        Profile::Gate,
        Profile::Desk,
        Profile::Keeper,
        Profile::Courier,
        Profile::Witness,
        Profile::InspectorParent,
        Profile::InspectorChild,
    ];

    fn accepts(self) -> bool {
        matches!(self, Profile::Gate | Profile::Desk | Profile::Witness)
    }

    fn dials(self) -> bool {
        self == Profile::Courier
    }
}

/// What one process keeps.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Its system calls.
    pub profile: Profile,
    /// Its files.
    pub paths: Vec<(PathBuf, PathAccess)>,
    /// TCP ports that it may connect to; of use to the courier only.
    pub connect_ports: Vec<u16>,
    /// Whether it was started under a user id that no other role has; goes into the grade as it is.
    pub own_user: bool,
}

/// Departures from the rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options {
    /// Acts as on a kernel without Landlock: for the test that sees the floor refuse.
    pub landlock_off_for_test: bool,
    /// Goes on below the floor, with whatever does hold.
    pub danger_unconfined: bool,
}

/// Why a process is not confined. It must end.
#[derive(Debug, thiserror::Error)]
pub enum ConfineError {
    /// There is a second thread, which would stay free.
    #[error("{0} threads exist already: too late to confine")]
    TooLate(usize),
    /// The system did not say how many threads exist, or refused a limit.
    #[error("the system refused a limit: {0}")]
    Limit(#[from] io::Error),
    /// Landlock refused.
    #[error("landlock: {0}")]
    Files(#[from] FilesError),
    /// seccomp refused.
    #[error("seccomp: {0}")]
    Filter(#[from] FilterError),
    /// Less holds than production needs.
    #[error("this kernel confines too little: {missing} missing (see --danger-unconfined)")]
    BelowFloor {
        /// What is missing, separated by commas.
        missing: String,
    },
}

/// Gives up everything that is not in `plan`, for good.
///
/// # Errors
/// [`ConfineError`]. The process is then in an unclear state and must end.
pub fn confine(plan: &Plan, options: Options) -> Result<Grade, ConfineError> {
    only_thread()?;
    let mut grade = Grade { own_user: plan.own_user, secret_memory: secrets(plan.profile), ..limits()? };
    if !options.landlock_off_for_test {
        let enforced = files::enforce(&plan.paths, &plan.connect_ports)?;
        grade.landlock_files = enforced.files;
        grade.landlock_ports = enforced.ports;
        grade.landlock_scopes = enforced.scopes;
        grade.landlock_abi = enforced.abi;
    }
    let filtered = filter::Filters::of(plan.profile).and_then(|filters| filters.apply());
    match filtered {
        Ok(()) => grade.seccomp = true,
        Err(_) if options.danger_unconfined => {}
        Err(error) => return Err(error.into()),
    }
    if grade.at_floor() || options.danger_unconfined { Ok(grade) } else { Err(below(&grade)) }
}

fn only_thread() -> Result<(), ConfineError> {
    match std::fs::read_dir("/proc/self/task")?.count() {
        1 => Ok(()),
        threads => Err(ConfineError::TooLate(threads)),
    }
}

/// Keeps others of the same user out of this process's memory, and its memory out of core files. For the supervisor,
/// which is not confined; [`confine`] includes it.
///
/// # Errors
/// When the system refuses.
pub fn shield() -> io::Result<()> {
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    Ok(setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?)
}

/// Limits that need no kernel of a certain age. Being dumpable comes back with each exec, so each role gives it up anew.
fn limits() -> io::Result<Grade> {
    rustix::thread::set_no_new_privs(true)?;
    shield()?;
    Ok(Grade { no_new_privs: true, not_dumpable: true, core_dumps_off: true, ..Grade::default() })
}

fn secrets(profile: Profile) -> Option<SecretKind> {
    let kind = if secret::is_available() { SecretKind::Secret } else { SecretKind::Locked };
    (profile == Profile::Keeper).then_some(kind)
}

fn below(grade: &Grade) -> ConfineError {
    ConfineError::BelowFloor { missing: grade.missing().join(", ") }
}
