//! What computes the networks.

/// A picture for a network: three planes of the same size, blue, green and red, from -1 to 1.
#[derive(Clone, PartialEq)]
pub struct Planes {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// One plane after the other, each from the upper left on, row by row.
    pub values: Vec<f32>,
}

/// Why a network gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// It can't be built.
    #[error("can't build the networks that read print: {0}")]
    Load(String),
    /// It can't be computed.
    #[error("can't compute the networks that read print: {0}")]
    Run(String),
}

/// Computes the two networks.
pub trait Engine: Send + Sync {
    /// For each pixel of `picture`, whose sides are multiples of 32, how likely it lies in a line of print: from 0 to
    /// 1, row by row.
    ///
    /// # Errors
    /// When it can't be computed.
    fn detect(&self, picture: Planes) -> Result<Vec<f32>, EngineError>;

    /// For each step along `strip`, 48 pixels high, how likely each letter is: as many values as there are letters with
    /// the blank before them and the space after them, step by step.
    ///
    /// # Errors
    /// When it can't be computed.
    fn recognise(&self, strip: Planes) -> Result<Vec<f32>, EngineError>;

    /// The letters that recognition knows, one a line.
    fn letters(&self) -> &str;
}
