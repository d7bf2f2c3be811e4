//! Reports: one file for each format, each with types of its own.

pub mod basis;
pub mod json;
mod safe_json;
#[cfg(feature = "cli")]
pub mod text;
