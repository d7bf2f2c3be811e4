//! Where reports go: one in the main place, and any number in files.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::{Failure, output};
use crate::discover::shown;
use crate::lint::{Linter, Run};
use crate::report::text::Style;
use crate::report::{self, Options};
use crate::text::{Lang, escape};

/// Form of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    /// For people at a terminal
    Text,
    /// For scripts; `tillit schema report` describes it
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations on GitHub, as workflow commands
    Github,
    /// Code quality report of GitLab
    Gitlab,
    /// JUnit XML, for viewers of test reports
    Junit,
    /// A summary for a job page or a pull request
    Markdown,
}

impl ReportFormat {
    /// Whether it shows the text of the files.
    pub(super) fn has_excerpts(self) -> bool {
        self == ReportFormat::Text
    }

    /// Whether it names files by their paths in the repository, for a program that knows nothing of the
    /// present folder.
    pub(super) fn has_repository_paths(self) -> bool {
        !matches!(self, ReportFormat::Text | ReportFormat::Json)
    }

    fn render(self, linter: &Linter, run: &Run, options: Options, style: Style, out: &mut dyn Write) -> io::Result<()> {
        match self {
            ReportFormat::Text => report::text::render(linter, run, options, style, out),
            ReportFormat::Json => report::json::render(linter, run, options, out),
            ReportFormat::Sarif => report::sarif::render(linter, run, options, out),
            ReportFormat::Github => report::github::render(linter, run, out),
            ReportFormat::Gitlab => report::gitlab::render(linter, run, out),
            ReportFormat::Junit => report::junit::render(linter, run, options, out),
            ReportFormat::Markdown => report::markdown::render(linter, run, options, out),
        }
    }
}

/// A report and the file it goes to; `None` is standard output.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) format: ReportFormat,
    pub(super) file: Option<PathBuf>,
}

/// Reads `FORMAT=FILE`.
pub(super) fn parse(text: &str) -> Result<Target, String> {
    let names = || {
        let names = ReportFormat::value_variants()
            .iter()
            .filter_map(ValueEnum::to_possible_value);
        names.map(|v| v.get_name().to_owned()).collect::<Vec<_>>().join(", ")
    };
    let (format, file) = text
        .split_once('=')
        .filter(|(_, file)| !file.is_empty())
        .ok_or_else(|| format!("write FORMAT=FILE, such as sarif=tillit.sarif; formats: {}", names()))?;
    let format = ReportFormat::from_str(format, false)
        .map_err(|_| format!("there is no format `{format}`; formats: {}", names()))?;
    Ok(Target {
        format,
        file: file_of(Path::new(file)),
    })
}

/// The file that an option names; `-` is standard output.
pub(super) fn file_of(path: &Path) -> Option<PathBuf> {
    (path.as_os_str() != "-").then(|| path.to_owned())
}

/// Reports must not take the place of each other or of what they are about.
pub(super) fn refuse_collisions(targets: &[Target], inputs: &[PathBuf], lang: Lang) -> Result<(), Failure> {
    let full = |path: &Path| path.canonicalize().or_else(|_| std::path::absolute(path)).ok();
    for (number, target) in targets.iter().enumerate() {
        let same = |other: &Target| match (&other.file, &target.file) {
            (None, None) => true,
            (Some(a), Some(b)) => full(a) == full(b),
            _ => false,
        };
        if targets[..number].iter().any(same) {
            let name = target.file.as_deref().map_or("standard output".to_owned(), shown);
            let name = escape(&name).into_owned();
            return Err(Failure::say(
                lang,
                format!("two reports go to {name}; give each its own file"),
                format!("to rapporter går til {name}. Gi hver sin fil"),
            ));
        }
        if let Some(file) = &target.file {
            refuse_input(file, inputs, lang)?;
        }
    }
    Ok(())
}

/// What is read must not be written over.
///
/// # Errors
/// The file is one of those that are read.
pub(super) fn refuse_input(file: &Path, inputs: &[PathBuf], lang: Lang) -> Result<(), Failure> {
    let Ok(path) = file.canonicalize() else { return Ok(()) };
    if !inputs
        .iter()
        .any(|input| input.canonicalize().is_ok_and(|input| input == path))
    {
        return Ok(());
    }
    let name = escape(&shown(file)).into_owned();
    Err(Failure::say(
        lang,
        format!("{name} is one of the files that the check reads; nothing is written there"),
        format!("{name} er en av filene som kontrollen leser. Ingenting skrives dit"),
    ))
}

/// Writes all reports. One that cannot be written does not keep the others from being.
pub(super) fn write(
    targets: &[Target],
    linter: &Linter,
    run: &Run,
    options: Options,
    style: &dyn Fn(Option<&Path>) -> Style,
) -> Result<(), Failure> {
    let mut outcome = Ok(());
    for target in targets {
        let file = target.file.as_deref();
        let written = output::write(file, linter.lang, |out| {
            target.format.render(linter, run, options, style(file), out)
        });
        outcome = match (outcome, written) {
            (Err(first), Err(Failure::Message(next))) => {
                output::note(&next);
                Err(first)
            }
            (Err(first), _) => Err(first),
            (Ok(()), written) => written,
        };
    }
    outcome
}
