//! Reads manifests and checks them, in parallel and in order.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, IsTerminal as _, Read as _};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rayon::prelude::*;

use super::around::{Folders, Surroundings};
use super::evidence::Assumed;
use super::{Failure, output};
use crate::discover::{Found, Unreadable, shown};
use crate::lint::{FileReport, Linter, Run};
use crate::source::SourceFile;
use crate::text::{Lang, escape};

/// Files that are checked before the next progress message is due and their texts are let go.
const BATCH: usize = 512;

/// What standard input is called.
pub(super) const STDIN: &str = "<stdin>";

/// What is said of something that cannot be read.
pub(super) fn unreadable(Unreadable { path, error }: &Unreadable, lang: Lang) -> String {
    let (path, reason) = (shown(path), output::reason(error, lang));
    match lang {
        Lang::En => format!("error: cannot read {path}: {reason}"),
        Lang::Nb => format!("feil: kan ikke lese {path}: {reason}"),
    }
}

/// What stands on standard input, up to just over the limit.
pub(super) fn read_stdin(linter: &Linter) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let limit = linter.limits.bytes as u64 + 1;
    io::stdin()
        .lock()
        .take(limit)
        .read_to_end(&mut bytes)
        .map_err(|error| {
            let reason = output::reason(&error, linter.lang);
            Failure::say(
                linter.lang,
                format!("cannot read standard input: {reason}"),
                format!("kan ikke lese standard inn: {reason}"),
            )
        })?;
    Ok(bytes)
}

/// Checks what a file holds. Records for which `assumed` says so count as found.
pub(super) fn check_bytes(
    linter: &Linter,
    name: &str,
    bytes: Vec<u8>,
    path: Option<&Path>,
    assumed: &Assumed<'_>,
    folders: &Folders<'_>,
) -> FileReport {
    let around = Surroundings::of(path, assumed, folders, linter.lang);
    match SourceFile::from_bytes(name, bytes) {
        Ok(source) => linter.check(Arc::new(source), &around),
        Err((source, error)) => linter.not_text(Arc::new(source), error),
    }
}

/// Does something with every file, in parallel and in order.
pub(super) fn each<T: Send>(
    found: &[Found],
    lang: Lang,
    of: impl Fn(&Found) -> io::Result<T> + Sync,
) -> (Vec<T>, Vec<Unreadable>) {
    let mut all = Vec::with_capacity(found.len());
    let mut unread = Vec::new();
    let mut progress = Progress::new(found.len());
    for batch in found.chunks(BATCH) {
        let read = |found: &Found| {
            of(found).map_err(|error| Unreadable {
                path: found.path().to_owned(),
                error,
            })
        };
        let results: Vec<Result<T, Unreadable>> = batch.par_iter().map(read).collect();
        for result in results {
            match result {
                Ok(one) => all.push(one),
                Err(error) => unread.push(error),
            }
        }
        progress.advance(batch.len(), lang);
    }
    (all, unread)
}

/// Checks a file of many. A text without findings is let go at once.
pub(super) fn check_one(
    linter: &Linter,
    found: &Found,
    keep_text: bool,
    folders: &Folders<'_>,
) -> io::Result<FileReport> {
    let mut report = check_file(linter, found, &|_| false, folders)?;
    if !keep_text || report.findings.is_empty() {
        report.source = Arc::new(SourceFile::new(Arc::clone(report.source.name()), ""));
    }
    Ok(report)
}

/// The name of a file as people see it.
pub(super) fn name_of(found: &Found) -> String {
    escape(&shown(found.path())).into_owned()
}

/// Reads the texts again of files in which something showed only beside other files: they were
/// let go. A text that has changed since is left out.
pub(super) fn read_again(run: &mut Run, found: &[Found], limit: usize) {
    let is_gone = |file: &FileReport| !file.findings.is_empty() && file.source.text().is_empty();
    if !run.files.iter().any(is_gone) {
        return;
    }
    let paths: HashMap<String, &Found> = found.iter().map(|f| (name_of(f), f)).collect();
    for file in run.files.iter_mut().filter(|f| is_gone(f)) {
        let Some(Found::File(path)) = paths.get(&**file.source.name()) else {
            continue;
        };
        let read = read(path, limit).map(|bytes| SourceFile::from_bytes(Arc::clone(file.source.name()), bytes));
        let Ok(Ok(source)) = read else { continue };
        let places = || file.findings.iter().map(|f| &f.primary);
        if places().all(|at| source.position(at.span.start) == at.start) {
            file.source = Arc::new(source);
        }
    }
}

/// Checks a file. Records for which `assumed` says so count as found.
pub(super) fn check_file(
    linter: &Linter,
    found: &Found,
    assumed: &Assumed<'_>,
    folders: &Folders<'_>,
) -> io::Result<FileReport> {
    let name = name_of(found);
    let path = match found {
        Found::File(path) => path,
        Found::NotAFile(_) => return Ok(linter.not_a_file(Arc::new(SourceFile::new(name, "")))),
    };
    let bytes = read(path, linter.limits.bytes)?;
    Ok(check_bytes(linter, &name, bytes, Some(path), assumed, folders))
}

/// Reads a file up to just over the limit, so that the limit is noticed and no more is read. A pipe would make the
/// program wait: only a regular file is opened.
pub(super) fn read(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let meta = path.metadata()?;
    if !meta.is_file() {
        let kind = if meta.is_dir() {
            io::ErrorKind::IsADirectory
        } else {
            io::ErrorKind::InvalidInput
        };
        return Err(kind.into());
    }
    let file = File::open(path)?;
    let size = file.metadata()?.len().min(limit as u64 + 1);
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    file.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Says on a terminal how far a long run has come.
struct Progress {
    total: usize,
    done: usize,
    next: Instant,
    shown: bool,
}

impl Progress {
    fn new(total: usize) -> Self {
        Progress {
            total,
            done: 0,
            next: Instant::now() + Duration::from_secs(1),
            shown: io::stderr().is_terminal(),
        }
    }

    fn advance(&mut self, count: usize, lang: Lang) {
        self.done += count;
        if self.shown && Instant::now() >= self.next {
            self.next = Instant::now() + Duration::from_secs(1);
            let (done, total) = (self.done, self.total);
            output::note(&match lang {
                Lang::En => format!("{done} of {total} files checked"),
                Lang::Nb => format!("{done} av {total} filer kontrollert"),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop")]

    use jiff::civil::Date;

    use super::*;
    use crate::config::Config;
    use crate::discover::discover;

    #[test]
    fn a_file_that_vanishes_is_named_and_hides_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let there = folder.path().join("there.tillit.yaml");
        let gone = folder.path().join("gone.tillit.yaml");
        std::fs::write(&there, "tillit: 1\n").unwrap();
        std::fs::write(&gone, "tillit: 1\n").unwrap();
        let exclude = crate::discover::Exclude::below(folder.path());
        let (found, errors) = discover(&[folder.path().to_owned()], &exclude);
        assert!(errors.is_empty(), "{errors:?}");
        std::fs::remove_file(&gone).unwrap();
        let linter = Linter::new(&Config::default(), &[], Date::constant(2026, 11, 21), Lang::En).unwrap();
        let (reports, unread) = each(&found, Lang::En, |found| {
            check_one(&linter, found, true, &Folders::default())
        });
        assert_eq!(reports.len(), 1);
        let [error] = unread.as_slice() else {
            panic!("{unread:?}");
        };
        assert_eq!(error.path, gone);
        let said = unreadable(error, Lang::En);
        assert!(
            said.ends_with("gone.tillit.yaml: there is no such file or folder"),
            "{said}"
        );
    }
}
