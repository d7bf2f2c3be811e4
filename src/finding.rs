//! What a check has to say: a finding, its severity and the places it points at.

use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;
use sha2::{Digest as _, Sha256};

use crate::pointer::Pointer;
use crate::source::{Position, SourceFile, Span};
use crate::text::Localized;

/// The rule whose finding stands for all that the rules ask of a part of the manifest.
pub const UNANSWERED_BLOCK: &str = "unanswered-block";

/// The rule whose findings say that a change makes the check milder; they are shown first.
pub const POLICY_WEAKENED: &str = "policy-weakened";

/// The rule whose finding says that the baseline holds back what is no longer there.
pub const BASELINE_OUTDATED: &str = "baseline-outdated";

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
    /// Steps of the place's pointer that name what the rule examined; what follows is where it showed.
    pub examined: usize,
    /// What tells it apart from other findings of the rule at the same place of the system; mostly nothing.
    pub apart: String,
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

/// What a finding is known by from run to run: the rule, the system and the place by name. It stays the
/// same when lines move, when items of a list change places, and in the other language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint([u8; FINGERPRINT]);

/// Bytes of a fingerprint, the beginning of a SHA-256: enough for any number of findings.
const FINGERPRINT: usize = 16;

impl Fingerprint {
    /// The fingerprint of parts, in their order.
    pub fn of(parts: &[&str]) -> Fingerprint {
        let mut hash = Sha256::new();
        for part in parts {
            // With its length before it, no part can pass for another.
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        let mut out = [0; FINGERPRINT];
        out.copy_from_slice(&hash.finalize()[..FINGERPRINT]);
        Fingerprint(out)
    }

    /// The fingerprint that is written with these 32 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Fingerprint> {
        let digit = |b: u8| char::from(b).to_digit(16).filter(|_| !b.is_ascii_uppercase());
        let mut out = [0; FINGERPRINT];
        if text.len() != 2 * FINGERPRINT {
            return None;
        }
        for (byte, pair) in out.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *byte = u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok()?;
        }
        Some(Fingerprint(out))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Finding {
    /// A finding that rests on what is declared, with no clause behind it.
    pub fn new(
        rule: impl Into<Arc<str>>,
        severity: Severity,
        primary: Location,
        message: String,
        help: String,
    ) -> Self {
        Finding {
            rule: rule.into(),
            severity,
            system: None,
            examined: usize::MAX,
            apart: String::new(),
            declared: true,
            message,
            help,
            primary,
            secondary: Vec::new(),
            bases: Vec::new(),
            related: Vec::new(),
        }
    }

    /// The place by name, the same in whatever order lists stand.
    pub fn place(&self) -> String {
        self.primary.pointer.examined(self.examined)
    }

    /// What it is known by. A finding that belongs to no system is known by the name of its file.
    pub fn fingerprint(&self) -> Fingerprint {
        let (kind, system) = match &self.system {
            Some(system) => ("system", system),
            None => ("file", &self.primary.file),
        };
        Fingerprint::of(&[&*self.rule, kind, &**system, &self.place(), &self.apart])
    }

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
