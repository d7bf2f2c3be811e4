//! `tillit check`: finds manifests, checks them, prints, and decides the exit code.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use clap::ValueEnum;
use jiff::civil::Date;
use rayon::prelude::*;

use super::configuration::{self, Found as Configuration};
use super::evidence::Records;
use super::{Common, Failure, Format, Outcome, day, output};
use crate::config::{Config, FailOn};
use crate::discover::{Found, Unreadable, discover, shown};
use crate::finding::Severity;
use crate::lint::{Coverage, FileReport, Linter, Run, Unread, finish};
use crate::report;
use crate::ruleset::pack_names;
use crate::source::SourceFile;
use crate::text::{Lang, escape, nearest};

/// Files that are checked before the next progress message is due and their texts are let go.
const BATCH: usize = 512;

/// Check manifests
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  tillit check\n  tillit check systems/ --fail-on warning\n  tillit check planner.tillit.yaml --lang nb --packs core,no\n  cat planner.tillit.yaml | tillit check -\n\nExit codes: 0 nothing at or above --fail-on, 1 findings, 2 could not check."
)]
pub(super) struct Args {
    /// Manifests, or folders to search for *.tillit.yaml and *.tillit.yml, except in hidden folders
    /// and where .gitignore or `exclude` says no; `-` reads standard input [default: here]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Form of the report
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// Write the report to a file, whole or not at all; `-` is standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Lowest severity that makes the exit code 1 [default: error]
    #[arg(long, value_enum, value_name = "LEVEL")]
    fail_on: Option<FailOnArg>,
    /// Exactly these packs, instead of those that each manifest calls for; `tillit rules` lists them
    #[arg(long, value_name = "PACK", value_delimiter = ',')]
    packs: Vec<String>,
    /// Day of the check, as 2026-12-01 [default: SOURCE_DATE_EPOCH, then the clock, in UTC]
    #[arg(long, value_name = "DATE", value_parser = day::parse)]
    today: Option<Date>,
    /// Only a line for each file and the summary
    #[arg(long, short)]
    quiet: bool,
    /// Succeed when there is no manifest
    #[arg(long)]
    allow_empty: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum FailOnArg {
    Error,
    Warning,
    Note,
    Never,
}

impl FailOnArg {
    fn severity(self) -> FailOn {
        match self {
            FailOnArg::Error => Some(Severity::Error),
            FailOnArg::Warning => Some(Severity::Warning),
            FailOnArg::Note => Some(Severity::Note),
            FailOnArg::Never => None,
        }
    }
}

/// Runs the check.
pub(super) fn run(args: &Args, common: &Common) -> Outcome {
    let stdin = args.paths.iter().any(|p| p.as_os_str() == "-");
    let mut paths: Vec<PathBuf> = args.paths.iter().filter(|p| p.as_os_str() != "-").cloned().collect();
    let search = if paths.is_empty() {
        vec![PathBuf::from(".")]
    } else {
        paths.clone()
    };
    let Configuration {
        mut config,
        exclude,
        rules,
    } = configuration::load(common, &search)?;
    let lang = common.lang(config.language);
    choose_packs(&mut config, &args.packs, lang)?;
    let today = day::today(args.today, lang)?;
    let linter = Linter::new(&config, &rules, today, lang).map_err(|mistakes| Failure::Mistakes(mistakes, lang))?;
    if paths.is_empty() && !stdin {
        paths = search;
    }
    let (found, unwalked) = discover(&paths, &exclude);
    let output = args.output.as_deref().filter(|path| path.as_os_str() != "-");
    refuse_to_overwrite(output, &found, lang)?;
    let mut reports = Vec::new();
    if stdin {
        reports.push(check_stdin(&linter)?);
    }
    let (more, unread) = check_files(&linter, &found, args.format == Format::Text);
    reports.extend(more);
    let failed = !(unwalked.is_empty() && unread.is_empty());
    for error in unwalked.iter().chain(&unread) {
        output::note(&unreadable(error, lang));
    }
    if reports.is_empty() && !failed && !args.allow_empty {
        return Err(Failure::say(
            lang,
            "no manifest found (*.tillit.yaml or *.tillit.yml); a check of nothing is no check. `tillit init` writes a first one, --allow-empty accepts this",
            "fant ikke noe manifest (*.tillit.yaml eller *.tillit.yml), og å kontrollere ingenting er ingen kontroll. `tillit init` skriver et første, --allow-empty godtar dette",
        ));
    }
    if reports.is_empty() && failed {
        return Err(Failure::say(
            lang,
            "nothing could be checked",
            "ingenting kunne kontrolleres",
        ));
    }
    let mut run = finish(&linter, reports, Coverage::Part);
    let not_read = unwalked.iter().chain(&unread);
    run.unread.extend(not_read.map(|u| Unread {
        path: escape(&shown(&u.path)).into_owned(),
        reason: output::reason(&u.error, lang),
    }));
    if args.format == Format::Text {
        read_again(&mut run, &found, linter.limits.bytes);
    }
    let terminal = output.is_none() && io::stdout().is_terminal();
    let style = common.style(terminal, args.quiet);
    output::write(output, lang, |out| match args.format {
        Format::Text => report::text::render(&linter, &run, style, out),
        Format::Json => report::json::render(&linter, &run, out),
    })?;
    if failed {
        return Err(Failure::say(
            lang,
            "not everything could be checked; see above",
            "ikke alt kunne kontrolleres, se over",
        ));
    }
    Ok(!fails(
        &run,
        args.fail_on
            .map(FailOnArg::severity)
            .or(config.fail_on)
            .unwrap_or(Some(Severity::Error)),
    ))
}

/// A report must not take the place of what it is about.
fn refuse_to_overwrite(output: Option<&Path>, found: &[Found], lang: Lang) -> Result<(), Failure> {
    let Some(target) = output.and_then(|path| path.canonicalize().ok()) else {
        return Ok(());
    };
    if !found
        .iter()
        .any(|f| f.path().canonicalize().is_ok_and(|path| path == target))
    {
        return Ok(());
    }
    let name = escape(&shown(&target)).into_owned();
    Err(Failure::say(
        lang,
        format!("--output: {name} is one of the manifests that are checked"),
        format!("--output: {name} er et av manifestene som kontrolleres"),
    ))
}

fn fails(run: &Run, fail_on: FailOn) -> bool {
    fail_on.is_some_and(|level| run.worst().is_some_and(|worst| worst >= level))
}

/// Whether a pack that an option names is known.
pub(super) fn known_pack(option: &str, pack: &str, lang: Lang) -> Result<(), Failure> {
    let known = pack_names();
    if known.iter().any(|name| name == pack) {
        return Ok(());
    }
    let near = nearest(pack, known.iter().map(String::as_str)).map_or(String::new(), |near| match lang {
        Lang::En => format!(" Did you mean `{near}`?"),
        Lang::Nb => format!(" Mente du `{near}`?"),
    });
    let (name, list) = (escape(pack).into_owned(), known.join(", "));
    Err(Failure::say(
        lang,
        format!("{option}: unknown pack `{name}`.{near} Known: {list}"),
        format!("{option}: ukjent pakke `{name}`.{near} Kjente: {list}"),
    ))
}

/// `--packs`: exactly these are on.
fn choose_packs(config: &mut Config, packs: &[String], lang: Lang) -> Result<(), Failure> {
    if packs.is_empty() {
        return Ok(());
    }
    for pack in packs {
        known_pack("--packs", pack, lang)?;
    }
    let known = pack_names();
    config.packs = known
        .iter()
        .map(|name| (name.clone(), packs.contains(name), crate::source::Span::default()))
        .collect();
    // The switches need a file to point at only when a name is unknown, which was ruled out above.
    config
        .source
        .get_or_insert_with(|| Arc::new(SourceFile::new("--packs", "")));
    Ok(())
}

fn unreadable(Unreadable { path, error }: &Unreadable, lang: Lang) -> String {
    let (path, reason) = (shown(path), output::reason(error, lang));
    match lang {
        Lang::En => format!("error: cannot read {path}: {reason}"),
        Lang::Nb => format!("feil: kan ikke lese {path}: {reason}"),
    }
}

fn check_stdin(linter: &Linter) -> Result<FileReport, Failure> {
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
    Ok(check_bytes(linter, "<stdin>", bytes, None))
}

fn check_bytes(linter: &Linter, name: &str, bytes: Vec<u8>, path: Option<&Path>) -> FileReport {
    // Most manifests refer to no file: where the repository is, is found out when one does.
    let records = OnceLock::new();
    match SourceFile::from_bytes(name, bytes) {
        Ok(source) => linter.check(Arc::new(source), &|file, hash| {
            let records = records.get_or_init(|| Records::of(path, linter.lang));
            records.look_up(file, hash)
        }),
        Err((source, error)) => linter.not_text(Arc::new(source), error),
    }
}

/// Checks files in parallel and in order. Texts without findings are let go at once.
fn check_files(linter: &Linter, found: &[Found], keep_texts: bool) -> (Vec<FileReport>, Vec<Unreadable>) {
    let mut reports = Vec::with_capacity(found.len());
    let mut unread = Vec::new();
    let mut progress = Progress::new(found.len());
    for batch in found.chunks(BATCH) {
        let results: Vec<Result<FileReport, Unreadable>> = batch
            .par_iter()
            .map(|found| {
                let mut report = check_file(linter, found).map_err(|error| Unreadable {
                    path: found.path().to_owned(),
                    error,
                })?;
                if !keep_texts || report.findings.is_empty() {
                    report.source = Arc::new(SourceFile::new(Arc::clone(report.source.name()), ""));
                }
                Ok(report)
            })
            .collect();
        for result in results {
            match result {
                Ok(report) => reports.push(report),
                Err(error) => unread.push(error),
            }
        }
        progress.advance(batch.len(), linter.lang);
    }
    (reports, unread)
}

/// The name of a file as people see it.
fn name_of(found: &Found) -> String {
    escape(&shown(found.path())).into_owned()
}

/// Reads the texts again of files in which something showed only beside other files: they were
/// let go. A text that has changed since is left out.
fn read_again(run: &mut Run, found: &[Found], limit: usize) {
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

fn check_file(linter: &Linter, found: &Found) -> io::Result<FileReport> {
    let name = name_of(found);
    let path = match found {
        Found::File(path) => path,
        Found::NotAFile(_) => return Ok(linter.not_a_file(Arc::new(SourceFile::new(name, "")))),
    };
    let bytes = read(path, linter.limits.bytes)?;
    Ok(check_bytes(linter, &name, bytes, Some(path)))
}

/// Reads a file up to just over the limit, so that the limit is noticed and no more is read.
fn read(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
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

    use super::*;

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
        let (reports, unread) = check_files(&linter, &found, true);
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
