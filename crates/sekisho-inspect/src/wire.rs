//! What is said to an upload inspector, and what it answers.
//!
//! Both are postcard in a frame. The picture's bytes follow the request as a
//! frame of their own; the clean picture follows the report likewise, if and
//! only if the verdict is [`Verdict::Accept`]. After an examination's report
//! comes one more frame with what was found.

use sekisho_core::{
    calendar::Day,
    policy::{Field, Text},
};
use serde::{Deserialize, Serialize};

pub use crate::{advice::Code, examine::Findings};

/// A part of the picture that the member leaves visible, in pixels of the
/// picture as it is seen, that is after its EXIF orientation was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Boxed {
    /// Pixels from the left edge.
    pub x: u32,
    /// Pixels from the top edge.
    pub y: u32,
    /// Width in pixels.
    pub w: u32,
    /// Height in pixels.
    pub h: u32,
}

/// What is asked of whoever inspects an upload and reads no print.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct UploadRequest {
    /// What stays visible. All else is painted over.
    pub boxes: Vec<Boxed>,
}

/// What a gate asks of an upload inspector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intake {
    /// What the member drew. Without any, what is proven to be needed stays, if print can be read.
    pub boxes: Vec<Boxed>,
    /// What the policy leaves visible.
    pub visible: Vec<Field>,
    /// The day on which it is read: years of two digits depend on it.
    pub today: Day,
}

/// What is asked by whoever wants to know what an inspector reads: `sekisho inspect`, never a gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExamineRequest {
    /// What would stay visible.
    pub boxes: Vec<Boxed>,
    /// The day on which it is read: years of two digits depend on it.
    pub today: Day,
}

/// One of the two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request {
    /// A member's upload. What is read of it decides what stays, and is told to nobody.
    Upload(Intake),
    /// A picture to be read out.
    Examine(ExamineRequest),
}

/// What an examination found beside the report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Examination {
    /// What was read; nothing where the picture can't be decoded.
    pub findings: Option<Findings>,
    /// The most memory that the reading process had at any time, in KiB, its inherited networks included.
    pub peak_kib: u64,
}

/// What becomes of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The clean picture follows.
    Accept,
    /// Not this one; another photograph may do. Nothing was kept.
    Retake,
    /// This must not be sent at all. Nothing was kept.
    Refuse,
}

/// What an upload inspector found. It holds nothing that was read from the picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UploadReport {
    /// What becomes of it.
    pub verdict: Verdict,
    /// Why, for programs.
    pub code: Code,
    /// Why and what to do, for the member.
    pub advice: Text,
    /// Measurements, as far as the reading came.
    pub facts: Facts,
}

impl UploadReport {
    /// The report for `code`, with its verdict and its words.
    pub fn of(code: Code, facts: Facts) -> Self {
        Self { verdict: code.verdict(), code, advice: code.advice(), facts }
    }
}

/// Measurements of a picture. Zero or absent where the reading did not come that far.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Facts {
    /// Width of the picture as seen, in pixels.
    pub width: u32,
    /// Height of the picture as seen, in pixels.
    pub height: u32,
    /// `jpeg`, `png` or `webp`.
    pub format: Option<String>,
    /// How many boxes are left after clamping to the picture.
    pub boxes: u32,
    /// The visible share of the picture, 0 to 1.
    pub visible: f32,
    /// Sharpness inside the boxes: variance of the Laplacian, see [`crate::quality`]. Higher is sharper.
    pub sharpness: Option<f32>,
    /// Share of saturated pixels inside the boxes, 0 to 1.
    pub glare: Option<f32>,
    /// How many QR codes were found, readable or not. Readable ones are painted over wherever they lie.
    pub codes: u32,
}

/// What an inspector takes in. Anything beyond is refused before memory is given to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of the upload.
    pub bytes: usize,
    /// Pixels of the picture.
    pub pixels: u64,
    /// Pixels of its longer side.
    pub side: u32,
    /// Bytes that one decoder may allocate at once.
    pub memory: u64,
    /// How many boxes a request may carry.
    pub boxes: usize,
    /// Pixels of the clean picture; a larger one is shrunk. Nobody needs
    /// fifty megapixels to read a date, and what isn't kept can't be stolen.
    pub clean_pixels: u64,
    /// Bytes of the clean picture.
    pub clean_bytes: usize,
}

impl Limits {
    /// The limits of a production upload.
    pub const UPLOAD: Limits = Limits {
        bytes: 25_000_000,
        pixels: 52_000_000,
        side: 16_384,
        // 52 megapixels of 16-bit RGBA are 416 MB; a PNG decoder needs a little more.
        memory: 480_000_000,
        boxes: 16,
        clean_pixels: 16_000_000,
        clean_bytes: 25_000_000,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::UPLOAD
    }
}
