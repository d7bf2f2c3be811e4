//! `tillit diff`: what has changed about systems, and what that requires.

mod side;

use std::collections::{HashMap, HashSet};
use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::sync::Arc;

use clap::ValueEnum;
use jiff::civil::Date;
use rayon::prelude::*;

use self::side::{Files, Named, Sides};
use super::baseline::Choice;
use super::configuration::{self, Found as Configuration};
use super::packs::choose_packs;
use super::reports::{file_of, refuse_input};
use super::since::{Asked, Past};
use super::{Common, Failure, Outcome, day, output};
use crate::agreement::Direction;
use crate::diff::{Diff, Given, Note, Side, Trouble, compare, read};
use crate::discover::plain;
use crate::finding::Severity;
use crate::lint::Linter;
use crate::pointer::Step;
use crate::policy::{Policy, Weakening};
use crate::report;
use crate::text::Lang;

/// Show what has changed about systems: data, purposes, time kept, decisions, oversight; what widens first
#[derive(clap::Args)]
#[command(
    override_usage = "tillit diff [OPTIONS] OLD NEW\n       tillit diff [OPTIONS] --since REV [PATH]...",
    after_help = "Examples:\n  tillit diff old.tillit.yaml planner.tillit.yaml\n  tillit diff origin/main:systems/ systems/\n  tillit diff agreements/planner-2026-11-02.yaml planner.tillit.yaml\n  tillit diff --since origin/main --format markdown --output summary.md\n\nOLD and NEW are files, folders, `-` for standard input, or REV:PATH as in git, where PATH\nbegins at the root of the repository, or at the present folder with ./ or ../. A file or folder\nof that name comes first. The record of an agreement is compared by what it says.\n\nThe configuration of NEW in the working tree says which terms and packs count; its `exclude`\nholds for both sides. With --since, what was stricter in the revision counts.\n\nSystems belong together by their ids, else by file, name or content. Wording, comments and\ncontact persons are not compared.\n\nExit codes: 0 compared, 1 changes as --fail-on names them, 2 something could not be compared,\nand the rest is shown."
)]
pub(super) struct Args {
    /// What was and what is; with --since what to look at [default: here]
    #[arg(value_name = "PATH", hide = true)]
    named: Vec<PathBuf>,
    /// What has changed here since a revision, such as origin/main: since the way parted from it
    #[arg(long, value_name = "REV")]
    since: Option<String>,
    /// Form of what is shown
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    format: DiffFormat,
    /// Write it to a file, whole or not at all; `-` is standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Which changes make the exit code 1
    #[arg(long, value_enum, value_name = "WHICH", default_value = "never")]
    fail_on: FailOn,
    /// Exactly these packs, instead of those that each manifest calls for; `tillit rules` lists them
    #[arg(long, value_name = "PACK", value_delimiter = ',')]
    packs: Vec<String>,
    /// Day of the comparison, as 2026-12-01 [default: SOURCE_DATE_EPOCH, then the clock, in UTC]
    #[arg(long, value_name = "DATE", value_parser = day::parse)]
    today: Option<Date>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DiffFormat {
    /// For people
    Text,
    /// For scripts; `tillit schema diff` describes it
    Json,
    /// For the summary of a pull request
    Markdown,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// Something widens, or a system is new
    Widened,
    /// Anything material
    Changed,
    /// None
    Never,
}

/// Runs the comparison.
pub(super) fn run(args: &Args, common: &Common) -> Outcome {
    let named = Named::read(&args.named, args.since.as_deref(), common.lang(None))?;
    let search = named.search();
    let configuration = configuration::load(common, &search)?;
    let steering = configuration.files();
    let (policy, weakenings) = policy(args, common, configuration, &search)?;
    let Policy {
        mut config,
        rules,
        folder,
        ..
    } = policy;
    let lang = common.lang(config.language);
    choose_packs(&mut config, &args.packs, lang)?;
    let today = day::today(args.today, lang)?;
    let wrong = |mistakes| Failure::Mistakes(mistakes, lang);
    let exclude = configuration::exclude(&config, &folder).map_err(wrong)?;
    let linter = Linter::new(&config, &rules, today, lang).map_err(wrong)?;
    let files = Files {
        linter: &linter,
        exclude: &exclude,
        // A summary is read by people who know nothing of the present folder.
        from_root: args.format == DiffFormat::Markdown,
    };
    let Sides { old, new, inputs } = named.files(&files)?;
    let file = args.output.as_deref().and_then(file_of);
    if let Some(file) = &file {
        refuse_input(file, &inputs.into_iter().chain(steering).collect::<Vec<_>>(), lang)?;
    }
    let [old, new] = sides(&linter, old, new);
    if old.is_empty() && new.is_empty() {
        return Err(Failure::say(
            lang,
            "no manifest found on either side (*.tillit.yaml or *.tillit.yml), so nothing was compared",
            "fant ikke noe manifest på noen av sidene (*.tillit.yaml eller *.tillit.yml), så ingenting er sammenlignet",
        ));
    }
    let mut diff = compare(&linter, old, new);
    for weakening in weakenings {
        let note = Note::of(&weakening.source, weakening.span, weakening.message.get(lang));
        match weakening.severity {
            Severity::Error => diff.troubles.push(note.into()),
            _ => diff.milder.push(note),
        }
    }
    let style = common.style(file.is_none() && io::stdout().is_terminal(), false);
    output::write(file.as_deref(), lang, |out| match args.format {
        DiffFormat::Text => report::diff::text::render(&linter, &diff, style, out),
        DiffFormat::Json => report::diff::json::render(&linter, &diff, out),
        DiffFormat::Markdown => report::diff::markdown::render(&linter, &diff, out),
    })?;
    match diff.troubles.as_slice() {
        [] => Ok(!fails(&diff, args.fail_on)),
        [first, more @ ..] => Err(incomplete(first, more.len(), lang)),
    }
}

/// What steers the comparison, and where the change itself makes that milder: with a revision, what was stricter there
/// counts, so that no change hides itself.
fn policy(
    args: &Args,
    common: &Common,
    Configuration { config, rules, folder }: Configuration,
    search: &[PathBuf],
) -> Result<(Policy, Vec<Weakening>), Failure> {
    let lang = common.lang(config.language);
    let policy = Policy {
        config,
        rules,
        folder: plain(&folder),
        ..Policy::default()
    };
    let Some(revision) = args.since.as_deref() else {
        return Ok((policy, Vec::new()));
    };
    configuration::exclude(&policy.config, &policy.folder).map_err(|mistakes| Failure::Mistakes(mistakes, lang))?;
    let asked = Asked {
        option: "--since",
        revision,
        narrow: false,
    };
    let mut past = Past::open(asked, search, lang)?;
    let config = common.config.as_deref();
    let (policy, mut weakenings) = past.strictest(policy, search, config, Choice::None, &args.packs, lang)?;
    // Nothing else has a say in what is compared, or in what it requires.
    let steers = |key: &str| matches!(key, "packs" | "exclude" | "vocabulary");
    weakenings.retain(|weakening| match weakening.pointer.0.first() {
        Some(Step::Key(key)) => steers(key),
        _ => weakening.severity == Severity::Error,
    });
    Ok((policy, weakenings))
}

/// What was left out is in what was written; here stands the first of it, for the log.
fn incomplete(first: &Trouble, more: usize, lang: Lang) -> Failure {
    let line = first.line.map_or(String::new(), |line| format!(":{line}"));
    let first = format!("{}{line}: {}", first.file, first.reason);
    let (more_en, more_nb) = match more {
        0 => (String::new(), String::new()),
        more => (format!(" (and {more} more)"), format!(" (og {more} til)")),
    };
    Failure::say(
        lang,
        format!("not everything could be compared: {first}{more_en}"),
        format!("ikke alt kunne sammenlignes: {first}{more_nb}"),
    )
}

fn fails(diff: &Diff, fail_on: FailOn) -> bool {
    match fail_on {
        FailOn::Widened => diff.systems.iter().any(|system| system.direction == Direction::Widens),
        FailOn::Changed => !diff.systems.is_empty(),
        FailOn::Never => false,
    }
}

/// The systems of both sides. Of files that are the same on both, nothing needs to be told.
fn sides(linter: &Linter, old: Vec<Given>, new: Vec<Given>) -> [Side; 2] {
    let before: HashMap<Arc<str>, &[u8]> = by_path(&old);
    let alike: HashSet<Arc<str>> = by_path(&new)
        .into_iter()
        .filter(|(path, bytes)| before.get(path) == Some(bytes))
        .map(|(path, _)| path)
        .collect();
    [old, new].map(|files| {
        let files = files.into_par_iter().map(|given| {
            let alike = alike.contains(&given.inside);
            read(linter, given, alike)
        });
        let mut side = Side::default();
        for file in files.collect::<Vec<Side>>() {
            side.extend(file);
        }
        side
    })
}

fn by_path(files: &[Given]) -> HashMap<Arc<str>, &[u8]> {
    let read = files
        .iter()
        .filter_map(|given| Some((Arc::clone(&given.inside), given.bytes.as_deref().ok()?)));
    read.collect()
}
