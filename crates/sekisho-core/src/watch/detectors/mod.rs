//! The detectors, a file each: what it looks for, how it is set, what it remembers.

pub mod canary;
pub mod enumeration;
pub mod tempo;
pub mod together;

pub use canary::Canary;
pub use enumeration::Enumeration;
pub use tempo::Tempo;
pub use together::Together;
