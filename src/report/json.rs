//! The report for scripts: JSON, versioned, with its schema in `schemas/report.v1.schema.json`.
//!
//! The types here belong to the format, not to the program: what is renamed inside does not change
//! what users parse. Files are written one after the other.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::Options;
use super::basis::{category, clauses, rule_of};
use crate::assess::Load;
use crate::finding::{self, Severity};
use crate::lint::{Linter, Run, Waived};
use crate::report::parts::{TOOL, Tool, UnreadEntry};
use crate::ruleset::RuleSet;
use crate::safe_json::write;
use crate::source;
use crate::suppress::Tally;

/// The schema of the report, as it lies in the repository.
pub const REPORT_SCHEMA: &str = include_str!("../../schemas/report.v1.schema.json");

/// The version of the format. It changes when a field is renamed, removed or means something else.
const VERSION: u32 = 1;

/// Writes the report.
///
/// # Errors
/// What `out` says.
pub fn render(linter: &Linter, run: &Run, options: Options, out: &mut dyn io::Write) -> io::Result<()> {
    let report = Report {
        version: VERSION,
        tool: TOOL,
        today: linter.today.to_string(),
        language: linter.lang.tag(),
        summary: Summary::of(run),
        files: Files(&linter.rules, run),
        waived: options.show_waived.then(|| {
            let entry = |waived| WaivedEntry::of(&linter.rules, waived);
            run.waived().map(entry).collect()
        }),
        loads: run
            .loads
            .iter()
            .map(|load| LoadEntry::of(load, &linter.rules))
            .collect(),
        unread: run.unread.iter().map(UnreadEntry::of).collect(),
    };
    write(&report, out)
}

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    tool: Tool,
    today: String,
    language: &'static str,
    summary: Summary<'a>,
    files: Files<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waived: Option<Vec<WaivedEntry<'a>>>,
    loads: Vec<LoadEntry<'a>>,
    unread: Vec<UnreadEntry<'a>>,
}

#[derive(Serialize)]
struct Summary<'a> {
    manifests: usize,
    files: usize,
    error: usize,
    warning: usize,
    note: usize,
    unchecked_records: usize,
    unread: usize,
    packs: BTreeMap<&'a str, usize>,
    without_law: usize,
    waived: usize,
    held_back: Counts,
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<LeftOutEntry<'a>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    removed: &'a [String],
}

#[derive(Serialize)]
struct Counts {
    error: usize,
    warning: usize,
    note: usize,
}

impl Counts {
    fn of(tally: Tally) -> Self {
        Counts {
            error: tally.of(Severity::Error),
            warning: tally.of(Severity::Warning),
            note: tally.of(Severity::Note),
        }
    }
}

#[derive(Serialize)]
struct LeftOutEntry<'a> {
    since: &'a str,
    manifests: usize,
    findings: Counts,
}

impl<'a> Summary<'a> {
    fn of(run: &'a Run) -> Self {
        Summary {
            manifests: run.manifests(),
            files: run.files.len(),
            error: run.count(Severity::Error),
            warning: run.count(Severity::Warning),
            note: run.count(Severity::Note),
            unchecked_records: run.files.iter().map(|f| f.unchecked_records).sum(),
            unread: run.unread.len(),
            without_law: run.without_law,
            packs: run.packs.iter().map(|(id, count)| (&**id, *count)).collect(),
            waived: run.waived().count(),
            held_back: Counts::of(run.held_back()),
            left_out: run.left_out.as_ref().map(|left| LeftOutEntry {
                since: &left.since,
                manifests: left.manifests,
                findings: Counts::of(left.findings),
            }),
            removed: &run.removed,
        }
    }
}

/// Each file is turned into its entry when its turn has come, so that memory does not grow with
/// the report.
struct Files<'a>(&'a RuleSet, &'a Run);

impl Serialize for Files<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.1.reports().map(|file| FileEntry {
            path: file.source.name(),
            manifests: file.manifests,
            findings: Findings(self.0, &file.findings),
        }))
    }
}

#[derive(Serialize)]
struct FileEntry<'a> {
    path: &'a str,
    manifests: usize,
    findings: Findings<'a>,
}

struct Findings<'a>(&'a RuleSet, &'a [finding::Finding]);

impl Serialize for Findings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.1.iter().map(|finding| FindingEntry::of(self.0, finding)))
    }
}

#[derive(Serialize)]
struct FindingEntry<'a> {
    rule: &'a str,
    fingerprint: String,
    severity: &'static str,
    declared: bool,
    category: &'a str,
    system: Option<&'a str>,
    message: &'a str,
    help: &'a str,
    location: LocationEntry<'a>,
    secondary: Vec<LocationEntry<'a>>,
    bases: Vec<BasisEntry<'a>>,
    waivable: bool,
    related: Findings<'a>,
}

