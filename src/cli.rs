//! The command line: arguments, input and output, the clock, and the exit code.
//!
//! The only module that prints. The report goes to standard output, everything else to standard
//! error. Exit codes: 0 clean, 1 findings at or above `fail-on`, 2 could not check.

mod agree;
mod around;
mod baseline;
mod check;
mod configuration;
mod day;
mod diff;
mod due;
mod evidence;
mod files;
mod git;
mod init;
mod output;
mod packs;
mod reference;
mod reports;
mod plan;
mod records;
mod signers;
mod since;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use crate::text::Lang;

/// A linter for workplace AI: checks before deployment that codetermination, accountability and
/// restraint are in place.
#[derive(Parser)]
#[command(name = "tillit", version, max_term_width = 100, arg_required_else_help = true)]
#[command(
    after_help = "Examples:\n  tillit check                      check all manifests below this folder\n  tillit check --lang nb systems/   in Norwegian\n  tillit init                       write a first manifest\n  tillit explain no-covert-monitoring\n\nA finding is no legal verdict: tillit checks what a manifest declares."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    common: Common,
}

/// What goes with every command.
#[derive(clap::Args)]
pub(crate) struct Common {
    /// Language of what people read [default: from tillit.yaml, then from the locale]
    #[arg(long, global = true, value_enum, value_name = "LANG")]
    lang: Option<LangArg>,
    /// Colours
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value = "auto")]
    color: Color,
    /// Configuration file [default: tillit.yaml in the folder of what is checked, or above it]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<std::path::PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum LangArg {
    /// English
    En,
    /// Norsk bokmål
    Nb,
}

/// Form of what is printed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// For scripts
    Json,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Subcommand)]
enum Command {
    Check(check::Args),
    Baseline(baseline::Args),
    Diff(diff::Args),
    Due(due::Args),
    Init(init::Args),
    Agree(agree::Args),
    Verify(verify::Args),
    Explain(reference::ExplainArgs),
    Rules(reference::RulesArgs),
    Test(reference::TestArgs),
    Schema(reference::SchemaArgs),
    Completions(reference::CompletionsArgs),
}

impl Common {
    /// The language: the option, then the configuration, then the locale.
    pub(crate) fn lang(&self, configured: Option<Lang>) -> Lang {
        match self.lang {
            Some(LangArg::En) => Lang::En,
            Some(LangArg::Nb) => Lang::Nb,
            None => configured.unwrap_or_else(locale),
        }
    }

    /// How text output looks on a stream that is a terminal or not.
    pub(crate) fn style(&self, terminal: bool, quiet: bool) -> crate::report::text::Style {
        let color = match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()),
        };
        let columns = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
        let width = columns
            .or_else(|| terminal.then(output::terminal_width).flatten())
            .unwrap_or(100);
        crate::report::text::Style {
            color,
            links: terminal && color,
            width: width.clamp(40, 140),
            quiet,
        }
    }
}

fn locale() -> Lang {
    sys_locale::get_locale().map_or(Lang::En, |tag| Lang::from_locale(&tag))
}

/// Something that makes checking impossible.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Said in words, in the language of the run.
    Message(String),
    /// Mistakes in the configuration or in rules.
    Mistakes(Vec<crate::finding::Mistake>, Lang),
    /// The reader of the output has gone: nothing to say.
    ClosedPipe,
}

impl Failure {
    /// A message in the language of the run.
    pub(crate) fn say(lang: Lang, en: impl Into<String>, nb: impl Into<String>) -> Failure {
        Failure::Message(match lang {
            Lang::En => format!("error: {}", en.into()),
            Lang::Nb => format!("feil: {}", nb.into()),
        })
    }
}

/// What a command came to: clean (0) or findings (1).
pub(crate) type Outcome = Result<bool, Failure>;

/// Runs the program.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return output::refuse(&error),
    };
    let outcome = match cli.command {
        Command::Check(args) => check::run(&args, &cli.common),
        Command::Baseline(args) => baseline::run(&args, &cli.common),
        Command::Diff(args) => diff::run(&args, &cli.common),
        Command::Due(args) => due::run(&args, &cli.common),
        Command::Init(args) => init::run(&args, &cli.common),
        Command::Agree(args) => agree::run(&args, &cli.common),
        Command::Verify(args) => verify::run(&args, &cli.common),
        Command::Explain(args) => reference::explain(&args, &cli.common),
        Command::Rules(args) => reference::rules(&args, &cli.common),
        Command::Test(args) => reference::test(&args, &cli.common),
        Command::Schema(args) => reference::schema(&args),
        Command::Completions(args) => reference::completions(&args),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(failure) => {
            output::complain(&failure, &cli.common);
            ExitCode::from(2)
        }
    }
}

/// The command line's own description, for completions.
pub(crate) fn command() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}
