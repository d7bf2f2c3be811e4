//! `tillit due`: lists what falls due, over all manifests.

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;

use clap::ValueEnum;

use super::baseline::Choice;
use super::files::{STDIN, name_of, read};
use super::plan::{Plan, What};
use super::reports::{file_of, refuse_input};
use super::{Common, Failure, Outcome, day, output};
use crate::discover::Found;
use crate::due::{Due, Listed, of_file};
use crate::lint::{Linter, Unread};
use crate::report;
use crate::source::SourceFile;
use crate::text::Lang;
use crate::value::Length;

/// List what falls due: evaluations, reviews, tests, ends of pilots and waivers, deletions
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  tillit due\n  tillit due systems/ --within '3 months' --lang nb\n  tillit due --format ics --output tillit.ics\n\n`tillit check` points out each of these days ahead, and finds it when it has passed.\n\nExit codes: 0 also when something is overdue, since this is a list; 2 when something could not be read, and the rest is listed."
)]
pub(super) struct Args {
    #[command(flatten)]
    what: What,
    /// Form of the list
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    format: DueFormat,
    /// Write the list to a file, whole or not at all; `-` is standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Only what is overdue or comes within so much time, such as '30 days', '6 months' or P90D
    #[arg(long, value_name = "DURATION", value_parser = parse_within)]
    within: Option<Length>,
}

#[derive(Clone, Copy, ValueEnum)]
enum DueFormat {
    /// For people
    Text,
    /// For scripts; `tillit schema due` describes it
    Json,
    /// For calendars (iCalendar)
    Ics,
}

fn parse_within(text: &str) -> Result<Length, String> {
    let length = Length::parse(text).ok().filter(|length| *length != Length::Unspecified);
    length.ok_or_else(|| "write a duration such as '30 days', '6 months' or P90D".to_owned())
}

/// Runs the list.
pub(super) fn run(args: &Args, common: &Common) -> Outcome {
    let plan = Plan::open(&args.what, common, Choice::None, None)?;
    let linter = &plan.linter;
    let lang = linter.lang;
    let file = args.output.as_deref().and_then(file_of);
    if let Some(file) = &file {
        refuse_input(file, &plan.inputs(), lang)?;
    }
    let of_stdin = |bytes| (STDIN.to_owned(), list(linter, STDIN, bytes));
    let of_found = |found: &Found| list_file(linter, found);
    let (files, mut unread) = plan.each(of_stdin, of_found, None)?;
    let unclear = files.iter().filter(|(_, listed)| listed.unclear);
    let unclear: Vec<Unread> = unclear.map(|(path, _)| not_understood(path, lang)).collect();
    for Unread { path, reason } in &unclear {
        output::note(&format!("{}: {path}: {reason}", lang.pick("error", "feil")));
    }
    unread.extend(unclear);
    let failed = !unread.is_empty();
    let moment = day::at(args.what.today, lang)?;
    let last = args.within.and_then(|within| within.shift(linter.today, 1));
    let due = Due::new(files.into_iter().map(|(_, listed)| listed).collect(), unread, last);
    let style = common.style(file.is_none() && io::stdout().is_terminal(), false);
    output::write(file.as_deref(), lang, |out| match args.format {
        DueFormat::Text => report::due::text::render(linter, &due, style, out),
        DueFormat::Json => report::due::json::render(linter, &due, out),
        DueFormat::Ics => report::due::ics::render(linter, &due, moment, out),
    })?;
    if failed {
        return Err(Failure::say(
            lang,
            "not everything could be read, so dates may be missing; see above",
            "ikke alt kunne leses, så datoer kan mangle, se over",
        ));
    }
    Ok(true)
}

fn list_file(linter: &Linter, found: &Found) -> io::Result<(String, Listed)> {
    let name = name_of(found);
    let listed = match found {
        Found::File(path) => list(linter, &name, read(path, linter.limits.bytes)?),
        Found::NotAFile(_) => unclear(),
    };
    Ok((name, listed))
}

fn list(linter: &Linter, name: &str, bytes: Vec<u8>) -> Listed {
    match SourceFile::from_bytes(name, bytes) {
        Ok(source) => of_file(linter, &source),
        Err(_) => unclear(),
    }
}

/// Something in which nothing is understood.
fn unclear() -> Listed {
    Listed {
        unclear: true,
        ..Listed::default()
    }
}

fn not_understood(path: &str, lang: Lang) -> Unread {
    let reason = lang.pick(
        "not all of it is a valid manifest; `tillit check` says why",
        "ikke alt i filen er gyldig, og `tillit check` sier hvorfor",
    );
    Unread {
        path: path.to_owned(),
        reason: reason.to_owned(),
    }
}
