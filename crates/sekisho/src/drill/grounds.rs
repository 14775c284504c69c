//! What drills stand on: an installation that all share, and installations of their own.

use std::{
    cell::OnceCell,
    io,
    path::{Path, PathBuf},
};

use super::{DrillError, ground::Ground, past::Past};
use crate::demo::{Build, House};

/// How drills are performed.
#[derive(Debug, Clone, Default)]
pub struct Means {
    /// What the processes are started from, if it is not the program that runs.
    pub program: Option<PathBuf>,
    /// The campaign form, which takes longer: more copies, more hours.
    pub full: bool,
    /// Is told of progress.
    pub say: Option<fn(&str)>,
}

/// The installations of one performance. Each is made when a drill first asks for it.
pub(super) struct Grounds {
    means: Means,
    shared: OnceCell<Ground>,
    past: OnceCell<Past>,
}

impl Grounds {
    pub(super) fn new(means: Means) -> Self {
        Self { means, shared: OnceCell::new(), past: OnceCell::new() }
    }

    /// The installation that drills share which leave it as it is.
    pub(super) fn shared(&self) -> Result<&Ground, DrillError> {
        if let Some(ground) = self.shared.get() {
            return Ok(ground);
        }
        let ground = Ground::prepare(self.means.program.clone())?;
        Ok(self.shared.get_or_init(|| ground))
    }

    /// A day of another installation, with its copies.
    pub(super) fn past(&self) -> Result<&Past, DrillError> {
        if let Some(past) = self.past.get() {
            return Ok(past);
        }
        let past = Past::live(self)?;
        Ok(self.past.get_or_init(|| past))
    }

    /// An installation for one drill alone, which may do with it what it likes.
    pub(super) fn own(&self, build: Build) -> Result<House, DrillError> {
        Ok(House::build_as(Build { program: self.means.program.clone(), ..build })?)
    }

    /// What processes are started from, if it is not the program that runs.
    pub(super) fn program(&self) -> Option<&Path> {
        self.means.program.as_deref()
    }

    /// Whether the campaign form is wanted.
    pub(super) const fn full(&self) -> bool {
        self.means.full
    }

    /// Says how far it is.
    pub(super) fn say(&self, what: &str) {
        if let Some(say) = self.means.say {
            say(what);
        }
    }

    /// Stops and removes what was shared.
    pub(super) fn clear_away(self) -> io::Result<()> {
        self.past.into_inner().map_or(Ok(()), |past| past.house.clear_away())?;
        self.shared.into_inner().map_or(Ok(()), |ground| ground.house.clear_away())
    }
}
