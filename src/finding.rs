//! What a check has to say: a finding, its severity and the places it points at.

use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;

use crate::pointer::Pointer;
use crate::source::{Position, SourceFile, Span};
use crate::text::Localized;

/// The rule whose finding stands for all that the rules ask of a part of the manifest.
pub const UNANSWERED_BLOCK: &str = "unanswered-block";

/// How serious a finding is. The levels are those of SARIF.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// To be looked at.
    Warning,
    /// To be resolved before the system is used.
    Error,
}

impl Severity {
    /// All severities, the gravest first.
    pub const ALL: [Severity; 3] = [Severity::Error, Severity::Warning, Severity::Note];

    /// `error`, `warning` or `note`.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }

    /// The severity with this name.
    pub fn from_name(name: &str) -> Option<Severity> {
        Severity::ALL.into_iter().find(|s| s.name() == name)
    }

    /// One level lower; a note stays a note.
    pub fn lower(self) -> Severity {
        match self {
            Severity::Error => Severity::Warning,
            _ => Severity::Note,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// Name of the file as people see it.
    pub file: Arc<str>,
    /// The place by name.
    pub pointer: Pointer,
    /// The place in bytes.
    pub span: Span,
    /// First line and column.
    pub start: Position,
    /// Line and column behind the last character.
    pub end: Position,
    /// What stands there, for a label beside the excerpt; may be empty.
    pub label: String,
    /// For a field that is not answered: the nearest place above it. A field that is not there has its span.
    pub above: Option<Pointer>,
}

/// A clause that a finding rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basis {
    /// The packs under which the clause counts here.
    pub packs: Vec<Arc<str>>,
    /// Id of the source in `rules/sources.yaml`.
    pub source: Arc<str>,
    /// The day it applies from, where that is still to come.
    pub from: Option<Date>,
}

/// What a check found at a place. Not a verdict: it says what the manifest shows or leaves open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Id of the rule.
    pub rule: Arc<str>,
    /// How serious it is here.
    pub severity: Severity,
    /// Id of the system that the manifest describes, where it has one.
    pub system: Option<Arc<str>>,
    /// True when it rests on what the manifest says, false when on what it leaves open.
    pub declared: bool,
    /// What was found, in the language of the run: lower case, no full stop.
    pub message: String,
    /// What to do about it, in the language of the run.
    pub help: String,
    /// The place it is about.
    pub primary: Location,
    /// Further places that belong to it.
    pub secondary: Vec<Location>,
    /// What it rests on: empty for findings about the form of a manifest.
    pub bases: Vec<Basis>,
    /// The findings that this one stands for: what the rules ask of a part that is not there, or what
    /// more general rules say about the same place.
    pub related: Vec<Finding>,
}

impl Finding {
    /// The things to do behind it: of a part of the manifest those of each rule that asks, otherwise itself.
    pub fn leaves(&self) -> Vec<&Finding> {
        match self.rule.as_ref() == UNANSWERED_BLOCK {
            true => self.related.iter().flat_map(Finding::leaves).collect(),
            false => vec![self],
        }
    }

    /// Every finding of a rule behind it, at whatever depth, also those that a more special one stands for.
    pub fn every(&self) -> Vec<&Finding> {
        let itself = (self.rule.as_ref() != UNANSWERED_BLOCK).then_some(self);
        itself
            .into_iter()
            .chain(self.related.iter().flat_map(Finding::every))
            .collect()
    }

    /// A key for sorting: by file, place, gravity, then rule, so that output is stable.
    pub fn order(&self) -> impl Ord + '_ {
        (
            &self.primary.file,
            self.primary.span.start,
            std::cmp::Reverse(self.severity),
            &self.rule,
            self.primary.span.end,
        )
    }
}

/// A mistake in what steers the program: a rule file or the configuration. It stops the run.
#[derive(Clone, Debug)]
pub struct Mistake {
    /// The file it is in.
    pub source: Arc<SourceFile>,
    /// Where.
    pub span: Span,
    /// What is wrong.
    pub message: Localized,
    /// What to do about it.
    pub help: Localized,
}
