//! What differs between two sides, one file for each format, and the words that they share.

pub mod json;
pub mod markdown;
#[cfg(feature = "cli")]
pub mod text;
mod words;
