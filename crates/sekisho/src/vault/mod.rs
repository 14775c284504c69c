//! Where ciphertext lies.

pub mod fs;
