//! `tillit check`: checks manifests, writes reports, and decides the exit code.

use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::plan::{Checked, Plan, What};
use super::reports::{self, ReportFormat, Target};
use super::since::Asked;
use super::{Common, Failure, Outcome, baseline};
use crate::config::FailOn;
use crate::finding::Severity;
use crate::lint::Run;
use crate::report::Options;

/// Check manifests
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  tillit check\n  tillit check systems/ --fail-on warning\n  tillit check planner.tillit.yaml --lang nb --packs core,no\n  tillit check --report sarif=tillit.sarif --report markdown=summary.md\n  cat planner.tillit.yaml | tillit check -\n\nExit codes: 0 nothing at or above --fail-on, 1 findings, 2 could not check."
)]
pub(super) struct Args {
    #[command(flatten)]
    what: What,
    /// Form of the report
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        default_value = "text",
        hide_possible_values = true
    )]
    format: ReportFormat,
    /// Write the report to a file, whole or not at all; `-` is standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write a further report; may be given several times. Formats: text, json, sarif, github, gitlab, junit,
    /// markdown
    #[arg(long, value_name = "FORMAT=FILE", value_parser = reports::parse)]
    report: Vec<Target>,
    /// Lowest severity that makes the exit code 1 [default: error]
    #[arg(long, value_enum, value_name = "LEVEL")]
    fail_on: Option<FailOnArg>,
    /// Show only what changed since a revision, such as origin/main: findings in manifests that the change
    /// touches, and those that it causes elsewhere. What is milder now than in the revision does not count yet
    #[arg(long, value_name = "REV", conflicts_with = "base")]
    since: Option<String>,
    /// Check everything, but by what was decided in a revision, where the change makes that milder
    #[arg(long, value_name = "REV")]
    base: Option<String>,
    /// Findings that are held back [default: tillit-baseline.json in the folder of what is checked, or above it]
    #[arg(long, value_name = "FILE", conflicts_with = "no_baseline")]
    baseline: Option<PathBuf>,
    /// Hold nothing back
    #[arg(long)]
    no_baseline: bool,
    /// Also show what waivers set aside, with reason and date
    #[arg(long)]
    show_waived: bool,
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
    let choice = match (&args.baseline, args.no_baseline) {
        (_, true) => baseline::Choice::None,
        (Some(file), _) => baseline::Choice::Named(file),
        (None, _) => baseline::Choice::Found,
    };
    let asked = match (&args.since, &args.base) {
        (Some(revision), _) => Some(("--since", revision, true)),
        (None, Some(revision)) => Some(("--base", revision, false)),
        (None, None) => None,
    };
    let asked = asked.map(|(option, revision, narrow)| Asked {
        option,
        revision,
        narrow,
    });
    let plan = Plan::open(&args.what, common, choice, asked)?;
    let lang = plan.linter.lang;
    let main = Target {
        format: args.format,
        file: args.output.as_deref().and_then(reports::file_of),
    };
    let targets: Vec<Target> = std::iter::once(main).chain(args.report.iter().cloned()).collect();
    let mut inputs = plan.inputs();
    inputs.push(plan.baseline.clone());
    reports::refuse_collisions(&targets, &inputs, lang)?;
    let keep_texts = targets.iter().any(|t| t.format.has_excerpts());
    let Checked { mut run, failed } = plan.check(keep_texts, Some(args.allow_empty))?;
    if targets.iter().any(|t| t.format.has_repository_paths()) {
        plan.name_paths(&mut run);
    }
    let options = Options {
        show_waived: args.show_waived,
    };
    let style = |file: Option<&Path>| common.style(file.is_none() && io::stdout().is_terminal(), args.quiet);
    reports::write(&targets, &plan.linter, &run, options, &style)?;
    if failed {
        return Err(Failure::say(
            lang,
            "not everything could be checked; see above",
            "ikke alt kunne kontrolleres, se over",
        ));
    }
    let configured = plan.config.fail_on.map(|(level, _)| level);
    let fail_on = args.fail_on.map(FailOnArg::severity).or(configured);
    Ok(!fails(&run, fail_on.unwrap_or(Some(Severity::Error))))
}

fn fails(run: &Run, fail_on: FailOn) -> bool {
    fail_on.is_some_and(|level| run.worst().is_some_and(|worst| worst >= level))
}
