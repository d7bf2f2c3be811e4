//! Where output goes: standard output, or a file that is written whole or not at all.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::Path;
use std::process::ExitCode;

use super::{Common, Failure};
use crate::finding::Mistake;
use crate::report::text::render_mistakes;
use crate::text::{Lang, escape, guarded, is_unsafe};

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
    // What a link leads to is written, and the link stays.
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = target
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let is_device = target.metadata().is_ok_and(|meta| !meta.is_file() && !meta.is_dir());
    let written = if is_device {
        // Such as /dev/stdout: nothing can be put in its place.
        File::options().write(true).open(&target).and_then(|file| {
            let mut out = BufWriter::new(file);
            render(&mut out)?;
            out.flush()
        })
    } else {
        tempfile::NamedTempFile::new_in(folder).and_then(|file| {
            let mut out = BufWriter::new(file);
            render(&mut out)?;
            let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
            readable(&file)?;
            file.as_file().sync_all()?;
            file.persist(&target).map_err(|e| e.error)?;
            Ok(())
        })
    };
    written.map_err(|error| {
        let path = path.to_string_lossy();
        if error.kind() == io::ErrorKind::NotFound {
            let folder = folder.to_string_lossy();
            return Failure::say(
                lang,
                format!("cannot write {path}: there is no folder {folder}"),
                format!("kan ikke skrive {path}: mappen {folder} finnes ikke"),
            );
        }
        let reason = reason(&error, lang);
        Failure::say(
            lang,
            format!("cannot write {path}: {reason}"),
            format!("kan ikke skrive {path}: {reason}"),
        )
    })
}

/// Something cannot be read: its name as people see it, and why.
pub(super) fn unread(name: &str, reason: &str, lang: Lang) -> Failure {
    Failure::say(
        lang,
        format!("cannot read {name}: {reason}"),
        format!("kan ikke lese {name}: {reason}"),
    )
}

/// Why the system refused, in the language of the run where the reason is a common one.
pub(super) fn reason(error: &io::Error, lang: Lang) -> String {
    use io::ErrorKind as K;
    let (en, nb) = match error.kind() {
        K::NotFound => ("there is no such file or folder", "filen eller mappen finnes ikke"),
        K::PermissionDenied => ("permission is denied", "tilgangen er sperret"),
        K::IsADirectory => ("it is a folder", "det er en mappe"),
        K::NotADirectory => ("part of the path is not a folder", "en del av stien er ikke en mappe"),
        K::InvalidInput => ("it is not a regular file", "det er ikke en vanlig fil"),
        K::StorageFull => ("the disk is full", "disken er full"),
        K::ReadOnlyFilesystem => ("the disk is read-only", "disken kan bare leses"),
        _ => return error.to_string(),
    };
    lang.pick(en, nb).to_owned()
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
    let reason = reason(error, lang);
    Failure::say(
        lang,
        format!("cannot write to standard output: {reason}"),
        format!("kan ikke skrive til standard ut: {reason}"),
    )
}

/// Says on standard error why checking was impossible.
pub(super) fn complain(failure: &Failure, common: &Common) {
    match failure {
        Failure::Message(message) => note(message),
        Failure::Mistakes(mistakes, lang) => {
            show_mistakes(mistakes, *lang, common);
            let last = lang.pick(
                "Nothing was checked: the rules or the configuration must be right first.",
                "Ingenting er kontrollert: reglene eller konfigurasjonen må være riktige først.",
            );
            let _ = writeln!(io::stderr().lock(), "{last}");
        }
        Failure::ClosedPipe => {}
    }
}

/// Shows mistakes on standard error, each with its excerpt.
pub(super) fn show_mistakes(mistakes: &[Mistake], lang: Lang, common: &Common) {
    let mut err = io::stderr().lock();
    let style = common.style(io::stderr().is_terminal(), false);
    // Nothing can be done when not even this can be written.
    let _ = render_mistakes(mistakes, lang, style, &mut err);
}

/// Says why the arguments cannot be understood, or prints the help that they ask for.
pub(super) fn refuse(error: &clap::Error) -> ExitCode {
    let plain = error.render().to_string();
    let is_safe = |line: &str| !line.contains(is_unsafe) && guarded(line) == line;
    // Arguments may be names of files that somebody else has chosen.
    let written = if plain.lines().all(is_safe) {
        error.print()
    } else {
        let lines = plain.lines().map(|line| guarded(&escape(line)).into_owned());
        writeln!(io::stderr().lock(), "{}", lines.collect::<Vec<_>>().join("\n"))
    };
    match written {
        Ok(()) if !error.use_stderr() => ExitCode::SUCCESS,
        _ => ExitCode::from(2),
    }
}

/// Says something on standard error that is not part of the report.
pub(super) fn note(message: &str) {
    let _ = writeln!(io::stderr().lock(), "tillit: {}", guarded(&escape(message)));
}

/// The width of the terminal, if there is one.
pub(super) fn terminal_width() -> Option<usize> {
    terminal_size::terminal_size().map(|(width, _)| usize::from(width.0))
}
