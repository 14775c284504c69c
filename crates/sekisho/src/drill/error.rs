//! Why a drill was not performed.

use std::io;

use super::names;
use crate::{
    client::ClientError,
    demo::{HouseError, NeighbourError, StoryError},
    supervisor::NotATest,
};

/// Why a drill was not performed.
#[derive(Debug, thiserror::Error)]
pub enum DrillError {
    /// There is none of that name.
    #[error("there is no drill named {name}; there are: {}", names().join(", "))]
    Unknown {
        /// What was asked for.
        name: String,
    },
    /// The installation does not stand.
    #[error(transparent)]
    House(#[from] HouseError),
    /// The witness beside it does not stand.
    #[error(transparent)]
    Witness(#[from] NeighbourError),
    /// A step of the story before the attack.
    #[error(transparent)]
    Story(#[from] StoryError),
    /// A connection.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// A file.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A copied database is not one.
    #[error("a copied database can't be read")]
    Database(#[from] rusqlite::Error),
    /// Not on an installation that is in use.
    #[error(transparent)]
    NotATest(#[from] NotATest),
    /// What should be attacked is not as it should be.
    #[error("the installation that is to be attacked is not as it should be")]
    Ground,
    /// The attack itself came to no end.
    #[error("the attack came to no end: {0}")]
    Unfinished(&'static str),
}
