//! The report for scripts: JSON, versioned, with its schema in `schemas/report.v1.schema.json`.

use std::io;

use crate::lint::{Linter, Run};

/// Writes the report.
///
/// # Errors
/// What `out` says.
pub fn render(_linter: &Linter, _run: &Run, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "{{}}")
}

/// The schema of the report, as it lies in the repository.
pub const REPORT_SCHEMA: &str = "{}";
