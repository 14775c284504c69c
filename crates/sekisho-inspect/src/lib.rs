//! The sandboxed reader of evidence: a stranger's bytes in, a clean picture and facts out.
//!
//! Everything here is a function over bytes. No file is opened, no thread
//! started, no key held: the code runs in a child process that may do none of
//! it, one child per picture. What an upload leaves behind is a fresh PNG made
//! of pixels alone, with everything outside the member's own boxes painted one
//! colour.

#![forbid(unsafe_code)]

pub mod advice;
pub mod age;
pub mod card;
pub mod child;
pub mod decode;
pub mod document;
pub mod examine;
mod frame;
mod jpeg;
pub mod luma;
pub mod mask;
pub mod my_number;
pub mod ocr;
pub mod paint;
mod png;
pub mod qr;
pub mod quality;
pub mod read;
pub mod render;
mod shrink;
pub mod sniff;
pub mod upload;
mod warmth;
mod watermark;
pub mod wire;

#[cfg(test)]
mod samples;
