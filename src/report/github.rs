//! The report as annotations on a GitHub pull request: workflow commands, a line each, and nothing else.
//!
//! GitHub shows ten of each level for a step and drops the rest without a word, so the gravest come first, and
//! the last one of a level says how many more there are. What could not be read is no finding of a file; the
//! command line says it beside the report.

use std::io;

use super::basis::{gravity, rule_of};
use super::summary::{counted, few};
use super::words::Told;
use crate::finding::{Finding, Severity};
use crate::lint::{Linter, Run};
use crate::text::{Lang, cut, escape, is_unsafe, one_line, shown};

/// Annotations of one level that GitHub shows of a step.
const MOST: usize = 10;
/// The runner cuts a longer message somewhere; this leaves room for the note behind it.
const LONGEST: usize = 3_500;
/// GitHub's limit for a title is 255.
const LONGEST_TITLE: usize = 200;

/// Writes the report.
///
/// # Errors
/// What `out` says.
pub fn render(linter: &Linter, run: &Run, out: &mut dyn io::Write) -> io::Result<()> {
    let mut findings: Vec<&Finding> = run.findings().collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(gravity(finding)));
    let of = |severity| findings.iter().filter(move |finding| finding.severity == severity);
    let hidden = |severity| of(severity).skip(MOST).copied().collect::<Vec<&Finding>>();
    let mut seen = [0; Severity::ALL.len()];
    for finding in &findings {
        let number = &mut seen[finding.severity as usize];
        *number += 1;
        if *number <= MOST {
            let mut message = message(linter, run, finding);
            let hidden = if *number == MOST {
                hidden(finding.severity)
            } else {
                Vec::new()
            };
            if !hidden.is_empty() {
                message.push_str(&format!("\n{}", more(run, &hidden, linter.lang)));
            }
            writeln!(
                out,
                "::{} {},title={}::{}",
                command(finding.severity),
                place(run, finding),
                property(&title(linter, finding)),
                data(&message)
            )?;
        }
    }
    Ok(())
}

fn command(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    }
}

/// Where it stands. Columns count only on one line, and there the end is the last character: that is what the
/// end is by default where only the beginning is given.
fn place(run: &Run, finding: &Finding) -> String {
    let (start, end) = (finding.primary.start, finding.primary.end);
    let file = property(run.path(&finding.primary.file));
    if start.line == end.line {
        let last = end.column.saturating_sub(1).max(start.column);
        return format!(
            "file={file},line={0},endLine={0},col={1},endColumn={last}",
            start.line, start.column
        );
    }
    // What ends before the first character of a line does not reach into it.
    let last = if end.column > 1 {
        end.line
    } else {
        end.line.saturating_sub(1)
    };
    format!("file={file},line={},endLine={}", start.line, last.max(start.line))
}

fn title(linter: &Linter, finding: &Finding) -> String {
    let rule = rule_of(&linter.rules, finding);
    let title = one_line(rule.map_or("", |rule| rule.tail().title.get(linter.lang)));
    let title = cut(&title, LONGEST_TITLE);
    format!("{title} ({})", escape(&finding.rule)).trim_start().to_owned()
}

fn message(linter: &Linter, run: &Run, finding: &Finding) -> String {
    let lines = Told::of(linter, run, finding).lines(linter.lang);
    cut(&lines.join("\n"), LONGEST).into_owned()
}

/// How many more findings of a level there are, and in which files.
fn more(run: &Run, hidden: &[&Finding], lang: Lang) -> String {
    let mut files: Vec<String> = hidden.iter().map(|f| shown(run.path(&f.primary.file))).collect();
    files.dedup();
    let severity = hidden.first().map_or(Severity::Note, |finding| finding.severity);
    let (count, files) = (counted(severity, hidden.len(), lang), few(files));
    match lang {
        Lang::En => {
            format!("… and {count} more, in {files}: see the summary. `tillit check --format json` shows them all.")
        }
        Lang::Nb => format!("… og {count} til, i {files}: se sammendraget. `tillit check --format json` viser alle."),
    }
}

/// The value of a property, as the runner reads it back.
fn property(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '%' => out.push_str("%25"),
            '\r' => out.push_str("%0D"),
            '\n' => out.push_str("%0A"),
            ':' => out.push_str("%3A"),
            ',' => out.push_str("%2C"),
            c if is_unsafe(c) => out.push_str(&escape(c.encode_utf8(&mut [0; 4]))),
            c => out.push(c),
        }
    }
    out
}

/// A message of safe lines, as the runner reads it back.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\n', "%0A")
}
