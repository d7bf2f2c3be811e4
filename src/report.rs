//! Reports: one file for each format, each with types of its own.

pub mod basis;
pub mod json;
#[cfg(feature = "cli")]
pub mod text;

/// What a report is asked to show.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Also what waivers set aside.
    pub show_waived: bool,
}
