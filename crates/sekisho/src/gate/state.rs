//! What every handler is handed.

use std::sync::Arc;

use super::{places::Places, rate::Rates, unheard::Passing};
use crate::service::{room::Room, stops::Stops};

/// How the gate is reached.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where members reach it, scheme and authority, e.g. `https://check.example.jp`.
    pub origin: String,
    /// Whether members reach it by TLS. It decides on cookies and headers.
    pub tls: bool,
    /// Whether a proxy stands before it, whose word about the caller's address counts.
    pub behind_proxy: bool,
    /// Whether the inspector reads print. If not, only what members draw is ever kept.
    pub reads_print: bool,
}

/// The gate's state; cheap to clone.
#[derive(Clone)]
pub struct Gate(Arc<Inner>);

struct Inner {
    room: Room,
    settings: Settings,
    places: Places,
    rates: Rates,
    unheard: Passing,
    stops: Stops,
}

impl Gate {
    /// A gate over these ports. Within a runtime: what it refuses is passed on in a task of its own.
    pub fn new(room: Room, settings: Settings) -> Self {
        let unheard = Passing::start(&room);
        Self(Arc::new(Inner {
            room,
            settings,
            places: Places::default(),
            rates: Rates::default(),
            stops: Stops::default(),
            unheard,
        }))
    }

    /// Asks the keeper who is refused, and what there is, before anybody is served.
    pub async fn learn(&self) {
        self.unheard().learn().await;
        // Kept for when it is locked.
        let _ = self.room().directory().await;
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
    pub(super) fn places(&self) -> &Places {
        &self.0.places
    }

    /// The way to the keeper for what was refused.
    pub(super) fn unheard(&self) -> &Passing {
        &self.0.unheard
    }

    /// What is stopped.
    pub fn stops(&self) -> &Stops {
        &self.0.stops
    }

    /// How often who asked lately.
    pub(super) fn rates(&self) -> &Rates {
        &self.0.rates
    }
}