impl<'a> FindingEntry<'a> {
    fn of(rules: &'a RuleSet, finding: &'a finding::Finding) -> Self {
        FindingEntry {
            rule: &finding.rule,
            fingerprint: finding.fingerprint().to_string(),
            severity: finding.severity.name(),
            declared: finding.declared,
            category: category(rules, finding),
            system: finding.system.as_deref(),
            message: &finding.message,
            help: &finding.help,
            location: LocationEntry::of(&finding.primary),
            secondary: finding.secondary.iter().map(LocationEntry::of).collect(),
            bases: BasisEntry::all(rules, finding),
            waivable: rule_of(rules, finding).is_some_and(|rule| rule.waivable),
            related: Findings(rules, &finding.related),
        }
    }
}

/// A finding that a waiver sets aside.
#[derive(Serialize)]
struct WaivedEntry<'a> {
    finding: FindingEntry<'a>,
    reason: &'a str,
    expires: String,
    employer: &'a str,
    workers: &'a str,
    waiver: LocationEntry<'a>,
}

impl<'a> WaivedEntry<'a> {
    fn of(rules: &'a RuleSet, waived: &'a Waived) -> Self {
        let waiver = &waived.waiver;
        WaivedEntry {
            finding: FindingEntry::of(rules, &waived.finding),
            reason: &waiver.reason,
            expires: waiver.expires.to_string(),
            employer: &waiver.employer,
            workers: &waiver.workers,
            waiver: LocationEntry::of(&waiver.place),
        }
    }
}

#[derive(Serialize)]
struct LocationEntry<'a> {
    file: &'a str,
    pointer: String,
    stable_pointer: String,
    bytes: Bytes,
    start: Position,
    end: Position,
    label: &'a str,
}

#[derive(Serialize)]
struct Bytes {
    start: u32,
    end: u32,
}

#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
    utf16_column: u32,
}

impl<'a> LocationEntry<'a> {
    fn of(location: &'a finding::Location) -> Self {
        let position = |at: source::Position| Position {
            line: at.line,
            column: at.column,
            utf16_column: at.utf16,
        };
        LocationEntry {
            file: &location.file,
            pointer: location.pointer.to_string(),
            stable_pointer: location.pointer.stable(),
            bytes: Bytes {
                start: location.span.start,
                end: location.span.end,
            },
            start: position(location.start),
            end: position(location.end),
            label: &location.label,
        }
    }
}

#[derive(Serialize)]
struct BasisEntry<'a> {
    kind: &'static str,
    packs: Vec<&'a str>,
    source: &'a str,
    citation: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    refs: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    verified: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    applies_from: Option<String>,
}

impl<'a> BasisEntry<'a> {
    fn all(rules: &'a RuleSet, finding: &'a finding::Finding) -> Vec<Self> {
        let entry = |clause: super::basis::Clause<'a>| BasisEntry {
            kind: clause.kind.name(),
            packs: clause.packs.iter().map(Arc::as_ref).collect(),
            source: &clause.source.id,
            citation: &clause.source.citation,
            refs: clause.refs,
            url: clause.source.url.as_deref(),
            verified: &clause.source.verified,
            applies_from: clause.from.map(|day| day.to_string()),
        };
        clauses(rules, finding).into_iter().map(entry).collect()
    }
}

#[derive(Serialize)]
struct LoadEntry<'a> {
    group: &'a str,
    systems: Vec<LoadSystem<'a>>,
    flows: Vec<LoadFlow<'a>>,
    assessed: bool,
}

#[derive(Serialize)]
struct LoadSystem<'a> {
    id: &'a str,
    location: LocationEntry<'a>,
}

#[derive(Serialize)]
struct LoadFlow<'a> {
    category: &'a str,
    beyond_hours: bool,
    place: Option<&'a str>,
}

impl<'a> LoadEntry<'a> {
    fn of(load: &'a Load, rules: &'a RuleSet) -> Self {
        let id = |term| rules.vocabularies.term(term).id.as_str();
        let flows = load.flows.iter().map(|flow| LoadFlow {
            category: id(flow.category),
            beyond_hours: flow.beyond_hours,
            place: flow.location.map(id),
        });
        let systems = load.systems.iter().map(|(id, at)| LoadSystem {
            id,
            location: LocationEntry::of(at),
        });
        LoadEntry {
            group: &load.group,
            systems: systems.collect(),
            flows: flows.collect(),
            assessed: load.assessed,
        }
    }
}
