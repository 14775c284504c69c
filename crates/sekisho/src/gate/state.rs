//! What every handler is handed.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::rate::Rates;
use crate::service::room::Room;

/// How many uploads are read at once; each holds a picture in memory and an inspector.
const UPLOADS: usize = 4;

/// How the gate is reached.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where members reach it, scheme and authority, e.g. `https://check.example.jp`.
    pub origin: String,
    /// Whether members reach it by TLS. It decides on cookies and headers.
    pub tls: bool,
    /// Whether a proxy stands before it, whose word about the caller's address counts.
    pub behind_proxy: bool,
}

/// The gate's state; cheap to clone.
#[derive(Clone)]
pub struct Gate(Arc<Inner>);

struct Inner {
    room: Room,
    settings: Settings,
    uploads: Arc<Semaphore>,
    rates: Rates,
}

impl Gate {
    /// A gate over these ports.
    pub fn new(room: Room, settings: Settings) -> Self {
        let uploads = Arc::new(Semaphore::new(UPLOADS));
        Self(Arc::new(Inner { room, settings, uploads, rates: Rates::default() }))
    }

    /// The ports.
    pub fn room(&self) -> &Room {
        &self.0.room
    }

    /// How it is reached.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Places for uploads.
    pub(super) fn uploads(&self) -> &Arc<Semaphore> {
        &self.0.uploads
    }

    /// How often who asked lately.
    pub(super) fn rates(&self) -> &Rates {
        &self.0.rates
    }
}
