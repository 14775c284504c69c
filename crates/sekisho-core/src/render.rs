//! What the keeper asks of the inspector that draws a viewing.
//!
//! It stands here because the keeper and the inspector's code don't know each
//! other. The sealed content follows the request as a frame of its own, the
//! picture follows the answer likewise.

use alloc::{string::String, vec::Vec};

use serde::{Deserialize, Serialize};

/// How a sealed picture is to be drawn for one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenderRequest {
    /// Printed across the picture: viewing, reviewer, time. ASCII.
    pub watermark: Vec<String>,
    /// The longest side of the result, in pixels.
    pub max_side: u32,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum RenderAnswer {
    /// A fresh picture of this media type follows in the next frame.
    Drawn {
        /// E.g. `image/jpeg`.
        media_type: String,
    },
    /// The sealed content is not a picture that can be drawn.
    Unreadable,
}
