//! The report for people at a terminal: excerpts with labels, remedies, clauses, and a summary.

use std::io;

use crate::finding::Mistake;
use crate::lint::{Linter, Run};
use crate::text::Lang;

/// How the output looks.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// With colours.
    pub color: bool,
    /// Terminal links.
    pub links: bool,
    /// Width in columns.
    pub width: usize,
    /// Only the summary.
    pub quiet: bool,
}

/// Writes the report.
///
/// # Errors
/// What `out` says.
pub fn render(_linter: &Linter, _run: &Run, _style: Style, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out)
}

/// Writes mistakes in the configuration or in rule files.
///
/// # Errors
/// What `out` says.
pub fn render_mistakes(_mistakes: &[Mistake], _lang: Lang, _style: Style, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out)
}
