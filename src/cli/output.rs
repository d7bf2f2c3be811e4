//! Where output goes: standard output, or a file that is written whole or not at all.

use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::Path;

use super::{Common, Failure};
use crate::report::text::render_mistakes;
use crate::text::{Lang, escape};

/// Writes a report to a file or to standard output.
///
/// # Errors
/// It could not be written. A file then has its old content, or is not there.
pub(super) fn write(
    file: Option<&Path>,
    lang: Lang,
    render: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let Some(path) = file else {
        let mut out = BufWriter::new(io::stdout().lock());
        return render(&mut out)
            .and_then(|()| out.flush())
            .map_err(|error| stdout_failure(&error, lang));
    };
    let folder = path
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let written = tempfile::NamedTempFile::new_in(folder).and_then(|file| {
        let mut out = BufWriter::new(file);
        render(&mut out)?;
        let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        readable(&file)?;
        file.persist(path).map_err(|e| e.error)?;
        Ok(())
    });
    written.map_err(|error| {
        let path = escape(&path.to_string_lossy()).into_owned();
        Failure::say(
            lang,
            format!("cannot write {path}: {error}"),
            format!("kan ikke skrive {path}: {error}"),
        )
    })
}

/// A temporary file is private; a report is read by others.
#[cfg(unix)]
fn readable(file: &tempfile::NamedTempFile) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_file: &tempfile::NamedTempFile) -> io::Result<()> {
    Ok(())
}

fn stdout_failure(error: &io::Error, lang: Lang) -> Failure {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Failure::ClosedPipe;
    }
    Failure::say(
        lang,
        format!("cannot write the report: {error}"),
        format!("kan ikke skrive rapporten: {error}"),
    )
}

/// Says on standard error why checking was impossible.
pub(super) fn complain(failure: &Failure, common: &Common) {
    let mut err = io::stderr().lock();
    // Nothing can be done when not even the complaint can be written.
    let _ = match failure {
        Failure::Message(message) => {
            let word = common.lang(None).pick("error", "feil");
            writeln!(err, "tillit: {word}: {message}")
        }
        Failure::Mistakes(mistakes, lang) => {
            let style = common.style(io::stderr().is_terminal(), false);
            render_mistakes(mistakes, *lang, style, &mut err)
        }
        Failure::ClosedPipe => Ok(()),
    };
}

/// Says something on standard error that is not part of the report.
pub(super) fn note(message: &str) {
    let _ = writeln!(io::stderr().lock(), "tillit: {message}");
}

/// The width of the terminal, if there is one.
pub(super) fn terminal_width() -> Option<usize> {
    terminal_size::terminal_size().map(|(width, _)| usize::from(width.0))
}
