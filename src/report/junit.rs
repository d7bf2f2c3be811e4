//! The report for viewers of test reports, as Jenkins reads it (JUnit 10).
//!
//! A file is a suite, a finding is a test in it, and a file without findings is a test that passed. Only errors
//! fail: by default they alone make the exit code 1, and Jenkins calls a build unstable for every failure. Warnings
//! and notes are skipped tests, which viewers show and nothing fails on. What could not be read is an error, which
//! is their word for a test that could not run. Names hold no lines and the report no times, so a viewer knows a
//! finding again from build to build.
//!
//! It is written here and not by a crate: the one there is writes `skipped` on `testsuites`, which JUnit 10 refuses.

use std::io;

use super::Options;
use super::words::{Told, waived};
use crate::finding::{Finding, Location, Severity};
use crate::lint::{FileReport, Linter, Run, Standing, Unread};
use crate::text::{Lang, escape, one_line};

/// Writes the report.
///
/// # Errors
/// What `out` says.
pub fn render(linter: &Linter, run: &Run, options: Options, out: &mut dyn io::Write) -> io::Result<()> {
    let suites = suites(run, options, linter.lang);
    let all = || suites.iter().flat_map(|suite| &suite.tests);
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<testsuites name=\"tillit\" tests=\"{}\" failures=\"{}\" errors=\"{}\">",
        all().count(),
        count(all(), Outcome::Failure),
        count(all(), Outcome::Error)
    )?;
    for suite in &suites {
        let tests = || suite.tests.iter();
        writeln!(
            out,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">",
            xml(&suite.name),
            tests().count(),
            count(tests(), Outcome::Failure),
            count(tests(), Outcome::Error),
            count(tests(), Outcome::Skipped)
        )?;
        for test in tests() {
            write_test(linter, run, test, out)?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

/// The tests of a file, or of what belongs to none.
struct Suite<'a> {
    name: String,
    tests: Vec<Test<'a>>,
}

enum Test<'a> {
    /// Nothing was found in this file.
    Clean(&'a FileReport),
    /// With the waiver that sets it aside, if one does.
    Found(&'a Finding, Option<&'a Standing>),
    Unread(&'a Unread),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failure,
    Error,
    Skipped,
}

impl Test<'_> {
    fn outcome(&self) -> Outcome {
        match self {
            Test::Clean(_) => Outcome::Passed,
            Test::Found(finding, None) if finding.severity == Severity::Error => Outcome::Failure,
            Test::Found(..) => Outcome::Skipped,
            Test::Unread(_) => Outcome::Error,
        }
    }
}

fn count<'a>(tests: impl Iterator<Item = &'a Test<'a>>, outcome: Outcome) -> usize {
    tests.filter(|test| test.outcome() == outcome).count()
}

/// What steers the check stands before the files, what could not be read behind them.
fn suites(run: &Run, options: Options, lang: Lang) -> Vec<Suite<'_>> {
    let about = run
        .about
        .iter()
        .flat_map(|file| &file.findings)
        .map(|finding| Test::Found(finding, None));
    let about = Suite {
        name: lang.pick("policy and baseline", "policy og grunnlinje").to_owned(),
        tests: about.collect(),
    };
    let files = run.files.iter().map(|file| {
        let found = file.findings.iter().map(|finding| Test::Found(finding, None));
        let set_aside = file
            .waived
            .iter()
            .filter(|_| options.show_waived)
            .map(|w| Test::Found(&w.finding, Some(&w.waiver)));
        let clean = file.findings.is_empty().then_some(Test::Clean(file));
        Suite {
            name: escape(run.path(file.source.name())).into_owned(),
            tests: clean.into_iter().chain(found).chain(set_aside).collect(),
        }
    });
    let unread = Suite {
        name: lang.pick("not checked", "ikke kontrollert").to_owned(),
        tests: run.unread.iter().map(Test::Unread).collect(),
    };
    let all = [about].into_iter().chain(files).chain([unread]);
    all.filter(|suite| !suite.tests.is_empty()).collect()
}

fn write_test(linter: &Linter, run: &Run, test: &Test<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let lang = linter.lang;
    let path = |file: &str| xml(&escape(run.path(file)));
    match test {
        Test::Clean(file) => {
            // What was there before, is held back or waived, is no finding here, but it is there.
            let is_partly = run.left_out.is_some() || file.held_back.total() > 0 || !file.waived.is_empty();
            let name = match is_partly {
                true => lang.pick("nothing new", "ingenting nytt"),
                false => lang.pick("no findings", "ingen funn"),
            };
            let class = path(file.source.name());
            writeln!(out, "    <testcase name=\"{name}\" classname=\"{class}\"/>")
        }
        Test::Unread(unread) => {
            let (name, reason) = (xml(&escape(&unread.path)), xml(&one_line(&unread.reason)));
            writeln!(out, "    <testcase name=\"{name}\">")?;
            writeln!(out, "      <error type=\"unread\" message=\"{reason}\"/>")?;
            writeln!(out, "    </testcase>")
        }
        Test::Found(finding, waiver) => {
            let Location {
                file, pointer, start, ..
            } = &finding.primary;
            let name = format!("{}: {}", finding.rule, pointer.stable());
            let element = if test.outcome() == Outcome::Failure {
                "failure"
            } else {
                "skipped"
            };
            let kind = waiver.map_or(finding.severity.name(), |_| "waived");
            let told = Told::of(linter, run, finding);
            let lines = told
                .lines(lang)
                .into_iter()
                .chain(waiver.map(|waiver| waived(waiver, lang)));
            writeln!(
                out,
                "    <testcase name=\"{}\" classname=\"{}\">",
                xml(&escape(&name)),
                path(file)
            )?;
            write!(
                out,
                "      <{element} type=\"{kind}\" message=\"{}\">",
                xml(&told.message)
            )?;
            write!(out, "{}:{}:{}", path(file), start.line, start.column)?;
            for line in lines {
                write!(out, "\n{}", xml(&line))?;
            }
            writeln!(out, "</{element}>")?;
            writeln!(out, "    </testcase>")
        }
    }
}

/// Text as XML, in which no line is a command to a build runner.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            ':' if out.ends_with(':') => out.push_str("&#58;"),
            '#' if out.ends_with('#') => out.push_str("&#35;"),
            // No XML can hold these two.
            '\u{FFFE}' | '\u{FFFF}' => out.push_str(&format!("\\u{{{:X}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}
