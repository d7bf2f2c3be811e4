//! `tillit baseline`: writes down the findings that are there, so that a check reports what is new.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::plan::{Checked, Plan, What};
use super::reports::{file_of, refuse_input};
use super::{Common, Failure, Outcome, configuration, output};
use crate::discover::shown;
use crate::finding::Finding;
use crate::lint::{Coverage, Linter, Run};
use crate::suppress::{Baseline, Entry};
use crate::text::{Lang, escape};

/// Name of the file.
pub(super) const NAME: &str = "tillit-baseline.json";

/// Largest baseline, in bytes.
const LARGEST: u64 = 32 << 20;

/// Write down the findings that are there, so that `check` reports what is new
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  tillit baseline\n  tillit baseline systems/old/     only these anew; the others stay as they are\n\nWhat can only be fixed is not held back. Exit codes: 0 written, 2 could not check or write."
)]
pub(super) struct Args {
    #[command(flatten)]
    what: What,
    /// The file [default: tillit-baseline.json in the folder of what is checked or above it, otherwise beside
    /// tillit.yaml]; `-` is standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Which baseline counts.
#[derive(Clone, Copy)]
pub(super) enum Choice<'a> {
    /// The one that is found.
    Found,
    /// This one.
    Named(&'a Path),
    /// None.
    None,
}

impl<'a> Choice<'a> {
    /// The file, if an option names it.
    pub(super) fn named(self) -> Option<&'a Path> {
        match self {
            Choice::Named(file) => Some(file),
            Choice::Found | Choice::None => None,
        }
    }
}

/// Where the baseline is, or would be, and what it holds, if it counts.
///
/// # Errors
/// It cannot be read, or is none.
pub(super) fn find(
    choice: Choice<'_>,
    search: &[PathBuf],
    folder: &Path,
    lang: Lang,
) -> Result<(PathBuf, Option<Baseline>), Failure> {
    let file = match choice {
        Choice::Named(file) => file.to_owned(),
        Choice::Found | Choice::None => match search.iter().find_map(|path| configuration::above(path, &[NAME])) {
            Some(file) => configuration::regular(file, lang)?,
            None => return Ok((folder.join(NAME), None)),
        },
    };
    let held = match choice {
        Choice::None => None,
        Choice::Found | Choice::Named(_) => Some(read(&file, lang)?),
    };
    Ok((file, held))
}

fn read(file: &Path, lang: Lang) -> Result<Baseline, Failure> {
    let source = Arc::new(configuration::read(file, LARGEST, lang)?);
    Baseline::parse(&source).map_err(|mistake| Failure::Mistakes(vec![mistake], lang))
}

/// Runs `tillit baseline`.
pub(super) fn run(args: &Args, common: &Common) -> Outcome {
    // What is held back now is written down again as long as it is there.
    let plan = Plan::open(&args.what, common, Choice::None, None)?;
    let lang = plan.linter.lang;
    let file = match args.output.as_deref() {
        Some(path) => file_of(path),
        None => Some(plan.baseline.clone()),
    };
    if let Some(file) = &file {
        refuse_input(file, &plan.inputs(), lang)?;
    }
    let Checked { run, failed } = plan.check(false, None)?;
    if failed {
        return Err(Failure::say(
            lang,
            "not everything could be checked, so no baseline was written; see above",
            "ikke alt kunne kontrolleres, så ingen grunnlinje ble skrevet, se over",
        ));
    }
    let (mut entries, left) = entries(&plan.linter, &run);
    let count = entries.len();
    if plan.coverage == Coverage::Part {
        let checked: HashSet<&str> = run.systems.iter().map(|s| &**s).collect();
        let before = file.as_deref().filter(|file| file.is_file());
        let before = before.map(|file| read(file, lang)).transpose()?;
        let others = before.into_iter().flat_map(|before| before.entries);
        entries.extend(others.filter(|entry| !checked.contains(entry.system.as_str())));
    }
    output::write(file.as_deref(), lang, |out| {
        out.write_all(Baseline::write(entries).as_bytes())
    })?;
    let name = file
        .as_deref()
        .map_or("-".to_owned(), |file| escape(&shown(file)).into_owned());
    output::note(&match lang {
        Lang::En => format!("{name}: {count} {} will be held back", plural(count)),
        Lang::Nb => format!("{name}: {count} funn blir holdt tilbake"),
    });
    if left > 0 {
        output::note(&match lang {
            Lang::En => {
                let (findings, they) = (plural(left), if left == 1 { "it" } else { "they" });
                let are = if left == 1 { "is" } else { "are" };
                format!(
                    "{left} {findings} {are} not held back, because {they} can only be fixed; `tillit check` shows them"
                )
            }
            Lang::Nb => format!("{left} funn kan bare rettes, og vises fortsatt"),
        });
    }
    Ok(true)
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "finding" } else { "findings" }
}

/// The entries for all findings of rules that can be waived, also for those that are; and how many findings
/// of other rules there are.
fn entries(linter: &Linter, run: &Run) -> (Vec<Entry>, usize) {
    let waived = run.waived().map(|waived| &waived.finding);
    let (can, cannot): (Vec<&Finding>, Vec<&Finding>) = run
        .findings()
        .flat_map(Finding::every)
        .chain(waived)
        .partition(|finding| {
            let rule = linter
                .rules
                .find(&finding.rule)
                .map(|number| &linter.rules.rules[number]);
            rule.is_some_and(|rule| rule.waivable) && finding.system.is_some()
        });
    (can.into_iter().filter_map(Entry::of).collect(), cannot.len())
}
