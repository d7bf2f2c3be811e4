//! Reports: one file for each format, each with types of its own.

pub mod basis;
pub mod diff;
pub mod due;
pub mod github;
pub mod gitlab;
pub mod json;
pub mod junit;
pub mod markdown;
mod parts;
mod quote;
pub mod sarif;
mod summary;
#[cfg(feature = "cli")]
pub mod text;
pub mod verify;
mod words;

/// What a report is asked to show.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Also what waivers set aside.
    pub show_waived: bool,
}
