//! The detectors, a file each: what it looks for, how it is set, what it remembers.

pub mod bound;
pub mod canary;
pub mod drip;
pub mod enumeration;
pub mod flood;
pub mod forgery;
pub mod hours;
pub mod newcomer;
pub mod pressing;
mod refused;
pub mod strangers;
pub mod tempo;
pub mod together;
pub mod undecided;

pub use bound::Bound;
pub use canary::Canary;
pub use drip::Drip;
pub use enumeration::Enumeration;
pub use flood::Flood;
pub use forgery::Forgery;
pub use hours::Hours;
pub use newcomer::Newcomer;
pub use pressing::Pressing;
pub use strangers::Strangers;
pub use tempo::Tempo;
pub use together::Together;
pub use undecided::Undecided;
