//! The report for GitLab's code quality: one list, with what its documentation asks for and no more.
//!
//! It knows findings alone; what could not be read, the command line says beside the report.

use std::io;

use serde::{Serialize, Serializer};

use super::basis::rule_of;
use super::words::Fingerprints;
use crate::finding::{Finding, Severity};
use crate::lint::{Linter, Run};
use crate::safe_json;
use crate::text::one_line;

/// Writes the report.
///
/// # Errors
/// What `out` says.
pub fn render(linter: &Linter, run: &Run, out: &mut dyn io::Write) -> io::Result<()> {
    safe_json::write(&Entries(linter, run), out)
}

/// Written one after the other, so that memory does not grow with the report.
struct Entries<'a>(&'a Linter, &'a Run);

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Entries(linter, run) = self;
        let mut fingerprints = Fingerprints::default();
        serializer.collect_seq(run.findings().map(|finding| Entry {
            description: description(finding),
            check_name: &finding.rule,
            fingerprint: fingerprints.next(finding),
            severity: severity(linter, finding),
            location: Location {
                path: run.path(&finding.primary.file),
                lines: Lines {
                    begin: finding.primary.start.line,
                    end: finding.primary.end.line.max(finding.primary.start.line),
                },
            },
        }))
    }
}

#[derive(Serialize)]
struct Entry<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// GitLab shows this one text, and nothing of the rule.
fn description(finding: &Finding) -> String {
    one_line(&format!("{}. {}", finding.message.trim_end_matches('.'), finding.help))
}

/// What nobody can agree away blocks; what must be resolved before use is critical; the next is major, so that
/// it is not taken for a matter of taste; what is only worth knowing is information.
fn severity(linter: &Linter, finding: &Finding) -> &'static str {
    let only_fixed = rule_of(&linter.rules, finding).is_some_and(|rule| !rule.waivable && !rule.bases.is_empty());
    match finding.severity {
        Severity::Error if only_fixed => "blocker",
        Severity::Error => "critical",
        Severity::Warning => "major",
        Severity::Note => "info",
    }
}
