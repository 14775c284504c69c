//! What the keeper asks of the inspector that draws a viewing.
//!
//! It stands here because the keeper and the inspector's code don't know each
//! other. The sealed content follows the request as a frame of its own, the
//! picture follows the answer likewise.

use alloc::{string::String, vec::Vec};

use serde::{Deserialize, Serialize};

use crate::calendar::Day;

/// How a sealed picture is to be drawn for one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenderRequest {
    /// Printed across the picture: viewing, reviewer, time. ASCII.
    pub watermark: Vec<String>,
    /// The longest side of the result, in pixels.
    pub max_side: u32,
    /// What the reviewer is asked, if it is to be read and proposed.
    pub age: Option<AgeAsked>,
}

/// A policy's question about an age, on the day of the viewing.
///
/// The date that makes somebody old enough is worked out by whoever knows the policy and the confirmed time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgeAsked {
    /// Whoever was born on this day or earlier is old enough.
    pub born_by: Day,
    /// The day on which it is asked: years of two digits depend on it.
    pub today: Day,
}

/// Whether somebody is old enough, as far as a program can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Age {
    /// Every birth date that may be meant is early enough.
    OldEnough,
    /// Every one is too late.
    NotOldEnough,
    /// There is none, or one is early enough and another one not.
    CannotTell,
}

/// What a program reads of the age: a proposal to the reviewer, who decides. The birth date isn't in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// What it comes to.
    pub age: Age,
    /// How many readings of different print say so: the date as it is written, and the machine-readable zone.
    pub readings: u8,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum RenderAnswer {
    /// A fresh picture of this media type follows in the next frame.
    Drawn {
        /// E.g. `image/jpeg`.
        media_type: String,
        /// What is proposed, if anything was asked and a reader of print was there.
        proposal: Option<Proposal>,
    },
    /// The sealed content is not a picture that can be drawn.
    Unreadable,
}
